//! The answers of the API (page §3, §8), in the dialect that is set. Keys stand in the order of the given page.

use super::banks;
use super::settings::{BankForm, Dialect, LocalForm, MaskForm, MerchantIdForm, NamesForm};
use super::state::Slip;
use super::wire::{Number, Party, RegisteredAccount};
use crate::clock::bangkok_seconds;
use crate::faults::AmountForm;
use crate::json::Doc;
use crate::money::{fixed, shortest};

/// Baht, as the dialect prints them.
pub(super) fn baht(satang: i64, form: AmountForm) -> Doc {
    match form {
        AmountForm::Shortest => Doc::Number(shortest(satang, 2)),
        AmountForm::OneDecimal if satang % 10 == 0 => Doc::Number(fixed(satang / 10, 1)),
        AmountForm::OneDecimal | AmountForm::TwoDecimals => Doc::Number(fixed(satang, 2)),
        AmountForm::Text => Doc::Text(fixed(satang, 2)),
    }
}

/// `rawSlip` of a bank transfer. `currency` goes before the dialect's.
pub(super) fn bank_slip(slip: &Slip, dialect: &Dialect, currency: Option<&str>) -> Doc {
    let amount = || baht(slip.amount_satang, dialect.amounts);
    let (local, word) = match dialect.local {
        LocalForm::Thb => (amount(), "THB"),
        LocalForm::Iso764 => (amount(), "764"),
        LocalForm::Empty => (Doc::number(0), ""),
    };
    let local = Doc::object([
        ("amount", local),
        ("currency", Doc::text(currency.unwrap_or(word))),
    ]);
    let [ref1, ref2, ref3] = &slip.refs;
    let mut raw = Doc::object([
        ("payload", Doc::Text(slip.qr_text())),
        ("transRef", Doc::text(&slip.trans_ref)),
        ("date", Doc::Text(bangkok_seconds(slip.at_ms))),
        ("countryCode", Doc::text("TH")),
        ("amount", Doc::object([("amount", amount()), ("local", local)])),
        ("fee", Doc::Number(shortest(slip.fee_satang, 2))),
        ("ref1", Doc::text(ref1)),
        ("ref2", Doc::text(ref2)),
        ("ref3", Doc::text(ref3)),
        (
            "sender",
            party(&slip.sender, dialect, MaskForm::Head, BankForm::Full),
        ),
        (
            "receiver",
            party(&slip.receiver, dialect, MaskForm::Tail, dialect.receiver_bank),
        ),
    ]);
    let merchant_id = match (&slip.merchant_id, dialect.merchant_id) {
        (Some(id), _) => Some(Doc::text(id)),
        (None, MerchantIdForm::Null) => Some(Doc::Null),
        (None, MerchantIdForm::Empty) => Some(Doc::text("")),
        (None, MerchantIdForm::Missing) => None,
    };
    if let (Some(merchant_id), Doc::Object(fields)) = (merchant_id, &mut raw)
        && let Some((_, receiver)) = fields.last_mut()
    {
        receiver.set("merchantId", merchant_id);
    }
    raw
}

/// `rawSlip` of a wallet transfer.
pub(super) fn wallet_slip(slip: &Slip, dialect: &Dialect) -> Doc {
    let name = |party: &Party| Doc::text(party.name_th.as_deref().unwrap_or_default());
    let phone = slip.receiver.account.as_ref().map_or("", |number| &number.0);
    Doc::object([
        ("transactionId", Doc::text(&slip.trans_ref)),
        ("date", Doc::Text(bangkok_seconds(slip.at_ms))),
        ("amount", baht(slip.amount_satang, dialect.amounts)),
        ("sender", Doc::object([("name", name(&slip.sender))])),
        (
            "receiver",
            Doc::object([
                ("name", name(&slip.receiver)),
                ("phone", Doc::Text(masked_phone(phone))),
            ]),
        ),
    ])
}

/// `matchedAccount`.
pub(super) fn matched_account(account: &RegisteredAccount) -> Doc {
    let bank = banks::find(&account.bank);
    Doc::object([
        (
            "bank",
            Doc::object([
                ("nameTh", Doc::text(bank.name_th)),
                ("nameEn", Doc::text(bank.name_en)),
                ("code", Doc::text(&account.bank)),
                ("shortCode", Doc::text(bank.short)),
            ]),
        ),
        ("nameTh", Doc::text(&account.name_th)),
        ("nameEn", Doc::text(&account.name_en)),
        (
            "type",
            Doc::text(if account.is_juristic {
                "JURISTIC"
            } else {
                "PERSONAL"
            }),
        ),
        ("bankNumber", Doc::Text(dashed(&account.number.0))),
    ])
}

