//! Deposits, withdrawals, the query and the balance (page §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::request::{Refusal, Request, TimestampType};
use super::state::{Code, FAILED, Kind, Order, PENDING};
use super::{BANKS, Orders, PATHS, code_text, success};
use crate::adjust::adjusted_satang;
use crate::answer::Reply;
use crate::app::Turn;
use crate::charges;
use crate::clock::iso_millis;
use crate::faults::{AmountForm, Endpoint, Fault, FaultClass, QrForm};
use crate::gateway::Call;
use crate::json::Doc;
use crate::money::{fixed, shortest};
use crate::qr::{self, QrKind};
use crate::stats::ViolationKind;
use crate::store::World;

/// The sample of the page.
const OPENING_BALANCE_SATANG: i64 = 5_000_000;

/// `DP` or `WD`, seconds, six characters (page §5).
fn order_number(turn: &mut Turn<'_>, prefix: &str) -> String {
    let token = turn.token().to_ascii_uppercase();
    let seconds = turn.now_ms.div_euclid(1000);
    format!("{prefix}{seconds}{}", &token[token.len() - 6..])
}

fn check_new(turn: &Turn<'_>, call: &Call, agent_order_no: &str) -> Result<(), Refusal> {
    let mut orders = turn.world.jwt.orders.iter();
    if orders.any(|order| order.agent_order_no == agent_order_no) {
        turn.app.record(ViolationKind::RepeatedReference, &call.label);
        return Err(Refusal::new(400, "transactionId already exists"));
    }
    Ok(())
}

struct Customer {
    account: String,
    bank: String,
    name: String,
}

pub(super) fn deposit(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let known = [
        "merchantId",
        "transactionId",
        "bankAccountNumber",
        "bankName",
        "name",
        "amount",
        "callbackUrl",
        "type",
    ];
    let request = Request::read(turn, call, &known, TimestampType::Number)?;
    if request.text("merchantId")? != turn.app.jwt.merchant_id {
        turn.app.record(ViolationKind::BadCredentials, &call.label);
        return Err(Refusal::new(403, "merchantId does not match API key"));
    }
    let agent_order_no = request.reference("transactionId")?;
    let customer = Customer {
        account: request.text("bankAccountNumber")?,
        bank: request.text("bankName")?,
        name: request.text("name")?,
    };
    let asked_satang = request.amount()?;
    let callback_url = request.address("callbackUrl")?;
    let is_qr = match request.text("type")?.as_str() {
        "QR" => true,
        "BANK_TRANSFER" => false,
        _ => return Err(Refusal::invalid("type")),
    };
    check_new(turn, call, &agent_order_no)?;
    let order = new_deposit(turn, agent_order_no, callback_url, asked_satang, is_qr);
    turn.world.jwt.orders.push(order.clone());
    turn.touch();
    // A customer who pays at once (`after_ms` 0) is faster than the answer, which still says pending.
    charges::settle_due::<Orders>(turn);
    let data = deposit_data(turn, call, &order, &customer);
    let envelope = Doc::object([
        ("status", Doc::text("success")),
        ("message", Doc::text("Create Success")),
        ("data", data),
    ]);
    Ok(Reply::doc(200, &envelope))
}

fn new_deposit(
    turn: &mut Turn<'_>,
    agent_order_no: String,
    callback_url: String,
    asked_satang: i64,
    is_qr: bool,
) -> Order {
    let settings = turn.world.settings.jwt.clone();
    let open = turn.world.jwt.orders.iter().filter(|order| order.is_open());
    let taken: Vec<i64> = open.map(|order| order.amount_satang).collect();
    let amount_satang = adjusted_satang(turn, Endpoint::JwtDeposit, settings.adjust, asked_satang, &taken);
    let mut code = Code {
        token: turn.token(),
        form: settings.qr,
        kind: QrKind::Png,
        satang: amount_satang,
        is_broken: false,
    };
    for fault in turn.take_all(Endpoint::JwtDeposit, |fault| fault.class() == FaultClass::Qr) {
        match fault {
            Fault::QrAmount { amount_satang } => code.satang = amount_satang,
            Fault::QrSvg => code.kind = QrKind::Svg,
            Fault::QrUndecodable => code.kind = QrKind::Undecodable,
            Fault::QrForm { form } => code.form = form,
            Fault::QrBrokenBase64 => code.is_broken = true,
            _ => {}
        }
    }
    Order {
        kind: Kind::Deposit,
        order_no: order_number(turn, "DP"),
        agent_order_no,
        callback_url,
        asked_satang,
        amount_satang,
        received_satang: 0,
        status: PENDING.to_owned(),
        created_ms: turn.now_ms,
        completed_ms: None,
        expires_ms: Some(turn.now_ms + i64::from(settings.ttl_seconds) * 1000),
        code: is_qr.then_some(code),
        plan: charges::customer_plan::<Orders>(turn),
    }
}

