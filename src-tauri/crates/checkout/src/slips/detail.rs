//! What is kept of a slip for people: the transfer as far as it may be shown, and the words for the cashier.

use super::verify::Choice;
use keptang_domain::Timestamp;
use keptang_domain::slip::words::{Era, words};
use keptang_domain::slip::{Judgement, Party, SlipFacts, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything about a slip that a person may see. Stored as it is, so that a till that comes later says the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlipDetail {
    /// Word of the verdict (cli.md, slip).
    pub verdict: String,
    /// How much was transferred, in baht.
    pub amount: Option<String>,
    /// When, in milliseconds since the Unix epoch.
    pub sent_at_ms: Option<i64>,
    /// Who paid: name and masked account.
    pub sender: Option<String>,
    /// Who was paid.
    pub receiver: Option<String>,
    /// Number of the order it pays, or was shown for.
    pub order: Option<String>,
    /// Number of the order that has it already.
    pub used_by: Option<String>,
    /// Numbers of the orders it may pay, when a person has to choose.
    pub choices: Vec<String>,
    /// The setting to look at, when it could not be checked because of one.
    pub setting: Option<String>,
    /// Whoever knows the transfers was asked about it; what an older till stored counts as asked. `false` for a slip
    /// that was judged on this machine, without internet and without quota.
    #[serde(default = "yes")]
    pub asked: bool,
    /// A permitted person may accept it all the same.
    pub may_override: bool,
    /// What happened and what to do, in Thai.
    pub message_th: String,
    /// The same in English.
    pub message_en: String,
    /// What to say to the customer, in Thai.
    pub customer_th: String,
    /// The same in English.
    pub customer_en: String,
    /// What the verifier said, redacted.
    pub answer: Value,
}

impl SlipDetail {
    pub(super) fn of(
        judgement: &Judgement,
        choice: &Choice,
        answer: Option<(&SlipFacts, &str)>,
        now: Timestamp,
        era: Era,
    ) -> Self {
        let said = words(judgement, now, era);
        let facts = answer.map(|(facts, _)| facts);
        let mut detail = Self {
            verdict: judgement.verdict().word().to_owned(),
            amount: facts.map(|facts| facts.amount.to_string()),
            sent_at_ms: facts.map(|facts| facts.sent_at.ms()),
            sender: facts.and_then(|facts| shown(&facts.sender)),
            receiver: facts.and_then(|facts| shown(&facts.receiver)),
            order: match choice {
                Choice::One(order) | Choice::OneOrToldOf(order, _) => Some(order.opening.number.clone()),
                Choice::Several(_) | Choice::NoneFits | Choice::NotAsked => None,
            },
            used_by: match judgement {
                Judgement::AlreadyUsed(used) => Some(used.order_number.clone()),
                _ => None,
            },
            choices: Vec::new(),
            setting: None,
            asked: false,
            may_override: judgement.may_be_overridden(),
            message_th: said.cashier.th,
            message_en: said.cashier.en,
            customer_th: said.customer.th,
            customer_en: said.customer.en,
            answer: answer
                .and_then(|(_, kept)| serde_json::from_str(kept).ok())
                .unwrap_or(Value::Null),
        };
        if let Choice::OneOrToldOf(_, told) = choice {
            detail.name_the_told(told);
        }
        if *judgement == Judgement::Accepted {
            detail.place(choice);
        }
        detail
    }

    /// The bills whose money it may be. The named one is no choice: choosing it again would ask the same, so that takes
    /// a permitted person's word.
    fn name_the_told(&mut self, told: &[String]) {
        self.choices = told.to_vec();
        let list = told.join(" ");
        self.message_th = format!("{}: {list}", self.message_th);
        self.message_en = format!("{}: {list}", self.message_en);
    }

    /// A right slip that nobody could place is for a person.
    fn place(&mut self, choice: &Choice) {
        let (th, en) = match choice {
            Choice::Several(numbers) => {
                self.choices.clone_from(numbers);
                let list = numbers.join(" ");
                (
                    format!("สลิปถูกต้อง แต่มีหลายบิลที่ยอดตรงกัน เลือกบิลก่อน: {list}"),
                    format!("The slip is right, but several bills fit. Choose one: {list}"),
                )
            }
            Choice::NoneFits => (
                "สลิปถูกต้อง แต่ไม่มีบิลที่รอยอดนี้ เปิดบิลก่อน หรือให้ผู้จัดการดู".to_owned(),
                "The slip is right, but no open bill waits for this amount. Open the bill first, or ask a manager"
                    .to_owned(),
            ),
            Choice::One(_) | Choice::OneOrToldOf(..) | Choice::NotAsked => return,
        };
        self.verdict = Verdict::NeedsReview.word().to_owned();
        (self.message_th, self.message_en) = (th, en);
        self.customer_th = "ขอตรวจสอบสักครู่นะคะ".to_owned();
        self.customer_en = "One moment please, we are checking".to_owned();
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, whole numbers and booleans")
    }

    /// Reads back what was stored. What an older till left out is empty.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

const fn yes() -> bool {
    true
}

/// A party as it may be shown: its name, and its number with the digits that were hidden left hidden.
fn shown(party: &Party) -> Option<String> {
    let name = party.name_th.as_ref().or(party.name_en.as_ref());
    let number = party.account.as_ref().map(|number| number.masked()).or_else(|| {
        party
            .proxy
            .as_ref()?
            .number
            .as_ref()
            .map(|number| number.masked())
    });
    match (name, number) {
        (Some(name), Some(number)) => Some(format!("{name} {number}")),
        (Some(name), None) => Some(name.clone()),
        (None, number) => number,
    }
}
