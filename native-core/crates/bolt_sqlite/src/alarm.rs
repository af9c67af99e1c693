//! How a statement that runs is stopped: SQLite asks every few hundred steps whether it may go on, and whenever the file is locked by somebody else.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Between two looks at a file that is locked.
const NAP: Duration = Duration::from_millis(1);

/// Says when a connection has to stop. Clones are the same.
#[derive(Debug, Clone)]
pub struct Alarm(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    begin: Instant,
    /// Nanoseconds after the begin; the largest: never.
    at: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Default for Alarm {
    fn default() -> Self {
        let (begin, at) = (Instant::now(), AtomicU64::new(u64::MAX));
        Self(Arc::new(Shared { begin, at, is_cancelled: AtomicBool::new(false) }))
    }
}

impl Alarm {
    /// The next statement may run for so long, as long as it takes without a limit. What was cancelled stays so.
    pub fn set(&self, limit: Option<Duration>) {
        let at = limit.map_or(u64::MAX, |limit| self.elapsed().saturating_add(nanoseconds(limit)));
        self.0.at.store(at, Ordering::Relaxed);
    }

    /// Has the statement stop that runs, and every later one until [`Alarm::allow`].
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Statements may run again.
    pub fn allow(&self) {
        self.0.is_cancelled.store(false, Ordering::Relaxed);
    }

    /// Whether somebody wants the statement to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Relaxed)
    }

    /// Whether a statement has to stop now.
    pub(crate) fn rings(&self) -> bool {
        self.is_cancelled() || self.elapsed() >= self.0.at.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> u64 {
        nanoseconds(self.0.begin.elapsed())
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

thread_local! {
    /// Until when this thread waits for a locked file, and what else ends that.
    static PATIENCE: RefCell<Option<(Instant, Alarm)>> = const { RefCell::new(None) };
}

/// Waits for locked files until this is dropped. Without one a locked file is a failure at once.
#[derive(Debug)]
pub(crate) struct Patience;

impl Patience {
    pub(crate) fn new(limit: Duration, alarm: &Alarm) -> Self {
        let until = Instant::now().checked_add(limit);
        PATIENCE.with(|patience| *patience.borrow_mut() = until.map(|until| (until, alarm.clone())));
        Self
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        PATIENCE.with(|patience| patience.borrow_mut().take());
    }
}

/// SQLite's busy handler: whether to try again.
pub(crate) fn on_busy(_times: i32) -> bool {
    let goes_on = PATIENCE.with(|patience| {
        patience.borrow().as_ref().is_some_and(|(until, alarm)| Instant::now() < *until && !alarm.rings())
    });
    if goes_on {
        std::thread::sleep(NAP);
    }
    goes_on
}
