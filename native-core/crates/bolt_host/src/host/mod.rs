//! The host: one poll, one engine, and the connections between them.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::{Call, ConnectionId};
use mio::event::Source;
use mio::{Interest, Registry, Token, Waker};

use crate::accept::{Accepted, Gate, Pause};
use crate::budget::Budget;
use crate::listen::{Bound, ListenError, Listener};
use crate::memory::{Injected, Memory};
use crate::outbound::{FIRST_TOKEN, Outbound};
use crate::poller::Poller;
use crate::session::{Protocols, Session};
use crate::socket::{Next, Socket};
use crate::time::Clock;

/// Size of the buffer that all connections are read into.
const BUFFER: usize = 64 * 1024;
/// How long accepting pauses when file descriptors run out.
const ACCEPT_PAUSE: u64 = 100;
const LISTENER: Token = Token(usize::MAX);
const WAKER: Token = Token(usize::MAX - 1);

/// What is behind a connection number.
#[derive(Debug)]
enum Link {
    Socket { socket: Socket, counted: bool },
    Memory(Memory),
}

/// What a host has of the system, but for its poller and its sockets.
#[derive(Debug)]
struct System {
    registry: Registry,
    waker: Arc<Waker>,
}

/// A server: sockets in one poll, and the engine they feed.
#[derive(Debug)]
pub struct Host {
    /// Elsewhere while a thread waits with it.
    poller: Option<Poller>,
    /// None once the host was retired.
    system: Option<System>,
    /// Made when it is first asked for.
    outbound: Option<Outbound>,
    listener: Option<Listener>,
    protocols: Protocols,
    links: Vec<Option<Link>>,
    engine: Engine,
    buffer: Box<[u8]>,
    clock: Clock,
    gate: Gate,
    /// Connections with something to do in the next pass.
    again: VecDeque<ConnectionId>,
    /// Connections whose exchanges were touched.
    carriers: Vec<ConnectionId>,
    /// When to look at the listener again, although it reports nothing.
    accept_at: Option<u64>,
    injected: Vec<(ConnectionId, Injected)>,
    closing: Option<u64>,
    /// How many connections were cut at the end.
    finished: Option<usize>,
}

impl Host {
    /// A host that does not listen yet.
    ///
    /// # Errors
    /// The system has no poll left to give.
    pub fn new(engine: Engine) -> io::Result<Self> {
        let (poller, registry) = Poller::new()?;
        let waker = Arc::new(Waker::new(&registry, WAKER)?);
        let mut host = Self {
            poller: Some(poller),
            system: Some(System { registry, waker }),
            outbound: None,
            listener: None,
            protocols: Protocols::default(),
            links: Vec::new(),
            engine,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            clock: Clock::new(),
            gate: Gate::default(),
            again: VecDeque::new(),
            carriers: Vec::new(),
            accept_at: None,
            injected: Vec::new(),
            closing: None,
            finished: None,
        };
        host.engine.set_clock(Box::new(host.clock.micros()));
        host.set_time();
        Ok(host)
    }

    /// Starts accepting from a listener; where it can be reached.
    ///
    /// # Errors
    /// The host listens or closes already.
    pub fn listen(&mut self, mut listener: Listener) -> Result<Bound, ListenError> {
        if self.listener.is_some() || self.closing.is_some() {
            return Err(ListenError::new("EALREADY", "listen: the server already listens, or was closed"));
        }
        let registered = self.register(listener.source(), LISTENER, Interest::READABLE);
        registered.map_err(|error| ListenError::new("ELISTEN", format!("listen: {error}")))?;
        Ok(self.listener.insert(listener).bound().clone())
    }

    /// What new connections can speak; HTTP/1.1 only, unless set.
    pub fn protocols(&mut self) -> &mut Protocols {
        &mut self.protocols
    }

    /// Whether connections are accepted.
    pub fn is_listening(&self) -> bool {
        self.listener.is_some()
    }

    /// The engine: its calls, what it knows about requests, and answering them.
    pub fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// The engine, to look at only.
    pub fn engine_ref(&self) -> &Engine {
        &self.engine
    }

    /// Makes the poll readable, so that the loop it sits in comes back.
    pub fn kick(&self) {
        if let Some(system) = &self.system {
            // Fails only when the counter behind it is full, and then the poll is readable anyway.
            let _ = system.waker.wake();
        }
    }

