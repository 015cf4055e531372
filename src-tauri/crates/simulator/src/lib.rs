//! Look-alike payment providers with a fault menu; also powers training mode.
//!
//! One HTTP server on this machine plays every provider: `http://ADDR/omise` (also at the root),
//! `/deposit_gateway` (its documented paths at the root as well), `/jwt_gateway/api/v1`,
//! `/crypto_2328/api`, `/easyslip`. `http://ADDR/_control` plays the customer and sets faults, see [`control`]. Written from
//! the providers' pages alone and shares no code with the clients, so that two readings of a page that
//! agree are evidence.
//!
//! Does not do: TLS, real money, other machines ([`start`] refuses an address that is not loopback).

mod adjust;
mod answer;
mod app;
mod charges;
mod clock;
mod connection;
pub mod control;
mod crypto;
mod delivery;
mod deposit;
pub mod easyslip;
mod endpoints;
pub mod faults;
mod gateway;
mod ids;
mod json;
mod jwt;
mod money;
mod omise;
mod qr;
mod server;
pub mod settings;
pub mod stats;
mod store;
mod webhook_faults;

pub use clock::Clock;
pub use crypto::CryptoKeys;
pub use deposit::DepositKeys;
pub use easyslip::EasySlipKeys;
pub use ids::Ids;
pub use jwt::JwtKeys;
pub use server::{Config, Running, StartError, start};

/// The secret key of training mode.
pub const TRAINING_SECRET_KEY: &str = "skey_test_keptangtraining00";
/// The public key of training mode.
pub const TRAINING_PUBLIC_KEY: &str = "pkey_test_keptangtraining00";
/// The webhook secret of training mode, base64 as the dashboard shows it.
pub const TRAINING_WEBHOOK_SECRET: &str = "a2VwdGFuZy10cmFpbmluZy13ZWJob29rLXNlY3JldC0wMQ==";

/// The Bearer token of training mode at the `create_deposit` gateway.
pub const TRAINING_DEPOSIT_TOKEN: &str = "keptang.training.deposit.token";
/// The `x-api-key` of training mode at the `create_deposit` gateway.
pub const TRAINING_DEPOSIT_API_KEY: &str = "keptang-training-deposit-api-key";
/// The secret behind `x-signature` in training mode.
pub const TRAINING_DEPOSIT_SECRET_KEY: &str = "sk_keptang_training_deposit";

/// The API key of training mode at the JWT gateway, which signs as well.
pub const TRAINING_JWT_API_KEY: &str = "keptang-training-jwt-api-key-0001";
/// The merchant of training mode at the JWT gateway.
pub const TRAINING_JWT_MERCHANT_ID: &str = "KEPTANG01";

/// The project of training mode at 2328.io.
pub const TRAINING_CRYPTO_PROJECT: &str = "5f0c1a52-7d3e-4b6a-9c1f-6b657074616e";
/// The API key of training mode at 2328.io.
pub const TRAINING_CRYPTO_API_KEY: &str = "keptang-training-2328-api-key";

/// The API key of training mode at EasySlip: the till's branch.
pub const TRAINING_EASYSLIP_API_KEY: &str = "7c1f0e52-4b1d-4e63-9a2f-6b657074616e";
/// The key of another branch of the same account.
pub const TRAINING_EASYSLIP_OTHER_BRANCH_API_KEY: &str = "2d9a6f34-8e07-4c5b-8d31-6b657074616e";

/// An HTTP client that follows no redirects and uses no proxy.
fn http_client(timeout: std::time::Duration) -> Result<reqwest::Client, reqwest::Error> {
    http_builder(timeout).build()
}

/// The same without kept connections: a receiver may hang up between two callbacks, and the next one would be lost in
/// a connection that is just going away.
fn callback_client(timeout: std::time::Duration) -> Result<reqwest::Client, reqwest::Error> {
    http_builder(timeout).pool_max_idle_per_host(0).build()
}

fn http_builder(timeout: std::time::Duration) -> reqwest::ClientBuilder {
    // Building a client needs a default crypto provider even when it only ever speaks plain http; an error
    // means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(timeout)
}
