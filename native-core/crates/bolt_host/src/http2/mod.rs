//! HTTP/2 (RFC 9113) by the `h2` crate, without a runtime: the crate reads and writes memory (see [`Pipe`]), its wakers note what has something
//! to do (see [`Ready`]), and [`Http2::pump`] does all of that until nothing is left. Each stream is an exchange of the engine.

mod frames;
mod head;
mod pipe;
mod ready;
mod stream;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bolt_core::engine::ConnectionId;
use bolt_core::plan::Limits;
use bolt_core::{Engine, Fate};
use bytes::Bytes;
use h2::server::{Connection, Handshake, SendResponse};
use h2::{Reason, RecvStream};
use http::Request;

use frames::Frames;
use pipe::Pipe;
use ready::Ready;
use stream::{Progress, Stream};

/// The first bytes of every client that speaks HTTP/2 (RFC 9113 §3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Requests of one connection at one time.
const STREAMS: u32 = 100;
/// Bytes of one request's body that the client may send ahead of the engine.
const STREAM_WINDOW: u32 = 256 * 1024;
/// The same for all requests of a connection together.
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Bytes of one response that wait in the protocol for the socket.
const SEND_BUFFER: usize = 128 * 1024;
/// What a field costs beyond its text (RFC 9113 §6.5.2).
const FIELD_COST: usize = 32;
/// Room for the pseudo fields.
const PSEUDO_COST: usize = 1024;

/// One connection.
pub(crate) struct Http2 {
    pipe: Pipe,
    ready: Arc<Ready>,
    waker: Waker,
    state: State,
    streams: HashMap<ConnectionId, Stream>,
    frames: Frames,
    is_secure: bool,
    /// Since when no request is under way.
    idle: u64,
    /// Bytes of content that were handed to the protocol.
    handed: u64,
    output: Vec<u8>,
    sent: usize,
    is_ended: bool,
    is_draining: bool,
}

enum State {
    /// The preface is read.
    Starting(Pin<Box<Handshake<Pipe, Bytes>>>),
    Serving(Box<Connection<Pipe, Bytes>>),
    /// Over, but for what is still to be written.
    Over,
}

impl fmt::Debug for Http2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http2").field("streams", &self.streams.len()).finish_non_exhaustive()
    }
}

impl Http2 {
    /// A connection of which nothing was read; `carrier` has become one.
    pub(crate) fn new(engine: &mut Engine, carrier: ConnectionId, is_secure: bool) -> Self {
        let (pipe, ready, now) = (Pipe::default(), Arc::new(Ready::default()), engine.now());
        let state = State::Starting(Box::pin(builder(engine.limits()).handshake(pipe.clone())));
        ready.set_connection();
        engine.carry(carrier, Some(now + engine.limits().headers_timeout));
        Self {
            pipe,
            waker: ready.waker(),
            ready,
            state,
            streams: HashMap::new(),
            frames: Frames::new(now),
            is_secure,
            idle: now,
            handed: 0,
            output: Vec::new(),
            sent: 0,
            is_ended: false,
            is_draining: false,
        }
    }

    /// Takes bytes from the client.
    pub(crate) fn receive(&mut self, engine: &mut Engine, carrier: ConnectionId, bytes: &[u8]) {
        if matches!(self.state, State::Over) {
            return;
        }
        let is_fine = self.frames.scan(bytes, engine.now());
        self.pipe.receive(bytes);
        if !is_fine {
            if matches!(self.state, State::Starting(_)) {
                // Whoever floods at once is told as well: there is nobody to say it before the preface was read.
                self.pump(engine, carrier);
            }
            self.leave(engine, carrier, Reason::ENHANCE_YOUR_CALM);
        }
        self.pump(engine, carrier);
    }

    /// The client sends nothing more: its requests cannot be answered, as it must not end its side before (RFC 9113 §5.4.1).
    pub(crate) fn end_of_input(&mut self, engine: &mut Engine, carrier: ConnectionId) {
        self.is_ended = true;
        self.pipe.end();
        self.pump(engine, carrier);
    }

    /// Whether more bytes are taken from the client.
    pub(crate) fn wants_input(&self) -> bool {
        matches!(self.state, State::Over) && !self.is_ended || self.pipe.has_room()
    }

    /// An exchange has output, takes input again, or must end.
    pub(crate) fn touch(&self, exchange: ConnectionId) {
        if let Some(stream) = self.streams.get(&exchange) {
            stream.ready.set();
        }
    }

