//! What was asked of a database, and what became of it.

use std::collections::HashMap;
use std::sync::Arc;

use bolt_sql::Failure;

use super::watch::{Asked, Connections, Record, Sender, Watch, WatchPlan};
use crate::host::is_request;

/// What became of something that was asked with a token.
#[derive(Debug)]
pub struct Settled {
    /// What the caller named it by.
    pub token: u64,
    /// The result as JSON, or the number of a lane.
    pub result: Result<String, Failure>,
    /// Of a statement that a request sent itself, where that is to be known.
    pub(crate) record: Option<Box<Record>>,
}

/// All that was asked. Each token settles once.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// With what is to be known about it.
    pending: HashMap<u64, Option<Asked>>,
    settled: Vec<Settled>,
    /// Of requests, which the host answers itself.
    answers: Vec<Settled>,
    watch: Option<Watch>,
}

impl Ledger {
    /// Something was asked.
    pub(super) fn open(&mut self, token: u64) {
        self.pending.insert(token, None);
    }

    /// A statement was asked for, or, without one, a lane.
    pub(super) fn open_statement(&mut self, token: u64, sql: Option<&Arc<str>>) {
        let asked = self.watch.as_ref().map(|_| Watch::asked(sql));
        self.pending.insert(token, asked);
    }

    /// The database is given a statement, or somebody a lane.
    pub(super) fn begin(&mut self, token: u64) {
        if let Some(watch) = &mut self.watch
            && let Some(Some(asked)) = self.pending.get_mut(&token)
        {
            watch.begun(asked);
        }
    }

    /// The database was given a statement when it was asked for.
    pub(super) fn begin_at_once(&mut self, token: u64) {
        if let Some(watch) = &mut self.watch
            && let Some(Some(asked)) = self.pending.get_mut(&token)
        {
            watch.begun_at_once(asked);
        }
    }

    /// It has an outcome; the second one for a token is dropped.
    pub(super) fn settle(&mut self, token: u64, result: Result<String, Failure>) {
        let Some(asked) = self.pending.remove(&token) else { return };
        let of_request = is_request(token);
        let mut record = None;
        if let (Some(asked), Some(watch)) = (asked, &mut self.watch) {
            let code = result.as_ref().err().map(Failure::code);
            record = watch.settled(asked, code, of_request).map(Box::new);
        }
        if of_request {
            return self.answers.push(Settled { token, result, record });
        }
        if let Some(record) = record {
            self.record(&record, None);
        }
        self.settled.push(Settled { token, result, record: None });
    }

    /// What has no outcome yet.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Everything without an outcome has this one, but for one token.
    pub(super) fn settle_all(&mut self, but: Option<u64>, failure: &Failure) {
        let mut pending: Vec<u64> = self.pending.keys().copied().filter(|token| Some(*token) != but).collect();
        pending.sort_unstable();
        for token in pending {
            self.settle(token, Err(failure.clone()));
        }
    }

    /// Wishes to know about statements from now on.
    pub(super) fn watch(&mut self, plan: WatchPlan) {
        match &mut self.watch {
            Some(watch) => watch.change(plan),
            none => *none = Some(Watch::new(plan)),
        }
    }

    /// Keeps a record until it is taken.
    pub(super) fn record(&mut self, record: &Record, sender: Option<&Sender>) {
        if let Some(watch) = &mut self.watch {
            watch.record(record, sender);
        }
    }

    /// See [`Watch::take_records`].
    pub(super) fn take_records(&mut self) -> Option<String> {
        self.watch.as_mut()?.take_records()
    }

    /// See [`Watch::report`].
    pub(super) fn report(&self, connections: Connections) -> Option<String> {
        self.watch.as_ref()?.report(connections)
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
