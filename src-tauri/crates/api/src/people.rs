//! People and their PINs.
//!
//! A PIN is four to twelve digits: short enough for a counter, so wrong tries are counted on disk and slowed down,
//! and only an Argon2id hash is stored.

use crate::error::{ApiError, ErrorCode};
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, KeyId, Params, ParamsBuilder, Version};
use keptang_domain::Timestamp;
use keptang_domain::role::Right;
use keptang_ports::{Clock, Ledger, Person};

/// Wrong PINs in a row before a pause begins.
const FREE_TRIES: u32 = 3;
/// The first pause; each further wrong PIN doubles it.
const FIRST_PAUSE_MS: i64 = 30_000;
const LONGEST_PAUSE_MS: i64 = 15 * 60_000;

/// Why a person could not be added or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// Not four to twelve digits.
    #[error("a PIN is 4 to 12 digits")]
    PinShape,
    /// Empty, too long, or with characters that cannot be shown on one line.
    #[error("a name is 1 to 40 visible characters")]
    NameShape,
    /// Somebody has this name.
    #[error("there is already someone with this name")]
    NameTaken,
    /// Nobody has this name.
    #[error("there is nobody with this name")]
    NoSuchPerson,
    /// The shop would have no owner left.
    #[error("the shop needs at least one owner who is not disabled")]
    LastOwner,
    /// The computer has no secure random numbers or memory for the hash.
    #[error("the PIN could not be hashed")]
    Hash,
}

/// A secret of this machine that goes into every hash and lies outside the ledger: whoever takes the ledger's file
/// alone cannot try out the few PINs there are (RFC 9106, section 3.1, the secret value K).
#[derive(Clone)]
pub(crate) struct Pepper(Vec<u8>);

impl Pepper {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_owned())
    }

    /// For taking it out of what leaves the till.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn hasher(&self, params: Params) -> Result<Argon2<'_>, PersonError> {
        Argon2::new_with_secret(&self.0, Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|_| PersonError::Hash)
    }
}

/// Stands in a hash that was made with the pepper.
const PEPPERED: &[u8] = b"pepper1";

fn params() -> Result<Params, PersonError> {
    let key = KeyId::new(PEPPERED).map_err(|_| PersonError::Hash)?;
    ParamsBuilder::new()
        .keyid(key)
        .build()
        .map_err(|_| PersonError::Hash)
}

/// Checks the shape of a PIN.
pub(crate) fn check_pin(pin: &str) -> Result<(), PersonError> {
    if (4..=12).contains(&pin.len()) && pin.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(PersonError::PinShape)
    }
}

/// Hashes a PIN.
pub(crate) fn hash_pin(pepper: &Pepper, pin: &str) -> Result<String, PersonError> {
    check_pin(pin)?;
    let params = params()?;
    let salt = SaltString::generate(&mut OsRng);
    let hash = pepper
        .hasher(params.clone())?
        .hash_password_customized(
            pin.as_bytes(),
            Some(Algorithm::Argon2id.ident()),
            Some(Version::V0x13.into()),
            params,
            &salt,
        )
        .map_err(|_| PersonError::Hash)?;
    Ok(hash.to_string())
}

/// Checks the shape of a name.
pub(crate) fn check_name(name: &str) -> Result<(), PersonError> {
    let visible = !name.trim().is_empty() && name.chars().all(|c| !c.is_control());
    if visible && name.chars().count() <= 40 && name.trim() == name {
        Ok(())
    } else {
        Err(PersonError::NameShape)
    }
}

fn pause_ms(wrong_pins: u32) -> Option<i64> {
    let over = wrong_pins.checked_sub(FREE_TRIES)?;
    Some(
        FIRST_PAUSE_MS
            .saturating_mul(1_i64 << over.min(10))
            .min(LONGEST_PAUSE_MS),
    )
}

/// Hashes made before there was a pepper say so by not naming it.
fn matches(pepper: &Pepper, person: &Person, pin: &str) -> bool {
    let Ok(hash) = PasswordHash::new(&person.pin_hash) else {
        return false;
    };
    let hasher = if is_peppered(&hash) {
        pepper.hasher(Params::default())
    } else {
        Ok(Argon2::default())
    };
    hasher.is_ok_and(|hasher| hasher.verify_password(pin.as_bytes(), &hash).is_ok())
}

fn is_peppered(hash: &PasswordHash<'_>) -> bool {
    Params::try_from(hash).is_ok_and(|params| params.keyid() == PEPPERED)
}