    /// Bytes to write.
    pub(crate) fn output(&mut self, engine: &mut Engine, carrier: ConnectionId) -> &[u8] {
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
            self.pump(engine, carrier);
            self.pipe.swap_outgoing(&mut self.output);
        }
        &self.output[self.sent..]
    }

    /// Notes that so many of them were written.
    pub(crate) fn wrote(&mut self, count: usize) {
        self.sent += count;
    }

    /// How many bytes the client took of an exchange since this was last asked while it was blocked; `None` the first time. As long as it
    /// has no window for the connection, what it took of all exchanges counts, as nobody chose between them.
    pub(crate) fn progress(&mut self, exchange: ConnectionId) -> Option<u64> {
        let is_starved = self.handed >= self.frames.window();
        let handed = self.handed;
        let (own, all) = self.streams.get_mut(&exchange)?.progress(handed)?;
        Some(if is_starved { all } else { own })
    }

    /// What becomes of the connection once everything is written.
    pub(crate) fn fate(&self, engine: &Engine, carrier: ConnectionId) -> Fate {
        match self.state {
            _ if engine.is_broken(carrier) => engine.fate(carrier),
            _ if self.sent < self.output.len() => Fate::Open,
            State::Over if self.is_ended => Fate::Close,
            State::Over => Fate::Linger,
            _ => Fate::Open,
        }
    }

    /// Refuses new requests (GOAWAY, RFC 9113 §6.8) and ends after those under way.
    pub(crate) fn drain(&mut self, engine: &mut Engine, carrier: ConnectionId) {
        self.is_draining = true;
        match &mut self.state {
            State::Serving(connection) => connection.graceful_shutdown(),
            _ => self.state = State::Over,
        }
        self.ready.set_connection();
        self.pump(engine, carrier);
        engine.touch(carrier);
    }

    /// The connection is gone, and so are all its requests.
    pub(crate) fn abandon(&mut self, engine: &mut Engine) {
        for exchange in std::mem::take(&mut self.streams).into_keys() {
            engine.remove(exchange);
        }
        self.state = State::Over;
    }

    /// Does everything that can be done.
    fn pump(&mut self, engine: &mut Engine, carrier: ConnectionId) {
        if engine.is_expired(carrier) {
            self.leave(engine, carrier, Reason::NO_ERROR);
        }
        let had_output = self.has_output();
        loop {
            let is_noted = self.ready.take_connection();
            if is_noted {
                self.drive(engine, carrier);
            }
            let streams = self.ready.take_streams();
            if streams.is_empty() && !is_noted {
                break;
            }
            for exchange in streams {
                self.serve(engine, exchange);
            }
        }
        if !had_output && self.has_output() {
            engine.touch(carrier);
        }
        engine.set_carrier_deadline(carrier, self.deadline(engine.limits()));
    }

    fn has_output(&self) -> bool {
        self.sent < self.output.len() || self.pipe.has_outgoing()
    }

    /// Lets the protocol read and write, and takes the requests that it found.
    fn drive(&mut self, engine: &mut Engine, carrier: ConnectionId) {
        let waker = self.waker.clone();
        let mut cx = Context::from_waker(&waker);
        if let State::Starting(handshake) = &mut self.state {
            match handshake.as_mut().poll(&mut cx) {
                Poll::Pending => return,
                Poll::Ready(Ok(connection)) => self.state = State::Serving(Box::new(connection)),
                Poll::Ready(Err(_)) => return self.end(engine, carrier),
            }
        }
        while let State::Serving(connection) = &mut self.state {
            match connection.poll_accept(&mut cx) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok((request, respond)))) => self.open(engine, carrier, request, respond),
                Poll::Ready(Some(Err(_)) | None) => self.end(engine, carrier),
            }
        }
    }

    fn open(
        &mut self,
        engine: &mut Engine,
        carrier: ConnectionId,
        request: Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
    ) {
        let Ok(head) = head::write_request(&request, self.is_secure) else {
            return respond.send_reset(Reason::PROTOCOL_ERROR);
        };
        let body = request.into_body();
        let is_ended = body.is_end_stream();
        let Some(exchange) = engine.open_exchange(carrier, &head, is_ended) else {
            return respond.send_reset(Reason::REFUSED_STREAM);
        };
        let ready = self.ready.stream(exchange);
        ready.set();
        let stream = Stream::new(ready, exchange, Some(body).filter(|_| !is_ended), respond);
        self.streams.insert(exchange, stream);
    }

    fn serve(&mut self, engine: &mut Engine, exchange: ConnectionId) {
        let Some(stream) = self.streams.get_mut(&exchange) else { return };
        let progress = stream.serve(engine, &mut self.handed);
        if progress == Progress::Waiting {
            return;
        }
        if progress == Progress::Done {
            self.frames.reward();
        }
        self.streams.remove(&exchange);
        engine.remove(exchange);
        if self.streams.is_empty() {
            self.idle = engine.now();
        }
    }

    /// Says why, and ends.
    fn leave(&mut self, engine: &mut Engine, carrier: ConnectionId, reason: Reason) {
        match &mut self.state {
            State::Serving(connection) => connection.abrupt_shutdown(reason),
            State::Starting(_) => {
                self.state = State::Over;
                engine.touch(carrier);
            }
            // To touch it again would never end: a deadline that passed stays passed.
            State::Over => return,
        }
        for exchange in std::mem::take(&mut self.streams).into_keys() {
            engine.remove(exchange);
        }
        self.ready.set_connection();
    }

    /// The protocol is over; what it wrote last is still sent.
    fn end(&mut self, engine: &mut Engine, carrier: ConnectionId) {
        self.abandon(engine);
        engine.touch(carrier);
    }

    fn deadline(&self, limits: &Limits) -> Option<u64> {
        if self.has_output() {
            return None;
        }
        let incomplete = self.frames.incomplete().map(|since| since + limits.headers_timeout);
        let idle = self.streams.is_empty().then_some(self.idle + limits.keep_alive);
        [incomplete, idle].into_iter().flatten().min()
    }
}

fn builder(limits: &Limits) -> h2::server::Builder {
    let mut builder = h2::server::Builder::new();
    // A head a little over the limits is answered by the engine, which names the limit; one far over them by the crate.
    let list = limits.head_bytes + limits.header_count * FIELD_COST + PSEUDO_COST;
    builder
        .max_concurrent_streams(STREAMS)
        .max_concurrent_reset_streams(STREAMS as usize)
        .max_pending_accept_reset_streams(STREAMS as usize)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        .max_header_list_size(u32::try_from(list).unwrap_or(u32::MAX));
    builder
}
