//! One connection to PostgreSQL, without sockets: bytes in, bytes out, and the outcomes of statements (protocol 3.0, PostgreSQL manual,
//! chapter "Frontend/Backend Protocol"). Messages are written and read by `postgres-protocol`.
//!
//! Statements are pipelined: each ends with a Sync of its own, so that one which fails takes no other with it, and they are answered in the
//! order in which they were sent. Whoever drives a [`Session`] chooses which statements may share it.
#![forbid(unsafe_code)]

mod cache;
mod failure;
mod outcome;
pub mod rows;
mod session;
mod startup;
mod statement;

pub use bolt_sql::{Failure, codes};
pub use session::{Done, Session, TransactionStatus};
pub use startup::Credentials;
pub use statement::{Parameter, Statement};

/// The message that asks a server to encrypt the connection, before anything else; it answers with one byte, `S` or `N` (manual, "SSLRequest").
pub const ENCRYPTION_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// The message that asks a server to cancel what another connection runs; sent on a connection of its own, which the server then closes.
pub fn cancel_request(process: i32, secret: i32) -> Vec<u8> {
    let mut bytes = bytes::BytesMut::new();
    postgres_protocol::message::frontend::cancel_request(process, secret, &mut bytes);
    bytes.to_vec()
}
