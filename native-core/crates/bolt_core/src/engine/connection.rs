//! One connection: its buffers, its requests in order, and what becomes of it.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use super::exchange::Security;
use super::pace::Pace;
use super::slots::Handle;
use super::stream::Outgoing;
use super::tail::Tail;
use super::upload::Invitation;
use super::{ConnectionId, Context, Event};
use crate::http::chunked;
use crate::websocket::Decoder;

/// Requests of one connection that may be unanswered at one time; more stay in the socket.
const PIPELINE: usize = 64;
/// Unsent bytes beyond which no further request of a connection is looked at.
const MAX_UNSENT: usize = 1024 * 1024;
/// Capacity of a buffer that an idle connection may keep.
pub(super) const KEEP: usize = 16 * 1024;

/// What a host does with a connection whose output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Go on.
    Open,
    /// Shut the writing side and read on until the client is done: closing with unread input would reset the connection and could take
    /// the answer with it (RFC 9112 §9.6).
    Linger,
    /// Close.
    Close,
    /// Close so that the client sees a failure, and nothing unsent is kept for it.
    Reset,
}

/// What the next bytes are.
#[derive(Debug)]
pub(super) enum Phase {
    /// A head, or the wait for one.
    Head,
    /// The body of a request.
    Body(Incoming),
    /// Another protocol is spoken on it; its requests are exchanges.
    Carrier(Carrier),
    /// A handler decides whether it becomes a WebSocket.
    Upgrade,
    /// Frames of a WebSocket.
    Socket(Upgraded),
    /// Frames that nobody looks at any more, until the client closes.
    Closing(Box<Decoder>),
    /// Nothing that matters.
    Ended,
}

/// The deadline of a carrier, which whoever speaks its protocol sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carrier {
    pub(super) until: Option<u64>,
    /// The deadline passed once; when it passes again the connection is closed.
    pub(super) expired: bool,
}

/// A connection that is a WebSocket.
#[derive(Debug)]
pub(super) struct Upgraded {
    pub(super) handle: Handle,
    /// So many messages wait for JavaScript that no more are read.
    pub(super) is_full: bool,
    /// Milliseconds of silence that are allowed.
    pub(super) idle: u64,
    /// Whether the client is asked for a sign of life halfway.
    pub(super) pings: bool,
    /// It was asked, and nothing has come since.
    pub(super) is_asked: bool,
    /// The client did not take all that it was sent last.
    pub(super) is_behind: bool,
}

/// A body being read.
#[derive(Debug)]
pub(super) struct Incoming {
    /// Whose it is; `None`: the request is answered already.
    pub(super) request: Option<Handle>,
    pub(super) left: Left,
    /// Bytes so far.
    pub(super) got: u64,
    /// Most bytes allowed.
    pub(super) limit: u64,
    pub(super) since: u64,
    /// Whether the connection goes on after it.
    pub(super) keep_alive: bool,
    pub(super) invitation: Invitation,
    /// Since when it is not the client that is waited for.
    pub(super) stopped: Option<u64>,
    /// As much waits for the handler as may.
    pub(super) is_full: bool,
}

/// What of a body is missing.
#[derive(Debug)]
pub(super) enum Left {
    Bytes(u64),
    Chunks(chunked::Decoder),
    /// Whatever comes before [`super::Engine::end_of_body`].
    Outside,
}

/// A response waiting for its turn.
#[derive(Debug)]
pub(super) enum Waiting {
    /// A handler has the request since that time.
    Call(Handle, u64),
    Ready(Vec<u8>, Option<Tail>),
    /// A handler has begun the response.
    Stream(Box<Outgoing>),
    /// The connection ends here, in the middle of a response; whether the client would not notice.
    Cut {
        is_hidden: bool,
    },
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) peer: IpAddr,
    /// What TLS knows of the client; `None`: it is not used.
    pub(super) security: Option<Arc<Security>>,
    /// The connection that this exchange is carried by.
    pub(super) carrier: Option<ConnectionId>,
    pub(super) touched: bool,
    /// Bytes read and not yet understood.
    pub(super) input: Vec<u8>,
    /// How much of `input` is known to hold no complete head.
    pub(super) scanned: usize,
    pub(super) output: Vec<u8>,
    pub(super) sent: usize,
    pub(super) tail: Option<Tail>,
    /// The host sends files by itself.
    pub(super) hands_out_files: bool,
    pub(super) queue: VecDeque<Waiting>,
    /// Sequence number of the front of `queue`.
    pub(super) first: u64,
    pub(super) phase: Phase,
    /// When the phase began: the first byte of a head, or the last response.
    pub(super) since: u64,
    /// How fast the client takes the output.
    pub(super) pace: Pace,
    pub(super) linger: bool,
    pub(super) lingering: Option<u64>,
    pub(super) eof: Option<u64>,
    /// It cannot be used any more, whatever is still to be sent.
    pub(super) broken: bool,
}

