//! Looking at what a provider returned before a customer may see it.
//!
//! A QR that carries an amount is decoded again and compared; on a difference nothing is shown (product.md §2.3).

use keptang_domain::order::{AttemptEvent, Instruction, Unshowable};
use keptang_domain::{Money, Timestamp, promptpay};
use keptang_ports::{Created, ProviderProfile};

/// The event that an accepted payment gives: shown, or not and why.
pub(crate) async fn examine(
    created: Created,
    asked: Money,
    adjust_limit: Money,
    profile: &ProviderProfile,
    now: Timestamp,
) -> AttemptEvent {
    let Created {
        provider_ref,
        payable,
        offer,
        lifetime_ms,
    } = created;
    let deadline = shorter(lifetime_ms, profile.own_life_ms).map(|life_ms| now.plus_ms(life_ms));
    let adjusted_by = payable.checked_sub(asked).map_or(Money::LARGEST_SALE, Money::abs);
    let checked = match offer {
        Err(why) => Err(why),
        Ok(_) if adjusted_by > adjust_limit => Err(Unshowable::AdjustedTooMuch),
        Ok(instruction) => check(instruction, payable).await,
    };
    match checked {
        Ok(instruction) => AttemptEvent::Accepted {
            provider_ref,
            payable,
            instruction,
            deadline,
        },
        Err(why) => AttemptEvent::Unshowable {
            provider_ref,
            payable,
            why,
        },
    }
}

fn shorter(theirs: Option<i64>, ours: Option<i64>) -> Option<i64> {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => Some(theirs.min(ours)),
        (theirs, ours) => theirs.or(ours),
    }
}

async fn check(instruction: Instruction, payable: Money) -> Result<Instruction, Unshowable> {
    match instruction {
        Instruction::QrImage { png, .. } => {
            // Decoding a picture takes milliseconds of pure computing, too long for the runtime's own threads.
            let read = tokio::task::spawn_blocking(move || read_picture(&png)).await;
            let (png, texts) = read.ok().flatten().ok_or(Unshowable::QrUnavailable)?;
            if texts.iter().any(|text| !says(text, payable)) {
                return Err(Unshowable::QrMismatch);
            }
            // Several codes in one picture: no single text stands for it.
            let text = if texts.len() == 1 {
                texts.into_iter().next()
            } else {
                None
            };
            Ok(Instruction::QrImage { png, text })
        }
        Instruction::QrText { text } => {
            if says(&text, payable) {
                Ok(Instruction::QrText { text })
            } else {
                Err(Unshowable::QrMismatch)
            }
        }
        other => Ok(other),
    }
}

fn read_picture(bytes: &[u8]) -> Option<(Vec<u8>, Vec<String>)> {
    let limits = keptang_qr::DecodeLimits::default();
    let png = keptang_qr::normalise_to_png(bytes, &limits).ok()?;
    let found = keptang_qr::decode_image(&png, &limits).ok()?;
    Some((png, found.into_iter().map(|found| found.text).collect()))
}

/// `false` only when the text is a payment QR that names another amount. What we cannot read (a wallet's own format)
/// carries no amount for us.
fn says(text: &str, payable: Money) -> bool {
    match promptpay::parse(text) {
        Ok(qr) => qr.amount.is_none_or(|amount| amount == payable),
        Err(_) => true,
    }
}
