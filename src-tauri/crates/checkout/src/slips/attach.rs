//! Which order a transfer pays, and the event that says so.

use super::SlipDesk;
use super::verify::{Choice, SlipError};
use crate::till::Till;
use keptang_domain::order::{Attempt, AttemptEvent, Evidence, Order, OrderEvent, OrderState, SLIPS, Source};
use keptang_domain::slip::judge::{Doubt, Expected, Use};
use keptang_domain::slip::{Judgement, SlipFacts, SlipRef, judge};
use keptang_domain::{Money, OrderId, ProviderId, Timestamp};
use keptang_ports::{LedgerError, OrderFilter, OrderKey};

/// Orders that a slip without a named one may pay: more than any counter has open.
const OPEN_ORDERS: usize = 500;

/// Orders among which a transfer that was told of already is looked for.
const LATELY_SETTLED: usize = 100;
/// How much later than a gateway's word a transfer may be dated: clocks differ (easyslip.md, section 7).
const TOLERANCE_MS: i64 = 2 * 60_000;

/// The key under which a transfer is unique for all time.
pub(super) fn key(reference: &SlipRef) -> String {
    format!("{}:{}", reference.sending_bank.word(), reference.trans_ref)
}

/// What is asked for a slip's judgement besides its facts.
pub(super) struct Question<'a> {
    pub(super) desk: &'a SlipDesk,
    pub(super) presented_at: Timestamp,
    pub(super) asked: Option<&'a SlipRef>,
    pub(super) used_by: Option<&'a Use>,
}

impl Till {
    /// Who holds a transfer already.
    pub(super) async fn used_by(
        &self,
        reference: &SlipRef,
        wanted: Option<OrderId>,
    ) -> Result<Option<Use>, LedgerError> {
        let Some((holder, at)) = self.inner.ledger.evidence_holder(SLIPS, &key(reference)).await? else {
            return Ok(None);
        };
        let order = self.inner.ledger.load(OrderKey::Id(holder)).await?;
        Ok(Some(Use {
            order_number: order.opening.number,
            at,
            is_this_order: wanted == Some(holder),
        }))
    }

    /// Judges facts for the named order, or finds the order they pay.
    pub(super) async fn judge_facts(
        &self,
        facts: &SlipFacts,
        wanted: Option<OrderId>,
        question: &Question<'_>,
    ) -> Result<(Judgement, Choice), SlipError> {
        if let Some(id) = wanted {
            let order = self.inner.ledger.load(OrderKey::Id(id)).await?;
            let judgement = self.judge_for(&order, facts, question);
            if judgement == Judgement::Accepted && !is_told_without_slip(&order, facts) {
                let told = self.told_of(Some(id), facts, question).await?;
                if !told.is_empty() {
                    let judgement = Judgement::NeedsReview(Doubt::ToldForAnother);
                    return Ok((judgement, Choice::OneOrToldOf(Box::new(order), told)));
                }
            }
            return Ok((judgement, Choice::One(Box::new(order))));
        }
        let judged: Vec<(Judgement, Order)> = self
            .open_bills()
            .await?
            .into_iter()
            .map(|order| (self.judge_for(&order, facts, question), order))
            .collect();
        // A bill of the right sum that a person may still decide for comes before any other that it does not pay.
        let fits = |judgement: &Judgement| *judgement == Judgement::Accepted;
        let fitting = self
            .or_one_told_of(one_or_several(&judged, fits), facts, question)
            .await?;
        let found = fitting.or_else(|| one_or_several(&judged, Judgement::may_be_overridden));
        Ok(match (found, judged.into_iter().next()) {
            (Some(found), _) => found,
            // The newest bill is the one the cashier has on the screen.
            (None, Some((judgement, _))) => (judgement, Choice::NoneFits),
            (None, None) => (self.judge_alone(facts, question), Choice::NoneFits),
        })
    }

    /// A bill that a gateway, or a person, has told of as paid may be the one that this transfer paid: then it would pay
    /// the open one for nothing, and somebody has to say which it is.
    async fn or_one_told_of(
        &self,
        found: Option<(Judgement, Choice)>,
        facts: &SlipFacts,
        question: &Question<'_>,
    ) -> Result<Option<(Judgement, Choice)>, LedgerError> {
        let Some((judgement, Choice::One(open))) = found else {
            return Ok(found);
        };
        let told = self.told_of(None, facts, question).await?;
        let choice = if told.is_empty() {
            Choice::One(open)
        } else {
            let open = std::iter::once(open.opening.number.clone());
            Choice::Several(open.chain(told).collect())
        };
        Ok(Some((judgement, choice)))
    }

    /// Orders besides `named` that somebody told of as paid, by a transfer that may be this one; by number.
    async fn told_of(
        &self,
        named: Option<OrderId>,
        facts: &SlipFacts,
        question: &Question<'_>,
    ) -> Result<Vec<String>, LedgerError> {
        let mut settled = Vec::new();
        // A receipt changes nothing about whose money it was.
        for state in [OrderState::Settled, OrderState::Completed] {
            let filter = OrderFilter {
                state: Some(state),
                limit: LATELY_SETTLED,
                ..OrderFilter::default()
            };
            settled.extend(self.inner.ledger.list(filter).await?);
        }
        Ok(settled
            .into_iter()
            .filter(|order| {
                named != Some(order.id)
                    && is_told_without_slip(order, facts)
                    && self.judge_for(order, facts, question) == Judgement::Accepted
            })
            .map(|order| order.opening.number)
            .collect())
    }

