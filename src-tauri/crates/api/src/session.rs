//! Who acts, and whether they may: the one gate every command of the window passes (product.md §4, Roles).
//!
//! A person signs in once and works; what only a higher role may do is approved in place with `as`, for that one action.
//! The person is read from the ledger every time, so somebody who was disabled a moment ago is out at once.

use crate::app::App;
use crate::commands::Needs;
use crate::error::{ApiError, ErrorCode};
use crate::people;
use keptang_domain::role::Right;
use keptang_ports::Person;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Mutex;
use ts_rs::TS;

/// Name and PIN that come with one request.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct As {
    user: String,
    pin: String,
}

impl As {
    /// Takes the approval out of a request, so that the command's own type never sees a PIN it has no use for.
    ///
    /// # Errors
    /// `bad_request` when it is there and has another shape.
    pub(crate) fn taken_from(request: &mut Value) -> Result<Option<Self>, ApiError> {
        let Some(given) = request.as_object_mut().and_then(|fields| fields.remove("as")) else {
            return Ok(None);
        };
        serde_json::from_value(given)
            .map(Some)
            .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("argument", "as"))
    }
}

/// The person behind a command; nobody in a shop without people, or for what anyone may do.
#[derive(Clone, Default)]
pub(crate) struct Who {
    person: Option<Person>,
    /// They gave their PIN for this one action.
    gave_pin: bool,
}

impl Who {
    fn seated(person: Option<Person>) -> Self {
        Self {
            person,
            gave_pin: false,
        }
    }

    /// Their name, for the ledger.
    pub(crate) fn name(&self) -> Option<String> {
        self.person.as_ref().map(|person| person.name.clone())
    }

    /// Whether they have this right and gave their PIN just for this.
    pub(crate) fn vouches(&self, right: Right) -> bool {
        self.gave_pin && self.may(right)
    }

    /// Their name, where the gate let only a known person through.
    ///
    /// # Errors
    /// `forbidden` when there is nobody: a command that asks for this is behind a right that a shop without people
    /// cannot give.
    pub(crate) fn named(&self) -> Result<String, ApiError> {
        self.name().ok_or_else(|| ApiError::new(ErrorCode::Forbidden))
    }

    /// Whether they are known to have this right. Nobody has none.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.person.as_ref().is_some_and(|person| person.role.may(right))
    }
}

/// The name of whoever is signed in at this window.
#[derive(Default)]
pub(crate) struct Chair(Mutex<Option<String>>);

impl Chair {
    fn name(&self) -> Option<String> {
        self.0
            .lock()
            .expect("nobody panics while holding the chair")
            .clone()
    }

    fn seat(&self, name: Option<String>) {
        *self.0.lock().expect("nobody panics while holding the chair") = name;
    }
}

/// Who stands at the till, as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Session {
    /// Name of the person signed in.
    pub person: Option<String>,
    /// What they are.
    #[ts(type = "Role | null")]
    pub role: Option<&'static str>,
    /// There are people and none of them is signed in.
    pub locked: bool,
    /// The shop has people; without any, a first owner is to be added.
    pub has_people: bool,
    /// What can be done without a PIN now.
    #[ts(type = "Right[]")]
    pub rights: Vec<&'static str>,
    /// Who may sign in or approve.
    pub who: Vec<Known>,
}

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Known {
    /// Unique.
    pub name: String,
    /// What they are.
    #[ts(type = "Role")]
    pub role: &'static str,
}

/// What anyone may do while a shop has no people: sell, look and try everything out, but decide nothing.
const OPEN_TO_ALL: [Right; 3] = [Right::Look, Right::Take, Right::Review];

impl App {
    async fn workers(&self) -> Result<Vec<Person>, ApiError> {
        let people = self.till().ledger().people().await?;
        Ok(people.into_iter().filter(|person| !person.disabled).collect())
    }

