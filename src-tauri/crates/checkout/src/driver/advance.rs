//! One step of one claimed attempt: what to ask in which state, what the answer means, when to ask again.

use crate::crowd::{Group, fair_pause_ms, with_jitter};
use crate::offer;
use crate::policy::{DEADLINE_GRACE_MS, DOUBTS_BEFORE_CONTRADICTION, LOST_LOOKS_MS};
use crate::record::RecordError;
use crate::till::Till;
use keptang_domain::order::{Attempt, AttemptEvent, AttemptState, Order, Reason, Source};
use keptang_domain::{AttemptId, ProviderId};
use keptang_ports::{
    CancelOutcome, Claim, Found, LostPayment, OrderKey, PaymentProvider, PaymentRef, ProviderError, Report,
    Said, Schedule, Verdict, Watch,
};

/// What a step heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The provider answered.
    Answer,
    /// It did not, or not usefully.
    Silence,
    /// It cannot be asked.
    CannotAsk,
}

/// The result of a step.
pub(super) struct Stepped {
    pub(super) order: Order,
    pub(super) heard: Heard,
    watch: Watch,
    /// The provider named a pause.
    pause_ms: Option<i64>,
}

impl Till {
    /// One step of a claimed attempt, and the claim given back.
    pub(super) async fn follow(&self, claim: Claim) -> Option<(Order, Heard)> {
        match self.step(&claim).await {
            Ok(stepped) => {
                let schedule = self.schedule_after(&stepped, claim.attempt);
                if let Err(error) = self.inner.ledger.release(&claim, schedule).await {
                    tracing::error!(attempt = %claim.attempt, error = %error, "a claim could not be given back; it will run out");
                }
                Some((stepped.order, stepped.heard))
            }
            Err(error) => {
                tracing::error!(attempt = %claim.attempt, error = %error, "a step could not be recorded; the claim will run out");
                None
            }
        }
    }

    async fn step(&self, claim: &Claim) -> Result<Stepped, RecordError> {
        let order = self.inner.ledger.load(OrderKey::Id(claim.order)).await?;
        let mut stepped = Stepped {
            order,
            heard: Heard::CannotAsk,
            watch: claim.watch,
            pause_ms: None,
        };
        let Some(attempt) = stepped.order.attempt(claim.attempt).cloned() else {
            return Ok(stepped);
        };
        // Cash is taken in the same breath as it is opened: a till that died between the two counted nothing.
        if attempt.provider == ProviderId::Cash && attempt.state == AttemptState::Submitted {
            let reason = Reason::NotSent;
            self.tell(&mut stepped, &attempt, AttemptEvent::Refused { reason }, None)
                .await?;
        }
        // A provider that was switched off cannot be asked, but what it left open must still come to an end.
        if let Some(provider) = self.provider(attempt.provider).cloned() {
            self.ask_by_state(&mut stepped, &attempt, provider.as_ref())
                .await?;
        }
        self.stop_listening(&mut stepped, claim.attempt).await?;
        Ok(stepped)
    }

    async fn ask_by_state(
        &self,
        stepped: &mut Stepped,
        attempt: &Attempt,
        provider: &dyn PaymentProvider,
    ) -> Result<(), RecordError> {
        match attempt.state {
            // Woken by a callback that says "paid" again, or waiting for what a person's word spoke of: the same QR can
            // be paid twice (cli.md, `received`).
            AttemptState::Paid => self.question(stepped, attempt, provider).await,
            // Stored in the same transaction as the submission, so this is a till that died inside the domain's own
            // steps; nothing was sent.
            AttemptState::Prepared => {
                self.tell(stepped, attempt, AttemptEvent::CancelRequested { by: None }, None)
                    .await
            }
            AttemptState::Submitted => {
                // Claimed by us, so whoever sent it is gone: its answer is lost.
                self.tell(stepped, attempt, AttemptEvent::OutcomeLost, None)
                    .await?;
                self.look_for_lost(stepped, attempt, provider).await
            }
            AttemptState::Unknown => self.look_for_lost(stepped, attempt, provider).await,
            AttemptState::Cancelling => self.cancel_at_provider(stepped, attempt, provider).await,
            AttemptState::Awaiting | AttemptState::Confirming | AttemptState::Held => {
                self.question(stepped, attempt, provider).await?;
                self.close_at_deadline(stepped, attempt.id, provider).await
            }
            AttemptState::Failed | AttemptState::Expired | AttemptState::Cancelled => {
                self.question(stepped, attempt, provider).await
            }
        }
    }

