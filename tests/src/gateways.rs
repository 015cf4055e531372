//! A till with every provider set up, all played by one simulator.

use crate::till::TestTill;
use keptang_simulator::control::{ActRequest, Action, ChargeView};
use keptang_simulator::settings::Settings;
use keptang_simulator::{
    Config, TRAINING_CRYPTO_API_KEY, TRAINING_CRYPTO_PROJECT, TRAINING_DEPOSIT_API_KEY,
    TRAINING_DEPOSIT_SECRET_KEY, TRAINING_DEPOSIT_TOKEN, TRAINING_JWT_API_KEY, TRAINING_JWT_MERCHANT_ID,
};
use serde_json::Value;

/// The variable that holds a secret of a provider.
#[must_use]
pub fn secret(provider: &str, name: &str) -> String {
    format!("KEPTANG_SECRET__{}__{name}", provider.to_uppercase())
}

/// The variable that overrides a setting of a provider.
#[must_use]
pub fn setting(provider: &str, key: &str) -> String {
    format!(
        "KEPTANG__PROVIDERS__{}__{}",
        provider.to_uppercase(),
        key.to_uppercase()
    )
}

impl TestTill {
    /// A till at which every provider is on: both gateways, the shop's own PromptPay, TrueMoney, crypto and cash.
    /// It asks quickly and receives no callbacks.
    ///
    /// # Panics
    /// When the simulator does not start.
    pub async fn with_every_provider() -> Self {
        Self::with_every_provider_at(Config::default()).await
    }

    /// The same, with a simulator set up like this (and the training keys).
    ///
    /// # Panics
    /// When the simulator does not start.
    pub async fn with_every_provider_at(config: Config) -> Self {
        let mut till = Self::with(config).await;
        let addresses = [
            ("deposit_gateway", till.simulator().deposit_base_url()),
            ("jwt_gateway", till.simulator().jwt_base_url()),
            ("crypto_2328", till.simulator().crypto_base_url()),
        ];
        for (provider, address) in addresses {
            till.set(&setting(provider, "base_url"), &address);
        }
        till.set("KEPTANG__SHOP__PROMPTPAY_ID", "0812345678")
            .set(&setting("jwt_gateway", "merchant_id"), TRAINING_JWT_MERCHANT_ID)
            .set(&setting("crypto_2328", "project"), TRAINING_CRYPTO_PROJECT)
            .set(&setting("crypto_2328", "legal_note_acknowledged"), "true")
            .set(&secret("deposit_gateway", "TOKEN"), TRAINING_DEPOSIT_TOKEN)
            .set(&secret("deposit_gateway", "API_KEY"), TRAINING_DEPOSIT_API_KEY)
            .set(
                &secret("deposit_gateway", "SECRET_KEY"),
                TRAINING_DEPOSIT_SECRET_KEY,
            )
            .set(&secret("jwt_gateway", "API_KEY"), TRAINING_JWT_API_KEY)
            .set(&secret("crypto_2328", "API_KEY"), TRAINING_CRYPTO_API_KEY);
        till
    }

    /// Has callbacks of every provider sent to a port of its own; Omise's are registered on its dashboard.
    ///
    /// # Panics
    /// When the simulator does not answer.
    pub async fn with_callbacks_of_all(&mut self) -> &mut Self {
        self.with_callbacks();
        let omise = format!("http://127.0.0.1:{}/callbacks/omise_truemoney", self.port);
        self.provider
            .set_webhook_url(Some(&omise))
            .await
            .expect("the simulator answers");
        self
    }

    /// Turns the simulator's switches.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn switches(&self, settings: &Settings) {
        self.provider
            .set_settings(settings)
            .await
            .expect("the switches turn");
    }

    /// What the simulator knows of the attempt that is newest in this order line, and of no other of its reference.
    ///
    /// # Panics
    /// When there is none, or more than one.
    #[track_caller]
    pub fn only_one_of<'a>(charges: &'a [ChargeView], order: &Value) -> &'a ChargeView {
        let our_ref = crate::till::newest(order)["our_ref"].as_str().unwrap_or_default();
        let of_attempt = |charge: &&ChargeView| {
            let theirs = if charge.provider == "omise" {
                "attempt"
            } else {
                "order_id"
            };
            charge.metadata.get(theirs).and_then(Value::as_str) == Some(our_ref)
        };
        let found: Vec<_> = charges.iter().filter(of_attempt).collect();
        assert_eq!(found.len(), 1, "{our_ref} in {charges:?}");
        found[0]
    }

    /// Does something to the payment of the newest attempt of this order line.
    ///
    /// # Panics
    /// When there is no such payment, or it cannot happen to it.
    pub async fn act_on(&self, order: &Value, action: Action, details: &ActRequest) {
        let charges = self.charges().await;
        let charge = Self::only_one_of(&charges, order);
        self.provider
            .act_with(&charge.id, action, details)
            .await
            .expect("the action fits");
    }
}
