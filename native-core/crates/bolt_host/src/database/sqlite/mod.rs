//! SQLite. What reads, and is quick, runs where the host is driven, as a thread would cost more than the rows do; what writes, or takes long, runs on
//! threads of the pool.

mod options;
mod pool;
mod state;
mod statements;
mod worker;

pub use options::SqliteOptions;
pub(super) use pool::Pool;
