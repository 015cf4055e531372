//! The stage on which the Omise client plays: the simulator, its control panel, and a receiver of callbacks.

use super::receiver::Receiver;
use async_trait::async_trait;
use keptang_domain::{Money, ProviderId, Timestamp};
use keptang_ports::{Clock, PaymentProvider, RawNotice};
use keptang_providers::omise_truemoney::{Config, OmiseTrueMoney};
use keptang_providers::{HttpClient, Secret};
use keptang_simulator::control::{Action, Client};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, WebhookVariant};
use keptang_simulator::stats::ViolationKind;
use keptang_simulator::{Running, TRAINING_PUBLIC_KEY, TRAINING_SECRET_KEY, TRAINING_WEBHOOK_SECRET, start};
use keptang_testkit::provider_contract::{Act, Lie, NoticeKind, PATIENCE, Payment, Stage, Trouble};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;

/// Long enough for a busy machine, short enough to wait for a provider that hangs.
const REQUEST_TIMEOUT_MS: i64 = 1_000;
const LOOK_AGAIN: Duration = Duration::from_millis(10);

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap())
    }
}

pub(crate) struct OmiseStage {
    provider: OmiseTrueMoney,
    unreachable: OmiseTrueMoney,
    panel: Client,
    receiver: Receiver,
    /// Ends with the stage.
    _simulator: Running,
}

pub(crate) async fn omise_truemoney() -> OmiseStage {
    let simulator = start(keptang_simulator::Config::default()).await.unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let client = |base_url: String| {
        let config = Config {
            base_url,
            public_key: Secret::new(TRAINING_PUBLIC_KEY),
            webhook_secret: Secret::new(TRAINING_WEBHOOK_SECRET),
            callbacks: true,
            // Tests ask faster than people.
            requests_per_second: 1_000,
            ..Config::new(Secret::new(TRAINING_SECRET_KEY))
        };
        let http = HttpClient::new(REQUEST_TIMEOUT_MS, Arc::new(MachineClock)).unwrap();
        OmiseTrueMoney::new(config, &http)
    };
    OmiseStage {
        provider: client(simulator.omise_base_url()),
        unreachable: client(format!("http://{nobody}")),
        panel: Client::new(&simulator.base_url()).unwrap(),
        receiver: Receiver::start(ProviderId::OmiseTrueMoney).await,
        _simulator: simulator,
    }
}

const fn endpoint(act: Act) -> Endpoint {
    match act {
        Act::Create => Endpoint::OmiseChargeCreate,
        Act::Query => Endpoint::OmiseChargeGet,
        Act::Lookup => Endpoint::OmiseChargeList,
        Act::Cancel => Endpoint::OmiseChargeExpire,
        Act::Refund => Endpoint::OmiseRefundCreate,
        Act::FindRefund => Endpoint::OmiseRefundList,
    }
}

fn fault(trouble: Trouble) -> FaultRule {
    let refuse = |status, code: &str| Fault::Refuse {
        status,
        code: code.to_owned(),
    };
    let fault = match trouble {
        Trouble::CutBefore => Fault::CutBefore,
        Trouble::CutAfter => Fault::CutAfter,
        Trouble::Hang => Fault::Hang,
        Trouble::ServerError | Trouble::ServerErrorAfter => Fault::ServerError { status: 503 },
        Trouble::Html => Fault::Html { status: 200 },
        Trouble::Empty => Fault::Empty,
        Trouble::Half => Fault::Malformed,
        Trouble::SlowDown => Fault::RateLimited {
            retry_after_s: Some(2),
        },
        Trouble::Redirect => Fault::Redirect,
        Trouble::KeyRejected => refuse(401, "authentication_failure"),
        Trouble::Refusal => refuse(400, "invalid_charge"),
    };
    FaultRule {
        processed: (trouble == Trouble::ServerErrorAfter).then_some(true),
        ..FaultRule::once(fault)
    }
}

