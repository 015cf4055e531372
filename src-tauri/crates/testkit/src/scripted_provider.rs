//! A provider that does what a test says: every act has its own [`Script`], and a capability exists when the test gave
//! it. It knows no wire format and keeps no payments; what a real provider would do is the simulator's business.

use async_trait::async_trait;
use keptang_domain::order::{Quote, RefundKind};
use keptang_domain::{Money, ProviderId, Timestamp, Tracking};
use keptang_ports::{
    Asset, Cancel, CancelOutcome, CreatePayment, Created, Found, Lookup, LostPayment, Notice, NoticeAnswer,
    NoticeError, NoticeOutcome, NoticeReader, PaymentProvider, PaymentRef, Payouts, ProviderError,
    ProviderProfile, RawNotice, RefundRequest, Refunded, Refunds, Report, Resend, Statement, StatementLine,
    StatusQuery, TestReport, Verdict, WayBack,
};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// The answers to one kind of question. Answers given ahead are used first, in order; after that the rule answers.
pub struct Script<Q, A> {
    inner: Mutex<Inner<Q, A>>,
}

type Rule<Q, A> = Box<dyn FnMut(&Q) -> A + Send>;

struct Inner<Q, A> {
    ahead: VecDeque<Step<A>>,
    rule: Rule<Q, A>,
    asked: Vec<Q>,
    open: usize,
    most_open: usize,
    takes: Duration,
}

enum Step<A> {
    Answer(A),
    Hang(oneshot::Receiver<A>),
}

impl<Q: Clone + Send, A: Send> Script<Q, A> {
    /// A script that answers by `rule`.
    pub fn new(rule: impl FnMut(&Q) -> A + Send + 'static) -> Self {
        Self {
            inner: Mutex::new(Inner {
                ahead: VecDeque::new(),
                rule: Box::new(rule),
                asked: Vec::new(),
                open: 0,
                most_open: 0,
                takes: Duration::ZERO,
            }),
        }
    }

    /// Answers the next question that has no answer yet.
    pub fn then(&self, answer: A) -> &Self {
        self.lock().ahead.push_back(Step::Answer(answer));
        self
    }

    /// Lets the next question hang until the test answers it. Dropping the sender leaves it without an answer for ever.
    pub fn then_hang(&self) -> oneshot::Sender<A> {
        let (release, held) = oneshot::channel();
        self.lock().ahead.push_back(Step::Hang(held));
        release
    }

    /// Answers every question from now on for which nothing was given ahead.
    pub fn always(&self, rule: impl FnMut(&Q) -> A + Send + 'static) -> &Self {
        self.lock().rule = Box::new(rule);
        self
    }

    /// Every answer that does not hang takes this long, by the runtime's timer.
    pub fn takes(&self, time: Duration) -> &Self {
        self.lock().takes = time;
        self
    }

    /// Every question so far, oldest first.
    pub fn asked(&self) -> Vec<Q> {
        self.lock().asked.clone()
    }

    /// How many questions so far.
    pub fn count(&self) -> usize {
        self.lock().asked.len()
    }

    /// The largest number of questions that were unanswered at the same time.
    pub fn most_open(&self) -> usize {
        self.lock().most_open
    }

    pub(crate) async fn ask(&self, question: &Q) -> A {
        let (step, takes, _open) = {
            let mut inner = self.lock();
            inner.asked.push(question.clone());
            inner.open += 1;
            inner.most_open = inner.most_open.max(inner.open);
            let step = match inner.ahead.pop_front() {
                Some(step) => step,
                None => Step::Answer((inner.rule)(question)),
            };
            (step, inner.takes, Open(self))
        };
        match step {
            Step::Answer(answer) => {
                // A real answer never comes within the same poll; without this, nothing could happen meanwhile.
                tokio::task::yield_now().await;
                tokio::time::sleep(takes).await;
                answer
            }
            Step::Hang(held) => match held.await {
                Ok(answer) => answer,
                Err(_) => std::future::pending().await,
            },
        }
    }
}

impl<Q, A> Script<Q, A> {
    fn lock(&self) -> MutexGuard<'_, Inner<Q, A>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a question as open until it is answered or whoever asked gave up.
struct Open<'a, Q, A>(&'a Script<Q, A>);

impl<Q, A> Drop for Open<'_, Q, A> {
    fn drop(&mut self) {
        self.0.lock().open -= 1;
    }
}

/// Answers of a create.
pub type Creates = Script<CreatePayment, Result<Created, ProviderError>>;
/// Answers of a status query.
pub type Queries = Script<PaymentRef, Result<Report, ProviderError>>;
/// Answers of a lookup.
pub type Lookups = Script<LostPayment, Result<Option<Found>, ProviderError>>;
/// Answers of a cancel.
pub type Cancels = Script<PaymentRef, Result<CancelOutcome, ProviderError>>;

