//! What was shown, to what its code says.

use keptang_domain::slip::judge::{BadFile, Flaw, Unreadable};
use keptang_domain::slip::{Judgement, SlipCode, mini_qr};
use keptang_qr::{DecodeError, DecodeLimits, Hint, ReadError, SlipLimits};
use std::time::Duration;
use tokio::time::Instant;

/// What the customer showed.
#[derive(Clone)]
pub enum Shown {
    /// A picture, as a file.
    Picture(Vec<u8>),
    /// The text of its code, from a scanner.
    Text(String),
    /// Where its picture lies.
    Link(String),
}

/// EasySlip takes no larger ones (easyslip.md, section 2), and no phone makes them of a slip.
const PICTURE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A customer waits while a picture is searched.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What can be said before anybody is asked.
pub(super) enum Read {
    /// A code, and whether the picture may say more than it.
    Code(SlipCode),
    /// A picture in which no code was found here, and why as far as that can be seen; whoever is asked may see more.
    NoCode(Option<Flaw>),
    /// A link: there is nothing to read here.
    Link,
    /// The end: it is no slip, or cannot be read.
    End(Judgement),
}

/// Reads what was shown, on this machine.
pub(super) async fn read(shown: &Shown) -> Read {
    match shown {
        Shown::Text(text) => Read::Code(mini_qr::read(text)),
        Shown::Link(_) => Read::Link,
        Shown::Picture(bytes) if bytes.len() > PICTURE_BYTES_MAX => unreadable(BadFile::TooLarge),
        Shown::Picture(bytes) => {
            let bytes = bytes.clone();
            // Searching a picture is pure computing, too long for the runtime's own threads.
            let found = tokio::task::spawn_blocking(move || codes_in(&bytes)).await;
            found.unwrap_or(unreadable(BadFile::Broken))
        }
    }
}

const fn unreadable(file: BadFile) -> Read {
    Read::End(Judgement::Damaged(Unreadable::File(file)))
}

fn codes_in(bytes: &[u8]) -> Read {
    let until = Instant::now() + PATIENCE;
    let limits = SlipLimits {
        decode: DecodeLimits::default(),
        may_go_on: &|| Instant::now() < until,
    };
    match keptang_qr::read_slip(bytes, &limits, |text| rank(&mini_qr::read(text)) == 0) {
        Ok(found) => {
            let codes = found.into_iter().map(|found| mini_qr::read(&found.text));
            // A slip may carry a second code, such as the receiver's.
            codes.min_by_key(rank).map_or(Read::NoCode(None), Read::Code)
        }
        Err(ReadError::NoQr { hint }) => Read::NoCode(flaw(hint)),
        Err(ReadError::Picture(error)) => unreadable(match error {
            DecodeError::TooLarge { .. } | DecodeError::Bomb { .. } => BadFile::TooLarge,
            DecodeError::UnsupportedFormat { found } => BadFile::OtherFormat(found),
            DecodeError::NotAnImage => BadFile::NotAPicture,
            DecodeError::Broken { .. } => BadFile::Broken,
        }),
    }
}

const fn flaw(hint: Hint) -> Option<Flaw> {
    match hint {
        Hint::TooDark => Some(Flaw::Dark),
        Hint::TooBlurry => Some(Flaw::Blurred),
        Hint::TooSmall => Some(Flaw::Small),
        Hint::CutOff => Some(Flaw::CutOff),
        Hint::Covered => Some(Flaw::Covered),
        Hint::NothingLikeQr => None,
    }
}

/// How much a code tells: 0 is a slip's.
const fn rank(code: &SlipCode) -> u8 {
    match code {
        SlipCode::Bank(_) | SlipCode::TrueMoney(_) => 0,
        SlipCode::Damaged(_) => 1,
        SlipCode::PaymentQr => 2,
        SlipCode::NotASlip(_) => 3,
    }
}
