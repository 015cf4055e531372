//! Receipts and credit notes: papers with a number that was given once. They say what money did and never move any.

use super::refund::RefundState;
use super::{Order, OrderState, TransitionError};
use crate::RefundId;
use crate::provider::words;
use crate::time::{BusinessDay, Timestamp};

words! {
    /// What a paper is.
    DocumentKind {
        /// For money that was taken; one per sale, ever.
        Receipt = "receipt",
        /// For money that went back; one per refund.
        CreditNote = "credit_note",
    }
}

/// A paper that was given a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// The refund a credit note stands for.
    pub refund: Option<RefundId>,
    /// The series its number is counted in.
    pub series: String,
    /// Its place in the series; the first is 1.
    pub running: u64,
    /// The number as it is printed.
    pub number: String,
    /// The business day it carries.
    pub day: BusinessDay,
    /// When it was given.
    pub at: Timestamp,
    /// The VAT rate of that day in basis points; `None` where the shop is not registered.
    pub vat_rate_bp: Option<u32>,
    /// Who gave it, when known.
    pub by: Option<String>,
}

impl Order {
    /// The receipt, once it was given.
    pub fn receipt(&self) -> Option<&Document> {
        self.documents
            .iter()
            .find(|document| document.kind == DocumentKind::Receipt)
    }

    /// The credit note of a refund, once it was given.
    pub fn credit_note(&self, refund: RefundId) -> Option<&Document> {
        self.documents
            .iter()
            .find(|document| document.refund == Some(refund))
    }

    /// Takes a paper: a receipt completes a settled sale; a credit note needs a receipt to point at and money that did
    /// go back (product.md §5).
    pub(super) fn take_document(&mut self, document: Document) -> Result<(), TransitionError> {
        if document.running == 0 || document.series.is_empty() || document.number.is_empty() {
            return Err(TransitionError::DocumentNumber);
        }
        match (document.kind, document.refund) {
            (DocumentKind::Receipt, None) => {
                if self.receipt().is_some() {
                    return Err(TransitionError::DocumentIssuedAlready);
                }
                if self.state != OrderState::Settled {
                    return Err(TransitionError::OrderState(self.state));
                }
                self.state = OrderState::Completed;
            }
            (DocumentKind::CreditNote, Some(id)) => {
                let refund = self
                    .refunds
                    .iter()
                    .find(|refund| refund.id == id)
                    .ok_or(TransitionError::NoSuchRefund)?;
                if self.credit_note(id).is_some() {
                    return Err(TransitionError::DocumentIssuedAlready);
                }
                if self.receipt().is_none() {
                    return Err(TransitionError::NoReceipt);
                }
                if refund.state != RefundState::Done {
                    return Err(TransitionError::RefundNotDone);
                }
            }
            (DocumentKind::Receipt, Some(_)) | (DocumentKind::CreditNote, None) => {
                return Err(TransitionError::NoSuchRefund);
            }
        }
        self.documents.push(document);
        Ok(())
    }
}
