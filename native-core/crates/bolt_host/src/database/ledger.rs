//! What was asked of a database, and what became of it.

use std::collections::HashSet;

use bolt_sql::Failure;

use crate::host::is_request;

/// What became of something that was asked with a token.
#[derive(Debug)]
pub struct Settled {
    /// What the caller named it by.
    pub token: u64,
    /// The result as JSON, or the number of a lane.
    pub result: Result<String, Failure>,
}

/// All that was asked. Each token settles once.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pending: HashSet<u64>,
    settled: Vec<Settled>,
    /// Of requests, which the host answers itself.
    answers: Vec<Settled>,
}

impl Ledger {
    /// Something was asked.
    pub(super) fn open(&mut self, token: u64) {
        self.pending.insert(token);
    }

    /// It has an outcome; the second one for a token is dropped.
    pub(super) fn settle(&mut self, token: u64, result: Result<String, Failure>) {
        if self.pending.remove(&token) {
            let to = if is_request(token) { &mut self.answers } else { &mut self.settled };
            to.push(Settled { token, result });
        }
    }

    /// What has no outcome yet.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Everything without an outcome has this one, but for one token.
    pub(super) fn settle_all(&mut self, but: Option<u64>, failure: &Failure) {
        let mut pending: Vec<u64> = self.pending.iter().copied().filter(|token| Some(*token) != but).collect();
        pending.sort_unstable();
        for token in pending {
            self.settle(token, Err(failure.clone()));
        }
    }

    /// Whether there are outcomes that JavaScript waits for.
    pub(super) fn has_settled(&self) -> bool {
        !self.settled.is_empty()
    }

    /// Outcomes for JavaScript since the last time, in order.
    pub(super) fn take_settled(&mut self) -> Vec<Settled> {
        std::mem::take(&mut self.settled)
    }

    /// Outcomes for requests since the last time, in order.
    pub(super) fn take_answers(&mut self) -> Vec<Settled> {
        std::mem::take(&mut self.answers)
    }
}
