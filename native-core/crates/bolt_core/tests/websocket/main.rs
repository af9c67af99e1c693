//! WebSockets through the engine: handshake, messages, closing, topics and time.

#[path = "../engine/client.rs"]
mod client;

mod closing;
mod handshake;
mod messages;
mod peer;
mod silence;
mod topics;
