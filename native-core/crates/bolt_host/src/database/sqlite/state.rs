//! What a pool knows, and what it will do next.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bolt_sql::{Failure, codes};
use bolt_sqlite::{Alarm, Statement};

use super::options::Settings;
use super::statements::Statements;
use crate::database::closed;
use crate::database::durations::Durations;
use crate::database::ledger::Ledger;
use crate::database::watch::Connections;
use crate::outbound::Task;

/// What somebody waits for.
#[derive(Debug)]
pub(super) enum What {
    Statement(Statement),
    /// To have the connection that writes for oneself.
    Lane,
}

/// Who waits, and since when.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) token: u64,
    pub(super) what: What,
    since: Instant,
}

impl Waiting {
    fn new(token: u64, what: What) -> Self {
        Self { token, what, since: Instant::now() }
    }
}

/// What the connection that writes does next.
#[derive(Debug)]
pub(super) enum Step {
    /// For nobody in particular.
    Run(u64, Statement),
    /// For who has it.
    RunInLane(u64, Statement),
    /// Gives it to somebody.
    Reserve(u64),
    /// Takes it back.
    Release,
}

/// A thread, as the pool sees it.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) alarm: Alarm,
    /// Token of what it runs.
    pub(super) running: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) ledger: Ledger,
    pub(super) statements: Statements,
    pub(super) durations: Durations,
    writes: VecDeque<Waiting>,
    reads: VecDeque<Waiting>,
    /// The number of who has the connection that writes.
    pub(super) lane: Option<u64>,
    /// What that one asked for.
    in_lane: VecDeque<Step>,
    last_lane: u64,
    /// By their numbers; one that has ended leaves its place empty.
    pub(super) workers: Vec<Option<Worker>>,
    pub(super) has_writer: bool,
    pub(super) readers: usize,
    pub(super) idle_readers: usize,
    /// Who waits for the end.
    pub(super) closing: Option<u64>,
    /// Threads are to end.
    pub(super) is_over: bool,
    /// Ends everything when the grace is over.
    pub(super) timer: Option<Task>,
    /// Looks after those who wait too long.
    pub(super) sweeper: Option<Task>,
}

impl State {
    /// Why nobody may wait any more, if so.
    pub(super) fn refusal(&self, settings: &Settings) -> Option<Failure> {
        if self.closing.is_some() || self.is_over {
            return Some(closed());
        }
        let waiting = self.waiting();
        (waiting >= settings.queue).then(|| {
            Failure::new(
                codes::POOL_FULL,
                format!("{waiting} statements wait for the database, which is as many as may (queue)"),
            )
        })
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.writes.len() + self.reads.len()
    }

    pub(super) fn push_read(&mut self, token: u64, statement: Statement) {
        self.reads.push_back(Waiting::new(token, What::Statement(statement)));
    }

    pub(super) fn push_write(&mut self, token: u64, what: What) {
        self.writes.push_back(Waiting::new(token, what));
    }

    /// Has who has the connection do something with it.
    pub(super) fn push_in_lane(&mut self, lane: u64, step: Step) {
        if self.lane == Some(lane) {
            return self.in_lane.push_back(step);
        }
        if let Step::RunInLane(token, _) = step {
            let over = "the transaction is over, and what it had not committed is undone";
            self.ledger.settle(token, Err(Failure::new(codes::CONNECTION_LOST, over)));
        }
    }

    pub(super) fn next_read(&mut self) -> Option<(u64, Statement)> {
        match self.reads.pop_front()? {
            Waiting { token, what: What::Statement(statement), .. } => Some((token, statement)),
            // Only statements are put there.
            Waiting { what: What::Lane, .. } => None,
        }
    }

    pub(super) fn next_write(&mut self) -> Option<Step> {
        if self.lane.is_some() {
            return self.in_lane.pop_front();
        }
        let Waiting { token, what, .. } = self.writes.pop_front()?;
        Some(match what {
            What::Statement(statement) => Step::Run(token, statement),
            What::Lane => Step::Reserve(token),
        })
    }