/// Lets a person act when name, PIN and role fit.
///
/// # Errors
/// `forbidden` for an unknown or disabled person or a role without the right, `pin_wrong` with the tries left,
/// `pin_locked` with the seconds to wait. A locked person's PIN is not even looked at.
pub(crate) async fn approve(
    ledger: &dyn Ledger,
    clock: &dyn Clock,
    pepper: &Pepper,
    name: &str,
    pin: &str,
    right: Right,
) -> Result<Person, ApiError> {
    let now = clock.now();
    let people = ledger.people().await?;
    let Some(person) = people
        .into_iter()
        .find(|person| person.name == name && !person.disabled)
    else {
        return Err(ApiError::new(ErrorCode::Forbidden).with("user", name));
    };
    if let Some(seconds) = locked_for_s(&person, now) {
        return Err(ApiError::new(ErrorCode::PinLocked).with("seconds", seconds));
    }
    let (pin, pepper) = (pin.to_owned(), pepper.clone());
    let (person, fits) = tokio::task::spawn_blocking(move || {
        // Argon2 takes tens of milliseconds of pure computing.
        let fits = matches(&pepper, &person, &pin);
        (person, fits)
    })
    .await
    .map_err(|_| ApiError::new(ErrorCode::Internal))?;
    if !fits {
        let wrong_pins = person.wrong_pins.saturating_add(1);
        let pause = pause_ms(wrong_pins);
        let locked_until = pause.map(|pause| now.plus_ms(pause));
        ledger
            .put_person(
                Person {
                    wrong_pins,
                    locked_until,
                    ..person
                },
                None,
                now,
            )
            .await?;
        return Err(match pause {
            Some(pause) => ApiError::new(ErrorCode::PinLocked).with("seconds", pause / 1_000),
            None => ApiError::new(ErrorCode::PinWrong).with("tries_left", FREE_TRIES - wrong_pins),
        });
    }
    if !person.role.may(right) {
        return Err(ApiError::new(ErrorCode::Forbidden)
            .with("user", name)
            .with("right", right.word()));
    }
    if person.wrong_pins > 0 {
        let cleared = Person {
            wrong_pins: 0,
            locked_until: None,
            ..person.clone()
        };
        ledger.put_person(cleared, None, now).await?;
    }
    Ok(person)
}

fn locked_for_s(person: &Person, now: Timestamp) -> Option<i64> {
    let left_ms = person.locked_until?.ms_since(now);
    (left_ms > 0).then_some((left_ms + 999) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_have_one_shape() {
        let pepper = Pepper::new(b"of this machine");
        assert!(hash_pin(&pepper, "1234").is_ok());
        for bad in ["", "123", "12a4", "1234567890123", "๑๒๓๔", " 1234"] {
            assert_eq!(hash_pin(&pepper, bad), Err(PersonError::PinShape), "{bad}");
        }
    }

    #[test]
    fn a_hash_is_worth_nothing_on_another_machine() {
        let (here, elsewhere) = (Pepper::new(b"of this machine"), Pepper::new(b"of another"));
        let person = |pin_hash: String| Person {
            name: "แพรว".to_owned(),
            role: keptang_domain::role::Role::Cashier,
            pin_hash,
            disabled: false,
            wrong_pins: 0,
            locked_until: None,
        };
        let made = person(hash_pin(&here, "1234").expect("four digits"));
        assert!(matches(&here, &made, "1234"));
        assert!(!matches(&here, &made, "1235"));
        assert!(!matches(&elsewhere, &made, "1234"));
        // One from before there was a pepper.
        let salt = SaltString::generate(&mut OsRng);
        let old = Argon2::default().hash_password(b"1234", &salt).expect("hashes");
        assert!(matches(&here, &person(old.to_string()), "1234"));
    }

    #[test]
    fn names_are_one_visible_line() {
        for good in ["แพรว", "Owner 2", "a"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        let long = "x".repeat(41);
        for bad in ["", " ", "a\nb", " a", long.as_str()] {
            assert_eq!(check_name(bad), Err(PersonError::NameShape), "{bad}");
        }
    }

    #[test]
    fn the_pause_grows_and_ends() {
        let pauses: Vec<Option<i64>> = (0..7).map(pause_ms).collect();
        assert_eq!(
            pauses,
            [
                None,
                None,
                None,
                Some(30_000),
                Some(60_000),
                Some(120_000),
                Some(240_000)
            ]
        );
        assert_eq!(pause_ms(40), Some(LONGEST_PAUSE_MS));
    }
}
