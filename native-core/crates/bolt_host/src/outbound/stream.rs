//! Streams that the host opens.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use mio::{Interest, Token};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::source::{Direction, Source};
use super::{FIRST_TOKEN, Outbound, Shared, lock};
use crate::transport;

/// How long a connection is silent before the system asks whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// A connected stream, TCP or Unix domain. Closed when dropped.
#[derive(Debug)]
pub struct Stream {
    socket: transport::Stream,
    source: Arc<Source>,
    place: Place,
}

/// A place in the table of sources, given back when dropped.
#[derive(Debug)]
struct Place {
    shared: Arc<Shared>,
    key: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        let source = lock(&self.shared.sources).try_remove(self.key);
        drop(source);
    }
}

impl Outbound {
    /// Connects to an address. Small writes are sent at once (TCP_NODELAY). There is no timeout: race it with [`Outbound::sleep`].
    ///
    /// # Errors
    /// Whatever the system says: refused, unreachable, out of descriptors.
    pub async fn connect_tcp(&self, address: SocketAddr) -> io::Result<Stream> {
        let socket = mio::net::TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        // Who only listens would not notice that the other side is gone.
        SockRef::from(&socket).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEP_ALIVE))?;
        self.connected(transport::Stream::Tcp(socket)).await
    }

    /// Connects to a Unix domain socket.
    ///
    /// # Errors
    /// Whatever the system says: refused, no such file, not allowed.
    #[cfg(unix)]
    pub async fn connect_unix(&self, path: impl AsRef<std::path::Path>) -> io::Result<Stream> {
        self.connected(transport::Stream::Unix(mio::net::UnixStream::connect(path)?)).await
    }

    async fn connected(&self, mut socket: transport::Stream) -> io::Result<Stream> {
        let source = Arc::<Source>::default();
        let place = Place { shared: self.0.clone(), key: lock(&self.0.sources).insert(source.clone()) };
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.0.registry.register(socket.source(), Token(FIRST_TOKEN + place.key), interest)?;
        let stream = Stream { socket, source, place };
        poll_fn(|cx| stream.poll_connected(cx)).await?;
        Ok(stream)
    }
}

impl Stream {
    fn poll_connected(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.source.poll_ready(Direction::Write, cx));
            if self.socket.is_connected()? {
                return Poll::Ready(Ok(()));
            }
            // An event that was meant for another socket with the same number.
            self.source.exhausted(Direction::Write);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.source.poll_ready(Direction::Read, cx));
            let mut buffer = lock(&self.place.shared.buffer);
            let room = out.remaining().min(buffer.len());
            match self.socket.receive(&mut buffer[..room]) {
                Ok(count) => {
                    if count < room {
                        self.source.drained();
                    }
                    out.put_slice(&buffer[..count]);
                    return Poll::Ready(Ok(()));
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => self.source.exhausted(Direction::Read),
                    ErrorKind::Interrupted => {}
                    _ => return Poll::Ready(Err(error)),
                },
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.source.poll_ready(Direction::Write, cx));
            match self.socket.send(bytes, false) {
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => self.source.exhausted(Direction::Write),
                    ErrorKind::Interrupted => {}
                    _ => return Poll::Ready(Err(error)),
                },
                sent => return Poll::Ready(sent),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.socket.shut_down() {
            // The peer was quicker.
            Err(error) if error.kind() == ErrorKind::NotConnected => Poll::Ready(Ok(())),
            shut => Poll::Ready(shut),
        }
    }
}
