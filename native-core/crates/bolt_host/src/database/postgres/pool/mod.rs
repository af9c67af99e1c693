//! Connections that statements and transactions share out among themselves.
//!
//! Few connections are best: statements share them, pipelined. Two things stand in the way of sharing, and both are kept away from it: a
//! transaction has a connection to itself (a lane), and statements that run for long have connections of their own. Before that is known of one,
//! nothing is put behind it once it runs for long.

mod member;
mod queue;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use bolt_core::engine::Parameter as Given;
use bolt_postgres::{Failure, Parameter, Session, Statement, codes};

use super::options::{PoolOptions, Settings};
use super::transactions;
use crate::database::{Message, Record, Sender, Settled, WatchPlan, closed, unsafe_transaction};
use crate::outbound::Outbound;
use member::{Class, Member};
use state::State;

/// A pool. Dropping it closes its connections at once.
#[derive(Debug)]
pub(in crate::database) struct Pool(Arc<Shared>);

/// What the pool and its connections' tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) outbound: Outbound,
    pub(super) settings: Settings,
    state: Mutex<State>,
}

impl Pool {
    /// A pool that connects when it is first asked.
    ///
    /// # Errors
    /// A sentence for people: what about the options is not understood.
    pub(in crate::database) fn new(outbound: Outbound, options: PoolOptions) -> Result<Self, String> {
        let settings = options.settle()?;
        Ok(Self(Arc::new(Shared { outbound, settings, state: Mutex::default() })))
    }

    /// Sends a statement, or has it wait. `lane`: 0 for any connection that is shared, else what [`Pool::reserve`] gave.
    pub(in crate::database) fn query(&self, token: u64, message: Message, lane: u64) {
        let kinds = message.kinds.into_iter().chain(std::iter::repeat(0));
        let parameters = message.parameters.into_iter().zip(kinds).map(|(text, kind)| Parameter { text, kind });
        let statement = Statement {
            sql: message.sql.into(),
            parameters: parameters.collect(),
            is_simple: message.is_script,
            reading: None,
        };
        if lane == 0 && transactions::begins(&statement.sql) {
            return self.fail(token, unsafe_transaction());
        }
        self.send(token, statement, lane);
    }

    fn fail(&self, token: u64, failure: Failure) {
        let mut state = self.0.lock();
        state.ledger.open(token);
        state.settle(token, Err(failure));
    }

    fn send(&self, token: u64, statement: Statement, lane: u64) {
        let mut state = self.0.lock();
        state.ledger.open_statement(token, Some(&statement.sql));
        if lane != 0 {
            return state.send_to_lane(token, statement, lane);
        }
        match state.refusal(&self.0.settings) {
            Some(failure) => state.settle(token, Err(failure)),
            None => state.enqueue(&self.0, token, statement),
        }
    }

    /// Takes in a statement that is run often; its number.
    ///
    /// # Errors
    /// A sentence for people: what about it is not understood.
    pub(in crate::database) fn add_statement(&self, plan: &str) -> Result<usize, String> {
        self.0.lock().statements.add(plan)
    }

    /// Sends a statement of [`Pool::add_statement`], as [`Pool::query`] does; it settles with its rows alone. False when there is none of this number.
    pub(in crate::database) fn run(&self, token: u64, statement: usize, parameters: Vec<Given>, lane: u64) -> bool {
        let parameters = parameters.into_iter().map(Given::into_text).collect();
        let bound = self.0.lock().statements.bind(statement, parameters);
        match bound {
            Some(Ok(statement)) => self.send(token, statement, lane),
            Some(Err(failure)) => self.fail(token, failure),
            None => return false,
        }
        true
    }

    /// Takes a connection for one's own; settled with the lane's number.
    pub(in crate::database) fn reserve(&self, token: u64) {
        let mut state = self.0.lock();
        state.ledger.open_statement(token, None);
        if let Some(failure) = state.refusal(&self.0.settings) {
            return state.settle(token, Err(failure));
        }
        state.waiting.push_lane(token);
        state.dispatch(&self.0);
    }

    /// Waits for notifications in a lane. One waits at a time.
    pub(in crate::database) fn notifications(&self, token: u64, lane: u64) {
        self.feed(token, lane, Session::listen);
    }

    /// Sends a `COPY … TO STDOUT` in a lane.
    pub(in crate::database) fn copy(&self, token: u64, sql: &str, lane: u64) {
        let member = |state: &mut State| {
            let member = state.members.values_mut().find(|member| member.lane == Some(lane))?;
            member.session.as_mut().map(Session::copy)
        };
        member(&mut self.0.lock());
        let statement = Statement { sql: sql.into(), parameters: Vec::new(), is_simple: false, reading: None };
        self.send(token, statement, lane);
    }

    /// Waits for what is copied in a lane. One waits at a time.
    pub(in crate::database) fn copied(&self, token: u64, lane: u64) {
        self.feed(token, lane, |_| {});
    }

    fn feed(&self, token: u64, lane: u64, begin: fn(&mut Session)) {
        let mut state = self.0.lock();
        state.ledger.open(token);
        let Some((id, member)) = state.members.iter_mut().find(|(_, member)| member.lane == Some(lane)) else {
            return state.settle(token, Err(Failure::new(codes::CONNECTION_LOST, "the connection was lost")));
        };
        let id = *id;
        member.session.as_mut().map(begin);
        let before = member.wait_for_feed(token);
        if let Some(before) = before {
            state.settle(before, Err(cancelled()));
        }
        state.feed(id);
    }

