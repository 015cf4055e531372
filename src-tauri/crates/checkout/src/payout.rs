//! Taking money out of a provider: to an account the owner registered, within a limit a day, not before the account
//! has been known for a while, and never a second time while the first may still happen (product.md §4).
//!
//! Each payout is a few lines of the audit trail: requested before the provider hears of it, then what became of it.
//! Who may ask for one is decided by whoever calls this.

use crate::till::Till;
use keptang_domain::{BusinessDay, Money, ProviderId, RefundId, Timestamp};
use keptang_ports::{
    AuditLine, LedgerError, OrderFilter, PaymentProvider, ProviderError, WithdrawRequest, Withdrawn,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An account that money may be paid out to.
#[derive(Clone, PartialEq, Eq)]
pub struct PayoutAccount {
    /// What the owner calls it.
    pub label: String,
    /// Bank by the provider's code.
    pub bank_code: String,
    /// Its number; never printed.
    pub account_no: String,
    /// Its holder.
    pub account_name: String,
}

impl std::fmt::Debug for PayoutAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayoutAccount")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

impl PayoutAccount {
    /// Tells one account from another without holding its number.
    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.bank_code, &self.account_no, &self.account_name] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What the owner decided about payouts.
#[derive(Debug, Clone, Default)]
pub struct PayoutRules {
    /// Without any, payouts are off.
    pub accounts: Vec<PayoutAccount>,
    /// Most that may go out in one business day.
    pub day_limit: Money,
    /// How long an account must have been registered, in milliseconds.
    pub cool_down_ms: i64,
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayoutState {
    /// The provider took it and has not finished.
    Requested,
    /// The money left.
    Done,
    /// It did not.
    Failed,
    /// The answer was lost.
    Unknown,
}

impl PayoutState {
    const ALL: [Self; 4] = [Self::Requested, Self::Done, Self::Failed, Self::Unknown];

    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// Ours.
    pub id: RefundId,
    /// From whom.
    pub provider: ProviderId,
    /// To which registered account.
    pub label: String,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: PayoutState,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What the provider keeps.
    pub fee: Option<Money>,
    /// The provider's own word.
    pub word: Option<String>,
    /// On which business day it was asked for.
    pub day: BusinessDay,
}

/// Why nothing was asked of the provider.
#[derive(Debug, thiserror::Error)]
pub enum PayoutError {
    /// The provider pays nothing out, or is not switched on.
    #[error("the provider does not pay out")]
    NotOffered,
    /// No account is registered: payouts are off.
    #[error("no payout account is registered")]
    Off,
    /// No account of that name.
    #[error("no such payout account")]
    UnknownAccount {
        /// The names there are.
        known: Vec<String>,
    },
    /// The account was added or changed lately.
    #[error("the account is too new")]
    CoolingDown {
        /// When it may be used.
        until: Timestamp,
    },
    /// More than a day may have.
    #[error("over the limit of a day")]
    OverDayLimit {
        /// What may still go out today.
        left: Money,
    },
    /// What became of an earlier one is not known.
    #[error("an earlier payout is still open")]
    EarlierOpen(Box<Payout>),
    /// There is no such payout, or its end is known.
    #[error("no open payout has this id")]
    NotOpen,
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

const ACCOUNT_SEEN: &str = "payout_account_seen";
const REQUESTED: &str = "payout_requested";
const RESOLVED: &str = "payout_resolved";
const WORDS: [&str; 3] = [ACCOUNT_SEEN, REQUESTED, RESOLVED];

#[derive(Serialize, Deserialize)]
struct SeenFacts {
    fingerprint: String,
    /// The till had taken no money yet when the account was there: nothing could be stolen by adding it.
    before_first_sale: bool,
}

#[derive(Serialize, Deserialize)]
struct RequestedFacts {
    provider: String,
    label: String,
    amount_satang: i64,
    business_day: String,
}

#[derive(Serialize, Deserialize)]
struct ResolvedFacts {
    state: String,
    provider_ref: Option<String>,
    fee_satang: Option<i64>,
    word: Option<String>,
}

impl Till {
    /// Notes accounts that were not seen before, so that their cool-down begins.
    pub async fn note_payout_accounts(&self) -> Result<(), LedgerError> {
        for account in &self.config().payouts.accounts {
            self.account_seen(account).await?;
        }
        Ok(())
    }

    /// When an account was first seen, and whether that was before the first sale.
    async fn account_seen(&self, account: &PayoutAccount) -> Result<(Timestamp, bool), LedgerError> {
        let fingerprint = account.fingerprint();
        loop {
            let (newest, lines) = self.inner.ledger.trail(&[ACCOUNT_SEEN]).await?;
            let seen = lines.iter().find_map(|line| {
                let facts: SeenFacts = serde_json::from_str(&line.detail).ok()?;
                (facts.fingerprint == fingerprint).then_some((line.at, facts.before_first_sale))
            });
            if let Some(seen) = seen {
                return Ok(seen);
            }
            let any = OrderFilter {
                limit: 1,
                ..OrderFilter::default()
            };
            let facts = SeenFacts {
                fingerprint: fingerprint.clone(),
                before_first_sale: self.inner.ledger.list(any).await?.is_empty(),
            };
            self.note(None, ACCOUNT_SEEN, &account.label, &facts, Some(newest))
                .await?;
        }
    }

    /// Every payout so far, oldest first.
    pub async fn payouts(&self) -> Result<Vec<Payout>, LedgerError> {
        let (_, lines) = self.inner.ledger.trail(&WORDS).await?;
        Ok(told(&lines))
    }

    /// Pays out once. What comes back says how it ended; an unknown end is asked about before the next payout.
    pub async fn pay_out(
        &self,
        provider: ProviderId,
        label: &str,
        amount: Money,
        by: String,
    ) -> Result<Payout, PayoutError> {
        let Some(client) = self.provider(provider).filter(|known| known.payouts().is_some()) else {
            return Err(PayoutError::NotOffered);
        };
        let rules = &self.config().payouts;
        if rules.accounts.is_empty() {
            return Err(PayoutError::Off);
        }
        let Some(account) = rules.accounts.iter().find(|account| account.label == label) else {
            let known = rules.accounts.iter().map(|account| account.label.clone());
            return Err(PayoutError::UnknownAccount {
                known: known.collect(),
            });
        };
        let (since, before_first_sale) = self.account_seen(account).await?;
        let until = since.plus_ms(rules.cool_down_ms);
        if !before_first_sale && self.now() < until {
            return Err(PayoutError::CoolingDown { until });
        }
        self.resolve_payouts(client).await?;
        let payout = self.request_payout(provider, account, amount, &by).await?;
        let answer = self.withdraw(client.as_ref(), &payout, account).await;
        Ok(self.payout_answered(payout, answer).await?)
    }

    /// Stores the wish, if the rules still allow it by what is stored.
    async fn request_payout(
        &self,
        provider: ProviderId,
        account: &PayoutAccount,
        amount: Money,
        by: &str,
    ) -> Result<Payout, PayoutError> {
        let id = RefundId::from_bits(self.inner.ids.next_id());
        loop {
            let (newest, lines) = self.inner.ledger.trail(&WORDS).await?;
            let payouts = told(&lines);
            let open =
                |payout: &&Payout| matches!(payout.state, PayoutState::Unknown | PayoutState::Requested);
            if let Some(open) = payouts
                .iter()
                .find(|payout| open(payout) && payout.provider_ref.is_none())
            {
                return Err(PayoutError::EarlierOpen(Box::new(open.clone())));
            }
            let day = self.now().business_day(self.config().cutoff);
            let spent = payouts
                .iter()
                .filter(|payout| payout.day == day && payout.state != PayoutState::Failed)
                .map(|payout| payout.amount);
            let limit = self.config().payouts.day_limit;
            let left = Money::checked_sum(spent)
                .and_then(|spent| limit.checked_sub(spent))
                .unwrap_or(Money::ZERO)
                .max(Money::ZERO);
            if amount > left {
                return Err(PayoutError::OverDayLimit { left });
            }
            let facts = RequestedFacts {
                provider: provider.word().to_owned(),
                label: account.label.clone(),
                amount_satang: amount.satang(),
                business_day: day.to_string(),
            };
            match self
                .note(
                    Some(by.to_owned()),
                    REQUESTED,
                    &id.to_string(),
                    &facts,
                    Some(newest),
                )
                .await
            {
                Ok(true) => {
                    return Ok(Payout {
                        id,
                        provider,
                        label: account.label.clone(),
                        amount,
                        state: PayoutState::Unknown,
                        provider_ref: None,
                        fee: None,
                        word: None,
                        day,
                    });
                }
                Ok(false) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn withdraw(
        &self,
        client: &dyn PaymentProvider,
        payout: &Payout,
        account: &PayoutAccount,
    ) -> Result<Withdrawn, ProviderError> {
        let Some(payouts) = client.payouts() else {
            return Err(ProviderError::NotSent);
        };
        let callback_url = self.config().public_url.as_ref();
        let request = WithdrawRequest {
            our_ref: payout.id,
            amount: payout.amount,
            bank_code: account.bank_code.clone(),
            account_no: account.account_no.clone(),
            account_name: account.account_name.clone(),
            callback_url: callback_url.map(|base| format!("{base}/callbacks/{}", payout.provider)),
        };
        self.ask(client, payouts.withdraw(&request), ProviderError::OutcomeUnknown)
            .await
    }

    /// Asks what became of payouts that are still open.
    async fn resolve_payouts(&self, client: &Arc<dyn PaymentProvider>) -> Result<(), PayoutError> {
        let Some(capability) = client.payouts() else {
            return Ok(());
        };
        let open = self.payouts().await?.into_iter().filter(|payout| {
            payout.provider == client.id()
                && matches!(payout.state, PayoutState::Unknown | PayoutState::Requested)
        });
        for payout in open {
            let asked = self.ask(
                client.as_ref(),
                capability.find(payout.id, payout.amount),
                ProviderError::Unavailable,
            );
            // "Not known" is no "no": a gateway's query need not cover withdrawals, and a second one would be money lost.
            // Only the provider's own word or a person ends it.
            if let Ok(Some(withdrawn)) = asked.await {
                self.payout_answered(payout, Ok(withdrawn)).await?;
            }
        }
        Ok(())
    }

    /// Ends a payout whose outcome nobody could be asked about, by the word of a person who looked.
    ///
    /// # Errors
    /// [`PayoutError::NotOpen`] when there is no such payout or its end is known.
    pub async fn settle_payout(&self, id: RefundId, done: bool, by: String) -> Result<Payout, PayoutError> {
        let known = self.payouts().await?.into_iter().find(|payout| payout.id == id);
        let open =
            known.filter(|payout| matches!(payout.state, PayoutState::Unknown | PayoutState::Requested));
        let Some(payout) = open else {
            return Err(PayoutError::NotOpen);
        };
        let payout = Payout {
            state: if done {
                PayoutState::Done
            } else {
                PayoutState::Failed
            },
            ..payout
        };
        self.note_end(&payout, Some(by)).await?;
        Ok(payout)
    }

    async fn payout_answered(
        &self,
        payout: Payout,
        answer: Result<Withdrawn, ProviderError>,
    ) -> Result<Payout, LedgerError> {
        let payout = match answer {
            Ok(withdrawn) => Payout {
                state: state_of(&withdrawn.word),
                provider_ref: Some(withdrawn.provider_ref),
                fee: withdrawn.fee,
                word: Some(withdrawn.word),
                ..payout
            },
            Err(ProviderError::OutcomeUnknown | ProviderError::Unavailable) => Payout {
                state: PayoutState::Unknown,
                ..payout
            },
            Err(error) => Payout {
                state: PayoutState::Failed,
                word: Some(match error {
                    ProviderError::Refused { code } => code,
                    ProviderError::Misconfigured(fault) => fault.code.to_owned(),
                    other => other.to_string(),
                }),
                ..payout
            },
        };
        self.note_end(&payout, None).await?;
        Ok(payout)
    }

    async fn note_end(&self, payout: &Payout, by: Option<String>) -> Result<(), LedgerError> {
        let facts = ResolvedFacts {
            state: payout.state.word().to_owned(),
            provider_ref: payout.provider_ref.clone(),
            fee_satang: payout.fee.map(Money::satang),
            word: payout.word.clone(),
        };
        self.note(by, RESOLVED, &payout.id.to_string(), &facts, None)
            .await
            .map(drop)
    }
}

/// The provider's words (jwt-gateway.md §7); one we do not know is no success.
fn state_of(word: &str) -> PayoutState {
    match word.to_ascii_lowercase().as_str() {
        "completed" => PayoutState::Done,
        "failed" | "expired" => PayoutState::Failed,
        _ => PayoutState::Requested,
    }
}

/// The payouts that the lines tell of. A line that cannot be read tells nothing; the ledger's own proof names it.
fn told(lines: &[AuditLine]) -> Vec<Payout> {
    let mut payouts: Vec<Payout> = Vec::new();
    for line in lines {
        let Ok(id) = line.subject.parse::<RefundId>() else {
            continue;
        };
        if line.what == REQUESTED {
            payouts.extend(requested(id, line));
        } else if line.what == RESOLVED
            && let Some(payout) = payouts.iter_mut().find(|payout| payout.id == id)
        {
            resolve(payout, line);
        }
    }
    payouts
}

fn requested(id: RefundId, line: &AuditLine) -> Option<Payout> {
    let facts: RequestedFacts = serde_json::from_str(&line.detail).ok()?;
    Some(Payout {
        id,
        provider: facts.provider.parse().ok()?,
        label: facts.label,
        amount: Money::from_satang(facts.amount_satang),
        // Until something is known of it: a till that died after this line may have asked.
        state: PayoutState::Unknown,
        provider_ref: None,
        fee: None,
        word: None,
        day: facts.business_day.parse().ok()?,
    })
}

fn resolve(payout: &mut Payout, line: &AuditLine) {
    let Ok(facts) = serde_json::from_str::<ResolvedFacts>(&line.detail) else {
        return;
    };
    let state = PayoutState::ALL
        .into_iter()
        .find(|state| state.word() == facts.state);
    // Nothing lowers a payout that was made.
    if payout.state == PayoutState::Done {
        return;
    }
    payout.state = state.unwrap_or(PayoutState::Unknown);
    payout.provider_ref = facts.provider_ref.or(payout.provider_ref.take());
    payout.fee = facts.fee_satang.map(Money::from_satang).or(payout.fee);
    payout.word = facts.word;
}
