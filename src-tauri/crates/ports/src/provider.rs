//! The port of payment providers: one required act (create) and capabilities that exist or do not.

use crate::notice::{NoticeAnswer, RawNotice};
use async_trait::async_trait;
use keptang_domain::order::{Evidence, Instruction, Quote, Reason, RefundKind, Unshowable};
use keptang_domain::{AttemptId, Money, ProviderId, RefundId, Timestamp, Tracking};

/// A payment provider.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// The stable word used in ledger rows and fixtures.
    fn id(&self) -> ProviderId;

    /// What it can do and within which limits.
    fn profile(&self) -> &ProviderProfile;

    /// Coins customers can pay with, the usual one first; nothing where payments are in baht.
    fn assets(&self) -> Vec<Asset>;

    /// What an invoice over `amount` would say, for a provider whose customers pay with a coin; `None` for the others.
    /// Asked before the attempt is stored, so that the terms are on disk before the provider hears of them.
    ///
    /// # Errors
    /// [`ProviderError::Misconfigured`] with the setting that is wrong; [`ProviderError::Refused`] for an amount or a
    /// coin that cannot be invoiced.
    fn quote(
        &self,
        amount: Money,
        asset: Option<&Asset>,
        now: Timestamp,
    ) -> Result<Option<Quote>, ProviderError>;

    /// How far the provider's clock is ahead of this machine's in milliseconds, by its latest answer; `None` while it
    /// has not said.
    fn clock_ahead_ms(&self) -> Option<i64>;

    /// Asks for a payment. The attempt is on disk before this is called, and its id is our reference.
    ///
    /// # Errors
    /// The kind of [`ProviderError`] says whether something may exist at the provider now.
    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError>;

    /// Asking what became of a payment.
    fn status(&self) -> Option<&dyn StatusQuery>;

    /// Finding a payment by our own reference after its answer was lost.
    fn lookup(&self) -> Option<&dyn Lookup>;

    /// Reading its callbacks.
    fn notices(&self) -> Option<&dyn NoticeReader>;

    /// Cancelling.
    fn cancel(&self) -> Option<&dyn Cancel>;

    /// Giving money back.
    fn refunds(&self) -> Option<&dyn Refunds>;

    /// Asking the provider to send a callback again, where it cannot be asked itself.
    fn resend(&self) -> Option<&dyn Resend>;

    /// Listing what the provider knows, for reconciliation.
    fn statement(&self) -> Option<&dyn Statement>;

    /// Balance and withdrawal. Owner only (product.md §4); whoever calls this has checked that.
    fn payouts(&self) -> Option<&dyn Payouts>;

    /// Tries the connection and names the fault.
    async fn test(&self) -> TestReport;
}

/// What a provider can do and within which limits. Data, so that the screen can grey out and say why.
#[derive(Debug, Clone)]
pub struct ProviderProfile {
    /// Smallest amount it takes.
    pub min: Money,
    /// Largest amount it takes.
    pub max: Money,
    /// How the till learns the outcome.
    pub tracking: Vec<Tracking>,
    /// Longest time the till itself lets a QR of this provider stand, in milliseconds.
    pub own_life_ms: Option<i64>,
    /// Most requests per second, over all attempts of this shop.
    pub requests_per_second: u32,
    /// Real money (`true`) or the provider's test mode (`false`).
    pub live: bool,
    /// What is wrong with its settings, when that is known without asking: nothing is sent then.
    pub fault: Option<Fault>,
}

/// A setting that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Closed list of cli.md, `provider_test`.
    pub code: &'static str,
    /// The setting or secret to look at.
    pub setting: String,
    /// What happened and what to do, in Thai.
    pub message_th: String,
    /// What happened and what to do, in English.
    pub message_en: String,
}

/// What a connection test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Nothing is wrong when `None`.
    pub fault: Option<Fault>,
    /// One sentence on what was proven, in Thai; used when nothing is wrong.
    pub message_th: String,
    /// The same in English.
    pub message_en: String,
}

/// A request for payment.
#[derive(Debug, Clone)]
pub struct CreatePayment {
    /// Our reference.
    pub attempt: AttemptId,
    /// Number of the sale, for people.
    pub order_number: String,
    /// What is asked.
    pub amount: Money,
    /// Where the provider may call back; absent when callbacks are off.
    pub callback_url: Option<String>,
    /// The terms that were stored, for a payment with a coin.
    pub quote: Option<Quote>,
}

/// A coin on a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// `USDT`.
    pub coin: String,
    /// `TRX-TRC20`.
    pub network: String,
}

/// A payment the provider accepted.
#[derive(Debug, Clone)]
pub struct Created {
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What the provider wants paid.
    pub payable: Money,
    /// What to show; pictures are as they came and not checked yet.
    pub offer: Result<Instruction, Unshowable>,
    /// Life of the payment from now on, in milliseconds, taken from the difference of the provider's own times so
    /// that a wrong clock on this machine does not matter.
    pub lifetime_ms: Option<i64>,
    /// The provider's answer as it may be kept.
    pub said: Option<Said>,
}

