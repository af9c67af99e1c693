//! Requests of a protocol with a framing of its own (HTTP/2). Each is a connection of the engine that carries this one request, an
//! *exchange*: its head goes in as an HTTP/1.1 head, its body and its response are not framed. The client's own connection is the *carrier* of
//! its exchanges; its bytes never come here. So limits, authentication and everything else about requests is the same code.

use std::sync::Arc;

use super::connection::{Carrier, Phase, Waiting};
use super::deadline::LINGER;
use super::slots::Handle;
use super::{ConnectionId, Engine, begin, body};
use crate::error::{ErrorCode, Refusal};
use crate::http::{Framing, Parsed};

/// What TLS knows of a client.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// Its certificate (DER) that was verified, if it was asked for one and had one.
    pub certificate: Option<Vec<u8>>,
}

impl Engine {
    /// From now on another protocol is spoken on a connection, with a deadline by [`Engine::set_carrier_deadline`].
    pub fn carry(&mut self, id: ConnectionId, until: Option<u64>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.phase = Phase::Carrier(Carrier { until, expired: false });
        self.cx.sweep_by(until);
    }

    /// Sets when something must have happened on a carrier, in milliseconds of [`Engine::set_time`]. Nothing changes once it expired.
    pub fn set_carrier_deadline(&mut self, id: ConnectionId, until: Option<u64>) {
        if let Some(Phase::Carrier(carrier)) = self.connections.get_mut(id).map(|connection| &mut connection.phase)
            && !carrier.expired
        {
            carrier.until = until;
            self.cx.sweep_by(until);
        }
    }

    /// Whether the deadline of a carrier passed: a moment is left to say so.
    pub fn is_expired(&self, id: ConnectionId) -> bool {
        matches!(self.connections.get(id).map(|c| &c.phase), Some(Phase::Carrier(carrier)) if carrier.expired)
    }

    /// HTTP/1.1 is spoken on a connection that was a carrier.
    pub fn begin_http1(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.phase = Phase::Head;
        connection.since = self.cx.now;
        self.cx.sweep_by(connection.deadline(&self.app.limits));
    }

    /// Notes that a connection uses TLS; its exchanges inherit it.
    pub fn secure(&mut self, id: ConnectionId, security: Security) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.security = Some(Arc::new(security));
        }
    }

    /// Answers a connection on which nothing was understood, and ends it.
    pub fn refuse_connection(&mut self, id: ConnectionId, refusal: Refusal) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.give_up(&self.app, &mut self.cx, refusal);
        }
    }

    /// Takes in one request. `head` is written as HTTP/1.1 with no framing fields but Content-Length; `ended` says that it has no body.
    /// The response is complete when [`Engine::fate`] is not open and [`Engine::output`] is empty; `None` when there is no such carrier.
    pub fn open_exchange(&mut self, carrier: ConnectionId, head: &[u8], ended: bool) -> Option<ConnectionId> {
        let (peer, security) = self.connections.get(carrier).map(|c| (c.peer, c.security.clone()))?;
        let id = self.open(peer);
        self.exchanges += 1;
        let connection = self.connections.get_mut(id)?;
        connection.carrier = Some(carrier);
        connection.security = security;
        self.cx.stats.requests += 1;
        match self.cx.head.read(head, &self.app.limits) {
            Ok(Parsed::Complete(length)) if length == head.len() => {
                // The response ends with the exchange, as one of HTTP/1.0 ends with its connection.
                self.cx.head.http10 = true;
                self.cx.head.keep_alive = false;
                if ended {
                    self.cx.head.framing = Framing::None;
                } else if self.cx.head.framing == Framing::None {
                    self.cx.head.framing = Framing::Outside;
                }
                begin::request(connection, &self.app, &mut self.cx, head, true);
            }
            Ok(_) => connection.give_up(&self.app, &mut self.cx, ErrorCode::BadRequest.into()),
            Err(refusal) => connection.give_up(&self.app, &mut self.cx, refusal),
        }
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        Some(id)
    }

    /// The body of an exchange is complete.
    pub fn end_of_body(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        if matches!(connection.phase, Phase::Body(_))
            && let Phase::Body(incoming) = std::mem::replace(&mut connection.phase, Phase::Ended)
        {
            body::end(connection, &self.app, &mut self.cx, &incoming);
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
    }

    /// Whether another protocol is spoken on a connection.
    pub fn is_carrier(&self, id: ConnectionId) -> bool {
        matches!(self.connections.get(id).map(|connection| &connection.phase), Some(Phase::Carrier(_)))
    }

    /// The carrier of an exchange.
    pub fn carrier(&self, id: ConnectionId) -> Option<ConnectionId> {
        self.connections.get(id)?.carrier
    }

    /// Whether a connection must end at once, whatever is still to be sent.
    pub fn is_broken(&self, id: ConnectionId) -> bool {
        self.connections.get(id).is_none_or(|connection| connection.broken)
    }

    /// Whether a connection must end although its response is not complete.
    pub fn is_cut(&self, id: ConnectionId) -> bool {
        self.connections.get(id).is_none_or(|connection| {
            let is_cut = matches!(connection.queue.front(), Some(Waiting::Cut { .. })) && connection.is_flushed();
            connection.broken || is_cut
        })
    }

    /// What TLS knows of the client of a request, or that it came without TLS; `None` when it is over.
    pub fn security(&self, handle: Handle) -> Option<Option<&Security>> {
        let id = self.cx.slots.get(handle)?.connection;
        Some(self.connections.get(id)?.security.as_deref())
    }
}

impl super::connection::Connection {
    /// Notes that the deadline of a carrier passed; false when it is none.
    pub(super) fn expire_carrier(&mut self, now: u64) -> bool {
        let Phase::Carrier(carrier) = &mut self.phase else { return false };
        self.broken |= carrier.expired;
        *carrier = Carrier { until: Some(now + LINGER), expired: true };
        true
    }
}
