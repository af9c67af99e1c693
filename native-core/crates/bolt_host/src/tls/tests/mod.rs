//! The session without sockets, with a client of rustls on the other side.

mod handshakes;
mod rig;
mod settings;
mod traffic;
