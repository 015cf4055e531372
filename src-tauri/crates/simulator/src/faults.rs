//! The fault menu: what the simulator is told to do wrong, where, and how often.
//!
//! A rule names one [`Fault`], optionally one [`Endpoint`], and how long it [`Lasts`]. Rules of the same
//! [`FaultClass`] are used in the order they were set, one at a time; rules of different classes combine
//! (a slow answer that also lies about the amount).

use serde::{Deserialize, Serialize};

pub use crate::endpoints::{Endpoint, Provider};
pub use crate::webhook_faults::{AmountForm, WebhookVariant};

/// What goes wrong. Amounts are satang.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The answer comes late.
    Slow { delay_ms: u64 },
    /// The answer comes only after `POST /_control/release`.
    Hang,
    /// A plain-text 5xx answer.
    ServerError {
        #[serde(default = "status_500")]
        status: u16,
    },
    /// 429; `Retry-After` is sent when given.
    RateLimited { retry_after_s: Option<u32> },
    /// The provider's own error object with this code (or sentence, where the provider has no codes).
    Refuse { status: u16, code: String },
    /// The same in the provider's other form: `detail` as an array (deposit), `status: "error"` (JWT), `state: 1`
    /// with HTTP 200 whatever `status` says (crypto), v1's envelope (EasySlip). Omise has one form only.
    RefuseOtherForm { status: u16, code: String },
    /// An HTML page instead of JSON, as a gateway or a hotel network sends.
    Html {
        #[serde(default = "status_200")]
        status: u16,
    },
    /// 200 with no body.
    Empty,
    /// 200 with JSON that stops half way.
    Malformed,
    /// 307 to another path of this server; following it is recorded as a violation.
    Redirect,
    /// The connection ends before the request is carried out.
    CutBefore,
    /// The request is carried out, then the connection ends without an answer.
    CutAfter,

    /// Charges in the answer show this status.
    StatusWord { word: String },
    /// Charges that are queried (not created) show another amount.
    QueryAmount { amount_satang: i64 },
    /// Charges in the answer claim the other mode.
    LivemodeFlipped,
    /// Charges in the answer show another currency (Omise and crypto).
    Currency { currency: String },
    /// Amounts in the answer are printed in another way (deposit and JWT).
    AmountForm { form: AmountForm },
    /// The answer names another order of ours (not Omise).
    OtherOrder { order_id: String },
    /// The answer is about another slip (EasySlip).
    OtherSlip { trans_ref: String },
    /// The answer has no `state` (crypto) or `success` (EasySlip).
    StateMissing,
    /// `result` (crypto) or `data` (JWT, EasySlip) is null.
    ResultNull,

    /// The next charge is over this many satang more, or less, than asked for (deposit and JWT).
    AdjustAmount { by_satang: i64 },

    /// The QR of the next charge asks for another amount.
    QrAmount { amount_satang: i64 },
    /// The QR of the next charge is an SVG, under the same `.png` name.
    QrSvg,
    /// The QR of the next charge is a proper PNG that holds no code.
    QrUndecodable,
    /// The QR of the next charge comes in another form (not Omise).
    QrForm { form: QrForm },
    /// The Base64 of the next charge's QR is broken (not Omise).
    QrBrokenBase64,
    /// The next deposit goes through `BANK_TRANSFER` without a QR (deposit).
    BankTransfer,

    /// The customer pays the next charge by itself.
    AutoPay { after_ms: u64 },
    /// The next charge fails by itself.
    AutoFail { after_ms: u64 },
    /// The next charge expires early.
    AutoExpire { after_ms: u64 },

    /// A charge that expires is paid some time later all the same.
    PayAfterExpire { after_ms: u64 },
    /// The customer pays while the till asks to expire: the payment wins.
    PayOnExpire,

    /// The next webhook goes wrong; with `key`, the next one of that event key (`charge.complete`).
    Webhook {
        variant: WebhookVariant,
        #[serde(default)]
        key: Option<String>,
    },
}

