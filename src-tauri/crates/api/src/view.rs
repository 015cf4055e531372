//! From the domain's order to the data types of the contract.

use crate::dto;
use base64::Engine;
use keptang_checkout::{Standing, Till};
use keptang_domain::order::{Attempt, AttemptState, Flag, Instruction, Order, Quote, Refund};
use keptang_domain::{Money, ProviderId, Timestamp, Tracking, cash};
use keptang_ports::{PaymentProvider, Watch};

/// RFC 3339 with Bangkok's offset and milliseconds. Thailand has no daylight saving, so the offset is fixed.
pub(crate) fn moment(at: Timestamp) -> String {
    let bangkok = jiff::tz::Offset::constant(7).to_time_zone();
    jiff::Timestamp::from_millisecond(at.ms())
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(bangkok)
        .strftime("%Y-%m-%dT%H:%M:%S%.3f+07:00")
        .to_string()
}

pub(crate) fn qr(text: &str) -> Option<dto::Qr> {
    let modules = keptang_qr::encode(text).ok()?;
    Some(dto::Qr {
        size: modules.size,
        path: modules.to_svg_path(),
    })
}

fn png(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn instruction(instruction: &Instruction) -> dto::Instruction {
    match instruction {
        Instruction::QrText { text } => dto::Instruction::QrText {
            text: text.clone(),
            qr: qr(text),
        },
        Instruction::QrImage { png: bytes, text } => dto::Instruction::QrImage {
            png_base64: png(bytes),
            text: text.clone(),
            // Only plain text survives being drawn again exactly.
            qr: text.as_deref().filter(|text| text.is_ascii()).and_then(qr),
        },
        Instruction::BankAccount {
            bank_code,
            number,
            name,
        } => dto::Instruction::BankAccount {
            bank_code: bank_code.clone(),
            number: number.clone(),
            name: name.clone(),
        },
        Instruction::Redirect { url } => dto::Instruction::Redirect {
            url: url.clone(),
            qr: qr(url),
        },
        Instruction::CryptoAddress {
            address,
            amount,
            coin,
            network,
            qr_png,
        } => dto::Instruction::CryptoAddress {
            address: address.clone(),
            amount: amount.clone(),
            coin: coin.clone(),
            network: network.clone(),
            qr_png_base64: png(qr_png),
            qr: qr(address),
        },
    }
}

pub(crate) fn quote(quote: &Quote) -> dto::Quote {
    dto::Quote {
        coin: quote.coin.clone(),
        network: quote.network.clone(),
        invoiced: quote.invoiced.clone(),
        currency: quote.currency.clone(),
        rate: quote.rate.clone(),
        source: quote.source.clone(),
        at: moment(quote.at),
    }
}

/// The drawer, as a provider among the others: always open, asked by nobody.
pub(crate) fn cash_drawer(training: bool) -> dto::ProviderInfo {
    dto::ProviderInfo {
        id: ProviderId::Cash.word(),
        min: cash::SMALLEST_COIN.to_string(),
        max: Money::LARGEST_SALE.to_string(),
        tracking: vec![Tracking::Person.word()],
        cancel: false,
        refund: true,
        health: "ok",
        answered_ms_ago: None,
        setting: None,
        live: !training,
        assets: Vec::new(),
        balance: false,
        statement: false,
    }
}

fn refund(refund: &Refund) -> dto::Refund {
    dto::Refund {
        refund_id: refund.id.to_string(),
        amount: refund.amount.to_string(),
        kind: refund.kind.word(),
        state: refund.state.word(),
        provider_ref: refund.provider_ref.clone(),
        reason: refund.reason.word(),
    }
}

/// What is known outside the order itself.
pub(crate) struct Surroundings<'a> {
    pub(crate) till: &'a Till,
    pub(crate) now: Timestamp,
}

