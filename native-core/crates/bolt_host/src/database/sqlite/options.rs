//! How a database is opened, and how long anybody waits for it.

use std::path::PathBuf;
use std::time::Duration;

use bolt_sqlite::Place;
use serde::Deserialize;

/// What JavaScript says (`SqlitePlan` of `sqlite/options.ts`). Times are milliseconds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SqliteOptions {
    place: PlaceOption,
    /// Threads for reads that take long.
    readers: usize,
    /// Statements that may wait.
    queue: usize,
    /// How long a statement may wait for its turn; 0: as long as it takes.
    wait_timeout: u64,
    /// How long a statement waits for a file that another process has locked.
    busy_timeout: u64,
    /// How long a statement may run; 0: as long as it takes.
    statement_timeout: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PlaceOption {
    File(PathBuf),
    Memory(String),
}

/// The same, as the pool uses it.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) place: Place,
    pub(super) readers: usize,
    pub(super) queue: usize,
    pub(super) wait_timeout: Option<Duration>,
    pub(super) busy_timeout: Duration,
    pub(super) statement_timeout: Option<Duration>,
}

impl From<SqliteOptions> for Settings {
    fn from(options: SqliteOptions) -> Self {
        let limit = |ms: u64| (ms > 0).then(|| Duration::from_millis(ms));
        Self {
            place: match options.place {
                PlaceOption::File(path) => Place::File(path),
                PlaceOption::Memory(name) => Place::Memory(name),
            },
            readers: options.readers.max(1),
            queue: options.queue,
            wait_timeout: limit(options.wait_timeout),
            busy_timeout: Duration::from_millis(options.busy_timeout),
            statement_timeout: limit(options.statement_timeout),
        }
    }
}
