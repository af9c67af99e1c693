//! One connection of a pool.

use std::task::Waker;
use std::time::Duration;

use bolt_postgres::{Done, Session, Statement, TransactionStatus};

use crate::database::unsafe_transaction;
use crate::outbound::Task;

/// Statements in flight on one connection that others share.
const DEPTH: usize = 32;
/// Token of what a pool sends for itself; those of callers begin at 1.
pub(super) const OWN: u64 = 0;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Statements share it.
    Shared,
    /// Statements that run for long have it, one at a time.
    Slow,
    /// Transactions have it.
    Lane,
}

/// A connection: from when it is being made until it is over.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) class: Class,
    /// None until it has signed in.
    pub(super) session: Option<Session>,
    waker: Option<Waker>,
    /// The lane's number while somebody has it.
    pub(super) lane: Option<u64>,
    /// Token of who waits for notifications, or for what is copied.
    pub(super) fed: Option<u64>,
    /// Since when its first statement runs, by the clock of [`Outbound::waited`].
    since: Duration,
    /// Has several statements in one, which may leave a transaction open: nothing goes behind it.
    is_exclusive: bool,
    /// A wish to cancel is on its way, which would hit whatever runs then.
    pub(super) is_cancelling: bool,
    /// Nothing more is sent to it.
    pub(super) is_leaving: bool,
    pub(super) task: Task,
}

impl Class {
    /// How many there are.
    pub(super) const ALL: usize = 3;
}

impl Member {
    pub(super) fn new(class: Class, task: Task) -> Self {
        Self {
            class,
            session: None,
            waker: None,
            lane: None,
            fed: None,
            since: Duration::ZERO,
            is_exclusive: false,
            is_cancelling: false,
            is_leaving: false,
            task,
        }
    }

    /// Sends a statement whose duration counts, as [`Member::send`] does.
    pub(super) fn send_at(&mut self, now: Duration, token: u64, statement: Statement) {
        if self.session.as_ref().is_some_and(|session| session.in_flight() == 0) {
            self.since = now;
        }
        self.send(token, statement);
    }

    /// Sends a statement. Only to one that has signed in.
    pub(super) fn send(&mut self, token: u64, statement: Statement) {
        let Some(session) = &mut self.session else { return };
        self.is_exclusive |= statement.is_simple;
        session.send(token, statement);
        self.wake();
    }

    pub(super) fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    /// Who is woken when there is something to do.
    pub(super) fn wakes(&mut self, waker: &Waker) {
        if self.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
    }

    /// Says goodbye; the server closes.
    pub(super) fn leave(&mut self) {
        self.is_leaving = true;
        if let Some(session) = &mut self.session {
            session.terminate();
        }
        self.wake();
    }

    /// Statements in flight, if one more of this class may be put behind them: never behind one that runs for longer than `patience` already.
    pub(super) fn room(&self, class: Class, patience: Duration, now: Duration) -> Option<usize> {
        let is_for = self.class == class && !self.is_leaving && !self.is_cancelling;
        let count = self.session.as_ref().filter(|_| is_for)?.in_flight();
        let is_shared = class == Class::Shared && !self.is_exclusive;
        let is_open = count == 0 || (is_shared && count < DEPTH && now.saturating_sub(self.since) < patience);
        is_open.then_some(count)
    }

    /// What to cancel the statement with that the server works on, if nobody waits for it. In a transaction only one that is alone: those behind it cannot be
    /// sent again.
    pub(super) fn begin_cancelling(&mut self) -> Option<(i32, i32)> {
        let session = self.session.as_mut().filter(|_| !self.is_cancelling)?;
        if self.class == Class::Lane && session.in_flight() > 1 {
            return None;
        }
        let key = session.cancel_key()?;
        self.is_cancelling = true;
        Some(key)
    }

    /// Outcomes since the last time, and for how long the first of them ran.
    pub(super) fn take_done(&mut self, now: Duration) -> (Vec<Done>, Duration) {
        let done = self.session.as_mut().map(Session::take_done).unwrap_or_default();
        if done.is_empty() {
            return (done, Duration::ZERO);
        }
        let ran = now.saturating_sub(self.since);
        self.since = now;
        (self.without_open_transaction(done), ran)
    }

    /// What a shared connection answers. A transaction that is open there by now is of statements sent as one, with nobody behind them: it is
    /// rolled back, and they failed.
    fn without_open_transaction(&mut self, mut done: Vec<Done>) -> Vec<Done> {
        let Some(session) = self.session.as_mut().filter(|_| self.class != Class::Lane) else { return done };
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

    /// Somebody waits for notifications, or for what is copied; who waited before.
    pub(super) fn wait_for_feed(&mut self, token: u64) -> Option<u64> {
        self.fed.replace(token)
    }

    /// What has come, and who waits for it.
    pub(super) fn take_feed(&mut self) -> Option<(u64, String)> {
        let token = self.fed?;
        let text = self.session.as_mut()?.take_feed()?;
        self.fed = None;
        // It may have stopped reading.
        self.wake();
        Some((token, text))
    }

    /// Somebody does not wait any more; false when that was not who waited.
    pub(super) fn leaves_feed(&mut self, token: u64) -> bool {
        self.fed.take_if(|fed| *fed == token).is_some()
    }

    /// Gives a lane back; what is open in it is rolled back, and one that listened is not used any more. Who waited for something from it.
    pub(super) fn release(&mut self) -> Option<u64> {
        self.lane = None;
        let fed = self.fed.take();
        let is_clean = |session: &Session| session.in_flight() == 0 && session.status() == TransactionStatus::Idle;
        if self.session.as_ref().is_some_and(Session::is_listening) {
            self.leave();
        } else if !self.session.as_ref().is_some_and(is_clean) {
            self.send(OWN, Statement::simple("rollback"));
        }
        if let Some(session) = &mut self.session {
            session.end_copy();
        }
        fed
    }

    /// A lane that nobody has, and whose transaction could not be rolled back.
    pub(super) fn is_stuck(&self) -> bool {
        let is_open = |session: &Session| session.in_flight() == 0 && session.status() != TransactionStatus::Idle;
        self.class == Class::Lane && self.lane.is_none() && self.session.as_ref().is_some_and(is_open)
    }

    /// Whether statements run on it, or somebody has it for a transaction.
    pub(super) fn is_used(&self) -> bool {
        self.lane.is_some() || self.session.as_ref().is_some_and(|session| session.in_flight() > 0)
    }

    /// Whether somebody may have it for a transaction.
    pub(super) fn is_free_lane(&self) -> bool {
        let is_idle = |session: &Session| session.in_flight() == 0 && session.status() == TransactionStatus::Idle;
        let is_free = self.class == Class::Lane && self.lane.is_none() && !self.is_leaving && !self.is_cancelling;
        is_free && self.session.as_ref().is_some_and(is_idle)
    }
}
