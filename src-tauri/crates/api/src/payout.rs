//! Balance, banks and payouts at the command line, as lines.

use crate::app::App;
use crate::configure::masked;
use crate::dto::Nothing;
use crate::error::{ApiError, ErrorCode};
use crate::handlers;
use crate::session::Who;
use crate::view::moment;
use keptang_checkout::{Payout, PayoutState};
use keptang_domain::money::parse_amount;
use keptang_domain::{ProviderId, RefundId};
use keptang_ports::{PaymentProvider, ProviderError};
use serde::Serialize;
use std::sync::Arc;

/// What a provider holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct Balance {
    /// Always `balance`.
    #[serde(rename = "type")]
    #[ts(type = "\"balance\"")]
    pub kind: &'static str,
    /// Whose.
    #[ts(type = "Provider")]
    pub id: &'static str,
    /// How much.
    pub available: String,
    /// The provider's word for the currency.
    pub currency: String,
    /// When it was asked.
    pub as_of: String,
}

/// A bank a provider knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BankLine {
    /// Always `bank`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whose list.
    pub id: &'static str,
    /// The provider's code.
    pub code: String,
    /// English name.
    pub name: String,
    /// Thai name.
    pub name_th: Option<String>,
    /// It can be used now.
    pub active: bool,
}

/// One payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct PayoutLine {
    /// Always `payout`.
    #[serde(rename = "type")]
    #[ts(type = "\"payout\"")]
    pub kind: &'static str,
    /// Our id.
    pub payout_id: String,
    /// From whom.
    #[ts(type = "Provider")]
    pub provider: &'static str,
    /// To which registered account.
    pub account: String,
    /// How much.
    pub amount: String,
    /// `requested`, `done`, `failed` or `unknown`.
    #[ts(type = "\"requested\" | \"done\" | \"failed\" | \"unknown\"")]
    pub state: &'static str,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What the provider keeps.
    pub fee: Option<String>,
    /// The provider's own word.
    pub reason: Option<String>,
}

/// Where money may be paid out to, and what was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct Payouts {
    /// Registered accounts; none means that payouts are off.
    pub accounts: Vec<PayoutTarget>,
    /// Newest first.
    pub payouts: Vec<PayoutLine>,
    /// What may go out in one day.
    pub day_limit: String,
    /// Hours an account waits after it was added or changed.
    #[ts(type = "number")]
    pub cool_down_hours: i64,
}

/// A registered account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct PayoutTarget {
    /// What the shop calls it.
    pub label: String,
    /// Its bank.
    pub bank_code: String,
    /// The last four figures.
    pub account_no: String,
    /// Whose it is.
    pub account_name: String,
}

/// Pays out.
#[derive(Debug, Clone, serde::Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PayoutRequest {
    /// From whom.
    #[ts(type = "Provider")]
    pub provider: String,
    /// To which registered account.
    pub account: String,
    /// As typed.
    pub amount: String,
}

/// Ends a payout after a look at the provider's dashboard.
#[derive(Debug, Clone, serde::Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PayoutSettleRequest {
    /// Which.
    pub payout_id: String,
    /// What the dashboard says.
    #[ts(type = "\"done\" | \"failed\"")]
    pub outcome: String,
}

/// What `payout` asks for.
#[derive(Debug, Clone)]
pub struct PayoutWish {
    /// Provider word.
    pub provider: String,
    /// Which registered account.
    pub account: String,
    /// As typed.
    pub amount: String,
    /// Who, an owner whose PIN was right.
    pub by: String,
}

impl App {
    /// What a provider holds for the shop.
    ///
    /// # Errors
    /// `bad_request` for an unknown word, `payout_refused` for a provider without a balance; otherwise what the
    /// provider's answer means.
    pub async fn balance(&self, id: &str) -> Result<Balance, ApiError> {
        let provider = self.paying_provider(id)?;
        let answer = match provider.payouts() {
            Some(payouts) => payouts.balance().await,
            None => Err(ProviderError::NotSent),
        };
        let balance = answer.map_err(|error| asked_in_vain(provider.id(), &error))?;
        Ok(Balance {
            kind: "balance",
            id: provider.id().word(),
            available: balance.available.to_string(),
            currency: balance.currency,
            as_of: moment(self.till().now()),
        })
    }