/// What a provider said, as JSON: word for word, but for secrets, names, accounts and pictures, which are covered.
/// Evidence for the owner; no rule reads it.
pub type Said = String;

/// A payment the till knows.
#[derive(Debug, Clone)]
pub struct PaymentRef {
    /// Our reference.
    pub attempt: AttemptId,
    /// Number of the sale.
    pub order_number: String,
    /// The provider's reference.
    pub provider_ref: String,
    /// What the provider should report as paid.
    pub payable: Money,
    /// The terms that were stored, for a payment with a coin.
    pub quote: Option<Quote>,
}

/// A payment whose answer was lost.
#[derive(Debug, Clone)]
pub struct LostPayment {
    /// Our reference.
    pub attempt: AttemptId,
    /// Number of the sale.
    pub order_number: String,
    /// What was asked.
    pub amount: Money,
    /// When the request left, by our clock.
    pub submitted_at: Timestamp,
    /// The terms that were stored, for a payment with a coin.
    pub quote: Option<Quote>,
}

/// A lost payment that exists after all.
#[derive(Debug, Clone)]
pub struct Found {
    /// What the create answer would have said.
    pub created: Created,
    /// Where it stands now.
    pub report: Report,
}

/// What the provider says about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The provider's reference.
    pub provider_ref: String,
    /// What it means.
    pub verdict: Verdict,
    /// The provider's answer as it may be kept.
    pub said: Option<Said>,
}

/// What an answer means. A word we do not know is never success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet.
    Pending,
    /// Someone says money moved; not proven.
    Seen,
    /// Part of it arrived; the customer may still send the rest.
    Short(Evidence),
    /// Part of it arrived, and the provider waits for no more.
    ShortForGood(Evidence),
    /// It arrived: right order, amount, currency, mode and receiver.
    Paid(Evidence),
    /// It failed.
    Declined(Reason),
    /// Its time is over, or it was cancelled.
    Lapsed,
    /// The provider holds it.
    Held,
    /// A word we do not know.
    Unrecognised(String),
    /// It claims success, but the amount, currency, mode or reference is not ours; the word says which.
    Contradiction(&'static str),
}

/// Asking what became of a payment.
#[async_trait]
pub trait StatusQuery: Send + Sync {
    /// One question. Safe to repeat.
    async fn query(&self, payment: &PaymentRef) -> Result<Report, ProviderError>;
}

/// Finding a payment by our own reference.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// `Ok(None)`: the provider does not know it (yet).
    async fn find(&self, lost: &LostPayment) -> Result<Option<Found>, ProviderError>;
}

/// Cancelling.
#[async_trait]
pub trait Cancel: Send + Sync {
    /// Asks the provider to let go of a payment. Safe to repeat.
    async fn cancel(&self, payment: &PaymentRef) -> Result<CancelOutcome, ProviderError>;
}

/// What came of a cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelOutcome {
    /// It can no longer be paid.
    Cancelled,
    /// It was not cancelled; this is where it stands.
    StandsAt(Report),
}

/// Asking for a callback again.
#[async_trait]
pub trait Resend: Send + Sync {
    /// Asks once. What the callback then says arrives through [`NoticeReader`]; the answer here tells nothing.
    async fn resend(&self, payment: &PaymentRef) -> Result<(), ProviderError>;
}

/// Listing what the provider knows.
#[async_trait]
pub trait Statement: Send + Sync {
    /// Everything created from `from` up to, not including, `to`, all pages of it. A provider that has no list but can
    /// be asked one by one answers about `known` only.
    async fn list(
        &self,
        from: Timestamp,
        to: Timestamp,
        known: &[PaymentRef],
    ) -> Result<Vec<StatementLine>, ProviderError>;
}

/// One payment as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The provider's reference.
    pub provider_ref: String,
    /// Our reference, when the provider kept it.
    pub our_ref: Option<AttemptId>,
    /// When it was created, by the provider's clock, when told.
    pub created_at: Option<Timestamp>,
    /// What was to be paid, in baht; `None` when it is kept in another currency.
    pub amount: Option<Money>,
    /// Whether the provider has it as paid.
    pub paid: bool,
    /// The provider's own word, for people.
    pub word: String,
}

/// Balance and withdrawal.
#[async_trait]
pub trait Payouts: Send + Sync {
    /// What the provider holds for the shop.
    async fn balance(&self) -> Result<Balance, ProviderError>;

    /// Banks it can pay out to.
    async fn banks(&self) -> Result<Vec<Bank>, ProviderError>;

    /// Looks whether a withdrawal under our reference exists; `Ok(None)` when the provider does not know it.
    async fn find(&self, our_ref: RefundId, amount: Money) -> Result<Option<Withdrawn>, ProviderError>;

    /// Asks for a withdrawal, once. After [`ProviderError::OutcomeUnknown`] it must never be asked again under
    /// another reference before a person has looked.
    async fn withdraw(&self, request: &WithdrawRequest) -> Result<Withdrawn, ProviderError>;
}

