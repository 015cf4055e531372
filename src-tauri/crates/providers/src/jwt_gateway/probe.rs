//! The connection test: names the first fault between this till and the account.
//!
//! Only a deposit tells whether the merchant id fits the key and whether its path is right, so one over ฿0 is asked
//! for: a gateway refuses it for its amount, after it has looked at everything else; one that takes it has made an
//! order that nobody can pay and that ends by itself.

use super::config::Endpoint;
use super::wire::{DepositRequest, seconds};
use super::{JwtGateway, fault, sign};
use crate::act::Act;
use crate::json::Object;
use keptang_ports::{Fault, Payouts, ProviderError, TestReport};
use reqwest::Method;

impl JwtGateway {
    pub(super) async fn probe(&self) -> TestReport {
        let (how_th, how_en) = if self.is_askable() {
            ("ถามสถานะได้", "payments can be asked about")
        } else {
            (
                "ถามสถานะไม่ได้ จะรู้ผลเมื่อเกตเวย์แจ้งมา",
                "payments are known by callback only",
            )
        };
        TestReport {
            fault: self.first_fault().await.err(),
            message_th: format!("เชื่อมต่อเกตเวย์ JWT ได้ คีย์ ลายเซ็น และรหัสร้านค้าใช้ได้ {how_th}"),
            message_en: format!(
                "The JWT gateway takes the key, the signature and the merchant id; {how_en}."
            ),
        }
    }

    async fn first_fault(&self) -> Result<(), Fault> {
        // Also tells the gateway's clock, by which a refused signature is understood.
        if self.has(Endpoint::Health) {
            self.named(self.fetch(Endpoint::Health).await, &[Endpoint::Health])?;
        }
        if self.has(Endpoint::Balance) {
            let balance = match self.balance().await {
                Ok(balance) => balance,
                Err(error) => return Err(essential(error)),
            };
            if !balance.currency.eq_ignore_ascii_case("THB") {
                return Err(fault::no_baht());
            }
        }
        let probe = format!("probe-{}", self.channel.now().ms());
        if self.has(Endpoint::OrderQuery) {
            self.named(self.query_order(&probe).await, &[])?;
        }
        let nothing = DepositRequest::of_nothing(probe, self.channel.now());
        let answer = self
            .ask(Act::Once, Endpoint::Deposit, &nothing.fields(&self.config))
            .await;
        self.named(answer, &[])?;
        self.sign_like_theirs().await?;
        let offset_ms = self.channel.clock_ahead_ms();
        match offset_ms.filter(|ms| ms.saturating_abs() > fault::CLOCK_SKEW_MS_MAX) {
            Some(ahead_ms) => Err(fault::clock_skew(ahead_ms)),
            None => Ok(()),
        }
    }

    /// The fault in an answer; a refusal of what we made up is none, and a path nothing depends on may be missing.
    fn named(&self, answer: Result<Object, ProviderError>, optional: &[Endpoint]) -> Result<(), Fault> {
        match answer {
            Err(ProviderError::Misconfigured(fault))
                if optional
                    .iter()
                    .any(|endpoint| *fault == fault::path_not_found(*endpoint)) =>
            {
                Ok(())
            }
            Err(ProviderError::Misconfigured(fault)) => Err(*fault),
            Err(ProviderError::NotSent) => Err(fault::unreachable()),
            Err(ProviderError::Throttled { .. }) => Err(fault::too_many_requests()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Has the gateway sign the same fields (jwt-gateway.md §5, jwt/create) and compares the tokens.
    async fn sign_like_theirs(&self) -> Result<(), Fault> {
        if !self.has(Endpoint::JwtCreate) {
            return Ok(());
        }
        let Ok(key) = self.key() else { return Ok(()) };
        let payload = sign::payload(&[
            ("amount", sign::Field::Number("1000.25".to_owned())),
            ("merchantId", sign::Field::Text(&self.config.merchant_id)),
            ("name", sign::Field::Text("ลูกค้า A/B & \"C\"")),
            ("timestamp", sign::Field::Number(seconds(self.channel.now()))),
        ]);
        let body = format!(r#"{{"params":{payload}}}"#).into_bytes();
        let Ok(Ok(answer)) = self.send(Endpoint::JwtCreate, Method::POST, Some(body)).await else {
            return Ok(());
        };
        let Ok(data) = self.data(Act::Repeatable, Endpoint::JwtCreate, answer) else {
            return Ok(());
        };
        match data.text("signature") {
            Some(theirs) if theirs != sign::token(key, &payload) => Err(fault::signature_differs()),
            _ => Ok(()),
        }
    }
}

/// The fault in an answer without which nothing is proven.
fn essential(error: ProviderError) -> Fault {
    match error {
        ProviderError::Misconfigured(fault) => *fault,
        ProviderError::Throttled { .. } => fault::too_many_requests(),
        ProviderError::NotSent | ProviderError::Unavailable | ProviderError::OutcomeUnknown => {
            fault::unreachable()
        }
        ProviderError::Refused { .. } | ProviderError::NotFound => fault::unexpected(),
    }
}
