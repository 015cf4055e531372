//! Attacks on everything that reads a provider's bytes, through the public surface alone: altered fixtures go to a
//! server on this machine that says them back, or straight into the reader of callbacks.
//!
//! Four things must hold whatever comes: no panic and no hang; "paid" only where a second reading of the same bytes,
//! written here from the provider's page, finds reference, order, amount, currency, mode and signature to be ours;
//! no altered callback believed; no answer that might hide a made payment taken for a refusal.
//!
//! `PROPTEST_CASES` sets how many alterations each test makes. What was found once stands in `found/` and is tried
//! first, unaltered.
#![allow(clippy::unwrap_used)]

mod bench;
mod crypto;
mod deposit;
mod jwt;
mod jwt_notices;
mod mutate;
mod omise;
mod oracle;
mod pool;

use keptang_domain::order::Quote;
use keptang_domain::{AttemptId, Money, ProviderId, RefundId, Timestamp};
use keptang_ports::{CreatePayment, LostPayment, NoticeError, PaymentRef, ProviderError, RawNotice, Verdict};
use mutate::{Recipe, recipe};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const ATTEMPT: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
const REFUND: &str = "0192aaaa-bbbb-7ccc-8ddd-eeeeffff0009";
const ORDER_NUMBER: &str = "1-0007";
const CASES: u32 = 100;
const SHRINKS_MAX: u32 = 300;
const SHRINK_MS_MAX: u32 = 15_000;

/// What a check finds wrong.
type Finding = Result<(), String>;

/// A body to begin with, and where it was read.
struct Seed {
    name: String,
    body: Vec<u8>,
}

/// Every fixture below these folders, and what was found before.
fn seeds(provider: &str, folders: &[&str]) -> Vec<Seed> {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/providers");
    let found = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/found");
    let mut seeds = Vec::new();
    for folder in folders {
        for root in [found, fixtures] {
            let Ok(files) = std::fs::read_dir(format!("{root}/{provider}/{folder}")) else {
                continue;
            };
            let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
            paths.sort();
            seeds.extend(paths.into_iter().map(|path| Seed {
                name: path.display().to_string(),
                body: at_home(&std::fs::read(&path).unwrap()),
            }));
        }
    }
    assert!(!seeds.is_empty(), "{provider} {folders:?}");
    seeds
}

/// No address may lead away from this machine: pictures of elsewhere are the server's own.
fn at_home(body: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) => text
            .replace("https://api.omise.co", "{base}")
            .replace("https://2328.io", "https:@2328.io")
            .replace("https://", "{base}/elsewhere.png/")
            .replace("https:@", "https://")
            .into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// The body with the server's own address in it.
fn served(body: &[u8], base: &str) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) => text.replace("{base}", base).into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// Tries every seed as it is, signed anew, and then altered ones; `check` gets the recipe's own choices too.
fn attack(base: &str, seeds: &[Seed], check: impl Fn(&[u8], &Recipe) -> Finding) {
    for seed in seeds {
        // Signed anew too: a seed whose addresses were turned home carries a signature over others.
        for resigned in [false, true] {
            if let Err(finding) = check(&served(&seed.body, base), &Recipe::plain(resigned)) {
                panic!("{}: {finding}", seed.name);
            }
        }
    }
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut runner = TestRunner::new(Config {
        cases: cases.unwrap_or(CASES),
        max_shrink_iters: SHRINKS_MAX,
        max_shrink_time: SHRINK_MS_MAX,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&recipe(), |recipe| {
        let seed = recipe.pick(seeds);
        let body = served(&recipe.cook(&seed.body), base);
        check(&body, &recipe).map_err(|finding| {
            let shown: String = String::from_utf8_lossy(&body).chars().take(3_000).collect();
            TestCaseError::fail(format!("{finding}\nfrom {}\nbody: {shown}", seed.name))
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Counts what an attack reached, so that one that reaches nothing fails.
#[derive(Default)]
struct Reached(std::cell::Cell<u32>);

impl Reached {
    fn once_more(&self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Drop for Reached {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.get() > 0, "no body ever came as far as the check");
        }
    }
}

fn wrong(holds: bool, what: &str, saw: &dyn std::fmt::Debug) -> Finding {
    if holds {
        Ok(())
    } else {
        Err(format!("{what}: {saw:?}"))
    }
}

/// What an error of a request that may have made something must be when the answer was a 2xx: nothing that lets the
/// till think that nothing exists, unless the body says so itself.
fn leaves_open(error: &ProviderError, status: u16, refused_in_words: bool) -> Finding {
    let closes = matches!(
        error,
        ProviderError::Refused { .. }
            | ProviderError::NotSent
            | ProviderError::NotFound
            | ProviderError::Misconfigured(_)
            | ProviderError::Throttled { .. }
            | ProviderError::Unavailable
    );
    let open = !(200..=299).contains(&status) || !closes || refused_in_words;
    wrong(open, "something may exist, and the error denies it", error)
}

fn attempt() -> AttemptId {
    ATTEMPT.parse().unwrap()
}

fn refund_id() -> RefundId {
    REFUND.parse().unwrap()
}

/// The terms of an invoice in baht; only 2328.io looks at them.
fn quoted(satang: i64) -> Quote {
    Quote {
        coin: "USDT".to_owned(),
        network: "TRX-TRC20".to_owned(),
        invoiced: Money::from_satang(satang).to_string(),
        currency: "THB".to_owned(),
        rate: None,
        source: "none".to_owned(),
        at: Timestamp::from_ms(0),
    }
}

fn payment(satang: i64) -> CreatePayment {
    CreatePayment {
        attempt: attempt(),
        order_number: ORDER_NUMBER.to_owned(),
        amount: Money::from_satang(satang),
        callback_url: None,
        quote: Some(quoted(satang)),
    }
}

fn payment_ref(provider_ref: &str, satang: i64) -> PaymentRef {
    PaymentRef {
        attempt: attempt(),
        order_number: ORDER_NUMBER.to_owned(),
        provider_ref: provider_ref.to_owned(),
        payable: Money::from_satang(satang),
        quote: Some(quoted(satang)),
    }
}

fn lost(satang: i64, now: Timestamp) -> LostPayment {
    LostPayment {
        attempt: attempt(),
        order_number: ORDER_NUMBER.to_owned(),
        amount: Money::from_satang(satang),
        submitted_at: now.plus_ms(-30_000),
        quote: Some(quoted(satang)),
    }
}

fn raw_notice(provider: ProviderId, headers: Vec<(String, String)>, body: &[u8]) -> RawNotice {
    RawNotice {
        provider,
        token: Some(keptang_domain::CallbackToken::from_bits(7)),
        headers,
        body: body.to_vec(),
    }
}

/// Whether a callback says that there is money.
fn claims_money(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Paid(_) | Verdict::Seen | Verdict::Short(_) | Verdict::ShortForGood(_)
    )
}

/// A body beyond 64 KiB is refused before anything else.
fn too_long_is_refused(body: &[u8], read: &Result<keptang_ports::Notice, NoticeError>) -> Finding {
    let refused = matches!(read, Err(NoticeError::Unreadable));
    wrong(body.len() <= 64 * 1024 || refused, "too long, and read", read)
}