/// What the provider holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// How much.
    pub available: Money,
    /// The provider's word for the currency.
    pub currency: String,
}

/// A bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bank {
    /// The provider's code.
    pub code: String,
    /// English name.
    pub name: String,
    /// Thai name, when told.
    pub name_th: Option<String>,
    /// It can be used now.
    pub active: bool,
}

/// A withdrawal to make.
#[derive(Clone)]
pub struct WithdrawRequest {
    /// Our reference, stored before this is called.
    pub our_ref: RefundId,
    /// How much.
    pub amount: Money,
    /// Bank code of the registered account.
    pub bank_code: String,
    /// Its number; never printed.
    pub account_no: String,
    /// Its holder.
    pub account_name: String,
    /// Where the provider may call back.
    pub callback_url: Option<String>,
}

/// A withdrawal the provider took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The provider's reference.
    pub provider_ref: String,
    /// What it keeps.
    pub fee: Option<Money>,
    /// The provider's own word.
    pub word: String,
}

/// Giving money back.
#[async_trait]
pub trait Refunds: Send + Sync {
    /// Asks once. Never repeated before [`Refunds::find`] found nothing.
    async fn refund(&self, request: &RefundRequest) -> Result<Refunded, ProviderError>;

    /// Looks whether a refund whose answer was lost exists.
    async fn find(&self, request: &RefundRequest) -> Result<Option<Refunded>, ProviderError>;

    /// How a payment of `paid_at` would go back at `now` by the provider's rules, without asking; `None` once only a
    /// transfer is left. For people who decide: the provider's own word counts when it is done.
    fn way_back(&self, paid_at: Timestamp, now: Timestamp) -> Option<WayBack>;
}

/// How money would go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayBack {
    /// The whole of it; a part is always a refund.
    pub kind: RefundKind,
    /// The moment after which it goes back another way.
    pub until: Option<Timestamp>,
}

/// A refund to make.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    /// Our id.
    pub refund: RefundId,
    /// Whose money.
    pub payment: PaymentRef,
    /// How much.
    pub amount: Money,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// A refund that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refunded {
    /// Refund or void.
    pub kind: RefundKind,
    /// The provider's reference.
    pub provider_ref: String,
}

/// Reading callbacks: verifying and parsing are one step, so that there is no way to hold an unverified claim.
pub trait NoticeReader: Send + Sync {
    /// The address is one for the whole account (`true`) or one for each attempt (`false`).
    fn account_wide(&self) -> bool;

    /// Reads one callback at the time `now`.
    fn read(&self, notice: &RawNotice, now: Timestamp) -> Result<Notice, NoticeError>;

    /// The answer the provider expects for what became of it.
    fn answer(&self, outcome: NoticeOutcome) -> NoticeAnswer;
}

/// A callback whose authenticity was checked as far as the provider allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Our reference, when the callback carries it. Only a hint where the provider can be asked.
    pub our_ref: Option<AttemptId>,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// What it claims.
    pub verdict: Verdict,
    /// How far it may be believed.
    pub strength: Strength,
    /// The callback as it may be kept.
    pub said: Option<Said>,
}

/// How far a callback may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Signed; a query confirms it before anything settles, where the provider has one.
    Signed,
    /// It came to an address nobody else knows, and everything in it matches.
    SecretPath,
    /// Anyone could have sent it.
    Weak,
}

/// Why a callback is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// The signature is missing, wrong or too old.
    #[error("the signature is missing, wrong or too old")]
    BadSignature,
    /// It is not what the provider sends.
    #[error("the body is not what this provider sends")]
    Unreadable,
    /// It is about something that is no payment.
    #[error("the callback is not about a payment")]
    NotAPayment,
}

/// What became of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// On disk, or nothing to store.
    Stored,
    /// Not believed.
    BadSignature,
    /// Not understood.
    Unreadable,
    /// No such address.
    UnknownAddress,
    /// Could not be stored; the provider should send it again.
    NotStored,
}

/// What went wrong, said as what the caller may do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider refused: nothing exists there.
    #[error("the provider refused the request ({code})")]
    Refused {
        /// The provider's own word, for support.
        code: String,
    },
    /// A setting or secret is wrong: stop and say which.
    #[error("a setting is wrong: {}", .0.setting)]
    Misconfigured(Box<Fault>),
    /// The request never left this machine: safe to repeat.
    #[error("the request could not be sent")]
    NotSent,
    /// Something may exist there now: ask or wait, never send the same request again.
    #[error("the answer was lost")]
    OutcomeUnknown,
    /// Slow down.
    #[error("the provider asked to slow down")]
    Throttled {
        /// How long, in milliseconds, when the provider said so.
        after_ms: Option<i64>,
    },
    /// The provider has trouble of its own; what was asked changed nothing and may be asked again.
    #[error("the provider is not answering properly")]
    Unavailable,
    /// The provider does not know the payment, or not in this mode.
    #[error("the provider does not know this payment")]
    NotFound,
}
