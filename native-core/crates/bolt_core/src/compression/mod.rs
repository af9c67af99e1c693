//! Content codings of responses (RFC 9110 §8.4): which one a client takes, which responses are worth it, and the encoders.

mod accept;
mod coding;
mod encoder;
mod media;
mod policy;

pub use accept::Accepted;
pub use coding::Coding;
pub use encoder::Encoder;
pub use policy::Compression;
