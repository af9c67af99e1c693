//! A host on a thread of its own, so that what is answered without a handler, and every deadline, waits for no handler.
//!
//! The thread and those who run the handlers share the host behind a lock. Nobody keeps it while waiting or while foreign code runs. Two
//! bells connect them: the thread rings when there are calls, answers to hand over or an end to tell, once until somebody has looked; the
//! others wake the thread when it waits and there is something to write.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::host::Host;
use crate::poller::Poller;
use crate::report::report;

/// A running thread and its host.
#[derive(Debug)]
pub struct HostThread {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    host: Host,
    /// The thread waits, or is about to, and will not look again by itself.
    is_waiting: bool,
    /// The bell was rung and nobody has looked yet.
    has_rung: bool,
    is_stopping: bool,
}

/// The host, for a short span.
#[derive(Debug)]
pub struct Locked<'t>(MutexGuard<'t, State>);

impl HostThread {
    /// Takes the host out and starts the thread. It calls `ring` when there is news, until [`HostThread::stop`] returns.
    ///
    /// # Errors
    /// There is no host, or the system has no thread left; then the host stays where it is.
    pub fn start(host: &mut Option<Host>, ring: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (hand_over, begin) = std::sync::mpsc::channel::<(Arc<Shared>, Poller)>();
        let thread = std::thread::Builder::new().name("bolt-io".to_owned()).spawn(move || {
            if let Ok((shared, poller)) = begin.recv() {
                shared.run(poller, ring);
            }
        })?;
        let poller = host.as_mut().and_then(Host::take_poller);
        let (Some(host), Some(poller)) = (host.take(), poller) else {
            return Err(io::Error::other("there is no host to move"));
        };
        let state = State { host, is_waiting: false, has_rung: false, is_stopping: false };
        let shared = Arc::new(Shared { state: Mutex::new(state) });
        // The thread waits for it.
        let _ = hand_over.send((shared.clone(), poller));
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// The host; wait for nothing and run no foreign code while it is held.
    pub fn lock(&self) -> Locked<'_> {
        Locked(self.shared.lock())
    }

    /// Has the next news ring again: to be called before looking for news.
    pub fn heed(&self) {
        self.shared.lock().has_rung = false;
    }

    /// Has the thread take a pass, if it waits; it writes what there is.
    pub fn wake(&self) {
        let mut state = self.shared.lock();
        if std::mem::take(&mut state.is_waiting) {
            state.host.kick();
        }
    }

    /// Ends the thread and waits for that; the host stays, without input and output.
    pub fn stop(&self) {
        {
            let mut state = self.shared.lock();
            state.is_stopping = true;
            state.host.kick();
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // It catches panics itself.
            let _ = thread.join();
        }
    }
}

impl Drop for HostThread {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// A panic leaves a host that was looked after: connections whose code panicked are closed by the host itself.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut poller: Poller, ring: impl Fn()) {
        // What was there before the thread was.
        let mut timeout = Some(Duration::ZERO);
        self.lock().host.move_here();
        loop {
            if let Err(error) = poller.wait(timeout) {
                report(format_args!("the poll failed: {error}"));
                return;
            }
            let mut state = self.lock();
            if state.is_stopping {
                return;
            }
            let working = state.host.work();
            // After a panic, of which the panic hook has written a line, the next pass goes on with what is left.
            let rings = catch_unwind(AssertUnwindSafe(|| state.pass(&poller))).unwrap_or(true);
            timeout = state.begin_wait();
            drop(working);
            drop(state);
            if rings {
                let _ = catch_unwind(AssertUnwindSafe(&ring));
            }
        }
    }
}

impl State {
    /// Handles what the wait found and writes answers; whether to ring.
    fn pass(&mut self, poller: &Poller) -> bool {
        self.is_waiting = false;
        self.host.handle(poller);
        self.host.settle();
        let has_news = self.host.finish().is_some() | self.host.has_news();
        has_news && !std::mem::replace(&mut self.has_rung, true)
    }

    /// How long to wait at most. In the lock of the pass, so that nothing can be left to write in between unnoticed.
    fn begin_wait(&mut self) -> Option<Duration> {
        self.is_waiting = true;
        self.host.end_pass();
        self.host.deadline_at().map(|at| Duration::from_millis(self.host.until(at)))
    }
}

impl std::ops::Deref for Locked<'_> {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.0.host
    }
}

impl std::ops::DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Host {
        &mut self.0.host
    }
}
