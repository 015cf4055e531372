//! The real window, driven as a cashier would: keys in, pictures out.
//!
//! Each test has its own data directory in training mode, so the window serves its own provider; the customer is
//! played through the provider's control panel. Pictures lie in `<target>/e2e`; `script/pictures` takes them over
//! into the documents.
#![allow(clippy::unwrap_used)]

mod counter;
mod journey;
mod looks;
mod owner;
mod ways;
mod window;
