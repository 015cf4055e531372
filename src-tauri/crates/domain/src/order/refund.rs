//! Money given back.

use crate::money::Money;
use crate::provider::words;
use crate::{AttemptId, RefundId};

words! {
    /// How money went back.
    RefundKind {
        /// The provider undid the payment.
        Void = "void",
        /// The provider sent it back.
        Refund = "refund",
        /// A person transferred it; the provider was not involved.
        Transfer = "transfer",
    }
}

words! {
    /// Where a refund stands.
    RefundState {
        /// Stored; the provider may or may not have heard.
        Requested = "requested",
        /// The money went back.
        Done = "done",
        /// It did not.
        Failed = "failed",
        /// The answer was lost.
        Unknown = "unknown",
    }
}

words! {
    /// Why (cli.md, `order refund`).
    RefundReason {
        /// The customer asked.
        CustomerRequest = "customer_request",
        /// The amount was wrong.
        WrongAmount = "wrong_amount",
        /// Paid twice.
        DuplicatePayment = "duplicate_payment",
        /// Nothing to hand over.
        GoodsUnavailable = "goods_unavailable",
        /// Something else.
        Other = "other",
    }
}

/// One refund, void or return by transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Ours, stored before the provider is asked.
    pub id: RefundId,
    /// Whose money goes back.
    pub attempt: AttemptId,
    /// How much; more than nothing.
    pub amount: Money,
    /// How; the provider's answer may turn a refund into a void.
    pub kind: RefundKind,
    /// Where it stands.
    pub state: RefundState,
    /// The provider's reference, or the transfer's.
    pub provider_ref: Option<String>,
    /// Why.
    pub reason: RefundReason,
    /// Who.
    pub by: String,
}
