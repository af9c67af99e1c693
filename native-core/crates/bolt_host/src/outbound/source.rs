//! What the poll said about a socket, kept until the socket says otherwise: readiness is reported once only.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use mio::event::Event;

use super::lock;

/// Which way bytes go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Direction {
    Read = 0,
    Write = 1,
}

/// Readiness of one socket, and who waits for it.
#[derive(Debug, Default)]
pub(super) struct Source(Mutex<[Side; 2]>);

#[derive(Debug, Default)]
struct Side {
    is_ready: bool,
    /// The peer ended this direction, or an error did: it stays ready.
    is_over: bool,
    waker: Option<Waker>,
}

impl Source {
    pub(super) fn on_event(&self, event: &Event) {
        let error = event.is_error();
        let read = (event.is_readable() || error, event.is_read_closed() || error);
        let write = (event.is_writable() || error, event.is_write_closed() || error);
        let wakers = {
            let [reader, writer] = &mut *lock(&self.0);
            [reader.set(read), writer.set(write)]
        };
        for waker in wakers.into_iter().flatten() {
            waker.wake();
        }
    }

    /// Whether a direction is worth trying; who asks is woken when it becomes so.
    pub(super) fn poll_ready(&self, direction: Direction, cx: &Context<'_>) -> Poll<()> {
        let old = {
            let side = &mut lock(&self.0)[direction as usize];
            if side.is_ready {
                return Poll::Ready(());
            }
            if side.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                return Poll::Pending;
            }
            side.waker.replace(cx.waker().clone())
        };
        drop(old);
        Poll::Pending
    }

    /// The socket would block.
    pub(super) fn exhausted(&self, direction: Direction) {
        lock(&self.0)[direction as usize].is_ready = false;
    }

    /// The socket gave less than there was room for, so it would block now. At the end of a stream only another read tells.
    pub(super) fn drained(&self) {
        let side = &mut lock(&self.0)[Direction::Read as usize];
        side.is_ready = side.is_over;
    }
}

impl Side {
    fn set(&mut self, (is_ready, is_over): (bool, bool)) -> Option<Waker> {
        self.is_over |= is_over;
        self.is_ready |= is_ready || is_over;
        if is_ready || is_over { self.waker.take() } else { None }
    }
}
