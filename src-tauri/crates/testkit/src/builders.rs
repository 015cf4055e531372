//! Short ways to say what a test needs, with everything it does not care about filled in.

use crate::clock::{START, TestIds};
use keptang_domain::order::{AttemptEvent, Evidence, Instruction, Order, OrderEvent, Source};
use keptang_domain::{AttemptId, CallbackToken, DayCutoff, Money, OrderId, ProviderId, Timestamp};
use keptang_ports::{Ids, NewClaim, NewOrder, WorkerId};

/// The worker of tests that have one.
pub const WORKER: WorkerId = WorkerId(1);
/// How long the builders' claims last, in milliseconds.
pub const LEASE_MS: i64 = 30_000;

/// Whole baht.
pub const fn baht(baht: i64) -> Money {
    Money::from_satang(baht * 100)
}

/// A sale of 250 baht at counter A through Omise, opened at [`START`] and claimed by [`WORKER`].
pub fn new_order(ids: &TestIds) -> NewOrder {
    NewOrder {
        id: OrderId::from_bits(ids.next_id()),
        counter: "A".to_owned(),
        amount_due: baht(250),
        note: None,
        cashier: None,
        business_day: START.business_day(DayCutoff::DEFAULT),
        at: START,
        attempt: AttemptId::from_bits(ids.next_id()),
        provider: ProviderId::OmiseTrueMoney,
        token: CallbackToken::from_bits(ids.next_token()),
        quote: None,
        claim: NewClaim {
            worker: WORKER,
            lease_ms: LEASE_MS,
        },
    }
}

/// A payment of `amount` that the provider itself told of.
pub fn evidence(key: &str, amount: Money) -> Evidence {
    Evidence {
        key: key.to_owned(),
        source: Source::Query,
        amount,
        fee: None,
    }
}

/// An attempt's event as an event of its order.
pub const fn of(attempt: AttemptId, event: AttemptEvent) -> OrderEvent {
    OrderEvent::Attempt {
        attempt,
        event,
        said: None,
    }
}

/// The provider took the newest attempt of `order`, as it was asked, with a QR to show and 15 minutes to pay.
pub fn accepted(order: &Order, reference: &str) -> OrderEvent {
    let attempt = order.newest().expect("the order has an attempt");
    of(
        attempt.id,
        AttemptEvent::Accepted {
            provider_ref: Some(reference.to_owned()),
            payable: attempt.asked,
            instruction: Some(Instruction::QrImage {
                png: png(),
                text: Some("https://pay.example/qr".to_owned()),
            }),
            deadline: Some(attempt.opened_at.plus_ms(15 * 60_000)),
        },
    )
}

/// All of the newest attempt's money arrived.
pub fn confirmed(order: &Order, key: &str) -> OrderEvent {
    let attempt = order.newest().expect("the order has an attempt");
    let evidence = evidence(key, attempt.payable);
    of(attempt.id, AttemptEvent::Confirmed { evidence })
}

/// Another attempt for what is missing.
pub fn another_attempt(order: &Order, provider: ProviderId, ids: &TestIds) -> OrderEvent {
    OrderEvent::AttemptOpened {
        attempt: AttemptId::from_bits(ids.next_id()),
        provider,
        token: CallbackToken::from_bits(ids.next_token()),
        asked: order.missing(),
        quote: None,
    }
}

/// `ms` milliseconds after [`START`].
pub const fn after_ms(ms: i64) -> Timestamp {
    START.plus_ms(ms)
}

/// The smallest PNG: one transparent pixel.
pub fn png() -> Vec<u8> {
    vec![
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
        0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00,
        0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x60, 0x00, 0x02, 0x00, 0x00, 0x05, 0x00,
        0x01, 0xe9, 0xfa, 0xdc, 0xd8, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ]
}
