//! The port of the ledger: intentions, not tables.
//!
//! The ledger stores what the domain decided and decides nothing itself. Two writers notice each other by the
//! order's version; uniqueness of numbers, references and evidence does the idempotency.

use async_trait::async_trait;
use keptang_domain::day::{Cell, Proof};
use keptang_domain::order::{Change, Flag, Order, OrderEvent, OrderState, Quote};
use keptang_domain::role::Role;
use keptang_domain::{AttemptId, BusinessDay, CallbackToken, Money, OrderId, ProviderId, SlipId, Timestamp};

/// The ledger.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Stores a new order and gives it the next number of its counter: three events in one transaction (opened,
    /// first attempt opened, submission started), because all three must be on disk before a provider hears of the
    /// sale and one flush is enough for them. The attempt gets a watch, claimed as `new.claim` says.
    async fn open_order(&self, new: NewOrder) -> Result<Order, LedgerError>;

    /// Stores changes of one order, each built on the one before it, all or nothing. An attempt they open gets a
    /// watch due at once, held by `claim_new` so that no other process asks the provider while this one is about to.
    ///
    /// # Errors
    /// [`LedgerError::VersionMoved`] when somebody else wrote first: load and decide again.
    /// [`LedgerError::EvidenceUsed`] when another order already holds the evidence.
    /// [`LedgerError::DocumentNumberUsed`] when the number or the place in its series was given meanwhile.
    async fn commit(&self, changes: Vec<Change>, claim_new: Option<NewClaim>) -> Result<(), LedgerError>;

    /// One order.
    async fn load(&self, key: OrderKey) -> Result<Order, LedgerError>;

    /// Orders, newest first.
    async fn list(&self, filter: OrderFilter) -> Result<Vec<Order>, LedgerError>;

    /// Ids of orders changed after the event with this sequence number, and the newest sequence number. This is how
    /// processes on one ledger hear of each other.
    async fn changed_since(&self, sequence: i64) -> Result<(i64, Vec<OrderId>), LedgerError>;

    /// Claims up to `limit` watches that are due at `now` and free, for `lease_ms`.
    async fn claim_due(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError>;

    /// Claims the watch of one attempt, due or not. `Ok(None)` when another worker holds it.
    async fn claim_one(
        &self,
        attempt: AttemptId,
        worker: WorkerId,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claim>, LedgerError>;

    /// Gives a claimed watch back with what was learnt. Does nothing when the claim was lost meanwhile.
    async fn release(&self, claim: &Claim, schedule: Schedule) -> Result<(), LedgerError>;

    /// Makes a watch due at `at` unless it is due sooner.
    async fn wake(&self, attempt: AttemptId, at: Timestamp) -> Result<(), LedgerError>;

    /// Makes every watch due at `at` unless it is due sooner, and lets no claim run longer than `lease_ms` from then:
    /// for a clock that was set back, by which everything would be due far in the future.
    async fn wake_all(&self, at: Timestamp, lease_ms: i64) -> Result<(), LedgerError>;

    /// The earliest moment at which a watch becomes due or a claim on one runs out.
    async fn next_due(&self) -> Result<Option<Timestamp>, LedgerError>;

    /// What is known about following this attempt; `None` once nothing is followed.
    async fn watch(&self, attempt: AttemptId) -> Result<Option<Watch>, LedgerError>;

    /// Frees everything a worker holds, because its process is known to be gone.
    async fn break_claims(&self, worker: WorkerId) -> Result<(), LedgerError>;

    /// Everything that happened to an order, oldest first, with the sequence number of each event.
    async fn history(&self, order: OrderId) -> Result<Vec<PastEvent>, LedgerError>;

    /// Proves the ledger: hash chain, rebuilt orders, balances.
    async fn verify(&self) -> Result<VerifyReport, LedgerError>;

    /// People, by name.
    async fn people(&self) -> Result<Vec<Person>, LedgerError>;

    /// Stores a person, new or changed, with a line in the audit trail.
    async fn put_person(&self, person: Person, by: Option<String>, at: Timestamp) -> Result<(), LedgerError>;

    /// Which order holds evidence of this list (`Evidence::book`) and key, and since when.
    async fn evidence_holder(
        &self,
        book: &str,
        key: &str,
    ) -> Result<Option<(OrderId, Timestamp)>, LedgerError>;

    /// Stores a slip that was shown, new or changed, and lets go of a claim on it.
    async fn put_slip(&self, slip: SlipRecord) -> Result<(), LedgerError>;

    /// Slips, newest first.
    async fn slips(&self, filter: SlipFilter) -> Result<Vec<SlipRecord>, LedgerError>;

    /// Claims up to `limit` slips that are due to be asked about at `now` and free, for `lease_ms`. Each is given back
    /// by [`Ledger::put_slip`].
    async fn claim_slips(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: usize,
    ) -> Result<Vec<SlipRecord>, LedgerError>;

    /// Lines of the audit trail with one of these words, oldest first, and the number of the newest line of all.
    async fn trail(&self, what: &[&str]) -> Result<(i64, Vec<AuditLine>), LedgerError>;

    /// Adds a line to the audit trail. With `after`, only when line `after` still is the newest of all, so that a
    /// decision made by reading the trail cannot be made twice.
    ///
    /// # Errors
    /// [`LedgerError::VersionMoved`] when it is not: read and decide again.
    async fn note(&self, line: AuditLine, after: Option<i64>) -> Result<(), LedgerError>;

    /// Lines of the audit trail, with their numbers.
    async fn trail_lines(&self, filter: TrailFilter) -> Result<Vec<(i64, AuditLine)>, LedgerError>;

    /// Money that moved, as cells grouped by provider, cashier, hour and proof, in that order. Each event counts on the
    /// business day it was stored on, by the cut-off of that time, so that no later setting moves past money.
    async fn takings(&self, filter: TakingsFilter) -> Result<Vec<Cell>, LedgerError>;

    /// What a business day did beside its money.
    async fn day_facts(&self, day: BusinessDay) -> Result<DayFacts, LedgerError>;

    /// Milliseconds from opening to first paid in full of each order of a business day, with the provider of its last
    /// paid attempt, in any order.
    async fn times_to_paid(&self, day: BusinessDay) -> Result<Vec<(ProviderId, i64)>, LedgerError>;

    /// Number of the newest order event; 0 in an empty ledger. A shift and a Z are ranges of these.
    async fn head(&self) -> Result<i64, LedgerError>;

    /// The last running number given in a series of documents; 0 when none was.
    async fn last_document(&self, series: &str) -> Result<u64, LedgerError>;
}

/// Which money to count. Everything given must hold; nothing given means everything ever.
#[derive(Debug, Clone, Default)]
pub struct TakingsFilter {
    /// Moved on one of these business days, both included.
    pub days: Option<(BusinessDay, BusinessDay)>,
    /// Moved by an event after the first number, up to and including the second.
    pub events: Option<(i64, i64)>,
    /// Moved for an order of this counter.
    pub counter: Option<String>,
}

/// What a business day did beside its money: of the orders that belong to it, as they stand now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayFacts {
    /// Orders of the day.
    pub opened: u64,
    /// Of these, settled or completed.
    pub paid: u64,
    /// Of these, called off or wholly returned.
    pub voided: u64,
    /// Of these, still open or due.
    pub open: u64,
    /// From opening to first paid in full, in milliseconds: the middle of all that ever were.
    pub median_to_paid_ms: Option<i64>,
    /// Their attempts, by provider, in the order of [`ProviderId::ALL`].
    pub attempts: Vec<AttemptFacts>,
}