fn deposit_data(turn: &mut Turn<'_>, call: &Call, order: &Order, customer: &Customer) -> Doc {
    let mut data = Doc::object([
        ("merchantId", Doc::text(&turn.app.jwt.merchant_id)),
        ("referenceId", Doc::text(&order.order_no)),
        ("transactionId", Doc::text(&order.agent_order_no)),
        ("status", Doc::text(PENDING)),
        ("amount", Doc::number(shortest(order.amount_satang, 2))),
        (
            "depositAmount",
            Doc::number(shortest(order.amount_satang - order.fee_satang(), 2)),
        ),
        ("qrcode", Doc::Text(qrcode(order, &call.base))),
        // Accounts and numbers that belong to nobody.
        ("bankAccountNumber", Doc::text("0000000000")),
        ("bankAccountName", Doc::text("บริษัท เครื่องจำลอง จำกัด")),
        ("bankName", Doc::text("KBANK")),
        ("promptpayNumber", Doc::text("0800000000")),
        (
            "expireDate",
            Doc::text_or_null(order.expires_ms.map(iso_millis).as_deref()),
        ),
        (
            "customerData",
            Doc::object([
                ("bankAccountNumber", Doc::text(&customer.account)),
                ("bankName", Doc::text(&customer.bank)),
                ("name", Doc::text(&customer.name)),
            ]),
        ),
    ]);
    lie(turn, Endpoint::JwtDeposit, &mut data, order.amount_satang);
    data
}

/// In the form that is set; empty when there is nothing to scan.
fn qrcode(order: &Order, base: &str) -> String {
    let Some(code) = &order.code else {
        return String::new();
    };
    let text = code_text(order, code);
    match code.form {
        QrForm::Missing => String::new(),
        QrForm::Text => text,
        QrForm::Link => format!("{base}{PATHS}/qr/{}.png", code.token),
        QrForm::Image => {
            let picture = qr::image(code.kind, &text);
            let mut base64 = STANDARD.encode(picture.bytes);
            if code.is_broken {
                base64.truncate(41);
                base64.push('*');
            }
            format!("data:{};base64,{base64}", picture.content_type)
        }
    }
}

/// Applies the answer faults.
fn lie(turn: &mut Turn<'_>, endpoint: Endpoint, data: &mut Doc, amount_satang: i64) {
    let is_query = endpoint == Endpoint::JwtOrderQuery;
    let reference = if is_query {
        "agent_order_no"
    } else {
        "transactionId"
    };
    let faults = turn.take_all(endpoint, |fault| {
        fault.class() == FaultClass::Answer && (is_query || !matches!(fault, Fault::QueryAmount { .. }))
    });
    for fault in faults {
        match fault {
            Fault::StatusWord { word } => data.set("status", Doc::Text(word)),
            Fault::QueryAmount { amount_satang } => {
                data.set("amount", Doc::number(shortest(amount_satang, 2)));
            }
            Fault::AmountForm { form } => data.set("amount", printed(amount_satang, form)),
            Fault::OtherOrder { order_id } => data.set(reference, Doc::Text(order_id)),
            Fault::ResultNull => *data = Doc::Null,
            _ => {}
        }
    }
}

fn printed(satang: i64, form: AmountForm) -> Doc {
    match form {
        AmountForm::Shortest => Doc::number(shortest(satang, 2)),
        AmountForm::OneDecimal if satang % 10 == 0 => Doc::number(fixed(satang / 10, 1)),
        AmountForm::OneDecimal | AmountForm::TwoDecimals => Doc::number(fixed(satang, 2)),
        AmountForm::Text => Doc::Text(fixed(satang, 2)),
    }
}

