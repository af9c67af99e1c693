//! One accepted connection and what edge-triggered readiness must not forget about it.

use std::io::ErrorKind;
use std::net::IpAddr;

use bolt_core::engine::ConnectionId;
use bolt_core::{Engine, Fate};

use crate::session::Session;
use crate::transport::Stream;

/// Reads of one connection in one pass; a faster client waits for the next pass, so that it cannot starve the others.
const READS: usize = 4;
/// Writes of one connection in one pass; more than one only when a file is sent piece by piece.
const WRITES: usize = 4;
/// Whether a read or write of less than was possible says that the next one would block, so that it can be spared. On Windows mio reports
/// readiness again only after a call that did block.
const SHORT_IS_LAST: bool = !cfg!(windows);

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) stream: Stream,
    pub(crate) session: Session,
    pub(crate) peer: IpAddr,
    /// There may be bytes that were not read: readiness is reported once only.
    pub(crate) readable: bool,
    /// The client closed its side, so a short read is no reason to stop before the end of the stream.
    pub(crate) hung_up: bool,
    /// The next pass looks at it anyway.
    pub(crate) is_queued: bool,
    /// It took less than there was to write: only then does it matter that it can be written to, which every event says.
    pub(crate) blocked: bool,
    shut: bool,
    /// Bytes that the system took.
    written: u64,
    /// How much had reached the client when it was last looked at, since it blocked.
    reached: Option<i64>,
}

/// What is left to do for a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Wait for readiness.
    Wait,
    /// Come back in the next pass.
    Again,
    /// Close it.
    Close,
}

impl Socket {
    pub(crate) fn new(stream: Stream, session: Session, peer: IpAddr) -> Self {
        Self {
            stream,
            session,
            peer,
            readable: false,
            hung_up: false,
            is_queued: false,
            blocked: false,
            shut: false,
            written: 0,
            reached: None,
        }
    }

    /// Reads what is there, as far as it is wanted.
    pub(crate) fn read(&mut self, engine: &mut Engine, id: ConnectionId, buffer: &mut [u8]) -> Next {
        for _ in 0..READS {
            if !self.readable || !self.session.wants_input(engine, id) {
                return Next::Wait;
            }
            match self.stream.receive(buffer) {
                Ok(0) => {
                    self.readable = false;
                    self.session.end_of_input(engine, id);
                    return Next::Wait;
                }
                Ok(count) => {
                    self.session.receive(engine, id, &buffer[..count]);
                    if SHORT_IS_LAST && count < buffer.len() && !self.hung_up {
                        self.readable = false;
                        return Next::Wait;
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => {
                        self.readable = false;
                        return Next::Wait;
                    }
                    ErrorKind::Interrupted => {}
                    _ => return Next::Close,
                },
            }
        }
        if self.session.wants_input(engine, id) { Next::Again } else { Next::Wait }
    }

    /// Writes what there is, and follows the engine's decision on the connection.
    pub(crate) fn write(&mut self, engine: &mut Engine, id: ConnectionId) -> Next {
        for _ in 0..WRITES {
            let more = engine.file(id).is_some();
            let output = self.session.output(engine, id);
            if output.is_empty() {
                match self.send_file(engine, id) {
                    Some(Next::Again) => continue,
                    Some(next) => return next,
                    None => return self.follow(engine, id),
                }
            }
            match self.stream.send(output, more) {
                Ok(count) => {
                    let all = count == output.len();
                    self.written += count as u64;
                    self.session.wrote(engine, id, count);
                    if SHORT_IS_LAST && !all {
                        return self.block(engine, id);
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return self.block(engine, id),
                    ErrorKind::Interrupted => {}
                    _ => return Next::Close,
                },
            }
        }
        if self.has_output(engine, id) { Next::Again } else { self.follow(engine, id) }
    }

    /// Whether there is something to write.
    fn has_output(&mut self, engine: &mut Engine, id: ConnectionId) -> bool {
        !self.session.output(engine, id).is_empty() || engine.file(id).is_some()
    }

    /// Sends of a file what the system takes; `None` when none is to be sent.
    #[cfg(target_os = "linux")]
    fn send_file(&mut self, engine: &mut Engine, id: ConnectionId) -> Option<Next> {
        let part = engine.file(id)?;
        Some(match self.stream.send_file(&part) {
            Ok(count) => {
                self.written += count as u64;
                engine.sent_file(id, count as u64);
                // It may be less than there is room for: only the next attempt tells.
                Next::Again
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => self.block(engine, id),
                ErrorKind::Interrupted => Next::Again,
                _ => Next::Close,
            },
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn send_file(&mut self, _: &mut Engine, _: ConnectionId) -> Option<Next> {
        None
    }

    /// The client has to take some of it first.
    #[cold]
    fn block(&mut self, engine: &mut Engine, id: ConnectionId) -> Next {
        if !std::mem::replace(&mut self.blocked, true) {
            self.reached = None;
            engine.blocked(id);
        }
        match self.session.fate(engine, id) {
            Fate::Open | Fate::Linger => Next::Wait,
            Fate::Close => Next::Close,
            Fate::Reset => {
                self.stream.reset_when_closed();
                Next::Close
            }
        }
    }

    /// How many bytes reached the client since this was last asked while it was blocked; `None` the first time.
    pub(crate) fn progress(&mut self) -> Option<u64> {
        let reached = self.written as i64 - self.stream.unacknowledged() as i64;
        let before = self.reached.replace(reached)?;
        Some(u64::try_from(reached - before).unwrap_or_default())
    }

    fn follow(&mut self, engine: &mut Engine, id: ConnectionId) -> Next {
        if std::mem::take(&mut self.blocked) {
            engine.unblocked(id);
        }
        match self.session.fate(engine, id) {
            Fate::Open => Next::Wait,
            Fate::Close => Next::Close,
            Fate::Reset => {
                self.stream.reset_when_closed();
                Next::Close
            }
            Fate::Linger if self.shut => Next::Wait,
            Fate::Linger => {
                self.shut = true;
                engine.lingering(id);
                match self.stream.shut_down() {
                    Ok(()) => Next::Wait,
                    Err(_) => Next::Close,
                }
            }
        }
    }
}
