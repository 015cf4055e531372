//! One slip from the moment it is shown to its verdict.

use super::SlipDesk;
use super::attach::{Question, key, pays_by_transfer};
use super::detail::SlipDetail;
use super::read::{self, Read, Shown};
use crate::till::{Till, TillEvent};
use keptang_domain::order::{Order, TransitionError};
use keptang_domain::slip::judge::{
    Fault, Flaw, LookupFailure, Outage, Unreadable, judge_code, judge_failure,
};
use keptang_domain::slip::timetable::{self, Asked};
use keptang_domain::slip::{Judgement, SlipCode, SlipFacts, SlipRef};
use keptang_domain::{Money, OrderId, SlipId};
use keptang_ports::{
    AuditLine, LedgerError, OrderKey, PictureType, SlipAnswer, SlipInput, SlipKind, SlipPicture,
    SlipQuestion, SlipRecord, SlipVerifier,
};
use sha2::{Digest, Sha256};

/// A slip to verify.
#[derive(Clone)]
pub struct SlipWish {
    /// What was shown.
    pub shown: Shown,
    /// For which order; found by amount, receiver and time otherwise.
    pub order: Option<OrderId>,
    /// Who stands at the till.
    pub by: Option<String>,
    /// A permitted person accepts it although its time or its receiver's name is in question.
    pub overriding: Option<Override>,
}

/// A permitted person's word on a slip.
#[derive(Debug, Clone)]
pub struct Override {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Which order a slip pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// This one.
    One(Box<Order>),
    /// This one was named, but the transfer may be what somebody told of for one of these others, by number.
    OneOrToldOf(Box<Order>, Vec<String>),
    /// Any of these, by number: a person has to say which.
    Several(Vec<String>),
    /// No open bill fits.
    NoneFits,
    /// Nobody got so far as to ask.
    NotAsked,
}

/// What came of a slip.
#[derive(Debug, Clone)]
pub struct SlipOutcome {
    /// The verdict with what explains it.
    pub judgement: Judgement,
    /// What is stored of it, which says the same.
    pub record: SlipRecord,
}