    async fn tell(
        &self,
        stepped: &mut Stepped,
        attempt: &Attempt,
        event: AttemptEvent,
        said: Option<Said>,
    ) -> Result<(), RecordError> {
        let before = stepped.order.attempt(attempt.id).map(|attempt| attempt.state);
        stepped.order = self
            .record_attempt(stepped.order.id, attempt.id, event, said)
            .await?;
        if stepped.order.attempt(attempt.id).map(|attempt| attempt.state) != before {
            stepped.watch.looks = 0;
        }
        Ok(())
    }

    /// Asks where a payment stands.
    async fn question(
        &self,
        stepped: &mut Stepped,
        attempt: &Attempt,
        provider: &dyn PaymentProvider,
    ) -> Result<(), RecordError> {
        let Some(status) = provider.status() else {
            return Ok(());
        };
        let Some(payment) = payment_ref(&stepped.order, attempt) else {
            // A callback overtook the answer that carries the provider's reference.
            return if attempt.state.is_ended() {
                Ok(())
            } else {
                self.look_for_lost(stepped, attempt, provider).await
            };
        };
        stepped.watch.asked_at = Some(self.now());
        let answer = self
            .ask(provider, status.query(&payment), ProviderError::Unavailable)
            .await;
        match answer {
            Ok(report) => self.believe(stepped, attempt, report).await,
            Err(error) => {
                stepped.silent(&error);
                Ok(())
            }
        }
    }

    /// Records what an answer means.
    async fn believe(
        &self,
        stepped: &mut Stepped,
        attempt: &Attempt,
        report: Report,
    ) -> Result<(), RecordError> {
        let Report { verdict, said, .. } = report;
        stepped.heard = Heard::Answer;
        stepped.watch.answered_at = Some(self.now());
        // Only "nothing yet" after somebody said "paid" is a doubt; the questions before that were none.
        let doubted = verdict == Verdict::Pending && attempt.state == AttemptState::Confirming;
        let doubts = if doubted {
            stepped.watch.looks.saturating_add(1)
        } else {
            0
        };
        stepped.watch.looks = doubts;
        let event = match verdict {
            // A callback said "paid", the provider itself says otherwise, again and again.
            Verdict::Pending if doubts >= DOUBTS_BEFORE_CONTRADICTION => AttemptEvent::Contradicted,
            Verdict::Pending => return Ok(()),
            Verdict::Seen => AttemptEvent::Seen {
                source: Source::Query,
            },
            Verdict::Short(evidence) => AttemptEvent::Short { evidence },
            // The part is credited first: an attempt that ends without money is another thing.
            Verdict::ShortForGood(evidence) => {
                self.tell(stepped, attempt, AttemptEvent::Short { evidence }, said.clone())
                    .await?;
                AttemptEvent::Lapsed
            }
            Verdict::Paid(evidence) => AttemptEvent::Confirmed { evidence },
            Verdict::Declined(reason) => AttemptEvent::Declined { reason },
            Verdict::Lapsed => AttemptEvent::Lapsed,
            Verdict::Held => AttemptEvent::Held,
            Verdict::Unrecognised(word) => AttemptEvent::Unrecognised { word },
            Verdict::Contradiction(what) => {
                tracing::warn!(attempt = %attempt.id, what, "the provider's success is not about our payment");
                AttemptEvent::Contradicted
            }
        };
        self.tell(stepped, attempt, event, said).await
    }

