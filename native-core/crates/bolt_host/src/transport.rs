//! What carries bytes: one type for every kind of stream, so that everything above it is written once.
//!
//! On Linux reads and writes go to the kernel without libc: its `recv` and `send` are cancellation points, which costs each of them two
//! extra calls in a process with threads, as Node is.

use std::io;
use std::net::Shutdown;
use std::time::Duration;

#[cfg(target_os = "linux")]
use bolt_core::engine::FilePart;
use mio::event::Source;
use mio::net::TcpStream;
#[cfg(unix)]
use mio::net::UnixStream;
use socket2::SockRef;

/// Most bytes of a file that one call sends.
#[cfg(target_os = "linux")]
const FILE_PIECE: u64 = 512 * 1024;

/// An open stream socket that does not block.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    /// Reads what is there; 0 at the end of the stream.
    #[inline]
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => receive(stream, buffer),
            #[cfg(unix)]
            Self::Unix(stream) => receive(stream, buffer),
        }
    }

    /// Writes what the kernel takes. A peer that is gone is an error, never a signal. `more`: what follows at once may fill its last segment.
    #[inline]
    pub(crate) fn send(&self, bytes: &[u8], more: bool) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => send(stream, bytes, more),
            #[cfg(unix)]
            Self::Unix(stream) => send(stream, bytes, more),
        }
    }

    /// Has the kernel send part of a file, without a copy in this process; 0 when the file ends before it.
    #[cfg(target_os = "linux")]
    pub(crate) fn send_file(&self, part: &FilePart<'_>) -> io::Result<usize> {
        let (mut offset, count) = (part.offset, part.left.min(FILE_PIECE) as usize);
        Ok(match self {
            Self::Tcp(stream) => rustix::fs::sendfile(stream, part.file, Some(&mut offset), count),
            Self::Unix(stream) => rustix::fs::sendfile(stream, part.file, Some(&mut offset), count),
        }?)
    }

    /// Bytes that were sent and have not reached the other side's system; 0 where this system does not tell.
    pub(crate) fn unacknowledged(&self) -> u64 {
        match self {
            Self::Tcp(stream) => unacknowledged(stream),
            #[cfg(unix)]
            Self::Unix(stream) => unacknowledged(stream),
        }
    }

    /// Ends the writing side.
    pub(crate) fn shut_down(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            #[cfg(unix)]
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
        }
    }

    /// Has closing look like a failure to the peer. A Unix domain socket cannot do that.
    pub(crate) fn reset_when_closed(&self) {
        match self {
            // If it cannot be had, an ordinary end must do.
            Self::Tcp(stream) => drop(SockRef::from(stream).set_linger(Some(Duration::ZERO))),
            #[cfg(unix)]
            Self::Unix(_) => {}
        }
    }

    /// Whether a connection that was begun is there; false while it is under way.
    ///
    /// # Errors
    /// It failed.
    pub(crate) fn is_connected(&self) -> io::Result<bool> {
        let (error, peer) = match self {
            Self::Tcp(stream) => (stream.take_error()?, stream.peer_addr().map(drop)),
            #[cfg(unix)]
            Self::Unix(stream) => (stream.take_error()?, stream.peer_addr().map(drop)),
        };
        match (error, peer) {
            (Some(error), _) => Err(error),
            (None, Err(error)) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            (None, peer) => peer.map(|()| true),
        }
    }

    /// What a poll is told about.
    pub(crate) fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Tcp(stream) => stream,
            #[cfg(unix)]
            Self::Unix(stream) => stream,
        }
    }
}

#[cfg(target_os = "linux")]
#[inline]
fn receive(socket: impl std::os::fd::AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    let (count, _) = rustix::net::recv(socket, buffer, rustix::net::RecvFlags::empty())?;
    Ok(count)
}

#[cfg(target_os = "linux")]
#[inline]
fn send(socket: impl std::os::fd::AsFd, bytes: &[u8], more: bool) -> io::Result<usize> {
    use rustix::net::SendFlags;
    let more = if more { SendFlags::MORE } else { SendFlags::empty() };
    Ok(rustix::net::send(socket, bytes, SendFlags::NOSIGNAL | more)?)
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[expect(unsafe_code, reason = "no crate at hand has a safe form of this request")]
fn unacknowledged(socket: impl std::os::fd::AsFd) -> u64 {
    /// `SIOCOUTQ` of these architectures.
    const OUTPUT_QUEUE: rustix::ioctl::Opcode = 0x5411;
    // SAFETY: of a socket the request writes one C int, which the getter has room for, and reads nothing.
    let queued = unsafe { rustix::ioctl::ioctl(socket, rustix::ioctl::Getter::<OUTPUT_QUEUE, i32>::new()) };
    queued.ok().and_then(|queued| u64::try_from(queued).ok()).unwrap_or_default()
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn unacknowledged<S>(_: &S) -> u64 {
    0
}

// Elsewhere mio must see each call: on Windows that is how it learns to report readiness again.
#[cfg(not(target_os = "linux"))]
fn receive<S>(socket: &S, buffer: &mut [u8]) -> io::Result<usize>
where
    for<'s> &'s S: io::Read,
{
    let mut socket = socket;
    io::Read::read(&mut socket, buffer)
}

#[cfg(not(target_os = "linux"))]
fn send<S>(socket: &S, bytes: &[u8], _more: bool) -> io::Result<usize>
where
    for<'s> &'s S: io::Write,
{
    let mut socket = socket;
    io::Write::write(&mut socket, bytes)
}
