//! The gateway's own words, read leniently (jwt-gateway.md §5): both envelopes, unknown names passed over, whatever is
//! absent, `null` or of another kind is `None`, and `map.rs` decides what that means.
//!
//! Nothing here can fail or panic, and no number goes through a float.

use super::Config;
use super::sign::Field;
use crate::decimal::shortest;
use crate::json::Object;
use crate::said::said;
use keptang_domain::{AttemptId, Money, RefundId, Timestamp};
use keptang_ports::{Bank, CreatePayment, Said, WithdrawRequest};

/// Where a gateway is told to call when callbacks are off; the field is required, and this name leads nowhere
/// (RFC 2606).
const NOWHERE: &str = "https://callbacks-are-off.invalid/";

/// What is around every answer (§5): `{"status":"success",…}` or `{"code":200,…}`.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) code: Option<i64>,
    pub(super) status: Option<String>,
    pub(super) message: Option<String>,
    pub(super) data: Option<Object>,
    /// There is an object of data, but it cannot be read. An empty list or text beside a "no" is no data.
    pub(super) unreadable_data: bool,
}

impl Envelope {
    /// `None` when the body is no object.
    pub(super) fn from_body(body: &[u8]) -> Option<Self> {
        let object = Object::parse(body)?;
        let code = object.number("code").and_then(|code| code.ok()?.units(0).ok());
        let data = object.object("data");
        Some(Self {
            unreadable_data: data.is_none() && object.raw("data").is_some_and(|raw| raw.starts_with('{')),
            code: code.and_then(|code| i64::try_from(code).ok()),
            status: object.text("status"),
            message: object.text("message"),
            data,
        })
    }

    /// Its own word for success; a code of failure beats a word of success.
    pub(super) fn is_success(&self) -> bool {
        match self.code {
            Some(code) => code == 200,
            None => is(self.status.as_deref(), "success"),
        }
    }
}

/// What a deposit answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Deposit {
    pub(super) merchant_id: Option<String>,
    pub(super) reference_id: Option<String>,
    pub(super) transaction_id: Option<String>,
    pub(super) status: Option<String>,
    /// To be paid; `depositAmount` is what the shop is credited, and is not read.
    pub(super) amount: Option<Money>,
    pub(super) qrcode: Option<String>,
    pub(super) account_number: Option<String>,
    pub(super) account_name: Option<String>,
    pub(super) bank_name: Option<String>,
    pub(super) promptpay_number: Option<String>,
    pub(super) expires_ms: Option<i64>,
    /// As it may be kept.
    pub(super) said: Option<Said>,
}

impl Deposit {
    pub(super) fn read(data: &Object) -> Self {
        let text = |name| filled(data.text_or_digits(name));
        Self {
            // One that cannot be read is another's.
            merchant_id: data
                .raw("merchantId")
                .map(|_| data.text_or_digits("merchantId").unwrap_or_default()),
            reference_id: text("referenceId"),
            transaction_id: text("transactionId"),
            status: text("status"),
            amount: data.baht("amount"),
            qrcode: text("qrcode"),
            account_number: text("bankAccountNumber"),
            account_name: text("bankAccountName"),
            bank_name: text("bankName"),
            promptpay_number: text("promptpayNumber"),
            expires_ms: moment_ms(data, "expireDate"),
            said: said(data.to_json().as_bytes()),
        }
    }
}

/// What an order query or a callback says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) order_no: Option<String>,
    pub(super) agent_order_no: Option<String>,
    /// `deposit` or `withdrawal`; in callbacks only.
    pub(super) kind: Option<String>,
    pub(super) status: Option<String>,
    pub(super) amount: Option<Money>,
    pub(super) fee: Option<Money>,
    /// What is left after the fee.
    pub(super) actual_amount: Option<Money>,
    pub(super) created_ms: Option<i64>,
    /// As it may be kept.
    pub(super) said: Option<Said>,
}

impl Order {
    pub(super) fn read(data: &Object) -> Self {
        let text = |name| filled(data.text_or_digits(name));
        Self {
            order_no: text("order_no"),
            agent_order_no: text("agent_order_no"),
            kind: text("type"),
            status: text("status"),
            amount: data.baht("amount"),
            fee: data.baht("fee"),
            actual_amount: data.baht("actual_amount"),
            created_ms: moment_ms(data, "created_at"),
            said: said(data.to_json().as_bytes()),
        }
    }

    /// Our reference: the exact text we sent, and nothing that merely means the same.
    pub(super) fn attempt(&self) -> Option<AttemptId> {
        our_attempt(self.agent_order_no.as_deref()?)
    }

    pub(super) fn says(&self, status: &str) -> bool {
        is(self.status.as_deref(), status)
    }
}

/// What a withdrawal answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Withdrawal {
    pub(super) order_no: Option<String>,
    pub(super) agent_order_no: Option<String>,
    pub(super) amount: Option<Money>,
    /// There is an amount, readable or not.
    pub(super) tells_amount: bool,
    pub(super) fee: Option<Money>,
    pub(super) status: Option<String>,
}

