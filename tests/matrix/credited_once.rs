//! The same sale is never credited twice, by any mixture of customers, questions, callbacks, a person's word, further
//! attempts and restarts; and at the end every baht the provider took is in the books.

use crate::provider::{Can, Player};
use crate::stage::{BEYOND_EXPIRY_MS, SALE, Stage};
use keptang_domain::order::{Attempt, ConfirmReason, Order, OrderState};
use keptang_domain::{Money, OrderId};
use keptang_ports::RawNotice;
use keptang_simulator::control::{ActRequest, Action};
use keptang_simulator::faults::{Fault, FaultRule};
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;

/// Enough to find each mistake that was put in on purpose; `PROPTEST_CASES` asks for more.
const CASES: u32 = 64;
const STEPS: std::ops::Range<usize> = 1..16;
/// Longer than the longest pause between two questions about a payment that somebody still waits for.
const LONGEST_LOOK_MS: i64 = 12 * 60_000;

/// Something that happens at the counter. Numbers choose among what is there at that moment.
#[derive(Debug, Clone, Copy)]
enum Step {
    Pay(usize),
    PayPart(usize),
    Fail(usize),
    Expire(usize),
    /// The customer's payment is looked at and not decided.
    Hold(usize),
    /// Time for a question or two.
    Wait,
    WaitLong,
    /// Nobody pays before the end.
    Deadline,
    Deliver(usize),
    /// Delivered, and it will come again.
    Duplicate(usize),
    /// The provider calls once more by itself.
    Resend(usize),
    Check,
    Vouch,
    Retry,
    RetryAndLoseTheAnswer,
    RetryAndLoseTheRequest,
    Cancel,
    Restart,
    BreakQuestions,
    Repair,
}

fn steps_at(player: Player) -> impl Strategy<Value = Vec<Step>> {
    let can = |can: Can| player.can(can);
    let mut steps: Vec<(u32, BoxedStrategy<Step>)> = vec![
        (2, Just(Step::Wait).boxed()),
        (1, Just(Step::WaitLong).boxed()),
        (1, Just(Step::Deadline).boxed()),
        (2, Just(Step::Check).boxed()),
        (2, Just(Step::Vouch).boxed()),
        (3, Just(Step::Retry).boxed()),
        (2, Just(Step::Cancel).boxed()),
        (2, Just(Step::Restart).boxed()),
    ];
    let which = || any::<prop::sample::Index>().prop_map(|index| index.index(1_000));
    if can(Can::BeCalled) {
        steps.extend([
            (6, which().prop_map(Step::Pay).boxed()),
            (1, which().prop_map(Step::Expire).boxed()),
            (1, Just(Step::RetryAndLoseTheAnswer).boxed()),
            (1, Just(Step::RetryAndLoseTheRequest).boxed()),
            (1, Just(Step::BreakQuestions).boxed()),
            (1, Just(Step::Repair).boxed()),
        ]);
    }
    if can(Can::CallBack) {
        steps.extend([
            (4, which().prop_map(Step::Deliver).boxed()),
            (3, which().prop_map(Step::Duplicate).boxed()),
            (2, which().prop_map(Step::Resend).boxed()),
            (1, which().prop_map(Step::Hold).boxed()),
        ]);
    }
    if can(Can::Fail) {
        steps.push((1, which().prop_map(Step::Fail).boxed()));
    }
    if can(Can::TakePart) {
        steps.push((2, which().prop_map(Step::PayPart).boxed()));
    }
    prop::collection::vec(Union::new_weighted(steps), STEPS)
}

/// One sale and the callbacks that are still on their way.
struct Sale<'a> {
    stage: &'a mut Stage,
    id: OrderId,
    on_the_way: Vec<RawNotice>,
}

