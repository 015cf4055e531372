//! When a slip that got no facts is asked about again, and when it is given up.
//!
//! The numbers are easyslip.md, section 7. Only says when: asking, storing the queue and the pace of all requests
//! together belong to others.

use super::banks::BankCode;
use super::judge::{LookupFailure, Outage};
use super::reference::SendingBank;
use crate::Timestamp;

/// How long after the transfer its bank may stay silent.
const BANK_SILENT_MAX_MS: i64 = 6 * 60_000;
/// A slip younger than this may not be published yet, whatever its bank.
const YOUNG_MS: i64 = 3 * 60_000;
/// How long before its order a slip may have been made.
const BEFORE_ORDER_MS: i64 = 2 * 60_000;
/// How often an unknown slip is asked about again.
const NOT_FOUND_REPEATS: u32 = 3;
/// How often an outage is tried again soon: after 1, 2, 4 and 8 s.
const OUTAGE_REPEATS: u32 = 4;
/// How long a slip waits for an outage to end.
const OUTAGE_MAX_MS: i64 = 24 * 3_600_000;

/// The owner's timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// `timing.slip_retry_first_s`.
    pub first_s: u32,
    /// `timing.slip_retry_every_s`.
    pub every_s: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_s: 30,
            every_s: 60,
        }
    }
}

impl Pace {
    fn first_ms(self) -> i64 {
        i64::from(self.first_s.max(1)) * 1_000
    }

    fn every_ms(self) -> i64 {
        i64::from(self.every_s.max(1)) * 1_000
    }
}

/// What has been asked about one slip so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When the slip was first shown.
    pub presented_at: Timestamp,
    /// When the last answer came.
    pub answered_at: Timestamp,
    /// How often this same answer came in a row; the first time it is 1.
    pub times: u32,
    /// When the transfer was made, where that is known. A slip's code does not tell (thai-qr-formats.md, section 4).
    pub transferred_at: Option<Timestamp>,
    /// When the order was opened. Without a time of transfer it bounds the age of every slip that could be accepted
    /// for it.
    pub order_opened_at: Option<Timestamp>,
    /// Who sent it, by a code that was read here with a right checksum.
    pub sending_bank: Option<SendingBank>,
    /// How long the verifier wants to be left alone (`Retry-After`).
    pub retry_after_ms: Option<i64>,
    /// A random part of a second, so that tills do not all come back at once. Only outages use it.
    pub jitter_ms: i64,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask again then.
    AskAt(Timestamp),
    /// Do not ask again by yourself.
    GiveUp,
}

/// When to ask again after `failure`.
pub fn next(failure: LookupFailure, asked: &Asked, pace: Pace) -> Next {
    match failure {
        LookupFailure::Pending => after_pending(asked, pace),
        LookupFailure::NotFound => after_not_found(asked, pace),
        LookupFailure::Outage(Outage::Unreachable | Outage::Busy | Outage::Theirs) => {
            after_outage(asked, pace)
        }
        // A month's quota does not come back, and a question that was not understood will not be.
        LookupFailure::Outage(Outage::QuotaGone | Outage::Ours | Outage::Link)
        | LookupFailure::NoSlipInPicture
        | LookupFailure::PictureRefused
        | LookupFailure::OtherReceiver
        | LookupFailure::OtherAmount
        | LookupFailure::Fault(_) => Next::GiveUp,
    }
}

/// After 30 s, then each 60 s, until 6 min after the transfer; the last time exactly then. Where the time of the
/// transfer is not known, the moment the slip was shown stands for it: the transfer was earlier, so no bank gets less
/// than its time. The first repeat always takes place, however slow the owner's pace.
fn after_pending(asked: &Asked, pace: Pace) -> Next {
    let since = asked
        .transferred_at
        .unwrap_or(asked.presented_at)
        .min(asked.presented_at);
    let end = since.plus_ms(BANK_SILENT_MAX_MS);
    if asked.times <= 1 {
        return Next::AskAt(asked.answered_at.plus_ms(pace.first_ms()));
    }
    if asked.answered_at >= end {
        return Next::GiveUp;
    }
    Next::AskAt(asked.answered_at.plus_ms(pace.every_ms()).min(end))
}

