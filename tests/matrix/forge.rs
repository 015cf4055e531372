//! Callbacks written by somebody else: by the provider's page, with its training keys, in all the ways in which one
//! can be wrong. Written here a third time, beside the client and the simulator.

use crate::stage::Stage;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use keptang_domain::order::{AttemptState, OrderState};
use keptang_domain::{CallbackToken, Money, OrderId, ProviderId};
use keptang_ports::{Clock as _, RawNotice};
use keptang_simulator::{TRAINING_CRYPTO_API_KEY, TRAINING_JWT_API_KEY, TRAINING_WEBHOOK_SECRET};
use serde_json::json;
use sha2::Sha256;

/// A reference that belongs to no payment.
const NOBODY: &str = "chrg_test_nobody000000000000";

/// What a callback says. As it comes from [`Claim::about`], everything in it is right except that nobody paid.
#[derive(Clone)]
pub(crate) struct Claim {
    provider: ProviderId,
    address: CallbackToken,
    our_ref: String,
    order_number: String,
    provider_ref: String,
    amount: Money,
    /// In the right currency, in the right mode, about money that comes in.
    is_ours: bool,
    signed_s: i64,
    is_signed_right: bool,
}

impl Claim {
    pub(crate) async fn about(stage: &Stage, id: OrderId) -> Self {
        let order = stage.order(id).await;
        let attempt = order.newest().unwrap();
        Self {
            provider: attempt.provider,
            address: attempt.token,
            our_ref: attempt.id.to_string(),
            order_number: order.opening.number.clone(),
            provider_ref: attempt.provider_ref.clone().unwrap(),
            amount: attempt.payable,
            is_ours: true,
            signed_s: stage.clock.now().ms() / 1_000,
            is_signed_right: true,
        }
    }

    pub(crate) fn written(&self) -> RawNotice {
        let (headers, body) = match self.provider {
            ProviderId::OmiseTrueMoney => self.omise(),
            ProviderId::DepositGateway => (Vec::new(), self.deposit()),
            ProviderId::JwtGateway => (Vec::new(), self.jwt()),
            _ => (Vec::new(), self.crypto()),
        };
        let per_attempt = self.provider != ProviderId::OmiseTrueMoney;
        RawNotice {
            provider: self.provider,
            token: per_attempt.then_some(self.address),
            headers,
            body: body.into_bytes(),
        }
    }