impl Surroundings<'_> {
    fn attempt(&self, attempt: &Attempt, watch: Option<Watch>) -> dto::Attempt {
        let provider = self.till.provider(attempt.provider);
        let tracking: Vec<Tracking> = match provider {
            Some(provider) => provider.profile().tracking.clone(),
            // Whoever counts the money is the only source.
            None if attempt.provider == ProviderId::Cash => vec![Tracking::Person],
            None => Vec::new(),
        };
        let askable = provider.is_some_and(|provider| provider.status().is_some());
        let lifetime_ms = attempt.deadline.map(|deadline| {
            deadline
                .ms_since(attempt.accepted_at.unwrap_or(attempt.opened_at))
                .max(0)
        });
        let age_ms = self
            .now
            .ms_since(attempt.accepted_at.unwrap_or(attempt.opened_at))
            .max(0);
        let followed = askable && watch.is_some() && !attempt.state.is_final();
        dto::Attempt {
            attempt_id: attempt.id.to_string(),
            provider: attempt.provider.word(),
            method: attempt.provider.method().word(),
            state: attempt.state.word(),
            our_ref: attempt.id.to_string(),
            provider_ref: attempt.provider_ref.clone(),
            payable: attempt.payable.to_string(),
            received: attempt.received().to_string(),
            fee: attempt.fee.map(|fee| fee.to_string()),
            instruction: self.shown(attempt).map(instruction),
            deadline: attempt.deadline.map(moment),
            tracking: tracking.iter().map(|tracking| tracking.word()).collect(),
            reason: attempt.reason.map(|reason| reason.word()),
            opened_at: moment(attempt.opened_at),
            ended_at: attempt.ended_at.map(moment),
            adjustment: attempt.adjustment().to_string(),
            // Never more than there was: the moment asked about may lie a blink before the acceptance.
            remaining_ms: attempt
                .deadline
                .map(|deadline| deadline.ms_since(self.now).clamp(0, lifetime_ms.unwrap_or(0))),
            lifetime_ms,
            asked_ms_ago: watch
                .and_then(|watch| watch.answered_at)
                .map(|at| self.now.ms_since(at).max(0)),
            ask_every_ms: followed.then(|| self.till.config().timing.poll_every_ms(attempt.state, age_ms)),
            callbacks: tracking.contains(&Tracking::Callback),
            checked_nothing: watch.is_some_and(|watch| watch.nothing_found_at.is_some()),
            confirmed_by: attempt.confirmed_by.map(|source| source.word()),
            tendered: attempt.tendered.map(|tendered| tendered.to_string()),
            change: attempt.change().map(|change| change.to_string()),
            quote: attempt.quote.as_ref().map(quote),
        }
    }

    /// Once money was seen the QR must not be scanned again.
    fn shown<'b>(&self, attempt: &'b Attempt) -> Option<&'b Instruction> {
        attempt
            .instruction
            .as_ref()
            .filter(|_| attempt.state == AttemptState::Awaiting)
    }

    /// The order as the contract shows it. Reads how each attempt is followed; a fact that cannot be read is left out
    /// rather than failing the whole picture.
    pub(crate) async fn order(&self, order: &Order) -> dto::Order {
        let mut attempts = Vec::with_capacity(order.attempts.len());
        for attempt in &order.attempts {
            let watch = if attempt.state == AttemptState::Paid {
                None
            } else {
                self.till.ledger().watch(attempt.id).await.ok().flatten()
            };
            attempts.push(self.attempt(attempt, watch));
        }
        let received = order.received();
        let spoken = if received.is_positive() {
            received
        } else {
            order.opening.amount_due
        };
        dto::Order {
            kind: "order",
            order_id: order.id.to_string(),
            number: order.opening.number.clone(),
            state: order.state.word(),
            amount_due: order.opening.amount_due.to_string(),
            received: received.to_string(),
            refunded: order.refunded().to_string(),
            cashier: order.opening.cashier.clone(),
            note: order.opening.note.clone(),
            business_day: order.opening.business_day.to_string(),
            flags: order.flags().into_iter().map(Flag::word).collect(),
            attempts,
            refunds: order.refunds.iter().map(refund).collect(),
            version: order.version,
            created_at: moment(order.created_at),
            missing: order.missing().to_string(),
            excess: order.excess().to_string(),
            settled_at: order.settled_at.map(moment),
            words_th: spoken.thai_words(),
            next_provider: self.till.next_provider(order).map(ProviderId::word),
        }
    }

    pub(crate) fn provider(&self, provider: &dyn PaymentProvider) -> dto::ProviderInfo {
        let profile = provider.profile();
        let health = self.till.health(provider.id());
        let (word, setting) = match (&profile.fault, health.standing) {
            (Some(fault), _) => ("misconfigured", Some(fault.setting.clone())),
            (None, Standing::Misconfigured { fault }) => ("misconfigured", Some(fault.setting)),
            (None, Standing::Unknown) => ("unknown", None),
            (None, Standing::Ok) => ("ok", None),
            (None, Standing::Slow) => ("slow", None),
            (None, Standing::Down) => ("down", None),
        };
        dto::ProviderInfo {
            id: provider.id().word(),
            min: profile.min.to_string(),
            max: profile.max.to_string(),
            tracking: profile.tracking.iter().map(|tracking| tracking.word()).collect(),
            cancel: provider.cancel().is_some(),
            refund: provider.refunds().is_some(),
            health: word,
            answered_ms_ago: health.answered_at.map(|at| self.now.ms_since(at).max(0)),
            setting,
            live: profile.live,
            assets: provider
                .assets()
                .into_iter()
                .map(|asset| dto::Asset {
                    coin: asset.coin,
                    network: asset.network,
                })
                .collect(),
            balance: provider.payouts().is_some(),
            statement: provider.statement().is_some(),
        }
    }
}