    /// The gate. `given` is the approval that came with the request.
    ///
    /// # Errors
    /// `forbidden` outside training for what belongs to training, or when the named person may not; `pin_wrong`,
    /// `pin_locked`; `no_people` when there is nobody who could; `locked` when nobody is signed in; `approval_needed`
    /// when the person who is may not, or a PIN is asked for every time.
    pub(crate) async fn admit(&self, needs: Needs, given: Option<As>) -> Result<Who, ApiError> {
        let (right, pin_each_time) = match needs {
            Needs::Training if !self.is_training() => return Err(ApiError::new(ErrorCode::Forbidden)),
            Needs::Nobody | Needs::Training => (Right::Look, false),
            Needs::Right(right) => (right, false),
            Needs::Pin(right) => (right, true),
        };
        if let Some(As { user, pin }) = given {
            return Ok(Who {
                person: Some(self.approve(&user, &pin, right).await?),
                gave_pin: true,
            });
        }
        let people = self.workers().await?;
        if matches!(needs, Needs::Nobody | Needs::Training) {
            return Ok(Who::seated(self.seated(&people)));
        }
        if people.is_empty() {
            return if OPEN_TO_ALL.contains(&right) && !pin_each_time {
                Ok(Who::default())
            } else {
                Err(ApiError::new(ErrorCode::NoPeople).with("right", right.word()))
            };
        }
        match self.seated(&people) {
            None => Err(ApiError::new(ErrorCode::Locked).with("right", right.word())),
            Some(person) if person.role.may(right) && !pin_each_time => Ok(Who::seated(Some(person))),
            Some(_) => Err(ApiError::new(ErrorCode::ApprovalNeeded).with("right", right.word())),
        }
    }

    fn seated(&self, people: &[Person]) -> Option<Person> {
        let name = self.chair().name()?;
        people.iter().find(|person| person.name == name).cloned()
    }

    /// Nobody is signed in although there are people.
    pub(crate) async fn is_locked(&self) -> Result<bool, ApiError> {
        let people = self.workers().await?;
        Ok(!people.is_empty() && self.seated(&people).is_none())
    }

    /// Who stands at the till.
    pub(crate) async fn session(&self) -> Result<Session, ApiError> {
        let people = self.workers().await?;
        let seated = self.seated(&people);
        let rights = match &seated {
            Some(person) => Right::ALL
                .iter()
                .copied()
                .filter(|right| person.role.may(*right))
                .collect(),
            None if people.is_empty() => OPEN_TO_ALL.to_vec(),
            None => Vec::new(),
        };
        Ok(Session {
            person: seated.as_ref().map(|person| person.name.clone()),
            role: seated.as_ref().map(|person| person.role.word()),
            locked: seated.is_none() && !people.is_empty(),
            has_people: !people.is_empty(),
            rights: rights.into_iter().map(Right::word).collect(),
            who: people
                .into_iter()
                .map(|person| Known {
                    name: person.name,
                    role: person.role.word(),
                })
                .collect(),
        })
    }

    /// Seats a person whose PIN is right, whatever their role.
    pub(crate) async fn sign_in(&self, user: &str, pin: &str) -> Result<Session, ApiError> {
        let person = self.approve(user, pin, Right::Look).await?;
        self.chair().seat(Some(person.name));
        self.session().await
    }

    /// Nobody stands at the till any more. In a shop without people this changes nothing.
    pub(crate) async fn lock(&self) -> Result<Session, ApiError> {
        self.chair().seat(None);
        self.session().await
    }

    /// Lets a person act when name, PIN and role fit.
    ///
    /// # Errors
    /// `forbidden` for an unknown or disabled person or a role without the right, `pin_wrong`, `pin_locked`.
    pub async fn approve(&self, name: &str, pin: &str, right: Right) -> Result<Person, ApiError> {
        people::approve(
            self.till().ledger(),
            self.clock(),
            self.pepper(),
            name,
            pin,
            right,
        )
        .await
    }
}
