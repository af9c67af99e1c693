//! Databases that the host asks itself: PostgreSQL over its own sockets, SQLite by a library. Whoever asks need not know which it is.

mod durations;
mod ledger;
mod postgres;
mod refusal;
mod sqlite;
mod watch;

use std::time::Duration;

use bolt_core::engine::Parameter;
use bolt_sql::{Failure, codes};

pub use ledger::Settled;
pub use postgres::PoolOptions;
pub(crate) use refusal::refusal;
pub use sqlite::SqliteOptions;
pub(crate) use watch::Sender;
pub use watch::{Record, WatchPlan};

use crate::outbound::Outbound;

/// A database that is open. Dropping it closes its connections at once.
#[derive(Debug)]
pub struct Database(Kind);

#[derive(Debug)]
enum Kind {
    /// A pool of connections.
    Postgres(postgres::Pool),
    /// A file, or memory.
    Sqlite(sqlite::Pool),
}

/// One statement, as a client writes it.
#[derive(Debug)]
pub struct Message {
    /// The statement.
    pub sql: String,
    /// Values as text; `None` is NULL.
    pub parameters: Vec<Option<String>>,
    /// What each value is: of PostgreSQL the OID of its type, 0 where that is to be inferred; of SQLite its fundamental datatype (1 integer, 2 float,
    /// 3 text, 4 blob in base64). Empty: 0 for all.
    pub kinds: Vec<u32>,
    /// Whether it is any number of statements, without parameters.
    pub is_script: bool,
}

/// The same call on whichever it is.
macro_rules! on {
    ($database:expr, $pool:ident => $call:expr) => {
        match &$database.0 {
            Kind::Postgres($pool) => $call,
            Kind::Sqlite($pool) => $call,
        }
    };
}

impl Database {
    pub(crate) fn postgres(outbound: Outbound, options: PoolOptions) -> Result<Self, String> {
        postgres::Pool::new(outbound, options).map(|pool| Self(Kind::Postgres(pool)))
    }

    pub(crate) fn sqlite(outbound: Outbound, options: SqliteOptions) -> Self {
        Self(Kind::Sqlite(sqlite::Pool::new(outbound, options)))
    }

    /// Sends a statement, or has it wait. `lane`: 0 for any connection that is shared, else what [`Database::reserve`] gave.
    pub fn query(&self, token: u64, message: Message, lane: u64) {
        on!(self, pool => pool.query(token, message, lane));
    }

    /// Takes in a statement that is run often, as JSON (`QueryStatement` of `binding.d.ts`); its number.
    ///
    /// # Errors
    /// A sentence for people: what about it is not understood.
    pub fn add_statement(&self, plan: &str) -> Result<usize, String> {
        on!(self, pool => pool.add_statement(plan))
    }

    /// Sends a statement of [`Database::add_statement`], as [`Database::query`] does; it settles with its rows alone. False when there is none of this
    /// number.
    pub fn run(&self, token: u64, statement: usize, parameters: Vec<Parameter>, lane: u64) -> bool {
        on!(self, pool => pool.run(token, statement, parameters, lane))
    }

    /// Takes a connection for one's own; settled with the lane's number.
    pub fn reserve(&self, token: u64) {
        on!(self, pool => pool.reserve(token));
    }

    /// Waits for notifications of what was listened to in a lane: settled with a list of channels and payloads once there are some. They are kept from
    /// the first time on.
    pub fn notifications(&self, token: u64, lane: u64) {
        on!(self, pool => pool.notifications(token, lane));
    }

    /// Sends a `COPY … TO STDOUT` in a lane.
    pub fn copy(&self, token: u64, sql: &str, lane: u64) {
        on!(self, pool => pool.copy(token, sql, lane));
    }

    /// Waits for what is copied in a lane: settled with some of it, and with an empty text after the last.
    pub fn copied(&self, token: u64, lane: u64) {
        on!(self, pool => pool.copied(token, lane));
    }

    /// Gives a lane back. A transaction that is open in it is rolled back before anybody else gets it.
    pub fn release(&self, lane: u64) {
        on!(self, pool => pool.release(lane));
    }

    /// Wishes that a statement ends; one that waits is not sent.
    pub fn cancel(&self, token: u64) {
        on!(self, pool => pool.cancel(token));
    }

    /// Ends everything once nothing is pending, at the latest after `grace`; then `token` settles.
    pub fn close(&self, token: u64, grace: Duration) {
        on!(self, pool => pool.close(token, grace));
    }

    /// What PostgreSQL calls it, the name of SQLite's file without its folder, or `:memory:`.
    pub fn name(&self) -> String {
        on!(self, pool => pool.name())
    }

    /// Wishes to know about statements from now on.
    pub fn watch(&self, plan: WatchPlan) {
        on!(self, pool => pool.watch(plan));
    }

    /// Keeps what is to be known about a statement that a request sent.
    pub(crate) fn record(&self, record: &Record, sender: Option<&Sender>) {
        on!(self, pool => pool.record(record, sender));
    }

    /// What is to be known about single statements since the last time (`StatementRecords` of `binding.d.ts` as JSON); `None` when there is nothing.
    pub fn take_records(&self) -> Option<String> {
        on!(self, pool => pool.take_records())
    }

    /// What was counted (`PoolReport` of `binding.d.ts` as JSON); `None` unless that was wished.
    pub fn report(&self) -> Option<String> {
        on!(self, pool => pool.report())
    }

    /// Whether somebody waits for something, or has a connection for a transaction.
    pub(crate) fn is_busy(&self) -> bool {
        on!(self, pool => pool.is_busy())
    }

    /// Gives up whatever is pending, and closes all connections.
    pub(crate) fn cut(&self) {
        on!(self, pool => pool.cut());
    }

    /// Answers to requests since the last time, in order.
    pub(crate) fn take_answers(&self) -> Vec<Settled> {
        on!(self, pool => pool.take_answers())
    }

    /// What else was settled since the last time, in order.
    pub fn take_settled(&self) -> Vec<Settled> {
        on!(self, pool => pool.take_settled())
    }

    /// Whether something was settled.
    pub fn has_settled(&self) -> bool {
        on!(self, pool => pool.has_settled())
    }

    /// Whether somebody waits for something.
    pub fn is_pending(&self) -> bool {
        on!(self, pool => pool.is_pending())
    }
}

fn unsafe_transaction() -> Failure {
    let message =
        "a transaction cannot be left open on a connection that others share: use begin(function) or transaction()";
    Failure::new(codes::UNSAFE_TRANSACTION, message)
}

fn closed() -> Failure {
    Failure::new(codes::POOL_CLOSED, "the pool was closed")
}
