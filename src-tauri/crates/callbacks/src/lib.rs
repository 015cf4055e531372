//! The listener that receives provider callbacks.
//!
//! It takes callbacks from the network within limits (size, time, number at once) and hands them on as bytes. It
//! believes nothing, reads no body and knows no signature: verifying is the provider's, storing the ledger's. It
//! speaks plain HTTP on loopback; the owner's tunnel, or a shop server's, makes it public with TLS.
//!
//! The provider gets its answer only after the sink returned, so "2xx" means "on disk". Neither addresses nor
//! headers nor bodies are logged, since an address may hold the secret of an attempt.
#![warn(missing_docs)]

mod listener;
mod route;

pub use listener::{BindError, Listener, serve};
