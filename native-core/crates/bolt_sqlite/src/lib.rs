//! One connection to SQLite, which blocks: statements in, outcomes as JSON out. Who uses it chooses the thread, and says how long a statement may run.
//!
//! What statements give is what `@libsql/client` gives, whose place this takes: numbers are bound as REAL, and a statement with columns tells of no
//! changed rows.
#![forbid(unsafe_code)]

mod alarm;
mod connection;
mod failure;
mod outcome;
mod rows;
mod statement;
mod value;

pub use alarm::Alarm;
pub use bolt_sql::{Failure, codes};
pub use connection::{Connection, Place, Read};
pub use rows::{ColumnPlan, Form, Layout, Reading};
pub use rusqlite::types::Value as Parameter;
pub use statement::Statement;
pub use value::{decode_blob, truth};
