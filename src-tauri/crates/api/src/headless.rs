//! The same till for the command line: what cli.md asks for beyond the window's commands, as typed functions.

use crate::app::App;
use crate::dto::{Attempt, Order};
use crate::error::{ApiError, ErrorCode, word};
use crate::handlers;
use crate::people::{self, PersonError};
use keptang_checkout::{Charge, CheckOutcome, ConfirmError, Particulars, RefundError, RefundOrder};
use keptang_domain::money::parse_amount;
use keptang_domain::order::{OrderState, RefundReason, RefundState};
use keptang_domain::{BusinessDay, Method, ProviderId, RefundId};
use keptang_ports::{LedgerError, OrderFilter, Person, Role, VerifyReport};
use serde::Serialize;

/// What `charge` opens.
#[derive(Debug, Clone)]
pub struct ChargeWish {
    /// As typed.
    pub amount: String,
    /// Method word.
    pub method: &'static str,
    /// Provider word.
    pub provider: Option<String>,
    /// Free text.
    pub note: Option<String>,
    /// Who stands at the till.
    pub cashier: Option<String>,
    /// Coin, network, cash.
    pub particulars: ParticularsWish,
}

/// What some methods need besides, as typed.
#[derive(Debug, Clone, Default)]
pub struct ParticularsWish {
    /// `--coin`.
    pub coin: Option<String>,
    /// `--network`.
    pub network: Option<String>,
    /// `--tendered`.
    pub tendered: Option<String>,
}

impl ParticularsWish {
    fn read(self, method: Method) -> Result<Particulars, ApiError> {
        handlers::particulars(method, self.coin, self.network, self.tendered.as_deref())
    }
}

/// What `order list` shows; every field narrows.
#[derive(Debug, Clone, Default)]
pub struct ListWish {
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Order state word.
    pub status: Option<String>,
    /// Text.
    pub search: Option<String>,
    /// At most so many.
    pub limit: usize,
    /// Number of the order to go on after.
    pub after: Option<String>,
}

/// What `order refund` asks for.
#[derive(Debug, Clone)]
pub struct RefundWish {
    /// Number or id.
    pub order: String,
    /// As typed.
    pub amount: Option<String>,
    /// Reason word.
    pub reason: String,
    /// Who.
    pub by: String,
    /// Reference of a transfer that was already made.
    pub by_transfer: Option<String>,
    /// Which payment, by its attempt's id.
    pub attempt: Option<String>,
}

/// How a refund ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundEnd {
    /// The money went back.
    Done,
    /// It did not.
    Failed,
    /// Not known yet.
    Unknown,
}

/// One line of `user list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserLine {
    /// Always `user`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Unique.
    pub name: String,
    /// Word.
    pub role: &'static str,
    /// No longer works here.
    pub disabled: bool,
}

impl App {
    /// Opens a sale.
    pub async fn open_charge(&self, wish: ChargeWish) -> Result<Order, ApiError> {
        let method = word::<Method>(wish.method)?;
        let charge = Charge {
            amount: parse_amount(&wish.amount)?,
            method,
            provider: wish.provider.as_deref().map(word::<ProviderId>).transpose()?,
            note: wish.note,
            cashier: wish.cashier,
            particulars: wish.particulars.read(method)?,
        };
        let opened = self.till().charge(charge).await;
        let order = opened.map_err(|error| self.not_opened(error))?;
        Ok(self.show(&order).await)
    }

    /// Opens another attempt.
    pub async fn retry(
        &self,
        order: &str,
        method: &str,
        provider: Option<&str>,
        particulars: ParticularsWish,
    ) -> Result<Order, ApiError> {
        let order = self.find(order).await?;
        let provider = provider.map(word::<ProviderId>).transpose()?;
        let method = word(method)?;
        let particulars = particulars.read(method)?;
        let opened = self.till().retry(order.id, method, provider, &particulars).await;
        let order = opened.map_err(|error| self.not_opened(error))?;
        Ok(self.show(&order).await)
    }

    /// One order.
    pub async fn order(&self, order: &str) -> Result<Order, ApiError> {
        let order = self.find(order).await?;
        Ok(self.show(&order).await)
    }