/// Why a slip could not be judged at all.
#[derive(Debug, thiserror::Error)]
pub enum SlipError {
    /// This till takes no slips.
    #[error("slips are not taken here")]
    NoDesk,
    /// The order has no attempt that a transfer could pay.
    #[error("the order has nothing that a transfer pays")]
    NothingToPay,
    /// There is no such slip waiting.
    #[error("no such slip")]
    NotFound,
    /// The order does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The ledger could not take it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A slip on its way: what is known so far, and what is stored of it.
pub(super) struct Case {
    pub(super) record: SlipRecord,
    pub(super) shown: Shown,
    pub(super) overriding: Option<Override>,
    /// The setting that kept it from being checked.
    pub(super) setting: Option<String>,
    /// The verifier was asked about it, now or before.
    pub(super) asked: bool,
    /// What is wrong with its picture, where no code was found in it.
    pub(super) flaw: Option<Flaw>,
}

/// What asking gave.
enum Heard {
    Facts(Box<SlipAnswer>),
    Failure {
        failure: LookupFailure,
        retry_after_ms: Option<i64>,
        setting: Option<String>,
    },
}

type Answer = Result<SlipAnswer, keptang_ports::SlipError>;

/// A picture without a bank's slip, or with one that no bank knows.
const fn found_nothing(answer: &Answer) -> bool {
    matches!(
        answer,
        Err(keptang_ports::SlipError::NoSlipInPicture | keptang_ports::SlipError::NotFound)
    )
}

/// Whether the wallet's answer counts after the banks'. That it is no wallet's slip either, or that nothing is asked
/// about wallets there, leaves the banks' word standing; an outage does not, for the slip was not checked then.
const fn says_more(second: &Answer) -> bool {
    !matches!(
        second,
        Err(keptang_ports::SlipError::NoSlipInPicture
            | keptang_ports::SlipError::PictureRefused
            | keptang_ports::SlipError::BadQuestion { .. })
    )
}

impl Heard {
    fn failure(error: &keptang_ports::SlipError, is_link: bool) -> Self {
        let is_bad_link = is_link && matches!(error, keptang_ports::SlipError::BadQuestion { .. });
        Self::Failure {
            failure: if is_bad_link {
                LookupFailure::Outage(Outage::Link)
            } else {
                error.failure()
            },
            retry_after_ms: error.retry_after_ms(),
            setting: match error {
                keptang_ports::SlipError::Misconfigured(fault) => Some(fault.fault.setting.clone()),
                _ => None,
            },
        }
    }
}

/// The secret without which nobody can be asked.
const KEY: &str = "KEPTANG_SECRET__EASYSLIP__API_KEY";

impl Till {
    /// Verifies a slip: read here, looked up in the ledger, asked about, judged, and attached when it pays. What is
    /// stored of it says the same.
    pub async fn verify_slip(&self, wish: SlipWish) -> Result<SlipOutcome, SlipError> {
        let desk = self.desk()?;
        let now = self.now();
        let picture = match &wish.shown {
            Shown::Picture(bytes) => self.keep_picture(desk, bytes).await,
            Shown::Text(_) | Shown::Link(_) => None,
        };
        let record = SlipRecord {
            id: SlipId::from_bits(self.inner.ids.next_id()),
            presented_at: now,
            by: wish.by,
            wanted: wish.order,
            order: None,
            code: None,
            reference: None,
            picture,
            url: match &wish.shown {
                Shown::Link(url) => Some(url.clone()),
                Shown::Picture(_) | Shown::Text(_) => None,
            },
            next_at: None,
            verdict: String::new(),
            times: 0,
            failure: None,
            detail: "{}".to_owned(),
        };
        let case = Case {
            record,
            shown: wish.shown,
            overriding: wish.overriding,
            setting: None,
            asked: false,
            flaw: None,
        };
        self.follow_slip(case).await
    }

    pub(super) fn desk(&self) -> Result<&SlipDesk, SlipError> {
        self.inner.slips.as_ref().ok_or(SlipError::NoDesk)
    }

    /// A picture that cannot be kept is no reason to send the customer away.
    async fn keep_picture(&self, desk: &SlipDesk, bytes: &[u8]) -> Option<SlipPicture> {
        let kind = PictureType::of(bytes)?;
        let sha256: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let file = match desk.pictures.keep(&sha256, kind.extension(), bytes).await {
            Ok(file) => Some(file),
            Err(error) => {
                tracing::warn!(error = %error, "the picture of a slip could not be kept");
                None
            }
        };
        Some(SlipPicture { file, sha256 })
    }

    /// One look at a slip, its first or a later one.
    pub(super) async fn follow_slip(&self, mut case: Case) -> Result<SlipOutcome, SlipError> {
        let desk = self.desk()?;
        let code = match read::read(&case.shown).await {
            Read::End(judgement) => return self.end(case, judgement).await,
            Read::Code(code) => Some(code),
            Read::NoCode(flaw) => {
                case.flaw = flaw;
                None
            }
            Read::Link => None,
        };
        let reference = code.as_ref().and_then(SlipCode::reference);
        case.record.reference = reference.as_ref().map(key);
        if let Some(SlipCode::Bank(code)) = &code {
            case.record.code = Some(code.payload.clone());
        }
        let used_by = match &reference {
            Some(reference) => self.used_by(reference, case.record.wanted).await?,
            None => None,
        };
        let has_picture = matches!(case.shown, Shown::Picture(_));
        if let Some(code) = &code
            && !(has_picture && code.is_worth_a_picture())
            && let Some(judgement) = judge_code(code, used_by.as_ref())
        {
            return self.end(case, judgement).await;
        }
        if let Some(id) = case.record.wanted
            && !pays_by_transfer(&self.inner.ledger.load(OrderKey::Id(id)).await?)
        {
            return Err(SlipError::NothingToPay);
        }
        // Also for a picture in which no code was found here: whoever could be asked might see one.
        let Some(verifier) = &desk.verifier else {
            case.setting = Some(KEY.to_owned());
            return self.end(case, Judgement::Misconfigured(Fault::Key)).await;
        };
        if matches!(
            (&code, &case.shown),
            (Some(SlipCode::TrueMoney(_)), Shown::Text(_))
        ) {
            // A wallet's slip cannot be asked about by its code (easyslip.md, section 8): its picture is needed.
            return self.end(case, Judgement::Damaged(Unreadable::WalletCode)).await;
        }
        case.asked = true;
        match self.ask_about(verifier.as_ref(), &case, code.as_ref()).await? {
            Heard::Facts(answer) => self.judge_answer(desk, case, reference.as_ref(), *answer).await,
            Heard::Failure {
                failure,
                retry_after_ms,
                setting,
            } => {
                case.setting = setting;
                let judgement = self
                    .after_failure(desk, &mut case, failure, retry_after_ms, reference.as_ref())
                    .await?;
                self.end(case, judgement).await
            }
        }
    }

