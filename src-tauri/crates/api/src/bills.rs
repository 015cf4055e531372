//! Finding bills and opening one: search and filters, the timeline of all evidence, what may go back, the slips.

use crate::app::App;
use crate::dto;
use crate::error::{ApiError, ErrorCode, word};
use crate::headless::RefundWish;
use crate::session::Who;
use crate::slips::Slip;
use crate::timeline::TimelineLine;
use crate::view::moment;
use base64::Engine as _;
use keptang_checkout::RefundPath;
use keptang_domain::day::Proof;
use keptang_domain::money::parse_amount;
use keptang_domain::role::Right;
use keptang_domain::{BusinessDay, Method, Money, ProviderId, SlipId};
use keptang_ports::{Moved, MovedWhat, OrderFilter, SlipFilter};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Bills that one answer holds unless it is asked for fewer or more.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 200;

/// What to find; everything given must hold.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct OrderFind {
    /// Text: number, note, cashier, reference, payer, receipt, or an amount.
    #[ts(optional)]
    pub search: Option<String>,
    /// First business day.
    #[ts(optional)]
    pub from: Option<String>,
    /// Last business day.
    #[ts(optional)]
    pub to: Option<String>,
    /// In this state.
    #[ts(type = "OrderState", optional)]
    pub state: Option<String>,
    /// With or without anything to review.
    #[ts(optional)]
    pub flagged: Option<bool>,
    /// With this flag.
    #[ts(type = "Flag", optional)]
    pub flag: Option<String>,
    /// With an attempt there.
    #[ts(type = "Provider", optional)]
    pub provider: Option<String>,
    /// Opened by.
    #[ts(optional)]
    pub cashier: Option<String>,
    /// Smallest amount due.
    #[ts(optional)]
    pub amount_from: Option<String>,
    /// Largest amount due.
    #[ts(optional)]
    pub amount_to: Option<String>,
    /// Whose money is part of a figure.
    #[ts(optional)]
    pub moved: Option<MovedFind>,
    /// Older than this number.
    #[ts(optional)]
    pub before: Option<String>,
    /// At most so many.
    #[ts(type = "number", optional)]
    pub limit: Option<usize>,
}

/// Money that is part of a figure of the day: how a figure opens its bills.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MovedFind {
    /// First day on which it moved.
    pub from: String,
    /// Last day on which it moved.
    pub to: String,
    /// Through whom.
    #[ts(type = "Provider", optional)]
    pub provider: Option<String>,
    /// By which method.
    #[ts(type = "Method", optional)]
    pub method: Option<String>,
    /// Of whose bills; `null` for bills without a cashier.
    #[serde(default, deserialize_with = "said")]
    #[ts(type = "string | null", optional)]
    pub cashier: Option<Option<String>>,
    /// In this hour, 0–23.
    #[ts(type = "number", optional)]
    pub hour: Option<u8>,
    /// Resting on this.
    #[ts(type = "\"automatic\" | \"slip\" | \"manual\" | \"cash\"", optional)]
    pub proof: Option<String>,
    /// Which movement.
    #[ts(
        type = "\"received\" | \"adjustment\" | \"suspense\" | \"refund\" | \"fee\"",
        optional
    )]
    pub what: Option<String>,
}

/// Tells "without a cashier" from "whoever the cashier was".
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// Bills that were found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Found {
    /// Newest first.
    pub orders: Vec<dto::Order>,
    /// There are older ones.
    pub more: bool,
}

/// Everything about one bill.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Bill {
    /// The bill.
    pub order: dto::Order,
    /// What happened, oldest first.
    pub lines: Vec<TimelineLine>,
    /// Slips that were shown for it or paid it.
    pub slips: Vec<Slip>,
    /// Its receipt and credit notes.
    pub documents: Vec<DocumentLine>,
    /// The person who asks may see the evidence as it was stored.
    pub raw_allowed: bool,
}

