//! Receipts and credit notes: an order and its document, as paper.

use super::words;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use keptang_checkout::ReceiptError;
use keptang_domain::order::{Attempt, Document, DocumentKind, Order, Refund, RefundKind, SalePart};
use keptang_domain::{Money, ProviderId, tax};
use keptang_paper::credit_note::{CreditNote, credit_note_document};
use keptang_paper::document::{self, PaperError};
use keptang_paper::receipt::{
    Adjustment, AdjustmentKind, CashHanded, PaidBy, Receipt, ReceiptLine, VatSplit, receipt_document,
};
use keptang_settings::VatMode;

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperSize {
    /// A roll 58 mm wide.
    Roll58,
    /// A roll 80 mm wide.
    Roll80,
    /// A4 pages.
    A4,
}

impl PaperSize {
    /// From its word: `58`, `80`, `a4`.
    pub(crate) fn of(word: &str) -> Result<Self, ApiError> {
        match word {
            "58" => Ok(Self::Roll58),
            "80" => Ok(Self::Roll80),
            "a4" => Ok(Self::A4),
            other => Err(ApiError::new(ErrorCode::BadRequest).with("paper", other)),
        }
    }

    pub(crate) const fn paper(self) -> document::Paper {
        match self {
            Self::Roll58 => document::Paper::Mm58,
            Self::Roll80 => document::Paper::Mm80,
            Self::A4 => document::Paper::A4,
        }
    }
}

/// An order with its numbered receipt.
pub(crate) struct Issued {
    pub(crate) order: Order,
    pub(crate) document: Document,
    /// It had its number before.
    pub(crate) is_copy: bool,
}

impl App {
    /// Gives an order its receipt number, or finds the one it has.
    ///
    /// # Errors
    /// `wrong_state` for an order that is not paid.
    pub(crate) async fn issue_receipt(&self, order: &str, by: Option<String>) -> Result<Issued, ApiError> {
        let found = self.find(order).await?;
        let is_copy = found.receipt().is_some();
        let registered = self.settings().vat.mode == VatMode::Registered;
        let (order, document) = self.till().issue_receipt(found.id, registered, by).await?;
        Ok(Issued {
            order,
            document,
            is_copy,
        })
    }

