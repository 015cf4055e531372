//! Sends callbacks to the shop, apart from the API answers, with the webhook faults of the menu.
//!
//! First attempts go out in order, one after the other; repeats run on the side, for callbacks without a
//! fault only. Nothing here survives the process: the provider pages call a
//! callback a hint that may be lost, and the till must live with that.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::app::App;
use crate::crypto;
use crate::deposit;
use crate::faults::{Provider, WebhookVariant};
use crate::jwt;
use crate::omise;

/// Omise page: unknown, so this simulator's own.
const OMISE_REPEATS_MS: &[i64] = &[1_000, 6_000, 36_000];
/// Deposit page §6 and JWT page §7.
const GATEWAY_REPEATS_MS: &[i64] = &[10_000, 30_000, 60_000, 300_000];
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
const REMEMBERED_MAX: usize = 200;
const STALE_MS: i64 = 600_000;

/// Crypto page §6.
const CRYPTO_REPEATS_MS: &[i64] = &[10_000, 30_000, 60_000, 300_000, 900_000];

/// When a provider tries again, counted from the first attempt.
fn repeats_ms(sender: Provider) -> &'static [i64] {
    match sender {
        Provider::Omise => OMISE_REPEATS_MS,
        Provider::DepositGateway | Provider::JwtGateway => GATEWAY_REPEATS_MS,
        Provider::Crypto2328 => CRYPTO_REPEATS_MS,
        // It calls nobody back.
        Provider::EasySlip => &[],
    }
}

/// A callback secret, decoded.
#[derive(Clone)]
pub(crate) struct SigningKey(pub(crate) Vec<u8>);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SigningKey(…)")
    }
}

/// One callback on its way.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Whose signature rules apply.
    pub(crate) sender: Provider,
    pub(crate) event_id: String,
    pub(crate) urls: Vec<String>,
    /// Without its signature, where that is part of the body.
    pub(crate) body: Vec<u8>,
    /// What the signature is made over, where that is not `body`.
    pub(crate) token_body: Option<Vec<u8>>,
    /// One signature each.
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) variant: Option<WebhookVariant>,
}

pub(crate) enum Mail {
    Letter(Box<Letter>),
    /// Answered once every letter before it has had its first attempt.
    Flush(oneshot::Sender<()>),
    /// Lets a letter go that waits for a later one.
    Release,
}

/// One attempt to deliver an event.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) url: String,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) at_ms: i64,
}

/// An event and how its delivery went.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) attempts: Vec<Attempt>,
}

/// The events that can still be looked up.
#[derive(Debug, Default)]
pub(crate) struct Journal(VecDeque<Event>);

