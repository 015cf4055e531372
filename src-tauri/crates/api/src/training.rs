//! Training mode: the built-in simulator, its keys, and the panel that plays the customer.

use crate::error::{ApiError, ErrorCode};
use keptang_domain::promptpay;
use keptang_domain::provider::UnknownWord;
use keptang_domain::{AttemptId, Money};
use keptang_settings::{Secret, SecretName, Secrets, Settings};
use keptang_simulator::control::{ActRequest, Action, ChargeView, Client, ControlError};
use keptang_simulator::easyslip::{MakeSlip, Story};
use keptang_simulator::faults::{Endpoint, Fault, FaultRule, WebhookVariant};
use keptang_simulator::{Config, Running};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// The simulator's own keys: training never sees the shop's.
pub(crate) fn secrets() -> Secrets {
    use keptang_simulator as simulator;
    let pair = |name, text: &str| (name, Secret::new(text));
    Secrets::from_pairs([
        pair(SecretName::OmiseSecretKey, simulator::TRAINING_SECRET_KEY),
        pair(SecretName::OmisePublicKey, simulator::TRAINING_PUBLIC_KEY),
        pair(SecretName::OmiseWebhookSecret, simulator::TRAINING_WEBHOOK_SECRET),
        pair(SecretName::DepositGatewayToken, simulator::TRAINING_DEPOSIT_TOKEN),
        pair(
            SecretName::DepositGatewayApiKey,
            simulator::TRAINING_DEPOSIT_API_KEY,
        ),
        pair(
            SecretName::DepositGatewaySecretKey,
            simulator::TRAINING_DEPOSIT_SECRET_KEY,
        ),
        pair(SecretName::JwtGatewayApiKey, simulator::TRAINING_JWT_API_KEY),
        pair(SecretName::Crypto2328ApiKey, simulator::TRAINING_CRYPTO_API_KEY),
        pair(SecretName::EasySlipApiKey, simulator::TRAINING_EASYSLIP_API_KEY),
    ])
}

/// What the panel's customer, or its bad luck, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Pay,
    PayLate,
    PayLess,
    PayTwice,
    Fail,
    Expire,
    Silent,
    Slow,
    Down,
    LostAnswer,
    WrongQr,
    ForgedCallback,
    Recover,
}

/// The words of the acts across the border, in the order of [`ACTS`].
pub(crate) const ACT_WORDS: [&str; 13] = [
    "pay",
    "pay_late",
    "pay_less",
    "pay_twice",
    "fail",
    "expire",
    "silent",
    "slow",
    "down",
    "lost_answer",
    "wrong_qr",
    "forged_callback",
    "recover",
];

const ACTS: [Act; 13] = [
    Act::Pay,
    Act::PayLate,
    Act::PayLess,
    Act::PayTwice,
    Act::Fail,
    Act::Expire,
    Act::Silent,
    Act::Slow,
    Act::Down,
    Act::LostAnswer,
    Act::WrongQr,
    Act::ForgedCallback,
    Act::Recover,
];

impl std::str::FromStr for Act {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        ACT_WORDS
            .iter()
            .zip(ACTS)
            .find(|(word, _)| **word == text)
            .map(|(_, act)| act)
            .ok_or(UnknownWord)
    }
}

/// What the panel's customer shows: the slips of the fraud drill, and an honest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlipStory {
    Honest,
    Edited,
    Reused,
    OtherShop,
    Old,
    Scheduled,
    OffBy,
    Pending,
    Fake,
    ShopQr,
    Junk,
}

/// The words of the stories across the border, in the order of [`SLIP_STORIES`].
pub(crate) const SLIP_WORDS: [&str; 11] = [
    "honest",
    "edited",
    "reused",
    "other_shop",
    "old",
    "scheduled",
    "off_by",
    "pending",
    "fake",
    "shop_qr",
    "junk",
];

const SLIP_STORIES: [SlipStory; 11] = [
    SlipStory::Honest,
    SlipStory::Edited,
    SlipStory::Reused,
    SlipStory::OtherShop,
    SlipStory::Old,
    SlipStory::Scheduled,
    SlipStory::OffBy,
    SlipStory::Pending,
    SlipStory::Fake,
    SlipStory::ShopQr,
    SlipStory::Junk,
];

impl std::str::FromStr for SlipStory {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        SLIP_WORDS
            .iter()
            .zip(SLIP_STORIES)
            .find(|(word, _)| **word == text)
            .map(|(_, story)| story)
            .ok_or(UnknownWord)
    }
}