    /// Looks for a payment whose create answer was lost.
    async fn look_for_lost(
        &self,
        stepped: &mut Stepped,
        attempt: &Attempt,
        provider: &dyn PaymentProvider,
    ) -> Result<(), RecordError> {
        let Some(lookup) = provider.lookup() else {
            return Ok(());
        };
        let lost = LostPayment {
            attempt: attempt.id,
            order_number: stepped.order.opening.number.clone(),
            amount: attempt.asked,
            submitted_at: attempt.opened_at,
            quote: attempt.quote.clone(),
        };
        stepped.watch.asked_at = Some(self.now());
        match self
            .ask(provider, lookup.find(&lost), ProviderError::Unavailable)
            .await
        {
            Ok(Some(Found { mut created, report })) => {
                let said = created.said.take();
                let limit = self.config().adjust_limit;
                let event = offer::examine_found(created, attempt.asked, limit, provider, self.now()).await;
                self.tell(stepped, attempt, event, said).await?;
                self.believe(stepped, attempt, report).await
            }
            Ok(None) => {
                stepped.heard = Heard::Answer;
                stepped.watch.answered_at = Some(self.now());
                stepped.watch.looks = stepped.watch.looks.saturating_add(1);
                let enough =
                    usize::try_from(stepped.watch.looks).is_ok_and(|looks| looks >= LOST_LOOKS_MS.len());
                let event = match attempt.state {
                    _ if !enough => return Ok(()),
                    // A callback said that money came for a payment the provider does not know.
                    AttemptState::Confirming => AttemptEvent::Contradicted,
                    _ => AttemptEvent::Refused {
                        reason: Reason::NeverCreated,
                    },
                };
                self.tell(stepped, attempt, event, None).await
            }
            Err(error) => {
                stepped.silent(&error);
                Ok(())
            }
        }
    }

    /// Cancels truthfully: the provider is asked, and payment beats cancel.
    async fn cancel_at_provider(
        &self,
        stepped: &mut Stepped,
        attempt: &Attempt,
        provider: &dyn PaymentProvider,
    ) -> Result<(), RecordError> {
        let payment = match payment_ref(&stepped.order, attempt) {
            Some(payment) => payment,
            None if provider.lookup().is_some() => {
                self.look_for_lost(stepped, attempt, provider).await?;
                // Found meanwhile: cancel it in the same breath.
                let now = stepped.order.attempt(attempt.id).cloned();
                match now
                    .as_ref()
                    .and_then(|attempt| payment_ref(&stepped.order, attempt))
                {
                    Some(payment) => payment,
                    None => return Ok(()),
                }
            }
            // Nobody to ask and nothing that could be let go.
            None => return self.tell(stepped, attempt, AttemptEvent::CancelDone, None).await,
        };
        if let Some(cancel) = provider.cancel() {
            stepped.watch.asked_at = Some(self.now());
            return match self
                .ask(provider, cancel.cancel(&payment), ProviderError::Unavailable)
                .await
            {
                Ok(CancelOutcome::Cancelled) => {
                    stepped.heard = Heard::Answer;
                    self.tell(stepped, attempt, AttemptEvent::CancelDone, None).await
                }
                Ok(CancelOutcome::StandsAt(report)) => self.believe(stepped, attempt, report).await,
                Err(error) => {
                    stepped.silent(&error);
                    Ok(())
                }
            };
        }
        if provider.status().is_some() {
            self.question(stepped, attempt, provider).await?;
            if stepped.heard != Heard::Answer {
                return Ok(());
            }
        }
        let still_cancelling = stepped
            .order
            .attempt(attempt.id)
            .is_some_and(|attempt| attempt.state == AttemptState::Cancelling);
        if still_cancelling {
            self.tell(stepped, attempt, AttemptEvent::CancelDone, None).await
        } else {
            Ok(())
        }
    }