    /// Orders, newest first.
    pub async fn orders(&self, wish: ListWish) -> Result<Vec<Order>, ApiError> {
        let bad = |what: &'static str| ApiError::new(ErrorCode::BadRequest).with("argument", what);
        let filter = OrderFilter {
            day: wish
                .date
                .map(|date| date.parse::<BusinessDay>())
                .transpose()
                .map_err(|_| bad("date"))?,
            state: wish
                .status
                .map(|status| status.parse::<OrderState>())
                .transpose()
                .map_err(|_| bad("status"))?,
            running: None,
            search: wish.search,
            before_number: match wish.after {
                Some(after) => Some(self.find(&after).await?.opening.number),
                None => None,
            },
            limit: wish.limit,
            ..OrderFilter::default()
        };
        let mut shown = Vec::new();
        for order in self.till().ledger().list(filter).await? {
            shown.push(self.show(&order).await);
        }
        Ok(shown)
    }

    /// Asks the provider now. `true` with the order when it could not be asked, only told to call again, and the call
    /// is still to come.
    pub async fn check(&self, order: &str) -> Result<(Order, bool), ApiError> {
        let before = self.find(order).await?;
        let (order, outcome) = self.till().check(before.id).await?;
        let order = self.till().resolve_refunds(order.id).await?;
        let to_come = outcome != CheckOutcome::Paid
            && order.version == before.version
            && order
                .attempts
                .iter()
                .any(|attempt| self.can_only_be_called(attempt.provider));
        Ok((self.show(&order).await, to_come))
    }

    fn can_only_be_called(&self, provider: ProviderId) -> bool {
        let known = self.till().provider(provider);
        known.is_some_and(|known| known.status().is_none() && known.resend().is_some())
    }

    /// Asks for a cancel; the order may still be cancelling.
    pub async fn cancel(&self, order: &str, by: Option<String>) -> Result<Order, ApiError> {
        let order = self.find(order).await?;
        let order = self.till().cancel(order.id, by).await?;
        Ok(self.show(&order).await)
    }

    /// Takes a permitted person's word.
    pub async fn confirm(
        &self,
        order: &str,
        by: String,
        reason: &str,
        note: Option<String>,
    ) -> Result<Order, ApiError> {
        let order = self.find(order).await?;
        match self.till().confirm(order.id, by, word(reason)?, note).await {
            Ok(order) => Ok(self.show(&order).await),
            // Asking once more found the money: better news than a person's word.
            Err(ConfirmError::AlreadyPaid(order)) => Ok(self.show(&order).await),
            Err(other) => Err(other.into()),
        }
    }

    /// Gives money back.
    pub async fn refund(&self, wish: RefundWish) -> Result<(Order, RefundEnd), ApiError> {
        let order = self.find(&wish.order).await?;
        let unreadable = |_| ApiError::new(ErrorCode::BadRequest).with("argument", "attempt");
        let attempt = wish.attempt.map(|id| id.parse().map_err(unreadable));
        let refund = RefundOrder {
            order: order.id,
            amount: wish.amount.as_deref().map(parse_amount).transpose()?,
            reason: word::<RefundReason>(&wish.reason)?,
            by: wish.by,
            by_transfer: wish.by_transfer,
            attempt: attempt.transpose()?,
        };
        let by = Some(refund.by.clone());
        let (order, id) = self.till().refund(refund).await?;
        let end = refund_end(&order, id);
        let order = self.issue_credit_notes(order, by).await?;
        Ok((self.show(&order).await, end))
    }

    /// Proves the ledger.
    pub async fn verify_ledger(&self) -> Result<VerifyReport, ApiError> {
        Ok(self.till().ledger().verify().await?)
    }

    /// Everyone.
    pub async fn users(&self) -> Result<Vec<UserLine>, ApiError> {
        let people = self.till().ledger().people().await?;
        let line = |person: Person| UserLine {
            kind: "user",
            name: person.name,
            role: person.role.word(),
            disabled: person.disabled,
        };
        Ok(people.into_iter().map(line).collect())
    }

    /// Adds a person.
    pub async fn add_user(
        &self,
        name: &str,
        role: Role,
        pin: &str,
        by: Option<String>,
    ) -> Result<(), UserError> {
        people::check_name(name)?;
        let people = self.till().ledger().people().await?;
        if people.iter().any(|person| person.name == name) {
            return Err(PersonError::NameTaken.into());
        }
        let pin_hash = people::hash_pin(self.pepper(), pin)?;
        let person = Person {
            name: name.to_owned(),
            role,
            pin_hash,
            disabled: false,
            wrong_pins: 0,
            locked_until: None,
        };
        Ok(self
            .till()
            .ledger()
            .put_person(person, by, self.till().now())
            .await?)
    }

