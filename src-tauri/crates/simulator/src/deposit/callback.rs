//! Callbacks (page §6). They carry no signature, so nothing here computes one.

use super::FEE_PER_10_000;
use super::create::{BANK_ACCOUNT, BANK_CODE, BANK_NAME, printed_amount};
use super::state::{Deposit, News, Receipt};
use crate::app::Turn;
use crate::clock::{bangkok_micros, bangkok_naive};
use crate::delivery::Letter;
use crate::faults::{AmountForm, Provider, WebhookVariant};
use crate::json::Doc;
use crate::money::{fee_satang, scaled};

pub(super) fn announce(turn: &mut Turn<'_>, place: usize, news: News) {
    let receipts = turn.world.deposit.deposits[place].receipts.clone();
    match news {
        News::Nothing => {}
        News::State => tell(turn, place, receipts.last(), None),
        News::TwoReceipts => {
            for receipt in receipts.iter().rev().take(2).rev() {
                tell(turn, place, Some(receipt), None);
            }
        }
    }
}

/// One callback per payment, as before; the bare state when nothing was paid; nothing before the first callback.
pub(super) fn announce_again(turn: &mut Turn<'_>, place: usize, variant: Option<WebhookVariant>) {
    let deposit = &turn.world.deposit.deposits[place];
    let (receipts, is_told) = (deposit.receipts.clone(), deposit.is_told());
    if receipts.is_empty() && (is_told || variant.is_some()) {
        tell(turn, place, None, variant.clone());
    }
    for receipt in &receipts {
        tell(turn, place, Some(receipt), variant.clone());
    }
}

impl Deposit {
    /// A callback has been sent for the present state.
    fn is_told(&self) -> bool {
        self.status != super::state::CREATED && self.status != super::state::EXPIRED
    }
}

fn tell(turn: &mut Turn<'_>, place: usize, receipt: Option<&Receipt>, forced: Option<WebhookVariant>) {
    let deposit = turn.world.deposit.deposits[place].clone();
    let profile_url = turn.world.settings.deposit.callback_url.clone();
    let Some(url) = deposit.order.callback_url.clone().or(profile_url) else {
        return;
    };
    let variant = forced.or_else(|| turn.take_webhook(Provider::DepositGateway, &deposit.status));
    let told = match variant {
        Some(WebhookVariant::OtherCharge) => another(turn, &deposit),
        _ => deposit,
    };
    let body = body(&told, receipt, variant.as_ref());
    turn.send(Letter {
        sender: Provider::DepositGateway,
        event_id: told.ref_id,
        urls: vec![url],
        body: body.to_text().into_bytes(),
        token_body: None,
        keys: Vec::new(),
        variant,
    });
}

fn another(turn: &Turn<'_>, deposit: &Deposit) -> Deposit {
    let deposits = &turn.world.deposit.deposits;
    let other = deposits.iter().rev().find(|other| other.ref_id != deposit.ref_id);
    let mut other = other.cloned().unwrap_or_else(|| {
        let mut nobody = deposit.clone();
        nobody.order.order_id = "NOBODY-0001".to_owned();
        nobody.ref_id = "NOBODY-0-0-000000".to_owned();
        nobody
    });
    other.status.clone_from(&deposit.status);
    other
}

fn body(deposit: &Deposit, receipt: Option<&Receipt>, variant: Option<&WebhookVariant>) -> Doc {
    let order = &deposit.order;
    let mut amount_satang = receipt.map_or(deposit.payable_satang, |receipt| receipt.amount_satang);
    let mut ref_id = deposit.ref_id.clone();
    let mut form = AmountForm::Shortest;
    match variant {
        Some(WebhookVariant::WrongAmount { amount_satang: wrong }) => amount_satang = *wrong,
        Some(WebhookVariant::WrongReference) => ref_id = "NOBODY-0-0-000000".to_owned(),
        Some(WebhookVariant::AmountForm { form: other }) => form = *other,
        _ => {}
    }
    let is_legacy = variant == Some(&WebhookVariant::LegacyKeys);
    let time = |at_ms| {
        Doc::Text(if is_legacy {
            bangkok_naive(at_ms)
        } else {
            bangkok_micros(at_ms)
        })
    };
    // Sent empty comes back as null (page §6).
    let echo = |text: Option<&str>| Doc::text_or_null(text.filter(|text| !text.is_empty()));
    let description_key = if is_legacy { "status_des" } else { "status_desc" };
    let mut body = Doc::object([
        ("type", Doc::text("DEPOSIT")),
        ("status", Doc::text(&deposit.status)),
        (
            description_key,
            Doc::text(deposit.description.as_deref().unwrap_or_default()),
        ),
        ("amount", printed_amount(amount_satang, form)),
        (
            "mdr_amount",
            printed_amount(fee_satang(amount_satang, FEE_PER_10_000), form),
        ),
        (
            "stm_desc",
            echo(receipt.map(|_| "Transfer from SIMULATOR CUSTOMER")),
        ),
        (
            "stm_ref_id",
            echo(receipt.map(|receipt| receipt.statement_id.as_str())),
        ),
        ("stm_bank_code", Doc::text(BANK_CODE)),
        ("stm_bank_acc_no", Doc::text(BANK_ACCOUNT)),
        ("stm_bank_acc_name", Doc::text(BANK_NAME)),
        (
            "stm_timestamp",
            receipt.map_or(Doc::Null, |receipt| time(receipt.at_ms)),
        ),
        ("txn_ref_id", Doc::Text(ref_id)),
        ("txn_ref_user_id", echo(Some(&order.ref_user_id))),
        ("txn_ref1", echo(order.ref1.as_deref())),
        ("txn_ref2", echo(order.ref2.as_deref())),
        ("txn_ref_order_id", Doc::text(&order.order_id)),
        ("txn_ref_bank_code", echo(Some(&order.ref_bank_code))),
        ("txn_ref_bank_acc_no", Doc::text(&order.ref_account)),
    ]);
    if is_legacy {
        body.set("txn_ref_bank_acc_name", Doc::text(&order.ref_name_th));
    } else {
        body.set("txn_ref_bank_acc_name_en", echo(order.ref_name_en.as_deref()));
        body.set("txn_ref_bank_acc_name_th", Doc::text(&order.ref_name_th));
    }
    body.set("txn_timestamp", time(deposit.created_ms));
    if variant == Some(&WebhookVariant::ExtraField) {
        body.set("undocumented", Doc::text("ไม่มีในคู่มือ"));
    }
    body
}

/// What a forger does to an address or an amount, for want of a signature to break.
pub(crate) fn spoil(variant: Option<&WebhookVariant>, url: &mut String, body: &mut Vec<u8>) {
    match variant {
        Some(WebhookVariant::Forged) => {
            let last = url.pop();
            url.push(if last == Some('0') { '1' } else { '0' });
        }
        Some(WebhookVariant::Altered) => {
            let Ok(mut doc) = Doc::parse(body) else { return };
            let amount = match doc.get("amount") {
                Some(Doc::Number(text) | Doc::Text(text)) => scaled(text, 2),
                _ => None,
            };
            doc.set(
                "amount",
                printed_amount(amount.unwrap_or_default() + 1, AmountForm::Shortest),
            );
            *body = doc.to_text().into_bytes();
        }
        _ => {}
    }
}