/// A paper that was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DocumentLine {
    /// What it is.
    #[ts(type = "\"receipt\" | \"credit_note\"")]
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// When.
    pub at: String,
}

/// What may still go back of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RefundOffer {
    /// Payments, newest first.
    pub attempts: Vec<Refundable>,
}

/// What may still go back of one payment, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Refundable {
    /// Which.
    pub attempt_id: String,
    /// Who has it.
    #[ts(type = "Provider")]
    pub provider: &'static str,
    /// How it was paid.
    #[ts(type = "Method")]
    pub method: &'static str,
    /// At most so much.
    pub refundable: String,
    /// How it would go back now.
    #[ts(type = "\"void\" | \"refund\" | \"transfer\"")]
    pub kind: &'static str,
    /// The moment after which it goes back another way, or not at all.
    pub until: Option<String>,
}

/// Gives money back.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// Id or number.
    pub order: String,
    /// As typed; everything of one payment when left out.
    #[ts(optional)]
    pub amount: Option<String>,
    /// Why.
    #[ts(type = "RefundReason")]
    pub reason: String,
    /// It was already returned by transfer, under this reference.
    #[ts(optional)]
    pub by_transfer: Option<String>,
    /// Of which payment; the newest that covers the amount when left out.
    #[ts(optional)]
    pub attempt: Option<String>,
}

/// Names a slip.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SlipPictureRequest {
    /// Our id.
    pub slip_id: String,
}

/// A slip's picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SlipPictureReply {
    /// The file as it was shown, base64.
    pub picture_base64: String,
    /// What kind of file, for the window.
    #[ts(type = "\"image/png\" | \"image/jpeg\" | \"image/gif\" | \"image/webp\"")]
    pub mime: &'static str,
}

pub(crate) fn business_day(text: &str) -> Result<BusinessDay, ApiError> {
    text.parse()
        .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("argument", "date"))
}

/// Ends of an open range of days.
const FIRST_DAY: &str = "2000-01-01";
const LAST_DAY: &str = "9999-12-31";

/// From one to another; one alone is open at the other end.
fn between<T: Copy>(from: Option<T>, to: Option<T>, least: T, most: T) -> Option<(T, T)> {
    match (from, to) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(least), to.unwrap_or(most))),
    }
}

fn moved(find: MovedFind) -> Result<Moved, ApiError> {
    let provider = find.provider.as_deref().map(word::<ProviderId>).transpose()?;
    let method = find.method.as_deref().map(word::<Method>).transpose()?;
    Ok(Moved {
        days: (business_day(&find.from)?, business_day(&find.to)?),
        providers: match (provider, method) {
            (Some(provider), _) => vec![provider],
            (None, Some(method)) => of_method(method),
            (None, None) => Vec::new(),
        },
        cashier: find.cashier,
        hour: find.hour,
        proof: find.proof.as_deref().map(word::<Proof>).transpose()?,
        what: find.what.as_deref().map(moved_what).transpose()?,
    })
}

fn of_method(method: Method) -> Vec<ProviderId> {
    let all = ProviderId::ALL.iter().copied();
    all.filter(|provider| provider.method() == method).collect()
}

fn moved_what(text: &str) -> Result<MovedWhat, ApiError> {
    Ok(match text {
        "received" => MovedWhat::Received,
        "adjustment" => MovedWhat::Adjustment,
        "suspense" => MovedWhat::Suspense,
        "refund" => MovedWhat::Refund,
        "fee" => MovedWhat::Fee,
        other => return Err(ApiError::new(ErrorCode::BadRequest).with("word", other)),
    })
}

