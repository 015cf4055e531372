//! The requests, each sent once: path, keys, signature, and the error of everything that is no proper answer.

use super::{DepositGateway, map, sign, wire};
use crate::act::{Act, unsent};
use crate::http::{Answer, Call, CallError};
use crate::pace::Patience;
use keptang_ports::{CreatePayment, ProviderError};
use reqwest::Method;

const CREATE: &str = "/api/v1/client/create_deposit";
const RESEND: &str = "/api/v1/client/resend_callback_for_transaction";
const BALANCE: &str = "/api/v1/client/get_balance";

impl DepositGateway {
    /// Makes the deposit; the body of a 2xx.
    pub(super) async fn create_deposit(&self, payment: &CreatePayment) -> Result<Vec<u8>, ProviderError> {
        let signature = sign::of_order(
            &self.keys()?.secret_key,
            &payment.attempt.to_string(),
            payment.amount,
            self.config.amount_signature,
        );
        let body = wire::create_body(payment, &self.config.payer);
        let answer = self
            .send("create", Method::POST, CREATE, &signature, Some(body))
            .await?;
        success(Act::Once, answer)
    }

    /// Asks for the callback of a deposit again.
    pub(super) async fn ask_again(&self, ref_id: &str) -> Result<(), ProviderError> {
        let signature = sign::of_nothing(&self.keys()?.secret_key);
        let body = wire::resend_body(ref_id);
        let answer = self
            .send("resend", Method::POST, RESEND, &signature, Some(body))
            .await?;
        // What it says is for people; the state arrives through the callback (deposit-gateway.md §8).
        success(Act::Repeatable, answer).map(|_| ())
    }

    /// The balances, answered as they came; the outer error is a wrong setting.
    pub(super) async fn balances(&self) -> Result<Result<Answer, CallError>, ProviderError> {
        let signature = sign::of_nothing(&self.keys()?.secret_key);
        self.send("balance", Method::GET, BALANCE, &signature, None).await
    }

    async fn send(
        &self,
        endpoint: &'static str,
        method: Method,
        path: &str,
        signature: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Result<Answer, CallError>, ProviderError> {
        let keys = self.keys()?;
        let headers = [
            ("Authorization", keys.authorization.expose()),
            ("x-api-key", keys.api_key.expose()),
            ("x-signature", signature),
            ("Content-Type", "application/json"),
        ];
        let call = Call {
            endpoint,
            method,
            path,
            basic_user: None,
            headers: &headers,
            json: None,
            deadline: self.channel.deadline(),
            patience: Patience::Customer,
        };
        Ok(match body {
            Some(body) => self.channel.send_bytes(call, body).await,
            None => self.channel.send(call).await,
        })
    }
}

fn success(act: Act, answer: Result<Answer, CallError>) -> Result<Vec<u8>, ProviderError> {
    let answer = answer.map_err(|error| unsent(error, act))?;
    if (200..=299).contains(&answer.status) {
        return Ok(answer.body);
    }
    Err(map::refusal(
        act,
        answer.status,
        &answer.body,
        answer.retry_after_ms,
    ))
}
