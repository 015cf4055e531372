//! How fast a provider may be asked: so many requests in any one second, and not at all while it asked for a pause.
//!
//! A burst up to the limit leaves at once: a payment takes two or three requests, and the customer waits for them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A second, and a little: what leaves here a second apart may arrive closer together.
const WINDOW: Duration = Duration::from_millis(1_050);

/// Who waits for a turn, and so for how long: longer than that the caller is told to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// A customer stands at the counter: the request goes out, behind those that already have their turn.
    Customer,
    /// A question that can be asked later as well. It queues so little that a customer never waits long behind it.
    Background,
}

impl Patience {
    const fn longest_wait(self) -> Duration {
        match self {
            Self::Customer => Duration::from_millis(5_000),
            Self::Background => Duration::from_millis(1_500),
        }
    }
}

/// A pause that a provider asks for is kept up to this long; beyond it the provider is simply asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The limit of one provider, shared by everything that asks it.
pub(crate) struct Pace {
    per_second: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the newest requests left or will leave, oldest first, at most `per_second` of them.
    turns: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

/// It is not this caller's turn before so many milliseconds have passed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooSoon {
    pub(crate) after_ms: i64,
}

impl Pace {
    pub(crate) fn new(per_second: u32) -> Self {
        let per_second = usize::try_from(per_second.max(1)).unwrap_or(usize::MAX);
        Self {
            per_second,
            state: Mutex::default(),
        }
    }

    /// Waits for a turn, or says at once that it would take too long.
    pub(crate) async fn turn(&self, patience: Patience) -> Result<(), TooSoon> {
        let at = self.reserve(Instant::now(), patience)?;
        tokio::time::sleep_until(at).await;
        Ok(())
    }

    fn reserve(&self, now: Instant, patience: Patience) -> Result<Instant, TooSoon> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = state.paused_until.filter(|until| *until > now);
        let full = state.turns.len() >= self.per_second;
        let free_at = if full {
            state.turns.front().map_or(now, |oldest| *oldest + WINDOW)
        } else {
            now
        };
        let at = free_at.max(now);
        let wait = pause.map_or(at, |until| until.max(at)).duration_since(now);
        if pause.is_some() || wait > patience.longest_wait() {
            return Err(TooSoon {
                after_ms: whole_ms(wait),
            });
        }
        if full {
            state.turns.pop_front();
        }
        state.turns.push_back(at);
        Ok(at)
    }

    /// The provider asked for a pause.
    pub(crate) fn pause(&self, length: Duration) {
        let until = Instant::now() + length.min(LONGEST_PAUSE);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.paused_until = Some(state.paused_until.map_or(until, |known| known.max(until)));
    }
}

/// Rounded up: whoever waits exactly so long must not come back a moment too soon.
fn whole_ms(wait: Duration) -> i64 {
    i64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_leaves_at_once_and_the_rest_waits() {
        let pace = Pace::new(5);
        let start = Instant::now();
        for _ in 0..5 {
            pace.turn(Patience::Background).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..5 {
            pace.turn(Patience::Background).await.unwrap();
        }
        assert_eq!(start.elapsed(), WINDOW);
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_than_the_limit() {
        let pace = Pace::new(3);
        let mut left = Vec::new();
        for step in 0_u64..40 {
            tokio::time::advance(Duration::from_millis(step * 37 % 211)).await;
            pace.turn(Patience::Background).await.unwrap();
            left.push(Instant::now());
        }
        for window in left.windows(4) {
            assert!(window[3] - window[0] >= WINDOW, "{:?}", window[3] - window[0]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_queue_is_refused_instead_of_held() {
        let pace = Pace::new(1);
        let now = Instant::now();
        let background = || pace.reserve(now, Patience::Background);
        assert_eq!(background(), Ok(now));
        assert_eq!(background(), Ok(now + WINDOW));
        assert_eq!(background(), Err(TooSoon { after_ms: 2_100 }));
        let customer = pace.reserve(now, Patience::Customer);
        assert_eq!(customer, Ok(now + 2 * WINDOW), "a sale is made, if late");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_kept_and_ends() {
        let pace = Pace::new(5);
        pace.pause(Duration::from_secs(7));
        pace.pause(Duration::from_secs(2));
        assert_eq!(
            pace.turn(Patience::Background).await,
            Err(TooSoon { after_ms: 7_000 })
        );
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(pace.turn(Patience::Background).await, Ok(()));
        pace.pause(Duration::from_secs(86_400));
        assert_eq!(
            pace.turn(Patience::Background).await,
            Err(TooSoon { after_ms: 300_000 })
        );
    }
}
