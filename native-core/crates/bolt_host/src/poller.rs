//! The wait for readiness.

use std::io;
use std::time::Duration;

use mio::{Events, Poll, Registry};

/// Readiness events taken at one time, so that other work of the loop is not starved.
const EVENTS: usize = 256;

/// What a host waits with. Apart from the host, so that a thread can wait without having the host to itself.
#[derive(Debug)]
pub struct Poller {
    poll: Poll,
    events: Events,
}

impl Poller {
    /// A poller, and where its host registers sockets.
    pub(crate) fn new() -> io::Result<(Self, Registry)> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        Ok((Self { poll, events: Events::with_capacity(EVENTS) }, registry))
    }

    /// Waits at most `timeout` for something to happen; forever without one.
    ///
    /// # Errors
    /// The poll itself failed.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        match self.poll.poll(&mut self.events, timeout) {
            // A signal came.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            waited => waited,
        }
    }

    /// What the last wait found.
    pub(crate) fn events(&self) -> &Events {
        &self.events
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for Poller {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.poll.as_raw_fd()
    }
}
