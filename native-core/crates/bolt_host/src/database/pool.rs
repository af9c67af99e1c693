//! Which connection a statement goes to.
//!
//! Few connections are best: statements share them, pipelined. Two things stand in the way of sharing, and both are kept away from it: a
//! transaction has a connection to itself (a lane), and nothing is put behind a statement that runs for long already.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use bolt_postgres::{Done, Failure, Session, Statement, TransactionStatus, codes};

use super::connection;
use super::options::{PoolOptions, Settings};
use super::transactions;
use crate::outbound::{Outbound, Task};

/// Statements in flight on one connection that others share.
const DEPTH: usize = 32;
/// How long the first statement of a connection may run before others go elsewhere.
const SLOW: Duration = Duration::from_millis(5);
/// Between two attempts to connect, doubled each time.
const FIRST_DELAY: Duration = Duration::from_millis(50);
const LAST_DELAY: Duration = Duration::from_secs(2);
/// Token of what a pool sends for itself; those of callers begin at 1.
const OWN: u64 = 0;

/// What became of something that was asked with a token.
#[derive(Debug)]
pub struct Settled {
    /// What the caller named it by.
    pub token: u64,
    /// The result as JSON, or the number of a lane.
    pub result: Result<String, Failure>,
}

/// A pool. Dropping it closes its connections at once.
#[derive(Debug)]
pub struct Pool(Arc<Shared>);

/// What the pool and its connections' tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) outbound: Outbound,
    pub(super) settings: Settings,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connections: BTreeMap<u64, Connection>,
    /// Number of the next connection, or lane; never used twice.
    next: u64,
    waiting: VecDeque<(u64, Statement)>,
    waiting_lanes: VecDeque<u64>,
    settled: Vec<Settled>,
    /// What was asked and is not settled.
    pending: HashSet<u64>,
    /// Attempts to connect that failed since the last that did not.
    failed: u32,
    /// Who waits for the end.
    closing: Option<u64>,
    timer: Option<Task>,
}

#[derive(Debug)]
struct Connection {
    is_lane: bool,
    /// None until it has signed in.
    session: Option<Session>,
    waker: Option<Waker>,
    /// The lane's number while somebody has it.
    lane: Option<u64>,
    /// Since when its first statement runs.
    since: Instant,
    /// Has several statements in one, which may leave a transaction open: nothing goes behind it.
    is_exclusive: bool,
    /// A wish to cancel is on its way, which would hit whatever runs then.
    is_cancelling: bool,
    /// Nothing more is sent to it.
    is_leaving: bool,
    task: Option<Task>,
}

impl Pool {
    /// A pool that connects when it is first asked.
    ///
    /// # Errors
    /// A sentence for people: what about the options is not understood.
    pub fn new(outbound: Outbound, options: PoolOptions) -> Result<Self, String> {
        let settings = options.settle()?;
        Ok(Self(Arc::new(Shared { outbound, settings, state: Mutex::default() })))
    }

    /// Sends a statement, or has it wait. `lane`: 0 for any connection that is shared, else what [`Pool::reserve`] gave.
    pub fn query(&self, token: u64, statement: Statement, lane: u64) {
        let mut state = self.0.lock();
        state.pending.insert(token);
        if lane != 0 {
            return state.send_to_lane(token, statement, lane);
        }
        if let Some(failure) = state.refusal(&self.0.settings) {
            return state.settle(token, Err(failure));
        }
        if transactions::begins(&statement.sql) {
            return state.settle(token, Err(unsafe_transaction()));
        }
        state.waiting.push_back((token, statement));
        state.dispatch(&self.0);
    }

    /// Takes a connection for one's own; settled with the lane's number.
    pub fn reserve(&self, token: u64) {
        let mut state = self.0.lock();
        state.pending.insert(token);
        if let Some(failure) = state.refusal(&self.0.settings) {
            return state.settle(token, Err(failure));
        }
        state.waiting_lanes.push_back(token);
        state.dispatch_lanes(&self.0);
    }