    /// Gives a lane back. A transaction that is open in it is rolled back before anybody else gets it.
    pub(in crate::database) fn release(&self, lane: u64) {
        let mut state = self.0.lock();
        if let Some(member) = state.members.values_mut().find(|member| member.lane == Some(lane)) {
            if let Some(fed) = member.release() {
                state.settle(fed, Err(cancelled()));
            }
            state.dispatch(&self.0);
        }
    }

    /// Has the server stop a statement once it works on it; one that waits is not sent. It then fails with 57014, unless it was quicker.
    pub(in crate::database) fn cancel(&self, token: u64) {
        let mut state = self.0.lock();
        if state.waiting.remove(token) {
            return state.settle(token, Err(cancelled()));
        }
        if state.members.values_mut().any(|member| member.leaves_feed(token)) {
            return state.settle(token, Err(cancelled()));
        }
        let abandons = |member: &mut Member| member.session.as_mut().is_some_and(|session| session.abandon(token));
        let found = state.members.iter_mut().find_map(|(id, member)| abandons(member).then_some(*id));
        if let Some(id) = found {
            state.cancel_unwanted(&self.0, id);
        }
    }

    /// Ends the pool once nothing is pending, at the latest after `grace`; then `token` settles.
    pub(in crate::database) fn close(&self, token: u64, grace: Duration) {
        let mut state = self.0.lock();
        state.ledger.open(token);
        if state.closing.is_some() {
            return state.settle(token, Err(closed()));
        }
        state.closing = Some(token);
        state.end_when_idle();
        if state.closing.is_some() && !state.members.is_empty() {
            let shared = self.0.clone();
            state.timer = Some(self.0.outbound.spawn(async move {
                shared.outbound.sleep(grace).await;
                shared.lock().end();
            }));
        }
    }

    /// Whether somebody waits for something, or has a connection for a transaction.
    pub(in crate::database) fn is_busy(&self) -> bool {
        let state = self.0.lock();
        state.ledger.pending() > 0 || state.members.values().any(|member| member.lane.is_some())
    }

    /// Gives up whatever is pending, and closes all connections.
    pub(in crate::database) fn cut(&self) {
        self.0.lock().cut(None);
    }

    /// Answers to requests since the last time, in order.
    pub(in crate::database) fn take_answers(&self) -> Vec<Settled> {
        self.0.lock().ledger.take_answers()
    }

    /// What else was settled since the last time, in order.
    pub(in crate::database) fn take_settled(&self) -> Vec<Settled> {
        self.0.lock().ledger.take_settled()
    }

    /// Whether something was settled.
    pub(in crate::database) fn has_settled(&self) -> bool {
        self.0.lock().ledger.has_settled()
    }

    /// Whether somebody waits for something.
    pub(in crate::database) fn is_pending(&self) -> bool {
        let state = self.0.lock();
        state.ledger.pending() > 0 || state.ledger.has_settled()
    }

    pub(in crate::database) fn name(&self) -> String {
        self.0.settings.credentials.database.clone()
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

fn cancelled() -> Failure {
    Failure::new("57014", "canceling statement due to user request")
}

impl Drop for Pool {
    fn drop(&mut self) {
        let tasks = self.0.lock().take_tasks();
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
        let member = state.members.get_mut(&id)?;
        member.wakes(waker);
        member.session.as_mut().map(work)
    }

    /// Hands over what is done on a connection, and gives it more; false when it is to end.
    pub(super) fn after(self: &Arc<Self>, id: u64) -> bool {
        let mut state = self.lock();
        state.feed(id);
        let Some(member) = state.members.get_mut(&id) else { return false };
        let (done, ran) = member.take_done(self.outbound.waited());
        if done.is_empty() {
            return true;
        }
        if member.is_stuck() {
            member.leave();
        }
        let ran = Some(ran).filter(|_| member.class != Class::Lane);
        state.hand_over(done, ran);
        state.cancel_unwanted(self, id);
        state.dispatch(self);
        true
    }

    /// A connection has signed in.
    pub(super) fn on_ready(self: &Arc<Self>, id: u64, session: Session) {
        let mut state = self.lock();
        state.on_made();
        if let Some(member) = state.members.get_mut(&id) {
            member.session = Some(session);
        }
        state.dispatch(self);
    }

    /// Nothing was to do for long.
    pub(super) fn retire(&self, id: u64) {
        let mut state = self.lock();
        if let Some(member) = state.members.get_mut(&id)
            && member.lane.is_none()
        {
            member.leave();
        }
    }

    /// A connection is over.
    pub(super) fn on_end(self: &Arc<Self>, id: u64, why: &Failure) {
        let mut state = self.lock();
        let Some(mut member) = state.members.remove(&id) else { return };
        if let Some(fed) = member.fed.take() {
            state.settle(fed, Err(why.clone()));
        }
        match &mut member.session {
            Some(session) => {
                session.fail(why);
                let done = session.take_done();
                state.hand_over(done, None);
            }
            None => state.on_refused(member.class, why),
        }
        state.dispatch(self);
        state.end_when_idle();
    }
}