fn party(party: &Party, dialect: &Dialect, given: MaskForm, bank_form: BankForm) -> Doc {
    let code = party.bank.as_deref();
    // A PromptPay transfer names no bank; what then stands there is the dialect's second form.
    let bank_form = match (bank_form, code) {
        (BankForm::Full, None) => BankForm::Blank,
        (form, _) => form,
    };
    let bank = match bank_form {
        BankForm::Full => Some(full_bank(code.unwrap_or_default(), dialect)),
        BankForm::Blank => Some(Doc::object([
            ("id", Doc::text("")),
            ("name", Doc::text("")),
            ("short", Doc::text("")),
        ])),
        BankForm::Empty => Some(Doc::Object(Vec::new())),
        BankForm::Missing => None,
    };
    let mut account = Doc::object([("name", names(party, dialect))]);
    if let Some(number) = &party.account {
        let mask = match dialect.mask {
            MaskForm::Given => given,
            mask => mask,
        };
        let fields = [
            ("type", Doc::text(party.account_type.word())),
            ("account", Doc::Text(masked_account(&number.0, mask))),
        ];
        account.set("bank", Doc::object(fields));
    }
    if let Some(proxy) = &party.proxy {
        let fields = [
            ("type", Doc::text(proxy.kind.word())),
            ("account", Doc::Text(masked_proxy(&proxy.number))),
        ];
        account.set("proxy", Doc::object(fields));
    }
    let mut fields = Vec::new();
    if let Some(bank) = bank {
        fields.push(("bank".to_owned(), bank));
    }
    fields.push(("account".to_owned(), account));
    Doc::Object(fields)
}

fn full_bank(code: &str, dialect: &Dialect) -> Doc {
    let bank = banks::find(code);
    let prefix = if dialect.is_bank_name_formal {
        "ธนาคาร"
    } else {
        ""
    };
    Doc::object([
        ("id", Doc::text(code)),
        ("name", Doc::Text(format!("{prefix}{}", bank.name_th))),
        ("short", Doc::text(bank.short)),
    ])
}

fn names(party: &Party, dialect: &Dialect) -> Doc {
    let cut = |name: &str| match name.rsplit_once(' ') {
        Some((first, surname)) if dialect.is_surname_cut => {
            let initial: String = surname.chars().take(1).collect();
            Doc::Text(format!("{first} {initial}"))
        }
        _ => Doc::text(name),
    };
    let (has_th, has_en) = match dialect.names {
        NamesForm::Both => (true, true),
        NamesForm::Thai => (true, false),
        NamesForm::English => (false, true),
        NamesForm::Neither => (false, false),
    };
    let th = party.name_th.as_deref().filter(|_| has_th);
    let en = party.name_en.as_deref().filter(|_| has_en);
    let fields = [("th", th), ("en", en)].into_iter();
    Doc::Object(
        fields
            .filter_map(|(key, name)| Some((key.to_owned(), cut(name?))))
            .collect(),
    )
}

/// Bank accounts of ten digits are written 3-1-5-1; others are not parted.
fn dashed(number: &str) -> String {
    match (
        number.get(..3),
        number.get(3..4),
        number.get(4..9),
        number.get(9..),
    ) {
        (Some(branch), Some(kind), Some(middle), Some(check)) if number.len() == 10 => {
            format!("{branch}-{kind}-{middle}-{check}")
        }
        _ => number.to_owned(),
    }
}

fn hidden(number: &str, is_shown: impl Fn(usize) -> bool) -> String {
    let places = number.chars().enumerate();
    places
        .map(|(place, char)| if is_shown(place) { char } else { 'x' })
        .collect()
}

/// The three forms seen (page §3). A number that holds an `x` was masked by whoever wrote it.
fn masked_account(number: &str, mask: MaskForm) -> String {
    if number.contains('x') {
        return number.to_owned();
    }
    let last = number.chars().count().saturating_sub(1);
    match mask {
        MaskForm::Given | MaskForm::Head => dashed(&hidden(number, |place| place < 4 || place == last)),
        MaskForm::Tail => dashed(&hidden(number, |place| {
            (last.saturating_sub(4)..last).contains(&place)
        })),
        MaskForm::Middle => hidden(number, |place| place < 4 || place + 3 >= last),
    }
}

fn masked_proxy(number: &Number) -> String {
    let number = &number.0;
    if number.contains('x') {
        return number.clone();
    }
    let chars = number.chars().count();
    hidden(number, |place| place < 2 || place + 2 >= chars)
}

/// `098-***-4321`.
fn masked_phone(phone: &str) -> String {
    match (phone.get(..3), phone.get(6..10)) {
        (Some(head), Some(tail)) if phone.len() == 10 => format!("{head}-***-{tail}"),
        _ => phone.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_masked_in_the_forms_of_the_page() {
        let number = "1234567890";
        for (mask, expected) in [
            (MaskForm::Head, "123-4-xxxxx-0"),
            (MaskForm::Tail, "xxx-x-x6789-x"),
            (MaskForm::Middle, "1234xx7890"),
        ] {
            assert_eq!(masked_account(number, mask), expected);
        }
        assert_eq!(masked_account("123412345678", MaskForm::Middle), "1234xxxx5678");
        assert_eq!(masked_account("1-xx-2", MaskForm::Head), "1-xx-2");
        assert_eq!(masked_proxy(&"0812345689".into()), "08xxxxxx89");
        assert_eq!(masked_phone("0987654321"), "098-***-4321");
        assert_eq!(masked_phone("098-***-4321"), "098-***-4321");
        assert_eq!(masked_account("", MaskForm::Middle), "");
    }

    #[test]
    fn amounts_are_printed_in_every_form() {
        for (satang, shortest, one, two) in [
            (150_000, "1500", "1500.0", "1500.00"),
            (150_050, "1500.5", "1500.5", "1500.50"),
            (1, "0.01", "0.01", "0.01"),
        ] {
            assert_eq!(baht(satang, AmountForm::Shortest), Doc::number(shortest));
            assert_eq!(baht(satang, AmountForm::OneDecimal), Doc::number(one));
            assert_eq!(baht(satang, AmountForm::TwoDecimals), Doc::number(two));
            assert_eq!(baht(satang, AmountForm::Text), Doc::text(two));
        }
    }
}
