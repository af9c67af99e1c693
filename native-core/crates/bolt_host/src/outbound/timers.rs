//! Waiting for time to pass.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{Shared, lock};

/// Who waits for which moment, in milliseconds since the host began; the number tells apart those who wait for the same.
#[derive(Debug, Default)]
pub(super) struct Timers {
    waiting: BTreeMap<(u64, u64), Waker>,
    next: u64,
}

impl Timers {
    pub(super) fn first(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    pub(super) fn take_due(&mut self, now: u64) -> Vec<Waker> {
        if self.first().is_none_or(|at| at > now) {
            return Vec::new();
        }
        let later = self.waiting.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.waiting, later).into_values().collect()
    }
}

/// Resolves when its time has passed.
#[derive(Debug)]
pub struct Sleep {
    shared: Arc<Shared>,
    at: u64,
    number: Option<u64>,
}

impl Sleep {
    pub(super) fn new(shared: Arc<Shared>, duration: Duration) -> Self {
        // One more for the begun millisecond, so that it is never early.
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        let at = shared.clock.now().saturating_add(milliseconds);
        Self { shared, at, number: None }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.shared.clock.now() >= this.at {
            return Poll::Ready(());
        }
        let old = {
            let mut timers = lock(&this.shared.timers);
            let number = *this.number.get_or_insert_with(|| {
                timers.next += 1;
                timers.next
            });
            timers.waiting.insert((this.at, number), cx.waker().clone())
        };
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = lock(&self.shared.timers).waiting.remove(&(self.at, number));
            drop(waker);
        }
    }
}
