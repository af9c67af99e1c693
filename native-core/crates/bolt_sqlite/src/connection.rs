//! A connection.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bolt_sql::Failure;
use bolt_sql::rows::Objects;
use rusqlite::config::DbConfig;
use rusqlite::{OpenFlags, Statement as Prepared};

use crate::alarm::{Alarm, Patience, on_busy};
use crate::failure::{is_busy, is_interrupted, reported};
use crate::outcome::Rows;
use crate::rows::Data;
use crate::statement::Statement;

/// Statements that stay prepared.
const PREPARED: usize = 256;
/// Statements of which is remembered whether they only read.
const CLASSES: usize = 1_024;
/// Steps of SQLite's machine between two looks at the clock: some 10 µs.
const STEPS: i32 = 1_000;

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, which is made if it is not there.
    File(PathBuf),
    /// The memory of the process, by a name: it lives until the last connection to it is closed.
    Memory(String),
}

/// A connection. Dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    inner: rusqlite::Connection,
    alarm: Alarm,
    /// Whether a statement may run on a connection that only reads.
    classes: HashMap<Arc<str>, bool>,
}

/// What became of a statement on a connection that only reads.
#[derive(Debug)]
pub enum Read {
    /// It is over.
    Done(Result<String, Failure>),
    /// It took too long, or the file was locked: it is to be run where that harms nobody.
    Late,
    /// It was not begun: it writes, or only the connection that wrote knows the answer.
    Writes,
}

impl Connection {
    /// Opens a database for reading and writing.
    ///
    /// # Errors
    /// It cannot be opened, or is no database.
    pub fn open(place: &Place, alarm: Alarm) -> Result<Self, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let inner = match place {
            // Without URI, so that a `?` in a name is a `?`.
            Place::File(path) => rusqlite::Connection::open_with_flags(path, flags - OpenFlags::SQLITE_OPEN_URI),
            Place::Memory(name) => rusqlite::Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags),
        };
        let mut connection = Self { inner: inner.map_err(|error| reported(&error))?, alarm, classes: HashMap::new() };
        connection.configure().map_err(|error| reported(&error))?;
        Ok(connection)
    }

    /// Opens a database for reading only.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub fn open_reader(place: &Place, alarm: Alarm) -> Result<Self, Failure> {
        let connection = Self::open(place, alarm)?;
        connection.inner.execute_batch("pragma query_only = 1").map_err(|error| reported(&error))?;
        Ok(connection)
    }

    /// As libsql has it: foreign keys hold, and "text" in double quotes is a column.
    fn configure(&mut self) -> rusqlite::Result<()> {
        self.inner.set_prepared_statement_cache_capacity(PREPARED);
        self.inner.busy_handler(Some(on_busy))?;
        let alarm = self.alarm.clone();
        self.inner.progress_handler(STEPS, Some(move || alarm.rings()))?;
        for (config, value) in [
            (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        ] {
            self.inner.set_db_config(config, value)?;
        }
        Ok(())
    }

    /// Has readers and the writer not wait for one another, from now on and for whoever opens the file. Without effect where that cannot be.
    pub fn use_wal(&self, patience: Duration) {
        let _waiting = Patience::new(patience, &self.alarm);
        // A file system without shared memory keeps the journal that it has.
        let _ = self.inner.query_row("pragma journal_mode = wal", [], |_| Ok(()));
    }

    /// What stops it.
    pub fn alarm(&self) -> &Alarm {
        &self.alarm
    }

    /// Whether a transaction is open.
    pub fn is_in_transaction(&self) -> bool {
        !self.inner.is_autocommit()
    }

    /// Undoes what is open, and sets back what a transaction may have set for itself.
    pub fn reset(&self) {
        self.alarm.allow();
        self.alarm.set(None);
        if self.is_in_transaction() {
            // What fails here has already undone everything.
            let _ = self.inner.execute_batch("rollback");
        }
        let _ = self.inner.execute_batch("pragma foreign_keys = on; pragma query_only = off");
    }

    /// Runs a statement, waiting for a locked file for at most `patience`. The result is JSON: of one with a reading the rows alone, of a script null.
    ///
    /// # Errors
    /// What SQLite says, or that the alarm stopped it.
    pub fn run(&self, statement: &Statement, patience: Duration) -> Result<String, Failure> {
        let _waiting = Patience::new(patience, &self.alarm);
        self.execute(statement)
    }

    /// Runs a statement that only reads, for at most `budget`, on the thread of somebody who waits for nothing. One that writes is not begun, nor
    /// one of which only the connection that wrote knows the answer.
    pub fn read(&mut self, statement: &Statement, budget: Duration) -> Read {
        if statement.is_script || !self.may_read(&statement.sql) {
            return Read::Writes;
        }
        self.alarm.set(Some(budget));
        match self.execute(statement) {
            Err(failure) if is_busy(&failure) || is_interrupted(&failure) => Read::Late,
            result => Read::Done(result),
        }
    }

    /// Whether a statement does nothing but read, and any connection gives the same answer. What cannot even be prepared here is for the writer to say:
    /// it may be about a table that only it has.
    pub fn may_read(&mut self, sql: &Arc<str>) -> bool {
        if let Some(known) = self.classes.get(sql) {
            return *known;
        }
        let Ok(prepared) = self.inner.prepare_cached(sql) else { return false };
        let may = prepared.readonly() && prepared.column_count() > 0 && !is_of_the_writer(sql);
        drop(prepared);
        if self.classes.len() >= CLASSES {
            self.classes.clear();
        }
        self.classes.insert(sql.clone(), may);
        may
    }

    fn execute(&self, statement: &Statement) -> Result<String, Failure> {
        if statement.is_script {
            self.inner.execute_batch(&statement.sql).map_err(|error| reported(&error))?;
            return Ok("null".to_owned());
        }
        let mut prepared = self.inner.prepare_cached(&statement.sql).map_err(|error| reported(&error))?;
        bind(&mut prepared, statement).map_err(|error| reported(&error))?;
        match &statement.reading {
            None => self.whole(&mut prepared).map_err(|error| reported(&error)),
            Some(reading) => {
                let mut objects = Objects::default();
                let mut rows = prepared.raw_query();
                while let Some(row) = rows.next().map_err(|error| reported(&error))? {
                    let count = row.as_ref().column_count();
                    objects.push(reading, &mut Data { row, count })?;
                }
                objects.finish(reading)
            }
        }
    }

    /// Columns are asked for at the end: when tables have changed, SQLite prepares the statement again at the first step.
    fn whole(&self, prepared: &mut Prepared<'_>) -> rusqlite::Result<String> {
        let before = self.inner.total_changes();
        let mut written = Rows::default();
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next()? {
            written.push(row, row.as_ref().column_count())?;
        }
        drop(rows);
        // What changes no rows leaves the count of the statement before it.
        let changes = if self.inner.total_changes() == before { 0 } else { self.inner.changes() };
        Ok(written.finish(prepared, changes, self.inner.last_insert_rowid()))
    }
}

fn bind(prepared: &mut Prepared<'_>, statement: &Statement) -> rusqlite::Result<()> {
    prepared.clear_bindings();
    for (at, value) in statement.parameters.iter().take(prepared.parameter_count()).enumerate() {
        prepared.raw_bind_parameter(at + 1, value)?;
    }
    Ok(())
}

/// Whether only the connection that writes knows the answer: its settings, and what its last statement did.
fn is_of_the_writer(sql: &str) -> bool {
    let text = sql.to_ascii_lowercase();
    text.contains("pragma") || text.contains("changes") || text.contains("last_insert_rowid")
}
