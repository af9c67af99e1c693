//! A pool: one connection that writes, one that reads where the host is driven, and some that read what takes long.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bolt_core::engine::Parameter as Given;
use bolt_sql::{Failure, codes};
use bolt_sqlite::{Alarm, Connection, Parameter, Place, Read, Statement, decode_blob};

use super::options::{Settings, SqliteOptions};
use super::state::{State, Step, What};
use super::worker;
use crate::database::durations::PATIENCE;
use crate::database::{Message, Record, Sender, Settled, WatchPlan, closed};
use crate::outbound::Outbound;

/// A pool. Dropping it stops what runs, and closes the database.
#[derive(Debug)]
pub(in crate::database) struct Pool(Arc<Shared>);

/// What the pool and its threads share. Of the locks none is taken while another is held, but for that of the reader at the end.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) outbound: Outbound,
    pub(super) settings: Settings,
    state: Mutex<State>,
    /// Something is to do, or it is over.
    pub(super) news: Condvar,
    /// The connection for reads that are quick.
    reader: Mutex<Option<Connection>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool {
    /// A pool that opens its database when it is first asked.
    pub(in crate::database) fn new(outbound: Outbound, options: SqliteOptions) -> Self {
        Self(Arc::new(Shared {
            outbound,
            settings: options.into(),
            state: Mutex::default(),
            news: Condvar::new(),
            reader: Mutex::default(),
            threads: Mutex::default(),
        }))
    }

    pub(in crate::database) fn query(&self, token: u64, message: Message, lane: u64) {
        match statement_of(message) {
            Ok(statement) => self.send(token, statement, lane),
            Err(failure) => self.fail(token, failure),
        }
    }

    pub(in crate::database) fn add_statement(&self, plan: &str) -> Result<usize, String> {
        self.0.lock().statements.add(plan)
    }

    pub(in crate::database) fn run(&self, token: u64, number: usize, parameters: Vec<Given>, lane: u64) -> bool {
        let bound = self.0.lock().statements.bind(number, parameters);
        match bound {
            Some(Ok(statement)) => self.send(token, statement, lane),
            Some(Err(failure)) => self.fail(token, failure),
            None => return false,
        }
        true
    }

    fn fail(&self, token: u64, failure: Failure) {
        let mut state = self.0.lock();
        state.ledger.open(token);
        state.ledger.settle(token, Err(failure));
    }

    fn send(&self, token: u64, statement: Statement, lane: u64) {
        let is_slow = {
            let mut state = self.0.lock();
            state.ledger.open_statement(token, Some(&statement.sql));
            if lane != 0 {
                state.push_in_lane(lane, Step::RunInLane(token, statement));
                return self.0.news.notify_all();
            }
            if let Some(failure) = state.refusal(&self.0.settings) {
                return state.ledger.settle(token, Err(failure));
            }
            state.durations.is_slow(&statement.sql)
        };
        // Memory has no journal that would let others read meanwhile.
        if matches!(self.0.settings.place, Place::Memory(_)) {
            return self.0.queue(token, What::Statement(statement));
        }
        match if is_slow { Read::Late } else { self.read_here(&statement) } {
            Read::Done(result) => {
                let mut state = self.0.lock();
                state.ledger.begin_at_once(token);
                state.ledger.settle(token, result);
            }
            Read::Late => self.0.queue_read(token, statement),
            Read::Writes => self.0.queue(token, What::Statement(statement)),
        }
    }

    /// Runs a statement at once, if it only reads, and does so quickly.
    fn read_here(&self, statement: &Statement) -> Read {
        let mut reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.is_none() {
            // Why it cannot be opened is for who writes to say.
            *reader = Connection::open_reader(&self.0.settings.place, Alarm::default()).ok();
        }
        reader.as_mut().map_or(Read::Writes, |reader| reader.read(statement, PATIENCE))
    }

    pub(in crate::database) fn reserve(&self, token: u64) {
        {
            let mut state = self.0.lock();
            state.ledger.open_statement(token, None);
            if let Some(failure) = state.refusal(&self.0.settings) {
                return state.ledger.settle(token, Err(failure));
            }
        }
        self.0.queue(token, What::Lane);
    }

    pub(in crate::database) fn notifications(&self, token: u64, _lane: u64) {
        self.fail(token, Failure::protocol("SQLite has no notifications"));
    }

    pub(in crate::database) fn copy(&self, token: u64, _sql: &str, _lane: u64) {
        self.fail(token, Failure::protocol("SQLite has no COPY"));
    }

    pub(in crate::database) fn copied(&self, token: u64, lane: u64) {
        self.copy(token, "", lane);
    }

    pub(in crate::database) fn release(&self, lane: u64) {
        self.0.lock().push_in_lane(lane, Step::Release);
        self.0.news.notify_all();
    }

    pub(in crate::database) fn cancel(&self, token: u64) {
        let mut state = self.0.lock();
        if state.remove(token) {
            return state.ledger.settle(token, Err(worker::cancelled()));
        }
        state.interrupt(token);
    }

    pub(in crate::database) fn close(&self, token: u64, grace: Duration) {
        let mut state = self.0.lock();
        state.ledger.open(token);
        if state.closing.is_some() {
            return state.ledger.settle(token, Err(closed()));
        }
        state.closing = Some(token);
        state.end_when_idle();
        if state.is_over {
            drop(state);
            return self.0.close_reader();
        }
        let shared = self.0.clone();
        state.timer = Some(self.0.outbound.spawn(async move {
            shared.outbound.sleep(grace).await;
            shared.lock().end();
            shared.close_reader();
        }));
    }

    pub(in crate::database) fn is_busy(&self) -> bool {
        let state = self.0.lock();
        state.ledger.pending() > 0 || state.lane.is_some()
    }

    pub(in crate::database) fn cut(&self) {
        self.0.lock().end();
        self.0.close_reader();
    }

    pub(in crate::database) fn take_answers(&self) -> Vec<Settled> {
        self.0.lock().ledger.take_answers()
    }

    pub(in crate::database) fn take_settled(&self) -> Vec<Settled> {
        self.0.lock().ledger.take_settled()
    }

    pub(in crate::database) fn has_settled(&self) -> bool {
        self.0.lock().ledger.has_settled()
    }

    pub(in crate::database) fn is_pending(&self) -> bool {
        let state = self.0.lock();
        state.ledger.pending() > 0 || state.ledger.has_settled()
    }

    pub(in crate::database) fn name(&self) -> String {
        match &self.0.settings.place {
            Place::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Place::Memory(_) => ":memory:".to_owned(),
        }
    }

    pub(in crate::database) fn watch(&self, plan: WatchPlan) {
        self.0.lock().ledger.watch(plan);
    }

    pub(in crate::database) fn record(&self, record: &Record, sender: Option<&Sender>) {
        self.0.lock().ledger.record(record, sender);
    }

    pub(in crate::database) fn take_records(&self) -> Option<String> {
        self.0.lock().ledger.take_records()
    }

    pub(in crate::database) fn report(&self) -> Option<String> {
        let state = self.0.lock();
        state.ledger.report(state.connections(&self.0.settings))
    }
}