pub(super) fn query(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let known = ["order_no", "agent_order_no"];
    let request = Request::read(turn, call, &known, TimestampType::Number)?;
    let (order_no, agent_order_no) = (request.optional("order_no")?, request.optional("agent_order_no")?);
    if order_no.is_none() && agent_order_no.is_none() {
        return Err(Refusal::new(400, "order_no or agent_order_no is required"));
    }
    let mut orders = turn.world.jwt.orders.iter();
    let found = orders.find(|order| {
        order_no.as_ref().is_none_or(|wanted| *wanted == order.order_no)
            && agent_order_no
                .as_ref()
                .is_none_or(|wanted| *wanted == order.agent_order_no)
    });
    let order = found
        .cloned()
        .ok_or_else(|| Refusal::new(404, "Order not found"))?;
    let mut data = Doc::object([
        ("order_no", Doc::text(&order.order_no)),
        ("agent_order_no", Doc::text(&order.agent_order_no)),
        ("status", Doc::text(&order.status)),
        ("amount", Doc::number(shortest(order.amount_satang, 2))),
        ("fee", Doc::number(shortest(order.fee_satang(), 2))),
        ("actual_amount", Doc::number(shortest(order.net_satang(), 2))),
        ("created_at", Doc::Text(iso_millis(order.created_ms))),
        (
            "completed_at",
            Doc::text_or_null(order.completed_ms.map(iso_millis).as_deref()),
        ),
    ]);
    lie(turn, Endpoint::JwtOrderQuery, &mut data, order.amount_satang);
    Ok(success("Success", data))
}

pub(super) fn withdraw(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    let known = [
        "agent_order_no",
        "amount",
        "bank_code",
        "account_no",
        "account_name",
        "callback_url",
    ];
    let request = Request::read(turn, call, &known, TimestampType::Text)?;
    let agent_order_no = request.reference("agent_order_no")?;
    let amount_satang = request.amount()?;
    let bank = request.text("bank_code")?;
    if !BANKS.iter().any(|(code, ..)| *code == bank) {
        return Err(Refusal::invalid("bank_code"));
    }
    request.text("account_no")?;
    request.text("account_name")?;
    let callback_url = request.address("callback_url")?;
    check_new(turn, call, &agent_order_no)?;
    if amount_satang > available_satang(turn.world) {
        return Err(Refusal::new(400, "Insufficient balance"));
    }
    let order = Order {
        kind: Kind::Withdrawal,
        order_no: order_number(turn, "WD"),
        agent_order_no,
        callback_url,
        asked_satang: amount_satang,
        amount_satang,
        received_satang: 0,
        status: PENDING.to_owned(),
        created_ms: turn.now_ms,
        completed_ms: None,
        expires_ms: None,
        code: None,
        plan: None,
    };
    if order.net_satang() <= 0 {
        return Err(Refusal::invalid("amount"));
    }
    let data = Doc::object([
        ("order_no", Doc::text(&order.order_no)),
        ("agent_order_no", Doc::text(&order.agent_order_no)),
        ("amount", Doc::number(shortest(amount_satang, 2))),
        ("fee", Doc::number(shortest(order.fee_satang(), 2))),
        ("transfer_amount", Doc::number(shortest(order.net_satang(), 2))),
        ("status", Doc::text(PENDING)),
    ]);
    turn.world.jwt.orders.push(order);
    turn.touch();
    Ok(success("Success", data))
}

/// What was credited, less what was or is being paid out.
fn available_satang(world: &World) -> i64 {
    let orders = world.jwt.orders.iter();
    let changes = orders.map(|order| match order.kind {
        Kind::Deposit if order.received_satang > 0 => order.net_satang(),
        Kind::Withdrawal if order.status != FAILED => -order.amount_satang,
        Kind::Deposit | Kind::Withdrawal => 0,
    });
    OPENING_BALANCE_SATANG + changes.sum::<i64>()
}

pub(super) fn balance(turn: &mut Turn<'_>, call: &Call) -> Result<Reply, Refusal> {
    Request::read(turn, call, &[], TimestampType::Number)?;
    let available = shortest(available_satang(turn.world), 2);
    Ok(success(
        "Success",
        Doc::object([
            ("balance", Doc::number(available)),
            ("currency", Doc::text("THB")),
        ]),
    ))
}
