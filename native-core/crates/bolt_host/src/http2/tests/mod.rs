//! The session without sockets, with the client of the `h2` crate or bytes made by hand on the other side.
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

mod floods;
mod life;
mod pace;
mod requests;
mod rig;
mod streams;

pub(crate) use rig::plan;
