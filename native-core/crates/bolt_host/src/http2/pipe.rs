//! The in-memory transport that the `h2` crate reads and writes, in place of a socket.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes to the client beyond which the protocol has to wait until some were taken.
const MAX_OUTGOING: usize = 128 * 1024;
/// Bytes from the client beyond which no more are taken from the socket. The protocol leaves any only while it waits to write.
const MAX_INCOMING: usize = 64 * 1024;

/// One end is the protocol's (by its `AsyncRead` and `AsyncWrite`), the other the session's.
#[derive(Debug, Clone, Default)]
pub(super) struct Pipe(Arc<Mutex<Ends>>);

#[derive(Debug, Default)]
struct Ends {
    incoming: Vec<u8>,
    /// How much of `incoming` was read.
    read: usize,
    is_ended: bool,
    outgoing: Vec<u8>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that came from the client.
    pub(super) fn receive(&self, bytes: &[u8]) {
        let mut ends = self.ends();
        ends.incoming.extend_from_slice(bytes);
        wake(&mut ends.reader);
    }

    /// The client sends nothing more.
    pub(super) fn end(&self) {
        let mut ends = self.ends();
        ends.is_ended = true;
        wake(&mut ends.reader);
    }

    /// Whether more bytes are taken.
    pub(super) fn has_room(&self) -> bool {
        let ends = self.ends();
        !ends.is_ended && ends.incoming.len() - ends.read < MAX_INCOMING
    }

    /// Whether there are bytes to the client.
    pub(super) fn has_outgoing(&self) -> bool {
        !self.ends().outgoing.is_empty()
    }

    /// Exchanges the bytes to the client for an empty buffer.
    pub(super) fn swap_outgoing(&self, buffer: &mut Vec<u8>) {
        let mut ends = self.ends();
        std::mem::swap(&mut ends.outgoing, buffer);
        wake(&mut ends.writer);
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl AsyncRead for Pipe {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut ends = self.ends();
        let available = &ends.incoming[ends.read..];
        if available.is_empty() && !ends.is_ended {
            ends.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = available.len().min(buffer.remaining());
        buffer.put_slice(&available[..count]);
        ends.read += count;
        if ends.read == ends.incoming.len() {
            ends.incoming.clear();
            ends.read = 0;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut ends = self.ends();
        let room = MAX_OUTGOING.saturating_sub(ends.outgoing.len());
        if room == 0 {
            ends.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = bytes.len().min(room);
        ends.outgoing.extend_from_slice(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