impl DayFacts {
    /// The middle of these times; of two in the middle, the mean rounded down.
    pub fn median(mut times_ms: Vec<i64>) -> Option<i64> {
        times_ms.sort_unstable();
        let upper = *times_ms.get(times_ms.len() / 2)?;
        if times_ms.len() % 2 == 1 {
            return Some(upper);
        }
        let lower = times_ms[times_ms.len() / 2 - 1];
        Some(lower.midpoint(upper))
    }
}

/// What became of a day's attempts at one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFacts {
    /// Whose.
    pub provider: ProviderId,
    /// All of them.
    pub opened: u64,
    /// The money is there.
    pub paid: u64,
    /// The provider said no, or nothing was ever created.
    pub failed: u64,
    /// The time ran out.
    pub expired: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// None of these yet.
    pub running: u64,
}

/// Which lines of the audit trail. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct TrailFilter {
    /// With one of these words; empty means any.
    pub what: Vec<String>,
    /// About exactly this.
    pub subject: Option<String>,
    /// By exactly this person.
    pub by: Option<String>,
    /// Written from the first moment on and before the second.
    pub during: Option<(Timestamp, Timestamp)>,
    /// With a number greater than this.
    pub after: Option<i64>,
    /// With a number less than this.
    pub before: Option<i64>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// At most so many; 0 means 1000.
    pub limit: usize,
}

