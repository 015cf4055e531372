//! What each command does: read the words, ask the checkout, show the result.

pub(crate) use crate::bills::{order_find, order_refund, order_timeline, refund_offer, slip_picture};
pub(crate) use crate::configure::{
    backup_drill, backup_now, backup_state, diagnostics, ledger_verify, secret_put, settings_get,
    settings_put,
};
pub(crate) use crate::day::{day_close, day_review, day_sign, review_settle};
pub(crate) use crate::drawer::{drawer_move, shift_close, shift_count, shift_open, shift_state};
pub(crate) use crate::payout::{payout_list, payout_make, payout_settle};
pub(crate) use crate::printing::{
    day_export, day_paper, day_print, order_receipt, printer_drop, printer_state, printer_test, receipt_print,
};
pub(crate) use crate::staff::{audit_list, people_list, person_add, person_change, pin_change};

use crate::app::App;
use crate::dto::{
    ChargeRequest, Checked, ConfirmRequest, MethodInfo, Nothing, Order, OrderRequest, Orders,
    ProviderRequest, Providers, RecentRequest, Reconcile, ReconcileRequest, RetryRequest, SignInRequest,
    SlipRequest, Slips, TillState, TrainingRequest, TrainingSlip, TrainingSlipRequest,
};
use crate::error::{ApiError, ErrorCode, word};
use crate::payout::Balance;
use crate::provider_lines::ProviderTest;
use crate::session::{Session, Who};
use crate::slips::{Slip, SlipSource, VerifyWish};
use crate::training::{Act, SlipStory};
use crate::view;
use base64::Engine as _;
use keptang_checkout::{Charge, CheckOutcome, ConfirmError, Particulars};
use keptang_domain::money::parse_amount;
use keptang_domain::order::{ConfirmReason, OrderState};
use keptang_domain::provider::UnknownWord;
use keptang_domain::role::Right;
use keptang_domain::{AttemptId, Method, OrderId, ProviderId, Timestamp, Tracking};
use keptang_ports::{LedgerError, OrderFilter, OrderKey};
use std::str::FromStr;

/// Bills the window's footer can hold, with some to spare.
const RECENT: usize = 12;
/// A request for more is answered with so many.
const MOST_RECENT: usize = 200;
/// A counter with more running bills than this has other problems.
const MOST_RUNNING: usize = 1_000;

impl App {
    /// An order by id or by the number people see.
    pub(crate) async fn find(&self, text: &str) -> Result<keptang_domain::order::Order, LedgerError> {
        let key = match text.parse::<OrderId>() {
            Ok(id) => OrderKey::Id(id),
            Err(_) => OrderKey::Number(text.trim().to_uppercase()),
        };
        self.till().ledger().load(key).await
    }

    /// The order as the contract shows it.
    pub(crate) async fn show(&self, order: &keptang_domain::order::Order) -> Order {
        view::Surroundings {
            till: self.till(),
            now: self.till().now(),
        }
        .order(order)
        .await
    }

    pub(crate) async fn show_all(&self, orders: &[keptang_domain::order::Order]) -> Vec<Order> {
        let mut shown = Vec::with_capacity(orders.len());
        for order in orders {
            shown.push(self.show(order).await);
        }
        shown
    }
}

pub(crate) async fn till_state(app: &App, _: Who, _: Nothing) -> Result<TillState, ApiError> {
    let till = app.till();
    let now = till.now();
    let around = view::Surroundings { till, now };
    let recent = till
        .ledger()
        .list(OrderFilter {
            limit: RECENT,
            ..OrderFilter::default()
        })
        .await?;
    let running = till
        .ledger()
        .list(OrderFilter {
            running: Some(true),
            limit: MOST_RUNNING,
            ..OrderFilter::default()
        })
        .await?;
    let current = running.iter().find(|order| order.state == OrderState::Due);
    let restored = current.is_some_and(|order| order.created_at < app.started_at());
    let current = match current {
        Some(order) => Some(around.order(order).await),
        None => None,
    };
    let methods: Vec<MethodInfo> = Method::ALL
        .iter()
        .map(|method| method_info(app, &around, *method))
        .collect();
    let shop = &app.settings().shop;
    let session = app.session().await?;
    // A locked till tells nothing but the bill at the counter.
    let recent = if session.locked {
        Vec::new()
    } else {
        app.show_all(&recent).await
    };
    Ok(TillState {
        shop_name: shop.name.clone().unwrap_or_default(),
        branch: shop.branch.clone().unwrap_or_default(),
        language: app.language(),
        era: app.era(),
        training: app.is_training(),
        mode: app.mode(),
        counter: till.config().counter.clone(),
        cashier: session.person.clone(),
        confirmers: confirmers(app).await?,
        shift_word: app.shift_word(now).to_owned(),
        default_method: default_method(app).word(),
        methods,
        callbacks_on: app.callbacks_on(),
        now: view::moment(now),
        offline: offline(app),
        clock_behind_ms: app.clock_behind_ms(),
        current,
        restored,
        recent,
        waiting: running.len(),
        slips_on: till.slip_verifier().is_some(),
        slips_waiting: till.waiting_slips().await?.len(),
        slip_quota: slip_quota(app),
        idle_lock_minutes: shop.idle_lock_minutes.unwrap_or(0),
        shift: till
            .shift_state(&till.config().counter)
            .await?
            .open
            .as_ref()
            .map(crate::drawer::line),
        announcements: app.announcements().await?,
        printer_on: app.print_queue().is_some(),
        session,
    })
}