    /// Past the deadline: lets go of the payment at the provider where that is possible, and says that the time is up.
    async fn close_at_deadline(
        &self,
        stepped: &mut Stepped,
        id: AttemptId,
        provider: &dyn PaymentProvider,
    ) -> Result<(), RecordError> {
        let Some(attempt) = stepped.order.attempt(id).cloned() else {
            return Ok(());
        };
        let now = self.now();
        let Some(deadline) = attempt.deadline else {
            return Ok(());
        };
        if attempt.state != AttemptState::Awaiting || now < deadline {
            return Ok(());
        }
        let silent_for_long = now >= deadline.plus_ms(DEADLINE_GRACE_MS);
        let payment = payment_ref(&stepped.order, &attempt);
        if let (Some(cancel), Some(payment)) = (provider.cancel(), payment) {
            match self
                .ask(provider, cancel.cancel(&payment), ProviderError::Unavailable)
                .await
            {
                Ok(CancelOutcome::Cancelled) => {}
                Ok(CancelOutcome::StandsAt(report)) => {
                    self.believe(stepped, &attempt, report).await?;
                }
                Err(error) => {
                    stepped.silent(&error);
                    if !silent_for_long {
                        return Ok(());
                    }
                }
            }
        } else if stepped.heard == Heard::Silence && !silent_for_long {
            return Ok(());
        }
        // Ignored by the table when the last answer moved the attempt on.
        self.tell(stepped, &attempt, AttemptEvent::DeadlinePassed, None)
            .await
    }

    async fn stop_listening(&self, stepped: &mut Stepped, id: AttemptId) -> Result<(), RecordError> {
        let Some(attempt) = stepped.order.attempt(id).cloned() else {
            return Ok(());
        };
        let over = attempt.state != AttemptState::Paid
            && self.can_still_hear(&attempt)
            && self.now() >= self.config().timing.listen_until(&attempt);
        if !over {
            return Ok(());
        }
        if attempt.state == AttemptState::Confirming {
            // Somebody said "paid". A provider that is silent may yet say so too; one that answered did not.
            if stepped.heard == Heard::Silence {
                return Ok(());
            }
            self.tell(stepped, &attempt, AttemptEvent::Contradicted, None)
                .await?;
        }
        self.tell(stepped, &attempt, AttemptEvent::ListenClosed, None)
            .await
    }

    /// Whether anything could still be learnt about an attempt. A callback may reopen one that was closed.
    fn can_still_hear(&self, attempt: &Attempt) -> bool {
        let askable = self
            .provider(attempt.provider)
            .is_some_and(|provider| provider.status().is_some());
        match attempt.state {
            AttemptState::Paid => {
                attempt.rests_on_word() && askable && self.now() < self.config().timing.listen_until(attempt)
            }
            state if state.is_ended() => !attempt.closed && askable && attempt.provider_ref.is_some(),
            _ => true,
        }
    }

    fn schedule_after(&self, stepped: &Stepped, attempt: AttemptId) -> Schedule {
        let mut schedule = self.schedule(&stepped.order, attempt, stepped.watch);
        if schedule == Schedule::Done && self.is_unheard(stepped, attempt) {
            let next_at = self.now().plus_ms(self.config().timing.poll_slow_ms);
            schedule = Schedule::Again(Watch {
                next_at,
                ..stepped.watch
            });
        }
        if let (Schedule::Again(watch), Some(pause_ms)) = (&mut schedule, stepped.pause_ms) {
            watch.next_at = watch.next_at.max(self.now().plus_ms(pause_ms));
        }
        schedule
    }

    /// A paid attempt was called about again, and the question what came got no answer.
    fn is_unheard(&self, stepped: &Stepped, id: AttemptId) -> bool {
        let paid = stepped
            .order
            .attempt(id)
            .filter(|attempt| attempt.state == AttemptState::Paid);
        stepped.heard == Heard::Silence
            && paid.is_some_and(|attempt| self.now() < self.config().timing.listen_until(attempt))
    }

    /// When to look at an attempt next, if ever.
    pub(crate) fn schedule(&self, order: &Order, id: AttemptId, watch: Watch) -> Schedule {
        let schedule = self.next_look(order, id, watch);
        if let Some(attempt) = order.attempt(id) {
            let young = (schedule != Schedule::Done).then(|| self.is_young(attempt));
            self.inner.crowd.note(attempt.provider, id, young);
        }
        schedule
    }

