//! What every provider client keeps to, whatever it speaks.
//!
//! A provider writes `keptang_testkit::provider_contract!(new_stage: status lookup cancel refunds notices);` in a test
//! file, where `new_stage` is an `async fn() -> impl Stage` and the words are its capabilities. A capability that the
//! provider claims and that is not named there fails the suite, as does one that is named and not claimed: what a
//! provider says it can do is tested.
//!
//! The suite asks through the port and looks at the truth through the [`Stage`]: what exists at the provider, whatever
//! its answers said.

pub mod cancel;
pub mod creating;
pub mod lookup;
pub mod notices;
pub mod profile;
pub mod refunds;
pub mod status;

use crate::builders::baht;
use crate::clock::TestIds;
use async_trait::async_trait;
use keptang_domain::{AttemptId, Money, Timestamp};
use keptang_ports::{
    CreatePayment, Created, Ids, LostPayment, PaymentProvider, PaymentRef, ProviderError, RawNotice, Report,
    Verdict,
};
use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

/// The provider's other side, as far as a test plays it: the customer, the operator, and bad luck.
#[async_trait]
pub trait Stage: Send + Sync {
    /// The client under test, set up right, with every capability switched on and with a request timeout well below
    /// [`PATIENCE`].
    fn provider(&self) -> &dyn PaymentProvider;

    /// The same client, pointed at an address where nobody listens.
    fn unreachable(&self) -> &dyn PaymentProvider;

    /// The moment by the client's own clock.
    fn now(&self) -> Timestamp;

    /// Where callbacks are received on this stage.
    fn callback_url(&self) -> String;

    /// The truth: every payment there is, oldest first.
    async fn payments(&self) -> Vec<Payment>;

    /// How often the client has sent this kind of request.
    async fn requests(&self, act: Act) -> u64;

    /// How often it followed a redirect of the API.
    async fn redirects_followed(&self) -> u64;

    /// The customer pays, also when the time is up.
    async fn pay(&self, reference: &str);

    /// The payment fails.
    async fn fail(&self, reference: &str);

    /// The payment's time ends.
    async fn lapse(&self, reference: &str);

    /// The customer pays in the very moment in which the client asks to cancel.
    async fn pay_during_cancel(&self);

    /// The next request of this kind goes wrong like this.
    async fn trouble(&self, act: Act, trouble: Trouble);

    /// From now on answers to questions about payments lie like this.
    async fn lie(&self, lie: Lie);

    /// Frees what hangs.
    async fn release(&self);

    /// A callback that says this payment is paid, as it went over the wire.
    async fn notice(&self, reference: &str, kind: NoticeKind) -> RawNotice;
}

/// A payment as it really is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The provider's reference.
    pub reference: String,
    /// Our reference, as the provider was told it.
    pub attempt: Option<AttemptId>,
    /// What it is over.
    pub amount: Money,
    /// What went back.
    pub returned: Money,
    /// It can still be paid.
    pub payable: bool,
    /// It is paid.
    pub paid: bool,
}

/// Kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// [`PaymentProvider::create`].
    Create,
    /// Asking about one payment.
    Query,
    /// Looking for a payment by our own reference.
    Lookup,
    /// Cancelling.
    Cancel,
    /// Giving money back.
    Refund,
    /// Looking for a refund.
    FindRefund,
}

/// What goes wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection ends before the provider acts.
    CutBefore,
    /// The provider acts, then the connection ends.
    CutAfter,
    /// The provider acts and never answers.
    Hang,
    /// The provider says that it has trouble of its own and has not acted.
    ServerError,
    /// The same, but it had acted.
    ServerErrorAfter,
    /// A page for people, with status 200.
    Html,
    /// Nothing, with status 200.
    Empty,
    /// The provider acts; half of its answer comes.
    Half,
    /// Come back later.
    SlowDown,
    /// It lives elsewhere.
    Redirect,
    /// The key is not accepted.
    KeyRejected,
    /// A refusal in the provider's own form.
    Refusal,
}