impl Connection {
    pub(super) fn new(id: ConnectionId, peer: IpAddr, now: u64) -> Self {
        Self {
            id,
            peer,
            security: None,
            carrier: None,
            touched: false,
            input: Vec::new(),
            scanned: 0,
            output: Vec::new(),
            sent: 0,
            tail: None,
            hands_out_files: false,
            queue: VecDeque::new(),
            first: 0,
            phase: Phase::Head,
            since: now,
            pace: Pace::Free,
            linger: false,
            lingering: None,
            eof: None,
            broken: false,
        }
    }

    /// Bytes to write.
    pub(super) fn output(&self) -> &[u8] {
        &self.output[self.sent..]
    }

    /// Notes that `count` bytes were written, and goes on with a file or a stream when there is room.
    pub(super) fn wrote(&mut self, cx: &mut Context, count: usize, stream_buffer: usize) {
        self.sent += count;
        if let Some(Waiting::Stream(stream)) = self.queue.front_mut()
            && stream.is_stopped
            && self.tail.is_none()
            && self.output.len() - self.sent <= stream_buffer / 4
        {
            stream.is_stopped = false;
            cx.events.push_back((stream.handle, Event::Drained));
        }
        if self.sent < self.output.len() {
            return;
        }
        self.output.clear();
        self.sent = 0;
        if self.output.capacity() > KEEP && self.tail.is_none() && self.queue.is_empty() {
            self.output = Vec::new();
        }
        self.read_tail(cx);
    }

    fn read_tail(&mut self, cx: &mut Context) {
        let Some(tail) = self.tail.as_mut().filter(|tail| !(self.hands_out_files && matches!(tail, Tail::File(_))))
        else {
            return;
        };
        match tail.fill(&mut self.output) {
            Ok(false) => {}
            Ok(true) => {
                self.tail = None;
                self.advance(cx);
            }
            // What was promised cannot be kept: only cutting the connection tells the client.
            Err(_) => self.broken = true,
        }
    }

    /// Whether everything is written.
    pub(super) fn is_flushed(&self) -> bool {
        self.sent == self.output.len() && self.tail.is_none()
    }

    /// Whether no further request may be looked at for now.
    pub(super) fn is_full(&self) -> bool {
        let is_held_up = match &self.phase {
            Phase::Upgrade => true,
            Phase::Socket(upgraded) => upgraded.is_full,
            _ => false,
        };
        is_held_up || self.queue.len() >= PIPELINE || self.output.len() - self.sent > MAX_UNSENT
    }

    /// Whether no response is owed.
    pub(super) fn is_settled(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether this response is the last before the end, if the server drains.
    pub(super) fn is_last(&self) -> bool {
        self.queue.len() <= 1 && !matches!(self.phase, Phase::Body(_))
    }

    pub(super) fn fate(&self) -> Fate {
        if self.broken {
            // What a client that is too slow did not take is of no use to it, and waits in the system as long as it likes.
            return if self.pace == Pace::TooSlow { Fate::Reset } else { Fate::Close };
        }
        if !self.is_flushed() {
            return Fate::Open;
        }
        match self.queue.front() {
            None => {}
            Some(Waiting::Cut { is_hidden: false }) => return Fate::Close,
            Some(Waiting::Cut { is_hidden: true }) => return Fate::Reset,
            Some(_) => return Fate::Open,
        }
        match self.phase {
            _ if self.eof.is_some() => Fate::Close,
            Phase::Ended if self.linger => Fate::Linger,
            Phase::Ended => Fate::Close,
            _ => Fate::Open,
        }
    }

    /// Whether nothing is under way in either direction.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Head) && self.queue.is_empty() && self.input.is_empty() && self.is_flushed()
    }