/// What a new charge of a gateway is paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QrForm {
    /// The picture itself: bare Base64 (deposit), a data URI (JWT, crypto).
    #[default]
    Image,
    /// A link to the picture (deposit, JWT).
    Link,
    /// The QR's text (JWT).
    Text,
    /// Nothing: bank account only (deposit, JWT), hosted page only (crypto).
    Missing,
}

/// The part of the work a fault touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultClass {
    /// How the answer travels.
    Wire,
    /// What an answer about charges says.
    Answer,
    /// What a new charge is over.
    Amount,
    /// The QR image of a new charge.
    Qr,
    /// What the customer does with a new charge.
    Customer,
    /// What happens around the end of a charge.
    Expiry,
    /// The callbacks.
    Webhook,
}

impl Fault {
    /// The next webhook, whatever its key, goes wrong like this.
    pub fn webhook(variant: WebhookVariant) -> Self {
        Self::Webhook { variant, key: None }
    }

    /// The part of the work this fault touches.
    pub fn class(&self) -> FaultClass {
        match self {
            Self::Slow { .. }
            | Self::Hang
            | Self::ServerError { .. }
            | Self::RateLimited { .. }
            | Self::Refuse { .. }
            | Self::RefuseOtherForm { .. }
            | Self::Html { .. }
            | Self::Empty
            | Self::Malformed
            | Self::Redirect
            | Self::CutBefore
            | Self::CutAfter => FaultClass::Wire,
            Self::StatusWord { .. }
            | Self::QueryAmount { .. }
            | Self::LivemodeFlipped
            | Self::Currency { .. }
            | Self::AmountForm { .. }
            | Self::OtherOrder { .. }
            | Self::OtherSlip { .. }
            | Self::StateMissing
            | Self::ResultNull => FaultClass::Answer,
            Self::AdjustAmount { .. } => FaultClass::Amount,
            Self::QrAmount { .. }
            | Self::QrSvg
            | Self::QrUndecodable
            | Self::QrForm { .. }
            | Self::QrBrokenBase64
            | Self::BankTransfer => FaultClass::Qr,
            Self::AutoPay { .. } | Self::AutoFail { .. } | Self::AutoExpire { .. } => FaultClass::Customer,
            Self::PayAfterExpire { .. } | Self::PayOnExpire => FaultClass::Expiry,
            Self::Webhook { .. } => FaultClass::Webhook,
        }
    }

    /// Whether this provider can go wrong like this; otherwise its requests leave the rule alone.
    fn is_for(&self, provider: Provider) -> bool {
        use Provider::{Crypto2328, DepositGateway, EasySlip, JwtGateway, Omise};
        if provider == EasySlip {
            return self.is_for_easyslip();
        }
        match self {
            Self::StatusWord { .. } => true,
            Self::OtherSlip { .. } => false,
            Self::LivemodeFlipped | Self::PayOnExpire => provider == Omise,
            Self::QueryAmount { .. } => provider != DepositGateway,
            Self::Currency { .. } => matches!(provider, Omise | Crypto2328),
            Self::AmountForm { .. } | Self::AdjustAmount { .. } => {
                matches!(provider, DepositGateway | JwtGateway)
            }
            Self::OtherOrder { .. } | Self::QrBrokenBase64 => provider != Omise,
            Self::QrForm { form } => match form {
                QrForm::Image | QrForm::Missing => provider != Omise,
                QrForm::Link => matches!(provider, DepositGateway | JwtGateway),
                QrForm::Text => provider == JwtGateway,
            },
            // The crypto QR holds an address, no amount.
            Self::QrAmount { .. } => provider != Crypto2328,
            Self::BankTransfer => provider == DepositGateway,
            Self::StateMissing => provider == Crypto2328,
            Self::ResultNull => matches!(provider, JwtGateway | Crypto2328),
            Self::Webhook { variant, .. } => variant.is_for(provider),
            _ => true,
        }
    }

    /// It has no charges and calls nobody back.
    fn is_for_easyslip(&self) -> bool {
        self.class() == FaultClass::Wire
            || matches!(
                self,
                Self::QueryAmount { .. }
                    | Self::Currency { .. }
                    | Self::OtherOrder { .. }
                    | Self::OtherSlip { .. }
                    | Self::StateMissing
                    | Self::ResultNull
            )
    }

