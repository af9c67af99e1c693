//! Pools of connections to PostgreSQL, on the poll of the host: what the requests of one pass ask is one write for each connection.

mod connection;
mod encryption;
mod options;
mod pool;
mod resolve;
mod statements;
mod transactions;

pub use options::PoolOptions;
pub(super) use pool::Pool;
