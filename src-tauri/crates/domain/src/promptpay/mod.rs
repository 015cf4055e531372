//! PromptPay and bill-payment QR text: what the shop shows, and what it reads back.
//!
//! Text only. Drawing and scanning live in the `qr` crate; whether anybody paid is never decided here.
//! The formats come from thai-qr-formats.md, sections 1 to 3; its section 5 is the test table.

mod generate;
mod parse;
mod target;
pub(crate) mod tlv;
#[cfg(test)]
mod vectors;

pub use generate::{GenerateError, bill_payment, credit_transfer};
pub use parse::{
    AdditionalData, BankAccount, BillPayment, Initiation, PaymentQr, PaymentQrError, Recipient, parse,
};
pub use target::{BillerId, Target, TargetError, TargetKind};
pub use tlv::TlvError;

/// Tag 00 of template 29: a transfer that the shop presents and the customer scans.
const CREDIT_TRANSFER_AID: &str = "A000000677010111";
/// Tag 00 of template 30: a domestic bill payment.
const BILL_PAYMENT_AID: &str = "A000000677010112";
/// Tag 00 of template 30: a bill payment that foreign wallets can pay too.
const CROSS_BORDER_BILL_AID: &str = "A000000677012006";
/// Tag 53: Thai baht in ISO 4217 numbers.
const BAHT: &str = "764";
