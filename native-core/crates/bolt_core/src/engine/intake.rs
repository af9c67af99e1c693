//! Bytes in: what a host calls with what it read.

use super::answer::{Answer, Meta, Writer};
use super::app::App;
use super::connection::{Connection, KEEP, Phase};
use super::observe::Seen;
use super::{ConnectionId, Context, Engine, Fate, begin, body, socket};
use crate::error::{ErrorCode, Refusal};
use crate::http::{Framing, Parsed};

impl Engine {
    /// Takes bytes that a connection received, in order. They may hold part of a request or many.
    pub fn receive(&mut self, id: ConnectionId, bytes: &[u8]) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        self.cx.stats.received += bytes.len() as u64;
        if connection.input.is_empty() {
            if matches!(connection.phase, Phase::Head) && connection.is_settled() {
                connection.since = self.cx.now;
            }
            let used = advance(connection, &self.app, &mut self.cx, bytes);
            connection.input.extend_from_slice(&bytes[used..]);
        } else {
            connection.input.extend_from_slice(bytes);
            connection.resume(&self.app, &mut self.cx);
        }
        self.cx.sweep_by(connection.deadline(&self.app.limits));
    }

    /// Looks at input that had to wait, now that responses are under way.
    pub fn resume(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        if !connection.input.is_empty() && !connection.is_full() {
            connection.resume(&self.app, &mut self.cx);
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
    }

    /// The client sends nothing more. What it asked for is still answered, for a moment (see `deadline.rs`).
    pub fn end_of_input(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.eof = Some(self.cx.now);
        socket::lost(connection, &mut self.cx);
        if let Phase::Body(incoming) = std::mem::replace(&mut connection.phase, Phase::Ended)
            && incoming.request.is_some()
        {
            connection.broken = true;
        }
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        self.cx.touch(connection);
    }

    /// Forgets a connection; handlers that still have its requests are told by [`Event::Aborted`](super::Event::Aborted).
    pub fn remove(&mut self, id: ConnectionId) {
        let Some(mut connection) = self.connections.try_remove(id) else { return };
        socket::lost(&mut connection, &mut self.cx);
        self.exchanges -= usize::from(connection.carrier.is_some());
        for handle in connection.calls() {
            self.cx.abort(handle);
        }
    }

    /// Whether a connection takes more bytes for now.
    pub fn wants_input(&self, id: ConnectionId) -> bool {
        self.connections
            .get(id)
            .is_some_and(|c| c.eof.is_none() && (c.input.is_empty() || !c.is_full()) && !c.broken && !c.is_held_up())
    }

    /// Whether a connection must send more to get the answer to what it sent last.
    pub fn is_waiting_for_input(&self, id: ConnectionId) -> bool {
        self.connections.get(id).is_some_and(|connection| match &connection.phase {
            Phase::Body(incoming) => incoming.request.is_some(),
            Phase::Head => connection.is_settled() && connection.output().is_empty(),
            Phase::Carrier(_) | Phase::Upgrade | Phase::Socket(_) | Phase::Closing(_) | Phase::Ended => false,
        })
    }

    /// Whether a response to a connection is not complete.
    pub fn owes(&self, id: ConnectionId) -> bool {
        self.connections.get(id).is_some_and(|connection| !connection.is_settled())
    }

    /// Bytes to write to a connection.
    pub fn output(&self, id: ConnectionId) -> &[u8] {
        self.connections.get(id).map(Connection::output).unwrap_or_default()
    }

    /// Notes that so many bytes of [`Engine::output`] were written.
    pub fn wrote(&mut self, id: ConnectionId, count: usize) {
        if let Some(connection) = self.connections.get_mut(id) {
            self.cx.stats.sent += count as u64;
            connection.wrote(&mut self.cx, count, self.app.limits.stream_buffer);
            if matches!(connection.phase, Phase::Socket(_)) {
                socket::wrote(connection, &mut self.cx);
            }
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
    }

    /// What becomes of a connection once its output is written.
    pub fn fate(&self, id: ConnectionId) -> Fate {
        let Some(connection) = self.connections.get(id) else { return Fate::Close };
        if self.cx.is_over() && connection.is_idle() { Fate::Close } else { connection.fate() }
    }

    /// Gives a connection up whose state cannot be trusted any more: 500, if nothing else is under way, and the end.
    pub fn fail_connection(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.input.clear();
        let is_idle = connection.is_settled() && !matches!(connection.phase, Phase::Socket(_) | Phase::Closing(_));
        socket::lost(connection, &mut self.cx);
        for handle in connection.calls().collect::<Vec<_>>() {
            self.cx.abort(handle);
        }
        if is_idle {
            connection.give_up(&self.app, &mut self.cx, ErrorCode::Internal.into());
        } else {
            connection.broken = true;
        }
        self.cx.touch(connection);
    }

    /// Notes that the writing side was shut; the rest is bounded in time.
    pub fn lingering(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.lingering.get_or_insert(self.cx.now);
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
    }
}

impl Connection {
    fn resume(&mut self, app: &App, cx: &mut Context) {
        let mut input = std::mem::take(&mut self.input);
        let used = advance(self, app, cx, &input);
        input.drain(..used);
        // An idle connection does not keep the memory of a busy moment.
        if !(input.is_empty() && input.capacity() > KEEP) {
            self.input = input;
        }
    }

    /// Answers a fault after which the bytes cannot be understood any more.
    pub(super) fn give_up(&mut self, app: &App, cx: &mut Context, refusal: Refusal) {
        let seen = Seen { address: self.peer, ..Seen::default() };
        let meta = Meta { id: cx.ids.choose(b"", None), seen, ..Meta::default() };
        cx.stats.native_answers += 1;
        self.phase = Phase::Ended;
        self.linger = true;
        self.emit(cx, |cx, out| {
            Writer { app, cx, raw: b"", meta, close: true }.answer(out, Answer::Refuse(refusal));
            None
        });
    }
}

/// Understands as much of `bytes` as it can, returns how much that was.
fn advance(connection: &mut Connection, app: &App, cx: &mut Context, bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match &connection.phase {
            Phase::Ended | Phase::Carrier(_) => return bytes.len(),
            Phase::Body(_) => at += body::read(connection, app, cx, rest),
            Phase::Socket(_) | Phase::Closing(_) if !connection.is_full() => {
                match socket::read(connection, app, cx, rest) {
                    0 => break,
                    used => at += used,
                }
            }
            Phase::Upgrade | Phase::Socket(_) | Phase::Closing(_) => break,
            Phase::Head if connection.is_full() => break,
            Phase::Head => match head(connection, app, cx, rest) {
                0 => break,
                used => at += used,
            },
        }
    }
    at
}

