//! What a pool knows, and which connection a statement goes to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bolt_postgres::{Done, Failure, Statement, codes};

use super::super::connection;
use super::super::options::Settings;
use super::super::statements::Statements;
use super::Shared;
use super::member::{Class, Member};
use super::queue::Queues;
use crate::database::closed;
use crate::database::durations::{Durations, PATIENCE};
use crate::database::ledger::Ledger;
use crate::database::watch::Connections;
use crate::outbound::Task;

/// Between two attempts to connect, doubled each time.
const FIRST_DELAY: Duration = Duration::from_millis(50);
const LAST_DELAY: Duration = Duration::from_secs(2);
/// After which a statement that goes on is cancelled once more.
const CANCEL_AGAIN: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) members: BTreeMap<u64, Member>,
    /// Number of the next connection, or lane; never used twice.
    next: u64,
    pub(super) waiting: Queues,
    pub(super) ledger: Ledger,
    pub(super) statements: Statements,
    durations: Durations,
    /// Attempts to connect that failed since the last that did not.
    failed: u32,
    /// Since the start.
    made: u64,
    refused: u64,
    /// Who waits for the end.
    pub(super) closing: Option<u64>,
    /// Ends everything when the grace is over.
    pub(super) timer: Option<Task>,
    /// Looks after those who wait too long.
    sweeper: Option<Task>,
}

impl State {
    /// Why nobody may wait any more, if so.
    pub(super) fn refusal(&self, settings: &Settings) -> Option<Failure> {
        if self.closing.is_some() {
            return Some(closed());
        }
        let waiting = self.waiting.len();
        (waiting >= settings.queue).then(|| {
            Failure::new(
                codes::POOL_FULL,
                format!("{waiting} statements wait for a connection to the database, which is as many as may (queue)"),
            )
        })
    }

    /// Has a statement wait for a connection that is for such ones.
    pub(super) fn enqueue(&mut self, shared: &Arc<Shared>, token: u64, statement: Statement) {
        self.waiting.push(self.durations.is_slow(&statement.sql), token, statement);
        self.dispatch(shared);
    }

    pub(super) fn settle(&mut self, token: u64, result: Result<String, Failure>) {
        self.ledger.settle(token, result);
    }

    /// Tells what became of statements; the first of them `ran` for so long, if that says something about it.
    pub(super) fn hand_over(&mut self, done: Vec<Done>, ran: Option<Duration>) {
        if let (Some(Done { sql, result: Ok(_), .. }), Some(ran)) = (done.first(), ran) {
            self.durations.note(sql, ran);
        }
        for Done { token, result, .. } in done {
            self.settle(token, result);
        }
        self.end_when_idle();
    }

    pub(super) fn send_to_lane(&mut self, token: u64, statement: Statement, lane: u64) {
        if let Some(member) = self.members.values_mut().find(|member| member.lane == Some(lane)) {
            self.ledger.begin(token);
            return member.send(token, statement);
        }
        let lost = "the connection of this transaction was lost, and with it the transaction";
        self.settle(token, Err(Failure::new(codes::CONNECTION_LOST, lost)));
    }

