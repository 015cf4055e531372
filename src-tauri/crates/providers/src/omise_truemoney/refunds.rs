//! Void and refund (omise-truemoney.md §8). The charge is asked first and its own word decides; where it is silent,
//! the given rule does: void on the same Bangkok day, refund within thirty days.

use super::map::{self, Expected};
use super::wire::{self, Charge, Page, Refund};
use super::{OmiseTrueMoney, calls};
use async_trait::async_trait;
use keptang_domain::order::RefundKind;
use keptang_domain::{Money, RefundId, Timestamp};
use keptang_ports::{ProviderError, RefundRequest, Refunded, Refunds, Verdict, WayBack};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::time::Instant;

const REFUND_DAYS: i64 = 30;

#[async_trait]
impl Refunds for OmiseTrueMoney {
    async fn refund(&self, request: &RefundRequest) -> Result<Refunded, ProviderError> {
        let live = self.keys()?.live;
        let id = &request.payment.provider_ref;
        let charge = self
            .charge(id, Instant::now() + calls::SECOND_QUESTION)
            .await
            .map_err(before_the_refund)?;
        let report = map::report(&charge, id, &Expected::of(&request.payment, live));
        if !report.is_some_and(|report| matches!(report.verdict, Verdict::Paid(_))) {
            return Err(refused("charge_not_paid"));
        }
        let void = plan(&charge, request)?;
        let refund = self.create_refund(id, &body(request, void)).await?;
        made(&refund, request.refund, request.amount)
    }

    async fn find(&self, request: &RefundRequest) -> Result<Option<Refunded>, ProviderError> {
        let id = &request.payment.provider_ref;
        if !wire::is_id(id) {
            return Err(ProviderError::NotFound);
        }
        let deadline = self.channel.deadline();
        let ours = request.refund.to_string();
        let mut offset = 0_usize;
        let mut seen = BTreeSet::new();
        loop {
            let path = format!(
                "/charges/{id}/refunds?limit={}&offset={offset}",
                calls::LIST_LIMIT
            );
            let page = Page::from_body(&self.get("refunds", &path, deadline).await?);
            let page = page.ok_or(ProviderError::Unavailable)?;
            offset += page.data.len();
            // What cannot be read may be the very refund that is looked for.
            let refunds: Option<Vec<_>> = page.data.iter().map(Refund::read).collect();
            let refunds = refunds.ok_or(ProviderError::Unavailable)?;
            let found = refunds.iter().find(|refund| refund.ours.as_ref() == Some(&ours));
            if let Some(refund) = found {
                return match made(refund, request.refund, request.amount) {
                    Ok(refunded) => Ok(Some(refunded)),
                    Err(ProviderError::Refused { .. }) => Ok(None),
                    Err(_) => Err(ProviderError::Unavailable),
                };
            }
            if page.is_last(offset) {
                return Ok(None);
            }
            let before = seen.len();
            seen.extend(refunds.into_iter().map(|refund| refund.id));
            // A list that ends before its own total, or goes on and brings nothing new, is not the whole truth.
            if seen.len() == before {
                return Err(ProviderError::Unavailable);
            }
        }
    }

    fn way_back(&self, paid_at: Timestamp, now: Timestamp) -> Option<WayBack> {
        let age_days = now.bangkok_day().days() - paid_at.bangkok_day().days();
        if age_days == 0 {
            return Some(WayBack {
                kind: RefundKind::Void,
                until: Some(paid_at.bangkok_day().next().midnight()),
            });
        }
        let last_day = paid_at.bangkok_day().plus_days(REFUND_DAYS + 1);
        (age_days <= REFUND_DAYS).then_some(WayBack {
            kind: RefundKind::Refund,
            until: Some(last_day.midnight()),
        })
    }
}

/// The question before the refund failed, so the refund itself never left.
fn before_the_refund(error: ProviderError) -> ProviderError {
    match error {
        ProviderError::Unavailable => ProviderError::NotSent,
        other => other,
    }
}

fn refused(code: &str) -> ProviderError {
    ProviderError::Refused {
        code: code.to_owned(),
    }
}

/// Whether to void (`true`) or to refund, or why neither is possible.
fn plan(charge: &Charge, request: &RefundRequest) -> Result<bool, ProviderError> {
    let paid = request.payment.payable;
    let returned = Money::from_satang(charge.refunded_amount.unwrap_or(0).max(0));
    let left = paid.checked_sub(returned).unwrap_or(Money::ZERO);
    if charge.voided == Some(true) || !left.is_positive() {
        return Err(refused("nothing_left"));
    }
    if !request.amount.is_positive() || request.amount > left {
        return Err(refused("more_than_paid"));
    }
    let age_days = request.now.bangkok_day().days() - request.paid_at.bangkok_day().days();
    let whole = request.amount == paid;
    if whole && charge.can_perform_void.unwrap_or(age_days == 0) {
        return Ok(true);
    }
    let refundable = charge.refundable.unwrap_or(age_days <= REFUND_DAYS);
    if !refundable {
        return Err(refused("not_refundable"));
    }
    if !whole && charge.partially_refundable == Some(false) {
        return Err(refused("not_partially_refundable"));
    }
    Ok(false)
}

fn body(request: &RefundRequest, void: bool) -> Value {
    let mut body = json!({
        "amount": request.amount.satang(),
        "metadata": { "refund": request.refund.to_string() },
    });
    if void {
        body["void"] = json!(true);
    }
    body
}