impl Sale<'_> {
    async fn attempt(&self, which: usize) -> Attempt {
        let order = self.stage.order(self.id).await;
        order.attempts[which % order.attempts.len()].clone()
    }

    /// What the customer or the provider does, where it can be done.
    async fn act(&self, which: usize, action: Action, sum: Option<Money>) {
        let attempt = self.attempt(which).await;
        let Some(view) = self.stage.record(attempt.id).await else {
            return;
        };
        let details = ActRequest {
            amount_satang: sum.map(Money::satang),
            ..ActRequest::default()
        };
        // Refused where the payment is beyond it, which is the provider's to know.
        let _ = self.stage.control.act_with(&view.id, action, &details).await;
        self.stage.control.flush_webhooks().await.unwrap();
    }

    async fn pay(&self, which: usize) {
        self.act(which, Action::Pay, None).await;
        self.act(which, Action::PayLate, None).await;
    }

    /// Once more where the provider can tell it, once where it cannot.
    async fn pay_if_possible(&self, which: usize) {
        let attempt = self.attempt(which).await;
        if !self.stage.taken(&attempt).await.is_positive() {
            self.pay(which).await;
        } else if self.stage.can(Can::TakeTwice) {
            self.act(which, Action::PayTwice, None).await;
        }
    }

    async fn retry_with(&self, fault: Option<Fault>) {
        let rule = fault.map(|fault| FaultRule::once(fault).at(self.stage.endpoints().create));
        let set = match &rule {
            Some(rule) => Some(self.stage.control.set_fault(rule).await.unwrap().id),
            None => None,
        };
        let method = self.stage.provider().method();
        // Refused where nothing is owed.
        let _ = self
            .stage
            .till
            .retry(
                self.id,
                method,
                Some(self.stage.provider()),
                &keptang_checkout::Particulars::default(),
            )
            .await;
        self.stage.quiet().await;
        if let Some(rule) = set {
            // Gone already when it was used.
            let _ = self.stage.control.remove_fault(rule).await;
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Pay(which) => self.pay_if_possible(which).await,
            Step::PayPart(which) => {
                let part = Money::from_satang(SALE.satang() / 3);
                self.act(which, Action::Pay, Some(part)).await;
            }
            Step::Fail(which) => self.act(which, Action::Fail, None).await,
            Step::Expire(which) => self.act(which, Action::Expire, None).await,
            // Of a part that is there already nothing more would be told until somebody decides.
            Step::Hold(which) => {
                let attempt = self.attempt(which).await;
                if self.stage.taken(&attempt).await == Money::ZERO {
                    self.act(which, Action::Hold, None).await;
                }
            }
            Step::Wait => self.stage.pass(2_500).await,
            Step::WaitLong => self.stage.pass(40_000).await,
            Step::Deadline => self.stage.pass(BEYOND_EXPIRY_MS).await,
            Step::Deliver(which) if !self.on_the_way.is_empty() => {
                let callback = self.on_the_way.swap_remove(which % self.on_the_way.len());
                self.stage.deliver(callback).await;
            }
            Step::Duplicate(which) if !self.on_the_way.is_empty() => {
                let callback = self.on_the_way[which % self.on_the_way.len()].clone();
                self.stage.deliver(callback).await;
            }
            Step::Deliver(_) | Step::Duplicate(_) => {}
            Step::Resend(which) => {
                if let Some(view) = self.stage.record(self.attempt(which).await.id).await {
                    self.stage.control.resend_webhook(&view.id, None).await.unwrap();
                    self.stage.control.flush_webhooks().await.unwrap();
                }
            }
            Step::Check => drop(self.stage.check(self.id).await),
            Step::Vouch => {
                let reason = ConfirmReason::PhoneCall;
                // Refused where it is paid already, or called off.
                let _ = self
                    .stage
                    .till
                    .confirm(self.id, "Somchai".to_owned(), reason, None)
                    .await;
            }
            Step::Retry => self.retry_with(None).await,
            Step::RetryAndLoseTheAnswer => self.retry_with(Some(Fault::CutAfter)).await,
            Step::RetryAndLoseTheRequest => self.retry_with(Some(Fault::CutBefore)).await,
            Step::Cancel => {
                // Refused where money is there.
                let _ = self.stage.till.cancel(self.id, None).await;
            }
            Step::Restart => self.stage.restart().await,
            Step::BreakQuestions => self.stage.break_questions().await,
            Step::Repair => self.stage.repair().await,
        }
        self.stage.quiet().await;
        self.on_the_way.extend(self.stage.gate.take());
    }

    /// Nothing is credited that the provider did not take, and nothing that was credited goes away.
    async fn expect_no_more_than_taken(&self, before: &Order) -> Order {
        let order = self.stage.order(self.id).await;
        for attempt in &order.attempts {
            let evidenced = Money::checked_sum(attempt.evidence.iter().map(|e| e.amount)).unwrap();
            let taken = self.stage.taken(attempt).await;
            assert!(
                evidenced <= taken,
                "{evidenced} credited, {taken} taken: {order:#?}"
            );
            let word = attempt.person_word.unwrap_or(Money::ZERO);
            assert!(
                attempt.received() <= taken.max(word),
                "a word was added to evidence: {order:#?}"
            );
        }
        assert!(
            order.received() >= before.received(),
            "received went down: {order:#?}"
        );
        if before.state == OrderState::Settled {
            assert_eq!(order.state, OrderState::Settled, "{order:#?}");
        }
        order
    }

    /// Everybody is heard out: callbacks arrive, questions are answered, and nobody pays any more.
    async fn hear_out(&mut self) {
        self.stage.repair().await;
        for callback in std::mem::take(&mut self.on_the_way) {
            self.stage.deliver(callback).await;
        }
        for _ in 0..2 {
            self.stage.learn(self.id).await;
            self.stage.pass(LONGEST_LOOK_MS).await;
        }
        self.stage.deliver_all().await;
    }

    async fn expect_all_taken(&self) {
        let order = self.stage.order(self.id).await;
        for attempt in &order.attempts {
            let taken = self.stage.taken(attempt).await;
            let word = attempt.person_word.unwrap_or(Money::ZERO);
            assert_eq!(attempt.received(), taken.max(word), "taken {taken}: {order:#?}");
        }
    }
}