/// Three times, 20, 60 and 180 s after the answer before, when the code is right and the slip may be too young to be
/// published. Those are the page's numbers at the default pace, and they follow the owner's pace in proportion.
fn after_not_found(asked: &Asked, pace: Pace) -> Next {
    let may_come = match asked.sending_bank {
        Some(SendingBank::Bank(BankCode::BANGKOK_BANK)) => true,
        Some(_) => is_young(asked),
        None => false,
    };
    if !may_come || asked.times > NOT_FOUND_REPEATS {
        return Next::GiveUp;
    }
    let wait_ms = match asked.times {
        0 | 1 => pace.first_ms() * 2 / 3,
        2 => pace.every_ms(),
        _ => pace.every_ms() * 3,
    };
    Next::AskAt(asked.answered_at.plus_ms(wait_ms))
}

/// Counted to when the slip was shown, so that waiting for the answers does not end the waiting.
fn is_young(asked: &Asked) -> bool {
    let oldest = asked.transferred_at.or_else(|| {
        asked
            .order_opened_at
            .map(|opened| opened.plus_ms(-BEFORE_ORDER_MS))
    });
    oldest.is_some_and(|oldest| asked.presented_at.ms_since(oldest) < YOUNG_MS)
}

/// After 1, 2, 4 and 8 s and a little, then at the owner's pace for a day. `Retry-After` is honoured throughout.
fn after_outage(asked: &Asked, pace: Pace) -> Next {
    if asked.answered_at.ms_since(asked.presented_at) >= OUTAGE_MAX_MS {
        return Next::GiveUp;
    }
    let wait_ms = if asked.times <= OUTAGE_REPEATS {
        1_000 << asked.times.saturating_sub(1)
    } else {
        pace.every_ms()
    };
    let wait_ms = wait_ms + asked.jitter_ms.clamp(0, 1_000);
    Next::AskAt(
        asked
            .answered_at
            .plus_ms(wait_ms.max(asked.retry_after_ms.unwrap_or(0))),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::slip::judge::Fault;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_ms(1_700_000_000_000).plus_ms(s * 1_000)
    }

    fn bank(code: &str) -> Option<SendingBank> {
        SendingBank::from_word(code)
    }

    fn shown() -> Asked {
        Asked {
            presented_at: at(0),
            answered_at: at(0),
            times: 1,
            transferred_at: None,
            order_opened_at: None,
            sending_bank: bank("014"),
            retry_after_ms: None,
            jitter_ms: 0,
        }
    }

    /// Seconds at which a slip is asked about again when every answer is the same and takes `answer_ms`.
    fn repeats(failure: LookupFailure, first: Asked, pace: Pace, answer_ms: i64) -> Vec<i64> {
        let mut asked = first;
        let mut seconds = Vec::new();
        while let Next::AskAt(moment) = next(failure, &asked, pace) {
            assert!(moment > asked.answered_at, "it is never asked again at once");
            seconds.push(moment.ms_since(first.presented_at) / 1_000);
            asked.answered_at = moment.plus_ms(answer_ms);
            asked.times += 1;
            if seconds.len() == 20 {
                break;
            }
        }
        seconds
    }

    #[test]
    fn a_bank_has_six_minutes() {
        let asked = |transferred_s: Option<i64>| Asked {
            transferred_at: transferred_s.map(at),
            ..shown()
        };
        let slow = Pace {
            first_s: 900,
            every_s: 900,
        };
        let quick = Pace {
            first_s: 1,
            every_s: 120,
        };
        for (asked, pace, expected) in [
            (
                asked(None),
                Pace::default(),
                &[30, 90, 150, 210, 270, 330, 360][..],
            ),
            (asked(Some(-60)), Pace::default(), &[30, 90, 150, 210, 270, 300]),
            (asked(Some(-1_000)), Pace::default(), &[30]),
            // A clock ahead of ours gives no more time.
            (
                asked(Some(60)),
                Pace::default(),
                &[30, 90, 150, 210, 270, 330, 360],
            ),
            (asked(None), slow, &[900]),
            (asked(None), quick, &[1, 121, 241, 360]),
        ] {
            assert_eq!(repeats(LookupFailure::Pending, asked, pace, 0), expected);
        }
        let zero = Pace {
            first_s: 0,
            every_s: 0,
        };
        assert_eq!(repeats(LookupFailure::Pending, shown(), zero, 0)[..3], [1, 2, 3]);
    }

    #[test]
    fn an_unknown_slip_is_asked_about_again_only_when_it_may_still_come() {
        let pages = [20, 80, 260];
        for (asked, expected) in [
            (
                Asked {
                    sending_bank: bank("002"),
                    ..shown()
                },
                &pages[..],
            ),
            (
                Asked {
                    sending_bank: bank("002"),
                    transferred_at: Some(at(-9_000)),
                    ..shown()
                },
                &pages,
            ),
            (
                Asked {
                    transferred_at: Some(at(-179)),
                    ..shown()
                },
                &pages,
            ),
            (
                Asked {
                    transferred_at: Some(at(-180)),
                    ..shown()
                },
                &[],
            ),
            (
                Asked {
                    sending_bank: bank("truemoney"),
                    transferred_at: Some(at(-179)),
                    ..shown()
                },
                &pages,
            ),
            // The order was opened a minute ago, so a slip that could be accepted is under three minutes old.
            (
                Asked {
                    order_opened_at: Some(at(-59)),
                    ..shown()
                },
                &pages,
            ),
            (
                Asked {
                    order_opened_at: Some(at(-60)),
                    ..shown()
                },
                &[],
            ),
            (
                Asked {
                    order_opened_at: Some(at(-9)),
                    transferred_at: Some(at(-999)),
                    ..shown()
                },
                &[],
            ),
            (shown(), &[]),
            // A picture whose code was not read here, or not rightly.
            (
                Asked {
                    sending_bank: None,
                    transferred_at: Some(at(-9)),
                    ..shown()
                },
                &[],
            ),
        ] {
            assert_eq!(
                repeats(LookupFailure::NotFound, asked, Pace::default(), 0),
                expected,
                "{asked:?}"
            );
        }
        let quick = Pace {
            first_s: 3,
            every_s: 1,
        };
        let young = Asked {
            sending_bank: bank("002"),
            ..shown()
        };
        assert_eq!(repeats(LookupFailure::NotFound, young, quick, 0), [2, 3, 6]);
    }

    #[test]
    fn an_outage_is_tried_soon_and_then_at_leisure() {
        let busy = LookupFailure::Outage(Outage::Busy);
        assert_eq!(
            repeats(busy, shown(), Pace::default(), 0)[..7],
            [1, 3, 7, 15, 75, 135, 195]
        );
        let told = Asked {
            retry_after_ms: Some(40_000),
            ..shown()
        };
        assert_eq!(repeats(busy, told, Pace::default(), 0)[..3], [40, 80, 120]);
        let jitter = |jitter_ms| Asked { jitter_ms, ..shown() };
        for (asked, wait_ms) in [(jitter(700), 1_700), (jitter(-5), 1_000), (jitter(90_000), 2_000)] {
            assert_eq!(
                next(busy, &asked, Pace::default()),
                Next::AskAt(at(0).plus_ms(wait_ms))
            );
        }
        let next_day = Asked {
            answered_at: at(86_400),
            times: 900,
            ..shown()
        };
        assert_eq!(next(busy, &next_day, Pace::default()), Next::GiveUp);
    }

    #[test]
    fn what_cannot_change_is_not_asked_again() {
        for failure in [
            LookupFailure::Outage(Outage::QuotaGone),
            LookupFailure::Outage(Outage::Ours),
            LookupFailure::Outage(Outage::Link),
            LookupFailure::Fault(Fault::Key),
            LookupFailure::NoSlipInPicture,
            LookupFailure::PictureRefused,
            LookupFailure::OtherReceiver,
            LookupFailure::OtherAmount,
        ] {
            assert_eq!(
                next(failure, &shown(), Pace::default()),
                Next::GiveUp,
                "{failure:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_pending_slip_is_asked_about_at_least_once_and_ends(
            first_s in 0_u32..100_000,
            every_s in 0_u32..100_000,
            transferred_s in proptest::option::of(-100_000_i64..1_000),
            answer_ms in 30_000_i64..60_000,
        ) {
            let asked = Asked { transferred_at: transferred_s.map(at), ..shown() };
            let seconds = repeats(LookupFailure::Pending, asked, Pace { first_s, every_s }, answer_ms);
            prop_assert!((1..20).contains(&seconds.len()), "{seconds:?}");
        }

        #[test]
        fn any_numbers_are_answered(
            presented in any::<i64>(),
            answered in any::<i64>(),
            times in any::<u32>(),
            retry_after_ms in any::<Option<i64>>(),
            jitter_ms in any::<i64>(),
            first_s in any::<u32>(),
            every_s in any::<u32>(),
        ) {
            let asked = Asked {
                presented_at: Timestamp::from_ms(presented),
                answered_at: Timestamp::from_ms(answered),
                times,
                retry_after_ms,
                jitter_ms,
                ..shown()
            };
            for failure in [LookupFailure::Pending, LookupFailure::NotFound, LookupFailure::Outage(Outage::Busy)] {
                next(failure, &asked, Pace { first_s, every_s });
            }
        }
    }
}