    /// Gives a lane back. A transaction that is open in it is rolled back before anybody else gets it.
    pub fn release(&self, lane: u64) {
        let mut state = self.0.lock();
        let found = state.connections.values_mut().find(|connection| connection.lane == Some(lane));
        let Some(connection) = found else { return };
        connection.lane = None;
        let is_clean = |session: &Session| session.in_flight() == 0 && session.status() == TransactionStatus::Idle;
        if !connection.session.as_ref().is_some_and(is_clean) {
            connection.send(OWN, Statement::simple("rollback"));
        }
        state.dispatch_lanes(&self.0);
    }

    /// Has the server stop a statement; one that waits is not sent. It then fails with 57014, unless it was quicker, or shares its connection
    /// with others at that moment, which the wish could hit as well.
    pub fn cancel(&self, token: u64) {
        let mut state = self.0.lock();
        let before = state.waiting.len();
        state.waiting.retain(|(waiting, _)| *waiting != token);
        if state.waiting.len() < before {
            return state.settle(token, Err(Failure::new("57014", "canceling statement due to user request")));
        }
        let alone = state.connections.iter_mut().find_map(|(id, connection)| {
            let session = connection.session.as_ref()?;
            let key = session.key().filter(|_| session.is_first(token) && session.in_flight() == 1)?;
            connection.is_cancelling = true;
            Some((*id, key))
        });
        let Some((id, key)) = alone else { return };
        let shared = self.0.clone();
        self.0.outbound.spawn(async move {
            connection::cancel(&shared, key).await;
            let mut state = shared.lock();
            if let Some(connection) = state.connections.get_mut(&id) {
                connection.is_cancelling = false;
            }
            state.dispatch(&shared);
            state.dispatch_lanes(&shared);
        });
    }

    /// Ends the pool once nothing is pending, at the latest after `grace`; then `token` settles.
    pub fn close(&self, token: u64, grace: Duration) {
        let mut state = self.0.lock();
        state.pending.insert(token);
        if state.closing.is_some() {
            return state.settle(token, Err(closed()));
        }
        state.closing = Some(token);
        state.end_when_idle();
        if state.closing.is_some() && !state.connections.is_empty() {
            let shared = self.0.clone();
            state.timer = Some(self.0.outbound.spawn(async move {
                shared.outbound.sleep(grace).await;
                shared.lock().end();
            }));
        }
    }

    /// What was settled since the last time, in order.
    pub fn take_settled(&self) -> Vec<Settled> {
        std::mem::take(&mut self.0.lock().settled)
    }

    /// Whether something was settled.
    pub fn has_settled(&self) -> bool {
        !self.0.lock().settled.is_empty()
    }

