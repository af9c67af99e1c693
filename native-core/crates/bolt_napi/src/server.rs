//! One server: its host, and what of JavaScript and the event loop belongs to it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use bolt_core::engine::{ConnectionId, Handle};
use bolt_host::Host;

use crate::environment::Environment;
use crate::host_cell::{HostCell, HostMut};
use crate::isolation::Isolation;
use crate::js::{Js, Reference, Value};
use crate::uv::Handles;

/// Functions and context of JavaScript; given back when the server is closed.
#[derive(Debug)]
pub(crate) struct Callbacks {
    pub(crate) dispatch: Reference,
    pub(crate) event: Reference,
    pub(crate) socket: Reference,
    pub(crate) isolation: Isolation,
}

/// One server of an environment.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) environment: Weak<Environment>,
    /// Its number; the upper bits of all its requests' numbers.
    pub(crate) index: usize,
    /// Borrowed for short spans only, never while JavaScript runs.
    pub(crate) host: HostCell,
    pub(crate) callbacks: RefCell<Option<Rc<Callbacks>>>,
    pub(crate) in_batch: Cell<bool>,
    /// The event loop will come back for what was sent in pieces.
    pub(crate) is_kicked: Cell<bool>,
    handles: RefCell<Option<Handles>>,
    /// Who waits for the responses to injected requests.
    pub(crate) injected: RefCell<HashMap<ConnectionId, Reference>>,
    /// Who is told what databases answer, by the numbers of the pools.
    pub(crate) settle: RefCell<Vec<Reference>>,
    /// Who waits for the end.
    pub(crate) closing: RefCell<Vec<Reference>>,
    pub(crate) is_closed: Cell<bool>,
    /// When the timer fires, in milliseconds of the host.
    armed: Cell<u64>,
}

impl Server {
    pub(crate) fn new(
        environment: &Rc<Environment>,
        index: usize,
        host: Host,
        js: Js,
        [dispatch, event, socket]: [Value; 3],
    ) -> Option<Self> {
        let isolation = Isolation::new(js)?;
        let callbacks = Callbacks {
            dispatch: js.reference(dispatch),
            event: js.reference(event),
            socket: js.reference(socket),
            isolation,
        };
        Some(Self {
            environment: Rc::downgrade(environment),
            index,
            host: HostCell::new(host),
            callbacks: RefCell::new(Some(Rc::new(callbacks))),
            in_batch: Cell::new(false),
            is_kicked: Cell::new(false),
            handles: RefCell::new(None),
            injected: RefCell::default(),
            settle: RefCell::default(),
            closing: RefCell::default(),
            is_closed: Cell::new(false),
            armed: Cell::new(u64::MAX),
        })
    }

    /// The number that JavaScript knows a request by.
    pub(crate) fn number(&self, handle: Handle) -> f64 {
        (((self.index as u64) << Handle::BITS) | handle.bits()) as f64
    }

    /// Takes part in the event loop from now on.
    pub(crate) fn join_loop(self: &Rc<Self>) -> bool {
        if self.handles.borrow().is_some() {
            return true;
        }
        // On Windows the descriptor of a poll cannot be watched by another event loop.
        if cfg!(windows) { self.move_to_thread() } else { self.open_handles(false) }
    }

    /// Moves the host to a thread of its own, unless it is there already.
    pub(crate) fn move_to_thread(self: &Rc<Self>) -> bool {
        if self.host.thread().is_some() {
            return true;
        }
        self.leave_loop();
        if !self.open_handles(true) {
            return false;
        }
        let handles = self.handles.borrow();
        let Some(bell) = handles.as_ref().and_then(Handles::bell).cloned() else { return false };
        self.host.move_to_thread(move || bell.ring()).is_ok()
    }

    fn open_handles(self: &Rc<Self>, on_thread: bool) -> bool {
        let environment = self.environment.upgrade().filter(|environment| !environment.is_leaving());
        *self.handles.borrow_mut() = environment.and_then(|environment| environment.open_handles(self, on_thread));
        self.handles.borrow().is_some()
    }