/// What an answer about a payment says falsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Another amount.
    Amount,
    /// Another currency.
    Currency,
    /// Test money for real money, or the reverse.
    Mode,
    /// A status word that is on no page.
    Word,
}

/// How a callback went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Not at all.
    Genuine,
    /// Signed with a key nobody has.
    Forged,
    /// Changed after signing.
    Altered,
    /// Signed properly, long ago.
    Stale,
}

/// Every question ends within this, whatever the other side does.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for one answer, with an end.
pub(crate) async fn within<T>(question: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, question)
        .await
        .expect("every question ends by itself")
}

/// A payment to ask for; each has an attempt of its own.
pub(crate) fn wish(stage: &dyn Stage, amount: Money) -> CreatePayment {
    static IDS: TestIds = TestIds::seeded(0);
    CreatePayment {
        attempt: AttemptId::from_bits(IDS.next_id()),
        order_number: "A-0042".to_owned(),
        amount,
        callback_url: Some(stage.callback_url()),
        quote: stage
            .provider()
            .quote(amount, None, stage.now())
            .expect("the provider quotes what it takes"),
    }
}

/// An amount that the provider takes.
pub(crate) fn usual_amount(stage: &dyn Stage) -> Money {
    let profile = stage.provider().profile();
    baht(250).max(profile.min).min(profile.max)
}

/// A payment that the provider took, as the till would remember it.
pub(crate) async fn open(stage: &dyn Stage) -> (CreatePayment, PaymentRef) {
    let wish = wish(stage, usual_amount(stage));
    let created = within(stage.provider().create(&wish)).await;
    let created = created.expect("a usual payment is taken");
    let payment = remembered(&wish, &created);
    (wish, payment)
}

pub(crate) fn remembered(wish: &CreatePayment, created: &Created) -> PaymentRef {
    PaymentRef {
        attempt: wish.attempt,
        order_number: wish.order_number.clone(),
        provider_ref: created
            .provider_ref
            .clone()
            .expect("a provider on this stage gives a reference"),
        payable: created.payable,
        quote: wish.quote.clone(),
    }
}

/// What the till knows of a payment whose answer was lost.
pub(crate) fn lost(stage: &dyn Stage, wish: &CreatePayment) -> LostPayment {
    LostPayment {
        attempt: wish.attempt,
        order_number: wish.order_number.clone(),
        amount: wish.amount,
        submitted_at: stage.now(),
        quote: wish.quote.clone(),
    }
}

/// Asks where a payment stands.
pub(crate) async fn ask(stage: &dyn Stage, payment: &PaymentRef) -> Result<Report, ProviderError> {
    let status = stage
        .provider()
        .status()
        .expect("this provider can be asked, or its suite leaves `status` out");
    within(status.query(payment)).await
}

/// What the provider says of a payment.
pub(crate) async fn verdict(stage: &dyn Stage, payment: &PaymentRef) -> Verdict {
    let report = ask(stage, payment).await.expect("an answer");
    assert_eq!(report.provider_ref, payment.provider_ref);
    report.verdict
}

/// The payments of this attempt, as they really are.
pub(crate) async fn truth(stage: &dyn Stage, attempt: AttemptId) -> Vec<Payment> {
    let mut payments = stage.payments().await;
    payments.retain(|payment| payment.attempt == Some(attempt));
    payments
}

/// Fails when the groups of cases and the capabilities of the provider are not the same.
pub fn assert_groups_are_the_capabilities(provider: &dyn PaymentProvider, groups: &[&str]) {
    let claimed: BTreeSet<&str> = [
        ("status", provider.status().is_some()),
        ("lookup", provider.lookup().is_some()),
        ("cancel", provider.cancel().is_some()),
        ("refunds", provider.refunds().is_some()),
        ("notices", provider.notices().is_some()),
    ]
    .into_iter()
    .filter_map(|(word, claimed)| claimed.then_some(word))
    .collect();
    let tested: BTreeSet<&str> = groups.iter().copied().collect();
    assert_eq!(tested, claimed, "what a provider claims is what its suite tests");
}

