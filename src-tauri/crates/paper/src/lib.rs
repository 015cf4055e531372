//! What a shop puts on paper or into a file: receipts and reports as PDF, raster for thermal printers, CSV and XLSX.
//!
//! Bytes only: nothing here opens a file, a socket or the ledger, and no amount is calculated; what is printed was
//! decided elsewhere.
#![warn(missing_docs)]

pub mod amount;
pub mod csv;
pub mod document;
mod flow;
pub mod language;
mod measure;
mod page;
mod pdf;
pub mod receipt;
pub mod table;
pub mod text;
pub mod xlsx;
