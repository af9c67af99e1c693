//! TLS (RFC 8446, RFC 5246) by rustls, between a socket's bytes and the protocol inside. Renegotiation does not exist in rustls; early data is
//! not accepted, as it can be replayed.

mod names;
mod options;
#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};
use std::sync::Arc;

use bolt_core::engine::{ConnectionId, Security};
use bolt_core::{Engine, Fate};
use rustls::{ServerConfig, ServerConnection};

pub use options::{CertificateOptions, ClientAuth, TlsError, TlsOptions, Version};

use crate::http2::Http2;

/// Plain bytes that are encrypted at one time; what a slow client did not take yet is not added to.
const PIECE: usize = 64 * 1024;
/// How long the rest of a connection may take whose handshake failed, in milliseconds.
const LAST_WORDS: u64 = 1_000;

/// One connection.
#[derive(Debug)]
pub(crate) struct Tls {
    connection: ServerConnection,
    inner: Inner,
    output: Vec<u8>,
    sent: usize,
    /// Bytes that are no TLS, or that say that it must end.
    is_failed: bool,
    /// `close_notify` was queued.
    is_closed: bool,
    is_ended: bool,
}

/// What is spoken inside.
#[derive(Debug)]
enum Inner {
    Handshake,
    Http1,
    Http2(Box<Http2>),
}

impl Tls {
    /// A connection of which nothing was read; it becomes a carrier until the handshake is complete. `None` when the system has no
    /// random numbers.
    pub(crate) fn new(engine: &mut Engine, id: ConnectionId, config: Arc<ServerConfig>) -> Option<Self> {
        let mut connection = ServerConnection::new(config).ok()?;
        connection.set_buffer_limit(None);
        engine.carry(id, Some(engine.now() + engine.limits().headers_timeout));
        Some(Self {
            connection,
            inner: Inner::Handshake,
            output: Vec::new(),
            sent: 0,
            is_failed: false,
            is_closed: false,
            is_ended: false,
        })
    }

    /// Takes bytes from the client.
    pub(crate) fn receive(&mut self, engine: &mut Engine, id: ConnectionId, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.is_failed && !self.is_ended {
            let is_read = self.connection.read_tls(&mut bytes).is_ok_and(|count| count > 0);
            match self.connection.process_new_packets() {
                Ok(state) if is_read => {
                    self.begin(engine, id);
                    self.pass_on(engine, id);
                    if state.peer_has_closed() {
                        self.end_of_input(engine, id);
                    }
                }
                _ => self.fail(engine, id),
            }
        }
        if self.connection.wants_write() {
            engine.touch(id);
        }
    }

    /// Decides what is spoken inside, once the handshake is complete.
    fn begin(&mut self, engine: &mut Engine, id: ConnectionId) {
        if !matches!(self.inner, Inner::Handshake) || self.connection.is_handshaking() {
            return;
        }
        let certificate = self.connection.peer_certificates().and_then(|chain| chain.first());
        engine.secure(id, Security { certificate: certificate.map(|certificate| certificate.to_vec()) });
        if self.connection.alpn_protocol() == Some(b"h2") {
            self.inner = Inner::Http2(Box::new(Http2::new(engine, id, true)));
            engine.touch(id);
        } else {
            self.inner = Inner::Http1;
            engine.begin_http1(id);
        }
    }

    fn pass_on(&mut self, engine: &mut Engine, id: ConnectionId) {
        let mut reader = self.connection.reader();
        while let Ok(plain) = reader.fill_buf() {
            let count = plain.len();
            if count == 0 {
                return;
            }
            match &mut self.inner {
                Inner::Handshake => {}
                Inner::Http1 => engine.receive(id, plain),
                Inner::Http2(http2) => http2.receive(engine, id, plain),
            }
            reader.consume(count);
        }
    }

    /// The alert that says why is still sent; requests under way are lost.
    fn fail(&mut self, engine: &mut Engine, id: ConnectionId) {
        self.is_failed = true;
        self.abandon(engine);
        engine.carry(id, Some(engine.now() + LAST_WORDS));
        engine.touch(id);
    }