impl TrailFilter {
    /// Lines when the caller does not say how many.
    pub const PAGE: usize = 1_000;
}

/// Money that moved for an order: how a figure of a report opens the orders behind it. Everything given must hold of
/// one and the same event.
#[derive(Debug, Clone)]
pub struct Moved {
    /// On one of these business days, both included.
    pub days: (BusinessDay, BusinessDay),
    /// At one of these providers; at any when there is none.
    pub providers: Vec<ProviderId>,
    /// For an order of this cashier, or (`Some(None)`) of nobody known.
    pub cashier: Option<Option<String>>,
    /// In this hour of the day in Bangkok.
    pub hour: Option<u8>,
    /// Resting on this.
    pub proof: Option<Proof>,
    /// Of this kind.
    pub what: Option<MovedWhat>,
}

/// A kind of money: the columns of [`Cell`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovedWhat {
    /// It came in.
    Received,
    /// A gateway added or took satang.
    Adjustment,
    /// It came for a sale that was called off.
    Suspense,
    /// It went back.
    Refund,
    /// The provider kept it.
    Fee,
}

/// A slip that was shown, and what came of it. Outside the hash chain: what it paid is an event of its order, this is
/// the proof beside it and the queue of those that wait.
#[derive(Clone, PartialEq, Eq)]
pub struct SlipRecord {
    /// Ours.
    pub id: SlipId,
    /// When it was first shown.
    pub presented_at: Timestamp,
    /// Who stood at the till.
    pub by: Option<String>,
    /// The order it was shown for, when one was named.
    pub wanted: Option<OrderId>,
    /// The order it paid.
    pub order: Option<OrderId>,
    /// What its code said.
    pub code: Option<String>,
    /// The transfer's name, `<sending bank>:<reference>`, when known.
    pub reference: Option<String>,
    /// Its picture.
    pub picture: Option<SlipPicture>,
    /// Where its picture lies, when a link was shown.
    pub url: Option<String>,
    /// When it is asked about again; `None` once nothing more is asked.
    pub next_at: Option<Timestamp>,
    /// Word of the verdict so far.
    pub verdict: String,
    /// How often the same answer came in a row.
    pub times: u32,
    /// Word of that answer, while there are no facts.
    pub failure: Option<String>,
    /// What was found, as a JSON object for people; no whole account number in it.
    pub detail: String,
}

/// The picture of a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipPicture {
    /// Name of its file beside the ledger; `None` once it was wiped.
    pub file: Option<String>,
    /// SHA-256 of it, which stays.
    pub sha256: String,
}

/// Leaves out the code and the details, which name people.
impl std::fmt::Debug for SlipRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SlipRecord")
            .field("id", &self.id)
            .field("verdict", &self.verdict)
            .field("next_at", &self.next_at)
            .finish_non_exhaustive()
    }
}

/// Which slips to list. Everything given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlipFilter {
    /// This one.
    pub id: Option<SlipId>,
    /// Still to be asked about, or (`false`) done with.
    pub waiting: Option<bool>,
    /// Shown for this order, or paid it.
    pub order: Option<OrderId>,
    /// Shown before this moment, and its picture is still kept.
    pub with_picture_before: Option<Timestamp>,
    /// Shown from the first moment on and before the second.
    pub shown: Option<(Timestamp, Timestamp)>,
    /// At most so many; 0 means the ledger's own page size.
    pub limit: usize,
}

/// One line of the audit trail: who did what to whom. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// When.
    pub at: Timestamp,
    /// Who, when known.
    pub by: Option<String>,
    /// Word of what was done: `payout_requested`.
    pub what: String,
    /// To whom or what.
    pub subject: String,
    /// Facts, as a JSON object.
    pub detail: String,
}

/// One stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEvent {
    /// Place in the whole ledger.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: OrderEvent,
}

/// A new sale, to be stored at once.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Our id.
    pub id: OrderId,
    /// Prefix of the number: the counter's letter.
    pub counter: String,
    /// What is owed.
    pub amount_due: Money,
    /// Free text.
    pub note: Option<String>,
    /// Who stands at the till.
    pub cashier: Option<String>,
    /// The day it belongs to.
    pub business_day: BusinessDay,
    /// Now.
    pub at: Timestamp,
    /// The first attempt.
    pub attempt: AttemptId,
    /// Who serves it.
    pub provider: ProviderId,
    /// Secret part of its callback address.
    pub token: CallbackToken,
    /// What an invoice paid with a coin says.
    pub quote: Option<Quote>,
    /// Who is about to ask the provider.
    pub claim: NewClaim,
}

