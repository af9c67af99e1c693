//! Who waits for a connection, and for how long.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bolt_postgres::Statement;

use super::member::Class;

/// A statement that was not sent, or the wish for a lane.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    pub(super) token: u64,
    pub(super) what: T,
    since: Instant,
}

/// All who wait, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Queues {
    shared: VecDeque<Waiting<Statement>>,
    slow: VecDeque<Waiting<Statement>>,
    lanes: VecDeque<Waiting<()>>,
}

impl Queues {
    pub(super) fn push(&mut self, is_slow: bool, token: u64, what: Statement) {
        self.of(if is_slow { Class::Slow } else { Class::Shared }).push_back(Waiting {
            token,
            what,
            since: Instant::now(),
        });
    }

    pub(super) fn push_lane(&mut self, token: u64) {
        self.lanes.push_back(Waiting { token, what: (), since: Instant::now() });
    }

    /// Statements that wait for connections of a class; never for lanes.
    pub(super) fn of(&mut self, class: Class) -> &mut VecDeque<Waiting<Statement>> {
        if class == Class::Slow { &mut self.slow } else { &mut self.shared }
    }

    pub(super) fn lanes(&mut self) -> &mut VecDeque<Waiting<()>> {
        &mut self.lanes
    }

    pub(super) fn len(&self) -> usize {
        self.shared.len() + self.slow.len() + self.lanes.len()
    }

    /// Takes one out that has not been sent; whether it waited.
    pub(super) fn remove(&mut self, token: u64) -> bool {
        let before = self.len();
        self.retain(|waiting, _| waiting != token);
        self.len() < before
    }

    /// Takes out who has waited for longer than `most`; their tokens.
    pub(super) fn expire(&mut self, most: Duration) -> Vec<u64> {
        let now = Instant::now();
        let mut late = Vec::new();
        self.retain(|token, since| {
            let is_late = now.duration_since(since) >= most;
            if is_late {
                late.push(token);
            }
            !is_late
        });
        late
    }

    /// How long the one who came first waits already.
    pub(super) fn longest(&self) -> Option<Duration> {
        let first = [
            self.shared.front().map(|w| w.since),
            self.slow.front().map(|w| w.since),
            self.lanes.front().map(|w| w.since),
        ];
        first.into_iter().flatten().min().map(|since| since.elapsed())
    }

    /// What waited for slow connections waits for shared ones from now on.
    pub(super) fn merge_slow(&mut self) {
        self.shared.append(&mut self.slow);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn retain(&mut self, mut stays: impl FnMut(u64, Instant) -> bool) {
        self.shared.retain(|waiting| stays(waiting.token, waiting.since));
        self.slow.retain(|waiting| stays(waiting.token, waiting.since));
        self.lanes.retain(|waiting| stays(waiting.token, waiting.since));
    }
}
