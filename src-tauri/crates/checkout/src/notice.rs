//! Taking callbacks in. Nothing a callback says settles anything by itself where the provider can be asked; what it
//! says is stored first, then answered, then asked about (docs/adr/0005).

use crate::record::RecordError;
use crate::till::Till;
use async_trait::async_trait;
use keptang_domain::Money;
use keptang_domain::order::{Attempt, AttemptEvent, AttemptState, Order, Source};
use keptang_ports::{
    LedgerError, Notice, NoticeAnswer, NoticeError, NoticeOutcome, NoticeReader, NoticeSink, OrderKey,
    RawNotice, Strength, Verdict,
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
        let askable = self
            .provider(attempt.provider)
            .is_some_and(|provider| provider.status().is_some());
        let event = if !matches_attempt(attempt, notice) {
            // The right address, but about something else: whoever sent it knows the address and not the payment.
            Some(AttemptEvent::WeakEvidence)
        } else if askable {
            // Only a claim of success is worth a row: everything else the question below will tell.
            (notice.verdict == Verdict::Seen).then_some(AttemptEvent::Seen {
                source: Source::Callback,
            })
        } else {
            self.taken_at_its_word(attempt, notice)
        };
        if let Some(event) = event
            && let Err(error) = self
                .record_attempt(order.id, attempt.id, event, notice.said.clone())
                .await
        {
            // What the state forbids is no reason for the provider to send it again; what could not be written is.
            if let RecordError::Transition(refused) = error {
                tracing::warn!(order = %order.id, refused = %refused, "a callback does not fit the attempt's state");
            } else {
                tracing::error!(order = %order.id, error = %error, "a callback could not be stored");
                return NoticeOutcome::NotStored;
            }
        }
        // Of a paid attempt only more money is news.
        let settled = attempt.state == AttemptState::Paid && !attempt.rests_on_word();
        if settled && notice.verdict != Verdict::Seen {
            return NoticeOutcome::Stored;
        }
        if self.inner.ledger.wake(attempt.id, self.now()).await.is_err() {
            return NoticeOutcome::NotStored;
        }
        self.inner.wake.notify_one();
        NoticeOutcome::Stored
    }

    /// What a callback means where the provider cannot be asked: it settles only on an address nobody else knows,
    /// with the exact order, reference and amount; anything else is for a person (cli.md, evidence).
    fn taken_at_its_word(&self, attempt: &Attempt, notice: &Notice) -> Option<AttemptEvent> {
        if notice.strength == Strength::Weak || notice.our_ref.is_none() {
            return Some(AttemptEvent::WeakEvidence);
        }
        match &notice.verdict {
            Verdict::Paid(evidence) if self.is_the_sum(attempt, evidence.amount) => {
                Some(AttemptEvent::Confirmed {
                    evidence: evidence.clone(),
                })
            }
            Verdict::Paid(_) | Verdict::Short(_) | Verdict::ShortForGood(_) | Verdict::Contradiction(_) => {
                Some(AttemptEvent::WeakEvidence)
            }
            Verdict::Seen => Some(AttemptEvent::Seen {
                source: Source::Callback,
            }),
            Verdict::Declined(reason) => Some(AttemptEvent::Declined { reason: *reason }),
            Verdict::Lapsed => Some(AttemptEvent::Lapsed),
            Verdict::Held => Some(AttemptEvent::Held),
            Verdict::Unrecognised(word) => Some(AttemptEvent::Unrecognised { word: word.clone() }),
            Verdict::Pending => None,
        }
    }

    /// The payable sum to the satang; while the provider's answer is still out, a sum it may have adjusted to.
    fn is_the_sum(&self, attempt: &Attempt, amount: Money) -> bool {
        if attempt.accepted_at.is_some() {
            return amount == attempt.payable;
        }
        let adjusted_by = amount.checked_sub(attempt.asked).map(Money::abs);
        adjusted_by.is_some_and(|by| by <= self.config().adjust_limit)
    }
}

/// Whether the callback names this attempt and no other payment.
fn matches_attempt(attempt: &Attempt, notice: &Notice) -> bool {
    let same_order = notice.our_ref.is_none_or(|id| id == attempt.id);
    let same_reference = match (&attempt.provider_ref, &notice.provider_ref) {
        (Some(known), Some(said)) => known == said,
        // A known reference that the callback leaves out is not matched; an unknown one cannot be compared yet.
        (Some(_), None) => notice.strength == Strength::Signed,
        (None, _) => true,
    };
    same_order && same_reference
}

/// The attempt a callback is for: the one whose address it came to, else the one it names. `None` for an account-wide
/// callback that is about a payment of somebody else.
fn attempt_of<'a>(order: &'a Order, raw: &RawNotice, notice: &Notice) -> Option<&'a Attempt> {
    let mut candidates = order
        .attempts
        .iter()
        .filter(|attempt| attempt.provider == raw.provider);
    if let Some(token) = raw.token {
        return candidates.find(|attempt| attempt.token == token);
    }
    let its_reference =
        |attempt: &Attempt| attempt.provider_ref.is_some() && attempt.provider_ref == notice.provider_ref;
    candidates.find(|attempt| {
        let named = notice.our_ref == Some(attempt.id) || its_reference(attempt);
        named && matches_attempt(attempt, notice)
    })
}