    fn is_processed_by_default(&self) -> bool {
        matches!(
            self,
            Self::Slow { .. } | Self::Hang | Self::Empty | Self::Malformed | Self::CutAfter
        )
    }

    fn is_well_formed(&self) -> bool {
        match self {
            Self::ServerError { status } => (500..=599).contains(status),
            Self::Refuse { status, .. } | Self::RefuseOtherForm { status, .. } => {
                (400..=599).contains(status)
            }
            Self::AdjustAmount { by_satang } => by_satang.unsigned_abs() <= 100_000,
            Self::Html { status } => (200..=599).contains(status),
            Self::Webhook { variant, .. } => variant.is_well_formed(),
            _ => true,
        }
    }
}

/// How long a rule stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lasts {
    /// For the next match only.
    #[default]
    Once,
    /// For this many matches.
    Times(u32),
    /// Until it is removed.
    Always,
}

/// What a caller sets: one fault, where, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// Only there; otherwise wherever the fault makes sense.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// How often.
    #[serde(default)]
    pub lasts: Lasts,
    /// For wire faults: whether the request is carried out although its answer is spoiled; for `slow` and
    /// `hang`, whether it is carried out before the wait. Each fault has its own default.
    #[serde(default)]
    pub processed: Option<bool>,
}

impl FaultRule {
    /// `fault` for the next match, anywhere.
    pub fn once(fault: Fault) -> Self {
        Self {
            fault,
            endpoint: None,
            lasts: Lasts::Once,
            processed: None,
        }
    }

    /// `fault` until it is removed, anywhere.
    pub fn always(fault: Fault) -> Self {
        Self {
            lasts: Lasts::Always,
            ..Self::once(fault)
        }
    }

    /// The same rule, at one endpoint only.
    pub fn at(self, endpoint: Endpoint) -> Self {
        Self {
            endpoint: Some(endpoint),
            ..self
        }
    }

    pub(crate) fn is_processed(&self) -> bool {
        match self.fault {
            Fault::CutBefore => false,
            Fault::CutAfter => true,
            _ => self
                .processed
                .unwrap_or_else(|| self.fault.is_processed_by_default()),
        }
    }
}

/// A rule with the number it is removed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveRule {
    /// Unique until reset.
    pub id: u64,
    /// The rule; `lasts` shows what is left.
    #[serde(flatten)]
    pub rule: FaultRule,
}

impl ActiveRule {
    fn fits(&self, endpoint: Endpoint, wanted: impl Fn(&Fault) -> bool) -> bool {
        wanted(&self.rule.fault)
            && self.rule.fault.is_for(endpoint.provider())
            && self.rule.endpoint.is_none_or(|only| only == endpoint)
    }

    fn survives_a_use(&mut self) -> bool {
        match &mut self.rule.lasts {
            Lasts::Always => true,
            Lasts::Once => false,
            Lasts::Times(left) => {
                *left = left.saturating_sub(1);
                *left > 0
            }
        }
    }
}

/// All rules in force.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Book {
    last_id: u64,
    rules: Vec<ActiveRule>,
}

impl Book {
    /// The new rule's number, or `None` for a fault whose numbers make no sense.
    pub(crate) fn add(&mut self, rule: FaultRule) -> Option<u64> {
        if !rule.fault.is_well_formed() || rule.lasts == Lasts::Times(0) {
            return None;
        }
        self.last_id += 1;
        self.rules.push(ActiveRule {
            id: self.last_id,
            rule,
        });
        Some(self.last_id)
    }

    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() != before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[ActiveRule] {
        &self.rules
    }

    /// Uses up one match of the first rule that fits `endpoint` and `wanted`.
    pub(crate) fn take(&mut self, endpoint: Endpoint, wanted: impl Fn(&Fault) -> bool) -> Option<FaultRule> {
        let active = self.rules.iter().find(|active| active.fits(endpoint, &wanted))?;
        let (id, taken) = (active.id, active.rule.clone());
        self.use_up(id);
        Some(taken)
    }

