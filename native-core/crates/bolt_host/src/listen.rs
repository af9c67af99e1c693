//! Opening of a listening socket.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use mio::net::TcpListener;
use serde::Deserialize;
use socket2::{Domain, Protocol, Socket, Type};

/// Where to listen.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListenOptions {
    /// 0 takes a free one.
    pub port: u16,
    /// A name or an address.
    pub host: String,
    /// Connections that the kernel completes before they are accepted.
    #[serde(default = "backlog")]
    pub backlog: i32,
}

fn backlog() -> i32 {
    1024
}

/// The address could not be listened on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenError {
    /// As Node names it: `EADDRINUSE`, `EACCES`, …
    pub code: &'static str,
    /// What failed and why.
    pub message: String,
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ListenError {}

impl ListenError {
    fn new(at: &str, error: &io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::AddrInUse => "EADDRINUSE",
            io::ErrorKind::PermissionDenied => "EACCES",
            io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
            io::ErrorKind::InvalidInput => "EINVAL",
            _ => "ELISTEN",
        };
        Self { code, message: format!("listen on {at}: {error}") }
    }
}

impl ListenOptions {
    /// Reads options from their JSON text.
    ///
    /// # Errors
    /// An unknown key or a value of the wrong type.
    pub fn parse(json: &str) -> Result<Self, ListenError> {
        serde_json::from_str(json)
            .map_err(|error| ListenError { code: "EINVAL", message: format!("listen options: {error}") })
    }

    /// Opens the socket on the first address of the host that can be had.
    pub(crate) fn open(&self) -> Result<(TcpListener, SocketAddr), ListenError> {
        let at = format!("{}:{}", self.host, self.port);
        let addresses = (self.host.as_str(), self.port).to_socket_addrs().map_err(|error| ListenError {
            code: "ENOTFOUND",
            message: format!("listen on {at}: the host is not known ({error})"),
        })?;
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match bind(address, self.backlog) {
                Ok(listener) => {
                    let local = listener.local_addr().map_err(|error| ListenError::new(&at, &error))?;
                    return Ok((listener, local));
                }
                Err(error) => last = error,
            }
        }
        Err(ListenError::new(&at, &last))
    }
}

fn bind(address: SocketAddr, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Windows this would let a second process take the port over.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(TcpListener::from_std(socket.into()))
}