    /// Gives the money that went back its paper, where the order has a receipt to point at, and prints what is new where
    /// the owner wants that.
    ///
    /// # Errors
    /// Of the ledger. An order without a receipt needs no credit note and gets none.
    pub(crate) async fn issue_credit_notes(
        &self,
        order: Order,
        by: Option<String>,
    ) -> Result<Order, ApiError> {
        let mut newest = order.clone();
        for refund in &order.refunds {
            match self
                .till()
                .issue_credit_note(order.id, refund.id, by.clone())
                .await
            {
                Ok((with_note, document)) => {
                    newest = with_note;
                    if order.credit_note(refund.id).is_none() {
                        let paper = self.credit_note_document(&newest, refund, &document, self.roll());
                        self.print_note_by_itself(paper, &document.number).await;
                    }
                }
                Err(ReceiptError::NoReceipt | ReceiptError::NotRefunded) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(newest)
    }

    /// A receipt as PDF, for the command line.
    ///
    /// # Errors
    /// As for its number.
    pub async fn receipt_pdf(
        &self,
        order: &str,
        size: PaperSize,
        by: Option<String>,
    ) -> Result<(String, Vec<u8>), ApiError> {
        let issued = self.issue_receipt(order, by).await?;
        let pdf = self.receipt_document(&issued, size)?.to_pdf();
        Ok((issued.document.number, pdf))
    }

    pub(crate) fn receipt_document(
        &self,
        issued: &Issued,
        size: PaperSize,
    ) -> Result<document::Document, ApiError> {
        Ok(receipt_document(&self.receipt(issued), size.paper())?)
    }

    fn receipt(&self, issued: &Issued) -> Receipt {
        let Issued {
            order,
            document,
            is_copy,
        } = issued;
        let locale = self.locale();
        let due = order.opening.amount_due;
        let parts = order.sale_parts();
        let total = order.sale_total();
        let goods = order.opening.note.clone();
        let goods = goods.unwrap_or_else(|| locale.pick("ค่าสินค้าและบริการ", "Goods and services").to_owned());
        let paid = || {
            let of = |part: &SalePart| Some((*part, order.attempt(part.attempt)?));
            parts.iter().filter_map(of)
        };
        Receipt {
            manner: self.manner(*is_copy),
            seller: self.seller(),
            number: document.number.clone(),
            order_number: order.opening.number.clone(),
            issued_at: document.at,
            cashier: order.opening.cashier.clone(),
            lines: vec![ReceiptLine {
                description: goods,
                amount: due,
            }],
            due,
            adjustments: adjustments(order, &parts),
            total,
            payments: paid()
                .map(|(part, attempt)| PaidBy {
                    words: self.way_words(attempt.provider),
                    amount: part.of_due.checked_add(part.rounding).unwrap_or(part.of_due),
                    reference: attempt.provider_ref.clone(),
                })
                .collect(),
            cash: paid().find_map(|(_, attempt)| cash(attempt)),
            vat: vat(document, total),
            note: None,
            e_receipt: Some(self.e_receipt(order, document, total)),
            closing: Some(locale.pick("ขอบคุณที่อุดหนุน", "Thank you").to_owned()),
        }
    }

    /// What a phone shows that scans the receipt: its facts in words, because a shop has no page on the internet where
    /// they could be looked up.
    fn e_receipt(&self, order: &Order, document: &Document, total: Money) -> String {
        let seller = self.seller();
        let mut lines = vec![seller.name];
        lines.extend(seller.tax_id);
        lines.push(document.number.clone());
        lines.push(document.day.to_string());
        lines.push(format!("{total} THB"));
        lines.push(order.opening.number.clone());
        lines.join("\n")
    }

    /// The credit note of a refund by its id, numbered now if it has no number yet.
    ///
    /// # Errors
    /// `not_found` for a refund that the order does not have; `wrong_state` when its money has not gone back or there is
    /// no receipt it could point at.
    pub(crate) async fn credit_note(
        &self,
        order: &str,
        refund: &str,
        size: PaperSize,
        by: Option<String>,
    ) -> Result<(Issued, document::Document), ApiError> {
        let found = self.find(order).await?;
        let refund = found.refunds.iter().find(|known| known.id.to_string() == refund);
        let refund = refund.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?.clone();
        let is_copy = found.credit_note(refund.id).is_some();
        let (order, document) = self.till().issue_credit_note(found.id, refund.id, by).await?;
        let paper = self.credit_note_document(&order, &refund, &document, size);
        let issued = Issued {
            order,
            document,
            is_copy,
        };
        Ok((issued, paper.ok_or_else(|| ApiError::new(ErrorCode::Internal))?))
    }

    /// The credit note as PDF, for the command line.
    ///
    /// # Errors
    /// As for the note itself.
    pub async fn credit_note_pdf(
        &self,
        order: &str,
        refund: &str,
        size: PaperSize,
        by: Option<String>,
    ) -> Result<(String, Vec<u8>), ApiError> {
        let (issued, paper) = self.credit_note(order, refund, size, by).await?;
        Ok((issued.document.number, paper.to_pdf()))
    }

    fn credit_note_document(
        &self,
        order: &Order,
        refund: &Refund,
        note: &Document,
        size: PaperSize,
    ) -> Option<document::Document> {
        let receipt = order.receipt()?;
        let total = order.sale_total();
        let until_this = order
            .refunds
            .iter()
            .filter(|other| other.id == refund.id || is_noted_before(order, other, note));
        let lowered = Money::checked_sum(until_this.map(|refund| order.refund_of_sale(refund.id)))?;
        let returned = order.refund_of_sale(refund.id);
        let provider = order.attempt(refund.attempt)?.provider;
        let locale = self.locale();
        let way = if refund.kind == RefundKind::Transfer {
            locale.pick("โอนคืน", "By transfer").to_owned()
        } else {
            self.way_words(provider)
        };
        let paper = CreditNote {
            manner: self.manner(false),
            seller: self.seller(),
            number: note.number.clone(),
            issued_at: note.at,
            receipt_number: receipt.number.clone(),
            receipt_issued_at: receipt.at,
            order_number: order.opening.number.clone(),
            buyer: None,
            receipt_total: total,
            right_total: total.checked_sub(lowered).unwrap_or(Money::ZERO).max(Money::ZERO),
            returned,
            vat: vat(note, returned),
            way,
            reference: refund.provider_ref.clone(),
            reason: words::refund_reason(locale, refund.reason.word()),
            cashier: order.opening.cashier.clone(),
            approved_by: Some(refund.by.clone()),
        };
        Some(credit_note_document(&paper, size.paper()))
    }
}

fn is_noted_before(order: &Order, refund: &Refund, note: &Document) -> bool {
    order
        .credit_note(refund.id)
        .is_some_and(|earlier| earlier.kind == DocumentKind::CreditNote && earlier.at < note.at)
}

fn adjustments(order: &Order, parts: &[SalePart]) -> Vec<Adjustment> {
    let changed = parts.iter().filter(|part| part.rounding != Money::ZERO);
    changed
        .map(|part| Adjustment {
            kind: match order.attempt(part.attempt).map(|attempt| attempt.provider) {
                Some(ProviderId::Cash) => AdjustmentKind::CashRounding,
                _ => AdjustmentKind::Gateway,
            },
            amount: part.rounding,
        })
        .collect()
}

fn cash(attempt: &Attempt) -> Option<CashHanded> {
    Some(CashHanded {
        tendered: attempt.tendered?,
        change: attempt.change()?,
    })
}

fn vat(document: &Document, amount: Money) -> Option<VatSplit> {
    let rate_basis_points = document.vat_rate_bp?;
    let split = tax::split(amount, rate_basis_points);
    Some(VatSplit {
        rate_basis_points,
        base: split.base,
        vat: split.vat,
    })
}

impl From<ReceiptError> for ApiError {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::NotPaid(state) => {
                Self::new(ErrorCode::WrongState).with("state", no_receipt(state.word()))
            }
            ReceiptError::NoReceipt | ReceiptError::NotRefunded => {
                Self::new(ErrorCode::WrongState).with("state", "not_paid")
            }
            ReceiptError::Transition(error) => error.into(),
            ReceiptError::Ledger(error) => error.into(),
        }
    }
}

/// A receipt says that money was received; until then there is nothing to say.
fn no_receipt(state: &'static str) -> &'static str {
    match state {
        "open" | "due" => "not_paid_yet",
        other => other,
    }
}

impl From<PaperError> for ApiError {
    fn from(error: PaperError) -> Self {
        tracing::error!(error = %error, "a paper could not be laid out");
        Self::new(ErrorCode::Internal)
    }
}