    /// Leaves the event loop, and ends the thread if there is one. When libuv is done with them, [`Server::handle_closed`] is called for
    /// each handle.
    pub(crate) fn leave_loop(&self) {
        let handles = self.handles.borrow_mut().take();
        if let Some(handles) = handles {
            handles.close();
        }
        if let Some(thread) = self.host.thread() {
            thread.stop();
        }
    }

    pub(crate) fn handle_closed(&self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.handle_closed();
        }
    }

    /// The host's descriptor is readable.
    #[cfg(unix)]
    pub(crate) fn on_readable(self: &Rc<Self>) {
        self.batch(|host| {
            if let Err(error) = host.turn(Some(std::time::Duration::ZERO)) {
                bolt_host::report(format_args!("the poll failed: {error}"));
            }
        });
    }

    pub(crate) fn on_time(self: &Rc<Self>) {
        self.armed.set(u64::MAX);
        self.batch(Host::on_time);
    }

    /// The thread of the host has news.
    pub(crate) fn on_ring(self: &Rc<Self>) {
        if let Some(thread) = self.host.thread() {
            thread.heed();
        }
        self.batch(|_| {});
    }

    /// Has the host take a pass from the event loop, where JavaScript may be called, or on its thread.
    pub(crate) fn kick(self: &Rc<Self>) {
        if self.join_loop() {
            match self.host.thread() {
                Some(thread) => thread.wake(),
                None => self.host.borrow().kick(),
            }
            self.refresh();
        }
    }

    /// Comes back to this server's calls from the event loop, after whatever else waits there.
    pub(crate) fn come_back(&self) {
        match self.handles.borrow().as_ref().and_then(Handles::bell) {
            Some(bell) => bell.ring(),
            None => self.host.borrow().kick(),
        }
    }

    /// Writes what was answered, here or on the host's thread; whether there are calls again.
    pub(crate) fn settle(&self) -> bool {
        let Some(thread) = self.host.thread() else { return self.host.borrow_mut().settle() };
        if self.host.borrow().engine_ref().has_touched() {
            thread.wake();
        }
        false
    }

    /// Brings timer and liveness up to date.
    pub(crate) fn refresh(&self) {
        let handles = self.handles.borrow();
        let Some(handles) = handles.as_ref() else { return };
        let host = self.host.borrow();
        let is_awaited = !self.injected.borrow().is_empty() || !self.closing.borrow().is_empty();
        handles.keep_alive(host.is_listening() || is_awaited || host.awaits_database());
        if self.host.thread().is_none()
            && let Some(at) = host.deadline_at()
            && at < self.armed.get()
        {
            self.armed.set(at);
            handles.start_timer(host.until(at));
        }
    }
}

/// Answers that JavaScript gives.
impl Server {
    /// The host for an answer. Outside a batch nothing else has brought the clocks up to date.
    pub(crate) fn answering(&self) -> HostMut<'_> {
        let mut host = self.host.borrow_mut();
        if !self.in_batch.get() {
            host.set_time();
        }
        host
    }

    /// Has what was sent in pieces written at the end of the batch. Outside of one the event loop comes back for it, so that all pieces of this
    /// moment become one write.
    pub(crate) fn write_soon(self: &Rc<Self>) {
        if self.in_batch.get() {
            return;
        }
        if self.host.thread().is_some() {
            self.settle();
        } else if !self.is_kicked.get() && self.host.borrow().engine_ref().has_touched() {
            self.is_kicked.set(true);
            self.kick();
        }
    }

    /// Writes what was answered outside a batch. JavaScript is not entered from here: that waits for the event loop.
    pub(crate) fn flush(self: &Rc<Self>) {
        let more = self.settle();
        if more || self.host.borrow().has_news() || !self.closing.borrow().is_empty() {
            self.kick();
        } else {
            self.refresh();
        }
    }
}