    /// Reserves the next place in the order of responses for a handler's answer.
    pub(super) fn expect(&mut self, handle: Handle, now: u64) -> u64 {
        self.queue.push_back(Waiting::Call(handle, now));
        self.first + self.queue.len() as u64 - 1
    }

    /// Sends, or keeps until its turn, a response that needs no place reserved.
    pub(super) fn emit(&mut self, cx: &mut Context, write: impl FnOnce(&mut Context, &mut Vec<u8>) -> Option<Tail>) {
        if self.queue.is_empty() && self.tail.is_none() {
            self.first += 1;
            self.tail = write(cx, &mut self.output);
            self.started(cx);
        } else {
            let mut bytes = Vec::new();
            let tail = write(cx, &mut bytes);
            self.queue.push_back(Waiting::Ready(bytes, tail));
        }
        cx.touch(self);
    }

    /// Fills the place that was reserved by [`Connection::expect`].
    pub(super) fn fulfil(
        &mut self,
        cx: &mut Context,
        sequence: u64,
        write: impl FnOnce(&mut Context, &mut Vec<u8>) -> Option<Tail>,
    ) {
        if self.is_current(sequence) {
            self.queue.pop_front();
            self.first += 1;
            self.tail = write(cx, &mut self.output);
            self.started(cx);
            self.advance(cx);
        } else {
            let mut bytes = Vec::new();
            let tail = write(cx, &mut bytes);
            if let Some(place) = self.place(sequence) {
                *place = Waiting::Ready(bytes, tail);
            }
        }
        cx.touch(self);
    }

    /// Whether it is the turn of a response.
    pub(super) fn is_current(&self, sequence: u64) -> bool {
        sequence == self.first && self.tail.is_none()
    }

    /// Where a response stands in the order.
    pub(super) fn place(&mut self, sequence: u64) -> Option<&mut Waiting> {
        self.queue.get_mut((sequence - self.first) as usize)
    }

    pub(super) fn started(&mut self, cx: &mut Context) {
        if self.input.is_empty() {
            self.since = cx.now;
        }
        if self.output.is_empty() {
            self.read_tail(cx);
        }
    }

    /// Moves what has its turn to the output.
    pub(super) fn advance(&mut self, cx: &mut Context) {
        while self.tail.is_none() {
            match self.queue.front_mut() {
                Some(Waiting::Ready(..)) => {
                    if let Some(Waiting::Ready(bytes, tail)) = self.queue.pop_front() {
                        self.first += 1;
                        self.output.extend_from_slice(&bytes);
                        self.tail = tail;
                    }
                }
                Some(Waiting::Stream(stream)) => {
                    self.output.extend_from_slice(&std::mem::take(&mut stream.held));
                    break;
                }
                _ => break,
            }
        }
        self.invite(cx);
    }

    /// The request whose answer everything else waits for, and since when.
    pub(super) fn awaited(&self) -> Option<(Handle, u64)> {
        match self.queue.front() {
            Some(Waiting::Call(handle, since)) => Some((*handle, *since)),
            _ => None,
        }
    }

    /// Restarts the clock of a request whose body is complete.
    pub(super) fn received(&mut self, handle: Handle, now: u64) {
        if let Some(Waiting::Call(last, since)) = self.queue.back_mut()
            && *last == handle
        {
            *since = now;
        }
    }

    /// All requests whose responses are not complete.
    pub(super) fn calls(&self) -> impl Iterator<Item = Handle> + '_ {
        self.queue.iter().filter_map(Waiting::handle)
    }
}

impl Waiting {
    pub(super) fn handle(&self) -> Option<Handle> {
        match self {
            Self::Call(handle, _) => Some(*handle),
            Self::Stream(stream) => Some(stream.handle),
            Self::Ready(..) | Self::Cut { .. } => None,
        }
    }
}
