//! Requests that databases answer: from the engine to a pool, and back. JavaScript takes no part in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bolt_core::engine::{Handle, QueryCall};
use bolt_core::error::{ErrorCode, Refusal};

use super::Host;
use crate::database::{Record, Sender, Settled, refusal};
use crate::report::report;

/// Of tokens that name requests; those that JavaScript chooses are below 2^53.
const REQUEST: u64 = 1 << 63;

/// Whether a token names a request of the engine.
pub(crate) fn is_request(token: u64) -> bool {
    token & REQUEST != 0
}

impl Host {
    /// Lets tasks run, and moves requests and rows between the engine and the databases until nothing is left to move.
    pub(super) fn run_tasks(&mut self) {
        self.send_queries();
        if let Some(outbound) = &self.outbound {
            outbound.run();
        }
        self.answer_queries();
    }

    fn send_queries(&mut self) {
        while let Some((handle, pool)) = self.engine.take_abandoned() {
            if let Some(database) = self.databases.get(pool) {
                database.cancel(REQUEST | handle.bits());
            }
        }
        while let Some(QueryCall { handle, pool, statement, parameters }) = self.engine.next_query() {
            let token = REQUEST | handle.bits();
            let is_sent =
                self.databases.get(pool).is_some_and(|database| database.run(token, statement, parameters, 0));
            if !is_sent {
                report(format_args!("there is no statement {statement} of database {pool}"));
                self.engine.refuse_query(handle, ErrorCode::Internal.into());
            }
        }
    }

    /// Keeps what is to be known about a statement, with the request that sent it if that is not over.
    #[cold]
    fn record(&self, database: usize, record: &Record, handle: Handle) {
        let text = |name| Some(String::from_utf8_lossy(&self.engine.header(handle, name)?).into_owned());
        let sender = self.engine.query_route(handle).map(|route| Sender {
            route,
            id: String::from_utf8_lossy(&self.engine.request_id(handle).unwrap_or_default()).into_owned(),
            traceparent: text("traceparent"),
            tracestate: text("tracestate"),
        });
        if let Some(database) = self.databases.get(database) {
            database.record(record, sender.as_ref());
        }
    }

    fn answer_queries(&mut self) {
        for at in 0..self.databases.len() {
            let answers = self.databases.get(at).map(|database| database.take_answers()).unwrap_or_default();
            for Settled { token, result, record } in answers {
                let handle = Handle::from_bits(token & !REQUEST);
                if let Some(record) = record {
                    self.record(at, &record, handle);
                }
                let answered = catch_unwind(AssertUnwindSafe(|| match &result {
                    // What a list or an object never is.
                    Ok(rows) if rows == "null" => {
                        self.engine.refuse_query(handle, Refusal::new(ErrorCode::NotFound, "There is no such row"));
                    }
                    Ok(rows) => {
                        self.engine.complete_query(handle, rows.as_bytes());
                    }
                    Err(failure) => {
                        let refusal = refusal(failure);
                        if refusal.code == ErrorCode::Internal
                            && let Some(label) = self.engine.query_label(handle)
                        {
                            let (code, message) = (failure.code(), failure.message());
                            report(format_args!(
                                "{label}: the statement failed, the request is answered with 500: {code} {message}"
                            ));
                        }
                        self.engine.refuse_query(handle, refusal);
                    }
                }));
                if answered.is_err() {
                    self.engine.fail(handle);
                }
            }
        }
    }
}
