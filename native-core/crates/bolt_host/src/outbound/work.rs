//! How long a thread was at work. What comes in meanwhile is seen afterwards, so that whoever measures how long others took has to leave it out.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::lock;

/// Of a thread; hosts in one loop have it in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Work(Arc<Mutex<Total>>);

#[derive(Debug, Default)]
struct Total {
    past: Duration,
    /// Since when somebody is at work, and how many are, one within the other.
    now: Option<(Instant, u32)>,
}

thread_local! {
    static OF_THREAD: Work = Work::default();
}

impl Work {
    pub(super) fn of_this_thread() -> Self {
        OF_THREAD.with(Clone::clone)
    }

    pub(super) fn begin(&self) -> Working {
        lock(&self.0).now.get_or_insert_with(|| (Instant::now(), 0)).1 += 1;
        Working(self.clone())
    }

    fn end(&self) {
        let mut total = lock(&self.0);
        let Some((since, count)) = &mut total.now else { return };
        *count -= 1;
        if *count == 0 {
            let last = since.elapsed();
            total.past += last;
            total.now = None;
        }
    }

    /// All of it until now.
    pub(super) fn total(&self) -> Duration {
        let total = lock(&self.0);
        total.past + total.now.map_or(Duration::ZERO, |(since, _)| since.elapsed())
    }
}

/// A thread is at work, and looks at no sockets, until this is dropped.
#[derive(Debug)]
pub struct Working(Work);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.end();
    }
}