    /// Gives the connection that writes to somebody.
    pub(super) fn reserve(&mut self, token: u64) {
        self.last_lane += 1;
        self.lane = Some(self.last_lane);
        self.ledger.settle(token, Ok(self.last_lane.to_string()));
    }

    /// Takes it back. What is asked for it afterwards is too late.
    pub(super) fn take_back(&mut self) {
        let lane = self.lane.take();
        for step in std::mem::take(&mut self.in_lane) {
            self.push_in_lane(lane.unwrap_or_default(), step);
        }
    }

    /// Takes one out that has not begun; whether it waited.
    pub(super) fn remove(&mut self, token: u64) -> bool {
        let before = self.waiting();
        self.reads.retain(|waiting| waiting.token != token);
        self.writes.retain(|waiting| waiting.token != token);
        self.waiting() < before
    }

    /// Who has waited for longer than `most` waits no more.
    pub(super) fn expire(&mut self, most: Duration) {
        let mut late = Vec::new();
        for queue in [&mut self.reads, &mut self.writes] {
            queue.retain(|waiting| {
                let is_late = waiting.since.elapsed() >= most;
                if is_late {
                    late.push(waiting.token);
                }
                !is_late
            });
        }
        for token in late {
            self.ledger.settle(token, Err(too_late(most)));
        }
    }

    /// How long the one who came first waits already.
    pub(super) fn longest(&self) -> Option<Duration> {
        let first = [self.reads.front(), self.writes.front()];
        first.into_iter().flatten().map(|waiting| waiting.since.elapsed()).max()
    }

    /// Has the statement of a token stop where it runs.
    pub(super) fn interrupt(&self, token: u64) {
        let running = self.workers.iter().flatten().find(|worker| worker.running == Some(token));
        if let Some(worker) = running {
            worker.alarm.cancel();
        }
    }

    /// Goes on with closing once nothing is pending but who waits for the end.
    pub(super) fn end_when_idle(&mut self) {
        if self.closing.is_some() && self.ledger.pending() <= 1 {
            self.end();
        }
    }

    /// Has all threads end; the last of them tells who waits for that.
    pub(super) fn end(&mut self) {
        self.is_over = true;
        self.writes.clear();
        self.reads.clear();
        self.in_lane.clear();
        self.lane = None;
        self.ledger.settle_all(self.closing, &closed());
        for worker in self.workers.iter().flatten() {
            worker.alarm.cancel();
        }
        self.tell_end();
    }

    /// Tells who waits for the end, once no thread is left.
    pub(super) fn tell_end(&mut self) {
        if let Some(token) = self.closing
            && self.is_over
            && self.workers.iter().all(Option::is_none)
        {
            self.ledger.settle(token, Ok("null".to_owned()));
        }
    }

    /// Takes up a thread; its number.
    pub(super) fn hire(&mut self, alarm: Alarm) -> usize {
        self.workers.push(Some(Worker { alarm, running: None }));
        self.workers.len() - 1
    }

    /// Of the threads; the connection that reads where the host is driven is never in use when somebody asks.
    pub(super) fn connections(&self, settings: &Settings) -> Connections {
        let used = self.workers.iter().flatten().filter(|worker| worker.running.is_some()).count();
        Connections {
            used,
            idle: self.workers.iter().flatten().count() - used,
            max: settings.readers + 1,
            made: self.workers.len() as u64,
            refused: 0,
            waiting: self.waiting(),
        }
    }

    pub(super) fn tasks(&mut self) -> impl Iterator<Item = Task> + use<> {
        [self.timer.take(), self.sweeper.take()].into_iter().flatten()
    }
}

fn too_late(most: Duration) -> Failure {
    let most = most.as_millis();
    Failure::new(
        codes::POOL_TIMEOUT,
        format!("the database was not free within {most} ms (waitTimeout); a transaction or another statement has it"),
    )
}
