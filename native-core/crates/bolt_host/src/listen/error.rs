//! Why a listening socket could not be had.

use std::fmt;
use std::io;

/// The address could not be listened on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenError {
    /// As Node names it: `EADDRINUSE`, `EACCES`, …
    pub code: &'static str,
    /// What failed and why.
    pub message: String,
}

impl ListenError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// An error of the system at a place.
    pub(crate) fn of(at: &str, error: &io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::AddrInUse => "EADDRINUSE",
            io::ErrorKind::PermissionDenied => "EACCES",
            io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
            io::ErrorKind::InvalidInput => "EINVAL",
            io::ErrorKind::NotFound => "ENOENT",
            io::ErrorKind::AlreadyExists => "EEXIST",
            _ => "ELISTEN",
        };
        Self::new(code, format!("listen on {at}: {error}"))
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ListenError {}
