//! What servers send.

use super::super::app::Route;
use super::super::connection::{Connection, Phase};
use super::super::slots::Handle;
use super::super::{Context, Engine};
use super::{SocketRoute, read};
use crate::websocket::{CloseCode, Opcode, close, frame};

const TOO_SLOW: &str = "too slow to take what it is sent (limits.bufferedBytes)";
pub(super) const TOO_LITTLE: &str = "too slow to take what it is sent (limits.sendRate)";

impl Engine {
    /// Sends a message; how many bytes wait for the client then. `None`, and nothing sent, when the socket is over. A client that
    /// did not take all it was sent, and for which more than `bufferedBytes` of the route wait, is closed with 1013 instead.
    pub fn socket_send(&mut self, handle: Handle, is_text: bool, data: &[u8]) -> Option<usize> {
        let slot = self.cx.slots.get(handle)?;
        let Some(Route::Socket(route)) = self.app.routes.get(slot.route as usize) else { return None };
        let connection = self.connections.get_mut(slot.connection)?;
        let unsent = message(connection, &mut self.cx, handle, route, is_text, data)?;
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        Some(unsent)
    }

    /// Closes a socket; messages that JavaScript has not seen are forgotten. False when it is over, or the code is none that can be sent.
    pub fn socket_close(&mut self, handle: Handle, code: CloseCode, reason: &str) -> bool {
        let Some(slot) = self.cx.slots.get(handle) else { return false };
        let Some(connection) = self.connections.get_mut(slot.connection) else { return false };
        if !code.is_sendable() || !is_open(connection, handle) {
            return false;
        }
        close(connection, &mut self.cx, handle, code, reason);
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        true
    }

    /// Bytes that wait for the client of a socket; `None` when it is over.
    pub fn socket_buffered(&self, handle: Handle) -> Option<usize> {
        let connection = self.connections.get(self.cx.slots.get(handle)?.connection)?;
        is_open(connection, handle).then(|| connection.unsent())
    }
}

impl Connection {
    fn unsent(&self) -> usize {
        self.output.len() - self.sent
    }

    /// The output, to append to.
    pub(super) fn frames(&mut self, cx: &mut Context) -> &mut Vec<u8> {
        if self.sent > 0 && self.sent >= self.output.len() - self.sent {
            // Of a client that keeps up, but never quite, the sent part would grow for ever.
            self.output.drain(..self.sent);
            self.sent = 0;
        }
        cx.touch(self);
        &mut self.output
    }
}

/// Whether the connection is that socket, and it is not over.
pub(super) fn is_open(connection: &Connection, handle: Handle) -> bool {
    matches!(&connection.phase, Phase::Socket(upgraded) if upgraded.handle == handle)
}

fn message(
    connection: &mut Connection,
    cx: &mut Context,
    handle: Handle,
    route: &SocketRoute,
    is_text: bool,
    data: &[u8],
) -> Option<usize> {
    if !admits(connection, cx, handle, route) {
        return None;
    }
    let opcode = if is_text { Opcode::Text } else { Opcode::Binary };
    match compressed(cx, handle, route, data) {
        Some(small) => {
            frame::write(connection.frames(cx), opcode, true, &small);
            cx.sockets.keep(small);
        }
        None => frame::write(connection.frames(cx), opcode, false, data),
    }
    Some(note(connection, cx, handle, route))
}

/// Whether a socket takes another message; one that is too slow for that is closed.
pub(super) fn admits(connection: &mut Connection, cx: &mut Context, handle: Handle, route: &SocketRoute) -> bool {
    if !is_open(connection, handle) {
        return false;
    }
    // What was queued since the last write says nothing about the client.
    let is_behind = matches!(&connection.phase, Phase::Socket(upgraded) if upgraded.is_behind);
    let admits = !is_behind || connection.unsent() <= route.buffered_bytes;
    if !admits {
        close(connection, cx, handle, CloseCode::TRY_LATER, TOO_SLOW);
    }
    admits
}

/// Notes how much waits for a client.
pub(super) fn note(connection: &Connection, cx: &mut Context, handle: Handle, route: &SocketRoute) -> usize {
    let unsent = connection.unsent();
    if unsent > route.high_mark
        && let Some(socket) = cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut())
    {
        socket.owes_drained = true;
    }
    unsent
}

/// The message compressed, if that was agreed on and is worth it.
pub(super) fn compressed(cx: &mut Context, handle: Handle, route: &SocketRoute, data: &[u8]) -> Option<Vec<u8>> {
    let threshold = route.deflate.map(|(_, threshold)| threshold)?;
    if data.len() < threshold {
        return None;
    }
    let mut out = cx.sockets.buffer();
    let socket = cx.slots.get_mut(handle)?.socket.as_mut()?;
    let deflate = socket.deflate?;
    match &mut socket.own {
        Some(own) => own.1.message(data, &mut out, true),
        None => cx.sockets.deflater(deflate.window).message(data, &mut out, false),
    }
    Some(out)
}

pub(super) fn control(connection: &mut Connection, cx: &mut Context, opcode: Opcode, payload: &[u8]) {
    frame::write(connection.frames(cx), opcode, false, payload);
}

pub(super) fn ping(connection: &mut Connection, cx: &mut Context) {
    control(connection, cx, Opcode::Ping, b"");
}

pub(super) fn frame_close(connection: &mut Connection, cx: &mut Context, code: CloseCode, reason: &str) {
    control(connection, cx, Opcode::Close, &close::payload(code, reason));
}

/// Sends a Close frame and waits for the client's.
pub(super) fn close(connection: &mut Connection, cx: &mut Context, handle: Handle, code: CloseCode, reason: &str) {
    frame_close(connection, cx, code, reason);
    let decoder = cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()?.decoder.take());
    cx.end_socket(handle, code, reason, true);
    match decoder {
        Some(decoder) => {
            connection.phase = Phase::Closing(decoder);
            connection.since = cx.now;
        }
        None => read::end(connection, cx),
    }
}
