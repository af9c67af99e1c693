//! Content coding of answers: what it asks of their header fields.

use super::app::{App, Fixed, FixedCoding};
use super::slots::Slot;
use crate::compression::{Accepted, Coding, Compression};
use crate::http::Head;
use crate::http::response::{field, has_body};

/// Contents up to this size are encoded at once; a larger one would keep every other request waiting for too long.
pub(super) const AT_ONCE: usize = 128 * 1024;

/// An answer as it is sent instead.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// Its field lines.
    pub(crate) fields: Vec<u8>,
    /// `None`: the content stays as it is, only caches are told that it need not.
    pub(crate) content: Option<Vec<u8>>,
}

/// Encodes the answer of a handler, if client and rules want it; `None` when nothing about it changes.
pub(super) fn answer(app: &App, slot: &Slot, status: u16, own: &[u8], content: &[u8]) -> Option<Encoded> {
    let compression = app.compression.as_ref().filter(|_| app.compresses(slot.route))?;
    if content.len() > AT_ONCE || !is_encodable(compression, status, own) {
        return None;
    }
    let coding = compression.choose(&accepted(&slot.head, &slot.raw));
    Some(encode(compression, coding, own, content))
}

fn encode(compression: &Compression, coding: Option<Coding>, own: &[u8], content: &[u8]) -> Encoded {
    let encoded = coding.and_then(|coding| Some((coding, compression.whole(coding, content)?)));
    Encoded {
        fields: fields(own, encoded.as_ref().map(|(coding, _)| *coding)),
        content: encoded.map(|(_, bytes)| bytes),
    }
}

/// What a request says about codings.
pub(super) fn accepted(head: &Head, raw: &[u8]) -> Accepted {
    Accepted::read(head.values(raw, "accept-encoding"))
}

/// Whether a response with these field lines may be sent in another coding: its type is one of the list, it is no part of something
/// (§14.2 of RFC 9110), and nobody encoded it, signed its bytes (RFC 9530) or forbade to change them (RFC 9111 §5.2.2.6).
pub(super) fn is_encodable(compression: &Compression, status: u16, own: &[u8]) -> bool {
    if !has_body(status) || status == 206 {
        return false;
    }
    let mut is_type = false;
    for (name, value) in lines(own) {
        match name {
            b"content-type" => is_type = compression.takes(value),
            b"content-encoding" | b"content-range" | b"content-digest" | b"repr-digest" | b"digest" => return false,
            b"cache-control" if names(value, b"no-transform") => return false,
            _ => {}
        }
    }
    is_type
}

/// The field lines of a response that may be encoded, and is in `coding`: caches learn that it depends on the request, and a strong
/// entity tag becomes a weak one, as it no longer names these very bytes (RFC 9110 §8.8.1).
pub(super) fn fields(own: &[u8], coding: Option<Coding>) -> Vec<u8> {
    let mut out = Vec::with_capacity(own.len() + 64);
    let mut varies = false;
    for (name, value) in lines(own) {
        varies |= name == b"vary" && (names(value, b"accept-encoding") || names(value, b"*"));
        if coding.is_some() && name == b"etag" && value.starts_with(b"\"") {
            field(&mut out, name, &[b"W/", value].concat());
        } else if !(coding.is_some() && name == b"accept-ranges") {
            field(&mut out, name, value);
        }
    }
    if let Some(coding) = coding {
        field(&mut out, b"content-encoding", coding.token().as_bytes());
    }
    if !varies {
        field(&mut out, b"vary", b"accept-encoding");
    }
    out
}

impl Fixed {
    /// The answer in a coding, made when it is first asked for; `None` when the content does not get smaller.
    pub(super) fn encoded(&self, compression: &Compression, coding: Coding) -> Option<&FixedCoding> {
        let make = || {
            let body = compression.whole(coding, &self.body)?;
            Some(FixedCoding { fields: fields(&self.fields, Some(coding)), body })
        };
        self.codings.get(coding as usize)?.get_or_init(make).as_ref()
    }
}

/// Names and values of complete field lines.
fn lines(block: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    block.split(|b| *b == b'\n').filter_map(|line| {
        let at = memchr::memchr(b':', line)?;
        Some((&line[..at], line[at + 1..].trim_ascii()))
    })
}

/// Whether a list has a member, arguments aside.
fn names(list: &[u8], member: &[u8]) -> bool {
    list.split(|b| *b == b',').any(|one| {
        let name = one.split(|b| *b == b'=').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(member)
    })
}