/// Believes a refund that is ours and of the amount asked for; anything else leaves open what happened.
fn made(refund: &Refund, ours: RefundId, amount: Money) -> Result<Refunded, ProviderError> {
    if refund.status.as_deref() == Some("failed") {
        return Err(refused("failed_refund"));
    }
    let is_ours = refund.ours.as_deref().is_none_or(|text| text == ours.to_string());
    if !is_ours || refund.amount != Some(amount.satang()) {
        return Err(ProviderError::OutcomeUnknown);
    }
    let kind = if refund.voided == Some(true) {
        RefundKind::Void
    } else {
        RefundKind::Refund
    };
    Ok(Refunded {
        kind,
        provider_ref: refund.id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use keptang_domain::{AttemptId, Timestamp};
    use keptang_ports::PaymentRef;

    /// 2026-11-20T16:59:59Z, one second before midnight in Bangkok.
    const LATE_EVENING: Timestamp = Timestamp::from_ms(1_795_193_999_000);
    const DAY_MS: i64 = 86_400_000;

    fn request(satang: i64, paid_before_ms: i64) -> RefundRequest {
        RefundRequest {
            refund: RefundId::from_bits(7),
            payment: PaymentRef {
                attempt: AttemptId::from_bits(1),
                order_number: "1".to_owned(),
                provider_ref: "chrg_test_1".to_owned(),
                payable: Money::from_satang(25_000),
                quote: None,
            },
            amount: Money::from_satang(satang),
            paid_at: LATE_EVENING.plus_ms(-paid_before_ms),
            now: LATE_EVENING,
        }
    }

    fn code(error: ProviderError) -> String {
        match error {
            ProviderError::Refused { code } => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn where_the_charge_is_silent_the_given_rule_decides() {
        let charge = Charge::default();
        assert_eq!(plan(&charge, &request(25_000, 0)), Ok(true), "same day, whole");
        assert_eq!(
            plan(&charge, &request(25_000, DAY_MS - 1_000)),
            Ok(true),
            "00:00 of the same day"
        );
        assert_eq!(
            plan(&charge, &request(25_000, DAY_MS)),
            Ok(false),
            "the day before"
        );
        assert_eq!(plan(&charge, &request(10_000, 0)), Ok(false), "same day, a part");
        assert_eq!(
            plan(&charge, &request(25_000, 30 * DAY_MS)),
            Ok(false),
            "thirtieth day"
        );
        assert_eq!(
            code(plan(&charge, &request(25_000, 31 * DAY_MS)).unwrap_err()),
            "not_refundable"
        );
        let after_midnight = RefundRequest {
            now: LATE_EVENING.plus_ms(1_000),
            ..request(25_000, 0)
        };
        assert_eq!(
            plan(&charge, &after_midnight),
            Ok(false),
            "the day has turned in Bangkok"
        );
    }

    #[test]
    fn the_charge_s_own_word_comes_first() {
        let says = |void, refund, part| Charge {
            can_perform_void: Some(void),
            refundable: Some(refund),
            partially_refundable: Some(part),
            ..Charge::default()
        };
        assert_eq!(plan(&says(false, true, true), &request(25_000, 0)), Ok(false));
        assert_eq!(
            plan(&says(true, false, false), &request(25_000, 3 * DAY_MS)),
            Ok(true)
        );
        assert_eq!(
            plan(&says(false, true, true), &request(10_000, 90 * DAY_MS)),
            Ok(false)
        );
        assert_eq!(
            code(plan(&says(true, false, false), &request(10_000, 0)).unwrap_err()),
            "not_refundable"
        );
        assert_eq!(
            code(plan(&says(true, true, false), &request(10_000, 0)).unwrap_err()),
            "not_partially_refundable"
        );
    }

    #[test]
    fn never_more_goes_back_than_came_in() {
        let returned = |satang| Charge {
            refunded_amount: Some(satang),
            ..Charge::default()
        };
        assert_eq!(
            code(plan(&returned(0), &request(25_001, 0)).unwrap_err()),
            "more_than_paid"
        );
        assert_eq!(
            code(plan(&returned(20_000), &request(5_001, 0)).unwrap_err()),
            "more_than_paid"
        );
        assert_eq!(plan(&returned(20_000), &request(5_000, 0)), Ok(false));
        assert_eq!(
            code(plan(&returned(25_000), &request(1, 0)).unwrap_err()),
            "nothing_left"
        );
        assert_eq!(
            code(plan(&returned(0), &request(0, 0)).unwrap_err()),
            "more_than_paid"
        );
        let voided = Charge {
            voided: Some(true),
            ..Charge::default()
        };
        assert_eq!(
            code(plan(&voided, &request(25_000, 0)).unwrap_err()),
            "nothing_left"
        );
    }

    #[test]
    fn only_our_refund_of_the_right_amount_is_believed() {
        let refund = Refund {
            id: "rfnd_test_1".to_owned(),
            amount: Some(5_000),
            voided: Some(false),
            status: Some("closed".to_owned()),
            ours: Some(RefundId::from_bits(7).to_string()),
        };
        let asked = Money::from_satang(5_000);
        let done = Refunded {
            kind: RefundKind::Refund,
            provider_ref: "rfnd_test_1".to_owned(),
        };
        assert_eq!(made(&refund, RefundId::from_bits(7), asked), Ok(done));
        let voided = Refund {
            voided: Some(true),
            ..refund.clone()
        };
        assert_eq!(
            made(&voided, RefundId::from_bits(7), asked).unwrap().kind,
            RefundKind::Void
        );
        assert_eq!(
            made(&refund, RefundId::from_bits(8), asked),
            Err(ProviderError::OutcomeUnknown)
        );
        assert_eq!(
            made(&refund, RefundId::from_bits(7), Money::from_satang(1)),
            Err(ProviderError::OutcomeUnknown)
        );
        let failed = Refund {
            status: Some("failed".to_owned()),
            ..refund
        };
        assert_eq!(
            code(made(&failed, RefundId::from_bits(7), asked).unwrap_err()),
            "failed_refund"
        );
    }
}