    /// Banks a provider can pay out to.
    ///
    /// # Errors
    /// As for the balance.
    pub async fn banks(&self, id: &str) -> Result<Vec<BankLine>, ApiError> {
        let provider = self.paying_provider(id)?;
        let answer = match provider.payouts() {
            Some(payouts) => payouts.banks().await,
            None => Err(ProviderError::NotSent),
        };
        let banks = answer.map_err(|error| asked_in_vain(provider.id(), &error))?;
        Ok(banks
            .into_iter()
            .map(|bank| BankLine {
                kind: "bank",
                id: provider.id().word(),
                code: bank.code,
                name: bank.name,
                name_th: bank.name_th,
                active: bank.active,
            })
            .collect())
    }

    /// Pays out to a registered account.
    ///
    /// # Errors
    /// `payout_refused` with the rule that forbids it.
    pub async fn pay_out(&self, wish: PayoutWish) -> Result<PayoutLine, ApiError> {
        let amount = parse_amount(&wish.amount)?;
        let provider = self.paying_provider(&wish.provider)?.id();
        let payout = self
            .till()
            .pay_out(provider, &wish.account, amount, wish.by)
            .await?;
        Ok(line(payout))
    }

    /// Ends a payout by the word of an owner who looked at the provider's dashboard.
    ///
    /// # Errors
    /// `payout_refused` when it is not open.
    pub async fn settle_payout(&self, id: &str, done: bool, by: String) -> Result<PayoutLine, ApiError> {
        let id: RefundId = id
            .parse()
            .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("argument", "resolve"))?;
        Ok(line(self.till().settle_payout(id, done, by).await?))
    }

    fn paying_provider(&self, id: &str) -> Result<Arc<dyn PaymentProvider>, ApiError> {
        let id: ProviderId = id
            .parse()
            .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("provider", id))?;
        let Some(provider) = self.till().provider(id) else {
            // The drawer is on and has no client.
            return Err(if handlers::takes(self, id) {
                keptang_checkout::PayoutError::NotOffered.into()
            } else {
                ApiError::misconfigured(&self.switched_off(id))
            });
        };
        if let Some(fault) = &provider.profile().fault {
            return Err(ApiError::misconfigured(fault));
        }
        if provider.payouts().is_none() {
            return Err(keptang_checkout::PayoutError::NotOffered.into());
        }
        Ok(Arc::clone(provider))
    }
}

fn asked_in_vain(provider: ProviderId, error: &ProviderError) -> ApiError {
    match error {
        ProviderError::Misconfigured(fault) => ApiError::misconfigured(fault),
        _ => ApiError::new(ErrorCode::ProviderDown).with("provider", provider),
    }
}

fn line(payout: Payout) -> PayoutLine {
    PayoutLine {
        kind: "payout",
        payout_id: payout.id.to_string(),
        provider: payout.provider.word(),
        account: payout.label,
        amount: payout.amount.to_string(),
        state: PayoutState::word(payout.state),
        provider_ref: payout.provider_ref,
        fee: payout.fee.map(|fee| fee.to_string()),
        reason: payout.word,
    }
}

/// Payouts that are shown.
const SHOWN: usize = 50;

pub(crate) async fn payout_list(app: &App, _: Who, _: Nothing) -> Result<Payouts, ApiError> {
    let rules = &app.till().config().payouts;
    let account = |account: &keptang_checkout::PayoutAccount| PayoutTarget {
        label: account.label.clone(),
        bank_code: account.bank_code.clone(),
        account_no: masked(&account.account_no),
        account_name: account.account_name.clone(),
    };
    let mut payouts = app.till().payouts().await?;
    payouts.reverse();
    payouts.truncate(SHOWN);
    Ok(Payouts {
        accounts: rules.accounts.iter().map(account).collect(),
        payouts: payouts.into_iter().map(line).collect(),
        day_limit: rules.day_limit.to_string(),
        cool_down_hours: rules.cool_down_ms / 3_600_000,
    })
}

pub(crate) async fn payout_make(app: &App, who: Who, request: PayoutRequest) -> Result<PayoutLine, ApiError> {
    app.pay_out(PayoutWish {
        provider: request.provider,
        account: request.account,
        amount: request.amount,
        by: who.named()?,
    })
    .await
}

pub(crate) async fn payout_settle(
    app: &App,
    who: Who,
    request: PayoutSettleRequest,
) -> Result<PayoutLine, ApiError> {
    let done = match request.outcome.as_str() {
        "done" => true,
        "failed" => false,
        other => return Err(ApiError::new(ErrorCode::BadRequest).with("outcome", other)),
    };
    app.settle_payout(&request.payout_id, done, who.named()?).await
}
