//! Callbacks to a running `serve`: what is forged, old, altered or meant for somebody else changes nothing and is
//! answered as the provider's page says; what is true is credited once, however often and in whatever order it comes.

use crate::serve::{serve, settled};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use keptang_simulator::TRAINING_WEBHOOK_SECRET;
use keptang_simulator::control::Action;
use keptang_simulator::faults::{Fault, FaultRule, WebhookVariant};
use keptang_tests::till::{Process, TestTill, flags, newest, until};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATH: &str = "/callbacks/omise_truemoney";

/// A callback as it goes over the wire.
#[derive(Clone)]
struct Letter {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// By the provider's page: HMAC-SHA256 with the decoded secret over time, a dot, and the bytes of the body.
fn signature(secret: &str, signed_at: &str, body: &[u8]) -> String {
    let key = STANDARD.decode(secret).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(signed_at.as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

impl Letter {
    fn signed_with(secret: &str, signed_at_s: u64, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        let signed_at = signed_at_s.to_string();
        let signature = signature(secret, &signed_at, &body);
        Self {
            method: "POST",
            path: PATH.to_owned(),
            headers: vec![
                ("Omise-Signature".to_owned(), signature),
                ("Omise-Signature-Timestamp".to_owned(), signed_at),
            ],
            body,
        }
    }

    fn signed(body: &Value) -> Self {
        Self::signed_with(TRAINING_WEBHOOK_SECRET, now_s(), body)
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| name != header);
        self
    }

    fn with(self, header: &str, value: &str) -> Self {
        let mut changed = self.without(header);
        changed.headers.push((header.to_owned(), value.to_owned()));
        changed
    }

    /// Sends it and gives the status of the answer.
    async fn send(&self, port: u16) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: till\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            self.method,
            self.path,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // A till that refuses early may hang up before it has read everything.
        let _ = stream.write_all(&self.body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split(' ').nth(1);
        status
            .unwrap_or_else(|| panic!("no answer: {answer}"))
            .parse()
            .unwrap()
    }
}

/// A shop with one sale that waits for its customer, and a `serve` that hears callbacks but hardly asks by itself.
struct Counter {
    till: TestTill,
    order: Value,
    _serve: Process,
}

impl Counter {
    async fn open() -> Self {
        let mut till = TestTill::new().await;
        till.with_callbacks().with_seldom_polling();
        let (serve, line) = serve(&till).await;
        assert_eq!(line["listening"], true);
        // The announcement of the charge would make the till ask; without it, whatever comes next is the test's.
        till.fault(FaultRule::once(Fault::Webhook {
            variant: WebhookVariant::None,
            key: Some("charge.create".to_owned()),
        }))
        .await;
        let order = till.open_sale().await;
        Self {
            till,
            order,
            _serve: serve,
        }
    }

    /// The event that says our charge is paid, as the provider would write it.
    fn paid_event(&self) -> Value {
        let attempt = newest(&self.order);
        json!({
            "object": "event", "id": "evnt_test_0000000000000000001", "livemode": false, "key": "charge.complete",
            "webhook_deliveries": [],
            "data": {
                "object": "charge", "id": attempt["provider_ref"], "livemode": false, "status": "successful",
                "paid": true, "amount": 25_000, "currency": "THB",
                "metadata": {"order_id": self.order["number"], "attempt": attempt["attempt_id"]},
            },
        })
    }

    /// Everything the ledger holds that money depends on: the sale without what only tells the time, and the length of
    /// the history.
    async fn books(&self) -> (String, i64) {
        let mut order = self.till.show("A-0001").await;
        for attempt in order["attempts"].as_array_mut().unwrap() {
            for volatile in ["remaining_ms", "asked_ms_ago", "ask_every_ms"] {
                attempt.as_object_mut().unwrap().remove(volatile);
            }
        }
        let path = self.till.data_dir().join("ledger.sqlite");
        let mut file = SqliteConnectOptions::new()
            .filename(path)
            .connect()
            .await
            .unwrap();
        let events = sqlx::query_scalar("SELECT count(*) FROM order_events")
            .fetch_one(&mut file)
            .await
            .unwrap();
        (order.to_string(), events)
    }

    /// Sends each letter; each gets its status and none changes the books. Then the true one settles the sale, which
    /// also shows that those before were really looked at.
    async fn nothing_changes(&self, letters: Vec<(&str, Letter, u16)>) {
        let before = self.books().await;
        for (what, letter, status) in letters {
            assert_eq!(letter.send(self.till.port).await, status, "{what}");
            assert_eq!(self.books().await, before, "{what}");
        }
        self.pays_once().await;
    }

    async fn pays_once(&self) {
        self.till.act(Action::Pay).await;
        let order = settled(&self.till, "A-0001").await;
        assert_eq!(order["received"], "250.00");
        assert_eq!(flags(&order), [""; 0]);
        self.till.run(&["ledger", "verify"]).await.expect(0);
    }
}

#[tokio::test]
async fn a_signature_that_is_wrong_missing_or_of_another_account_is_refused() {
    let counter = Counter::open().await;
    let event = counter.paid_event();
    let true_one = Letter::signed(&event);
    let another_account = STANDARD.encode(b"the secret of another account");
    let text_as_key = {
        let mut mac = Hmac::<Sha256>::new_from_slice(TRAINING_WEBHOOK_SECRET.as_bytes()).unwrap();
        let signed_at = now_s().to_string();
        mac.update(format!("{signed_at}.{event}").as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        Letter::signed(&event)
            .with("Omise-Signature", &signature)
            .with("Omise-Signature-Timestamp", &signed_at)
    };
    let mut altered = true_one.clone();
    let digit = altered.body.windows(5).position(|five| five == b"25000").unwrap();
    altered.body[digit] = b'9';
    let shifted = (now_s() - 1).to_string();
    counter
        .nothing_changes(vec![
            (
                "forged",
                true_one.clone().with("Omise-Signature", &"ab".repeat(32)),
                401,
            ),
            ("altered after signing", altered, 401),
            (
                "another time than was signed",
                true_one.clone().with("Omise-Signature-Timestamp", &shifted),
                401,
            ),
            (
                "another account's secret",
                Letter::signed_with(&another_account, now_s(), &event),
                401,
            ),
            ("the secret not decoded", text_as_key, 401),
            ("no signature", true_one.clone().without("Omise-Signature"), 401),
            (
                "no time",
                true_one.clone().without("Omise-Signature-Timestamp"),
                401,
            ),
            (
                "neither",
                true_one
                    .clone()
                    .without("Omise-Signature")
                    .without("Omise-Signature-Timestamp"),
                401,
            ),
            (
                "an empty signature",
                true_one.clone().with("Omise-Signature", ""),
                401,
            ),
            (
                "a signature that is no hex",
                true_one.clone().with("Omise-Signature", "paid"),
                401,
            ),
            (
                "a time that is none",
                true_one.with("Omise-Signature-Timestamp", "now"),
                401,
            ),
        ])
        .await;
}

#[tokio::test]
async fn an_old_callback_is_refused_also_with_a_true_signature() {
    let counter = Counter::open().await;
    let event = counter.paid_event();
    let at = |signed_at_s| Letter::signed_with(TRAINING_WEBHOOK_SECRET, signed_at_s, &event);
    counter
        .nothing_changes(vec![
            ("ten minutes old", at(now_s() - 600), 401),
            ("just too old", at(now_s() - 301), 401),
            ("from the future", at(now_s() + 600), 401),
            ("from 1970", at(0), 401),
        ])
        .await;
}

#[tokio::test]
async fn what_is_not_about_our_payment_is_taken_and_changes_nothing() {
    let counter = Counter::open().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut event = counter.paid_event();
        change(&mut event);
        Letter::signed(&event)
    };
    let unknown = |event: &mut Value| {
        event["data"]["id"] = json!("chrg_test_00000000000000nowhere");
        event["data"]["metadata"] = json!({});
    };
    let another_charge_under_our_name =
        |event: &mut Value| event["data"]["id"] = json!("chrg_test_00000000000000another");
    let of_live_mode = |event: &mut Value| {
        event["livemode"] = json!(true);
        event["data"]["livemode"] = json!(true);
    };
    let deleted = |event: &mut Value| event["data"] = json!({"object": "customer", "deleted": true});
    counter
        .nothing_changes(vec![
            ("an unknown charge", with(&unknown), 200),
            (
                "another charge under our name",
                with(&another_charge_under_our_name),
                200,
            ),
            ("the live mode", with(&of_live_mode), 200),
            ("no charge at all", with(&deleted), 200),
            (
                "pending",
                with(&|event| event["data"]["status"] = json!("pending")),
                200,
            ),
            (
                "a key nobody knows",
                with(&|event| event["key"] = json!("charge.dance")),
                200,
            ),
        ])
        .await;
}

#[tokio::test]
async fn what_is_no_callback_is_answered_as_such() {
    let counter = Counter::open().await;
    let true_one = Letter::signed(&counter.paid_event());
    let with_path = |path: &str| Letter {
        path: path.to_owned(),
        ..true_one.clone()
    };
    let with_method = |method| Letter {
        method,
        ..true_one.clone()
    };
    let signed_junk = {
        let body = b"{\"object\":\"event\",".to_vec();
        let signed_at = now_s().to_string();
        Letter {
            headers: vec![
                (
                    "Omise-Signature".to_owned(),
                    signature(TRAINING_WEBHOOK_SECRET, &signed_at, &body),
                ),
                ("Omise-Signature-Timestamp".to_owned(), signed_at),
            ],
            body,
            ..true_one.clone()
        }
    };
    let too_large = {
        let mut event = counter.paid_event();
        event["data"]["description"] = json!("x".repeat(70_000));
        Letter::signed(&event)
    };
    let token = "0".repeat(32);
    counter
        .nothing_changes(vec![
            ("signed, but no JSON", signed_junk, 400),
            ("too large", too_large, 413),
            ("another path", with_path("/callbacks"), 404),
            ("the top", with_path("/"), 404),
            ("a provider nobody knows", with_path("/callbacks/nobody"), 404),
            (
                "a provider without callbacks",
                with_path("/callbacks/promptpay_direct"),
                404,
            ),
            (
                "a token where there is none",
                with_path(&format!("{PATH}/{token}")),
                404,
            ),
            (
                "an attempt nobody knows",
                with_path(&format!("/callbacks/deposit_gateway/{token}")),
                404,
            ),
            ("a question", with_method("GET"), 405),
            ("another method", with_method("PUT"), 405),
        ])
        .await;
}

#[tokio::test]
async fn five_at_once_credit_once() {
    let counter = Counter::open().await;
    // The provider itself knows, and its own callback does not come.
    let none = Fault::webhook(WebhookVariant::None);
    counter.till.fault(FaultRule::once(none)).await;
    counter.till.act(Action::Pay).await;
    let letter = Letter::signed(&counter.paid_event());
    let port = counter.till.port;
    let statuses = tokio::join!(
        letter.send(port),
        letter.send(port),
        letter.send(port),
        letter.send(port),
        letter.send(port)
    );
    assert_eq!(statuses, (200, 200, 200, 200, 200));
    let order = settled(&counter.till, "A-0001").await;
    assert_eq!(order["received"], "250.00");
    assert_eq!(flags(&order), [""; 0]);
    // The same again, within its five minutes.
    let before = counter.books().await;
    assert_eq!(letter.send(port).await, 200);
    assert_eq!(counter.books().await, before);
    let timeline = counter.till.run(&["order", "timeline", "A-0001"]).await;
    let paid = timeline
        .lines()
        .iter()
        .filter(|event| event["event"] == "confirmed")
        .count();
    assert_eq!(paid, 1);
    counter.till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_callback_that_the_provider_s_own_answer_contradicts_settles_nothing() {
    let counter = Counter::open().await;
    let till = &counter.till;
    let before = counter.books().await.1;
    assert_eq!(Letter::signed(&counter.paid_event()).send(till.port).await, 200);
    let seen = until("the claim is stored", async || {
        let order = till.show("A-0001").await;
        (newest(&order)["state"] == "confirming").then_some(order)
    })
    .await;
    assert_eq!(seen["received"], "0.00");
    assert_eq!(counter.books().await.1, before + 1, "the claim, and nothing else");
    for _ in 0..3 {
        till.run(&["order", "check", "A-0001"]).await;
    }
    let order = till.show("A-0001").await;
    assert_eq!(flags(&order), ["contradiction"]);
    assert_eq!(newest(&order)["state"], "confirming");
    assert_eq!(order["received"], "0.00");
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn the_simulator_s_faults_credit_nothing_or_once() {
    let counter = Counter::open().await;
    let till = &counter.till;
    let charge = till.only_charge().await.id;
    let before = counter.books().await;
    for variant in [
        WebhookVariant::Forged,
        WebhookVariant::Altered,
        WebhookVariant::Stale,
    ] {
        let refused = till.provider.stats().await.unwrap().webhooks.refused;
        till.provider
            .resend_webhook(&charge, Some(variant.clone()))
            .await
            .unwrap();
        until("it is refused", async || {
            (till.provider.stats().await.unwrap().webhooks.refused == refused + 1).then_some(())
        })
        .await;
        assert_eq!(counter.books().await, before, "{variant:?}");
    }
    till.open_sale().await;
    let duplicate = Fault::webhook(WebhookVariant::Duplicate { copies: 5 });
    till.fault(FaultRule::once(duplicate)).await;
    till.provider.act(&charge, Action::Pay).await.unwrap();
    let order = settled(till, "A-0001").await;
    assert_eq!(order["received"], "250.00");
    let after = counter.books().await;
    for variant in [
        WebhookVariant::Replay,
        WebhookVariant::OtherCharge,
        WebhookVariant::Reordered,
    ] {
        till.provider
            .resend_webhook(&charge, Some(variant))
            .await
            .unwrap();
    }
    till.provider.release().await.unwrap();
    until("everything was delivered", async || {
        (till.provider.stats().await.unwrap().webhooks.accepted >= 9).then_some(())
    })
    .await;
    assert_eq!(counter.books().await, after);
    let other = till.show("A-0002").await;
    assert_eq!(other["received"], "0.00");
    assert_eq!(
        flags(&other),
        [""; 0],
        "a callback about the other sale paid nothing there"
    );
}

#[tokio::test]
async fn a_callback_before_the_create_answer_credits_once() {
    let mut till = TestTill::new().await;
    till.with_callbacks().with_seldom_polling();
    let (_serve, _) = serve(&till).await;
    till.fault(FaultRule::once(Fault::AutoPay { after_ms: 0 })).await;
    let early = Fault::webhook(WebhookVariant::Early);
    till.fault(FaultRule::once(early)).await;
    let ended = till
        .run(&["charge", "--amount", "250", "--method", "truemoney"])
        .await;
    ended.expect(0);
    let order = ended.last();
    assert_eq!(order["received"], "250.00");
    assert_eq!(order["flags"], json!([]));
    assert!(
        ended
            .lines()
            .iter()
            .all(|order| newest(order)["instruction"].is_null() || newest(order)["state"] == "awaiting"),
        "a QR is shown only while it can be paid"
    );
    assert_eq!(till.charges().await.len(), 1);
    till.run(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn both_signatures_of_a_rotation_are_understood() {
    // The dashboard has rolled the secret; the till still has the old one.
    let new = STANDARD.encode(b"the secret after the rotation");
    let counter = Counter::open().await;
    counter.till.provider.rotate_secret(Some(&new)).await.unwrap();
    let refused = counter.till.provider.stats().await.unwrap().webhooks.refused;
    counter.pays_once().await;
    assert_eq!(
        counter.till.provider.stats().await.unwrap().webhooks.refused,
        refused
    );

    let counter = Counter::open().await;
    let event = counter.paid_event();
    let signed_at = now_s();
    let old = Letter::signed_with(TRAINING_WEBHOOK_SECRET, signed_at, &event);
    let of = |secret: &str| signature(secret, &signed_at.to_string(), &old.body);
    let pair = |one: &str, two: &str| old.clone().with("Omise-Signature", &format!("{one}, {two}"));
    let another = STANDARD.encode(b"a third secret");
    counter
        .till
        .fault(FaultRule::once(Fault::webhook(WebhookVariant::None)))
        .await;
    counter.till.act(Action::Pay).await;
    assert_eq!(pair(&of(&new), &of(&another)).send(counter.till.port).await, 401);
    assert_eq!(counter.till.show("A-0001").await["received"], "0.00");
    let both = pair(&of(&new), &of(TRAINING_WEBHOOK_SECRET).to_uppercase());
    assert_eq!(both.send(counter.till.port).await, 200);
    settled(&counter.till, "A-0001").await;
}

#[tokio::test]
async fn without_a_secret_no_callback_is_believed() {
    let mut till = TestTill::new().await;
    till.with_callbacks();
    till.unset(keptang_tests::till::WEBHOOK_SECRET);
    let (_serve, _) = serve(&till).await;
    let order = till.open_sale().await;
    assert_eq!(newest(&order)["tracking"], json!(["poll", "person"]));
    let event = json!({"object": "event", "key": "charge.complete", "data": {
        "object": "charge", "id": newest(&order)["provider_ref"], "status": "successful",
    }});
    assert_eq!(
        Letter::signed_with("", now_s(), &event).send(till.port).await,
        401
    );
    assert_eq!(till.show("A-0001").await["received"], "0.00");
}
