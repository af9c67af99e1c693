//! What lies between a socket's bytes and the engine: nothing for HTTP/1.1, else a protocol that takes bytes and gives bytes and knows no
//! sockets either. The first bytes of a connection decide, so that one port speaks several.

use std::sync::Arc;

use bolt_core::engine::ConnectionId;
use bolt_core::error::{ErrorCode, Refusal};
use bolt_core::{Engine, Fate};
use rustls::ServerConfig;

use crate::http2::{Http2, PREFACE};
use crate::listen::{ListenError, ListenOptions};
use crate::tls::{Tls, TlsError, TlsOptions};

/// First byte of a TLS handshake (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 22;

/// What a listener speaks.
#[derive(Debug, Clone, Default)]
pub struct Protocols {
    tls: Option<Arc<ServerConfig>>,
    http2: bool,
}

impl Protocols {
    /// What is asked for.
    ///
    /// # Errors
    /// TLS cannot be set up like this.
    pub fn of(options: &ListenOptions) -> Result<Self, ListenError> {
        let mut protocols = Self { tls: None, http2: options.http2 };
        if let Some(tls) = &options.tls {
            protocols.set_tls(tls).map_err(|error| ListenError::new("ETLS", error.to_string()))?;
        }
        Ok(protocols)
    }

    /// Whether clients have to speak TLS.
    pub(crate) fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Takes other certificates for new connections.
    ///
    /// # Errors
    /// TLS cannot be set up like this; nothing changes then.
    pub fn set_tls(&mut self, tls: &TlsOptions) -> Result<(), TlsError> {
        self.tls = Some(tls.build(self.http2)?);
        Ok(())
    }
}

/// What is spoken on one connection.
#[derive(Debug)]
pub(crate) enum Session {
    /// HTTP/1.1, which is the engine's own.
    Http1,
    /// Not known yet; the bytes so far may become HTTP/2's preface.
    Undecided(Protocols, Vec<u8>),
    Http2(Box<Http2>),
    Tls(Box<Tls>),
}

impl Session {
    /// Of a new connection.
    pub(crate) fn new(protocols: &Protocols) -> Self {
        if protocols.tls.is_some() || protocols.http2 {
            Self::Undecided(protocols.clone(), Vec::new())
        } else {
            Self::Http1
        }
    }

    /// It is known what is spoken: nothing lies between HTTP/1.1 and the socket, so the system may send files on Linux.
    pub(crate) fn opened(&self, engine: &mut Engine, id: ConnectionId) {
        if cfg!(target_os = "linux") && matches!(self, Self::Http1) {
            engine.hand_out_files(id);
        }
    }

    /// Takes bytes from the client.
    #[inline]
    pub(crate) fn receive(&mut self, engine: &mut Engine, id: ConnectionId, bytes: &[u8]) {
        match self {
            Self::Http1 => engine.receive(id, bytes),
            _ => self.receive_other(engine, id, bytes),
        }
    }

    fn receive_other(&mut self, engine: &mut Engine, id: ConnectionId, bytes: &[u8]) {
        match self {
            Self::Http1 => {}
            Self::Http2(http2) => return http2.receive(engine, id, bytes),
            Self::Tls(tls) => return tls.receive(engine, id, bytes),
            Self::Undecided(Protocols { tls: Some(config), .. }, _) => {
                if is_plain_http(bytes) {
                    *self = Self::Http1;
                    let detail = "This port speaks TLS: use https:// instead of http://.";
                    return engine.refuse_connection(id, Refusal::new(ErrorCode::BadRequest, detail));
                }
                let config = config.clone();
                match Tls::new(engine, id, config) {
                    Some(tls) => *self = Self::Tls(Box::new(tls)),
                    None => {
                        *self = Self::Http1;
                        return engine.refuse_connection(id, ErrorCode::Internal.into());
                    }
                }
            }
            Self::Undecided(..) => return self.decide(engine, id, bytes),
        }
        self.receive(engine, id, bytes);
    }