    /// Orders that wait for money and could get it by a transfer, newest first.
    pub(super) async fn open_bills(&self) -> Result<Vec<Order>, LedgerError> {
        let due = self.inner.ledger.list(OrderFilter {
            state: Some(OrderState::Due),
            limit: OPEN_ORDERS,
            ..OrderFilter::default()
        });
        Ok(due.await?.into_iter().filter(pays_by_transfer).collect())
    }

    fn judge_for(&self, order: &Order, facts: &SlipFacts, question: &Question<'_>) -> Judgement {
        let payables: Vec<Money> = order
            .attempts
            .iter()
            .filter(|attempt| takes_slips(attempt))
            .map(|attempt| attempt.payable)
            .collect();
        judge(
            facts,
            &Expected {
                owed: owed(order),
                payables: &payables,
                order_opened_at: order.created_at,
                ..self.expected(question)
            },
        )
    }

    /// With no bill open there is only the receiver and the time to judge by.
    fn judge_alone(&self, facts: &SlipFacts, question: &Question<'_>) -> Judgement {
        judge(
            facts,
            &Expected {
                owed: facts.amount,
                order_opened_at: facts.sent_at,
                ..self.expected(question)
            },
        )
    }

    fn expected<'a>(&self, question: &Question<'a>) -> Expected<'a> {
        Expected {
            owed: Money::ZERO,
            payables: &[],
            order_opened_at: question.presented_at,
            accounts: &question.desk.accounts,
            max_age_ms: question.desk.max_age_ms,
            presented_at: question.presented_at,
            now: self.now(),
            asked: question.asked,
            used_by: question.used_by,
        }
    }

    /// Credits a transfer to an order. Of two that try at once, one wins; the other is told which order has it.
    pub(super) async fn attach(
        &self,
        order: &Order,
        facts: &SlipFacts,
    ) -> Result<Result<Order, Use>, SlipError> {
        let attempt = attempt_for(order, facts.amount).ok_or(SlipError::NothingToPay)?;
        let event = OrderEvent::Attempt {
            said: None,
            attempt: attempt.id,
            event: AttemptEvent::Confirmed {
                evidence: Evidence {
                    key: key(&facts.reference),
                    source: Source::Slip,
                    amount: facts.amount,
                    fee: None,
                },
            },
        };
        match self.record(order.id, event, None).await {
            Ok(after) => {
                // A gateway that can be asked still tells of the same money, which is matched to it.
                self.inner.ledger.wake(attempt.id, self.now()).await?;
                self.inner.wake.notify_one();
                Ok(Ok(after))
            }
            Err(crate::RecordError::Ledger(LedgerError::EvidenceUsed { order: holder })) => {
                let used = self.used_by(&facts.reference, Some(order.id)).await?;
                let holder = self.inner.ledger.load(OrderKey::Id(holder)).await?;
                Ok(Err(used.unwrap_or(Use {
                    order_number: holder.opening.number,
                    at: self.now(),
                    is_this_order: false,
                })))
            }
            Err(crate::RecordError::Ledger(error)) => Err(error.into()),
            Err(crate::RecordError::Transition(error)) => Err(error.into()),
        }
    }
}

/// What a slip has to say to pay: what is missing, or the whole price of a bill that needs nothing more, where a slip
/// is a second word on the same money.
fn owed(order: &Order) -> Money {
    let missing = order.missing();
    if missing.is_positive() {
        missing
    } else {
        order.opening.amount_due
    }
}

/// The orders that were judged so, if there are any.
fn one_or_several(
    judged: &[(Judgement, Order)],
    is_so: impl Fn(&Judgement) -> bool,
) -> Option<(Judgement, Choice)> {
    let so: Vec<&(Judgement, Order)> = judged.iter().filter(|(judgement, _)| is_so(judgement)).collect();
    let (judgement, order) = so.first()?;
    let choice = match so.len() {
        1 => Choice::One(Box::new(order.clone())),
        _ => Choice::Several(so.iter().map(|(_, order)| order.opening.number.clone()).collect()),
    };
    Some((judgement.clone(), choice))
}

/// Whether an order was paid by somebody's word on a transfer like this one, with no slip of its own yet.
fn is_told_without_slip(order: &Order, facts: &SlipFacts) -> bool {
    order
        .attempts
        .iter()
        .filter(|attempt| takes_slips(attempt))
        .any(|attempt| {
            let has_slip = attempt
                .evidence
                .iter()
                .any(|evidence| evidence.source == Source::Slip);
            let came_before = attempt
                .paid_at
                .is_some_and(|paid_at| facts.sent_at <= paid_at.plus_ms(TOLERANCE_MS));
            !has_slip && came_before && attempt.received() == facts.amount
        })
}

/// Whether anything of an order can be paid by a transfer.
pub(super) fn pays_by_transfer(order: &Order) -> bool {
    order.attempts.iter().any(takes_slips)
}

/// Nobody transfers into a drawer or a coin's address.
fn takes_slips(attempt: &Attempt) -> bool {
    !matches!(attempt.provider, ProviderId::Cash | ProviderId::Crypto2328)
}

/// The attempt a transfer of `amount` belongs to: the newest that asks for just that and has no money yet, else the
/// newest that asks for that, else the newest.
fn attempt_for(order: &Order, amount: Money) -> Option<&Attempt> {
    let newest_first = || order.attempts.iter().rev().filter(|attempt| takes_slips(attempt));
    newest_first()
        .find(|attempt| attempt.payable == amount && !attempt.received().is_positive())
        .or_else(|| newest_first().find(|attempt| attempt.payable == amount))
        .or_else(|| newest_first().next())
}
