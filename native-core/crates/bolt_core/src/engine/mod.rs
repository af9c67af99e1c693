//! The engine: connections, requests in flight and the application they are for.
//!
//! A host calls [`Engine::receive`] with what it read, runs the calls of [`Engine::next_call`], and writes [`Engine::output`]. No method
//! calls back, so a host may run foreign code (JavaScript) between any two of them.

mod answer;
mod app;
mod begin;
mod body;
mod complete;
mod connection;
mod cors;
mod deadline;
mod encoding;
mod exchange;
mod fields;
mod files;
mod inputs;
mod intake;
mod observe;
mod pace;
mod problem;
mod proxies;
mod query;
mod request_id;
mod slots;
mod socket;
mod stream;
mod tail;
mod upload;

pub use app::App;
pub use complete::{Body, RespondFault};
pub use connection::Fate;
pub use exchange::Security;
pub use files::FileOutcome;
pub use inputs::{Inputs, Value};
pub use observe::MicroClock;
pub use query::{Parameter, QueryCall};
pub use slots::{Handle, Slots};
pub use socket::{News, SocketEvent};
pub use stream::{Started, StreamFault};
pub use tail::FilePart;
pub use upload::Read;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::IpAddr;

use slab::Slab;

use crate::error::{ErrorCode, Refusal};
use crate::http::Head;
use crate::http::date::DateLine;
use crate::plan::{Limits, PlanError};
use crate::rate_limit;
use crate::routing::Matcher;
use connection::Connection;
use observe::Observer;
use request_id::RequestIds;
use socket::Sockets;

/// Number of a connection; reused after [`Engine::remove`].
pub type ConnectionId = usize;

/// A request that a handler has to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Names the request in all later calls.
    pub handle: Handle,
    /// Index of the route in the plan.
    pub route: u32,
}

/// What happened to a request that a handler has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It is over: its client went away, its time was up, or its body broke a rule. The handle is dead.
    Aborted,
    /// More of its streamed body came, or the end of it, after [`Engine::read`] had found nothing.
    Readable,
    /// Little of its streamed response waits for the client, after more than `limits.streamBuffer` had waited.
    Drained,
}

/// Counters since the start, and gauges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests whose head was read completely.
    pub requests: u64,
    /// Responses made without a handler.
    pub native_answers: u64,
    /// Requests handed to a handler.
    pub calls: u64,
    /// Requests handed to a database, without a handler.
    pub queries: u64,
    /// Open connections.
    pub connections: u64,
    /// Requests waiting for a handler or its answer.
    pub in_flight: u64,
    /// Open WebSockets.
    pub sockets: u64,
    /// Connections since the start.
    pub accepted: u64,
    /// Bytes that came, as [`Engine::receive`] was given them: over HTTP/1.1 all, of an exchange those of its body.
    pub received: u64,
    /// Bytes that were written, as [`Engine::wrote`] and [`Engine::sent_file`] noted them.
    pub sent: u64,
}

/// The engine of one server.
#[derive(Debug)]
pub struct Engine {
    app: App,
    connections: Slab<Connection>,
    /// How many of them are no clients' own: see `exchange.rs`.
    exchanges: usize,
    cx: Context,
}

/// Everything a connection shares with the others.
#[derive(Debug)]
pub(crate) struct Context {
    slots: Slots,
    calls: VecDeque<Handle>,
    queries: VecDeque<Handle>,
    /// Requests with a database that are over, and their routes.
    abandoned: Vec<(Handle, u32)>,
    events: VecDeque<(Handle, Event)>,
    /// Connections with something to write, to resume or to close.
    touched: Vec<ConnectionId>,
    /// Connections whose clients are to be looked at.
    slow: Vec<ConnectionId>,
    stats: Stats,
    date: DateLine,
    /// Milliseconds of the host's monotonic clock.
    now: u64,
    ids: RequestIds,
    matcher: Matcher,
    /// What each rate limit has counted.
    rates: Vec<rate_limit::Table>,
    observer: Option<RefCell<Observer>>,
    /// Of the request that is being decided about.
    route: Option<u32>,
    /// Filled by each head and swapped into the slot of a call.
    head: Head,
    draining: bool,
    /// For how long idle connections stay open once draining begins.
    idle_time: u64,
    /// Until when they do.
    idle_until: u64,
    next_sweep: u64,
    sockets: Sockets,
}

impl Engine {
    /// An engine for an application. `slots` may come from an engine that is gone, so that its handles stay dead.
    ///
    /// # Errors
    /// The plan is not understood.
    pub fn new(plan: &str, slots: Slots) -> Result<Self, PlanError> {
        let app = App::compile(plan)?;
        let observer = Observer::new(&app.observe, app.routes.len());
        let rates = app.rate_limits.iter().map(|_| rate_limit::Table::default()).collect();
        Ok(Self {
            app,
            connections: Slab::new(),
            exchanges: 0,
            cx: Context {
                slots,
                calls: VecDeque::new(),
                queries: VecDeque::new(),
                abandoned: Vec::new(),
                events: VecDeque::new(),
                touched: Vec::new(),
                slow: Vec::new(),
                stats: Stats::default(),
                date: DateLine::new(0),
                now: 0,
                ids: RequestIds::default(),
                matcher: Matcher::default(),
                rates,
                observer,
                route: None,
                head: Head::default(),
                draining: false,
                idle_time: 0,
                idle_until: 0,
                next_sweep: u64::MAX,
                sockets: Sockets::default(),
            },
        })
    }

    /// The limits of the plan.
    pub fn limits(&self) -> &Limits {
        &self.app.limits
    }

