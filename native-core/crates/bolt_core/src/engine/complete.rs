//! Answers of handlers, and what handlers may ask about their request.

use std::borrow::Cow;
use std::net::IpAddr;

use super::answer::{Answer, Writer};
use super::app::Route;
use super::encoding::{Encoded, Encoding};
use super::slots::{Handle, Slot, State};
use super::stream::Coding;
use super::tail::{EncodedTail, Tail};
use super::upload::Upload;
use super::{Context, Engine, body, encoding, fields};
use crate::error::ErrorCode;
use crate::http::response::{field, is_engine_field, is_field_name, is_field_value};

/// Content of a response.
#[derive(Debug, Clone, Copy)]
pub enum Body<'b> {
    /// None; no Content-Type is needed.
    None,
    /// These bytes.
    Bytes(&'b [u8]),
}

/// A response that cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RespondFault {
    /// Not 200 to 599.
    Status,
    /// A header name or value that is none.
    Header,
}

const JSON: &[u8] = b"content-type: application/json\r\n";
const PLAIN_TEXT: &[u8] = b"content-type: text/plain; charset=utf-8\r\n";

impl Engine {
    /// Answers a request with a text and the route's own status; it is JSON unless [`Engine::set_text`] said otherwise. False when the
    /// request is over.
    pub fn complete(&mut self, handle: Handle, text: &[u8]) -> bool {
        let Some(slot) = self.cx.slots.get_mut(handle).filter(|slot| slot.state == State::Waiting) else {
            return false;
        };
        let (status, is_text) = match self.app.routes.get(slot.route as usize) {
            Some(Route::Handler(handler)) => (handler.status, handler.is_text),
            _ => (200, false),
        };
        let own: &[u8] = if is_text { PLAIN_TEXT } else { JSON };
        if text.len() >= self.app.compress_from
            && let Some(encoded) = self.encode(handle, status, own, text)
        {
            return self.send_encoded(handle, status, encoded, None, text);
        }
        self.send(handle, status, own, None, text)
    }

    /// The answer to a request in the coding that its client prefers; `None` when it is sent as it is.
    #[cold]
    fn encode(&self, handle: Handle, status: u16, own: &[u8], content: &[u8]) -> Option<Encoded> {
        if content.len() < self.app.compress_from {
            return None;
        }
        encoding::answer(&self.app, self.cx.slots.get(handle)?, status, own, content)
    }

    #[cold]
    fn send_encoded(
        &mut self,
        handle: Handle,
        status: u16,
        Encoded { fields, content }: Encoded,
        security: Option<&[u8]>,
        plain: &[u8],
    ) -> bool {
        match content {
            Encoding::None => self.send(handle, status, &fields, security, plain),
            Encoding::Whole(content) => self.send(handle, status, &fields, security, &content),
            Encoding::Pieces(encoder) => {
                let Some(slot) = self.cx.slots.get(handle) else { return false };
                let (coding, omit_body) = (Coding::of(slot.meta, None), slot.meta.omit_body);
                let fields = coding.announce(fields);
                let ends = coding == Coding::UntilClose && !omit_body;
                self.answer_with(handle, ends, |writer, out| {
                    writer.head(out, status, &fields, security.unwrap_or(writer.app.security.block()), None);
                    let tail = EncodedTail { encoder, content: plain.to_vec(), at: 0, coding };
                    (!omit_body).then(|| Tail::Encoded(Box::new(tail)))
                })
            }
        }
    }

    /// Says whether texts that complete requests of this request's route are plain text from now on, and not JSON. False when the
    /// request is over.
    pub fn set_text(&mut self, handle: Handle, is_text: bool) -> bool {
        let Some(slot) = self.cx.slots.get(handle) else { return false };
        let Some(Route::Handler(handler)) = self.app.routes.get_mut(slot.route as usize) else { return false };
        handler.is_text = is_text;
        true
    }