    /// Whether somebody waits for something.
    pub fn is_pending(&self) -> bool {
        let state = self.0.lock();
        !state.pending.is_empty() || !state.settled.is_empty()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let tasks: Vec<Task> = {
            let mut state = self.0.lock();
            let tasks = state.connections.values_mut().filter_map(|connection| connection.task.take());
            let tasks = tasks.collect();
            state.connections.clear();
            tasks
        };
        for task in tasks {
            task.cancel();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a connection's session do something; `None` when it may not any more.
    pub(super) fn with<T>(&self, id: u64, waker: &Waker, work: impl FnOnce(&mut Session) -> T) -> Option<T> {
        let mut state = self.lock();
        let connection = state.connections.get_mut(&id)?;
        if connection.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            connection.waker = Some(waker.clone());
        }
        connection.session.as_mut().map(work)
    }

    /// Hands over what is done on a connection, and gives it more; false when it is to end.
    pub(super) fn after(self: &Arc<Self>, id: u64) -> bool {
        let mut state = self.lock();
        let Some(connection) = state.connections.get_mut(&id) else { return false };
        let done = connection.session.as_mut().map(Session::take_done).unwrap_or_default();
        if done.is_empty() {
            return true;
        }
        connection.since = Instant::now();
        let done = connection.without_open_transaction(done);
        if connection.is_stuck() {
            connection.leave();
        }
        let is_lane = connection.is_lane;
        state.hand_over(done);
        if is_lane {
            state.dispatch_lanes(self);
        } else {
            state.dispatch(self);
        }
        true
    }

    /// A connection has signed in.
    pub(super) fn on_ready(self: &Arc<Self>, id: u64, session: Session) {
        let mut state = self.lock();
        state.failed = 0;
        if let Some(connection) = state.connections.get_mut(&id) {
            connection.session = Some(session);
        }
        state.dispatch(self);
        state.dispatch_lanes(self);
    }

    /// Nothing was to do for long.
    pub(super) fn retire(&self, id: u64) {
        let mut state = self.lock();
        if let Some(connection) = state.connections.get_mut(&id)
            && connection.lane.is_none()
        {
            connection.leave();
        }
    }

    /// A connection is over.
    pub(super) fn on_end(self: &Arc<Self>, id: u64, why: &Failure) {
        let mut state = self.lock();
        let Some(mut connection) = state.connections.remove(&id) else { return };
        match &mut connection.session {
            Some(session) => {
                session.fail(why);
                let done = session.take_done();
                state.hand_over(done);
            }
            None => state.on_refused(connection.is_lane, why),
        }
        state.dispatch(self);
        state.dispatch_lanes(self);
        state.end_when_idle();
    }
}

impl Connection {
    /// Sends a statement. Only to one that has signed in.
    fn send(&mut self, token: u64, statement: Statement) {
        let Some(session) = &mut self.session else { return };
        if session.in_flight() == 0 {
            self.since = Instant::now();
        }
        self.is_exclusive |= statement.is_simple;
        session.send(token, statement);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    /// Says goodbye; the server closes.
    fn leave(&mut self) {
        self.is_leaving = true;
        if let Some(session) = &mut self.session {
            session.terminate();
        }
        self.wake();
    }

    /// Statements in flight, if one more may be put behind them.
    fn room(&self, now: Instant) -> Option<usize> {
        let session = self.session.as_ref().filter(|_| !self.is_lane && !self.is_leaving && !self.is_cancelling)?;
        let count = session.in_flight();
        let is_open = count == 0 || (!self.is_exclusive && count < DEPTH && now.duration_since(self.since) < SLOW);
        is_open.then_some(count)
    }

    /// What a shared connection answers. A transaction that is open there by now is of statements sent as one, with nobody behind them: it is
    /// rolled back, and they failed.
    fn without_open_transaction(&mut self, mut done: Vec<Done>) -> Vec<Done> {
        let Some(session) = self.session.as_mut().filter(|_| !self.is_lane) else { return done };
        if session.in_flight() > 0 {
            return done;
        }
        self.is_exclusive = false;
        if session.status() == TransactionStatus::Idle {
            return done;
        }
        self.is_exclusive = true;
        session.send(OWN, Statement::simple("rollback"));
        self.wake();
        if let Some(last) = done.last_mut().filter(|last| last.result.is_ok()) {
            last.result = Err(unsafe_transaction());
        }
        done
    }

    /// A lane that nobody has, and whose transaction could not be rolled back.
    fn is_stuck(&self) -> bool {
        let is_open = |session: &Session| session.in_flight() == 0 && session.status() != TransactionStatus::Idle;
        self.is_lane && self.lane.is_none() && self.session.as_ref().is_some_and(is_open)
    }

    /// Whether somebody may have it for a transaction.
    fn is_free_lane(&self) -> bool {
        let is_idle = |session: &Session| session.in_flight() == 0 && session.status() == TransactionStatus::Idle;
        let is_free = self.is_lane && self.lane.is_none() && !self.is_leaving && !self.is_cancelling;
        is_free && self.session.as_ref().is_some_and(is_idle)
    }
}

impl State {
    fn refusal(&self, settings: &Settings) -> Option<Failure> {
        if self.closing.is_some() {
            return Some(closed());
        }
        let waiting = self.waiting.len() + self.waiting_lanes.len();
        (waiting >= settings.queue).then(|| {
            Failure::new(
                codes::POOL_FULL,
                format!("{waiting} statements wait for a connection to the database, which is as many as may (queue)"),
            )
        })
    }

    fn settle(&mut self, token: u64, result: Result<String, Failure>) {
        if self.pending.remove(&token) {
            self.settled.push(Settled { token, result });
        }
    }

    fn hand_over(&mut self, done: Vec<Done>) {
        for Done { token, result } in done {
            self.settle(token, result);
        }
        self.end_when_idle();
    }

