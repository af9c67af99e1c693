//! What applications may ask to know about statements: how often each ran and for how long, and a record of those that took long or belong to a
//! trace. Nothing of it is looked at unless it was asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bolt_core::histogram::Histogram;
use serde::{Deserialize, Serialize};

/// Statements that are counted apart; beyond, they are counted together, under an empty text.
const MOST_STATEMENTS: usize = 500;
/// Codes of failures that are counted apart; beyond, together, as `other`.
const MOST_CODES: usize = 100;
/// Most text of the records that wait to be taken, bytes; what does not fit is counted instead.
const RECORDED_BYTES: usize = 1024 * 1024;
/// What is kept of a statement's text, bytes.
const TEXT_BYTES: usize = 4096;

/// What is to be known (`WatchPlan` of `binding.d.ts`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WatchPlan {
    /// Upper bounds of the buckets of all histograms, microseconds, rising; none: nothing is counted.
    bounds: Option<Vec<u64>>,
    /// From how many milliseconds on a statement is recorded; none: not for its time.
    slow: Option<f64>,
    /// Whether those that requests send themselves are all recorded.
    traces: bool,
}

/// A statement that somebody waits for, or the wish for a lane.
#[derive(Debug)]
pub(super) struct Asked {
    sql: Option<Arc<str>>,
    since: Instant,
    /// When the database was given it.
    begun: Option<Instant>,
}

/// What became of a statement, for who wants to know it apart from others.
#[derive(Debug)]
pub struct Record {
    sql: Arc<str>,
    /// Milliseconds since 1970.
    since: f64,
    /// Until it was answered.
    took: Duration,
    /// Part of that in which no connection had it.
    waited: Duration,
    /// Of its failure.
    code: Option<String>,
}

/// Which request sent a statement.
#[derive(Debug, Serialize)]
pub(crate) struct Sender {
    /// Its route's id.
    pub(crate) route: u32,
    /// Its id, as on the response.
    pub(crate) id: String,
    /// Its header `traceparent`, unread.
    pub(crate) traceparent: Option<String>,
    /// Its header `tracestate`, unread.
    pub(crate) tracestate: Option<String>,
}

/// A statement's counts.
#[derive(Debug)]
struct Counts {
    done: u64,
    failed: u64,
    times: Histogram,
}

/// Counts and records of one pool.
#[derive(Debug)]
pub(super) struct Watch {
    plan: WatchPlan,
    statements: HashMap<Arc<str>, Counts>,
    failures: BTreeMap<String, u64>,
    waiting: Histogram,
    /// As JSON, each with a comma before it but the first.
    recorded: String,
    dropped: u64,
}

/// How many connections a pool has.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Connections {
    /// Statements run on them, or a transaction has them.
    pub(super) used: usize,
    pub(super) idle: usize,
    /// As many as there may be.
    pub(super) max: usize,
    /// Since the start.
    pub(super) made: u64,
    /// Attempts since the start.
    pub(super) refused: u64,
    /// Who waits for one.
    pub(super) waiting: usize,
}

/// Of one statement, see [`Watch::report`].
#[derive(Serialize)]
struct StatementReport<'w> {
    sql: &'w str,
    done: u64,
    failed: u64,
    buckets: &'w [u64],
    sum: u64,
}

impl Watch {
    pub(super) fn new(plan: WatchPlan) -> Self {
        let waiting = Histogram::new(plan.bounds.as_ref().map_or(0, Vec::len));
        let (statements, failures) = (HashMap::new(), BTreeMap::new());
        Self { plan, statements, failures, waiting, recorded: String::new(), dropped: 0 }
    }

    /// Changes what is to be known. What was counted by other bounds is forgotten.
    pub(super) fn change(&mut self, plan: WatchPlan) {
        if plan.bounds == self.plan.bounds {
            self.plan = plan;
        } else {
            *self = Self::new(plan);
        }
    }

    /// Somebody asks for a statement, or without one for a lane.
    pub(super) fn asked(sql: Option<&Arc<str>>) -> Asked {
        Asked { sql: sql.cloned(), since: Instant::now(), begun: None }
    }

    /// The database is given what was asked.
    pub(super) fn begun(&mut self, asked: &mut Asked) {
        let now = Instant::now();
        asked.begun = Some(now);
        if let Some(bounds) = &self.plan.bounds {
            self.waiting.note(bounds, micros(now - asked.since));
        }
    }

    /// The database was given what was asked without waiting.
    pub(super) fn begun_at_once(&mut self, asked: &mut Asked) {
        asked.begun = Some(asked.since);
        if let Some(bounds) = &self.plan.bounds {
            self.waiting.note(bounds, 0);
        }
    }