/// Who holds the watch of a new attempt from its first moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewClaim {
    /// Who.
    pub worker: WorkerId,
    /// For how long, in milliseconds.
    pub lease_ms: i64,
}

/// How to name an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderKey {
    /// By id.
    Id(OrderId),
    /// By the number people see.
    Number(String),
    /// By one of its attempts.
    Attempt(AttemptId),
    /// By a provider's reference.
    ProviderRef(ProviderId, String),
    /// By the secret part of an attempt's callback address.
    Token(ProviderId, CallbackToken),
}

/// Which orders to list. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Of this business day.
    pub day: Option<BusinessDay>,
    /// In this state.
    pub state: Option<OrderState>,
    /// Of these business days, both included.
    pub days: Option<(BusinessDay, BusinessDay)>,
    /// With an attempt that has not ended, or (`false`) without one.
    pub running: Option<bool>,
    /// With a flag, or (`false`) without any.
    pub flagged: Option<bool>,
    /// With this flag.
    pub flag: Option<Flag>,
    /// With an attempt at this provider.
    pub provider: Option<ProviderId>,
    /// Of exactly this cashier.
    pub cashier: Option<String>,
    /// Whose amount due is between these, both included.
    pub amount: Option<(Money, Money)>,
    /// For which money moved like this.
    pub moved: Option<Moved>,
    /// Whose number, note, cashier, references (of attempts, refunds and slips), payers' names, receipts or credit notes
    /// contain this text whatever its case, or whose amount it is. A text of one or two characters is found only as the
    /// whole amount, the whole cashier, or the counted part of the number.
    pub search: Option<String>,
    /// Older than the order with this number.
    pub before_number: Option<String>,
    /// At most so many; 0 means the ledger's own page size.
    pub limit: usize,
}

/// A process that follows attempts, random per start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkerId(pub u128);

/// The right to ask a provider about one attempt, until it runs out.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Which attempt.
    pub attempt: AttemptId,
    /// Of which order.
    pub order: OrderId,
    /// Who holds it.
    pub worker: WorkerId,
    /// When it runs out.
    pub until: Timestamp,
    /// What is known so far.
    pub watch: Watch,
}

/// How an attempt is followed. Kept outside the hash chain: it says nothing about money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// When it is next due.
    pub next_at: Timestamp,
    /// When the provider was last asked.
    pub asked_at: Option<Timestamp>,
    /// When the provider last answered in a way we understood.
    pub answered_at: Option<Timestamp>,
    /// Questions since the last news.
    pub looks: u32,
    /// When a person's "check now" found nothing.
    pub nothing_found_at: Option<Timestamp>,
}

/// What to do with a watch that is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Nothing more to follow.
    Done,
    /// Follow on, with these facts.
    Again(Watch),
}

/// What is wrong with the ledger, said as what the caller may do next.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else wrote this order first: load and decide again.
    #[error("the order was changed by someone else meanwhile")]
    VersionMoved,
    /// Another order already holds this evidence.
    #[error("the payment already belongs to another order")]
    EvidenceUsed {
        /// Which.
        order: OrderId,
    },
    /// Another attempt already holds this provider reference.
    #[error("the provider's reference already belongs to another attempt")]
    ReferenceUsed,
    /// The receipt number was given meanwhile: read the last number and try again.
    #[error("the document's number was given to another one")]
    DocumentNumberUsed,
    /// No such thing.
    #[error("not in the ledger")]
    NotFound,
    /// The file or server cannot be used now: disk full, locked, gone.
    #[error("the ledger cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file was written by a newer version of the till.
    #[error("the ledger was written by a newer version of the till")]
    TooNew,
    /// What is stored makes no sense; the text names the row.
    #[error("the ledger is damaged at {at}")]
    Corrupt {
        /// Table and row.
        at: String,
    },
}

/// What a proof of the ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Events read.
    pub events: u64,
    /// Orders rebuilt.
    pub orders: u64,
    /// The first thing that is wrong: table, row, and what.
    pub first_fault: Option<String>,
}

/// Someone who works at the till.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Unique name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Argon2id hash of the PIN, in PHC form.
    pub pin_hash: String,
    /// No longer works here.
    pub disabled: bool,
    /// Wrong PINs in a row.
    pub wrong_pins: u32,
    /// No PIN is taken before this moment.
    pub locked_until: Option<Timestamp>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