    fn send_to_lane(&mut self, token: u64, statement: Statement, lane: u64) {
        if let Some(connection) = self.connections.values_mut().find(|connection| connection.lane == Some(lane)) {
            return connection.send(token, statement);
        }
        let lost = "the connection of this transaction was lost, and with it the transaction";
        self.settle(token, Err(Failure::new(codes::CONNECTION_LOST, lost)));
    }

    /// Sends what waits, as far as there are connections for it.
    fn dispatch(&mut self, shared: &Arc<Shared>) {
        while !self.waiting.is_empty() {
            let now = Instant::now();
            let rooms = self.connections.iter().filter_map(|(id, connection)| Some((connection.room(now)?, *id)));
            let best = rooms.min();
            if best.is_none_or(|(count, _)| count > 0) {
                self.grow(shared, false);
            }
            let Some((_, id)) = best else { return };
            let Some((token, statement)) = self.waiting.pop_front() else { return };
            let Some(connection) = self.connections.get_mut(&id) else { return };
            connection.send(token, statement);
        }
    }

    /// Gives free lanes to who waits for one.
    fn dispatch_lanes(&mut self, shared: &Arc<Shared>) {
        while !self.waiting_lanes.is_empty() {
            let free = self.connections.values_mut().find(|connection| connection.is_free_lane());
            let Some(connection) = free else { return self.grow(shared, true) };
            let Some(token) = self.waiting_lanes.pop_front() else { return };
            self.next += 1;
            connection.lane = Some(self.next);
            let number = self.next.to_string();
            self.settle(token, Ok(number));
        }
    }

    /// Opens one more connection, unless one is being opened or there are enough.
    fn grow(&mut self, shared: &Arc<Shared>, is_lane: bool) {
        let mut count = 0;
        for connection in self.connections.values().filter(|connection| connection.is_lane == is_lane) {
            if connection.session.is_none() {
                return;
            }
            count += 1;
        }
        if count >= shared.settings.max {
            return;
        }
        self.next += 1;
        let id = self.next;
        let delay = match self.failed {
            0 => Duration::ZERO,
            failed => (FIRST_DELAY * 2u32.saturating_pow(failed.min(10) - 1)).min(LAST_DELAY),
        };
        let task = shared.outbound.spawn(connection::run(shared.clone(), id, delay));
        let connection = Connection {
            is_lane,
            session: None,
            waker: None,
            lane: None,
            since: Instant::now(),
            is_exclusive: false,
            is_cancelling: false,
            is_leaving: false,
            task: Some(task),
        };
        self.connections.insert(id, connection);
    }

    /// A connection could not be made. Who waits is told, unless others may still serve them.
    fn on_refused(&mut self, is_lane: bool, why: &Failure) {
        self.failed += 1;
        if self.connections.values().any(|other| other.is_lane == is_lane && other.session.is_some()) {
            return;
        }
        if is_lane {
            for token in std::mem::take(&mut self.waiting_lanes) {
                self.settle(token, Err(why.clone()));
            }
        } else {
            for (token, _) in std::mem::take(&mut self.waiting) {
                self.settle(token, Err(why.clone()));
            }
        }
    }

    /// Goes on with closing once nothing is pending but who waits for the end.
    fn end_when_idle(&mut self) {
        if self.closing.is_none() || self.pending.len() > 1 {
            return;
        }
        if self.connections.is_empty() {
            return self.end();
        }
        for connection in self.connections.values_mut().filter(|connection| !connection.is_leaving) {
            connection.leave();
        }
    }

    /// Ends everything now.
    fn end(&mut self) {
        let Some(token) = self.closing else { return };
        if let Some(timer) = self.timer.take() {
            timer.cancel();
        }
        for connection in std::mem::take(&mut self.connections).into_values() {
            connection.wake();
        }
        let pending: Vec<u64> = self.pending.iter().copied().filter(|other| *other != token).collect();
        for other in pending {
            self.settle(other, Err(closed()));
        }
        self.waiting.clear();
        self.waiting_lanes.clear();
        self.settle(token, Ok("null".to_owned()));
    }
}

fn unsafe_transaction() -> Failure {
    let message = "a transaction cannot be left open on a connection that others share: use begin(function)";
    Failure::new(codes::UNSAFE_TRANSACTION, message)
}

fn closed() -> Failure {
    Failure::new(codes::POOL_CLOSED, "the pool was closed")
}