    /// Has the server stop what it works on for a connection, if nobody waits for that any more.
    pub(super) fn cancel_unwanted(&mut self, shared: &Arc<Shared>, id: u64) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let Some(key) = member.begin_cancelling() else { return };
        let pool = shared.clone();
        shared.outbound.spawn(async move {
            connection::cancel(&pool, key).await;
            {
                let mut state = pool.lock();
                if let Some(member) = state.members.get_mut(&id) {
                    member.is_cancelling = false;
                }
                state.dispatch(&pool);
            }
            // It may have come too early.
            pool.outbound.sleep(CANCEL_AGAIN).await;
            pool.lock().cancel_unwanted(&pool, id);
        });
    }

    /// Gives who waits for notifications of a connection, or for what it copies, what has come.
    pub(super) fn feed(&mut self, id: u64) {
        if let Some((token, text)) = self.members.get_mut(&id).and_then(Member::take_feed) {
            self.settle(token, Ok(text));
        }
    }

    /// Sends what waits, as far as there are connections for it.
    pub(super) fn dispatch(&mut self, shared: &Arc<Shared>) {
        self.dispatch_class(shared, Class::Shared);
        self.dispatch_class(shared, Class::Slow);
        self.dispatch_lanes(shared);
        if self.waiting.len() > 0 && self.sweeper.is_none() {
            self.watch(shared);
        }
    }

    fn dispatch_class(&mut self, shared: &Arc<Shared>, class: Class) {
        while !self.waiting.of(class).is_empty() {
            let now = shared.outbound.waited();
            let rooms = self.members.iter().filter_map(|(id, member)| Some((member.room(class, PATIENCE, now)?, *id)));
            let best = rooms.min();
            if best.is_none_or(|(count, _)| count > 0) {
                self.grow(shared, class);
            }
            let Some((_, id)) = best else { return };
            let Some(first) = self.waiting.of(class).pop_front() else { return };
            let Some(member) = self.members.get_mut(&id) else { return };
            self.ledger.begin(first.token);
            member.send_at(now, first.token, first.what);
        }
    }

    /// Gives free lanes to who waits for one.
    fn dispatch_lanes(&mut self, shared: &Arc<Shared>) {
        while !self.waiting.lanes().is_empty() {
            let Some(member) = self.members.values_mut().find(|member| member.is_free_lane()) else {
                return self.grow(shared, Class::Lane);
            };
            let Some(first) = self.waiting.lanes().pop_front() else { return };
            self.next += 1;
            member.lane = Some(self.next);
            let number = self.next.to_string();
            self.ledger.begin(first.token);
            self.settle(first.token, Ok(number));
        }
    }

    /// Opens one more connection, unless one is being opened or there are enough.
    fn grow(&mut self, shared: &Arc<Shared>, class: Class) {
        let mut count = 0;
        for member in self.members.values().filter(|member| member.class == class) {
            if member.session.is_none() {
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
        self.members.insert(id, Member::new(class, task));
    }

    /// A connection has signed in.
    pub(super) fn on_made(&mut self) {
        self.failed = 0;
        self.made += 1;
    }

    /// A connection could not be made. Who waits is told, unless others may still serve them.
    pub(super) fn on_refused(&mut self, class: Class, why: &Failure) {
        self.failed += 1;
        self.refused += 1;
        let has = |class| self.members.values().any(|other| other.class == class && other.session.is_some());
        if has(class) {
            return;
        }
        let tokens: Vec<u64> = match class {
            // The server may have no more connections to give.
            Class::Slow if has(Class::Shared) => return self.waiting.merge_slow(),
            Class::Lane => self.waiting.lanes().drain(..).map(|waiting| waiting.token).collect(),
            class => self.waiting.of(class).drain(..).map(|waiting| waiting.token).collect(),
        };
        for token in tokens {
            self.settle(token, Err(why.clone()));
        }
    }

    /// Looks, as long as anybody waits, who waits too long.
    fn watch(&mut self, shared: &Arc<Shared>) {
        let Some(most) = shared.settings.wait_timeout else { return };
        let pool = shared.clone();
        self.sweeper = Some(shared.outbound.spawn(async move {
            let mut next = most;
            loop {
                pool.outbound.sleep(next).await;
                let mut state = pool.lock();
                for token in state.waiting.expire(most) {
                    state.settle(token, Err(late(most)));
                }
                state.end_when_idle();
                let Some(longest) = state.waiting.longest() else {
                    state.sweeper = None;
                    return;
                };
                next = most.saturating_sub(longest).max(Duration::from_millis(1));
            }
        }));
    }

    /// Goes on with closing once nothing is pending but who waits for the end.
    pub(super) fn end_when_idle(&mut self) {
        if self.closing.is_none() || self.ledger.pending() > 1 {
            return;
        }
        if self.members.is_empty() {
            return self.end();
        }
        for member in self.members.values_mut().filter(|member| !member.is_leaving) {
            member.leave();
        }
    }

    /// Ends everything now.
    pub(super) fn end(&mut self) {
        let Some(token) = self.closing else { return };
        if let Some(timer) = self.timer.take() {
            timer.cancel();
        }
        self.cut(Some(token));
        self.settle(token, Ok("null".to_owned()));
    }

    pub(super) fn connections(&self, settings: &Settings) -> Connections {
        let ready = self.members.values().filter(|member| member.session.is_some());
        let (used, idle): (Vec<_>, Vec<_>) = ready.partition(|member| member.is_used());
        Connections {
            used: used.len(),
            idle: idle.len(),
            max: settings.max * Class::ALL,
            made: self.made,
            refused: self.refused,
            waiting: self.waiting.len(),
        }
    }

    /// All tasks of the pool, which is going to be dropped.
    pub(super) fn take_tasks(&mut self) -> Vec<Task> {
        let members = std::mem::take(&mut self.members);
        let own = [self.timer.take(), self.sweeper.take()];
        members.into_values().map(|member| member.task).chain(own.into_iter().flatten()).collect()
    }

    /// Closes all connections and settles whatever is pending, but for the one who waits for the end.
    pub(super) fn cut(&mut self, but: Option<u64>) {
        for member in std::mem::take(&mut self.members).into_values() {
            member.wake();
        }
        self.waiting.clear();
        self.ledger.settle_all(but, &closed());
    }
}

fn late(most: Duration) -> Failure {
    let most = most.as_millis();
    Failure::new(
        codes::POOL_TIMEOUT,
        format!("no connection to the database was free within {most} ms (waitTimeout); all of them are in use"),
    )
}
