//! The host: one poll, one engine, and the connections between them.

mod connections;
mod end;
mod pass;
mod queries;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bolt_core::Engine;
use bolt_core::engine::ConnectionId;
use mio::event::Source;
use mio::{Interest, Registry, Token, Waker};

use crate::accept::Gate;
use crate::database::{Database, PoolOptions, Settled, SqliteOptions};
use crate::listen::{Bound, ListenError, Listener};
use crate::memory::Injected;
use crate::outbound::Outbound;
use crate::poller::Poller;
use crate::session::Protocols;
use crate::time::Clock;
use connections::Link;
pub(crate) use queries::is_request;

/// Size of the buffer that all connections are read into.
const BUFFER: usize = 64 * 1024;
const LISTENER: Token = Token(usize::MAX);
const WAKER: Token = Token(usize::MAX - 1);

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
    /// Databases, by their numbers.
    databases: Vec<Database>,
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
            databases: Vec::new(),
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

    /// Opens a pool of connections to a database; its number.
    ///
    /// # Errors
    /// A sentence for people: what about the options is not understood, or that the system has no descriptor left.
    pub fn open_pool(&mut self, options: PoolOptions) -> Result<usize, String> {
        let outbound = self.outbound().map_err(|error| error.to_string())?;
        self.databases.push(Database::postgres(outbound, options)?);
        Ok(self.databases.len() - 1)
    }

    /// Opens a database of SQLite; its number.
    ///
    /// # Errors
    /// A sentence for people: the system has no descriptor left.
    pub fn open_sqlite(&mut self, options: SqliteOptions) -> Result<usize, String> {
        let outbound = self.outbound().map_err(|error| error.to_string())?;
        self.databases.push(Database::sqlite(outbound, options));
        Ok(self.databases.len() - 1)
    }

    /// A database by its number.
    pub fn database(&self, number: usize) -> Option<&Database> {
        self.databases.get(number)
    }

    /// What databases have answered: the number of the database, and what of it was settled.
    pub fn take_settled(&mut self) -> Vec<(usize, Vec<Settled>)> {
        let settled = self.databases.iter().enumerate().map(|(number, database)| (number, database.take_settled()));
        settled.filter(|(_, settled)| !settled.is_empty()).collect()
    }

    /// Whether somebody waits for a database.
    pub fn awaits_database(&self) -> bool {
        self.databases.iter().any(Database::is_pending)
    }

    /// The descriptor of the poll, to be watched by another event loop; `None` when the poller was taken out.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Option<std::os::fd::RawFd> {
        self.poller.as_ref().map(std::os::fd::AsRawFd::as_raw_fd)
    }

    /// Brings the engine's clocks up to date.
    pub fn set_time(&mut self) {
        self.engine.set_time(self.clock.now(), Clock::unix_seconds());
    }

    pub(super) fn register(&self, source: &mut dyn Source, token: Token, interest: Interest) -> io::Result<()> {
        match &self.system {
            Some(system) => source.register(&system.registry, token, interest),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}
