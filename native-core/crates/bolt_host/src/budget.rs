//! How much of its time a pass may take from everything else in the loop.

use std::time::{Duration, Instant};

/// Time that one kind of work gets in one pass: reading, running handlers, or writing.
const TIME: Duration = Duration::from_millis(4);
/// Requests handled between two looks at the clock.
const STEP: u32 = 16;

/// The time left for one kind of work.
#[derive(Debug)]
pub struct Budget {
    until: Instant,
    left: u32,
    is_spent: bool,
}

impl Budget {
    /// A full one: 4 ms from this moment on.
    #[expect(clippy::new_without_default, reason = "a budget depends on when it was made")]
    pub fn new() -> Self {
        Self { until: Instant::now() + TIME, left: STEP, is_spent: false }
    }

    /// Notes work of about so many requests; whether the time is over. Looks at the clock now and then only.
    #[inline]
    pub fn spend(&mut self, requests: u32) -> bool {
        match self.left.checked_sub(requests) {
            Some(left) => self.left = left,
            None => {
                self.left = STEP;
                self.is_spent |= Instant::now() >= self.until;
            }
        }
        self.is_spent
    }

    /// Whether the time is over; looks at the clock.
    pub fn is_spent(&mut self) -> bool {
        self.is_spent |= Instant::now() >= self.until;
        self.is_spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_over_after_a_while_and_stays_so() {
        let mut budget = Budget::new();
        assert!(!budget.spend(1) && !budget.is_spent());
        std::thread::sleep(TIME);
        assert!((0..=STEP).any(|_| budget.spend(1)), "noticed after {STEP} requests at the latest");
        assert!(budget.spend(0) && budget.is_spent());
    }
}