/// Answers about refunds.
pub struct RefundScripts {
    /// The one request.
    pub refund: Script<RefundRequest, Result<Refunded, ProviderError>>,
    /// The look for one whose answer was lost.
    pub find: Script<RefundRequest, Result<Option<Refunded>, ProviderError>>,
}

type Reading = Box<dyn Fn(&RawNotice) -> Result<Notice, NoticeError> + Send + Sync>;

struct ScriptedReader {
    account_wide: bool,
    reading: Reading,
}

/// A provider with the capabilities a test gave it. Without instructions it takes every payment with a text QR, says
/// "nothing yet" when asked, finds nothing, cancels everything and refunds everything.
pub struct ScriptedProvider {
    id: ProviderId,
    profile: ProviderProfile,
    /// Creating payments.
    pub creates: Creates,
    queries: Option<Queries>,
    lookups: Option<Lookups>,
    cancels: Option<Cancels>,
    refunds: Option<RefundScripts>,
    reader: Option<ScriptedReader>,
    statement: Option<Statements>,
}

/// Lists, by the range that was asked for.
pub type Statements = Script<(Timestamp, Timestamp), Result<Vec<StatementLine>, ProviderError>>;

impl ScriptedProvider {
    /// A provider that can do nothing but create.
    pub fn new(id: ProviderId) -> Self {
        Self {
            id,
            profile: ProviderProfile {
                min: Money::SMALLEST_SALE,
                max: Money::LARGEST_SALE,
                tracking: vec![Tracking::Person],
                own_life_ms: None,
                requests_per_second: 100,
                live: false,
                fault: None,
            },
            creates: Script::new(|payment: &CreatePayment| Ok(accepts(payment, payment.amount))),
            queries: None,
            lookups: None,
            cancels: None,
            refunds: None,
            reader: None,
            statement: None,
        }
    }

    /// With every capability, callbacks on one address for the account and read by `reading`.
    pub fn able(
        id: ProviderId,
        reading: impl Fn(&RawNotice) -> Result<Notice, NoticeError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(id)
            .with_status()
            .with_lookup()
            .with_cancel()
            .with_refunds()
            .with_notices(true, reading)
    }

    /// Changes the profile.
    #[must_use]
    pub fn with_profile(mut self, change: impl FnOnce(&mut ProviderProfile)) -> Self {
        change(&mut self.profile);
        self
    }

    /// Can be asked.
    #[must_use]
    pub fn with_status(mut self) -> Self {
        self.queries = Some(Script::new(|payment: &PaymentRef| {
            Ok(report(&payment.provider_ref, Verdict::Pending))
        }));
        self
    }

    /// Finds payments by our reference.
    #[must_use]
    pub fn with_lookup(mut self) -> Self {
        self.lookups = Some(Script::new(|_: &LostPayment| Ok(None)));
        self
    }

    /// Cancels.
    #[must_use]
    pub fn with_cancel(mut self) -> Self {
        self.cancels = Some(Script::new(|_: &PaymentRef| Ok(CancelOutcome::Cancelled)));
        self
    }

    /// Gives money back.
    #[must_use]
    pub fn with_refunds(mut self) -> Self {
        self.refunds = Some(RefundScripts {
            refund: Script::new(|request: &RefundRequest| {
                Ok(Refunded {
                    kind: RefundKind::Refund,
                    provider_ref: format!("rfnd-{}", request.refund),
                })
            }),
            find: Script::new(|_: &RefundRequest| Ok(None)),
        });
        self
    }

    /// Calls back, on one address for the account or one for each attempt.
    #[must_use]
    pub fn with_notices(
        mut self,
        account_wide: bool,
        reading: impl Fn(&RawNotice) -> Result<Notice, NoticeError> + Send + Sync + 'static,
    ) -> Self {
        self.reader = Some(ScriptedReader {
            account_wide,
            reading: Box::new(reading),
        });
        self
    }

    /// Lists what it knows.
    #[must_use]
    pub fn with_statement(mut self) -> Self {
        self.statement = Some(Script::new(|_: &(Timestamp, Timestamp)| Ok(Vec::new())));
        self
    }

    /// Lists.
    pub fn statements(&self) -> &Statements {
        self.statement.as_ref().expect("the test gave it a list")
    }

    /// Status queries.
    pub fn queries(&self) -> &Queries {
        self.queries.as_ref().expect("the test gave it a status query")
    }

    /// Lookups.
    pub fn lookups(&self) -> &Lookups {
        self.lookups.as_ref().expect("the test gave it a lookup")
    }

    /// Cancels.
    pub fn cancels(&self) -> &Cancels {
        self.cancels.as_ref().expect("the test gave it a cancel")
    }

    /// Refunds.
    pub fn refund_scripts(&self) -> &RefundScripts {
        self.refunds.as_ref().expect("the test gave it refunds")
    }
}

