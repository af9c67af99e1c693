//! Tasks and their wakers. A waker names its task by place and number, so that one that outlives its task wakes no other.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use slab::Slab;

use super::{Shared, lock};

/// After this time what is ready waits for the next pass, so that tasks that keep waking one another do not starve the loop.
const BUDGET: Duration = Duration::from_millis(4);
/// Polls between two looks at the clock.
const POLLS: usize = 32;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// All tasks of a host.
#[derive(Default)]
pub(super) struct Tasks {
    entries: Slab<Entry>,
    ready: VecDeque<Id>,
    /// Number of the next task; never used twice.
    next: u64,
    /// Somebody will run what is ready without being kicked.
    pub(super) is_awake: bool,
    is_cleared: bool,
}

struct Entry {
    number: u64,
    /// Elsewhere while it is polled.
    work: Option<Work>,
    waker: Waker,
    is_queued: bool,
}

/// Which task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id {
    place: usize,
    number: u64,
}

impl Tasks {
    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    fn get(&mut self, id: Id) -> Option<&mut Entry> {
        self.entries.get_mut(id.place).filter(|entry| entry.number == id.number)
    }

    fn remove(&mut self, id: Id) -> Option<Entry> {
        self.get(id)?;
        self.entries.try_remove(id.place)
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("count", &self.entries.len()).field("ready", &self.ready.len()).finish()
    }
}

/// A spawned task. Dropping this lets it go on.
#[derive(Debug)]
pub struct Task {
    shared: Arc<Shared>,
    id: Id,
}

impl Task {
    /// Drops the task's future, wherever it waits; nothing happens when it is over. A task that cancels itself ends at its next wait.
    pub fn cancel(&self) {
        let entry = lock(&self.shared.tasks).remove(self.id);
        drop(entry);
    }

    /// Whether its future was dropped.
    pub fn is_over(&self) -> bool {
        lock(&self.shared.tasks).get(self.id).is_none()
    }
}

struct Alarm {
    shared: Arc<Shared>,
    id: Id,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        wake(&self.shared, self.id);
    }
}

fn wake(shared: &Shared, id: Id) {
    let mut tasks = lock(&shared.tasks);
    match tasks.get(id) {
        Some(entry) if !entry.is_queued => entry.is_queued = true,
        _ => return,
    }
    tasks.ready.push_back(id);
    if !std::mem::replace(&mut tasks.is_awake, true) {
        shared.kick();
    }
}

pub(super) fn spawn(shared: &Arc<Shared>, work: Work) -> Task {
    let mut tasks = lock(&shared.tasks);
    let id = Id { place: tasks.entries.vacant_key(), number: tasks.next };
    tasks.next += 1;
    if tasks.is_cleared {
        // Its drop may come back here.
        drop(tasks);
        drop(work);
    } else {
        let waker = Waker::from(Arc::new(Alarm { shared: shared.clone(), id }));
        tasks.entries.insert(Entry { number: id.number, work: Some(work), waker, is_queued: false });
        drop(tasks);
        wake(shared, id);
    }
    Task { shared: shared.clone(), id }
}

pub(super) fn run(shared: &Shared) {
    let mut begin = None;
    for count in 1.. {
        let Some((id, work, waker)) = next(shared) else { return };
        poll(shared, id, work, &waker);
        if count % POLLS == 0 && begin.get_or_insert_with(Instant::now).elapsed() > BUDGET {
            return;
        }
    }
}

fn next(shared: &Shared) -> Option<(Id, Work, Waker)> {
    let mut tasks = lock(&shared.tasks);
    loop {
        let id = tasks.ready.pop_front()?;
        let Some(entry) = tasks.get(id) else { continue };
        entry.is_queued = false;
        // None while it is being polled further up: by a task that drives the host, which nobody should.
        if let Some(work) = entry.work.take() {
            return Some((id, work, entry.waker.clone()));
        }
    }
}

fn poll(shared: &Shared, id: Id, mut work: Work, waker: &Waker) {
    // The panic hook has written its line when this is an error; the task is over then.
    let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut Context::from_waker(waker))));
    if let Ok(Poll::Pending) = polled
        && let Some(entry) = lock(&shared.tasks).get(id)
    {
        entry.work = Some(work);
        return;
    }
    let entry = lock(&shared.tasks).remove(id);
    let _ = catch_unwind(AssertUnwindSafe(|| drop((work, entry))));
}

pub(super) fn clear(shared: &Shared) {
    let mut entries: Vec<Entry> = {
        let mut tasks = lock(&shared.tasks);
        tasks.is_cleared = true;
        tasks.ready.clear();
        tasks.entries.drain().collect()
    };
    entries.sort_unstable_by_key(|entry| entry.number);
    for entry in entries {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(entry)));
    }
}