/// A warning for the owner; the customer's slip is no worse for it.
fn slip_quota(app: &App) -> Option<&'static str> {
    let quota = app.till().slip_verifier()?.quota()?;
    if quota.is_used_up() {
        Some("used_up")
    } else {
        quota.is_low().then_some("low")
    }
}

/// Nobody who is asked over a network could be reached the last time.
fn offline(app: &App) -> bool {
    let till = app.till();
    let mut asked = till
        .providers()
        .filter(|provider| provider.id() != ProviderId::PromptPayDirect)
        .peekable();
    asked.peek().is_some() && asked.all(|provider| till.health(provider.id()).unreachable)
}

async fn confirmers(app: &App) -> Result<Vec<String>, ApiError> {
    let people = app.till().ledger().people().await?;
    let may = people
        .into_iter()
        .filter(|person| !person.disabled && person.role.may(Right::Decide));
    Ok(may.map(|person| person.name).collect())
}

/// The first method whose outcome the till sees by itself; a shop with none starts with the first it has.
fn default_method(app: &App) -> Method {
    let till = app.till();
    let of = |method: &Method| till.config().routing.get(method).cloned().unwrap_or_default();
    let usable = |id: &ProviderId| {
        till.provider(*id)
            .is_some_and(|provider| provider.profile().fault.is_none())
    };
    let seen_by_itself = |id: &ProviderId| {
        till.provider(*id).is_some_and(|provider| {
            let tracking = &provider.profile().tracking;
            provider.profile().fault.is_none()
                && (tracking.contains(&Tracking::Poll) || tracking.contains(&Tracking::Callback))
        })
    };
    let all = || Method::ALL.iter();
    all()
        .find(|method| of(method).iter().any(seen_by_itself))
        .or_else(|| all().find(|method| of(method).iter().any(usable)))
        .copied()
        .unwrap_or(Method::PromptPay)
}

fn method_info(app: &App, around: &view::Surroundings<'_>, method: Method) -> MethodInfo {
    let till = app.till();
    let routed = till.config().routing.get(&method).cloned().unwrap_or_default();
    let providers: Vec<_> = routed
        .iter()
        .filter_map(|id| till.provider(*id))
        .map(|provider| around.provider(provider.as_ref()))
        .collect();
    if method == Method::Cash {
        return cash_info(app);
    }
    let usable = routed
        .iter()
        .filter_map(|id| till.provider(*id))
        .any(|provider| provider.profile().fault.is_none());
    let reason = match (usable, providers.is_empty()) {
        (true, _) => None,
        (false, false) => Some("misconfigured"),
        (false, true) => Some("not_set_up"),
    };
    MethodInfo {
        method: method.word(),
        providers,
        available: usable,
        reason,
    }
}

/// Whether a provider is on. Cash has no client that would tell.
pub(crate) fn takes(app: &App, provider: ProviderId) -> bool {
    app.till().provider(provider).is_some() || (provider == ProviderId::Cash && takes_cash(app))
}

/// Cash is there unless the owner took it off the list.
pub(crate) fn takes_cash(app: &App) -> bool {
    let routed = app.till().config().routing.get(&Method::Cash);
    routed.is_some_and(|providers| providers.contains(&ProviderId::Cash))
}

fn cash_info(app: &App) -> MethodInfo {
    let taken = takes_cash(app);
    MethodInfo {
        method: Method::Cash.word(),
        providers: if taken {
            vec![view::cash_drawer(app.is_training())]
        } else {
            Vec::new()
        },
        available: taken,
        reason: (!taken).then_some("not_set_up"),
    }
}