    /// Sets the clocks: monotonic milliseconds and seconds since 1970. Hosts call it once per pass.
    pub fn set_time(&mut self, now: u64, unix_seconds: u64) {
        self.cx.now = now;
        self.cx.date.set(unix_seconds);
    }

    /// The time that [`Engine::set_time`] said last, in milliseconds.
    pub fn now(&self) -> u64 {
        self.cx.now
    }

    /// Takes a connection in.
    pub fn open(&mut self, peer: IpAddr) -> ConnectionId {
        let entry = self.connections.vacant_entry();
        let id = entry.key();
        let connection = entry.insert(Connection::new(id, peer, self.cx.now));
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        self.cx.stats.accepted += 1;
        id
    }

    /// Takes in a connection over a limit: it is told so by a 503 with `detail`, and closed.
    pub fn open_refused(&mut self, peer: IpAddr, detail: String) -> ConnectionId {
        let id = self.open(peer);
        if let Some(connection) = self.connections.get_mut(id) {
            connection.give_up(&self.app, &mut self.cx, Refusal::new(ErrorCode::Overloaded, detail));
        }
        id
    }

    /// Whether there are requests for handlers.
    pub fn has_calls(&self) -> bool {
        !self.cx.calls.is_empty()
    }

    /// Whether [`Engine::take_event`] may have something.
    pub fn has_events(&self) -> bool {
        !self.cx.events.is_empty()
    }

    /// The next request for a handler, in order of arrival.
    pub fn next_call(&mut self) -> Option<Call> {
        while let Some(handle) = self.cx.calls.pop_front() {
            if let Some(slot) = self.cx.slots.get(handle) {
                self.cx.stats.calls += 1;
                if let Some(observer) = &self.cx.observer {
                    self.cx.observe_call(observer, slot.queued);
                }
                return Some(Call { handle, route: slot.route });
            }
        }
        None
    }

    /// What happened to requests while a handler had them, in order.
    pub fn take_event(&mut self) -> Option<(Handle, Event)> {
        while let Some((handle, event)) = self.cx.events.pop_front() {
            if event == Event::Aborted || self.cx.slots.get(handle).is_some() {
                return Some((handle, event));
            }
        }
        None
    }

    /// A connection whose state changed: look at its output, its fate, and whether it takes more input.
    pub fn take_touched(&mut self) -> Option<ConnectionId> {
        while let Some(id) = self.cx.touched.pop() {
            if let Some(connection) = self.connections.get_mut(id) {
                connection.touched = false;
                return Some(id);
            }
        }
        None
    }

    /// Whether [`Engine::take_touched`] may name a connection.
    pub fn has_touched(&self) -> bool {
        !self.cx.touched.is_empty()
    }

    /// Has [`Engine::take_touched`] name a connection once more.
    pub fn touch(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id) {
            self.cx.touch(connection);
        }
    }

    /// Counters and gauges.
    pub fn stats(&self) -> Stats {
        Stats {
            connections: self.connections() as u64,
            in_flight: self.cx.slots.live() as u64,
            sockets: self.cx.slots.sockets() as u64,
            ..self.cx.stats
        }
    }

    /// For how many milliseconds [`Engine::drain`] leaves idle connections open; 0 unless set. A request may be on its way on them, which
    /// can only be answered while somebody is there.
    pub fn keep_idle(&mut self, milliseconds: u64) {
        self.cx.idle_time = milliseconds;
    }

    /// From now on each connection is closed after the response it is waiting for; idle ones as [`Engine::keep_idle`] said.
    pub fn drain(&mut self) {
        if !std::mem::replace(&mut self.cx.draining, true) {
            self.cx.idle_until = self.cx.now.saturating_add(self.cx.idle_time);
        }
        self.cx.sweep_by(Some(self.cx.idle_until));
        self.touch_all();
    }

    fn touch_all(&mut self) {
        for (_, connection) in &mut self.connections {
            socket::restart(connection, &mut self.cx);
            self.cx.touch(connection);
        }
    }

    /// Whether draining has come so far that idle connections are ended.
    pub fn ends_idle(&self) -> bool {
        self.cx.is_over()
    }

    /// Open connections of clients.
    pub fn connections(&self) -> usize {
        self.connections.len() - self.exchanges
    }

    /// Whether there is no connection, and no socket whose end JavaScript has not heard of.
    pub fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.cx.slots.sockets() == 0
    }

    /// Numbers of all open connections.
    pub fn connection_ids(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        self.connections.iter().map(|(id, _)| id)
    }

    /// Replaces the keys of one verifier.
    ///
    /// # Errors
    /// No such verifier, or keys it cannot use; then the old ones stay.
    pub fn set_keys(&mut self, auth: usize, jwks: &str) -> Result<(), PlanError> {
        let at = format!("auths[{auth}].jwks");
        let verifier = self.app.auths.get_mut(auth).ok_or_else(|| PlanError::invalid(&at, "there is no such auth"))?;
        Ok(verifier.set_keys(jwks, &at)?)
    }

    /// Ends all requests and gives the slots to another engine, whose handles then never equal old ones.
    pub fn take_slots(&mut self) -> Slots {
        let mut slots = std::mem::take(&mut self.cx.slots);
        slots.clear();
        slots
    }
}

impl Context {
    pub(crate) fn touch(&mut self, connection: &mut Connection) {
        if !connection.touched {
            connection.touched = true;
            self.touched.push(connection.id);
        }
    }

    /// Whether idle connections are not needed any more.
    fn is_over(&self) -> bool {
        self.draining && self.now >= self.idle_until
    }

    pub(crate) fn sweep_by(&mut self, deadline: Option<u64>) {
        if let Some(deadline) = deadline
            && deadline < self.next_sweep
        {
            self.next_sweep = deadline;
        }
    }
}
