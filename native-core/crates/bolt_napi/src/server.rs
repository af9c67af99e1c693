//! One server: its host, and what of JavaScript and the event loop belongs to it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::os::fd::AsRawFd;
use std::rc::{Rc, Weak};
use std::time::Duration;

use bolt_core::engine::{ConnectionId, Handle};
use bolt_host::Host;

use crate::environment::{Environment, Request};
use crate::isolation::Isolation;
use crate::js::{Js, Reference, Value};
use crate::uv::Handles;

/// Functions and context of JavaScript; given back when the server is closed.
#[derive(Debug)]
pub(crate) struct Callbacks {
    pub(crate) dispatch: Reference,
    pub(crate) event: Reference,
    pub(crate) isolation: Isolation,
}

/// The server that the first argument names, or a thrown error.
pub(crate) fn named<const N: usize>(request: &Request<N>) -> Result<Rc<Server>, Value> {
    let number = request.js.get_number(request.arguments[0]);
    number
        .and_then(|number| request.environment.server(number as usize))
        .ok_or_else(|| request.js.throw("unknown-server", "there is no server with this number"))
}

/// One server of an environment.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) environment: Weak<Environment>,
    /// Its number; the upper bits of all its requests' numbers.
    pub(crate) index: usize,
    /// Borrowed for short spans only, never while JavaScript runs.
    pub(crate) host: RefCell<Host>,
    pub(crate) callbacks: RefCell<Option<Rc<Callbacks>>>,
    pub(crate) in_batch: Cell<bool>,
    /// The event loop will come back for what was sent in pieces.
    pub(crate) is_kicked: Cell<bool>,
    handles: RefCell<Option<Handles>>,
    /// Who waits for the responses to injected requests.
    pub(crate) injected: RefCell<HashMap<ConnectionId, Reference>>,
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
        [dispatch, event]: [Value; 2],
    ) -> Option<Self> {
        let isolation = Isolation::new(js)?;
        let callbacks = Callbacks { dispatch: js.reference(dispatch), event: js.reference(event), isolation };
        Some(Self {
            environment: Rc::downgrade(environment),
            index,
            host: RefCell::new(host),
            callbacks: RefCell::new(Some(Rc::new(callbacks))),
            in_batch: Cell::new(false),
            is_kicked: Cell::new(false),
            handles: RefCell::new(None),
            injected: RefCell::default(),
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
        let Some(environment) = self.environment.upgrade() else { return false };
        let mut handles = self.handles.borrow_mut();
        if handles.is_none() && !environment.is_leaving() {
            let fd = self.host.borrow().as_raw_fd();
            *handles = environment.open_handles(fd, self);
        }
        handles.is_some()
    }

    /// Leaves the event loop; when libuv is done with it, [`Server::handle_closed`] is called twice.
    pub(crate) fn leave_loop(&self) -> bool {
        let handles = self.handles.borrow_mut().take();
        let had = handles.is_some();
        if let Some(handles) = handles {
            handles.close();
        }
        had
    }

    pub(crate) fn handle_closed(&self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.handle_closed();
        }
    }

    /// The host's descriptor is readable.
    pub(crate) fn on_readable(self: &Rc<Self>) {
        self.batch(|host| {
            if let Err(error) = host.turn(Some(Duration::ZERO)) {
                eprintln!("bolt: the poll failed: {error}");
            }
        });
    }

    pub(crate) fn on_time(self: &Rc<Self>) {
        self.armed.set(u64::MAX);
        self.batch(Host::on_time);
    }

    /// Comes back to this server from the event loop, where JavaScript may be called.
    pub(crate) fn kick(self: &Rc<Self>) {
        if self.join_loop() {
            self.host.borrow().kick();
            self.refresh();
        }
    }

    /// Brings timer and liveness up to date.
    pub(crate) fn refresh(&self) {
        let handles = self.handles.borrow();
        let Some(handles) = handles.as_ref() else { return };
        let host = self.host.borrow();
        let is_awaited = !self.injected.borrow().is_empty() || !self.closing.borrow().is_empty();
        handles.keep_alive(host.is_listening() || is_awaited);
        if let Some(at) = host.deadline_at()
            && at < self.armed.get()
        {
            self.armed.set(at);
            handles.start_timer(host.until(at));
        }
    }
}