    fn key<'a>(&self, right: &'a [u8]) -> &'a [u8] {
        if self.is_signed_right {
            right
        } else {
            b"a key nobody was given"
        }
    }

    fn omise(&self) -> (Vec<(String, String)>, String) {
        let live = !self.is_ours;
        let body = json!({
            "object": "event", "id": "evnt_test_00000000000000forged", "livemode": live, "key": "charge.complete",
            "data": {
                "object": "charge", "id": self.provider_ref, "livemode": live, "status": "successful",
                "paid": true, "amount": self.amount.satang(), "currency": "THB",
                "metadata": {"order_id": self.order_number, "attempt": self.our_ref},
            },
        })
        .to_string();
        let secret = STANDARD.decode(TRAINING_WEBHOOK_SECRET).unwrap();
        let signed = format!("{}.{body}", self.signed_s);
        let headers = vec![
            (
                "omise-signature".to_owned(),
                hex::encode(hmac(self.key(&secret), &signed)),
            ),
            ("omise-signature-timestamp".to_owned(), self.signed_s.to_string()),
        ];
        (headers, body)
    }

    fn deposit(&self) -> String {
        let kind = if self.is_ours { "DEPOSIT" } else { "WITHDRAW" };
        format!(
            r#"{{"type":"{kind}","status":"AUTO_SUCCESS","status_desc":"DEPOSIT_MATCH","amount":{},"mdr_amount":1.00,"stm_ref_id":"S1","txn_ref_id":"{}","txn_ref_order_id":"{}"}}"#,
            self.amount, self.provider_ref, self.our_ref
        )
    }

    fn jwt(&self) -> String {
        let kind = if self.is_ours { "deposit" } else { "withdrawal" };
        let amount = shortest(self.amount);
        // In the order of the alphabet, as the token wants it.
        let fields = format!(
            r#""actual_amount":{amount},"agent_order_no":"{}","amount":{amount},"fee":0,"order_no":"{}","status":"completed","timestamp":"{}","transfer_amount":{amount},"type":"{kind}""#,
            self.our_ref, self.provider_ref, self.signed_s
        );
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#),
            URL_SAFE_NO_PAD.encode(format!("{{{fields}}}"))
        );
        let mac = hmac(self.key(TRAINING_JWT_API_KEY.as_bytes()), &message);
        format!(
            r#"{{{fields},"signature":"{message}.{}"}}"#,
            URL_SAFE_NO_PAD.encode(mac)
        )
    }

    fn crypto(&self) -> String {
        let currency = if self.is_ours { "THB" } else { "USD" };
        let fields = format!(
            r#""uuid":"{}","order_id":"{}","amount":"{}000000","currency":"{currency}","payment_status":"paid","txid":"41c2a3","payment_amount":"7.00000000""#,
            self.provider_ref, self.our_ref, self.amount
        );
        let text = STANDARD.encode(format!("{{{fields}}}"));
        let mac = hmac(self.key(TRAINING_CRYPTO_API_KEY.as_bytes()), &text);
        format!(r#"{{{fields},"sign":"{}"}}"#, hex::encode(mac))
    }
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// As JavaScript prints a number.
fn shortest(amount: Money) -> String {
    let text = amount.to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Two sales at one counter; a forger speaks about the first.
struct Counter {
    first: OrderId,
    second: OrderId,
}

impl Counter {
    async fn open(stage: &Stage) -> Self {
        Self {
            first: stage.sell().await,
            second: stage.sell().await,
        }
    }

    /// Nobody paid, so nothing is settled; afterwards both sales are paid in earnest, each once.
    async fn expect_not_fooled(&self, stage: &Stage) {
        for _ in 0..2 {
            stage.pass(2_500).await;
        }
        for id in [self.first, self.second] {
            let order = stage.order(id).await;
            assert_eq!(
                (order.state, order.received()),
                (OrderState::Due, Money::ZERO),
                "{order:#?}"
            );
            let state = order.newest().unwrap().state;
            assert!(!state.is_final(), "{state}");
        }
        stage.gate.take();
        for id in [self.first, self.second] {
            stage.pay(stage.newest(id).await.id).await;
            stage.learn(id).await;
            let order = stage.order(id).await;
            assert_eq!(
                (order.state, order.newest().unwrap().state),
                (OrderState::Settled, AttemptState::Paid),
                "{order:#?}"
            );
            stage.expect_true(id).await;
        }
    }
}

pub(crate) async fn wrong_signature(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.is_signed_right = false;
    assert_eq!(stage.deliver(claim.written()).await.status, 401);
    assert!(stage.order(counter.first).await.flags().is_empty());
    counter.expect_not_fooled(stage).await;
}

pub(crate) async fn wrong_order(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.our_ref = stage.newest(counter.second).await.id.to_string();
    claim.order_number = stage.order(counter.second).await.opening.number;
    assert_eq!(stage.deliver(claim.written()).await.status, 200);
    counter.expect_not_fooled(stage).await;
}

pub(crate) async fn wrong_reference(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.provider_ref = NOBODY.to_owned();
    assert_eq!(stage.deliver(claim.written()).await.status, 200);
    counter.expect_not_fooled(stage).await;
}

pub(crate) async fn wrong_amount(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.amount = claim.amount.checked_add(Money::from_satang(1)).unwrap();
    assert_eq!(stage.deliver(claim.written()).await.status, 200);
    counter.expect_not_fooled(stage).await;
}

/// Another currency, the other mode, or money that went out: whichever the provider's callbacks can say.
pub(crate) async fn wrong_kind(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.is_ours = false;
    assert_eq!(stage.deliver(claim.written()).await.status, 200);
    counter.expect_not_fooled(stage).await;
}

/// Signed ten minutes ago. Omise's are refused for it; at the JWT gateway a retry may be old, so asking decides.
pub(crate) async fn old_signature(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.signed_s -= 600;
    let expected = match stage.provider() {
        ProviderId::OmiseTrueMoney => 401,
        _ => 200,
    };
    assert_eq!(stage.deliver(claim.written()).await.status, expected);
    counter.expect_not_fooled(stage).await;
}

/// All of it is right, on the address of another attempt.
pub(crate) async fn another_address(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let mut claim = Claim::about(stage, counter.first).await;
    claim.address = stage.newest(counter.second).await.token;
    assert_eq!(stage.deliver(claim.written()).await.status, 200);
    assert!(
        stage.order(counter.first).await.flags().is_empty(),
        "the sale it names is left alone"
    );
    assert!(
        !stage.order(counter.second).await.flags().is_empty(),
        "somebody knows the address"
    );
    counter.expect_not_fooled(stage).await;
    // An address nobody was given is no address.
    claim.address = CallbackToken::from_bits(0x5ca1_ab1e);
    assert_eq!(stage.deliver(claim.written()).await.status, 404);
}

/// Nothing, nothing in braces, and what would be right had it been signed.
pub(crate) async fn unsigned(stage: &mut Stage) {
    let counter = Counter::open(stage).await;
    let signed = Claim::about(stage, counter.first).await.written();
    let mut bodies: Vec<Vec<u8>> = vec![Vec::new(), b"{}".to_vec(), b"[1]".to_vec(), b"paid".to_vec()];
    if stage.can(crate::provider::Can::Sign) {
        bodies.push(without_signature(&signed.body));
    }
    for body in bodies {
        let answer = stage
            .deliver(RawNotice {
                headers: Vec::new(),
                body: body.clone(),
                ..signed.clone()
            })
            .await;
        let braces_unsigned = body == b"{}" && stage.provider() == ProviderId::DepositGateway;
        let refused = [400, 401].contains(&answer.status);
        assert!(
            refused || braces_unsigned,
            "{:?} gets {}",
            String::from_utf8_lossy(&body),
            answer.status
        );
    }
    counter.expect_not_fooled(stage).await;
}

fn without_signature(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let end = [r#","signature":"#, r#","sign":"#]
        .iter()
        .find_map(|name| text.find(name));
    end.map_or(body.to_vec(), |end| format!("{}}}", &text[..end]).into_bytes())
}
