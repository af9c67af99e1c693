//! What clients send.

use super::super::app::{App, Route};
use super::super::connection::{Connection, Phase};
use super::super::slots::Handle;
use super::super::{Context, Event};
use super::{News, Socket, SocketRoute, issues_text, send};
use crate::schema::{Issue, JsonLimits};
use crate::websocket::{CloseCode, Decoder, Fault, Inflater, Item, Opcode};

const NOT_TEXT: Fault = Fault { code: CloseCode::INVALID_DATA, reason: "a text message that is not UTF-8" };
const NOT_BINARY: Fault = Fault { code: CloseCode::UNSUPPORTED, reason: "messages are JSON text here" };
const INVALID: Fault = Fault { code: CloseCode::POLICY, reason: "a message that does not fit its schema" };

/// Reads on in the frames of a connection; returns how much of `bytes` it understood.
pub(in super::super) fn read(connection: &mut Connection, app: &App, cx: &mut Context, bytes: &[u8]) -> usize {
    match &mut connection.phase {
        Phase::Closing(decoder) => {
            let read = skip(decoder, bytes);
            // It ends with the client's Close frame, or with anything that is no frame.
            if read.is_none() {
                end(connection, cx);
            }
            read.unwrap_or(bytes.len())
        }
        Phase::Socket(upgraded) => {
            upgraded.is_asked = false;
            let handle = upgraded.handle;
            connection.since = cx.now;
            listen(connection, app, cx, handle, bytes)
        }
        _ => 0,
    }
}

/// Reads frames that nobody looks at; `None` at the end.
fn skip(decoder: &mut Decoder, bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        match decoder.decode(&bytes[at..], Vec::new) {
            Ok((0, _)) => break,
            Ok((_, Some(Item::Close(..)))) | Err(_) => return None,
            Ok((used, _)) => at += used,
        }
    }
    Some(at)
}

/// Nothing more is read; the client closes its side, or is given up.
pub(super) fn end(connection: &mut Connection, cx: &mut Context) {
    connection.phase = Phase::Ended;
    connection.linger = true;
    connection.since = cx.now;
    cx.touch(connection);
}

fn listen(connection: &mut Connection, app: &App, cx: &mut Context, handle: Handle, bytes: &[u8]) -> usize {
    let Some(slot) = cx.slots.get_mut(handle) else { return bytes.len() };
    let Some(Route::Socket(route)) = app.routes.get(slot.route as usize) else { return bytes.len() };
    let Some(mut decoder) = slot.socket.as_mut().and_then(|socket| socket.decoder.take()) else { return bytes.len() };
    let mut at = 0;
    let mut outcome = Ok(());
    while at < bytes.len() && !connection.is_full() {
        let decoded = decoder.decode(&bytes[at..], || cx.sockets.buffer());
        outcome = match decoded {
            Ok((0, _)) => break,
            Ok((used, item)) => {
                at += used;
                item.map_or(Ok(()), |item| Reader { connection, app, cx, handle, route }.take(item))
            }
            Err(fault) => Err(End::Fault(fault)),
        };
        if outcome.is_err() {
            break;
        }
    }
    let (code, reason) = match outcome {
        Ok(()) => {
            if let Some(socket) = cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) {
                socket.decoder = Some(decoder);
            }
            return at;
        }
        Err(End::Fault(Fault { code, reason })) => (code, reason.to_owned()),
        Err(End::Closed(code, reason)) => (code, reason),
    };
    // What the handlers of messages before it send goes out before the Close frame. Without a decoder nothing more is looked at.
    match cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) {
        Some(socket) if socket.is_busy || !socket.inbox.is_empty() => {
            socket.ending = Some((code, reason));
            if socket.is_busy {
                cx.events.push_back((handle, Event::Aborted));
            }
        }
        _ => conclude(connection, cx, handle, code, &reason),
    }
    bytes.len()
}

/// Answers the Close frame of a client, or its fault (RFC 6455 §5.5.1, §7.1.7).
pub(super) fn conclude(connection: &mut Connection, cx: &mut Context, handle: Handle, code: CloseCode, reason: &str) {
    send::frame_close(connection, cx, code, reason);
    cx.end_socket(handle, code, reason, false);
    end(connection, cx);
}

/// Why no more is read.
enum End {
    Fault(Fault),
    Closed(CloseCode, String),
}

/// Takes what is complete.
struct Reader<'r> {
    connection: &'r mut Connection,
    app: &'r App,
    cx: &'r mut Context,
    handle: Handle,
    route: &'r SocketRoute,
}

impl Reader<'_> {
    fn take(&mut self, item: Item) -> Result<(), End> {
        match item {
            Item::Message { is_text, is_compressed, data } => {
                let data = if is_compressed { self.inflate(is_text, data) } else { Ok(data) };
                self.message(is_text, data.map_err(End::Fault)?)
            }
            Item::Ping(payload) => {
                send::control(self.connection, self.cx, Opcode::Pong, &payload);
                Ok(())
            }
            Item::Pong => Ok(()),
            Item::Close(code, reason) => Err(End::Closed(code, reason)),
        }
    }

    fn inflate(&mut self, is_text: bool, data: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let mut out = self.cx.sockets.buffer();
        let socket = self.cx.slots.get_mut(self.handle).and_then(|slot| slot.socket.as_mut());
        let own = socket.and_then(|socket| socket.own.as_mut());
        let keeps = own.is_some();
        let inflater: &mut Inflater = match own {
            Some(own) => &mut own.0,
            None => self.cx.sockets.inflater.get_or_insert_default(),
        };
        inflater.message(&data, &mut out, self.route.message_bytes, keeps)?;
        self.cx.sockets.keep(data);
        if is_text && simdutf8::basic::from_utf8(&out).is_err() { Err(NOT_TEXT) } else { Ok(out) }
    }

    fn message(&mut self, is_text: bool, data: Vec<u8>) -> Result<(), End> {
        let news = match &self.route.message {
            None if is_text => News::Text(data),
            None => News::Binary(data),
            Some(_) if !is_text => return Err(End::Fault(NOT_BINARY)),
            Some(schema) => {
                let mut issues = Vec::new();
                let limits = JsonLimits { depth: self.app.limits.json_depth };
                if let Err(fault) = schema.validate_json(&data, limits, &mut issues) {
                    issues.push(Issue { path: String::new(), code: "json", message: fault.to_string() });
                }
                match issues.is_empty() {
                    true => News::Text(data),
                    false if self.route.tells_invalid => News::Invalid(issues_text(&issues)),
                    false => return Err(End::Fault(INVALID)),
                }
            }
        };
        self.cx.tell(self.handle, news);
        let socket = self.cx.slots.get(self.handle).and_then(|slot| slot.socket.as_ref());
        let is_full = socket.is_some_and(|socket| Socket::is_full(socket));
        if let Phase::Socket(upgraded) = &mut self.connection.phase {
            upgraded.is_full = is_full;
        }
        Ok(())
    }
}
