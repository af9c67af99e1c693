//! Responses that a handler sends piece by piece: the head, any number of pieces, and an end.
//!
//! A request that is answered like this keeps its slot until the end. Pieces go to the connection's output when it is the response's turn and
//! wait in memory until then; how many bytes of a response wait is told with each piece, so that its source can be stopped.

use super::answer::{Meta, Writer};
use super::complete::{OwnFields, RespondFault, own_fields};
use super::connection::{Connection, Phase, Waiting};
use super::slots::{Handle, State};
use super::{Context, Engine, encoding};
use crate::compression::Encoder;
use crate::http::response::{chunk, has_body, last_chunk};

/// A piece, or an end, that contradicts the length that was promised. Nothing was sent of it, and the response is still open: its source must be
/// stopped and the response cut off by [`Engine::cut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamFault {
    /// More bytes than the response's Content-Length.
    TooLong,
    /// So many bytes fewer than the response's Content-Length.
    TooShort(u64),
    /// The encoder of the response failed.
    Encoder,
}

/// What has become of a response that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// It wants content.
    Open,
    /// It is complete: HEAD, 204 and 304 have no content.
    Complete,
}

/// How the client finds the end of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// By the last chunk (RFC 9112 §7.1).
    Chunked,
    /// By Content-Length; so many bytes are missing.
    Length(u64),
    /// By the end of the connection: all that HTTP/1.0 has (RFC 9112 §6.3).
    UntilClose,
}

/// A response that a handler is sending.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) handle: Handle,
    pub(super) coding: Coding,
    /// How its content is encoded.
    pub(super) encoding: Option<Box<Encoding>>,
    /// What was sent before its turn.
    pub(super) held: Vec<u8>,
    /// Its source was told that too much waits, and will be told when it does not any more.
    pub(super) is_stopped: bool,
}

/// A content that is encoded piece by piece. Each piece is let out at once, so that an event does not wait for the next one.
#[derive(Debug)]
pub(super) struct Encoding {
    encoder: Encoder,
    /// Bytes that are missing of the length that was promised.
    left: Option<u64>,
    out: Vec<u8>,
}