    /// Makes a person something else.
    pub async fn set_role(&self, name: &str, role: Role, by: Option<String>) -> Result<(), UserError> {
        let people = self.till().ledger().people().await?;
        let person = named(&people, name)?;
        if role != Role::Owner && is_last_owner(&people, &person) {
            return Err(PersonError::LastOwner.into());
        }
        let person = Person { role, ..person };
        Ok(self
            .till()
            .ledger()
            .put_person(person, by, self.till().now())
            .await?)
    }

    /// Someone works here again.
    pub async fn enable_user(&self, name: &str, by: Option<String>) -> Result<(), UserError> {
        let people = self.till().ledger().people().await?;
        let person = Person {
            disabled: false,
            ..named(&people, name)?
        };
        Ok(self
            .till()
            .ledger()
            .put_person(person, by, self.till().now())
            .await?)
    }

    /// Someone no longer works here.
    pub async fn disable_user(&self, name: &str, by: Option<String>) -> Result<(), UserError> {
        let people = self.till().ledger().people().await?;
        let person = named(&people, name)?;
        if is_last_owner(&people, &person) {
            return Err(PersonError::LastOwner.into());
        }
        let person = Person {
            disabled: true,
            ..person
        };
        Ok(self
            .till()
            .ledger()
            .put_person(person, by, self.till().now())
            .await?)
    }

    /// Gives a person a new PIN.
    pub async fn set_pin(&self, name: &str, pin: &str, by: Option<String>) -> Result<(), UserError> {
        let people = self.till().ledger().people().await?;
        let person = named(&people, name)?;
        let pin_hash = people::hash_pin(self.pepper(), pin)?;
        let person = Person {
            pin_hash,
            wrong_pins: 0,
            locked_until: None,
            ..person
        };
        Ok(self
            .till()
            .ledger()
            .put_person(person, by, self.till().now())
            .await?)
    }
}

fn named(people: &[Person], name: &str) -> Result<Person, PersonError> {
    people
        .iter()
        .find(|person| person.name == name)
        .cloned()
        .ok_or(PersonError::NoSuchPerson)
}

/// Without them nobody could sign a day or add a person.
fn is_last_owner(people: &[Person], person: &Person) -> bool {
    let mut others = people.iter().filter(|other| other.name != person.name);
    person.role == Role::Owner
        && !person.disabled
        && !others.any(|other| other.role == Role::Owner && !other.disabled)
}

/// Why a person was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The name or PIN.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

fn refund_end(order: &keptang_domain::order::Order, id: RefundId) -> RefundEnd {
    match order
        .refunds
        .iter()
        .find(|refund| refund.id == id)
        .map(|refund| refund.state)
    {
        Some(RefundState::Done) => RefundEnd::Done,
        Some(RefundState::Failed) => RefundEnd::Failed,
        Some(RefundState::Requested | RefundState::Unknown) | None => RefundEnd::Unknown,
    }
}

impl From<RefundError> for ApiError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::NothingToReturn => Self::new(ErrorCode::WrongState).with("state", "not_paid"),
            RefundError::OnlyByTransfer => Self::new(ErrorCode::WrongState).with("state", "only_by_transfer"),
            RefundError::Transition(keptang_domain::order::TransitionError::MoreThanReceived) => {
                Self::new(ErrorCode::WrongState).with("state", "more_than_received")
            }
            RefundError::Transition(error) => error.into(),
            RefundError::Ledger(error) => error.into(),
        }
    }
}

/// Whom to ask next when the newest attempt left nothing behind, as its method and provider.
pub fn next_provider(order: &Order) -> Option<(&'static str, &'static str)> {
    let newest = order.attempts.last()?;
    Some((newest.method, order.next_provider?))
}

/// Whether the attempt can still change without a person.
pub fn is_running(attempt: &Attempt) -> bool {
    !matches!(attempt.state, "paid" | "failed" | "expired" | "cancelled")
}

/// A QR as lines of block characters, two modules to a character cell in height, with its quiet zone. Dark on light,
/// whatever the terminal's colours.
pub fn terminal_qr(text: &str) -> Option<String> {
    const QUIET: usize = 2;
    let modules = keptang_qr::encode(text).ok()?;
    let side = modules.size + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let inside = |at: usize| (QUIET..QUIET + modules.size).contains(&at);
        inside(x) && inside(y) && modules.is_dark(x - QUIET, y - QUIET)
    };
    let mut drawn = String::new();
    for y in (0..side).step_by(2) {
        drawn.push_str("\u{1b}[30;107m");
        for x in 0..side {
            drawn.push(match (dark(x, y), dark(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawn.push_str("\u{1b}[0m\n");
    }
    Some(drawn)
}
