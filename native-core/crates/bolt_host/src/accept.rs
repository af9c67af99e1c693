//! Accepting of connections and their limits.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::IpAddr;

use bolt_core::plan::Limits;

use crate::listen::Listener;
use crate::transport::Stream;

/// Connections accepted in one pass.
const ACCEPTS: usize = 128;
/// Connections over the limit that are told so; any more are closed without a word.
const TOLD: usize = 256;

/// What accepting led to.
#[derive(Debug)]
pub(crate) enum Accepted {
    Connection(Stream, IpAddr),
    /// Over a limit; the text says which.
    TooMany(Stream, IpAddr, String),
    /// Over the limit by far.
    Dropped,
}

/// Why accepting stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Nobody waits.
    Empty,
    /// Enough for one pass.
    Again,
    /// Out of file descriptors or memory: try again later.
    Exhausted,
}

/// Counts connections by address, if there is a limit to it.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    per_address: HashMap<IpAddr, usize>,
}

impl Gate {
    /// Accepts some connections.
    pub(crate) fn accept(
        &mut self,
        listener: &Listener,
        limits: &Limits,
        mut open: usize,
        mut sink: impl FnMut(Accepted),
    ) -> Pause {
        for _ in 0..ACCEPTS {
            match listener.accept() {
                Ok((stream, peer)) => {
                    sink(self.admit(stream, peer, limits, open));
                    open += 1;
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Pause::Empty,
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset => {}
                    _ => return Pause::Exhausted,
                },
            }
        }
        Pause::Again
    }

    fn admit(&mut self, stream: Stream, peer: IpAddr, limits: &Limits, open: usize) -> Accepted {
        if open >= limits.connections.saturating_add(TOLD) {
            return Accepted::Dropped;
        }
        if open >= limits.connections {
            let text = format!("{} connections are already open (limits.connections).", limits.connections);
            return Accepted::TooMany(stream, peer, text);
        }
        // Clients of a Unix domain socket have no address to be told apart by.
        if Self::counts(limits) && matches!(stream, Stream::Tcp(_)) {
            let count = self.per_address.entry(peer).or_default();
            if *count >= limits.connections_per_address {
                let most = limits.connections_per_address;
                let text =
                    format!("{most} connections of this address are already open (limits.connectionsPerAddress).");
                return Accepted::TooMany(stream, peer, text);
            }
            *count += 1;
        }
        Accepted::Connection(stream, peer)
    }

    /// A connection that was admitted is gone.
    pub(crate) fn leave(&mut self, peer: IpAddr) {
        if let Some(count) = self.per_address.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&peer);
            }
        }
    }

    fn counts(limits: &Limits) -> bool {
        limits.connections_per_address < limits.connections
    }
}