impl OmiseStage {
    async fn act(&self, reference: &str, action: Action) {
        self.panel.act(reference, action).await.unwrap();
    }
}

#[async_trait]
impl Stage for OmiseStage {
    fn provider(&self) -> &dyn PaymentProvider {
        &self.provider
    }

    fn unreachable(&self) -> &dyn PaymentProvider {
        &self.unreachable
    }

    fn now(&self) -> Timestamp {
        MachineClock.now()
    }

    fn callback_url(&self) -> String {
        self.receiver.url.clone()
    }

    async fn payments(&self) -> Vec<Payment> {
        let charges = self.panel.charges().await.unwrap();
        charges
            .into_iter()
            .map(|charge| Payment {
                reference: charge.id,
                attempt: charge.metadata["attempt"].as_str().unwrap().parse().ok(),
                amount: Money::from_satang(charge.amount_satang),
                returned: Money::from_satang(charge.refunded_satang),
                payable: charge.status == "pending",
                paid: charge.status == "successful",
            })
            .collect()
    }

    async fn requests(&self, act: Act) -> u64 {
        self.panel.stats().await.unwrap().count(endpoint(act))
    }

    async fn redirects_followed(&self) -> u64 {
        let violations = self.panel.stats().await.unwrap().violations;
        let followed = violations
            .iter()
            .filter(|violation| violation.kind == ViolationKind::RedirectFollowed);
        u64::try_from(followed.count()).unwrap()
    }

    async fn pay(&self, reference: &str) {
        let payments = self.payments().await;
        let payment = payments.iter().find(|payment| payment.reference == reference);
        let action = if payment.unwrap().payable {
            Action::Pay
        } else {
            Action::PayLate
        };
        self.act(reference, action).await;
    }

    async fn fail(&self, reference: &str) {
        self.act(reference, Action::Fail).await;
    }

    async fn lapse(&self, reference: &str) {
        self.act(reference, Action::Expire).await;
    }

    async fn pay_during_cancel(&self) {
        self.panel
            .set_fault(&FaultRule::once(Fault::PayOnExpire))
            .await
            .unwrap();
    }

    async fn trouble(&self, act: Act, trouble: Trouble) {
        self.panel
            .set_fault(&fault(trouble).at(endpoint(act)))
            .await
            .unwrap();
    }

    async fn lie(&self, lie: Lie) {
        let fault = match lie {
            Lie::Amount => Fault::QueryAmount { amount_satang: 1 },
            Lie::Currency => Fault::Currency {
                currency: "USD".to_owned(),
            },
            Lie::Mode => Fault::LivemodeFlipped,
            Lie::Word => Fault::StatusWord {
                word: "probably paid".to_owned(),
            },
        };
        self.panel.clear_faults().await.unwrap();
        let rule = FaultRule::always(fault).at(Endpoint::OmiseChargeGet);
        self.panel.set_fault(&rule).await.unwrap();
    }

    async fn release(&self) {
        self.panel.release().await.unwrap();
    }

    async fn notice(&self, reference: &str, kind: NoticeKind) -> RawNotice {
        let variant = match kind {
            NoticeKind::Genuine => None,
            NoticeKind::Forged => Some(WebhookVariant::Forged),
            NoticeKind::Altered => Some(WebhookVariant::Altered),
            NoticeKind::Stale => Some(WebhookVariant::Stale),
        };
        let before = self.receiver.received().len();
        self.panel.resend_webhook(reference, variant).await.unwrap();
        // Callbacks go out one after the other, so whatever comes before this pair of twins was sent before it.
        let twins = WebhookVariant::Duplicate { copies: 2 };
        self.panel.resend_webhook(reference, Some(twins)).await.unwrap();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let received = self.receiver.received();
                let new = &received[before..];
                let twins = new.windows(2).position(|pair| pair[0].body == pair[1].body);
                if let Some(place) = twins.and_then(|place| place.checked_sub(1)) {
                    return new[place].clone();
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        found.await.expect("the simulator delivers its callbacks")
    }
}