/// What a method needs besides the amount; a word that belongs to another method is a mistake, not to be passed over.
pub(crate) fn particulars(
    method: Method,
    coin: Option<String>,
    network: Option<String>,
    tendered: Option<&str>,
) -> Result<Particulars, ApiError> {
    let not_for = |argument: &'static str| {
        ApiError::new(ErrorCode::BadRequest)
            .with("argument", argument)
            .with("method", method)
    };
    if method != Method::Crypto && coin.is_some() {
        return Err(not_for("coin"));
    }
    if method != Method::Crypto && network.is_some() {
        return Err(not_for("network"));
    }
    if method != Method::Cash && tendered.is_some() {
        return Err(not_for("tendered"));
    }
    Ok(Particulars {
        coin,
        network,
        tendered: tendered.map(parse_amount).transpose()?,
    })
}

pub(crate) async fn charge(app: &App, who: Who, request: ChargeRequest) -> Result<Order, ApiError> {
    let method = word(&request.method)?;
    let charge = Charge {
        amount: parse_amount(&request.amount)?,
        method,
        provider: request.provider.as_deref().map(word).transpose()?,
        note: request.note.filter(|note| !note.trim().is_empty()),
        cashier: who.name(),
        particulars: particulars(method, request.coin, request.network, request.tendered.as_deref())?,
    };
    let opened = app.till().charge(charge).await;
    let order = opened.map_err(|error| app.not_opened(error))?;
    Ok(app.show(&order).await)
}

pub(crate) async fn order_get(app: &App, who: Who, request: OrderRequest) -> Result<Order, ApiError> {
    let order = app.find(&request.order).await?;
    if !who.may(Right::Look) && app.is_locked().await? && !is_at_the_counter(&order, app.till().now()) {
        return Err(ApiError::new(ErrorCode::Locked).with("right", Right::Look.word()));
    }
    Ok(app.show(&order).await)
}

/// How long a paid bill stays on a locked till, so that the paid signal is seen by whoever comes back.
const PAID_SHOWN_MS: i64 = 10 * 60_000;

/// What the customer in front of a locked till may still be looking at: a live QR, or that it was just paid.
fn is_at_the_counter(order: &keptang_domain::order::Order, now: Timestamp) -> bool {
    let is_running = order.attempts.iter().any(|attempt| !attempt.state.is_final());
    let just_paid = order
        .settled_at
        .is_some_and(|at| now.ms_since(at) < PAID_SHOWN_MS);
    is_running || just_paid
}

pub(crate) async fn order_recent(app: &App, _: Who, request: RecentRequest) -> Result<Orders, ApiError> {
    let limit = request.limit.clamp(1, MOST_RECENT);
    let orders = app
        .till()
        .ledger()
        .list(OrderFilter {
            limit,
            ..OrderFilter::default()
        })
        .await?;
    Ok(Orders {
        orders: app.show_all(&orders).await,
    })
}

pub(crate) async fn order_retry(app: &App, _: Who, request: RetryRequest) -> Result<Order, ApiError> {
    let order = app.find(&request.order).await?;
    let provider = request.provider.as_deref().map(word).transpose()?;
    let method = word(&request.method)?;
    let particulars = particulars(method, request.coin, request.network, request.tendered.as_deref())?;
    let opened = app.till().retry(order.id, method, provider, &particulars).await;
    let order = opened.map_err(|error| app.not_opened(error))?;
    Ok(app.show(&order).await)
}

pub(crate) async fn order_check(app: &App, _: Who, request: OrderRequest) -> Result<Checked, ApiError> {
    let before = app.find(&request.order).await?;
    let (order, outcome) = app.till().check(before.id).await?;
    let code = match outcome {
        CheckOutcome::Paid => "paid",
        CheckOutcome::NothingYet => "nothing_yet",
        CheckOutcome::NoAnswer => "no_answer",
        CheckOutcome::AskedForCallback => "asked_for_callback",
        CheckOutcome::CannotAsk => "cannot_ask",
        CheckOutcome::Ended => "ended",
    };
    Ok(Checked {
        news: order.version != before.version,
        order: app.show(&order).await,
        code,
    })
}

pub(crate) async fn order_cancel(app: &App, who: Who, request: OrderRequest) -> Result<Order, ApiError> {
    let order = app.find(&request.order).await?;
    let order = app.till().cancel(order.id, who.name()).await?;
    Ok(app.show(&order).await)
}

pub(crate) async fn order_confirm(app: &App, who: Who, request: ConfirmRequest) -> Result<Order, ApiError> {
    let order = app.find(&request.order).await?;
    let reason: ConfirmReason = word(&request.reason)?;
    match app
        .till()
        .confirm(order.id, who.named()?, reason, request.note)
        .await
    {
        Ok(order) => Ok(app.show(&order).await),
        // Asking once more found the money: better news than a person's word.
        Err(ConfirmError::AlreadyPaid(order)) => Ok(app.show(&order).await),
        Err(other) => Err(other.into()),
    }
}

