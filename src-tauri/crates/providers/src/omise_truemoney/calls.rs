//! The requests, each sent once: method, path, key, and the error of everything that is no proper answer.

use super::map;
use super::wire::{self, Charge, Refund, Source};
use super::{Flow, OmiseTrueMoney, map::is_baht};
use crate::Secret;
use crate::act::{Act, unsent};
use crate::http::{Answer, Call, CallError};
use crate::pace::Patience;
use keptang_ports::{CreatePayment, ProviderError};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// The version the page describes (omise-truemoney.md §1).
const HEADERS: [(&str, &str); 1] = [("Omise-Version", "2019-05-29")];
/// Most items on one page of a list (§4).
pub(super) const LIST_LIMIT: usize = 100;
/// A shop makes a few thousand charges a day; a list that goes on beyond this is none.
pub(super) const PAGES_MAX: usize = 1_000;
/// Longest time for a question that stands before or after another request, so that both fit into the caller's
/// patience.
pub(super) const SECOND_QUESTION: Duration = Duration::from_secs(4);

/// What came of asking to expire a charge.
pub(super) enum Expired {
    /// The charge as it is now.
    Answered(Box<Charge>),
    /// It could not be expired; only asking tells why.
    Refused,
}

impl OmiseTrueMoney {
    /// Makes the charge, and its source first where the owner chose so.
    pub(super) async fn create_charge(&self, payment: &CreatePayment) -> Result<Charge, ProviderError> {
        let keys = self.keys()?;
        let source = match (self.config.flow, &keys.public) {
            (Flow::SourceFirst, Some(public)) => Some(self.create_source(payment, public).await?),
            _ => None,
        };
        let json = wire::charge_body(
            payment,
            source.as_deref(),
            &self.config.return_uri,
            &self.config.till,
        );
        let deadline = self.channel.deadline();
        let answer = self
            .post(
                Act::Once,
                "create",
                "/charges",
                &keys.secret,
                Some(&json),
                deadline,
            )
            .await?;
        Charge::from_body(&answer.body).ok_or(ProviderError::OutcomeUnknown)
    }

    /// Makes a source. Whatever goes wrong, nothing payable exists yet and the charge was not sent.
    async fn create_source(&self, payment: &CreatePayment, public: &Secret) -> Result<String, ProviderError> {
        let json = wire::source_body(payment);
        let deadline = Instant::now() + SECOND_QUESTION;
        let answer = self
            .post(Act::Once, "source", "/sources", public, Some(&json), deadline)
            .await;
        let source = match answer {
            Ok(answer) => Source::from_body(&answer.body),
            Err(ProviderError::OutcomeUnknown) => None,
            Err(other) => return Err(other),
        };
        let source = source.ok_or(ProviderError::NotSent)?;
        // Amount and currency of the charge must equal the source's (§2).
        if source.amount != Some(payment.amount.satang()) || !is_baht(source.currency.as_deref()) {
            return Err(ProviderError::Refused {
                code: "source_differs".to_owned(),
            });
        }
        Ok(source.id)
    }

    pub(super) async fn expire(&self, id: &str) -> Result<Expired, ProviderError> {
        if !wire::is_id(id) {
            return Err(ProviderError::NotFound);
        }
        let path = format!("/charges/{id}/expire");
        let answer = self
            .raw_post(
                "expire",
                &path,
                &self.keys()?.secret,
                None,
                self.channel.deadline(),
            )
            .await;
        let answer = answer.map_err(|error| unsent(error, Act::Repeatable))?;
        match answer.status {
            200..=299 => Charge::from_body(&answer.body)
                .map(|charge| Expired::Answered(Box::new(charge)))
                .ok_or(ProviderError::Unavailable),
            400 | 422 if wire::error_code(&answer.body).is_some_and(|code| code != "backend_error") => {
                Ok(Expired::Refused)
            }
            status => Err(map::refusal(
                Act::Repeatable,
                status,
                &answer.body,
                answer.retry_after_ms,
            )),
        }
    }

    pub(super) async fn create_refund(&self, charge: &str, json: &Value) -> Result<Refund, ProviderError> {
        let path = format!("/charges/{charge}/refunds");
        let deadline = self.channel.deadline();
        let answer = self
            .post(
                Act::Once,
                "refund",
                &path,
                &self.keys()?.secret,
                Some(json),
                deadline,
            )
            .await?;
        Refund::from_body(&answer.body).ok_or(ProviderError::OutcomeUnknown)
    }

    /// A question with the secret key; the body of a 2xx.
    pub(super) async fn get(
        &self,
        endpoint: &'static str,
        path: &str,
        deadline: Instant,
    ) -> Result<Vec<u8>, ProviderError> {
        let answer = self.raw_get(endpoint, path, deadline).await?;
        let answer = answer.map_err(|error| unsent(error, Act::Repeatable))?;
        success(Act::Repeatable, answer).map(|answer| answer.body)
    }

    /// A question with the secret key, answered as it came; the outer error is a wrong setting.
    pub(super) async fn raw_get(
        &self,
        endpoint: &'static str,
        path: &str,
        deadline: Instant,
    ) -> Result<Result<Answer, CallError>, ProviderError> {
        let call = Call {
            endpoint,
            method: Method::GET,
            path,
            basic_user: Some(&self.keys()?.secret),
            headers: &HEADERS,
            json: None,
            deadline,
            patience: Patience::Background,
        };
        Ok(self.channel.send(call).await)
    }

    async fn post(
        &self,
        act: Act,
        endpoint: &'static str,
        path: &str,
        key: &Secret,
        json: Option<&Value>,
        deadline: Instant,
    ) -> Result<Answer, ProviderError> {
        let answer = self.raw_post(endpoint, path, key, json, deadline).await;
        success(act, answer.map_err(|error| unsent(error, act))?)
    }

    async fn raw_post(
        &self,
        endpoint: &'static str,
        path: &str,
        key: &Secret,
        json: Option<&Value>,
        deadline: Instant,
    ) -> Result<Answer, CallError> {
        let basic_user = Some(key);
        let call = Call {
            endpoint,
            method: Method::POST,
            path,
            basic_user,
            headers: &HEADERS,
            json,
            deadline,
            patience: Patience::Customer,
        };
        self.channel.send(call).await
    }
}

fn success(act: Act, answer: Answer) -> Result<Answer, ProviderError> {
    if (200..=299).contains(&answer.status) {
        return Ok(answer);
    }
    Err(map::refusal(
        act,
        answer.status,
        &answer.body,
        answer.retry_after_ms,
    ))
}