/// Threads are joined: they run code that may be unloaded with the environment.
impl Drop for Pool {
    fn drop(&mut self) {
        let tasks: Vec<_> = {
            let mut state = self.0.lock();
            state.end();
            state.tasks().collect()
        };
        for task in tasks {
            task.cancel();
        }
        self.0.close_reader();
        let threads = std::mem::take(&mut *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // One that panicked has nothing left to close.
            let _ = thread.join();
        }
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has something wait for the connection that writes.
    pub(super) fn queue(self: &Arc<Self>, token: u64, what: What) {
        let has_writer = {
            let mut state = self.lock();
            if state.is_over {
                return;
            }
            state.push_write(token, what);
            std::mem::replace(&mut state.has_writer, true)
        };
        if !has_writer {
            self.hire("bolt-sqlite-write", worker::write);
        }
        self.news.notify_all();
        self.watch();
    }

    /// Has a statement wait for a connection that reads.
    fn queue_read(self: &Arc<Self>, token: u64, statement: Statement) {
        let is_short = {
            let mut state = self.lock();
            state.push_read(token, statement);
            let is_short = state.idle_readers == 0 && state.readers < self.settings.readers;
            state.readers += usize::from(is_short);
            is_short
        };
        if is_short {
            self.hire("bolt-sqlite-read", worker::read);
        }
        self.news.notify_all();
        self.watch();
    }

    fn hire(self: &Arc<Self>, name: &str, work: fn(&Arc<Self>, usize, &Alarm)) {
        let (alarm, shared) = (Alarm::default(), self.clone());
        let number = self.lock().hire(alarm.clone());
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&shared, number, &alarm));
        match thread {
            Ok(thread) => self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread),
            Err(error) => {
                let message = format!("no thread for the database could be started: {error}");
                let mut state = self.lock();
                state.workers[number] = None;
                let but = state.closing;
                state.ledger.settle_all(but, &Failure::new(codes::CONNECT_FAILED, message));
            }
        }
    }

    /// Looks, as long as anybody waits, who waits too long.
    fn watch(self: &Arc<Self>) {
        let Some(most) = self.settings.wait_timeout else { return };
        let mut state = self.lock();
        if state.sweeper.is_some() || state.waiting() == 0 {
            return;
        }
        let pool = self.clone();
        state.sweeper = Some(self.outbound.spawn(async move {
            let mut next = most;
            loop {
                pool.outbound.sleep(next).await;
                let mut state = pool.lock();
                state.expire(most);
                state.end_when_idle();
                let Some(longest) = state.longest() else {
                    state.sweeper = None;
                    return;
                };
                next = most.saturating_sub(longest).max(Duration::from_millis(1));
            }
        }));
    }

    /// At the end.
    pub(super) fn close_reader(&self) {
        self.news.notify_all();
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(reader);
    }
}

/// What JavaScript asks for, as SQLite takes it.
fn statement_of(message: Message) -> Result<Statement, Failure> {
    let kinds = message.kinds.into_iter().chain(std::iter::repeat(TEXT));
    let parameters = message.parameters.into_iter().zip(kinds).enumerate().map(|(at, (text, kind))| {
        let Some(text) = text else { return Ok(Parameter::Null) };
        let value = match kind {
            INTEGER => text.parse().ok().map(Parameter::Integer),
            REAL => text.parse().ok().map(Parameter::Real),
            BLOB => decode_blob(&text).map(Parameter::Blob),
            _ => Some(Parameter::Text(text)),
        };
        value.ok_or_else(|| Failure::protocol(format!("parameter {at} is no value of kind {kind}")))
    });
    Ok(Statement {
        parameters: parameters.collect::<Result<_, _>>()?,
        sql: message.sql.into(),
        is_script: message.is_script,
        reading: None,
    })
}

/// SQLite's fundamental datatypes (`sqlite3.h`).
const INTEGER: u32 = 1;
const REAL: u32 = 2;
const TEXT: u32 = 3;
const BLOB: u32 = 4;
