//! The threads of a pool.

use std::sync::Arc;
use std::time::Instant;

use bolt_sql::Failure;
use bolt_sqlite::{Alarm, Connection, Statement};

use super::pool::Shared;
use super::state::{State, Step, What};
use crate::database::unsafe_transaction;

/// Writes, one statement after the other.
pub(super) fn write(shared: &Arc<Shared>, number: usize, alarm: &Alarm) {
    let mut connection = None;
    while let Some(step) = wait(shared, number, alarm, State::next_write, Step::token, |_, _| {}) {
        match step {
            Step::Run(token, statement) => {
                let result = opened(shared, &mut connection, alarm, Connection::open).and_then(|connection| {
                    let result = run(shared, connection, &statement);
                    if !connection.is_in_transaction() {
                        return result;
                    }
                    connection.reset();
                    result.and_then(|_| Err(unsafe_transaction()))
                });
                settle(shared, number, |state| state.ledger.settle(token, result));
            }
            Step::RunInLane(token, statement) => {
                let result = opened(shared, &mut connection, alarm, Connection::open)
                    .and_then(|connection| run(shared, connection, &statement));
                settle(shared, number, |state| state.ledger.settle(token, result));
            }
            Step::Reserve(token) => {
                let opened = opened(shared, &mut connection, alarm, Connection::open).map(|_| ());
                settle(shared, number, |state| match opened {
                    Ok(()) => state.reserve(token),
                    Err(failure) => state.ledger.settle(token, Err(failure)),
                });
            }
            Step::Release => {
                if let Some(connection) = &mut connection {
                    connection.reset();
                }
                settle(shared, number, State::take_back);
            }
        }
    }
    leave(shared, number, connection);
}

/// Reads what takes long.
pub(super) fn read(shared: &Arc<Shared>, number: usize, alarm: &Alarm) {
    let mut connection = None;
    let idle = |state: &mut State, by: isize| state.idle_readers = state.idle_readers.saturating_add_signed(by);
    while let Some((token, statement)) = wait(shared, number, alarm, State::next_read, |(token, _)| Some(*token), idle)
    {
        if let Ok(connection) = opened(shared, &mut connection, alarm, Connection::open_reader)
            && connection.may_read(&statement.sql)
        {
            let since = Instant::now();
            let result = run(shared, connection, &statement);
            let ran = since.elapsed();
            settle(shared, number, |state| {
                if result.is_ok() {
                    state.durations.note(&statement.sql, ran);
                }
                state.ledger.settle(token, result);
            });
        } else {
            // A table that it is about is gone, or has become the writer's own.
            settle(shared, number, |_| {});
            shared.queue(token, What::Statement(statement));
        }
    }
    leave(shared, number, connection);
}

/// The next thing to do; `None` once it is over.
fn wait<T>(
    shared: &Shared,
    number: usize,
    alarm: &Alarm,
    next: fn(&mut State) -> Option<T>,
    token: fn(&T) -> Option<u64>,
    idle: impl Fn(&mut State, isize),
) -> Option<T> {
    let mut state = shared.lock();
    loop {
        if state.is_over {
            return None;
        }
        if let Some(work) = next(&mut state) {
            // Under the lock: who cancels finds it running, or finds it not begun.
            alarm.allow();
            let token = token(&work);
            if let Some(worker) = &mut state.workers[number] {
                worker.running = token;
            }
            if let Some(token) = token {
                state.ledger.begin(token);
            }
            return Some(work);
        }
        idle(&mut state, 1);
        state = shared.news.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        idle(&mut state, -1);
    }
}

type Open = fn(&bolt_sqlite::Place, Alarm) -> Result<Connection, Failure>;

fn opened<'c>(
    shared: &Shared,
    connection: &'c mut Option<Connection>,
    alarm: &Alarm,
    open: Open,
) -> Result<&'c mut Connection, Failure> {
    if let Some(connection) = connection {
        return Ok(connection);
    }
    let made = open(&shared.settings.place, alarm.clone())?;
    made.use_wal(shared.settings.busy_timeout);
    Ok(connection.insert(made))
}

fn run(shared: &Shared, connection: &Connection, statement: &Statement) -> Result<String, Failure> {
    let limit = shared.settings.statement_timeout;
    let alarm = connection.alarm();
    alarm.set(limit);
    let result = connection.run(statement, shared.settings.busy_timeout);
    alarm.set(None);
    result.map_err(|failure| match (failure.code(), limit) {
        ("SQLITE_INTERRUPT", _) if alarm.is_cancelled() => cancelled(),
        ("SQLITE_INTERRUPT", Some(limit)) => {
            let limit = limit.as_millis();
            Failure::new("SQLITE_INTERRUPT", format!("the statement was stopped after {limit} ms (statementTimeout)"))
        }
        _ => failure,
    })
}

/// Tells what became of something, and has the host look.
fn settle(shared: &Shared, number: usize, tell: impl FnOnce(&mut State)) {
    {
        let mut state = shared.lock();
        if let Some(worker) = &mut state.workers[number] {
            worker.running = None;
        }
        tell(&mut state);
        state.end_when_idle();
        if state.is_over {
            shared.news.notify_all();
        }
    }
    shared.outbound.kick();
}

/// The thread ends; its connection is closed before anybody is told.
fn leave(shared: &Shared, number: usize, connection: Option<Connection>) {
    drop(connection);
    let mut state = shared.lock();
    state.workers[number] = None;
    let is_last = state.workers.iter().all(Option::is_none);
    drop(state);
    if is_last {
        shared.close_reader();
    }
    shared.lock().tell_end();
    shared.outbound.kick();
}

/// What a statement fails with that nobody waits for any more.
pub(super) fn cancelled() -> Failure {
    Failure::new("SQLITE_INTERRUPT", "the statement was cancelled")
}

impl Step {
    fn token(&self) -> Option<u64> {
        match self {
            Self::Run(token, _) | Self::RunInLane(token, _) | Self::Reserve(token) => Some(*token),
            Self::Release => None,
        }
    }
}
