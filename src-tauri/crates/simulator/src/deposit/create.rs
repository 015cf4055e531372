//! `create_deposit`: checks, the adjusted amount, and the answer (page §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::request::{Refusal, Request};
use super::state::{CREATED, Deposit, Order};
use super::{Deposits, amount_text, check_signature, qr_path, qr_text, reference};
use crate::adjust::adjusted_satang;
use crate::answer::Reply;
use crate::app::Turn;
use crate::charges;
use crate::clock::bangkok_micros;
use crate::faults::{AmountForm, Endpoint, Fault, FaultClass, QrForm};
use crate::gateway::Call;
use crate::json::Doc;
use crate::money::{fixed, shortest};
use crate::qr::{self, QrKind};
use crate::stats::ViolationKind;

const KNOWN: [&str; 10] = [
    "order_id",
    "amount",
    "ref_account",
    "ref_bank_code",
    "ref_name_th",
    "ref_name_en",
    "ref_user_id",
    "ref1",
    "ref2",
    "callback_url",
];
/// The account that receives the money; it belongs to nobody.
pub(super) const BANK_CODE: &str = "014";
pub(super) const BANK_ACCOUNT: &str = "0000000000";
pub(super) const BANK_NAME: &str = "บริษัท เครื่องจำลอง จำกัด";