impl Journal {
    pub(crate) fn add(&mut self, event: Event) {
        if self.0.len() >= REMEMBERED_MAX {
            self.0.pop_front();
        }
        self.0.push_back(event);
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Event> {
        self.0.iter().find(|event| event.id == id)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn note(&mut self, id: &str, attempt: Attempt) {
        if let Some(event) = self.0.iter_mut().find(|event| event.id == id) {
            event.attempts.push(attempt);
        }
    }
}

/// A request exactly as it went out.
#[derive(Debug, Clone)]
struct Sent {
    sender: Provider,
    event_id: String,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

pub(crate) async fn run(app: Arc<App>, http: reqwest::Client, mut mail: mpsc::UnboundedReceiver<Mail>) {
    let mut office = Office {
        app,
        http,
        held: Vec::new(),
        remembered: VecDeque::new(),
        repeats: JoinSet::new(),
    };
    loop {
        tokio::select! {
            next = mail.recv() => match next {
                None => return,
                Some(Mail::Letter(letter)) => office.handle(*letter).await,
                Some(Mail::Flush(done)) => {
                    // Whoever asked may have gone.
                    let _ = done.send(());
                }
                Some(Mail::Release) => office.release_held().await,
            },
            Some(_) = office.repeats.join_next() => {}
        }
    }
}

struct Office {
    app: Arc<App>,
    http: reqwest::Client,
    held: Vec<Letter>,
    remembered: VecDeque<Sent>,
    repeats: JoinSet<()>,
}

impl Office {
    async fn handle(&mut self, letter: Letter) {
        match letter.variant {
            Some(WebhookVariant::None) => {}
            Some(WebhookVariant::Reordered) => {
                self.held.push(letter);
                return;
            }
            Some(WebhookVariant::Duplicate { copies }) => {
                for _ in 0..copies {
                    self.post(&letter).await;
                }
            }
            Some(WebhookVariant::Replay) => {
                self.post(&letter).await;
                if let Some(old) = self.remembered.front().cloned() {
                    deliver(&self.app, &self.http, &old).await;
                }
            }
            _ => self.post(&letter).await,
        }
        self.release_held().await;
    }

    async fn release_held(&mut self) {
        for letter in std::mem::take(&mut self.held) {
            self.post(&letter).await;
        }
    }

    async fn post(&mut self, letter: &Letter) {
        for url in &letter.urls {
            let sent = compose(&self.app, letter, url);
            let first_ms = self.app.clock.now_ms();
            let is_accepted = deliver(&self.app, &self.http, &sent).await;
            if self.remembered.len() >= REMEMBERED_MAX {
                self.remembered.pop_front();
            }
            self.remembered.push_back(sent);
            // A faulty callback is not tried again: the second try would be a good one.
            let is_genuine = matches!(
                letter.variant,
                None | Some(WebhookVariant::Reordered | WebhookVariant::Early)
            );
            if !is_accepted && is_genuine {
                self.repeats.spawn(repeat(
                    Arc::clone(&self.app),
                    self.http.clone(),
                    letter.clone(),
                    url.clone(),
                    first_ms,
                ));
            }
        }
    }
}

fn compose(app: &App, letter: &Letter, url: &str) -> Sent {
    let now_ms = app.clock.now_ms();
    let signed_ms = match letter.variant {
        Some(WebhookVariant::Stale) => now_ms - STALE_MS,
        _ => now_ms,
    };
    let forged = [SigningKey(b"a key nobody was given".to_vec())];
    let keys = if letter.variant == Some(WebhookVariant::Forged) {
        &forged[..]
    } else {
        &letter.keys
    };
    let mut sent = Sent {
        sender: letter.sender,
        event_id: letter.event_id.clone(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: letter.body.clone(),
    };
    match letter.sender {
        Provider::Omise => {
            sent.headers = omise::callback_headers(keys, signed_ms, &letter.body);
            if letter.variant == Some(WebhookVariant::Altered) {
                omise::alter_callback(&mut sent.body);
            }
        }
        Provider::DepositGateway => {
            deposit::spoil(letter.variant.as_ref(), &mut sent.url, &mut sent.body);
        }
        Provider::JwtGateway => {
            if let Some(key) = keys.first() {
                let token_body = letter.token_body.as_deref();
                sent.body = jwt::stamp(key, letter.variant.as_ref(), &letter.body, token_body);
            }
        }
        Provider::Crypto2328 => {
            if let Some(key) = keys.first() {
                sent.body = crypto::stamp(key, letter.variant.as_ref(), &letter.body);
            }
        }
        Provider::EasySlip => {}
    }
    sent
}

async fn repeat(app: Arc<App>, http: reqwest::Client, letter: Letter, url: String, first_ms: i64) {
    for after_ms in repeats_ms(letter.sender) {
        app.clock.sleep_until_ms(first_ms.saturating_add(*after_ms)).await;
        let sent = compose(&app, &letter, &url);
        if deliver(&app, &http, &sent).await {
            return;
        }
    }
    app.stats().webhooks.given_up += 1;
}

/// True when the receiver answered 2xx, and for the JWT gateway its code as well.
async fn deliver(app: &App, http: &reqwest::Client, sent: &Sent) -> bool {
    let mut request = http
        .post(&sent.url)
        .timeout(ANSWER_TIMEOUT)
        .header("content-type", "application/json; charset=utf-8")
        .body(sent.body.clone());
    for (name, value) in &sent.headers {
        request = request.header(*name, value);
    }
    let (status, error, body) = match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let body = match sent.sender {
                // An answer that breaks off has no code in it.
                Provider::JwtGateway => response.bytes().await.unwrap_or_default(),
                Provider::Omise | Provider::DepositGateway | Provider::Crypto2328 | Provider::EasySlip => {
                    Default::default()
                }
            };
            (Some(status), None, body)
        }
        Err(error) => (None, Some(error.to_string()), Default::default()),
    };
    let is_accepted = status.is_some_and(|status| match sent.sender {
        Provider::JwtGateway => jwt::is_acknowledged(status, &body),
        Provider::Omise | Provider::DepositGateway | Provider::Crypto2328 | Provider::EasySlip => {
            (200..300).contains(&status)
        }
    });
    {
        let counts = &mut app.stats().webhooks;
        match status {
            Some(_) if is_accepted => counts.accepted += 1,
            Some(_) => counts.refused += 1,
            None => counts.failed += 1,
        }
    }
    let at_ms = app.clock.now_ms();
    app.journal().note(
        &sent.event_id,
        Attempt {
            url: sent.url.clone(),
            status,
            error,
            at_ms,
        },
    );
    is_accepted
}
