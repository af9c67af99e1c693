//! WebSocket (RFC 6455) and its compression (RFC 7692), without sockets: bytes go in, messages and frames come out.
//!
//! [`handshake`] judges the request that asks for an upgrade, [`Decoder`] reads what a client sends, [`frame`] writes what a server sends.

pub mod close;
mod decoder;
pub mod deflate;
pub mod extension;
pub mod frame;
pub mod handshake;
mod mask;

pub use close::{CloseCode, Fault};
pub use decoder::{Decoder, Item};
pub use deflate::{Deflater, Inflater};
pub use extension::Deflate;
pub use frame::Opcode;
