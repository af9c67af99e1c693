//! Wakers without a runtime: they note who has something to do, and the session looks at those and no others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

use bolt_core::engine::ConnectionId;

/// Who of one HTTP/2 connection has something to do.
#[derive(Debug, Default)]
pub(super) struct Ready {
    connection: AtomicBool,
    streams: Mutex<Vec<ConnectionId>>,
}

impl Ready {
    /// Whether the connection itself has something to do; it is looked at then.
    pub(super) fn take_connection(&self) -> bool {
        self.connection.swap(false, Ordering::Relaxed)
    }

    /// The connection itself has something to do.
    pub(super) fn set_connection(&self) {
        self.connection.store(true, Ordering::Relaxed);
    }

    /// Streams that have something to do, by their exchanges.
    pub(super) fn take_streams(&self) -> Vec<ConnectionId> {
        std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A waker for the connection itself.
    pub(super) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(self.clone())
    }

    /// A waker for one stream.
    pub(super) fn stream(self: &Arc<Self>, exchange: ConnectionId) -> Arc<StreamReady> {
        Arc::new(StreamReady { ready: self.clone(), exchange, is_noted: AtomicBool::new(false) })
    }
}

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.set_connection();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.set_connection();
    }
}

/// One stream of it.
#[derive(Debug)]
pub(super) struct StreamReady {
    ready: Arc<Ready>,
    exchange: ConnectionId,
    is_noted: AtomicBool,
}

impl StreamReady {
    /// The stream has something to do.
    pub(super) fn set(&self) {
        if !self.is_noted.swap(true, Ordering::Relaxed) {
            self.ready.streams.lock().unwrap_or_else(PoisonError::into_inner).push(self.exchange);
        }
    }

    /// It is looked at now.
    pub(super) fn clear(&self) {
        self.is_noted.store(false, Ordering::Relaxed);
    }
}

impl Wake for StreamReady {
    fn wake(self: Arc<Self>) {
        self.set();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.set();
    }
}
