//! The request becomes a WebSocket (RFC 6455 §4.2.2).

use super::super::Engine;
use super::super::app::Route;
use super::super::complete::RespondFault;
use super::super::connection::{Phase, Upgraded};
use super::super::slots::{Handle, State};
use super::Socket;
use crate::error::ErrorCode;
use crate::http::response::{field, is_engine_field, is_field_name, is_field_value};
use crate::websocket::{Decoder, extension, handshake};

impl Engine {
    /// Accepts a WebSocket. From then on its number is the socket's; the chosen subprotocol is returned, empty if there is none. `headers` are
    /// added to the response. `None` when the request is over, or is for no WebSocket.
    ///
    /// # Errors
    /// A header that cannot be sent; the request is still open then.
    pub fn accept<'h>(
        &mut self,
        handle: Handle,
        headers: impl Iterator<Item = (&'h [u8], &'h [u8])> + Clone,
    ) -> Result<Option<String>, RespondFault> {
        if !headers.clone().all(|(name, value)| is_field_name(name) && is_field_value(value)) {
            return Err(RespondFault::Header);
        }
        let Some(slot) = self.cx.slots.get_mut(handle).filter(|slot| slot.state == State::Waiting) else {
            return Ok(None);
        };
        let Some(Route::Socket(route)) = self.app.routes.get(slot.route as usize) else { return Ok(None) };
        if self.cx.draining {
            self.refuse(handle, ErrorCode::Overloaded);
            return Ok(None);
        }
        let (head, raw) = (&slot.head, &slot.raw);
        let key = head.values(raw, "sec-websocket-key").next().unwrap_or_default();
        let protocol = handshake::choose_protocol(head.values(raw, "sec-websocket-protocol"), &route.subprotocols)
            .unwrap_or_default();
        let deflate = route
            .deflate
            .and_then(|(wanted, _)| extension::negotiate(head.values(raw, "sec-websocket-extensions"), wanted));
        let mut own = Vec::with_capacity(256);
        field(&mut own, b"sec-websocket-accept", handshake::accept_key(key).as_bytes());
        if !protocol.is_empty() {
            field(&mut own, b"sec-websocket-protocol", protocol.as_bytes());
        }
        if let Some((_, response)) = &deflate {
            field(&mut own, b"sec-websocket-extensions", response.as_bytes());
        }
        for (name, value) in headers {
            if !str::from_utf8(name).is_ok_and(is_engine_field) {
                let start = own.len();
                field(&mut own, name, value);
                own[start..start + name.len()].make_ascii_lowercase();
            }
        }
        let (protocol, deflate) = (protocol.to_owned(), deflate.map(|(agreed, _)| agreed));
        let (sequence, id, seen) = (slot.sequence, slot.meta.id, slot.meta.seen);
        let Some(connection) = self.connections.get_mut(slot.connection) else { return Ok(None) };
        let raw = std::mem::take(&mut slot.raw);
        connection.fulfil(&mut self.cx, sequence, |cx, out| {
            if let Some(observer) = &cx.observer {
                cx.observe(observer, &seen, 101, |text| cx.ids.write(text, &raw, id));
            }
            out.extend_from_slice(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n");
            out.extend_from_slice(&own);
            out.extend_from_slice(cx.date.line());
            out.extend_from_slice(b"x-request-id: ");
            cx.ids.write(out, &raw, id);
            out.extend_from_slice(b"\r\n\r\n");
            None
        });
        connection.since = self.cx.now;
        connection.phase = Phase::Socket(Upgraded {
            handle,
            is_full: false,
            idle: route.idle,
            pings: route.pings,
            is_asked: false,
            is_behind: false,
        });
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        if let Some(slot) = self.cx.slots.get_mut(handle) {
            slot.raw = raw;
        }
        let decoder = Decoder::new(route.message_bytes, deflate.is_some());
        self.cx.slots.upgrade(handle, Box::new(Socket::new(decoder, deflate)));
        Ok(Some(protocol))
    }
}
