//! Numbers for receipts and credit notes: each series without gaps, each paper once (product.md §5).
//!
//! What stands on the paper is made elsewhere from the order and its document.

use crate::record::RecordError;
use crate::till::Till;
use crate::trail::MAX_TRIES;
use keptang_domain::order::{Document, DocumentKind, Order, OrderEvent, OrderState, TransitionError};
use keptang_domain::{BusinessDay, OrderId, RefundId, tax};
use keptang_ports::{LedgerError, OrderKey};

/// Why no paper was given a number.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The order is not paid in full, or was called off.
    #[error("the order is {0}")]
    NotPaid(OrderState),
    /// A credit note points at a receipt, and none was issued.
    #[error("no receipt was issued")]
    NoReceipt,
    /// There is no such refund, its money has not gone back, or it was never part of the sale.
    #[error("the money has not gone back")]
    NotRefunded,
    /// The order does not allow it.
    #[error(transparent)]
    Transition(TransitionError),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<TransitionError> for ReceiptError {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::OrderState(state) => Self::NotPaid(state),
            TransitionError::NoReceipt => Self::NoReceipt,
            TransitionError::NoSuchRefund | TransitionError::RefundNotDone => Self::NotRefunded,
            other => Self::Transition(other),
        }
    }
}

/// A paper of a series, before it has its number.
struct Blank {
    kind: DocumentKind,
    refund: Option<RefundId>,
    vat_rate_bp: Option<u32>,
}

impl Till {
    /// Gives an order its receipt number, or finds the one it has. The tax rate is that of the day on which the order was
    /// paid (Revenue Code section 78), where the shop is registered for VAT.
    pub async fn issue_receipt(
        &self,
        order: OrderId,
        vat_registered: bool,
        by: Option<String>,
    ) -> Result<(Order, Document), ReceiptError> {
        let found = self.inner.ledger.load(OrderKey::Id(order)).await?;
        if let Some(receipt) = found.receipt().cloned() {
            return Ok((found, receipt));
        }
        let cutoff = self.config().cutoff;
        let paid_on = found.settled_at.map(|at| at.business_day(cutoff));
        let blank = Blank {
            kind: DocumentKind::Receipt,
            refund: None,
            vat_rate_bp: paid_on.and_then(tax::rate_on).filter(|_| vat_registered),
        };
        self.issue(order, &blank, by).await
    }

    /// Gives a refund its credit note number, or finds the one it has. The tax rate is that of the receipt: what is
    /// given back is the sale as it was taxed (Revenue Code section 82/10).
    pub async fn issue_credit_note(
        &self,
        order: OrderId,
        refund: RefundId,
        by: Option<String>,
    ) -> Result<(Order, Document), ReceiptError> {
        let found = self.inner.ledger.load(OrderKey::Id(order)).await?;
        if let Some(note) = found.credit_note(refund).cloned() {
            return Ok((found, note));
        }
        let receipt = found.receipt().ok_or(ReceiptError::NoReceipt)?;
        if !found.refund_of_sale(refund).is_positive() {
            return Err(ReceiptError::NotRefunded);
        }
        let blank = Blank {
            kind: DocumentKind::CreditNote,
            refund: Some(refund),
            vat_rate_bp: receipt.vat_rate_bp,
        };
        self.issue(order, &blank, by).await
    }

    async fn issue(
        &self,
        id: OrderId,
        blank: &Blank,
        by: Option<String>,
    ) -> Result<(Order, Document), ReceiptError> {
        let day = self.today();
        let series = series(blank.kind, &self.config().counter, day);
        for _ in 0..MAX_TRIES {
            let running = self.inner.ledger.last_document(&series).await? + 1;
            let event = OrderEvent::DocumentIssued {
                kind: blank.kind,
                refund: blank.refund,
                series: series.clone(),
                running,
                number: format!("{series}-{running:06}"),
                day,
                vat_rate_bp: blank.vat_rate_bp,
                by: by.clone(),
            };
            let order = match self.record(id, event, None).await {
                Ok(order) => order,
                Err(RecordError::Ledger(LedgerError::DocumentNumberUsed | LedgerError::VersionMoved)) => {
                    continue;
                }
                // Somebody else issued this very paper a moment ago: theirs is the one.
                Err(RecordError::Transition(TransitionError::DocumentIssuedAlready)) => {
                    self.inner.ledger.load(OrderKey::Id(id)).await?
                }
                Err(RecordError::Transition(error)) => return Err(error.into()),
                Err(RecordError::Ledger(error)) => return Err(error.into()),
            };
            if let Some(document) = issued(&order, blank) {
                return Ok((order, document));
            }
        }
        Err(LedgerError::VersionMoved.into())
    }
}

/// `R` or `C`, the counter, the last two digits of the year: each counter has its own series, so that two of them never
/// wait for each other, and each year begins anew.
fn series(kind: DocumentKind, counter: &str, day: BusinessDay) -> String {
    let letter = match kind {
        DocumentKind::Receipt => 'R',
        DocumentKind::CreditNote => 'C',
    };
    let (year, _, _) = day.civil();
    format!("{letter}{counter}{:02}", year.rem_euclid(100))
}

fn issued(order: &Order, blank: &Blank) -> Option<Document> {
    match blank.refund {
        Some(refund) => order.credit_note(refund).cloned(),
        None => order.receipt().cloned(),
    }
}
