//! The data types of the contract: what the window and the headless till's `--json` lines show.
//!
//! One set for both, so that they cannot disagree. Words and keys are those of cli.md, "Lines"; money is a decimal
//! string in baht with two digits, because a JavaScript number cannot hold every value; moments are RFC 3339 with
//! Bangkok's offset. ts-rs writes the TypeScript side from here.

use crate::configure::Announcement;
use crate::drawer::ShiftLine;
use crate::provider_lines::ProviderLine;
use crate::reconcile::Reconciled;
use crate::session::Session;
use crate::slips::Slip;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One sale.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Order {
    /// Always `order`; the lines of the command line are told apart by it.
    #[serde(rename = "type")]
    #[ts(type = "\"order\"")]
    pub kind: &'static str,
    /// Our id.
    pub order_id: String,
    /// Number people see.
    pub number: String,
    /// Where the sale stands.
    #[ts(type = "OrderState")]
    pub state: &'static str,
    /// What is owed.
    pub amount_due: String,
    /// What evidence says arrived.
    pub received: String,
    /// What went back.
    pub refunded: String,
    /// Who stood at the till.
    pub cashier: Option<String>,
    /// Free text.
    pub note: Option<String>,
    /// Bangkok day, `YYYY-MM-DD`.
    pub business_day: String,
    /// What a person must look at.
    #[ts(type = "Flag[]")]
    pub flags: Vec<&'static str>,
    /// Every try, oldest first.
    pub attempts: Vec<Attempt>,
    /// Every refund, oldest first.
    pub refunds: Vec<Refund>,
    /// Grows with every change.
    #[ts(type = "number")]
    pub version: u64,
    /// When it began.
    pub created_at: String,
    /// What is still owed.
    pub missing: String,
    /// What arrived beyond what was owed.
    pub excess: String,
    /// When it was first paid in full.
    pub settled_at: Option<String>,
    /// The received amount, or the amount due while nothing came, in Thai words.
    pub words_th: String,
    /// Whom to ask next when the newest attempt left nothing behind at its provider.
    #[ts(type = "Provider | null")]
    pub next_provider: Option<&'static str>,
}

/// One try to collect.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Attempt {
    /// Our id.
    pub attempt_id: String,
    /// Who serves it.
    #[ts(type = "Provider")]
    pub provider: &'static str,
    /// What the cashier picked.
    #[ts(type = "Method")]
    pub method: &'static str,
    /// Where it stands.
    #[ts(type = "AttemptState")]
    pub state: &'static str,
    /// The reference we sent.
    pub our_ref: String,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What the provider wants paid.
    pub payable: String,
    /// What arrived.
    pub received: String,
    /// The provider's fee, when known.
    pub fee: Option<String>,
    /// What the customer must do.
    pub instruction: Option<Instruction>,
    /// The end of its life.
    pub deadline: Option<String>,
    /// How the till can learn the outcome.
    #[ts(type = "Tracking[]")]
    pub tracking: Vec<&'static str>,
    /// Why it is where it is.
    #[ts(type = "ReasonCode | null")]
    pub reason: Option<&'static str>,
    /// When it was stored.
    pub opened_at: String,
    /// When it first ended without money.
    pub ended_at: Option<String>,
    /// What the provider changed the amount by.
    pub adjustment: String,
    /// Milliseconds left, by the till's clock at the time of this answer.
    #[ts(type = "number | null")]
    pub remaining_ms: Option<i64>,
    /// Milliseconds from acceptance to the deadline.
    #[ts(type = "number | null")]
    pub lifetime_ms: Option<i64>,
    /// Age of the provider's last answer in milliseconds.
    #[ts(type = "number | null")]
    pub asked_ms_ago: Option<i64>,
    /// Present pause between questions in milliseconds.
    #[ts(type = "number | null")]
    pub ask_every_ms: Option<i64>,
    /// Callbacks are registered and listened to.
    pub callbacks: bool,
    /// A person's check found nothing: a person's word may be offered.
    pub checked_nothing: bool,
    /// Who settled it.
    #[ts(type = "\"query\" | \"callback\" | \"slip\" | \"person\" | null")]
    pub confirmed_by: Option<&'static str>,
    /// Cash that was handed over.
    pub tendered: Option<String>,
    /// Cash that went back.
    pub change: Option<String>,
    /// Terms of an invoice that is paid with a coin.
    pub quote: Option<Quote>,
}

/// Terms of an invoice that is paid with a coin, fixed when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Quote {
    /// Coin.
    pub coin: String,
    /// Network.
    pub network: String,
    /// What the invoice asks for.
    pub invoiced: String,
    /// In which currency.
    pub currency: String,
    /// Baht for one unit of it, when it is not baht.
    pub rate: Option<String>,
    /// Where the rate comes from.
    pub source: String,
    /// When it was taken.
    pub at: String,
}