/// The provider's reference for a payment it takes without instructions.
pub fn reference_of(attempt: keptang_domain::AttemptId) -> String {
    format!("pay-{attempt}")
}

/// An accepted payment with a text QR and no end of its own.
pub fn accepts(payment: &CreatePayment, payable: Money) -> Created {
    Created {
        provider_ref: Some(reference_of(payment.attempt)),
        payable,
        offer: Ok(keptang_domain::order::Instruction::QrText {
            text: format!("qr of {}", payment.attempt),
        }),
        lifetime_ms: None,
        said: None,
    }
}

/// A report on one payment.
pub fn report(provider_ref: &str, verdict: Verdict) -> Report {
    Report {
        provider_ref: provider_ref.to_owned(),
        verdict,
        said: None,
    }
}

#[async_trait]
impl StatusQuery for Queries {
    async fn query(&self, payment: &PaymentRef) -> Result<Report, ProviderError> {
        self.ask(payment).await
    }
}

#[async_trait]
impl Lookup for Lookups {
    async fn find(&self, lost: &LostPayment) -> Result<Option<Found>, ProviderError> {
        self.ask(lost).await
    }
}

#[async_trait]
impl Cancel for Cancels {
    async fn cancel(&self, payment: &PaymentRef) -> Result<CancelOutcome, ProviderError> {
        self.ask(payment).await
    }
}

#[async_trait]
impl Refunds for RefundScripts {
    async fn refund(&self, request: &RefundRequest) -> Result<Refunded, ProviderError> {
        self.refund.ask(request).await
    }

    async fn find(&self, request: &RefundRequest) -> Result<Option<Refunded>, ProviderError> {
        self.find.ask(request).await
    }

    fn way_back(&self, _paid_at: Timestamp, _now: Timestamp) -> Option<WayBack> {
        Some(WayBack {
            kind: RefundKind::Refund,
            until: None,
        })
    }
}

impl NoticeReader for ScriptedReader {
    fn account_wide(&self) -> bool {
        self.account_wide
    }

    fn read(&self, notice: &RawNotice, _now: Timestamp) -> Result<Notice, NoticeError> {
        (self.reading)(notice)
    }

    fn answer(&self, outcome: NoticeOutcome) -> NoticeAnswer {
        NoticeAnswer {
            status: match outcome {
                NoticeOutcome::Stored => 200,
                NoticeOutcome::BadSignature => 401,
                NoticeOutcome::Unreadable => 400,
                NoticeOutcome::UnknownAddress => 404,
                NoticeOutcome::NotStored => 503,
            },
            content_type: "text/plain",
            body: format!("{outcome:?}"),
        }
    }
}

#[async_trait]
impl PaymentProvider for ScriptedProvider {
    fn id(&self) -> ProviderId {
        self.id
    }

    fn profile(&self) -> &ProviderProfile {
        &self.profile
    }

    fn assets(&self) -> Vec<Asset> {
        Vec::new()
    }

    fn quote(
        &self,
        _amount: Money,
        _asset: Option<&Asset>,
        _now: Timestamp,
    ) -> Result<Option<Quote>, ProviderError> {
        Ok(None)
    }

    fn clock_ahead_ms(&self) -> Option<i64> {
        None
    }

    async fn create(&self, payment: &CreatePayment) -> Result<Created, ProviderError> {
        self.creates.ask(payment).await
    }

    fn status(&self) -> Option<&dyn StatusQuery> {
        match &self.queries {
            Some(script) => Some(script),
            None => None,
        }
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        match &self.lookups {
            Some(script) => Some(script),
            None => None,
        }
    }

    fn notices(&self) -> Option<&dyn NoticeReader> {
        match &self.reader {
            Some(reader) => Some(reader),
            None => None,
        }
    }

    fn cancel(&self) -> Option<&dyn Cancel> {
        match &self.cancels {
            Some(script) => Some(script),
            None => None,
        }
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        match &self.refunds {
            Some(scripts) => Some(scripts),
            None => None,
        }
    }

    fn resend(&self) -> Option<&dyn Resend> {
        None
    }

    fn statement(&self) -> Option<&dyn Statement> {
        self.statement.as_ref().map(|script| -> &dyn Statement { script })
    }

    fn payouts(&self) -> Option<&dyn Payouts> {
        None
    }

    async fn test(&self) -> TestReport {
        TestReport {
            fault: self.profile.fault.clone(),
            message_th: "ทดสอบ".to_owned(),
            message_en: "test".to_owned(),
        }
    }
}

#[async_trait]
impl Statement for Statements {
    async fn list(
        &self,
        from: Timestamp,
        to: Timestamp,
        _known: &[PaymentRef],
    ) -> Result<Vec<StatementLine>, ProviderError> {
        self.ask(&(from, to)).await
    }
}