    /// Answers a request. `headers` are names and values. False when the request is over.
    ///
    /// # Errors
    /// A status or header that cannot be sent; the request is still open then.
    pub fn respond<'h>(
        &mut self,
        handle: Handle,
        status: u16,
        headers: impl Iterator<Item = (&'h [u8], &'h [u8])> + Clone,
        body: Body<'_>,
    ) -> Result<bool, RespondFault> {
        let OwnFields { lines: own, as_is } = own_fields(status, headers.clone())?;
        if self.cx.slots.get(handle).is_none_or(|slot| slot.state != State::Waiting) {
            return Ok(false);
        }
        let overrides = |name: &str| headers.clone().any(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        let security = self.app.security.overridden(overrides);
        let bytes = match body {
            Body::None => &b""[..],
            Body::Bytes(bytes) => bytes,
        };
        let encoded = if as_is { None } else { self.encode(handle, status, &own, bytes) };
        Ok(match encoded {
            Some(encoded) => self.send_encoded(handle, status, encoded, security.as_deref(), bytes),
            None => self.send(handle, status, &own, security.as_deref(), bytes),
        })
    }

    /// Answers 500 for a handler that failed; what happened is for the log only. False when the request is over.
    pub fn fail(&mut self, handle: Handle) -> bool {
        self.refuse(handle, ErrorCode::Internal)
    }

    pub(super) fn refuse(&mut self, handle: Handle, code: ErrorCode) -> bool {
        let Some(id) = self.cx.slots.get(handle).map(|slot| slot.connection) else { return false };
        let Some(connection) = self.connections.get_mut(id) else { return false };
        body::refuse(connection, &self.app, &mut self.cx, handle, Answer::Refuse(code.into()), false);
        true
    }

    fn send(&mut self, handle: Handle, status: u16, own: &[u8], security: Option<&[u8]>, content: &[u8]) -> bool {
        self.answer_with(handle, false, |writer, out| {
            writer.whole(out, status, own, security.unwrap_or(writer.app.security.block()), content);
            None
        })
    }

    /// Writes the answer to a request and ends it; `ends`: the connection ends with it. False when the request is over.
    #[inline]
    pub(super) fn answer_with(
        &mut self,
        handle: Handle,
        ends: bool,
        write: impl FnOnce(&Writer<'_>, &mut Vec<u8>) -> Option<Tail>,
    ) -> bool {
        let app = &self.app;
        let Some(slot) = self.cx.slots.get_mut(handle) else { return false };
        let (meta, sequence, raw) = (slot.meta, slot.sequence, std::mem::take(&mut slot.raw));
        let Some(connection) = self.connections.get_mut(slot.connection) else { return false };
        let close = connection.leave_body(handle, self.cx.now)
            || ends
            || !meta.keep_alive
            || (self.cx.draining && connection.is_last());
        if close {
            connection.end_requests(handle);
        }
        connection.fulfil(&mut self.cx, sequence, |cx, out| write(&Writer { app, cx, raw: &raw, meta, close }, out));
        if let Some(slot) = self.cx.slots.get_mut(handle) {
            slot.raw = raw;
        }
        self.cx.slots.release(handle);
        true
    }

    fn slot(&self, handle: Handle) -> Option<&Slot> {
        self.cx.slots.get(handle)
    }

    /// The method as sent.
    pub fn method(&self, handle: Handle) -> Option<&[u8]> {
        self.slot(handle).map(|slot| slot.head.method_token.slice(&slot.raw))
    }

    /// Path and query as sent; of an absolute target without its authority.
    pub fn target(&self, handle: Handle) -> Option<Cow<'_, [u8]>> {
        let slot = self.slot(handle)?;
        let (path, target) = (slot.head.path, slot.head.target);
        let rest = slot.raw.get(path.start()..target.end()).unwrap_or_default();
        Some(if rest.starts_with(b"/") { Cow::Borrowed(rest) } else { Cow::Owned([b"/", rest].concat()) })
    }

    /// The value of a header field, several joined by `, ` (of Cookie by `; `); `name` in any case.
    pub fn header(&self, handle: Handle, name: &str) -> Option<Cow<'_, [u8]>> {
        let slot = self.slot(handle)?;
        let at = |skip: usize| {
            let matching =
                |f: &&crate::http::head::Field| f.name.slice(&slot.raw).eq_ignore_ascii_case(name.as_bytes());
            slot.head.fields.iter().filter(matching).nth(skip).map(|f| f.value.slice(&slot.raw))
        };
        let first = at(0)?;
        if at(1).is_none() {
            return Some(Cow::Borrowed(first));
        }
        let separator: &[u8] = if name.eq_ignore_ascii_case("cookie") { b"; " } else { b", " };
        let all: Vec<&[u8]> = (0..).map_while(at).collect();
        Some(Cow::Owned(all.join(separator)))
    }

    /// All header fields in wire order: name in lower case, value.
    pub fn headers(&self, handle: Handle) -> Option<impl Iterator<Item = (Cow<'_, str>, &[u8])>> {
        let slot = self.slot(handle)?;
        Some(slot.head.fields.iter().map(|f| (fields::lower(f.name.slice(&slot.raw)), f.value.slice(&slot.raw))))
    }

    /// The client's address: the peer, or what trusted proxies forwarded.
    pub fn address(&self, handle: Handle) -> Option<IpAddr> {
        let slot = self.slot(handle)?;
        let peer = self.connections.get(slot.connection)?.peer;
        Some(self.app.proxies.client(peer, slot.head.values(&slot.raw, "x-forwarded-for")))
    }

    /// The whole body; `None` as long as it is not here, see [`Engine::read`].
    pub fn body(&self, handle: Handle) -> Option<&[u8]> {
        self.slot(handle).filter(|slot| !matches!(slot.upload, Upload::Coming { .. })).map(|slot| slot.body.as_slice())
    }

    /// The request's id.
    pub fn request_id(&self, handle: Handle) -> Option<Vec<u8>> {
        let slot = self.slot(handle)?;
        let mut id = Vec::new();
        self.cx.ids.write(&mut id, &slot.raw, slot.meta.id);
        Some(id)
    }

    /// The verified claims as JSON text, if an auth admitted the request.
    pub fn claims(&self, handle: Handle) -> Option<&str> {
        self.slot(handle)?.claims.as_ref().map(|claims| claims.text())
    }
}