/// What a customer without a bill transfers.
const NO_BILL: Money = Money::from_satang(10_000);
/// How late the late bank is: long enough to see the slip wait.
const BANK_LATE_MS: u64 = 20_000;
const A_DAY_S: u32 = 86_400;

/// How long after the end the late customer pays.
const LATE_MS: u64 = 3_000;
/// What the customer who pays less pays less by.
const LESS_SATANG: i64 = 5_000;

pub(crate) struct Training {
    listen: Option<SocketAddr>,
    base: String,
    state_file: PathBuf,
    running: Mutex<Option<Running>>,
}

impl Training {
    pub(crate) fn new(settings: &Settings, data_dir: &Path) -> Self {
        let base = settings
            .providers
            .omise_truemoney
            .base_url
            .trim_end_matches("/omise")
            .to_owned();
        // Only a loopback address in numbers can be ours to serve; anything else is a simulator run elsewhere.
        let listen = base
            .strip_prefix("http://")
            .and_then(|address| address.parse::<SocketAddr>().ok());
        let listen = listen.filter(|address| address.ip().is_loopback());
        Self {
            listen,
            base,
            state_file: data_dir.join("simulator.json"),
            running: Mutex::new(None),
        }
    }

    /// Serves the simulator from this process unless another process already does. Its charges are in a file beside
    /// the ledger, so whoever serves next goes on with the same ones.
    pub(crate) async fn hold_simulator(&self) {
        let Some(listen) = self.listen else { return };
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        let config = Config {
            listen,
            state_file: Some(self.state_file.clone()),
            ..Config::default()
        };
        match keptang_simulator::start(config).await {
            Ok(started) => *running = Some(started),
            Err(error) => tracing::debug!(error = %error, "the simulator is not served from here"),
        }
    }

    pub(crate) async fn act(&self, attempt: Option<AttemptId>, act: Act) -> Result<(), ApiError> {
        let client = Client::new(&self.base).map_err(unreachable)?;
        match act {
            Act::Pay => {
                let charge = charge_of(&client, attempt).await?;
                client.act(&charge.id, Action::Pay).await.map_err(unreachable)?;
            }
            Act::PayLess => {
                let charge = charge_of(&client, attempt).await?;
                let details = ActRequest {
                    amount_satang: Some((charge.amount_satang - LESS_SATANG).max(1)),
                    ..ActRequest::default()
                };
                client
                    .act_with(&charge.id, Action::Pay, &details)
                    .await
                    .map_err(unreachable)?;
            }
            Act::PayLate => {
                let charge = charge_of(&client, attempt).await?;
                client
                    .act(&charge.id, Action::Expire)
                    .await
                    .map_err(unreachable)?;
                let details = ActRequest {
                    after_ms: Some(LATE_MS),
                    ..ActRequest::default()
                };
                client
                    .act_with(&charge.id, Action::PayLate, &details)
                    .await
                    .map_err(unreachable)?;
            }
            Act::PayTwice => pay_twice(&client, attempt).await?,
            Act::Fail => {
                let charge = charge_of(&client, attempt).await?;
                client.act(&charge.id, Action::Fail).await.map_err(unreachable)?;
            }
            Act::Expire => {
                let charge = charge_of(&client, attempt).await?;
                client
                    .act(&charge.id, Action::Expire)
                    .await
                    .map_err(unreachable)?;
            }
            Act::ForgedCallback => {
                let charge = charge_of(&client, attempt).await?;
                client
                    .resend_webhook(&charge.id, Some(WebhookVariant::Forged))
                    .await
                    .map_err(unreachable)?;
            }
            Act::Silent => {
                for endpoint in QUESTIONS {
                    set(&client, FaultRule::always(Fault::Hang).at(endpoint)).await?;
                }
                // Who cannot be asked is silent when it does not call.
                let variant = WebhookVariant::None;
                set(&client, FaultRule::always(Fault::Webhook { variant, key: None })).await?;
            }
            Act::Slow => set(&client, FaultRule::always(Fault::Slow { delay_ms: 5_000 })).await?,
            Act::Down => set(&client, FaultRule::always(Fault::ServerError { status: 503 })).await?,
            Act::LostAnswer => {
                for endpoint in CREATES {
                    set(&client, FaultRule::once(Fault::CutAfter).at(endpoint)).await?;
                }
            }
            Act::WrongQr => set(&client, FaultRule::once(Fault::QrAmount { amount_satang: 100 })).await?,
            Act::Recover => {
                client.clear_faults().await.map_err(unreachable)?;
                client.release().await.map_err(unreachable)?;
            }
        }
        Ok(())
    }
}

