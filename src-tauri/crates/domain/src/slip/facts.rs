//! What a verifier found out about a transfer, in our words.
//!
//! Only what the bank's side says. What the picture shows is never in here: a genuine code can be pasted into an
//! edited picture (easyslip.md, section 11).

use std::fmt;

use super::banks::BankCode;
use super::number::MaskedNumber;
use super::reference::SlipRef;
use crate::{Money, Timestamp};

/// A transfer that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipFacts {
    /// Its name. The sending bank is the one in the slip's code where that is known.
    pub reference: SlipRef,
    /// How much arrived, in baht.
    pub amount: Money,
    /// When the bank moved the money.
    pub sent_at: Timestamp,
    /// Who paid.
    pub sender: Party,
    /// Who was paid.
    pub receiver: Party,
    /// The account registered at the verifier that it found to be the receiver; `None` says nothing, since a shop
    /// need not register any.
    pub matched: Option<Party>,
}

/// One end of a transfer. Every part may be missing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The bank. Often missing for PromptPay transfers (easyslip.md, section 3).
    pub bank: Option<BankCode>,
    /// The account number as printed; only of a real account, not of a token or a dummy.
    pub account: Option<MaskedNumber>,
    /// The PromptPay ID or wallet that was paid to.
    pub proxy: Option<Proxy>,
    /// The name in Thai. May hold an English one.
    pub name_th: Option<String>,
    /// The name in English. May hold a Thai one.
    pub name_en: Option<String>,
}

impl Party {
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        [&self.name_th, &self.name_en]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

/// Leaves out the names, which are personal data.
impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party")
            .field("bank", &self.bank)
            .field("account", &self.account)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

/// A PromptPay ID or wallet as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Which kind.
    pub kind: ProxyKind,
    /// Its digits; `None` for an e-mail address or anything else that is not a number.
    pub number: Option<MaskedNumber>,
}

/// Kinds of [`Proxy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    /// `NATID`: a national or tax ID.
    NationalId,
    /// `MSISDN`: a mobile number registered for PromptPay.
    Mobile,
    /// `EWALLETID`: 15 digits of an e-wallet.
    EWallet,
    /// `EMAIL`.
    Email,
    /// `BILLERID`: a bill payment.
    Biller,
    /// The phone number of a TrueMoney wallet, on a wallet's own slip.
    TrueMoneyPhone,
}
