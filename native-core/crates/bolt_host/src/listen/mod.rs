//! Listening sockets: what can be asked for, and what was opened.

mod error;
mod listener;
#[cfg(unix)]
mod unix;

pub use error::ListenError;
pub use listener::{Bound, Listener};

use serde::Deserialize;

use crate::tls::TlsOptions;

/// How to listen.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListenOptions {
    /// Where.
    pub at: Place,
    /// Connections that the kernel completes before they are accepted; it may have a lower limit of its own. 1024 unless set.
    #[serde(default = "backlog")]
    pub backlog: i32,
    /// Where sockets are read and written.
    #[serde(default)]
    pub io: InputOutput,
    /// Unless set, clients speak without TLS.
    #[serde(default)]
    pub tls: Option<TlsOptions>,
    /// Whether HTTP/2 is spoken: by TLS to clients that choose it (ALPN, RFC 9113 §3.2), without to those that begin with it
    /// (§3.3). False unless set.
    #[serde(default)]
    pub http2: bool,
}

/// Where sockets are read and written, and requests answered that need no handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputOutput {
    /// In the event loop that runs the handlers: the least work for each request.
    Loop,
    /// On a thread of its own, so that nothing of that waits for handlers.
    Thread,
}

impl Default for InputOutput {
    fn default() -> Self {
        // There the poll of a host cannot be part of another event loop.
        if cfg!(windows) { Self::Thread } else { Self::Loop }
    }
}

/// Where to listen.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Place {
    /// A TCP port.
    Tcp {
        /// A name or an address.
        host: String,
        /// 0 takes a free one.
        port: u16,
        /// Whether other sockets that also say so may have the same port; the kernel spreads connections over them (SO_REUSEPORT).
        #[serde(default)]
        reuse_port: bool,
    },
    /// A Unix domain socket.
    Unix {
        /// Of the socket file, which is made, and removed when the listener closes.
        path: String,
        /// Permissions of the file, those that the process gives new files (its umask) unless set.
        #[serde(default)]
        mode: Option<u32>,
    },
    /// A listening socket that somebody else opened, by the number of its descriptor.
    Descriptor(i32),
}

fn backlog() -> i32 {
    1024
}

impl ListenOptions {
    /// A TCP port of a host, everything else as usual.
    pub fn tcp(host: &str, port: u16) -> Self {
        Self {
            at: Place::Tcp { host: host.to_owned(), port, reuse_port: false },
            backlog: backlog(),
            io: InputOutput::default(),
            tls: None,
            http2: false,
        }
    }

    /// Reads options from their JSON text.
    ///
    /// # Errors
    /// An unknown key or a value of the wrong type.
    pub fn parse(json: &str) -> Result<Self, ListenError> {
        serde_json::from_str(json).map_err(|error| ListenError::new("EINVAL", format!("listen options: {error}")))
    }
}
