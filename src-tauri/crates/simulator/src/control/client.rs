//! A typed client of the control panel, for tests and the training screen.

use std::time::Duration;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::wire::{ActRequest, Action, ChargeView};
use crate::faults::{ActiveRule, FaultRule, WebhookVariant};
use crate::settings::Settings;
use crate::stats::Stats;

/// Why the control panel could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The simulator is not running, or not at this address.
    #[error("the simulator does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It answered with an error sentence.
    #[error("the simulator refuses ({status}): {sentence}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        sentence: String,
    },
    /// It answered something else.
    #[error("the simulator's answer is not understood: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Speaks to the control panel of one simulator.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
}

impl Client {
    /// `base_url` is `http://127.0.0.1:PORT`, without a provider's mount.
    pub fn new(base_url: &str) -> Result<Self, ControlError> {
        let http = crate::http_client(Duration::from_secs(10))?;
        Ok(Self {
            base: format!("{}/_control", base_url.trim_end_matches('/')),
            http,
        })
    }

    /// Every charge, oldest first.
    pub async fn charges(&self) -> Result<Vec<ChargeView>, ControlError> {
        self.call(Method::GET, "/charges", &json!({})).await
    }

    /// The JWT gateway's withdrawals, oldest first. [`Client::act`] ends them: `pay` or `fail`.
    pub async fn payouts(&self) -> Result<Vec<ChargeView>, ControlError> {
        self.call(Method::GET, "/payouts", &json!({})).await
    }

    /// Does `action` to a charge, at once.
    pub async fn act(&self, id: &str, action: Action) -> Result<ChargeView, ControlError> {
        self.act_with(id, action, &ActRequest::default()).await
    }

    /// Does `action` to a charge, with details.
    pub async fn act_with(
        &self,
        id: &str,
        action: Action,
        details: &ActRequest,
    ) -> Result<ChargeView, ControlError> {
        self.call(Method::POST, &format!("/charges/{id}/{}", action.word()), details)
            .await
    }

    /// Sends the last callback of a charge (Omise: `charge.complete`) once more.
    pub async fn resend_webhook(
        &self,
        id: &str,
        variant: Option<WebhookVariant>,
    ) -> Result<ChargeView, ControlError> {
        self.call(
            Method::POST,
            &format!("/charges/{id}/webhook"),
            &json!({"variant": variant}),
        )
        .await
    }

    /// The rules in force.
    pub async fn faults(&self) -> Result<Vec<ActiveRule>, ControlError> {
        self.call(Method::GET, "/faults", &json!({})).await
    }

    /// Adds a rule.
    pub async fn set_fault(&self, rule: &FaultRule) -> Result<ActiveRule, ControlError> {
        self.call(Method::POST, "/faults", rule).await
    }

    /// Removes one rule.
    pub async fn remove_fault(&self, id: u64) -> Result<(), ControlError> {
        self.call(Method::DELETE, &format!("/faults/{id}"), &json!({}))
            .await
            .map(drop::<Value>)
    }

    /// Removes all rules.
    pub async fn clear_faults(&self) -> Result<(), ControlError> {
        self.call(Method::DELETE, "/faults", &json!({}))
            .await
            .map(drop::<Value>)
    }

    /// Frees hanging requests and held webhooks.
    pub async fn release(&self) -> Result<(), ControlError> {
        self.call(Method::POST, "/release", &json!({}))
            .await
            .map(drop::<Value>)
    }

    /// Waits until every callback so far has been sent once, whatever came of it.
    pub async fn flush_webhooks(&self) -> Result<(), ControlError> {
        self.call(Method::POST, "/flush-webhooks", &json!({}))
            .await
            .map(drop::<Value>)
    }

    /// Where callbacks go; `None` for nowhere.
    pub async fn set_webhook_url(&self, url: Option<&str>) -> Result<(), ControlError> {
        self.call(Method::POST, "/webhook-url", &json!({"url": url}))
            .await
            .map(drop::<Value>)
    }

    /// Rolls the webhook secret (base64); both sign for 24 hours. Returns the new one.
    pub async fn rotate_secret(&self, secret: Option<&str>) -> Result<String, ControlError> {
        let answer: Value = self
            .call(Method::POST, "/rotate-secret", &json!({"secret": secret}))
            .await?;
        Ok(serde_json::from_value(answer["secret"].clone())?)
    }

    /// Moves the simulator's clock forward.
    pub async fn advance_clock_ms(&self, advance_ms: u64) -> Result<(), ControlError> {
        self.call(Method::POST, "/clock", &json!({"advance_ms": advance_ms}))
            .await
            .map(drop::<Value>)
    }

    /// The switches as they are.
    pub async fn settings(&self) -> Result<Settings, ControlError> {
        self.call(Method::GET, "/settings", &json!({})).await
    }

    /// Turns the switches.
    pub async fn set_settings(&self, settings: &Settings) -> Result<(), ControlError> {
        self.call(Method::POST, "/settings", settings)
            .await
            .map(drop::<Value>)
    }

    /// What was seen so far.
    pub async fn stats(&self) -> Result<Stats, ControlError> {
        self.call(Method::GET, "/stats", &json!({})).await
    }

    /// Forgets everything.
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.call(Method::POST, "/reset", &json!({}))
            .await
            .map(drop::<Value>)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ControlError> {
        let mut request = self.http.request(method.clone(), self.url(path));
        if method == Method::POST {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        if status.is_success() {
            return Ok(serde_json::from_slice(&bytes)?);
        }
        let problem: Value = serde_json::from_slice(&bytes)?;
        let sentence = problem["error"].as_str().unwrap_or_default().to_owned();
        Err(ControlError::Refused {
            status: status.as_u16(),
            sentence,
        })
    }
}