    /// The client sends nothing more.
    pub(crate) fn end_of_input(&mut self, engine: &mut Engine, id: ConnectionId) {
        if std::mem::replace(&mut self.is_ended, true) {
            return;
        }
        match &mut self.inner {
            Inner::Handshake => self.fail(engine, id),
            Inner::Http1 => engine.end_of_input(id),
            Inner::Http2(http2) => http2.end_of_input(engine, id),
        }
    }

    /// Whether more bytes are taken from the client.
    pub(crate) fn wants_input(&self, engine: &Engine, id: ConnectionId) -> bool {
        !self.is_ended
            && match &self.inner {
                _ if self.is_failed => true,
                Inner::Handshake => true,
                Inner::Http1 => engine.wants_input(id),
                Inner::Http2(http2) => http2.wants_input(),
            }
    }

    /// An exchange of the connection has output, takes input again, or must end.
    pub(crate) fn touch(&self, exchange: ConnectionId) {
        if let Inner::Http2(http2) = &self.inner {
            http2.touch(exchange);
        }
    }

    /// How many bytes an exchange's client took since this was last asked while it was blocked; `None` the first time.
    pub(crate) fn progress(&mut self, exchange: ConnectionId) -> Option<u64> {
        match &mut self.inner {
            Inner::Http2(http2) => http2.progress(exchange),
            Inner::Handshake | Inner::Http1 => None,
        }
    }

    /// Bytes to write.
    pub(crate) fn output(&mut self, engine: &mut Engine, id: ConnectionId) -> &[u8] {
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
            self.encrypt(engine, id);
            while self.connection.wants_write() && self.connection.write_tls(&mut self.output).is_ok() {}
        }
        &self.output[self.sent..]
    }

    fn encrypt(&mut self, engine: &mut Engine, id: ConnectionId) {
        if self.is_failed {
            return;
        }
        let mut writer = self.connection.writer();
        let mut taken = 0;
        while taken < PIECE {
            let plain = match &mut self.inner {
                Inner::Handshake => return,
                Inner::Http1 => engine.output(id),
                Inner::Http2(http2) => http2.output(engine, id),
            };
            let count = plain.len().min(PIECE - taken);
            if count == 0 {
                break;
            }
            if writer.write_all(&plain[..count]).is_err() {
                self.is_failed = true;
                return;
            }
            taken += count;
            match &mut self.inner {
                Inner::Http2(http2) => http2.wrote(count),
                _ => engine.wrote(id, count),
            }
        }
        if taken == 0 && !self.is_closed && !engine.is_cut(id) && self.inner_fate(engine, id) != Fate::Open {
            self.is_closed = true;
            self.connection.send_close_notify();
        }
    }

    /// Notes that so many of them were written.
    pub(crate) fn wrote(&mut self, count: usize) {
        self.sent += count;
    }

    /// What becomes of the connection once everything is written.
    pub(crate) fn fate(&self, engine: &Engine, id: ConnectionId) -> Fate {
        match self.inner_fate(engine, id) {
            _ if engine.is_broken(id) => engine.fate(id),
            _ if self.sent < self.output.len() => Fate::Open,
            Fate::Close if !self.is_ended && !engine.is_cut(id) => Fate::Linger,
            fate => fate,
        }
    }

    fn inner_fate(&self, engine: &Engine, id: ConnectionId) -> Fate {
        match &self.inner {
            _ if self.is_failed && self.is_ended => Fate::Close,
            _ if self.is_failed => Fate::Linger,
            Inner::Handshake => Fate::Open,
            Inner::Http1 => engine.fate(id),
            Inner::Http2(http2) => http2.fate(engine, id),
        }
    }

    /// Ends after what is under way.
    pub(crate) fn drain(&mut self, engine: &mut Engine, id: ConnectionId) {
        match &mut self.inner {
            // A client that is let finish may have a request on its way.
            Inner::Handshake if engine.ends_idle() => self.fail(engine, id),
            Inner::Handshake | Inner::Http1 => {}
            Inner::Http2(http2) => http2.drain(engine, id),
        }
    }

    /// The connection is gone, and so are all its requests.
    pub(crate) fn abandon(&mut self, engine: &mut Engine) {
        if let Inner::Http2(http2) = &mut self.inner {
            http2.abandon(engine);
        }
    }
}
