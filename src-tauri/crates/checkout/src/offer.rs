//! Looking at what a provider returned before a customer may see it.
//!
//! A QR that carries an amount is decoded again and compared; on a difference nothing is shown (product.md §2.3).

use keptang_domain::order::{AttemptEvent, Instruction, Unshowable};
use keptang_domain::{Money, Timestamp, promptpay};
use keptang_ports::{Created, PaymentProvider, ProviderProfile};

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
        said: _,
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
            instruction: Some(instruction),
            deadline,
        },
        Err(why) => AttemptEvent::Unshowable {
            provider_ref,
            payable,
            why,
        },
    }
}

/// How long a payment that was found again is taken to live when nobody says: twice what the JWT gateway's samples
/// imply (jwt-gateway.md, section 5).
const FOUND_LIFE_MS: i64 = 10 * 60_000;

/// The event that a payment gives which was found again after its answer was lost. Where nobody gives its QR a second
/// time and nobody can let go of it, it may still be paid by whoever has the QR: it is followed, with nothing to show.
pub(crate) async fn examine_found(
    created: Created,
    asked: Money,
    adjust_limit: Money,
    provider: &dyn PaymentProvider,
    now: Timestamp,
) -> AttemptEvent {
    let gone = matches!(created.offer, Err(Unshowable::QrUnavailable));
    let followed = provider.status().is_some() && provider.cancel().is_none();
    let lifetime_ms = created.lifetime_ms;
    let event = examine(created, asked, adjust_limit, provider.profile(), now).await;
    match event {
        AttemptEvent::Unshowable {
            provider_ref,
            payable,
            why: Unshowable::QrUnavailable,
        } if gone && followed => AttemptEvent::Accepted {
            provider_ref,
            payable,
            instruction: None,
            deadline: Some(
                now.plus_ms(shorter(lifetime_ms, provider.profile().own_life_ms).unwrap_or(FOUND_LIFE_MS)),
            ),
        },
        other => other,
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
        Instruction::CryptoAddress {
            address,
            amount,
            coin,
            network,
            qr_png,
        } => {
            let qr_png = tokio::task::spawn_blocking({
                let address = address.clone();
                move || picture_of(&address, &qr_png)
            });
            let qr_png = qr_png.await.unwrap_or(Err(Unshowable::QrUnavailable))?;
            Ok(Instruction::CryptoAddress {
                address,
                amount,
                coin,
                network,
                qr_png,
            })
        }
        other @ (Instruction::BankAccount { .. } | Instruction::Redirect { .. }) => Ok(other),
    }
}

/// A picture of the address. The provider's own is only a second opinion: coins sent to another address are gone, so
/// a picture that says something else stops the payment, and what is shown is drawn here from the address itself.
fn picture_of(address: &str, theirs: &[u8]) -> Result<Vec<u8>, Unshowable> {
    let says_otherwise =
        read_picture(theirs).is_some_and(|(_, texts)| texts.iter().any(|text| !names_address(text, address)));
    if says_otherwise {
        return Err(Unshowable::QrMismatch);
    }
    let modules = keptang_qr::encode(address).map_err(|_| Unshowable::QrUnavailable)?;
    Ok(modules.to_png(MODULE_PX, QUIET_MODULES))
}

/// Pixels of a module and modules of the quiet zone in pictures drawn here.
const MODULE_PX: u32 = 8;
const QUIET_MODULES: u32 = 4;

/// Wallets take an address alone or as a link: `tron:<address>?amount=…`.
fn names_address(text: &str, address: &str) -> bool {
    let after_scheme = text.rsplit_once(':').map_or(text, |(_, rest)| rest);
    let bare = after_scheme.split('?').next().unwrap_or(after_scheme);
    bare.trim_start_matches('/') == address
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

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "TXYZabc123FakeAddressForTestsOnly1";

    fn drawn(text: &str) -> Vec<u8> {
        keptang_qr::encode(text).unwrap().to_png(4, 4)
    }

    #[test]
    fn the_picture_of_an_address_is_drawn_here_and_never_contradicts_it() {
        for theirs in [
            vec![],
            b"no picture".to_vec(),
            drawn(ADDRESS),
            drawn(&format!("tron:{ADDRESS}?amount=3.31")),
        ] {
            let shown = picture_of(ADDRESS, &theirs).unwrap();
            let (_, texts) = read_picture(&shown).unwrap();
            assert_eq!(texts, [ADDRESS]);
        }
        for other in ["TXYZabc123FakeAddressForTestsOnly2", "tron:TOther?amount=3.31"] {
            assert_eq!(
                picture_of(ADDRESS, &drawn(other)),
                Err(Unshowable::QrMismatch),
                "{other}"
            );
        }
    }
}
