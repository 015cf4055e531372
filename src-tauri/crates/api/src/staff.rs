//! The people of a shop, for the window: who they are, adding one, changing one, and the journal of what they did.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::headless::UserError;
use crate::people::PersonError;
use crate::session::Who;
use crate::view::moment;
use keptang_domain::role::{Right, Role};
use keptang_ports::{Person, TrailFilter};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Lines of the journal that one answer holds.
const JOURNAL_PAGE: usize = 100;

/// A person, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PersonLine {
    /// Unique.
    pub name: String,
    /// What they are.
    #[ts(type = "Role")]
    pub role: &'static str,
    /// No longer works here.
    pub disabled: bool,
    /// Seconds until a PIN is taken again, after wrong ones.
    #[ts(type = "number | null")]
    pub locked_for_s: Option<i64>,
}

/// Everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct People {
    /// By name.
    pub people: Vec<PersonLine>,
}

/// Adds a person.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonAddRequest {
    /// Unique.
    pub name: String,
    /// What they are.
    #[ts(type = "Role")]
    pub role: String,
    /// Four to twelve digits.
    pub pin: String,
}

/// Changes a person; what is left out stays.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PersonChangeRequest {
    /// Whom.
    pub name: String,
    /// What they are from now on.
    #[ts(type = "Role", optional)]
    pub role: Option<String>,
    /// A new PIN.
    #[ts(optional)]
    pub pin: Option<String>,
    /// Whether they no longer work here.
    #[ts(optional)]
    pub disabled: Option<bool>,
}

/// Gives oneself a new PIN; the old one stands in `as`.
#[derive(Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PinChangeRequest {
    /// Four to twelve digits.
    pub pin: String,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct JournalLine {
    /// Its place.
    #[ts(type = "number")]
    pub number: i64,
    /// When.
    pub at: String,
    /// Who, when known.
    pub by: Option<String>,
    /// Word of what was done.
    pub what: String,
    /// To whom or what.
    pub subject: String,
    /// Facts, before and after.
    #[ts(type = "Record<string, unknown>")]
    pub facts: serde_json::Value,
}

/// A page of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Journal {
    /// Newest first.
    pub lines: Vec<JournalLine>,
    /// There are older ones.
    pub more: bool,
}

/// Asks for the journal.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct JournalRequest {
    /// Older than this line.
    #[ts(type = "number", optional)]
    pub before: Option<i64>,
    /// Only this word.
    #[ts(optional)]
    pub what: Option<String>,
}

fn refused(error: UserError) -> ApiError {
    let why = match error {
        UserError::Ledger(error) => return error.into(),
        UserError::Person(PersonError::Hash) => return ApiError::new(ErrorCode::Internal),
        UserError::Person(PersonError::NoSuchPerson) => return ApiError::new(ErrorCode::NotFound),
        UserError::Person(PersonError::PinShape) => "pin_shape",
        UserError::Person(PersonError::NameShape) => "name_shape",
        UserError::Person(PersonError::NameTaken) => "name_taken",
        UserError::Person(PersonError::LastOwner) => "last_owner",
    };
    ApiError::new(ErrorCode::PersonRefused).with("why", why)
}

fn role(word: &str) -> Result<Role, ApiError> {
    word.parse()
        .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("word", word))
}

pub(crate) async fn people_list(app: &App, _: Who, _: crate::dto::Nothing) -> Result<People, ApiError> {
    let now = app.till().now();
    let people = app.till().ledger().people().await?;
    Ok(People {
        people: people.iter().map(|person| line(person, now)).collect(),
    })
}

fn line(person: &Person, now: keptang_domain::Timestamp) -> PersonLine {
    let left_ms = person.locked_until.map_or(0, |until| until.ms_since(now));
    PersonLine {
        name: person.name.clone(),
        role: person.role.word(),
        disabled: person.disabled,
        locked_for_s: (left_ms > 0).then_some((left_ms + 999) / 1_000),
    }
}

/// The first person of a shop has nobody who could vouch for them and has to be an owner; everyone later is added by
/// one.
pub(crate) async fn person_add(
    app: &App,
    who: Who,
    request: PersonAddRequest,
) -> Result<PersonLine, ApiError> {
    let role = role(&request.role)?;
    let is_first = !app.session().await?.has_people;
    if is_first && role != Role::Owner {
        return Err(ApiError::new(ErrorCode::PersonRefused).with("why", "owner_first"));
    }
    if !is_first && !who.vouches(Right::Own) {
        return Err(ApiError::new(ErrorCode::ApprovalNeeded).with("right", Right::Own.word()));
    }
    app.add_user(&request.name, role, &request.pin, who.name())
        .await
        .map_err(refused)?;
    if is_first {
        // Whoever sets a shop up goes on working in it.
        app.sign_in(&request.name, &request.pin).await?;
    }
    person(app, &request.name).await
}

pub(crate) async fn person_change(
    app: &App,
    who: Who,
    request: PersonChangeRequest,
) -> Result<PersonLine, ApiError> {
    let by = Some(who.named()?);
    if let Some(word) = &request.role {
        app.set_role(&request.name, role(word)?, by.clone())
            .await
            .map_err(refused)?;
    }
    if let Some(pin) = &request.pin {
        app.set_pin(&request.name, pin, by.clone())
            .await
            .map_err(refused)?;
    }
    match request.disabled {
        Some(true) => app.disable_user(&request.name, by).await.map_err(refused)?,
        Some(false) => app.enable_user(&request.name, by).await.map_err(refused)?,
        None => {}
    }
    person(app, &request.name).await
}

/// Anyone may give themselves a new PIN, with the old one.
pub(crate) async fn pin_change(
    app: &App,
    who: Who,
    request: PinChangeRequest,
) -> Result<PersonLine, ApiError> {
    let name = who.named()?;
    app.set_pin(&name, &request.pin, Some(name.clone()))
        .await
        .map_err(refused)?;
    person(app, &name).await
}

async fn person(app: &App, name: &str) -> Result<PersonLine, ApiError> {
    let people = app.till().ledger().people().await?;
    let found = people.iter().find(|person| person.name == name);
    let found = found.ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    Ok(line(found, app.till().now()))
}

pub(crate) async fn audit_list(app: &App, _: Who, request: JournalRequest) -> Result<Journal, ApiError> {
    let filter = TrailFilter {
        what: request.what.into_iter().collect(),
        before: request.before,
        newest_first: true,
        limit: JOURNAL_PAGE + 1,
        ..TrailFilter::default()
    };
    let mut lines = app.till().ledger().trail_lines(filter).await?;
    let more = lines.len() > JOURNAL_PAGE;
    lines.truncate(JOURNAL_PAGE);
    let lines = lines.into_iter().map(|(number, line)| JournalLine {
        number,
        at: moment(line.at),
        by: line.by,
        what: line.what,
        subject: line.subject,
        facts: serde_json::from_str(&line.detail).unwrap_or_default(),
    });
    Ok(Journal {
        lines: lines.collect(),
        more,
    })
}
