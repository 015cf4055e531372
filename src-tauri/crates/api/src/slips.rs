//! `slip verify` and `slip queue`: slips as lines, for the window and the command line alike.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::view::moment;
use keptang_checkout::{Override, Shown, SlipDetail, SlipError, SlipWish};
use keptang_domain::{SlipId, Timestamp};
use keptang_ports::SlipRecord;
use serde::Serialize;

/// One slip (cli.md, Lines).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct Slip {
    /// Always `slip`.
    #[serde(rename = "type")]
    #[ts(type = "\"slip\"")]
    pub kind: &'static str,
    /// Our id.
    pub slip_id: String,
    /// The verdict so far.
    #[ts(type = "SlipVerdict")]
    pub verdict: String,
    /// Three digits, or `truemoney`.
    pub sending_bank: Option<String>,
    /// The bank's reference.
    pub trans_ref: Option<String>,
    /// How much was transferred.
    pub amount: Option<String>,
    /// When.
    pub sent_at: Option<String>,
    /// Who paid: name and masked account.
    pub sender: Option<String>,
    /// Who was paid.
    pub receiver: Option<String>,
    /// Number of the order it pays, or was shown for.
    pub order: Option<String>,
    /// Number of the order that has it already.
    pub used_by: Option<String>,
    /// Numbers of the orders it may pay, when somebody has to choose.
    pub choices: Vec<String>,
    /// When it is asked about again by itself.
    pub retry_at: Option<String>,
    /// When it was first shown.
    pub presented_at: String,
    /// Whoever knows the transfers was asked; `false` when it was judged on this machine.
    pub asked: bool,
    /// A permitted person may accept it all the same.
    pub may_override: bool,
    /// The setting to look at.
    pub setting: Option<String>,
    /// For the cashier, in Thai.
    pub message_th: String,
    /// For the cashier, in English.
    pub message_en: String,
    /// What to say to the customer, in Thai.
    pub customer_th: String,
    /// What to say to the customer, in English.
    pub customer_en: String,
    /// Its picture is still kept.
    pub has_picture: bool,
}

/// Where a slip comes from.
#[derive(Clone)]
pub enum SlipSource {
    /// A picture, as a file.
    Picture(Vec<u8>),
    /// The text of its code.
    Text(String),
    /// Where its picture lies.
    Link(String),
}

/// What `slip verify` asks for.
#[derive(Clone)]
pub struct VerifyWish {
    /// The slip.
    pub source: SlipSource,
    /// Number or id of the order it is shown for.
    pub order: Option<String>,
    /// Who stands at the till.
    pub by: Option<String>,
    /// Who accepts it all the same, a manager whose PIN was right, and why.
    pub overriding: Option<(String, String)>,
}

impl App {
    /// Verifies a slip.
    ///
    /// # Errors
    /// `not_found` for an order that is none; what is wrong with the slip is a verdict, no error.
    pub async fn verify_slip(&self, wish: VerifyWish) -> Result<Slip, ApiError> {
        let order = match &wish.order {
            Some(order) => Some(self.find(order).await?.id),
            None => None,
        };
        let outcome = self
            .till()
            .verify_slip(SlipWish {
                shown: match wish.source {
                    SlipSource::Picture(bytes) => Shown::Picture(bytes),
                    SlipSource::Text(text) => Shown::Text(text),
                    SlipSource::Link(url) => Shown::Link(url),
                },
                order,
                by: wish.by,
                overriding: wish.overriding.map(|(by, reason)| Override { by, reason }),
            })
            .await?;
        Ok(slip(&outcome.record))
    }

    /// A slip as it stands.
    ///
    /// # Errors
    /// `not_found` when there is none of this id.
    pub async fn slip(&self, id: &str) -> Result<Slip, ApiError> {
        let id: SlipId = id
            .parse()
            .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("argument", "slip"))?;
        Ok(slip(&self.till().slip(id).await?))
    }

    /// Slips that wait for their bank, newest first.
    pub async fn slip_queue(&self) -> Result<Vec<Slip>, ApiError> {
        let waiting = self.till().waiting_slips().await?;
        Ok(waiting.iter().map(slip).collect())
    }
}

pub(crate) fn slip(record: &SlipRecord) -> Slip {
    let detail = SlipDetail::from_json(&record.detail);
    let (sending_bank, trans_ref) = match record.reference.as_ref().and_then(|key| key.split_once(':')) {
        Some((bank, reference)) => (Some(bank.to_owned()), Some(reference.to_owned())),
        None => (None, None),
    };
    Slip {
        kind: "slip",
        slip_id: record.id.to_string(),
        verdict: record.verdict.clone(),
        sending_bank,
        trans_ref,
        amount: detail.amount,
        sent_at: detail.sent_at_ms.map(|ms| moment(Timestamp::from_ms(ms))),
        sender: detail.sender,
        receiver: detail.receiver,
        order: detail.order,
        used_by: detail.used_by,
        choices: detail.choices,
        retry_at: record.next_at.map(moment),
        presented_at: moment(record.presented_at),
        asked: detail.asked,
        may_override: detail.may_override,
        setting: detail.setting,
        message_th: detail.message_th,
        message_en: detail.message_en,
        customer_th: detail.customer_th,
        customer_en: detail.customer_en,
        has_picture: record
            .picture
            .as_ref()
            .is_some_and(|picture| picture.file.is_some()),
    }
}

impl From<SlipError> for ApiError {
    fn from(error: SlipError) -> Self {
        match error {
            SlipError::NoDesk => Self::new(ErrorCode::NotBuilt),
            SlipError::NothingToPay => Self::new(ErrorCode::WrongState).with("state", "takes_no_transfer"),
            SlipError::NotFound => Self::new(ErrorCode::NotFound),
            SlipError::Transition(error) => error.into(),
            SlipError::Ledger(error) => error.into(),
        }
    }
}
