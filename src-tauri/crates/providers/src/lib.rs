//! Clients of the payment providers, one folder each, behind the port `keptang_ports::PaymentProvider`.
//!
//! # Adding a provider
//!
//! 1. Give it a word in `keptang_domain::ProviderId`; the compiler then names every list that has to know it.
//! 2. Make a folder here named after the word: `mod.rs` implements the port, `config.rs` holds what the owner sets
//!    and finds faults without asking anybody, `wire.rs` reads the provider's own words with every field optional,
//!    `sign.rs` is pure and tested with the published vectors, `map.rs` decides what the words mean for the till.
//! 3. A method of the port that gives a capability returns `Some` only when its code exists.
//! 4. Decide for each answer what the caller may do next (`ProviderError`): on a request that may have created
//!    something, everything that is not a clear "no" is `OutcomeUnknown`.
//! 5. Copy the examples of the provider's page to `tests/fixtures/providers/<word>/<operation>/<case>.json`, with
//!    malformed ones beside them, and read them in the tests of `map.rs`.
//! 6. Add it to the simulator, from the page alone, and to the composition root.
//!
//! This crate keeps nothing on disk and decides nothing about orders.
#![warn(missing_docs)]

mod act;
pub mod crypto_2328;
mod decimal;
pub mod deposit_gateway;
pub mod easyslip;
mod http;
mod json;
pub mod jwt_gateway;
pub mod omise_truemoney;
mod pace;
mod picture;
pub mod promptpay_direct;
mod registry;
mod said;
mod secret;
mod words;

pub use http::{HttpClient, HttpClientError};
pub use registry::Providers;
pub use secret::Secret;
