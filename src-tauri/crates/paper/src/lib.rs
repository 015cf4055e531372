//! What a shop puts on paper or into a file: receipts and reports as PDF, raster for thermal printers, CSV and XLSX.
//!
//! Bytes only: nothing here opens a file, a socket or the ledger, and no amount is calculated; what is printed was
//! decided elsewhere.
#![warn(missing_docs)]

pub mod amount;
pub mod credit_note;
pub mod csv;
pub mod document;
pub mod escpos;
mod flow;
mod grid;
pub mod language;
mod measure;
mod page;
mod pdf;
pub mod raster;
pub mod receipt;
pub mod report;
pub mod sheet;
pub mod table;
pub mod test_page;
pub mod text;
pub mod xlsx;
