//! HTTP/1.1 on the wire (RFC 9110, RFC 9112): reading heads and bodies, writing responses.

pub mod chunked;
pub mod date;
pub mod framing;
pub mod head;
pub mod method;
pub mod percent;
pub mod response;
pub mod span;
pub mod target;

pub use framing::Framing;
pub use head::{Head, Parsed};
pub use method::Method;
pub use span::Span;
