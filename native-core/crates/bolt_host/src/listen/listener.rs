//! An open listening socket.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use mio::event::Source;
use mio::net::TcpListener;
use socket2::{Domain, Protocol, Socket, Type};

#[cfg(unix)]
use super::unix::UnixListener;
use super::{ListenError, ListenOptions, Place};
use crate::transport::Stream;

/// Who clients of a Unix domain socket seem to be: such a socket has no addresses, and is reached from this machine only.
#[cfg(unix)]
const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Where a listener can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// An address and a port.
    Ip(SocketAddr),
    /// A socket file.
    Path(PathBuf),
}

/// A listening socket that nobody accepts from yet. A socket file that it made is removed with it.
#[derive(Debug)]
pub struct Listener {
    socket: Kind,
    bound: Bound,
}

#[derive(Debug)]
enum Kind {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Listener {
    /// Opens what the options ask for. A descriptor is not opened but handed over: see [`Listener::inherit`].
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn open(options: &ListenOptions) -> Result<Self, ListenError> {
        match &options.at {
            Place::Tcp { host, port, reuse_port } => tcp(host, *port, *reuse_port, options.backlog),
            #[cfg(unix)]
            Place::Unix { path, mode } => {
                let (socket, path) = UnixListener::open(path, *mode, options.backlog)?;
                Ok(Self { socket: Kind::Unix(socket), bound: Bound::Path(path) })
            }
            #[cfg(not(unix))]
            Place::Unix { path, .. } => {
                let message = format!("listen on {path}: there are no Unix domain sockets on this platform");
                Err(ListenError::new("ENOTSUP", message))
            }
            Place::Descriptor(number) => {
                Err(ListenError::new("EINVAL", format!("listen: descriptor {number} must be handed over, not opened")))
            }
        }
    }

    /// Listens on a socket that somebody else opened, by a descriptor of its own. A socket file stays theirs.
    ///
    /// # Errors
    /// It does not listen, or is of an unknown kind.
    #[cfg(unix)]
    pub fn inherit(descriptor: std::os::fd::BorrowedFd<'_>) -> Result<Self, ListenError> {
        let refused = |why: &str| ListenError::new("EINVAL", format!("listen on an inherited descriptor: {why}"));
        let socket = Socket::from(descriptor.try_clone_to_owned().map_err(|error| refused(&error.to_string()))?);
        let address = socket.local_addr().map_err(|error| refused(&error.to_string()))?;
        // Apple's systems do not tell; there the first accept fails instead.
        #[cfg(not(target_vendor = "apple"))]
        if !rustix::net::sockopt::socket_acceptconn(&socket).unwrap_or(false) {
            return Err(refused("the socket does not listen"));
        }
        socket.set_nonblocking(true).map_err(|error| refused(&error.to_string()))?;
        if let Some(address) = address.as_socket() {
            inherit_no_delay(&socket);
            return Ok(Self { socket: Kind::Tcp(TcpListener::from_std(socket.into())), bound: Bound::Ip(address) });
        }
        if address.is_unix() {
            let path = address.as_pathname().map(PathBuf::from).unwrap_or_default();
            return Ok(Self { socket: Kind::Unix(UnixListener::inherit(socket)), bound: Bound::Path(path) });
        }
        Err(refused("it is neither a TCP nor a Unix domain socket"))
    }

    /// Gives the socket away; a socket file is left where it is.
    #[cfg(unix)]
    pub fn into_descriptor(self) -> std::os::fd::OwnedFd {
        match self.socket {
            Kind::Tcp(socket) => std::net::TcpListener::from(std::os::fd::OwnedFd::from(socket)).into(),
            Kind::Unix(socket) => socket.into_descriptor(),
        }
    }

    /// Where it can be reached.
    pub fn bound(&self) -> &Bound {
        &self.bound
    }

    /// The next client and its address.
    pub(crate) fn accept(&self) -> io::Result<(Stream, IpAddr)> {
        match &self.socket {
            Kind::Tcp(listener) => {
                let (stream, address) = listener.accept()?;
                if !NO_DELAY_IS_INHERITED {
                    // Fails only for a client that is gone already.
                    let _ = stream.set_nodelay(true);
                }
                Ok((Stream::Tcp(stream), address.ip().to_canonical()))
            }
            #[cfg(unix)]
            Kind::Unix(listener) => Ok((Stream::Unix(listener.accept()?), LOCAL)),
        }
    }

    /// What a poll is told about.
    pub(crate) fn source(&mut self) -> &mut dyn Source {
        match &mut self.socket {
            Kind::Tcp(listener) => listener,
            #[cfg(unix)]
            Kind::Unix(listener) => listener.source(),
        }
    }
}

/// Opens the socket on the first address of the host that can be had.
fn tcp(host: &str, port: u16, reuse_port: bool, backlog: i32) -> Result<Listener, ListenError> {
    let at = format!("{host}:{port}");
    let addresses = (host, port)
        .to_socket_addrs()
        .map_err(|error| ListenError::new("ENOTFOUND", format!("listen on {at}: the host is not known ({error})")))?;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match bind(address, reuse_port, backlog) {
            Ok(listener) => {
                let local = listener.local_addr().map_err(|error| ListenError::of(&at, &error))?;
                return Ok(Listener { socket: Kind::Tcp(listener), bound: Bound::Ip(local) });
            }
            Err(error) => last = error,
        }
    }
    Err(ListenError::of(&at, &last))
}

fn bind(address: SocketAddr, reuse_port: bool, backlog: i32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Windows this would let a second process take the port over.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if reuse_port {
        #[cfg(unix)]
        socket.set_reuse_port(true)?;
        #[cfg(not(unix))]
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "ports cannot be shared on this platform"));
    }
    socket.set_nonblocking(true)?;
    inherit_no_delay(&socket);
    socket.bind(&address.into())?;
    socket.listen(backlog)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// On Linux accepted sockets have the options of their listener: one call instead of one for each connection.
const NO_DELAY_IS_INHERITED: bool = cfg!(target_os = "linux");

fn inherit_no_delay(socket: &Socket) {
    if NO_DELAY_IS_INHERITED {
        // Without it answers still arrive, only later.
        let _ = socket.set_tcp_nodelay(true);
    }
}