impl Engine {
    /// Begins a response whose content follows by [`Engine::push`]; `length` is the number of its bytes, if that is known. `None` when the
    /// request is over or answered.
    ///
    /// # Errors
    /// A status or header that cannot be sent; the request is still open then.
    pub fn start<'h>(
        &mut self,
        handle: Handle,
        status: u16,
        headers: impl Iterator<Item = (&'h [u8], &'h [u8])> + Clone,
        length: Option<u64>,
    ) -> Result<Option<Started>, RespondFault> {
        let OwnFields { lines, as_is } = own_fields(status, headers.clone())?;
        let Some(slot) = self.cx.slots.get_mut(handle).filter(|slot| slot.state == State::Waiting) else {
            return Ok(None);
        };
        let encoded = if as_is { None } else { encoding::stream(&self.app, slot, status, &lines, length) };
        let (own, encoder) = encoded.unwrap_or((lines, None));
        let promised = length;
        let length = length.filter(|_| encoder.is_none());
        let overrides = |name: &str| headers.clone().any(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        let security = self.app.security.overridden(overrides);
        let (meta, sequence, raw) = (slot.meta, slot.sequence, std::mem::take(&mut slot.raw));
        let Some(connection) = self.connections.get_mut(slot.connection) else { return Ok(None) };
        let is_complete = meta.omit_body || !has_body(status);
        let coding = Coding::of(meta, length);
        let own = if has_body(status) { coding.announce(own) } else { own };
        let close = (is_complete && connection.leave_body(handle, self.cx.now))
            || (coding == Coding::UntilClose && !is_complete)
            || !meta.keep_alive
            || (self.cx.draining && connection.is_last());
        if close {
            connection.end_requests(handle);
        }
        let app = &self.app;
        let head = |cx: &Context, out: &mut Vec<u8>| {
            let writer = Writer { app, cx, raw: &raw, meta, close };
            writer.head(out, status, &own, security.as_deref().unwrap_or(app.security.block()), length);
        };
        if is_complete {
            connection.fulfil(&mut self.cx, sequence, |cx, out| {
                head(cx, out);
                None
            });
        } else {
            let encoding = encoder.map(|encoder| Box::new(Encoding { encoder, left: promised, out: Vec::new() }));
            let stream = Outgoing { handle, coding, encoding, held: Vec::new(), is_stopped: false };
            connection.begin(&mut self.cx, sequence, stream, head);
        }
        if let Some(slot) = self.cx.slots.get_mut(handle) {
            slot.raw = raw;
            slot.state = State::Answering;
        }
        if is_complete {
            self.cx.slots.release(handle);
            return Ok(Some(Started::Complete));
        }
        Ok(Some(Started::Open))
    }

    /// Sends a piece of a response that was begun; how many bytes of it wait for the client then. Beyond `limits.streamBuffer` its source
    /// should stop until [`Event::Drained`](super::Event::Drained). `None` when the request is over.
    ///
    /// # Errors
    /// The piece contradicts the response's Content-Length.
    pub fn push(&mut self, handle: Handle, bytes: &[u8]) -> Result<Option<usize>, StreamFault> {
        let Some(slot) = self.cx.slots.get(handle).filter(|slot| slot.state == State::Answering) else {
            return Ok(None);
        };
        let sequence = slot.sequence;
        let Some(connection) = self.connections.get_mut(slot.connection) else { return Ok(None) };
        let unsent = connection.push(&mut self.cx, sequence, bytes, self.app.limits.stream_buffer)?;
        Ok(Some(unsent))
    }

    /// Ends a response that was begun. False when the request is over.
    ///
    /// # Errors
    /// Bytes are missing of the response's Content-Length.
    pub fn finish(&mut self, handle: Handle) -> Result<bool, StreamFault> {
        let Some(slot) = self.cx.slots.get(handle).filter(|slot| slot.state == State::Answering) else {
            return Ok(false);
        };
        let sequence = slot.sequence;
        let Some(connection) = self.connections.get_mut(slot.connection) else { return Ok(false) };
        connection.finish(&mut self.cx, sequence)?;
        if connection.leave_body(handle, self.cx.now) {
            connection.end_requests(handle);
        }
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        self.cx.slots.release(handle);
        Ok(true)
    }

    /// Gives a response up so that the client cannot take what it got for all of it: what was sent so far still goes out, then the connection
    /// ends. False when the request is over.
    pub fn cut(&mut self, handle: Handle) -> bool {
        let Some(slot) = self.cx.slots.get(handle).filter(|slot| slot.state.is_with_handler()) else { return false };
        let sequence = slot.sequence;
        let Some(connection) = self.connections.get_mut(slot.connection) else { return false };
        connection.cut(&mut self.cx, sequence);
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        self.cx.slots.release(handle);
        true
    }
}

impl Connection {
    /// Begins a stream in the place that was reserved by [`Connection::expect`].
    fn begin(
        &mut self,
        cx: &mut Context,
        sequence: u64,
        mut stream: Outgoing,
        write: impl FnOnce(&Context, &mut Vec<u8>),
    ) {
        if self.is_current(sequence) {
            write(cx, &mut self.output);
            self.started(cx);
        } else {
            write(cx, &mut stream.held);
        }
        if let Some(place) = self.place(sequence) {
            *place = Waiting::Stream(Box::new(stream));
        }
        cx.touch(self);
    }

    /// Adds to a stream; how many bytes wait then.
    fn push(&mut self, cx: &mut Context, sequence: u64, bytes: &[u8], most: usize) -> Result<usize, StreamFault> {
        let is_current = self.is_current(sequence);
        let Some(Waiting::Stream(stream)) = self.queue.get_mut((sequence - self.first) as usize) else { return Ok(0) };
        stream.admit(bytes.len())?;
        if is_current && self.sent > 0 && self.sent >= self.output.len() - self.sent {
            // Of a client that keeps up, but never quite, the sent part would grow for ever.
            self.output.drain(..self.sent);
            self.sent = 0;
        }
        let out = if is_current { &mut self.output } else { &mut stream.held };
        match &mut stream.encoding {
            Some(encoding) if !bytes.is_empty() => stream.coding.write(out, encoding.push(bytes)?),
            _ => stream.coding.write(out, bytes),
        }
        let unsent = if is_current { out.len() - self.sent } else { out.len() };
        stream.is_stopped = unsent > most;
        cx.touch(self);
        Ok(unsent)
    }