    /// Looks for HTTP/2's preface, which is no HTTP/1.1 request that anybody could mean (RFC 9113 §3.4).
    fn decide(&mut self, engine: &mut Engine, id: ConnectionId, bytes: &[u8]) {
        let Self::Undecided(_, prefix) = self else { return };
        let is_first = prefix.is_empty();
        prefix.extend_from_slice(bytes);
        let known = prefix.len().min(PREFACE.len());
        if prefix[..known] != PREFACE[..known] {
            let bytes = std::mem::take(prefix);
            *self = Self::Http1;
            if !is_first {
                engine.begin_http1(id);
            }
            self.opened(engine, id);
            engine.receive(id, &bytes);
        } else if known == PREFACE.len() {
            let bytes = std::mem::take(prefix);
            *self = Self::Http2(Box::new(Http2::new(engine, id, false)));
            self.receive(engine, id, &bytes);
        } else if is_first {
            engine.carry(id, Some(engine.now() + engine.limits().headers_timeout));
        }
    }

    /// The client sends nothing more.
    pub(crate) fn end_of_input(&mut self, engine: &mut Engine, id: ConnectionId) {
        match self {
            Self::Http1 => engine.end_of_input(id),
            Self::Http2(http2) => http2.end_of_input(engine, id),
            Self::Tls(tls) => tls.end_of_input(engine, id),
            Self::Undecided(..) => {
                *self = Self::Http1;
                engine.begin_http1(id);
                engine.end_of_input(id);
            }
        }
    }

    /// Whether more bytes are taken from the client for now.
    #[inline]
    pub(crate) fn wants_input(&self, engine: &Engine, id: ConnectionId) -> bool {
        match self {
            Self::Http1 => engine.wants_input(id),
            Self::Undecided(..) => true,
            Self::Http2(http2) => http2.wants_input(),
            Self::Tls(tls) => tls.wants_input(engine, id),
        }
    }

    /// An exchange of the connection has output, takes input again, or must end.
    pub(crate) fn touch(&self, exchange: ConnectionId) {
        match self {
            Self::Http2(http2) => http2.touch(exchange),
            Self::Tls(tls) => tls.touch(exchange),
            Self::Http1 | Self::Undecided(..) => {}
        }
    }

    /// How many bytes an exchange's client took since this was last asked while it was blocked; `None` the first time.
    pub(crate) fn progress(&mut self, exchange: ConnectionId) -> Option<u64> {
        match self {
            Self::Http2(http2) => http2.progress(exchange),
            Self::Tls(tls) => tls.progress(exchange),
            Self::Http1 | Self::Undecided(..) => None,
        }
    }

    /// Bytes to write.
    #[inline]
    pub(crate) fn output<'a>(&'a mut self, engine: &'a mut Engine, id: ConnectionId) -> &'a [u8] {
        match self {
            Self::Http1 | Self::Undecided(..) => engine.output(id),
            Self::Http2(http2) => http2.output(engine, id),
            Self::Tls(tls) => tls.output(engine, id),
        }
    }

    /// Notes that so many of them were written.
    #[inline]
    pub(crate) fn wrote(&mut self, engine: &mut Engine, id: ConnectionId, count: usize) {
        match self {
            Self::Http1 | Self::Undecided(..) => engine.wrote(id, count),
            Self::Http2(http2) => http2.wrote(count),
            Self::Tls(tls) => tls.wrote(count),
        }
    }

    /// What becomes of the connection once everything is written.
    #[inline]
    pub(crate) fn fate(&self, engine: &Engine, id: ConnectionId) -> Fate {
        match self {
            Self::Http1 | Self::Undecided(..) => engine.fate(id),
            Self::Http2(http2) => http2.fate(engine, id),
            Self::Tls(tls) => tls.fate(engine, id),
        }
    }

    /// Ends after what is under way.
    pub(crate) fn drain(&mut self, engine: &mut Engine, id: ConnectionId) {
        match self {
            // The engine ends them when they are idle.
            Self::Http1 | Self::Undecided(..) => {}
            Self::Http2(http2) => http2.drain(engine, id),
            Self::Tls(tls) => tls.drain(engine, id),
        }
    }

    /// The connection is gone, and so are all its requests.
    pub(crate) fn abandon(&mut self, engine: &mut Engine) {
        match self {
            Self::Http2(http2) => http2.abandon(engine),
            Self::Tls(tls) => tls.abandon(engine),
            Self::Http1 | Self::Undecided(..) => {}
        }
    }
}

/// Whether bytes are the beginning of a request without TLS: a method, or the empty line that some send before one.
fn is_plain_http(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first != TLS_HANDSHAKE && (first.is_ascii_alphabetic() || *first == b'\r'))
}
