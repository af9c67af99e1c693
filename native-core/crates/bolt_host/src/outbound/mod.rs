//! Connections that the host opens itself (databases, other services), on the poll of its own clients and without a runtime.
//!
//! Tasks are futures. They run where the host is driven, one after the other, after the readiness events of a pass: what several requests of
//! a pass ask of one connection is one write. Streams have the traits of `tokio`, so that its protocol libraries run on them.
//!
//! Everything here may be used from any thread; only the thread that drives the host runs tasks.

mod source;
mod stream;
mod tasks;
mod timers;
mod work;

pub use stream::Stream;
pub use tasks::Task;
pub use timers::Sleep;
pub use work::Working;

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::{Registry, Waker};
use slab::Slab;

use crate::time::Clock;
use source::Source;
use tasks::Tasks;
use timers::Timers;
use work::Work;

/// Tokens from here on are those of outbound sockets; below are connections.
pub(crate) const FIRST_TOKEN: usize = 1 << (usize::BITS - 2);
/// Size of the buffer that all streams are read into.
const BUFFER: usize = 64 * 1024;

/// What tasks use to go on in the background, to wait and to connect. Clones are the same.
#[derive(Debug, Clone)]
pub struct Outbound(Arc<Shared>);

/// Each part has a lock of its own, held for short spans only: never while a task runs, and never while something is dropped that may
/// come back here.
#[derive(Debug)]
struct Shared {
    registry: Registry,
    waker: Arc<Waker>,
    clock: Clock,
    tasks: Mutex<Tasks>,
    timers: Mutex<Timers>,
    sources: Mutex<Slab<Arc<Source>>>,
    buffer: Mutex<Box<[u8]>>,
    /// Of the thread that drives the host.
    work: Mutex<Work>,
}

/// A panic in between leaves plain data, never a half-done change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbound {
    pub(crate) fn new(registry: &Registry, waker: Arc<Waker>, clock: Clock) -> io::Result<Self> {
        Ok(Self(Arc::new(Shared {
            registry: registry.try_clone()?,
            waker,
            clock,
            tasks: Mutex::default(),
            timers: Mutex::default(),
            sources: Mutex::default(),
            buffer: Mutex::new(vec![0; BUFFER].into_boxed_slice()),
            work: Mutex::new(Work::of_this_thread()),
        })))
    }

    /// Runs a future in the background; it is first polled when the pass of the moment, or else the next, runs its tasks. A task that
    /// panics ends; the others go on. Once the host is gone the future is dropped at once.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> Task {
        tasks::spawn(&self.0, Box::pin(future))
    }

    /// Waits. Late by what else the pass has to do, never early.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.0.clone(), duration)
    }

    /// Has the host take a pass soon. Waking a task does this by itself.
    pub fn kick(&self) {
        self.0.kick();
    }

    /// Drops all tasks in the order in which they were spawned, and all timers; nothing can be spawned from then on.
    pub(crate) fn clear(&self) {
        tasks::clear(&self.0);
        let timers = std::mem::take(&mut *lock(&self.0.timers));
        drop(timers);
    }

    /// Notes what the poll said about a socket.
    pub(crate) fn on_event(&self, event: &mio::event::Event) {
        let source = lock(&self.0.sources).get(event.token().0 - FIRST_TOKEN).cloned();
        // Without one the event came after its socket was closed.
        if let Some(source) = source {
            source.on_event(event);
        }
    }

    /// From now on until [`Outbound::end_pass`] tasks that wake need no kick.
    pub(crate) fn begin_pass(&self) {
        lock(&self.0.tasks).is_awake = true;
    }

    /// The thread is at work until what this gives is dropped.
    pub(crate) fn work(&self) -> Working {
        lock(&self.0.work).begin()
    }

    /// From now on this thread drives the host.
    pub(crate) fn move_here(&self) {
        *lock(&self.0.work) = Work::of_this_thread();
    }

    /// A clock that stands still while the host is at work and sees no socket: for how long somebody else took, at least.
    pub(crate) fn waited(&self) -> Duration {
        self.0.clock.elapsed().saturating_sub(lock(&self.0.work).total())
    }

    /// Wakes what waited for this moment.
    pub(crate) fn on_time(&self) {
        let due = lock(&self.0.timers).take_due(self.0.clock.now());
        for waker in due {
            waker.wake();
        }
    }

    /// Runs tasks, first in first out, until none is ready or enough was done for one pass.
    pub(crate) fn run(&self) {
        tasks::run(&self.0);
    }

    /// What wakes from now on kicks the host, and so does what is ready already.
    pub(crate) fn end_pass(&self) {
        let mut tasks = lock(&self.0.tasks);
        tasks.is_awake = tasks.is_ready();
        if tasks.is_awake {
            self.0.kick();
        }
    }

    /// When [`Outbound::on_time`] has something to do, in milliseconds since the host began.
    pub(crate) fn deadline_at(&self) -> Option<u64> {
        lock(&self.0.timers).first()
    }
}

impl Shared {
    fn kick(&self) {
        // Fails only when the counter behind it is full, and then the poll is readable anyway.
        let _ = self.waker.wake();
    }
}