async fn play(stage: &mut Stage, steps: &[Step]) {
    stage.clear().await;
    let id = stage.sell().await;
    let mut sale = Sale {
        stage,
        id,
        on_the_way: Vec::new(),
    };
    let mut before = sale.stage.order(id).await;
    for step in steps {
        sale.take(*step).await;
        before = sale.expect_no_more_than_taken(&before).await;
    }
    sale.hear_out().await;
    sale.expect_no_more_than_taken(&before).await;
    sale.expect_all_taken().await;
    stage.expect_sound().await;
}

fn same_sale_is_never_credited_twice(player: Player) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stage = RefCell::new(runtime.block_on(Stage::open(player)));
    let config = Config {
        cases: match std::env::var_os("PROPTEST_CASES") {
            Some(_) => Config::default().cases,
            None => CASES,
        },
        failure_persistence: None,
        // Each try is a whole sale.
        max_shrink_iters: 200,
        ..Config::default()
    };
    let found = TestRunner::new(config).run(&steps_at(player), |steps| {
        runtime.block_on(play(&mut stage.borrow_mut(), &steps));
        Ok(())
    });
    runtime.block_on(async move { drop(stage) });
    if let Err(error) = found {
        panic!("{error}");
    }
}

macro_rules! at_every_provider {
    ($($name:ident $player:ident,)*) => {
        mod same_sale_is_never_credited_twice {
            $(#[test]
            fn $name() {
                super::same_sale_is_never_credited_twice(crate::provider::Player::$player);
            })*
        }
    };
}

at_every_provider! {
    omise_truemoney OmiseTrueMoney,
    deposit_gateway DepositGateway,
    jwt_gateway JwtGateway,
    jwt_gateway_unasked JwtGatewayUnasked,
    crypto_2328 Crypto2328,
    promptpay_direct PromptPayDirect,
}