/// Makes a test of every case of the named groups and of those that hold for all; see the module of the same name.
#[macro_export]
macro_rules! provider_contract {
    ($stage:ident: $($group:ident)*) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn the_groups_tested_are_the_capabilities_claimed() {
            let stage = $stage().await;
            let groups = [$(stringify!($group)),*];
            let provider = $crate::provider_contract::Stage::provider(&stage);
            $crate::provider_contract::assert_groups_are_the_capabilities(provider, &groups);
        }
        $crate::provider_contract!(@group $stage profile);
        $crate::provider_contract!(@group $stage creating);
        $($crate::provider_contract!(@group $stage $group);)*
    };
    (@group $stage:ident profile) => {
        $crate::provider_contract!(@cases $stage profile:
            tracking_is_backed_by_a_capability
            the_limits_make_sense
            the_connection_test_is_honest);
    };
    (@group $stage:ident creating) => {
        $crate::provider_contract!(@cases $stage creating:
            a_payment_is_made_as_it_was_asked
            each_attempt_is_a_payment_of_its_own
            the_limits_are_the_provider_s_own
            a_refusal_left_nothing_behind
            a_rejected_key_is_a_setting
            being_slowed_down_left_nothing_behind
            a_redirect_is_not_followed
            a_refused_connection_was_not_sent
            without_a_proper_answer_the_outcome_is_unknown
            a_hanging_create_ends_by_itself);
    };
    (@group $stage:ident status) => {
        $crate::provider_contract!(@cases $stage status:
            what_nobody_paid_is_pending
            what_was_paid_is_paid_with_the_same_evidence_each_time
            what_failed_is_declined
            what_lapsed_has_lapsed
            what_is_paid_late_is_paid
            a_success_that_is_not_ours_is_a_contradiction
            an_unknown_word_is_never_success
            an_unknown_payment_is_not_found
            a_spoiled_answer_says_nothing
            a_rejected_key_is_named
            a_redirect_is_not_followed
            a_pause_is_passed_on);
    };
    (@group $stage:ident lookup) => {
        $crate::provider_contract!(@cases $stage lookup:
            a_lost_payment_is_found_and_is_the_only_one
            what_was_never_made_is_not_found
            a_found_payment_comes_with_where_it_stands
            another_attempt_s_payment_is_not_ours
            an_answer_that_is_none_is_not_not_found);
    };
    (@group $stage:ident cancel) => {
        $crate::provider_contract!(@cases $stage cancel:
            a_cancelled_payment_can_no_longer_be_paid
            a_second_cancel_does_no_harm
            payment_beats_cancel
            a_payment_during_the_cancel_beats_it
            a_failed_payment_says_so
            a_cancel_without_an_answer_says_nothing
            an_unknown_payment_is_not_cancelled);
    };
    (@group $stage:ident refunds) => {
        $crate::provider_contract!(@cases $stage refunds:
            everything_goes_back
            a_part_goes_back_and_never_more_than_came
            what_was_not_paid_does_not_go_back
            a_refusal_is_one
            a_lost_answer_is_found_and_nothing_is_asked_twice
            a_request_that_never_arrived_is_not_found
            what_cannot_be_read_is_not_not_found
            a_refused_connection_was_not_sent);
    };
    (@group $stage:ident notices) => {
        $crate::provider_contract!(@cases $stage notices:
            a_genuine_callback_names_the_payment
            a_callback_alone_proves_nothing_where_the_provider_can_be_asked
            what_is_not_genuine_is_not_read
            a_changed_byte_is_noticed
            what_is_missing_is_noticed
            the_same_callback_reads_the_same_again
            an_old_state_that_comes_late_claims_no_money
            answers_say_what_became_of_it);
    };
    (@group $stage:ident $unknown:ident) => {
        compile_error!(concat!("there is no group of cases named ", stringify!($unknown)));
    };
    (@cases $stage:ident $group:ident: $($case:ident)+) => {
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let stage = super::$stage().await;
                    $crate::provider_contract::$group::$case(&stage).await;
                }
            )+
        }
    };
}