impl Withdrawal {
    pub(super) fn read(data: &Object) -> Self {
        let text = |name| filled(data.text_or_digits(name));
        Self {
            order_no: text("order_no"),
            agent_order_no: text("agent_order_no"),
            amount: data.baht("amount"),
            tells_amount: data.raw("amount").is_some(),
            fee: data.baht("fee"),
            status: text("status"),
        }
    }
}

/// The banks of a list; what has no code cannot be named in a request and is left out.
pub(super) fn banks(data: &Object) -> Option<Vec<Bank>> {
    let banks = data.objects("banks")?;
    Some(
        banks
            .iter()
            .filter_map(|bank| {
                let code = filled(bank.text_or_digits("code"))?;
                Some(Bank {
                    name: filled(bank.text("name")).unwrap_or_else(|| code.clone()),
                    name_th: filled(bank.text("name_th")),
                    active: bank.flag("active").unwrap_or(true),
                    code,
                })
            })
            .collect(),
    )
}

/// The attempt whose text this is.
pub(super) fn our_attempt(transaction_id: &str) -> Option<AttemptId> {
    let attempt: AttemptId = transaction_id.parse().ok()?;
    (attempt.to_string() == transaction_id).then_some(attempt)
}

/// Compares a word of theirs without regard to case.
pub(super) fn is(word: Option<&str>, known: &str) -> bool {
    word.is_some_and(|word| word.trim().eq_ignore_ascii_case(known))
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn moment_ms(object: &Object, name: &str) -> Option<i64> {
    let moment: jiff::Timestamp = object.text(name)?.parse().ok()?;
    Some(moment.as_millisecond())
}

/// Unix seconds (§4).
pub(super) fn seconds(now: Timestamp) -> String {
    now.ms().div_euclid(1_000).to_string()
}

/// The texts of a deposit request, kept while its fields are signed.
pub(super) struct DepositRequest {
    transaction_id: String,
    account_number: String,
    callback_url: String,
    amount: String,
    timestamp: String,
}

impl DepositRequest {
    pub(super) fn new(payment: &CreatePayment, config: &Config, now: Timestamp) -> Self {
        Self {
            transaction_id: payment.attempt.to_string(),
            account_number: match &config.payer.account_number {
                Some(account) => account.expose().to_owned(),
                None => account_of(payment.attempt),
            },
            callback_url: payment.callback_url.clone().unwrap_or_else(|| NOWHERE.to_owned()),
            amount: shortest(payment.amount),
            timestamp: seconds(now),
        }
    }

    /// A request that nobody could pay, to see what the gateway says about the rest of it.
    pub(super) fn of_nothing(transaction_id: String, now: Timestamp) -> Self {
        Self {
            transaction_id,
            account_number: "0000000000".to_owned(),
            callback_url: NOWHERE.to_owned(),
            amount: shortest(Money::ZERO),
            timestamp: seconds(now),
        }
    }

    pub(super) fn fields<'a>(&'a self, config: &'a Config) -> [(&'static str, Field<'a>); 9] {
        [
            ("merchantId", Field::Text(&config.merchant_id)),
            ("transactionId", Field::Text(&self.transaction_id)),
            ("bankAccountNumber", Field::Text(&self.account_number)),
            ("bankName", Field::Text(&config.payer.bank)),
            ("name", Field::Text(&config.payer.name)),
            ("amount", Field::Number(self.amount.clone())),
            ("callbackUrl", Field::Text(&self.callback_url)),
            ("type", Field::Text(config.kind.word())),
            ("timestamp", Field::Number(self.timestamp.clone())),
        ]
    }
}

/// The texts of a withdrawal request, kept while its fields are signed.
pub(super) struct WithdrawalRequest<'a> {
    request: &'a WithdrawRequest,
    our_ref: String,
    timestamp: String,
}

impl<'a> WithdrawalRequest<'a> {
    pub(super) fn new(request: &'a WithdrawRequest, now: Timestamp) -> Self {
        Self {
            request,
            our_ref: request.our_ref.to_string(),
            timestamp: seconds(now),
        }
    }

    /// The timestamp is a text here, and a number everywhere else (§4).
    pub(super) fn fields(&self) -> [(&'static str, Field<'_>); 7] {
        [
            ("agent_order_no", Field::Text(&self.our_ref)),
            ("amount", Field::Number(shortest(self.request.amount))),
            ("bank_code", Field::Text(&self.request.bank_code)),
            ("account_no", Field::Text(&self.request.account_no)),
            ("account_name", Field::Text(&self.request.account_name)),
            (
                "callback_url",
                Field::Text(self.request.callback_url.as_deref().unwrap_or(NOWHERE)),
            ),
            ("timestamp", Field::Text(&self.timestamp)),
        ]
    }
}

/// Whether the withdrawal answered is the one asked for.
pub(super) fn is_ours(withdrawal: &Withdrawal, our_ref: RefundId, amount: Money) -> bool {
    let same_ref = withdrawal.agent_order_no.as_deref() == Some(our_ref.to_string().as_str());
    let same_amount = match withdrawal.amount {
        Some(said) => said == amount,
        None => !withdrawal.tells_amount,
    };
    same_ref && same_amount
}

/// Ten digits that no other attempt of the shop has, near enough.
fn account_of(attempt: AttemptId) -> String {
    format!("{:010}", attempt.bits() % 10_000_000_000)
}
