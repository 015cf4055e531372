//! EasySlip, which knows the transfers of Thai banks and of TrueMoney, as the page easyslip.md describes version 2 of it.
//!
//! Every question says `checkDuplicate`, so that asking again after a lost answer is free; what it then answers about
//! duplicates is passed on as a note. Facts are judged, kept and queued elsewhere, and pictures are not looked into
//! beyond their first bytes.

mod calls;
mod config;
mod fault;
mod map;
mod probe;
mod request;
mod wire;

pub use config::Config;

use crate::http::Channel;
use crate::{HttpClient, Secret};
use async_trait::async_trait;
use calls::Endpoint;
use keptang_domain::slip::{SlipCode, mini_qr};
use keptang_ports::{
    Allowance, Quota, SlipAccount, SlipAnswer, SlipError, SlipFault, SlipInput, SlipKind, SlipQuestion,
    SlipVerifier, TestReport,
};
use request::Body;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;
use wire::{Info, Slip};

/// Most questions at a time (easyslip.md §10).
const IN_FLIGHT_MAX: usize = 2;

/// The verifier.
pub struct EasySlip {
    config: Config,
    key: Result<Secret, SlipFault>,
    channel: Channel,
    in_flight: Semaphore,
    quota: Mutex<Option<Quota>>,
}

impl EasySlip {
    /// The verifier with these settings. With wrong ones it exists, says what is wrong, and sends nothing.
    pub fn new(config: Config, http: &HttpClient) -> Self {
        Self {
            key: config::check(&config),
            channel: Channel::named(http, "easyslip", &config.base_url, config.requests_per_second),
            in_flight: Semaphore::new(IN_FLIGHT_MAX),
            quota: Mutex::new(None),
            config,
        }
    }

    fn key(&self) -> Result<&Secret, SlipError> {
        self.key
            .as_ref()
            .map_err(|fault| SlipError::Misconfigured(Box::new(fault.clone())))
    }

    fn remember(&self, quota: Quota) {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner) = Some(quota);
    }

    async fn verify_once(&self, question: &SlipQuestion) -> Result<SlipAnswer, SlipError> {
        self.key()?;
        let body = Body::new(question, self.config.match_account)?;
        let endpoint = match question.kind {
            SlipKind::Bank => Endpoint::VerifyBank,
            SlipKind::TrueMoneyWallet => Endpoint::VerifyTrueWallet,
        };
        let data = self.ask(endpoint, Some(body)).await?;
        let slip = Slip::read(&data).ok_or(SlipError::Unusable { part: "rawSlip" })?;
        let asked = match &question.input {
            SlipInput::Payload(text) => mini_qr::read(text).reference(),
            SlipInput::Image(_) | SlipInput::Base64(_) | SlipInput::Url(_) => None,
        };
        map::answer(slip, question.kind, asked.as_ref())
    }

    /// Counts what this till used since EasySlip last said how many are left, so that the owner's figure does not
    /// stand still for an hour. Other branches use checks too: only the next `info` is right.
    fn count(&self, answer: &Result<SlipAnswer, SlipError>) {
        let mut known = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            // A repeat at the same branch is free (§6).
            Ok(answer) if answer.is_duplicate != Some(true) => {
                if let Some(quota) = known.as_mut() {
                    quota.used = quota.used.map(|used| used.saturating_add(1));
                    if let Allowance::Checks(left) = &mut quota.remaining {
                        *left = left.saturating_sub(1);
                    }
                }
            }
            Err(SlipError::QuotaExceeded) => {
                let quota = known.unwrap_or(Quota {
                    used: None,
                    max: Allowance::Unknown,
                    remaining: Allowance::Unknown,
                    as_of: self.channel.now(),
                });
                *known = Some(Quota {
                    remaining: Allowance::Checks(0),
                    as_of: self.channel.now(),
                    ..quota
                });
            }
            Ok(_) | Err(_) => {}
        }
    }
}

/// The same question with the whole checksum, for a code whose bank's app dropped its leading zeros (§11).
fn with_padded_code(question: &SlipQuestion) -> Option<SlipQuestion> {
    let SlipInput::Payload(text) = &question.input else {
        return None;
    };
    let SlipCode::Bank(code) = mini_qr::read(text) else {
        return None;
    };
    Some(SlipQuestion {
        input: SlipInput::Payload(code.payload_padded?),
        ..question.clone()
    })
}

#[async_trait]
impl SlipVerifier for EasySlip {
    fn fault(&self) -> Option<&SlipFault> {
        self.key.as_ref().err()
    }

    fn is_live(&self) -> bool {
        self.config.live
    }

    async fn verify(&self, question: &SlipQuestion) -> Result<SlipAnswer, SlipError> {
        let mut answer = self.verify_once(question).await;
        if let Err(SlipError::NotFound | SlipError::BadQuestion { .. }) = answer
            && question.kind == SlipKind::Bank
            && let Some(padded) = with_padded_code(question)
        {
            let second = self.verify_once(&padded).await;
            // Not understood either way: the first answer was about the code as it is.
            if !matches!(second, Err(SlipError::BadQuestion { .. })) {
                answer = second;
            }
        }
        self.count(&answer);
        answer
    }

    async fn info(&self) -> Result<SlipAccount, SlipError> {
        let data = self.ask(Endpoint::Info, None).await?;
        let account = map::account(Info::read(&data), self.channel.now());
        self.remember(account.quota);
        Ok(account)
    }

    fn quota(&self) -> Option<Quota> {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn test(&self) -> TestReport {
        self.probe().await
    }
}