/// Reads one head; 0 when it is not complete.
fn head(connection: &mut Connection, app: &App, cx: &mut Context, bytes: &[u8]) -> usize {
    // A head that trickles in is not parsed again for every byte, only where it may have ended or crossed a bound.
    let fresh = bytes.get(connection.scanned..).unwrap_or_default();
    let crosses = |bound: usize| connection.scanned <= bound && bytes.len() > bound;
    let bounds = crosses(app.limits.uri_bytes) || crosses(app.limits.head_bytes);
    if connection.scanned != 0 && !bounds && memchr::memchr(b'\n', fresh).is_none() {
        return 0;
    }
    match cx.head.read(bytes, &app.limits) {
        Ok(Parsed::Complete(length)) => {
            connection.scanned = 0;
            // Kept alive by data still to come, the time of the next head starts now.
            connection.since = cx.now;
            cx.stats.requests += 1;
            begin::request(connection, app, cx, &bytes[..length], length == bytes.len());
            length
        }
        Ok(Parsed::Partial) => {
            connection.scanned = bytes.len();
            0
        }
        Err(refusal) => {
            connection.scanned = 0;
            connection.give_up(app, cx, refusal);
            bytes.len()
        }
    }
}

/// Whether the body that a head announces is small enough to be read and thrown away, so that the connection can be kept.
pub(super) fn is_skippable(framing: Framing) -> bool {
    match framing {
        Framing::None => true,
        Framing::Length(length) => length <= body::SKIP,
        Framing::Chunked | Framing::Outside => true,
    }
}
