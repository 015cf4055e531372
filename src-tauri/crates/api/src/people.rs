//! People and their PINs.
//!
//! A PIN is four to twelve digits: short enough for a counter, so wrong tries are counted on disk and slowed down,
//! and only an Argon2id hash is stored.

use crate::error::{ApiError, ErrorCode};
use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use keptang_domain::Timestamp;
use keptang_ports::{Clock, Ledger, Person, Role};

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

/// Hashes a PIN.
pub(crate) fn hash_pin(pin: &str) -> Result<String, PersonError> {
    if !(4..=12).contains(&pin.len()) || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PersonError::PinShape);
    }
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default()
        .hash_password(pin.as_bytes(), &salt)
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

fn matches(person: &Person, pin: &str) -> bool {
    PasswordHash::new(&person.pin_hash)
        .is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
}

/// Lets a person act when name, PIN and role fit.
///
/// # Errors
/// `forbidden` for an unknown or disabled person or too low a role, `pin_wrong` with the tries left, `pin_locked`
/// with the seconds to wait. A locked person's PIN is not even looked at.
pub(crate) async fn approve(
    ledger: &dyn Ledger,
    clock: &dyn Clock,
    name: &str,
    pin: &str,
    at_least: Role,
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
    let pin = pin.to_owned();
    let (person, right) = tokio::task::spawn_blocking(move || {
        // Argon2 takes tens of milliseconds of pure computing.
        let right = matches(&person, &pin);
        (person, right)
    })
    .await
    .map_err(|_| ApiError::new(ErrorCode::Internal))?;
    if !right {
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
    if person.role < at_least {
        return Err(ApiError::new(ErrorCode::Forbidden)
            .with("user", name)
            .with("role", at_least.word()));
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
        assert!(hash_pin("1234").is_ok());
        for bad in ["", "123", "12a4", "1234567890123", "๑๒๓๔", " 1234"] {
            assert_eq!(hash_pin(bad), Err(PersonError::PinShape), "{bad}");
        }
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