    /// Ends a stream.
    fn finish(&mut self, cx: &mut Context, sequence: u64) -> Result<(), StreamFault> {
        let is_current = self.is_current(sequence);
        let Some(place) = self.queue.get_mut((sequence - self.first) as usize) else { return Ok(()) };
        let Waiting::Stream(stream) = place else { return Ok(()) };
        let rest = match &mut stream.encoding {
            Some(encoding) => encoding.finish()?,
            None => &[],
        };
        if is_current {
            stream.coding.write(&mut self.output, rest);
            stream.coding.end(&mut self.output)?;
            self.queue.pop_front();
            self.first += 1;
            self.started(cx);
            self.advance(cx);
        } else {
            stream.coding.write(&mut stream.held, rest);
            stream.coding.end(&mut stream.held)?;
            *place = Waiting::Ready(std::mem::take(&mut stream.held), None);
        }
        cx.touch(self);
        Ok(())
    }

    /// Ends the connection in the middle of a response; what was asked for after it is not answered.
    pub(super) fn cut(&mut self, cx: &mut Context, sequence: u64) {
        let at = (sequence - self.first) as usize;
        for later in self.queue.drain(at + 1..) {
            if let Some(handle) = later.handle() {
                cx.abort(handle);
            }
        }
        let mut is_hidden = false;
        if let Some(Waiting::Stream(stream)) = self.queue.pop_back() {
            is_hidden = stream.coding == Coding::UntilClose;
            if !stream.held.is_empty() {
                self.queue.push_back(Waiting::Ready(stream.held, None));
            }
        }
        self.queue.push_back(Waiting::Cut { is_hidden });
        self.phase = Phase::Ended;
        cx.touch(self);
    }
}

impl Coding {
    pub(super) fn of(meta: Meta, length: Option<u64>) -> Self {
        match length {
            Some(length) => Self::Length(length),
            None if meta.http10 => Self::UntilClose,
            None => Self::Chunked,
        }
    }

    /// Adds the field that tells a client of it.
    pub(super) fn announce(self, mut fields: Vec<u8>) -> Vec<u8> {
        if self == Self::Chunked {
            fields.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        fields
    }

    /// Writes a piece.
    fn write(self, out: &mut Vec<u8>, bytes: &[u8]) {
        match self {
            // A chunk without data would be the last one.
            _ if bytes.is_empty() => {}
            Self::Chunked => chunk(out, bytes),
            Self::Length(_) | Self::UntilClose => out.extend_from_slice(bytes),
        }
    }

    /// Writes the end of a content.
    fn end(self, out: &mut Vec<u8>) -> Result<(), StreamFault> {
        match self {
            Self::Length(left) if left > 0 => return Err(StreamFault::TooShort(left)),
            Self::Chunked => last_chunk(out),
            _ => {}
        }
        Ok(())
    }
}

impl Outgoing {
    /// Counts a piece; nothing changes when it is too long.
    fn admit(&mut self, length: usize) -> Result<(), StreamFault> {
        let left = match (&mut self.coding, &mut self.encoding) {
            (Coding::Length(left), _) => Some(left),
            (_, Some(encoding)) => encoding.left.as_mut(),
            _ => None,
        };
        if let Some(left) = left {
            *left = left.checked_sub(length as u64).ok_or(StreamFault::TooLong)?;
        }
        Ok(())
    }
}

impl Encoding {
    fn push(&mut self, bytes: &[u8]) -> Result<&[u8], StreamFault> {
        self.out.clear();
        let pushed = self.encoder.push(bytes, &mut self.out).and_then(|()| self.encoder.flush(&mut self.out));
        pushed.map(|()| self.out.as_slice()).map_err(|_| StreamFault::Encoder)
    }

    fn finish(&mut self) -> Result<&[u8], StreamFault> {
        if let Some(left) = self.left.filter(|left| *left > 0) {
            return Err(StreamFault::TooShort(left));
        }
        self.out.clear();
        let finished = self.encoder.finish(&[], &mut self.out);
        finished.map(|()| self.out.as_slice()).map_err(|_| StreamFault::Encoder)
    }
}