/// What the customer must do.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Instruction {
    /// Text to show as a QR.
    QrText {
        /// The text.
        text: String,
        /// The same, drawn.
        qr: Option<Qr>,
    },
    /// The provider's own picture.
    QrImage {
        /// PNG, base64.
        png_base64: String,
        /// What it says, where it could be decoded.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        text: Option<String>,
        /// The same, drawn sharply, where it could be decoded.
        qr: Option<Qr>,
    },
    /// A bank account to transfer to.
    BankAccount {
        /// Bank.
        bank_code: String,
        /// Account.
        number: String,
        /// Holder.
        name: String,
    },
    /// A crypto address.
    CryptoAddress {
        /// Address.
        address: String,
        /// Exact amount.
        amount: String,
        /// Coin.
        coin: String,
        /// Network.
        network: String,
        /// PNG of the address, base64.
        qr_png_base64: String,
        /// The same, drawn sharply.
        qr: Option<Qr>,
    },
    /// A page to open.
    Redirect {
        /// Address.
        url: String,
        /// The same as a QR.
        qr: Option<Qr>,
    },
}

/// A QR as one SVG path in module units, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Qr {
    /// Modules along one side.
    #[ts(type = "number")]
    pub size: usize,
    /// `d` of the dark modules.
    pub path: String,
}

/// Money given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Refund {
    /// Our id.
    pub refund_id: String,
    /// How much.
    pub amount: String,
    /// How.
    #[ts(type = "\"void\" | \"refund\" | \"transfer\"")]
    pub kind: &'static str,
    /// Where it stands.
    #[ts(type = "\"requested\" | \"done\" | \"failed\" | \"unknown\"")]
    pub state: &'static str,
    /// The provider's reference, or the transfer's.
    pub provider_ref: Option<String>,
    /// Why.
    pub reason: &'static str,
}

/// One method and who may serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MethodInfo {
    /// Which.
    #[ts(type = "Method")]
    pub method: &'static str,
    /// In the owner's order.
    pub providers: Vec<ProviderInfo>,
    /// At least one can be asked.
    pub available: bool,
    /// Why not.
    #[ts(type = "\"not_set_up\" | \"misconfigured\" | null")]
    pub reason: Option<&'static str>,
}

/// One enabled provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ProviderInfo {
    /// Which.
    #[ts(type = "Provider")]
    pub id: &'static str,
    /// Smallest amount.
    pub min: String,
    /// Largest amount.
    pub max: String,
    /// How the outcome is learnt.
    #[ts(type = "Tracking[]")]
    pub tracking: Vec<&'static str>,
    /// Can be cancelled there.
    pub cancel: bool,
    /// Can return money.
    pub refund: bool,
    /// How it is doing.
    #[ts(type = "\"ok\" | \"slow\" | \"down\" | \"misconfigured\" | \"unknown\"")]
    pub health: &'static str,
    /// Age of its last answer in milliseconds.
    #[ts(type = "number | null")]
    pub answered_ms_ago: Option<i64>,
    /// The setting to look at.
    pub setting: Option<String>,
    /// Real money.
    pub live: bool,
    /// Coins customers can pay with, the usual one first.
    pub assets: Vec<Asset>,
    /// Its balance can be asked for.
    pub balance: bool,
    /// It has a list to reconcile with.
    pub statement: bool,
}

/// A coin on a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Asset {
    /// Coin.
    pub coin: String,
    /// Network.
    pub network: String,
}

/// What the window needs to know of the till.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TillState {
    /// Shop.
    pub shop_name: String,
    /// Branch.
    pub branch: String,
    /// Language of the shop.
    #[ts(type = "\"th\" | \"en\"")]
    pub language: &'static str,
    /// Era of dates.
    #[ts(type = "\"ce\" | \"be\"")]
    pub era: &'static str,
    /// Nothing here is real.
    pub training: bool,
    /// Which money the keys move.
    #[ts(type = "\"training\" | \"test\" | \"live\"")]
    pub mode: &'static str,
    /// Prefix of order numbers.
    pub counter: String,
    /// Who stands at the till.
    pub cashier: Option<String>,
    /// People who may confirm by hand.
    pub confirmers: Vec<String>,
    /// The word that makes the paid signal hard to imitate.
    pub shift_word: String,
    /// All methods of the till.
    pub methods: Vec<MethodInfo>,
    /// What to select at first.
    #[ts(type = "Method")]
    pub default_method: &'static str,
    /// Providers can reach us.
    pub callbacks_on: bool,
    /// Now.
    pub now: String,
    /// No provider can be reached from this machine.
    pub offline: bool,
    /// Milliseconds this machine's clock is behind the providers' (ahead when negative), when that is worth a warning.
    #[ts(type = "number | null")]
    pub clock_behind_ms: Option<i64>,
    /// The bill to come back to.
    pub current: Option<Order>,
    /// `current` was running when this process started.
    pub restored: bool,
    /// Newest first.
    pub recent: Vec<Order>,
    /// Bills still running.
    #[ts(type = "number")]
    pub waiting: usize,
    /// Slips can be verified.
    pub slips_on: bool,
    /// Slips that wait for their bank.
    #[ts(type = "number")]
    pub slips_waiting: usize,
    /// Few slip checks are left this month, or none.
    #[ts(type = "\"low\" | \"used_up\" | null")]
    pub slip_quota: Option<&'static str>,
    /// Minutes without a key or touch after which the window locks; 0 means never.
    pub idle_lock_minutes: u32,
    /// The open shift of this counter.
    pub shift: Option<ShiftLine>,
    /// Changes that no shift has gone through yet.
    pub announcements: Vec<Announcement>,
    /// A printer is set up.
    pub printer_on: bool,
    /// Who stands at the till, and what they may do.
    pub session: Session,
}

