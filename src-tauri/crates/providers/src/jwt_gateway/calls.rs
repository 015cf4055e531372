//! The requests, each sent once: path, key, token, and the error of everything that is no proper answer.

use super::JwtGateway;
use super::config::Endpoint;
use super::map::Failure;
use super::sign::{self, Field};
use super::wire::{Envelope, seconds};
use crate::act::{Act, unsent};
use crate::http::{Answer, Call, CallError};
use crate::json::Object;
use crate::pace::Patience;
use keptang_ports::ProviderError;
use reqwest::Method;

impl JwtGateway {
    /// Sends signed fields; the `data` of a success.
    pub(super) async fn ask(
        &self,
        act: Act,
        endpoint: Endpoint,
        fields: &[(&str, Field<'_>)],
    ) -> Result<Object, ProviderError> {
        let body = sign::body(self.key()?, fields);
        let answer = self.send(endpoint, Method::POST, Some(body)).await?;
        self.data(act, endpoint, answer.map_err(|error| unsent(error, act))?)
    }

    /// Asks for something that takes no fields and no signature; the `data` of a success.
    pub(super) async fn fetch(&self, endpoint: Endpoint) -> Result<Object, ProviderError> {
        let answer = self.send(endpoint, Method::GET, None).await?;
        let answer = answer.map_err(|error| unsent(error, Act::Repeatable))?;
        self.data(Act::Repeatable, endpoint, answer)
    }

    /// One question about an order of ours.
    pub(super) async fn query_order(&self, agent_order_no: &str) -> Result<Object, ProviderError> {
        let fields = [
            ("agent_order_no", Field::Text(agent_order_no)),
            ("timestamp", Field::Number(seconds(self.channel.now()))),
        ];
        self.ask(Act::Repeatable, Endpoint::OrderQuery, &fields).await
    }

    /// One request, answered as it came; the outer error is a wrong setting.
    pub(super) async fn send(
        &self,
        endpoint: Endpoint,
        method: Method,
        body: Option<Vec<u8>>,
    ) -> Result<Result<Answer, CallError>, ProviderError> {
        let key = self.key()?;
        let path = self.path(endpoint)?;
        let headers = [("Content-Type", "application/json"), ("x-api-key", key.expose())];
        let call = Call {
            endpoint: endpoint.word(),
            method,
            path,
            basic_user: None,
            headers: &headers,
            json: None,
            deadline: self.channel.deadline(),
            patience: match endpoint {
                Endpoint::Deposit | Endpoint::Withdraw => Patience::Customer,
                _ => Patience::Background,
            },
        };
        Ok(match body {
            Some(body) => self.channel.send_bytes(call, body).await,
            None => self.channel.send(call).await,
        })
    }

    /// Success is a 2xx, a word of success and data, all three (jwt-gateway.md §6).
    pub(super) fn data(&self, act: Act, endpoint: Endpoint, answer: Answer) -> Result<Object, ProviderError> {
        let envelope = Envelope::from_body(&answer.body);
        let succeeded =
            (200..=299).contains(&answer.status) && envelope.as_ref().is_some_and(Envelope::is_success);
        match envelope {
            Some(Envelope { data: Some(data), .. }) if succeeded => Ok(data),
            envelope => Err(Failure {
                act,
                endpoint,
                http_status: answer.status,
                envelope: envelope.as_ref(),
                retry_after_ms: answer.retry_after_ms,
                ahead_ms: self.channel.clock_ahead_ms(),
            }
            .error()),
        }
    }
}
