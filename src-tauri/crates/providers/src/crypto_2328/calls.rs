//! The requests, each sent once: path, signed body, and the error of everything that is no proper answer.

use super::config::Terms;
use super::map;
use super::wire;
use super::{Crypto2328, json::Json};
use crate::act::{Act, unsent};
use crate::http::{Answer, Call, CallError};
use crate::pace::Patience;
use keptang_ports::ProviderError;
use reqwest::Method;
use tokio::time::Instant;

pub(super) const CREATE: Endpoint = Endpoint("create", "/v1/payment");
pub(super) const INFO: Endpoint = Endpoint("info", "/v1/payment/info");
pub(super) const LIST: Endpoint = Endpoint("list", "/v1/payment/list");
pub(super) const BALANCE: Endpoint = Endpoint("balance", "/v1/balance");
pub(super) const RATES: Endpoint = Endpoint("rates", "/v1/exchange-rates");
pub(super) const DIRECTIONS: Endpoint = Endpoint("directions", "/v1/directions");

/// Name for the log, and path.
#[derive(Clone, Copy)]
pub(super) struct Endpoint(&'static str, &'static str);

impl Crypto2328 {
    /// Posts a body and returns the result of a success (crypto-2328.md §10: HTTP 200, `state` 0 and a `result`).
    pub(super) async fn post(
        &self,
        act: Act,
        endpoint: Endpoint,
        body: Vec<u8>,
        deadline: Instant,
    ) -> Result<Json, ProviderError> {
        let terms = self.terms()?;
        let sign = terms.key.sign(&body);
        let headers = headers(terms, &sign);
        let patience = match act {
            Act::Once => Patience::Customer,
            Act::Repeatable => Patience::Background,
        };
        let call = call(endpoint, Method::POST, &headers, deadline, patience);
        let answer = self.channel.send_bytes(call, body).await;
        let answer = answer.map_err(|error| unsent(error, act))?;
        let result = wire::result(&answer.body).filter(|_| answer.status == 200);
        result.ok_or_else(|| map::refusal(act, answer.status, &answer.body, answer.retry_after_ms))
    }

    /// A question without a body, answered as it came; the outer error is a wrong setting.
    pub(super) async fn get(
        &self,
        endpoint: Endpoint,
        deadline: Instant,
    ) -> Result<Result<Answer, CallError>, ProviderError> {
        let terms = self.terms()?;
        let sign = terms.key.sign(b"");
        let headers = headers(terms, &sign);
        Ok(self
            .channel
            .send(call(
                endpoint,
                Method::GET,
                &headers,
                deadline,
                Patience::Background,
            ))
            .await)
    }
}

fn headers<'a>(terms: &'a Terms, sign: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("Content-Type", "application/json"),
        ("project", &terms.project),
        ("sign", sign),
    ]
}

fn call<'a>(
    Endpoint(endpoint, path): Endpoint,
    method: Method,
    headers: &'a [(&'static str, &'a str)],
    deadline: Instant,
    patience: Patience,
) -> Call<'a> {
    Call {
        endpoint,
        method,
        path,
        basic_user: None,
        headers,
        json: None,
        deadline,
        patience,
    }
}