    fn use_up(&mut self, id: u64) {
        self.rules
            .retain_mut(|active| active.id != id || active.survives_a_use());
    }

    /// The webhook fault for an event with this key. Events have no endpoint; of the rule's only the provider
    /// counts.
    pub(crate) fn take_webhook(&mut self, provider: Provider, event_key: &str) -> Option<WebhookVariant> {
        let active = self.rules.iter().find(|active| match &active.rule.fault {
            Fault::Webhook { variant, key } => {
                variant.is_for(provider)
                    && key.as_deref().is_none_or(|only| only == event_key)
                    && active
                        .rule
                        .endpoint
                        .is_none_or(|only| only.provider() == provider)
            }
            _ => false,
        })?;
        let Fault::Webhook { variant, .. } = active.rule.fault.clone() else {
            return None;
        };
        let id = active.id;
        self.use_up(id);
        Some(variant)
    }

    /// Like [`Book::take`] for a whole class, every rule that fits.
    pub(crate) fn take_all(&mut self, endpoint: Endpoint, wanted: impl Fn(&Fault) -> bool) -> Vec<Fault> {
        let mut taken = Vec::new();
        self.rules.retain_mut(|active| {
            let fits = active.fits(endpoint, &wanted);
            if fits {
                taken.push(active.rule.fault.clone());
            }
            !fits || active.survives_a_use()
        });
        taken
    }
}

fn status_500() -> u16 {
    500
}

fn status_200() -> u16 {
    200
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(fault: &Fault) -> bool {
        fault.class() == FaultClass::Wire
    }

    #[test]
    fn a_rule_is_used_up_in_order_and_only_where_it_belongs() {
        let mut book = Book::default();
        book.add(FaultRule::once(Fault::Hang).at(Endpoint::OmiseChargeGet))
            .unwrap();
        book.add(FaultRule {
            lasts: Lasts::Times(2),
            ..FaultRule::once(Fault::Empty)
        })
        .unwrap();
        let create = Endpoint::OmiseChargeCreate;
        assert_eq!(book.take(create, wire).unwrap().fault, Fault::Empty);
        assert_eq!(
            book.take(Endpoint::OmiseChargeGet, wire).unwrap().fault,
            Fault::Hang
        );
        assert_eq!(
            book.take(Endpoint::OmiseChargeGet, wire).unwrap().fault,
            Fault::Empty
        );
        assert_eq!(book.take(create, wire), None);
        book.add(FaultRule::always(Fault::QrSvg)).unwrap();
        assert_eq!(book.take(create, wire), None);
        for _ in 0..3 {
            assert!(
                book.take(create, |fault| fault.class() == FaultClass::Qr)
                    .is_some()
            );
        }
    }

    #[test]
    fn senseless_numbers_are_refused() {
        let mut book = Book::default();
        for fault in [
            Fault::ServerError { status: 200 },
            Fault::Refuse {
                status: 200,
                code: "x".into(),
            },
            Fault::Html { status: 99 },
            Fault::webhook(WebhookVariant::Duplicate { copies: 0 }),
        ] {
            assert_eq!(book.add(FaultRule::once(fault)), None);
        }
        assert_eq!(
            book.add(FaultRule {
                lasts: Lasts::Times(0),
                ..FaultRule::once(Fault::Hang)
            }),
            None
        );
    }

    #[test]
    fn the_json_form_is_the_documented_one() {
        let rule: FaultRule = serde_json::from_str(
            r#"{"fault":{"kind":"slow","delay_ms":500},"endpoint":"omise.charge.get","lasts":{"times":3}}"#,
        )
        .unwrap();
        assert_eq!(rule.fault, Fault::Slow { delay_ms: 500 });
        assert_eq!(rule.lasts, Lasts::Times(3));
        let rule: FaultRule =
            serde_json::from_str(r#"{"fault":{"kind":"webhook","variant":{"kind":"duplicate","copies":5}}}"#)
                .unwrap();
        assert_eq!(
            rule,
            FaultRule::once(Fault::webhook(WebhookVariant::Duplicate { copies: 5 }))
        );
    }
}