pub(crate) async fn provider_list(app: &App, _: Who, _: Nothing) -> Result<Providers, ApiError> {
    Ok(Providers {
        providers: app.provider_lines(),
    })
}

pub(crate) async fn provider_test(
    app: &App,
    _: Who,
    request: ProviderRequest,
) -> Result<ProviderTest, ApiError> {
    app.test_provider(&request.provider).await
}

pub(crate) async fn balance(app: &App, _: Who, request: ProviderRequest) -> Result<Balance, ApiError> {
    app.balance(&request.provider).await
}

pub(crate) async fn reconcile(app: &App, who: Who, request: ReconcileRequest) -> Result<Reconcile, ApiError> {
    let provider = request.provider.as_deref();
    Ok(Reconcile {
        providers: app.reconcile(&request.date, provider, who.name()).await?,
    })
}

/// A picture of the size that is taken, as base64 with room for a line break here and there.
const PICTURE_BASE64_MAX: usize = 6 * 1024 * 1024;

pub(crate) async fn slip_verify(app: &App, who: Who, request: SlipRequest) -> Result<Slip, ApiError> {
    let bad = |what: &'static str| ApiError::new(ErrorCode::BadRequest).with("argument", what);
    let source = match (request.picture_base64, request.text, request.url) {
        (Some(picture), None, None) if picture.len() <= PICTURE_BASE64_MAX => {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(picture)
                .map_err(|_| bad("picture_base64"))?;
            SlipSource::Picture(bytes)
        }
        // What is wrong with a picture is a verdict like any other: this one is too large.
        (Some(_), None, None) => SlipSource::Picture(Vec::new()),
        (None, Some(text), None) => SlipSource::Text(text),
        (None, None, Some(url)) => SlipSource::Link(url),
        _ => return Err(bad("slip")),
    };
    let overriding = match request.approval {
        Some(approval) => {
            let person = app.approve(&approval.user, &approval.pin, Right::Decide).await?;
            Some((person.name, approval.reason))
        }
        None => None,
    };
    app.verify_slip(VerifyWish {
        source,
        order: request.order,
        by: who.name(),
        overriding,
    })
    .await
}

pub(crate) async fn slip_waiting(app: &App, _: Who, _: Nothing) -> Result<Slips, ApiError> {
    Ok(Slips {
        slips: app.slip_queue().await?,
    })
}

pub(crate) async fn training_act(app: &App, _: Who, request: TrainingRequest) -> Result<Nothing, ApiError> {
    let act = Act::from_str(&request.act)
        .map_err(|UnknownWord| ApiError::new(ErrorCode::BadRequest).with("act", &request.act))?;
    let attempt = request.attempt_id.as_deref().map(AttemptId::from_str).transpose();
    let attempt =
        attempt.map_err(|_| ApiError::new(ErrorCode::BadRequest).with("attempt_id", "unreadable"))?;
    app.training_act(attempt, act).await?;
    Ok(Nothing {})
}

pub(crate) async fn training_slip(
    app: &App,
    _: Who,
    request: TrainingSlipRequest,
) -> Result<TrainingSlip, ApiError> {
    let story = SlipStory::from_str(&request.story)
        .map_err(|UnknownWord| ApiError::new(ErrorCode::BadRequest).with("story", &request.story))?;
    let unreadable = |_| ApiError::new(ErrorCode::BadRequest).with("attempt_id", "unreadable");
    let attempt = request.attempt_id.as_deref().map(AttemptId::from_str).transpose();
    let amount = match attempt.map_err(unreadable)? {
        Some(id) => {
            let order = app.till().ledger().load(OrderKey::Attempt(id)).await?;
            order.attempt(id).map(|attempt| attempt.payable)
        }
        None => None,
    };
    let text = app.training_slip(amount, story).await?;
    let picture = keptang_qr::encode(&text).map_err(|_| ApiError::new(ErrorCode::Internal))?;
    Ok(TrainingSlip {
        picture_base64: base64::engine::general_purpose::STANDARD.encode(picture.to_png(8, 4)),
        text,
    })
}

pub(crate) async fn sign_in(app: &App, _: Who, request: SignInRequest) -> Result<Session, ApiError> {
    app.sign_in(&request.user, &request.pin).await
}

pub(crate) async fn lock(app: &App, _: Who, _: Nothing) -> Result<Session, ApiError> {
    app.lock().await
}