    /// It has an outcome. `is_traced`: a request sent it itself.
    pub(super) fn settled(&mut self, asked: Asked, code: Option<&str>, is_traced: bool) -> Option<Record> {
        let sql = asked.sql?;
        let took = asked.since.elapsed();
        if let Some(bounds) = &self.plan.bounds {
            let counts = counts_of(&mut self.statements, &sql, bounds.len());
            counts.times.note(bounds, micros(took));
            counts.done += u64::from(code.is_none());
            counts.failed += u64::from(code.is_some());
            if let Some(code) = code {
                let is_new = !self.failures.contains_key(code);
                let code = if is_new && self.failures.len() >= MOST_CODES { "other" } else { code };
                *self.failures.entry(code.to_owned()).or_default() += 1;
            }
        }
        let is_slow = self.plan.slow.is_some_and(|most| took.as_secs_f64() * 1e3 >= most);
        let is_wanted = is_slow || (is_traced && self.plan.traces);
        if !is_wanted {
            return None;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(took);
        let waited = asked.begun.map_or(took, |begun| begun - asked.since);
        Some(Record { sql, since: since.as_secs_f64() * 1e3, took, waited, code: code.map(str::to_owned) })
    }

    /// Keeps a record until it is taken.
    pub(super) fn record(&mut self, record: &Record, sender: Option<&Sender>) {
        let Record { sql, since, took, waited, code } = record;
        let entry = (beginning(sql), since, took.as_secs_f64() * 1e3, waited.as_secs_f64() * 1e3, code, sender);
        let text = serde_json::to_string(&entry).ok().filter(|_| self.recorded.len() < RECORDED_BYTES);
        let Some(text) = text else {
            self.dropped += 1;
            return;
        };
        if !self.recorded.is_empty() {
            self.recorded.push(',');
        }
        self.recorded.push_str(&text);
    }

    /// Records since the last time (`StatementRecords` of `binding.d.ts` as JSON); `None` when there are none.
    pub(super) fn take_records(&mut self) -> Option<String> {
        if self.recorded.is_empty() && self.dropped == 0 {
            return None;
        }
        let (entries, dropped) = (std::mem::take(&mut self.recorded), std::mem::take(&mut self.dropped));
        Some(format!("{{\"dropped\":{dropped},\"entries\":[{entries}]}}"))
    }

    /// Counts and times (`PoolReport` of `binding.d.ts` as JSON); `None` when nothing is counted.
    pub(super) fn report(&self, connections: Connections) -> Option<String> {
        self.plan.bounds.as_ref()?;
        let statement = |(sql, counts): (&'_ Arc<str>, &'_ Counts)| {
            let Counts { done, failed, times } = counts;
            serde_json::to_value(StatementReport {
                sql,
                done: *done,
                failed: *failed,
                buckets: &times.buckets,
                sum: times.sum,
            })
        };
        let statements: Result<Vec<_>, _> = self.statements.iter().map(statement).collect();
        let report = serde_json::json!({
            "connections": connections,
            "waiting": { "buckets": self.waiting.buckets, "sum": self.waiting.sum },
            "failures": self.failures,
            "statements": statements.ok()?,
        });
        Some(report.to_string())
    }
}

/// Where a statement is counted; what cannot be counted apart any more has no text.
fn counts_of<'s>(statements: &'s mut HashMap<Arc<str>, Counts>, sql: &Arc<str>, bounds: usize) -> &'s mut Counts {
    let is_known = statements.contains_key(beginning(sql));
    let text = if is_known || statements.len() < MOST_STATEMENTS { beginning(sql) } else { "" };
    let text = if text.len() == sql.len() { sql.clone() } else { text.into() };
    statements.entry(text).or_insert_with(|| Counts { done: 0, failed: 0, times: Histogram::new(bounds) })
}

fn beginning(sql: &str) -> &str {
    let end = (0..=TEXT_BYTES.min(sql.len())).rev().find(|end| sql.is_char_boundary(*end));
    &sql[..end.unwrap_or_default()]
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn watch(plan: &str) -> Watch {
        Watch::new(serde_json::from_str(plan).unwrap())
    }

    fn run(watch: &mut Watch, sql: &str, code: Option<&str>) -> Option<Record> {
        let mut asked = Watch::asked(Some(&sql.into()));
        watch.begun(&mut asked);
        watch.settled(asked, code, false)
    }

    #[test]
    fn statements_and_codes_that_are_counted_apart_are_bounded() {
        let mut watch = watch(r#"{"bounds":[1000000],"slow":null,"traces":false}"#);
        for number in 0..2 * MOST_STATEMENTS {
            run(&mut watch, &format!("select {number}"), Some(&number.to_string()));
        }
        assert_eq!(watch.statements.len(), MOST_STATEMENTS + 1);
        assert_eq!(watch.statements[""].failed, MOST_STATEMENTS as u64);
        assert_eq!(watch.failures.len(), MOST_CODES + 1);
        run(&mut watch, "select 0", None);
        assert_eq!((watch.statements["select 0"].done, watch.statements["select 0"].failed), (1, 1));
    }

    #[test]
    fn records_that_nobody_takes_are_bounded_and_counted() {
        let mut watch = watch(r#"{"bounds":null,"slow":0,"traces":false}"#);
        let long = "é".repeat(TEXT_BYTES);
        for _ in 0..RECORDED_BYTES / TEXT_BYTES * 2 {
            let record = run(&mut watch, &long, None).unwrap();
            watch.record(&record, None);
        }
        assert!(watch.recorded.len() < RECORDED_BYTES + 2 * TEXT_BYTES && watch.dropped > 0);
        let records: serde_json::Value = serde_json::from_str(&watch.take_records().unwrap()).unwrap();
        assert_eq!(records["entries"][0][0].as_str().map(str::len), Some(TEXT_BYTES));
        assert!(watch.take_records().is_none() && watch.report(Connections::default()).is_none());
    }

    #[test]
    fn only_what_is_slow_or_traced_is_recorded() {
        let mut watch = watch(r#"{"bounds":null,"slow":60000,"traces":true}"#);
        assert!(run(&mut watch, "select 1", None).is_none());
        assert!(watch.settled(Watch::asked(Some(&"select 1".into())), None, true).is_some());
        assert!(watch.settled(Watch::asked(None), None, true).is_none());
    }
}