    async fn ask_about(
        &self,
        verifier: &dyn SlipVerifier,
        case: &Case,
        code: Option<&SlipCode>,
    ) -> Result<Heard, SlipError> {
        let (amount, remark) = match case.record.wanted {
            Some(id) => {
                let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
                (Some(order.opening.amount_due), Some(order.opening.number))
            }
            None => (None, None),
        };
        let is_wallet = matches!(code, Some(SlipCode::TrueMoney(_)));
        let question = SlipQuestion {
            kind: if is_wallet {
                SlipKind::TrueMoneyWallet
            } else {
                SlipKind::Bank
            },
            input: match (code, &case.shown) {
                // Its other form, where the checksum's zeros were dropped, is the verifier's to try.
                (Some(SlipCode::Bank(code)), _) => SlipInput::Payload(code.payload.clone()),
                (_, Shown::Picture(bytes)) => SlipInput::Image(bytes.clone()),
                (_, Shown::Link(url)) => SlipInput::Url(url.clone()),
                // No text but a bank slip's comes as far as here.
                (_, Shown::Text(text)) => SlipInput::Payload(text.clone()),
            },
            amount,
            remark,
        };
        let mut answer = verifier.verify(&question).await;
        let is_surely_a_banks = matches!(code, Some(SlipCode::Bank(_)));
        if !is_wallet && !is_surely_a_banks && found_nothing(&answer) {
            // Nobody has said whose slip the picture shows: a wallet's is known at its own address alone (easyslip.md,
            // section 8).
            let question = SlipQuestion {
                kind: SlipKind::TrueMoneyWallet,
                ..question
            };
            let second = verifier.verify(&question).await;
            if says_more(&second) {
                answer = second;
            }
        }
        Ok(answer.map_or_else(
            |error| {
                tracing::info!(slip = %case.record.id, error = %error, "a slip gave no facts");
                Heard::failure(&error, matches!(case.shown, Shown::Link(_)))
            },
            |answer| Heard::Facts(Box::new(answer)),
        ))
    }

    async fn judge_answer(
        &self,
        desk: &SlipDesk,
        mut case: Case,
        asked: Option<&SlipRef>,
        answer: SlipAnswer,
    ) -> Result<SlipOutcome, SlipError> {
        let SlipAnswer { facts, kept, .. } = answer;
        case.record.failure = None;
        case.record.reference = Some(key(&facts.reference));
        let used_by = self.used_by(&facts.reference, case.record.wanted).await?;
        let question = Question {
            desk,
            presented_at: case.record.presented_at,
            asked,
            used_by: used_by.as_ref(),
        };
        let (mut judgement, mut choice) = self.judge_facts(&facts, case.record.wanted, &question).await?;
        if judgement.may_be_overridden()
            && let Some(word) = &case.overriding
        {
            match choice {
                Choice::One(order) | Choice::OneOrToldOf(order, _) => {
                    self.note_override(&case, word, &judgement).await?;
                    judgement = Judgement::Accepted;
                    choice = Choice::One(order);
                }
                // The word is for one bill; which one has to be said first.
                Choice::Several(_) => judgement = Judgement::Accepted,
                Choice::NoneFits | Choice::NotAsked => {}
            }
        }
        if judgement == Judgement::Accepted
            && let Choice::One(order) = &choice
        {
            match self.attach(order, &facts).await? {
                Ok(after) => {
                    case.record.order = Some(after.id);
                    let choice = Choice::One(Box::new(after));
                    return self
                        .end_with(case, judgement, choice, Some((&facts, &kept)))
                        .await;
                }
                Err(used) => judgement = Judgement::AlreadyUsed(used),
            }
        }
        self.end_with(case, judgement, choice, Some((&facts, &kept)))
            .await
    }

