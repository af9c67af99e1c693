//! Tasks and connections that the host opens itself, driven in the loop and on a thread.

#[path = "../support/server.rs"]
mod server;

mod drive;
mod ends;
mod streams;
mod tasks;