/// A list of orders.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Orders {
    /// Newest first.
    pub orders: Vec<Order>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Checked {
    /// The order now.
    pub order: Order,
    /// Something changed.
    pub news: bool,
    /// What was found.
    #[ts(
        type = "\"paid\" | \"nothing_yet\" | \"no_answer\" | \"asked_for_callback\" | \"cannot_ask\" | \"ended\""
    )]
    pub code: &'static str,
}

/// Nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// What every provider can do.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Providers {
    /// In the order of product.md.
    pub providers: Vec<ProviderLine>,
}

/// A day against the lists of providers.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Reconcile {
    /// One for each provider with a list.
    pub providers: Vec<Reconciled>,
}

/// Names a provider.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProviderRequest {
    /// Its word.
    pub provider: String,
}

/// Signs a person in.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Who.
    pub user: String,
    /// Their PIN.
    pub pin: String,
}

/// Holds a day against the lists.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ReconcileRequest {
    /// Business day, `YYYY-MM-DD`.
    pub date: String,
    /// Only this provider.
    #[ts(optional)]
    pub provider: Option<String>,
}

/// Slips.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Slips {
    /// Newest first.
    pub slips: Vec<Slip>,
}

/// A slip to verify: exactly one of its picture, the text of its code, or its address.
#[derive(Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct SlipRequest {
    /// Its picture, a file as base64.
    #[ts(optional)]
    pub picture_base64: Option<String>,
    /// The text of its code, from a scanner.
    #[ts(optional)]
    pub text: Option<String>,
    /// Where its picture lies.
    #[ts(optional)]
    pub url: Option<String>,
    /// Number or id of the order it is shown for; found by amount, receiver and time when left out.
    #[ts(optional)]
    pub order: Option<String>,
    /// A permitted person accepts it all the same.
    #[ts(optional)]
    pub approval: Option<SlipApproval>,
}

/// Who accepts a slip although its time or its receiver's name is in question.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SlipApproval {
    /// Who, a manager or higher.
    pub user: String,
    /// Their PIN.
    pub pin: String,
    /// Why.
    pub reason: String,
}

/// Opens a sale.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChargeRequest {
    /// As typed.
    pub amount: String,
    /// What the cashier picked.
    #[ts(type = "Method")]
    pub method: String,
    /// A provider by name.
    #[ts(type = "Provider | null", optional)]
    pub provider: Option<String>,
    /// Free text.
    #[ts(optional)]
    pub note: Option<String>,
    /// Coin, for crypto.
    #[ts(optional)]
    pub coin: Option<String>,
    /// Network, for crypto.
    #[ts(optional)]
    pub network: Option<String>,
    /// What was handed over, for cash; the exact sum when left out.
    #[ts(optional)]
    pub tendered: Option<String>,
}

/// Names an order, by id or number.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// Id or number.
    pub order: String,
}

/// Asks for the newest orders.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RecentRequest {
    /// At most so many.
    #[ts(type = "number")]
    pub limit: usize,
}

/// Tries again.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RetryRequest {
    /// Id or number.
    pub order: String,
    /// What the cashier picked.
    #[ts(type = "Method")]
    pub method: String,
    /// A provider by name.
    #[ts(type = "Provider | null", optional)]
    pub provider: Option<String>,
    /// Coin, for crypto.
    #[ts(optional)]
    pub coin: Option<String>,
    /// Network, for crypto.
    #[ts(optional)]
    pub network: Option<String>,
    /// What was handed over, for cash; the exact sum when left out.
    #[ts(optional)]
    pub tendered: Option<String>,
}

/// A person's word.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Id or number.
    pub order: String,
    /// Why.
    #[ts(type = "ConfirmReason")]
    pub reason: String,
    /// Free text.
    #[ts(optional)]
    pub note: Option<String>,
}

/// What the training panel's customer shows.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TrainingSlipRequest {
    /// For which attempt.
    pub attempt_id: Option<String>,
    /// Which slip.
    #[ts(type = "TrainingSlipStory")]
    pub story: String,
}

/// What the customer holds up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TrainingSlip {
    /// What its code says.
    pub text: String,
    /// Its picture, a PNG as base64: nothing but the code.
    pub picture_base64: String,
}

/// What the training panel's customer does.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TrainingRequest {
    /// On which attempt.
    pub attempt_id: Option<String>,
    /// What.
    #[ts(type = "TrainingAct")]
    pub act: String,
}