impl Training {
    /// Makes a slip of a transfer to the shop's own PromptPay ID, and gives what its code says.
    pub(crate) async fn slip(
        &self,
        shop: &promptpay::Target,
        amount: Option<Money>,
        story: SlipStory,
    ) -> Result<String, ApiError> {
        let client = Client::new(&self.base).map_err(unreachable)?;
        let amount = amount.unwrap_or(NO_BILL);
        let payment_qr = promptpay::credit_transfer(shop, Some(amount), None)
            .map_err(|_| ApiError::new(ErrorCode::AmountInvalid))?;
        let told = match story {
            SlipStory::Honest => Story::Honest,
            SlipStory::Edited => Story::Edited {
                printed_satang: amount.satang(),
            },
            SlipStory::Reused => Story::Reused,
            SlipStory::OtherShop => Story::OtherShop,
            SlipStory::Old => Story::Old { age_s: A_DAY_S },
            SlipStory::Scheduled => Story::Scheduled {
                in_s: A_DAY_S,
                is_known: true,
            },
            SlipStory::OffBy => Story::OffBy { satang: -1 },
            SlipStory::Pending => Story::Pending {
                for_ms: Some(BANK_LATE_MS),
            },
            SlipStory::Fake => Story::Fake,
            SlipStory::ShopQr => Story::ShopQr,
            SlipStory::Junk => Story::Junk,
        };
        // Whoever edits a picture has paid less than it says.
        let paid = match story {
            SlipStory::Edited => (amount.satang() / 2).max(1),
            _ => amount.satang(),
        };
        let wish = MakeSlip {
            payment_qr: Some(payment_qr),
            amount_satang: Some(paid),
            story: told,
            ..MakeSlip::default()
        };
        let made = client.make_slip(&wish).await.map_err(unreachable)?;
        Ok(made.qr_text)
    }
}

async fn set(client: &Client, rule: FaultRule) -> Result<(), ApiError> {
    client.set_fault(&rule).await.map(drop).map_err(unreachable)
}

/// What each provider is asked about a payment.
const QUESTIONS: [Endpoint; 3] = [
    Endpoint::OmiseChargeGet,
    Endpoint::JwtOrderQuery,
    Endpoint::CryptoPaymentInfo,
];
/// What each provider is asked for a payment.
const CREATES: [Endpoint; 4] = [
    Endpoint::OmiseChargeCreate,
    Endpoint::DepositCreate,
    Endpoint::JwtDeposit,
    Endpoint::CryptoPaymentCreate,
];

/// Omise's QR can be paid once, so the customer pays every QR of the bill; elsewhere the same one again.
async fn pay_twice(client: &Client, attempt: Option<AttemptId>) -> Result<(), ApiError> {
    let paid = charge_of(client, attempt).await?;
    if paid.provider != "omise" {
        let paid_again = client.act(&paid.id, Action::PayTwice).await;
        return paid_again.map(drop).map_err(unreachable);
    }
    let bill = paid.metadata.get("order_id");
    let charges = client.charges().await.map_err(unreachable)?;
    for charge in charges
        .iter()
        .filter(|charge| charge.metadata.get("order_id") == bill)
    {
        // The customer kept the first QR and pays it too, whatever the till did with it meanwhile.
        let action = if charge.status == "pending" {
            Action::Pay
        } else {
            Action::PayLate
        };
        if charge.status != "successful" {
            client.act(&charge.id, action).await.map_err(unreachable)?;
        }
    }
    Ok(())
}

async fn charge_of(client: &Client, attempt: Option<AttemptId>) -> Result<ChargeView, ApiError> {
    let attempt =
        attempt.ok_or_else(|| ApiError::new(ErrorCode::BadRequest).with("attempt_id", "missing"))?;
    let charges = client.charges().await.map_err(unreachable)?;
    let attempt = attempt.to_string();
    // Omise keeps our id in its metadata, beside the number of the bill; the others have it as their order id.
    let ours = |charge: &&ChargeView| {
        ["attempt", "order_id"].iter().any(|name| {
            charge.metadata.get(*name).and_then(serde_json::Value::as_str) == Some(attempt.as_str())
        })
    };
    charges
        .iter()
        .rev()
        .find(ours)
        .cloned()
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound))
}

fn unreachable(error: ControlError) -> ApiError {
    match error {
        ControlError::Refused { status, .. } => ApiError::new(ErrorCode::WrongState).with("state", status),
        ControlError::Unreachable(_) | ControlError::Answer(_) => {
            tracing::warn!(error = %error, "the simulator cannot be controlled");
            ApiError::new(ErrorCode::ProviderDown).with("provider", "simulator")
        }
    }
}
