//! Bodies that a handler takes piece by piece, while they arrive.
//!
//! The call is queued when the head is complete. Bytes wait in the request's slot until the handler reads them; when more than
//! `limits.streamBuffer` wait, the connection is not read from, so that the client has to wait too. Until the handler reads for the first time,
//! a client that asked for `100 Continue` is not told to go on.

use super::answer::Answer;
use super::app::App;
use super::body::{self, SKIP};
use super::connection::{Connection, Incoming, Left, Phase, Waiting};
use super::slots::{Handle, State};
use super::{Context, Engine, Event};
use crate::error::Refusal;

/// What a handler finds of its request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read<T> {
    /// These bytes came; nobody else will get them.
    Bytes(T),
    /// Nothing yet: [`Event::Readable`] will tell.
    Nothing,
    /// That was all.
    End,
}

/// How the body of a request gets to its handler.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Upload {
    /// With the call.
    #[default]
    Whole,
    /// Piece by piece, and more comes; whether the handler waits for it.
    Coming { is_awaited: bool },
    /// Piece by piece, and all of it is here.
    Arrived,
}

/// Whether a client that waits for `100 Continue` is told to go on (RFC 9110 §10.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Invitation {
    /// It does not wait, or was told.
    None,
    /// Once its handler reads.
    WhenRead,
    /// As soon as all earlier responses are sent: an interim response must not overtake them.
    InTurn,
}

impl Engine {
    /// Takes what has arrived of the body of a request whose route streams it; `take` gets the bytes. `None` when the request is over, or its body
    /// came with the call.
    pub fn read<T>(&mut self, handle: Handle, take: impl FnOnce(&[u8]) -> T) -> Option<Read<T>> {
        let slot = self.cx.slots.get_mut(handle).filter(|slot| slot.state.is_with_handler())?;
        if slot.upload == Upload::Whole {
            return None;
        }
        if slot.body.is_empty() {
            if slot.upload == Upload::Arrived {
                return Some(Read::End);
            }
            slot.upload = Upload::Coming { is_awaited: true };
        }
        let read = if slot.body.is_empty() { Read::Nothing } else { Read::Bytes(take(&slot.body)) };
        slot.body.clear();
        if let Some(connection) = self.connections.get_mut(slot.connection) {
            connection.body_was_read(&mut self.cx, handle);
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
        Some(read)
    }
}

impl Context {
    /// Bytes of a streamed body came, or its end.
    pub(super) fn body_moved(&mut self, handle: Handle, is_complete: bool) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let is_awaited = slot.upload == Upload::Coming { is_awaited: true };
        slot.upload = if is_complete { Upload::Arrived } else { Upload::Coming { is_awaited: false } };
        if is_awaited {
            self.events.push_back((handle, Event::Readable));
        }
    }
}

impl Connection {
    fn incoming_of(&mut self, handle: Handle) -> Option<&mut Incoming> {
        match &mut self.phase {
            Phase::Body(incoming) if incoming.request == Some(handle) => Some(incoming),
            _ => None,
        }
    }

    /// Whether input is left in the socket because a handler does not read.
    pub(super) fn is_held_up(&self) -> bool {
        matches!(&self.phase, Phase::Body(incoming) if incoming.is_full)
    }

    fn body_was_read(&mut self, cx: &mut Context, handle: Handle) {
        let Some(incoming) = self.incoming_of(handle) else { return };
        match incoming.invitation {
            Invitation::WhenRead => {
                incoming.invitation = Invitation::InTurn;
                self.invite(cx);
            }
            Invitation::InTurn => {}
            Invitation::None => incoming.start_clock(cx.now),
        }
        if let Phase::Body(incoming) = &mut self.phase
            && std::mem::take(&mut incoming.is_full)
        {
            cx.touch(self);
        }
    }

    /// The client waits to be told before it sends the body of the last request.
    pub(super) fn expect_body(&mut self, cx: &mut Context, is_streamed: bool) {
        if let Phase::Body(incoming) = &mut self.phase {
            incoming.invitation = if is_streamed { Invitation::WhenRead } else { Invitation::InTurn };
            incoming.stopped = Some(cx.now);
            self.invite(cx);
        }
    }

    /// Tells a client that waits to send its body, if it is its turn.
    #[inline]
    pub(super) fn invite(&mut self, cx: &mut Context) {
        if let Phase::Body(incoming) = &mut self.phase
            && incoming.invitation == Invitation::InTurn
            && self.tail.is_none()
            && self.queue.len() == 1
            && matches!(self.queue.front(), Some(Waiting::Call(..)))
        {
            incoming.invitation = Invitation::None;
            incoming.start_clock(cx.now);
            self.output.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            cx.touch(self);
        }
    }

    /// A request was answered; what is still to come of its body is read and thrown away if that is little. True when the connection must end
    /// instead, because the rest is large, or because nobody knows whether a client that was not told to go on will send it.
    #[inline]
    pub(super) fn leave_body(&mut self, handle: Handle, now: u64) -> bool {
        let Phase::Body(incoming) = &mut self.phase else { return false };
        if incoming.request != Some(handle) {
            return false;
        }
        incoming.request = None;
        if self.carrier.is_some() {
            // It ends with the exchange, whose client is told so.
            return true;
        }
        incoming.is_full = false;
        incoming.start_clock(now);
        let left = match &incoming.left {
            Left::Bytes(left) => *left,
            Left::Chunks(_) | Left::Outside => 0,
        };
        let is_left = incoming.invitation != Invitation::None || left > SKIP;
        incoming.limit = incoming.got.saturating_add(SKIP);
        self.linger |= is_left;
        is_left
    }

    /// No request after that of `handle` is looked at; its own body is.
    pub(super) fn end_requests(&mut self, handle: Handle) {
        match self.incoming_of(handle) {
            Some(incoming) => incoming.keep_alive = false,
            None => self.phase = Phase::Ended,
        }
    }
}

impl Incoming {
    /// The time until now does not count as time that the client took.
    pub(super) fn start_clock(&mut self, now: u64) {
        if let Some(since) = self.stopped.take() {
            self.since += now - since;
        }
    }
}

/// A body that cannot be read to its end: the request is answered so, or cut off when its response has begun.
pub(super) fn fail(connection: &mut Connection, app: &App, cx: &mut Context, handle: Handle, refusal: Refusal) {
    let Some(slot) = cx.slots.get(handle) else { return };
    let (state, sequence) = (slot.state, slot.sequence);
    if state != State::Receiving {
        cx.events.push_back((handle, Event::Aborted));
    }
    if state == State::Answering {
        connection.cut(cx, sequence);
        return cx.slots.release(handle);
    }
    body::refuse(connection, app, cx, handle, Answer::Refuse(refusal), true);
}