fn filter(find: OrderFind, limit: usize) -> Result<OrderFilter, ApiError> {
    let day = |text: Option<String>| text.as_deref().map(business_day).transpose();
    let amount = |text: Option<String>| text.as_deref().map(parse_amount).transpose();
    Ok(OrderFilter {
        days: between(
            day(find.from)?,
            day(find.to)?,
            business_day(FIRST_DAY)?,
            business_day(LAST_DAY)?,
        ),
        state: find.state.as_deref().map(word).transpose()?,
        search: find.search.filter(|text| !text.trim().is_empty()),
        flagged: find.flagged,
        flag: find.flag.as_deref().map(word).transpose()?,
        provider: find.provider.as_deref().map(word).transpose()?,
        cashier: find.cashier,
        amount: between(
            amount(find.amount_from)?,
            amount(find.amount_to)?,
            Money::ZERO,
            Money::LARGEST_SALE,
        ),
        moved: find.moved.map(moved).transpose()?,
        before_number: find.before,
        limit,
        ..OrderFilter::default()
    })
}

pub(crate) async fn order_find(app: &App, _: Who, request: OrderFind) -> Result<Found, ApiError> {
    let limit = request.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let filter = filter(request, limit + 1)?;
    let mut orders = app.till().ledger().list(filter).await?;
    let more = orders.len() > limit;
    orders.truncate(limit);
    Ok(Found {
        orders: app.show_all(&orders).await,
        more,
    })
}

pub(crate) async fn order_timeline(
    app: &App,
    who: Who,
    request: dto::OrderRequest,
) -> Result<Bill, ApiError> {
    let order = app.find(&request.order).await?;
    let raw_allowed = who.may(Right::Own);
    let filter = SlipFilter {
        order: Some(order.id),
        ..SlipFilter::default()
    };
    let slips = app.till().ledger().slips(filter).await?;
    Ok(Bill {
        lines: app.timeline_lines(&order, raw_allowed).await?,
        slips: slips.iter().map(crate::slips::slip).collect(),
        documents: order
            .documents
            .iter()
            .map(|document| DocumentLine {
                kind: document.kind.word(),
                number: document.number.clone(),
                at: moment(document.at),
            })
            .collect(),
        order: app.show(&order).await,
        raw_allowed,
    })
}

pub(crate) async fn refund_offer(
    app: &App,
    _: Who,
    request: dto::OrderRequest,
) -> Result<RefundOffer, ApiError> {
    let order = app.find(&request.order).await?;
    let paths = app.till().refund_paths(&order);
    let refundable = |path: &RefundPath| Refundable {
        attempt_id: path.attempt.to_string(),
        provider: path.provider.word(),
        method: path.provider.method().word(),
        refundable: path.refundable.to_string(),
        kind: path.kind.word(),
        until: path.until.map(moment),
    };
    Ok(RefundOffer {
        attempts: paths.iter().map(refundable).collect(),
    })
}

pub(crate) async fn order_refund(
    app: &App,
    who: Who,
    request: RefundRequest,
) -> Result<dto::Order, ApiError> {
    let wish = RefundWish {
        order: request.order,
        amount: request.amount,
        reason: request.reason,
        by: who.named()?,
        by_transfer: request.by_transfer.filter(|text| !text.trim().is_empty()),
        attempt: request.attempt,
    };
    let (order, _) = app.refund(wish).await?;
    Ok(order)
}

pub(crate) async fn slip_picture(
    app: &App,
    _: Who,
    request: SlipPictureRequest,
) -> Result<SlipPictureReply, ApiError> {
    let id: SlipId = request
        .slip_id
        .parse()
        .map_err(|_| ApiError::new(ErrorCode::BadRequest).with("argument", "slip_id"))?;
    let bytes = app.till().slip_picture(id).await?;
    Ok(SlipPictureReply {
        mime: mime(&bytes),
        picture_base64: base64::engine::general_purpose::STANDARD.encode(bytes),
    })
}

/// By the first bytes: only these four kinds are ever kept.
fn mime(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xFF, 0xD8, ..] => "image/jpeg",
        [b'G', b'I', b'F', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "image/png",
    }
}