/// The field lines of an answer as its handler wants them.
pub(super) struct OwnFields {
    pub(super) lines: Vec<u8>,
    /// It is not to be encoded.
    pub(super) as_is: bool,
}

/// The handler's own fields as lines, but for those that only the engine sets.
pub(super) fn own_fields<'h>(
    status: u16,
    headers: impl Iterator<Item = (&'h [u8], &'h [u8])> + Clone,
) -> Result<OwnFields, RespondFault> {
    if !(200..600).contains(&status) {
        return Err(RespondFault::Status);
    }
    if !headers.clone().all(|(name, value)| is_field_name(name) && is_field_value(value)) {
        return Err(RespondFault::Header);
    }
    let (mut lines, mut as_is) = (Vec::with_capacity(256), false);
    for (name, value) in headers {
        // No coding (RFC 9110 §8.4.1) is never said on the wire; a handler says it to keep the response as it is.
        if name.eq_ignore_ascii_case(b"content-encoding") && value.eq_ignore_ascii_case(b"identity") {
            as_is = true;
        } else if !str::from_utf8(name).is_ok_and(is_engine_field) {
            let start = lines.len();
            field(&mut lines, name, value);
            lines[start..start + name.len()].make_ascii_lowercase();
        }
    }
    Ok(OwnFields { lines, as_is })
}

impl Context {
    /// Ends a request whose client is gone.
    pub(super) fn abort(&mut self, handle: Handle) {
        self.tell_aborted(handle);
        self.slots.release(handle);
    }
}