fn read_order(turn: &Turn<'_>, call: &Call) -> Result<Order, Refusal> {
    let request = Request::read(turn, call, &KNOWN)?;
    let is_reference = |text: &str| {
        (1..=36).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // The SDK's own test sends an empty code (page §5).
    let is_bank =
        |text: &str| text.is_empty() || (text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(Order {
        order_id: request.matching("order_id", is_reference)?,
        asked_satang: request.amount()?,
        ref_account: request.required("ref_account")?,
        ref_bank_code: request.matching("ref_bank_code", is_bank)?,
        ref_name_th: request.required("ref_name_th")?,
        ref_name_en: request.optional("ref_name_en")?,
        ref_user_id: request.present("ref_user_id")?,
        ref1: request.optional("ref1")?,
        ref2: request.optional("ref2")?,
        callback_url: request.address("callback_url")?,
    })
}

fn check_new(turn: &Turn<'_>, call: &Call, order: &Order) -> Result<(), Refusal> {
    let mut deposits = turn.world.deposit.deposits.iter();
    if deposits
        .clone()
        .any(|deposit| deposit.order.order_id == order.order_id)
    {
        turn.app.record(ViolationKind::RepeatedReference, &call.label);
        return Err(Refusal::sentence(422, "order_id already exists"));
    }
    let is_same_account = turn.world.settings.deposit.is_same_account_refused
        && deposits.any(|deposit| deposit.is_open() && deposit.order.ref_account == order.ref_account);
    if is_same_account {
        return Err(Refusal::sentence(422, "duplicate pending transaction"));
    }
    Ok(())
}

pub(super) fn create(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let order = read_order(turn, call)?;
    let fixed2 = fixed(order.asked_satang, 2);
    check_signature(
        turn.app,
        call,
        &order.order_id,
        amount_text(turn, order.asked_satang, &fixed2),
    )?;
    check_new(turn, call, &order)?;
    let deposit = new_deposit(turn, order);
    turn.world.deposit.deposits.push(deposit.clone());
    turn.touch();
    // A customer who pays at once (`after_ms` 0) is faster than the answer, which still says CREATED.
    charges::settle_due::<Deposits>(turn);
    Ok(Reply::doc(200, &answer(turn, call, &deposit)))
}

fn new_deposit(turn: &mut Turn<'_>, order: Order) -> Deposit {
    let settings = turn.world.settings.deposit.clone();
    let open = turn
        .world
        .deposit
        .deposits
        .iter()
        .filter(|deposit| deposit.is_open());
    let taken: Vec<i64> = open.map(|deposit| deposit.payable_satang).collect();
    let payable_satang = adjusted_satang(
        turn,
        Endpoint::DepositCreate,
        settings.adjust,
        order.asked_satang,
        &taken,
    );
    let mut deposit = Deposit {
        ref_id: reference(turn),
        payable_satang,
        status: CREATED.to_owned(),
        description: None,
        receipts: Vec::new(),
        created_ms: turn.now_ms,
        expires_ms: turn.now_ms + i64::from(settings.ttl_seconds) * 1000,
        qr_token: turn.token(),
        qr_form: settings.qr,
        qr_kind: QrKind::Png,
        qr_satang: payable_satang,
        is_qr_broken: false,
        is_bank_transfer: false,
        plan: charges::customer_plan::<Deposits>(turn),
        order,
    };
    for fault in turn.take_all(Endpoint::DepositCreate, |fault| fault.class() == FaultClass::Qr) {
        match fault {
            Fault::QrAmount { amount_satang } => deposit.qr_satang = amount_satang,
            Fault::QrSvg => deposit.qr_kind = QrKind::Svg,
            Fault::QrUndecodable => deposit.qr_kind = QrKind::Undecodable,
            Fault::QrForm { form } => deposit.qr_form = form,
            Fault::QrBrokenBase64 => deposit.is_qr_broken = true,
            Fault::BankTransfer => deposit.is_bank_transfer = true,
            _ => {}
        }
    }
    deposit
}

fn answer(turn: &mut Turn<'_>, call: &Call, deposit: &Deposit) -> Doc {
    let mut answer = Doc::object([
        ("status", Doc::text(CREATED)),
        ("ref_id", Doc::text(&deposit.ref_id)),
        ("dest_bank_code", Doc::text(BANK_CODE)),
        ("dest_bank_acc_no", Doc::text(BANK_ACCOUNT)),
        ("dest_bank_acc_name", Doc::text(BANK_NAME)),
        ("order_id", Doc::text(&deposit.order.order_id)),
        (
            "amount",
            printed_amount(deposit.payable_satang, AmountForm::Shortest),
        ),
    ]);
    match deposit.qr_form {
        _ if deposit.is_bank_transfer => {}
        QrForm::Image => answer.set("qr_image", Doc::text(&base64_image(deposit))),
        QrForm::Link => {
            answer.set("qr_image_link", Doc::Text(call.base.clone() + &qr_path(deposit)));
        }
        QrForm::Text | QrForm::Missing => {}
    }
    let channel = if deposit.is_bank_transfer {
        "BANK_TRANSFER"
    } else {
        "PROMPTPAY"
    };
    answer.set("create_time", Doc::text(&bangkok_micros(deposit.created_ms)));
    answer.set("expire_time", Doc::text(&bangkok_micros(deposit.expires_ms)));
    answer.set("deposit_channel", Doc::text(channel));
    for fault in turn.take_all(Endpoint::DepositCreate, |fault| {
        fault.class() == FaultClass::Answer
    }) {
        match fault {
            Fault::StatusWord { word } => answer.set("status", Doc::Text(word)),
            Fault::AmountForm { form } => answer.set("amount", printed_amount(deposit.payable_satang, form)),
            Fault::OtherOrder { order_id } => answer.set("order_id", Doc::Text(order_id)),
            _ => {}
        }
    }
    answer
}

/// Bare Base64, as live answers had it.
fn base64_image(deposit: &Deposit) -> String {
    let text = STANDARD.encode(qr::image(deposit.qr_kind, &qr_text(deposit)).bytes);
    if deposit.is_qr_broken {
        // A length no Base64 has, and a character it does not know.
        format!("{}*", &text[..41])
    } else {
        text
    }
}

/// An amount in one of the ways seen (page §10.6).
pub(super) fn printed_amount(satang: i64, form: AmountForm) -> Doc {
    match form {
        AmountForm::Shortest => Doc::number(shortest(satang, 2)),
        AmountForm::OneDecimal if satang % 10 == 0 => Doc::number(fixed(satang / 10, 1)),
        AmountForm::OneDecimal | AmountForm::TwoDecimals => Doc::number(fixed(satang, 2)),
        AmountForm::Text => Doc::Text(fixed(satang, 2)),
    }
}