    /// How long it has been in the part of its life it is in.
    fn age_ms(&self, attempt: &Attempt) -> i64 {
        let since = match attempt.state {
            AttemptState::Paid => attempt.paid_at,
            state if state.is_ended() => attempt.ended_at,
            _ => attempt.accepted_at,
        };
        self.now().ms_since(since.unwrap_or(attempt.opened_at)).max(0)
    }

    /// Its customer still stands at the counter.
    fn is_young(&self, attempt: &Attempt) -> bool {
        self.age_ms(attempt) < self.config().timing.young_ms() && !attempt.state.is_final()
    }

    fn next_look(&self, order: &Order, id: AttemptId, watch: Watch) -> Schedule {
        let (Some(attempt), now) = (order.attempt(id), self.now()) else {
            return Schedule::Done;
        };
        if !self.can_still_hear(attempt) {
            return Schedule::Done;
        }
        let timing = self.config().timing;
        let provider = self.provider(attempt.provider);
        let age_ms = self.age_ms(attempt);
        let usual_ms = timing.poll_every_ms(attempt.state, age_ms);
        let looking = matches!(attempt.state, AttemptState::Unknown | AttemptState::Submitted)
            || (attempt.state == AttemptState::Cancelling && attempt.provider_ref.is_none());
        let pause_ms = if looking && provider.is_some_and(|provider| provider.lookup().is_some()) {
            look_again_ms(watch.looks)
        } else if provider.is_some_and(|provider| provider.status().is_some())
            || attempt.state == AttemptState::Cancelling
        {
            let silent_ms = watch.answered_at.map_or(0, |answered| now.ms_since(answered));
            let silences = u32::try_from(silent_ms / timing.poll_slow_ms.max(1)).unwrap_or(0);
            let per_second = provider.map_or(1, |provider| provider.profile().requests_per_second);
            let young = self.is_young(attempt);
            let crowd = |young| self.inner.crowd.size(attempt.provider, young);
            let group = Group {
                size: crowd(young),
                usual_ms,
            };
            let others = Group {
                size: crowd(!young),
                usual_ms: if young {
                    timing.poll_slow_ms
                } else {
                    timing.poll_fast_ms
                },
            };
            let fair_ms = fair_pause_ms(group, others, per_second);
            with_jitter(timing.retry_after_ms(fair_ms, silences), id, now.ms())
        } else {
            i64::MAX
        };
        // Once past, neither end hurries any longer: the pause above decides when to try again.
        let deadline = attempt
            .deadline
            .filter(|_| attempt.state == AttemptState::Awaiting);
        let next_at = [deadline, Some(timing.listen_until(attempt))]
            .into_iter()
            .flatten()
            .filter(|end| *end > now)
            .fold(now.plus_ms(pause_ms), Ord::min);
        Schedule::Again(Watch { next_at, ..watch })
    }
}

impl Stepped {
    fn silent(&mut self, error: &ProviderError) {
        self.heard = Heard::Silence;
        if let ProviderError::Throttled { after_ms } = error {
            self.pause_ms = *after_ms;
        }
    }
}

/// The pause before the next look for a lost payment.
fn look_again_ms(looks: u32) -> i64 {
    let done = usize::try_from(looks)
        .unwrap_or(usize::MAX)
        .min(LOST_LOOKS_MS.len() - 1);
    let before = done.checked_sub(1).map_or(0, |at| LOST_LOOKS_MS[at]);
    LOST_LOOKS_MS[done] - before
}

pub(crate) fn payment_ref(order: &Order, attempt: &Attempt) -> Option<PaymentRef> {
    Some(PaymentRef {
        attempt: attempt.id,
        order_number: order.opening.number.clone(),
        provider_ref: attempt.provider_ref.clone()?,
        payable: attempt.payable,
        quote: attempt.quote.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::look_again_ms;

    #[test]
    fn three_looks_fit_into_fifteen_seconds() {
        assert_eq!(
            (0..3).map(look_again_ms).collect::<Vec<_>>(),
            [1_000, 5_000, 8_000]
        );
    }
}
