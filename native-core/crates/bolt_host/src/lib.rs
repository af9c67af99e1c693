//! Drives the engine of `bolt_core`: sockets, timers and in-memory connections.
//!
//! A [`Host`] has its own poll, whose file descriptor can sit in another event loop: when it is readable, call [`Host::turn`], run the
//! calls of the engine, then [`Host::settle`], until there is nothing left. No method calls back.
#![deny(unsafe_code)]

mod accept;
mod budget;
pub mod database;
mod host;
mod http2;
mod listen;
mod memory;
pub mod outbound;
mod poller;
mod report;
mod session;
mod socket;
mod thread;
mod time;
mod tls;
mod transport;

pub use bolt_core as core;
pub use bolt_postgres as postgres;
pub use budget::Budget;
pub use host::Host;
pub use listen::{Bound, InputOutput, ListenError, ListenOptions, Listener, Place};
pub use memory::Injected;
pub use poller::Poller;
pub use report::report;
pub use session::Protocols;
pub use thread::{HostThread, Locked};
pub use tls::{CertificateOptions, ClientAuth, TlsError, TlsOptions, Version};
