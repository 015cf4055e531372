//! Taking callbacks in. Nothing a callback says settles anything by itself where the provider can be asked; what it
//! says is stored first, then answered, then asked about (docs/adr/0005).

use crate::till::Till;
use async_trait::async_trait;
use keptang_domain::order::{Attempt, AttemptEvent, Order, Source};
use keptang_ports::{
    LedgerError, Notice, NoticeAnswer, NoticeError, NoticeOutcome, NoticeReader, NoticeSink, OrderKey,
    RawNotice, Verdict,
};

#[async_trait]
impl NoticeSink for Till {
    async fn deliver(&self, raw: RawNotice) -> NoticeAnswer {
        let provider = self.provider(raw.provider).cloned();
        let Some(reader) = provider.as_ref().and_then(|provider| provider.notices()) else {
            return NoticeAnswer {
                status: 404,
                content_type: "text/plain",
                body: "not found".to_owned(),
            };
        };
        let outcome = self.take_in(reader, &raw).await;
        tracing::info!(provider = %raw.provider, outcome = ?outcome, "callback");
        reader.answer(outcome)
    }
}

impl Till {
    async fn take_in(&self, reader: &dyn NoticeReader, raw: &RawNotice) -> NoticeOutcome {
        let by_address = match (reader.account_wide(), raw.token) {
            (true, _) => None,
            (false, None) => return NoticeOutcome::UnknownAddress,
            (false, Some(token)) => {
                match self.inner.ledger.load(OrderKey::Token(raw.provider, token)).await {
                    Ok(order) => Some(order),
                    Err(LedgerError::NotFound) => return NoticeOutcome::UnknownAddress,
                    Err(_) => return NoticeOutcome::NotStored,
                }
            }
        };
        let notice = match reader.read(raw, self.now()) {
            Ok(notice) => notice,
            Err(NoticeError::BadSignature) => return NoticeOutcome::BadSignature,
            Err(NoticeError::Unreadable) => return NoticeOutcome::Unreadable,
            Err(NoticeError::NotAPayment) => return NoticeOutcome::Stored,
        };
        let order = match by_address {
            Some(order) => Some(order),
            None => match self.order_of(raw, &notice).await {
                Ok(order) => order,
                Err(_) => return NoticeOutcome::NotStored,
            },
        };
        let Some((order, attempt)) = order.and_then(|order| {
            let attempt = attempt_of(&order, raw, &notice)?.clone();
            Some((order, attempt))
        }) else {
            // About a payment that is not ours, or about another one than its reference says: nothing to store.
            return NoticeOutcome::Stored;
        };
        self.store(&order, &attempt, &notice).await
    }

    async fn order_of(&self, raw: &RawNotice, notice: &Notice) -> Result<Option<Order>, LedgerError> {
        let mut keys = Vec::new();
        if let Some(reference) = &notice.provider_ref {
            keys.push(OrderKey::ProviderRef(raw.provider, reference.clone()));
        }
        // The callback may overtake the answer that tells us the provider's reference.
        if let Some(attempt) = notice.our_ref {
            keys.push(OrderKey::Attempt(attempt));
        }
        for key in keys {
            match self.inner.ledger.load(key).await {
                Ok(order) => return Ok(Some(order)),
                Err(LedgerError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    async fn store(&self, order: &Order, attempt: &Attempt, notice: &Notice) -> NoticeOutcome {
        // Only a claim of success is worth a row: everything else the question below will tell.
        if notice.verdict == Verdict::Seen {
            let event = AttemptEvent::Seen {
                source: Source::Callback,
            };
            if let Err(error) = self.record_attempt(order.id, attempt.id, event).await {
                tracing::error!(order = %order.id, error = %error, "a callback could not be stored");
                return NoticeOutcome::NotStored;
            }
        }
        if self.inner.ledger.wake(attempt.id, self.now()).await.is_err() {
            return NoticeOutcome::NotStored;
        }
        self.inner.wake.notify_one();
        NoticeOutcome::Stored
    }
}

fn attempt_of<'a>(order: &'a Order, raw: &RawNotice, notice: &Notice) -> Option<&'a Attempt> {
    let same_reference = |attempt: &&Attempt| {
        attempt.provider == raw.provider
            && match (&attempt.provider_ref, &notice.provider_ref) {
                (Some(known), Some(said)) => known == said,
                _ => true,
            }
    };
    let its_reference =
        |attempt: &Attempt| attempt.provider_ref.is_some() && attempt.provider_ref == notice.provider_ref;
    let named = |attempt: &&Attempt| match (raw.token, notice.our_ref) {
        (Some(token), _) => attempt.token == token,
        (None, Some(id)) => attempt.id == id || its_reference(attempt),
        (None, None) => its_reference(attempt),
    };
    order
        .attempts
        .iter()
        .find(|attempt| same_reference(attempt) && named(attempt))
}