    async fn note_override(
        &self,
        case: &Case,
        word: &Override,
        judgement: &Judgement,
    ) -> Result<(), LedgerError> {
        let line = AuditLine {
            at: self.now(),
            by: Some(word.by.clone()),
            what: "slip_overridden".to_owned(),
            subject: case.record.id.to_string(),
            detail: serde_json::json!({ "reason": word.reason, "verdict": judgement.verdict().word() })
                .to_string(),
        };
        self.inner.ledger.note(line, None).await
    }

    async fn after_failure(
        &self,
        desk: &SlipDesk,
        case: &mut Case,
        failure: LookupFailure,
        retry_after_ms: Option<i64>,
        reference: Option<&SlipRef>,
    ) -> Result<Judgement, SlipError> {
        let order = match case.record.wanted {
            Some(id) => Some(self.inner.ledger.load(OrderKey::Id(id)).await?),
            None => None,
        };
        let order_opened_at = match &order {
            Some(order) => Some(order.created_at),
            // It may be for the bill that was opened last, and as young as that.
            None => self.open_bills().await?.first().map(|order| order.created_at),
        };
        let word = format!("{failure:?}");
        case.record.times = if case.record.failure.as_ref() == Some(&word) {
            case.record.times.saturating_add(1)
        } else {
            1
        };
        case.record.failure = Some(word);
        let asked = Asked {
            presented_at: case.record.presented_at,
            answered_at: self.now(),
            times: case.record.times,
            transferred_at: None,
            order_opened_at,
            sending_bank: reference.map(|reference| reference.sending_bank),
            retry_after_ms,
            jitter_ms: i64::try_from(case.record.id.bits() % 1_000).unwrap_or(0),
        };
        let next = timetable::next(failure, &asked, desk.pace);
        let owed = order.map_or(Money::ZERO, |order| order.missing());
        Ok(judge_failure(failure, next, owed).because_of(case.flaw))
    }

    pub(super) async fn end(&self, case: Case, judgement: Judgement) -> Result<SlipOutcome, SlipError> {
        let choice = match case.record.wanted {
            Some(id) => Choice::One(Box::new(self.inner.ledger.load(OrderKey::Id(id)).await?)),
            None => Choice::NotAsked,
        };
        self.end_with(case, judgement, choice, None).await
    }

    /// Stores what came of it.
    async fn end_with(
        &self,
        mut case: Case,
        judgement: Judgement,
        choice: Choice,
        answer: Option<(&SlipFacts, &str)>,
    ) -> Result<SlipOutcome, SlipError> {
        let era = self.desk()?.era;
        let detail = SlipDetail {
            setting: case.setting.take(),
            asked: case.asked,
            ..SlipDetail::of(&judgement, &choice, answer, self.now(), era)
        };
        case.record.verdict = detail.verdict.clone();
        case.record.detail = detail.to_json();
        case.record.next_at = judgement.retry_at();
        self.inner.ledger.put_slip(case.record.clone()).await?;
        self.announce(TillEvent::SlipChanged { slip: case.record.id });
        Ok(SlipOutcome {
            judgement,
            record: case.record,
        })
    }
}