    /// Connections that the host opens itself, and the tasks that own them.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub fn outbound(&mut self) -> io::Result<Outbound> {
        if let (None, Some(System { registry, waker })) = (&self.outbound, &self.system) {
            self.outbound = Some(Outbound::new(registry, waker.clone(), self.clock)?);
        }
        self.outbound.clone().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Brings the engine's clocks up to date.
    pub fn set_time(&mut self) {
        self.engine.set_time(self.clock.now(), Clock::unix_seconds());
    }

    /// One pass: waits at most `timeout`, accepts, reads, and looks at deadlines. Calls and output are left in the engine.
    ///
    /// # Errors
    /// The poll itself failed, or was taken out.
    pub fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let Some(mut poller) = self.poller.take() else { return Err(io::Error::other("the host has no poller")) };
        let waited = poller.wait(timeout);
        if waited.is_ok() {
            self.handle(&poller);
        }
        self.poller = Some(poller);
        waited
    }

    /// Takes the poller out, for somebody who waits by himself and then calls [`Host::handle`].
    pub fn take_poller(&mut self) -> Option<Poller> {
        self.poller.take()
    }

    /// Accepts and reads as a wait found, and looks at deadlines. Calls and output are left in the engine.
    pub fn handle(&mut self, poller: &Poller) {
        self.set_time();
        if let Some(outbound) = &self.outbound {
            outbound.begin_pass();
        }
        let mut budget = Budget::new();
        for _ in 0..self.again.len() {
            if budget.spend(1) {
                break;
            }
            let Some(id) = self.again.pop_front() else { break };
            if let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) {
                socket.is_queued = false;
            }
            self.read(id, &mut budget);
            self.engine.touch(id);
        }
        if !self.again.is_empty() {
            self.kick();
        }
        for event in poller.events() {
            match event.token() {
                WAKER => {}
                LISTENER => self.accept(),
                Token(FIRST_TOKEN..) => {
                    if let Some(outbound) = &self.outbound {
                        outbound.on_event(event);
                    }
                }
                Token(id) => {
                    let mut is_awaited = false;
                    if let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) {
                        is_awaited = socket.blocked && event.is_writable();
                        socket.hung_up |= event.is_read_closed();
                        socket.readable |= event.is_readable() || event.is_read_closed();
                    }
                    if budget.spend(1) {
                        // Told once only, so it must not be lost.
                        self.again(id);
                    } else {
                        if event.is_readable() || event.is_read_closed() {
                            self.read(id, &mut budget);
                        }
                        if is_awaited {
                            self.write(id);
                        }
                    }
                    // Reset by the client. While its input is left in the socket, no read would find out.
                    if event.is_write_closed() && !self.engine.wants_input(id) {
                        self.remove(id);
                    }
                }
            }
        }
        self.look_at_deadlines();
        self.run_tasks();
    }

    /// Looks at deadlines only.
    pub fn on_time(&mut self) {
        self.set_time();
        if let Some(outbound) = &self.outbound {
            outbound.begin_pass();
        }
        self.look_at_deadlines();
    }

    fn look_at_deadlines(&mut self) {
        if let Some(outbound) = &self.outbound {
            outbound.on_time();
        }
        self.engine.on_deadline();
        while let Some(id) = self.engine.take_slow() {
            self.judge(id);
        }
        if self.accept_at.is_some_and(|at| at <= self.clock.now()) {
            self.accept_at = None;
            self.accept();
        }
    }

    /// Tells the engine how fast a client takes what it is sent.
    fn judge(&mut self, id: ConnectionId) {
        let carrier = self.engine.carrier(id);
        let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(carrier.unwrap_or(id)) else { return };
        let taken = match carrier {
            None => socket.progress(),
            // Of a connection that takes too little nobody knows which of its streams would go on.
            Some(_) if socket.blocked => None,
            Some(_) => socket.session.progress(id),
        };
        self.engine.judge(id, taken);
    }

    /// When [`Host::on_time`] has something to do, in milliseconds since the host began.
    pub fn deadline_at(&self) -> Option<u64> {
        let closing = self.closing.filter(|_| self.finished.is_none() && !self.engine.is_empty());
        let outbound = self.outbound.as_ref().and_then(Outbound::deadline_at);
        [self.engine.next_deadline(), self.accept_at, closing, outbound].into_iter().flatten().min()
    }

    /// Milliseconds until a time of [`Host::deadline_at`].
    pub fn until(&self, at: u64) -> u64 {
        at.saturating_sub(self.clock.now())
    }

    /// Whether there are calls, injected responses or ended requests to hand on.
    pub fn has_news(&self) -> bool {
        self.engine.has_calls()
            || self.engine.has_events()
            || self.engine.has_socket_events()
            || !self.injected.is_empty()
    }

    /// Runs a handler for each request that waits for one. A handler that panics answers 500; the panic hook has written its line by then.
    pub fn run_calls(&mut self, mut handler: impl FnMut(&mut Engine, Call)) {
        while let Some(call) = self.engine.next_call() {
            if catch_unwind(AssertUnwindSafe(|| handler(&mut self.engine, call))).is_err() {
                self.engine.fail(call.handle);
            }
        }
    }

    /// After the calls of a pass: runs tasks, writes what there is, once per connection, and lets waiting input go on. True when there are
    /// calls again.
    pub fn settle(&mut self) -> bool {
        self.run_tasks();
        let mut budget = Budget::new();
        loop {
            let Some(id) = self.engine.take_touched() else {
                // Once all exchanges of a connection have said what they have, it is written once.
                let Some(carrier) = self.carriers.pop() else { break };
                self.engine.touch(carrier);
                continue;
            };
            if let Some(carrier) = self.engine.carrier(id) {
                self.touch_exchange(carrier, id);
                continue;
            }
            self.write(id);
            let before = self.engine.stats().requests;
            if catch_unwind(AssertUnwindSafe(|| self.engine.resume(id))).is_err() {
                self.engine.fail_connection(id);
            }
            if let Some(Some(Link::Socket { socket, .. })) = self.links.get(id)
                && socket.readable
                && socket.session.wants_input(&self.engine, id)
            {
                self.again(id);
            }
            if budget.spend(1 + (self.engine.stats().requests - before) as u32) {
                self.kick();
                break;
            }
        }
        let has_calls = self.engine.has_calls();
        if !has_calls {
            self.end_pass();
        }
        has_calls
    }

    /// From here on nobody looks at tasks without being kicked.
    pub(crate) fn end_pass(&self) {
        if let Some(outbound) = &self.outbound {
            outbound.end_pass();
        }
    }

    fn run_tasks(&self) {
        if let Some(outbound) = &self.outbound {
            outbound.run();
        }
    }

    /// Sends one request through an in-memory connection that seems to come from `peer`; the response is found by
    /// [`Host::take_injected`] once calls have run and [`Host::settle`] was called.
    pub fn inject(&mut self, bytes: &[u8], peer: IpAddr) -> ConnectionId {
        self.set_time();
        let id = self.engine.open(peer);
        self.link(id, Link::Memory(Memory::new(bytes)));
        self.engine.receive(id, bytes);
        if self.engine.is_waiting_for_input(id) {
            self.engine.end_of_input(id);
        }
        id
    }

    /// A response to an injected request, and the number that [`Host::inject`] gave.
    pub fn take_injected(&mut self) -> Option<(ConnectionId, Injected)> {
        self.injected.pop()
    }

    /// The descriptor of the poll, to be watched by another event loop; `None` when the poller was taken out.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Option<std::os::fd::RawFd> {
        self.poller.as_ref().map(std::os::fd::AsRawFd::as_raw_fd)
    }

    /// Stops accepting and ends each connection after what it is waiting for; see [`Host::finish`].
    pub fn close(&mut self, grace: Duration) {
        self.set_time();
        self.listener = None;
        self.accept_at = None;
        self.closing.get_or_insert(self.clock.now().saturating_add(grace.as_millis() as u64));
        self.engine.drain();
        for id in 0..self.links.len() {
            if let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) {
                socket.session.drain(&mut self.engine, id);
            }
        }
    }

    /// Once closed: the number of connections that had to be cut, as soon as all are gone or the grace is over.
    pub fn finish(&mut self) -> Option<usize> {
        if self.finished.is_none() {
            let deadline = self.closing?;
            let left = self.engine.connections();
            if !self.engine.is_empty() && self.clock.now() < deadline {
                return None;
            }
            for id in self.engine.connection_ids().collect::<Vec<_>>() {
                self.remove(id);
            }
            self.finished = Some(left);
        }
        self.finished
    }

    /// Gives back what the host has of the system; once finished, it has no use for it. What the engine knows stays.
    pub fn retire(&mut self) {
        self.clear_tasks();
        self.outbound = None;
        self.listener = None;
        self.poller = None;
        self.system = None;
        self.buffer = Box::default();
    }

    /// Drops all tasks in the order in which they were spawned, and all timers; nothing can be spawned from then on. Happens also when the
    /// host is dropped.
    pub fn clear_tasks(&self) {
        if let Some(outbound) = &self.outbound {
            outbound.clear();
        }
    }

    fn touch_exchange(&mut self, carrier: ConnectionId, exchange: ConnectionId) {
        if let Some(Some(Link::Socket { socket, .. })) = self.links.get(carrier) {
            socket.session.touch(exchange);
            if self.carriers.last() != Some(&carrier) {
                self.carriers.push(carrier);
            }
        }
    }

    /// Has the next pass look at a socket again.
    fn again(&mut self, id: ConnectionId) {
        let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) else { return };
        if !std::mem::replace(&mut socket.is_queued, true) {
            if self.again.is_empty() {
                self.kick();
            }
            self.again.push_back(id);
        }
    }

    fn register(&self, source: &mut dyn Source, token: Token, interest: Interest) -> io::Result<()> {
        match &self.system {
            Some(system) => source.register(&system.registry, token, interest),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn link(&mut self, id: ConnectionId, link: Link) {
        if self.links.len() <= id {
            self.links.resize_with(id + 1, || None);
        }
        self.links[id] = Some(link);
    }

    fn accept(&mut self) {
        let Some(listener) = &self.listener else { return };
        let mut accepted = Vec::new();
        let limits = self.engine.limits();
        let pause = self.gate.accept(listener, limits, self.engine.connections(), |one| accepted.push(one));
        for one in accepted {
            match one {
                Accepted::Connection(stream, peer) => {
                    let id = self.engine.open(peer);
                    self.add(id, Socket::new(stream, Session::new(&self.protocols), peer), true);
                }
                // Without its handshake, which is the most expensive part, a client of TLS can be told nothing.
                Accepted::TooMany(..) if self.protocols.has_tls() => {}
                Accepted::TooMany(stream, peer, detail) => {
                    let id = self.engine.open_refused(peer, detail);
                    self.add(id, Socket::new(stream, Session::Http1, peer), false);
                }
                Accepted::Dropped => {}
            }
        }
        match pause {
            Pause::Empty => {}
            Pause::Again => {
                self.accept_at = Some(self.clock.now());
                self.kick();
            }
            Pause::Exhausted => self.accept_at = Some(self.clock.now() + ACCEPT_PAUSE),
        }
    }

    fn add(&mut self, id: ConnectionId, mut socket: Socket, counted: bool) {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registered = self.register(socket.stream.source(), Token(id), interest);
        socket.session.opened(&mut self.engine, id);
        self.link(id, Link::Socket { socket, counted });
        if registered.is_err() {
            self.remove(id);
        }
    }

    /// Reads from a connection. A panic on the way (a bug of ours) costs that connection, not the server.
    fn read(&mut self, id: ConnectionId, budget: &mut Budget) {
        let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) else { return };
        let (engine, buffer) = (&mut self.engine, &mut self.buffer);
        let before = engine.stats().requests;
        let next = catch_unwind(AssertUnwindSafe(|| socket.read(engine, id, buffer)));
        budget.spend((self.engine.stats().requests - before) as u32);
        match next {
            Ok(Next::Wait) => {}
            Ok(Next::Again) => self.again(id),
            Ok(Next::Close) => self.remove(id),
            Err(_) if self.engine.is_carrier(id) => self.remove(id),
            Err(_) => self.engine.fail_connection(id),
        }
    }

    fn write(&mut self, id: ConnectionId) {
        let next = match self.links.get_mut(id) {
            Some(Some(Link::Socket { socket, .. })) => {
                let engine = &mut self.engine;
                catch_unwind(AssertUnwindSafe(|| socket.write(engine, id))).unwrap_or(Next::Close)
            }
            Some(Some(Link::Memory(memory))) => match memory.take(&mut self.engine, id) {
                Some(response) => {
                    self.injected.push((id, response));
                    Next::Close
                }
                None => Next::Wait,
            },
            _ => return,
        };
        match next {
            Next::Wait => {}
            Next::Again => self.again(id),
            Next::Close => self.remove(id),
        }
    }

    fn remove(&mut self, id: ConnectionId) {
        match self.links.get_mut(id).and_then(Option::take) {
            // Closing the descriptor takes it out of the poll.
            Some(Link::Socket { mut socket, counted }) => {
                socket.session.abandon(&mut self.engine);
                if counted {
                    self.gate.leave(socket.peer);
                }
            }
            Some(Link::Memory(_)) if !self.injected.iter().any(|(done, _)| *done == id) => {
                self.injected.push((id, Injected::default()));
            }
            _ => {}
        }
        self.engine.remove(id);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.clear_tasks();
    }
}
