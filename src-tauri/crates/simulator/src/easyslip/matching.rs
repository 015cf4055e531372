//! `matchAccount`: which registered account a slip paid. The given page says no more than "fuzzy names, 85 %,
//! PromptPay, bank and merchant accounts"; this look-alike wants the number to fit and the name to be alike.

use super::state::Slip;
use super::wire::{Number, RegisteredAccount, SlipKind};

/// Fewer digits prove nothing.
const VISIBLE_MIN: usize = 4;

pub(super) fn matched<'a>(
    accounts: &'a [RegisteredAccount],
    slip: &Slip,
    similarity_percent: u32,
) -> Option<&'a RegisteredAccount> {
    accounts
        .iter()
        .find(|account| is_number_of(account, slip) && is_name_of(account, slip, similarity_percent))
}

fn is_number_of(account: &RegisteredAccount, slip: &Slip) -> bool {
    let receiver = &slip.receiver;
    let is_bank = receiver.bank.as_ref().is_none_or(|bank| *bank == account.bank);
    let is_target = |number: &Number| account.promptpay.iter().any(|target| fits(number, target));
    let by_account = receiver.account.as_ref().is_some_and(|number| match slip.kind {
        SlipKind::Bank => fits(number, &account.number),
        SlipKind::Truewallet => is_target(number),
    });
    let by_proxy = receiver
        .proxy
        .as_ref()
        .is_some_and(|proxy| is_target(&proxy.number));
    let by_merchant = slip
        .merchant_id
        .as_ref()
        .is_some_and(|id| account.merchant_ids.contains(id));
    (is_bank && by_account) || by_proxy || by_merchant
}

/// Whether the digits that can be seen are the same at the same places.
fn fits(shown: &Number, whole: &Number) -> bool {
    let bare =
        |number: &Number| -> Vec<char> { number.0.chars().filter(|char| char.is_alphanumeric()).collect() };
    let (shown, whole) = (bare(shown), bare(whole));
    let pairs = || shown.iter().zip(&whole).filter(|(shown, _)| **shown != 'x');
    shown.len() == whole.len()
        && pairs().count() >= VISIBLE_MIN
        && pairs().all(|(shown, whole)| shown == whole)
}

fn is_name_of(account: &RegisteredAccount, slip: &Slip, similarity_percent: u32) -> bool {
    let names = [
        (&slip.receiver.name_th, &account.name_th),
        (&slip.receiver.name_en, &account.name_en),
    ];
    let mut known = names
        .into_iter()
        .filter_map(|(shown, registered)| Some((shown.as_ref()?, registered)))
        .peekable();
    known.peek().is_none() || known.any(|(shown, registered)| alike(shown, registered) >= similarity_percent)
}

/// How alike two names are in per cent, by the letters that have to be changed.
fn alike(one: &str, other: &str) -> u32 {
    let letters = |name: &str| -> Vec<char> {
        let is_kept = |char: &char| !char.is_whitespace() && !char.is_ascii_punctuation();
        name.to_lowercase().chars().filter(is_kept).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let longest = one.len().max(other.len());
    if longest == 0 {
        return 100;
    }
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut diagonal = row;
        costs[0] = row + 1;
        for (column, target) in other.iter().enumerate() {
            let above = costs[column + 1];
            let changed = diagonal + usize::from(letter != target);
            costs[column + 1] = changed.min(above + 1).min(costs[column] + 1);
            diagonal = above;
        }
    }
    u32::try_from((longest - costs[other.len()]) * 100 / longest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_letters() {
        for (one, other, percent) in [
            ("EXAMPLE CO., LTD.", "Example Co Ltd", 100),
            ("", "", 100),
            ("abc", "", 0),
            ("abcdefghij", "abcdefghix", 90),
            ("abcdefghij", "bcdefghij", 90),
            ("บริษัท ตัวอย่าง จำกัด", "บริษัทตัวอย่างจำกัด", 100),
        ] {
            assert_eq!(alike(one, other), percent, "{one} {other}");
        }
    }

    #[test]
    fn masked_digits_fit_anything() {
        let whole = "1234567890".into();
        for (shown, is_fitting) in [
            ("1234567890", true),
            ("123-4-56789-0", true),
            ("123-4-xxxxx-0", true),
            ("xxx-x-x6789-x", true),
            ("xxx-x-x6788-x", false),
            ("xxx-x-x678x-x", false),
            ("xxx-x-x6789", false),
        ] {
            assert_eq!(fits(&shown.into(), &whole), is_fitting, "{shown}");
        }
    }
}
