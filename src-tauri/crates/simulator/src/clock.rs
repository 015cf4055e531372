//! The simulator's time: the machine's clock, or a fixed one that a test moves by hand.
//!
//! Both can be pushed forward while running (`POST /_control/clock`), which is how "the next day" and
//! "31 days later" are reached without waiting. Everything that waits does so here, so a test with a fixed
//! clock never sleeps.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::watch;

/// A clock that can be moved. Times are milliseconds since the Unix epoch.
#[derive(Debug)]
pub struct Clock {
    base: Base,
    offset_ms: watch::Sender<i64>,
}

#[derive(Debug)]
enum Base {
    Machine,
    Fixed(i64),
}

impl Clock {
    /// The machine's clock.
    pub fn machine() -> Self {
        Self {
            base: Base::Machine,
            offset_ms: watch::Sender::new(0),
        }
    }

    /// A clock that stands still at `start` until it is moved.
    pub fn fixed(start: Timestamp) -> Self {
        Self {
            base: Base::Fixed(start.as_millisecond()),
            offset_ms: watch::Sender::new(0),
        }
    }

    /// Now, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.unmoved_ms().saturating_add(*self.offset_ms.borrow())
    }

    /// Now, had nobody moved the clock.
    pub(crate) fn unmoved_ms(&self) -> i64 {
        match self.base {
            Base::Machine => Timestamp::now().as_millisecond(),
            Base::Fixed(start_ms) => start_ms,
        }
    }

    /// A clock that stands still is not this machine's.
    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self.base, Base::Fixed(_))
    }

    /// How far the clock has been moved from its base.
    pub(crate) fn offset_ms(&self) -> i64 {
        *self.offset_ms.borrow()
    }

    /// Moves the clock to `offset_ms` from its base and wakes everything that waits.
    pub(crate) fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.send_if_modified(|current| {
            let moved = *current != offset_ms;
            *current = offset_ms;
            moved
        });
    }

    pub(crate) async fn sleep_until_ms(&self, due_ms: i64) {
        let mut moved = self.offset_ms.subscribe();
        loop {
            let left_ms = due_ms.saturating_sub(self.now_ms());
            let Ok(left_ms @ 1..) = u64::try_from(left_ms) else {
                return;
            };
            match self.base {
                // Woken at least hourly: a machine that slept through the wait must still notice.
                Base::Machine => tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(left_ms.min(3_600_000))) => {}
                    _ = moved.changed() => {}
                },
                Base::Fixed(_) => {
                    // The sender lives in `self`, so this cannot fail while we are borrowed.
                    let _ = moved.changed().await;
                }
            }
        }
    }

    pub(crate) async fn sleep_ms(&self, wait_ms: u64) {
        let wait_ms = i64::try_from(wait_ms).unwrap_or(i64::MAX);
        self.sleep_until_ms(self.now_ms().saturating_add(wait_ms)).await;
    }
}

/// `2024-09-23T03:18:47Z`: whole seconds, as the providers print them.
pub(crate) fn iso(at_ms: i64) -> String {
    Timestamp::from_second(at_ms.div_euclid(1000)).map_or_else(|_| String::new(), |time| time.to_string())
}

/// `Thu, 09 Oct 2025 08:53:20 GMT`, as in the `Date` header.
pub(crate) fn http_date(at_ms: i64) -> String {
    printed(at_ms, 0, "%a, %d %b %Y %H:%M:%S GMT")
}

/// `2025-10-09T08:53:20.120Z`.
pub(crate) fn iso_millis(at_ms: i64) -> String {
    printed(at_ms, 0, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// `2025-10-09T11:53:20+03:00`, as in the samples of 2328.io's webhooks.
pub(crate) fn with_offset_3(at_ms: i64) -> String {
    printed(at_ms, 3, "%Y-%m-%dT%H:%M:%S%:z")
}

/// `2025-10-09T15:53:20.000000+07:00`: microseconds and the offset of Bangkok.
pub(crate) fn bangkok_micros(at_ms: i64) -> String {
    printed(at_ms, 7, "%Y-%m-%dT%H:%M:%S%.6f%:z")
}

/// The same without the offset.
pub(crate) fn bangkok_naive(at_ms: i64) -> String {
    printed(at_ms, 7, "%Y-%m-%dT%H:%M:%S%.6f")
}

/// `2025-10-09T15:53:20+07:00`.
pub(crate) fn bangkok_seconds(at_ms: i64) -> String {
    printed(at_ms, 7, "%Y-%m-%dT%H:%M:%S%:z")
}

/// `20251009155320`, in Bangkok.
pub(crate) fn bangkok_digits(at_ms: i64) -> String {
    printed(at_ms, 7, "%Y%m%d%H%M%S")
}

fn printed(at_ms: i64, offset_hours: i8, format: &str) -> String {
    let zone = TimeZone::fixed(jiff::tz::offset(offset_hours));
    Timestamp::from_millisecond(at_ms).map_or_else(
        |_| String::new(),
        |time| time.to_zoned(zone).strftime(format).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fixed_clock_wakes_its_sleepers_only_when_moved_far_enough() {
        let clock = Clock::fixed(Timestamp::from_second(1_760_000_000).unwrap());
        let sleeper = clock.sleep_ms(1000);
        tokio::pin!(sleeper);
        assert!(futures::poll!(sleeper.as_mut()).is_pending());
        clock.set_offset_ms(999);
        assert!(futures::poll!(sleeper.as_mut()).is_pending());
        clock.set_offset_ms(1000);
        sleeper.await;
        assert_eq!(clock.now_ms(), 1_760_000_001_000);
    }

    #[test]
    fn times_are_printed_in_whole_seconds() {
        assert_eq!(iso(1_727_061_527_999), "2024-09-23T03:18:47Z");
        assert_eq!(http_date(1_760_000_000_999), "Thu, 09 Oct 2025 08:53:20 GMT");
    }

    #[test]
    fn gateways_print_their_own_forms() {
        let at_ms = 1_760_000_000_120;
        assert_eq!(bangkok_micros(at_ms), "2025-10-09T15:53:20.120000+07:00");
        assert_eq!(bangkok_naive(at_ms), "2025-10-09T15:53:20.120000");
        assert_eq!(iso_millis(at_ms), "2025-10-09T08:53:20.120Z");
        assert_eq!(with_offset_3(at_ms), "2025-10-09T11:53:20+03:00");
        assert_eq!(bangkok_digits(at_ms), "20251009155320");
    }
}
