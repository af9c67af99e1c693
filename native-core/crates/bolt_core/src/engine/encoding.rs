//! Content coding of answers: what it asks of their header fields.

use super::app::{App, Fixed, FixedCoding};
use super::slots::Slot;
use crate::compression::{Accepted, Coding, Compression, Encoder};
use crate::http::Head;
use crate::http::response::{field, has_body};

/// Contents up to this size are encoded at once; of a larger one each pass does a piece, so that it does not keep the others waiting.
const AT_ONCE: usize = 64 * 1024;

/// An answer as it is sent instead.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// Its field lines.
    pub(crate) fields: Vec<u8>,
    pub(crate) content: Encoding,
}

/// What becomes of a content.
#[derive(Debug)]
pub(crate) enum Encoding {
    /// It stays as it is, only caches are told that it need not.
    None,
    Whole(Vec<u8>),
    /// It is encoded as the client takes it.
    Pieces(Encoder),
}

/// Encodes the answer of a handler, if client and rules want it; `None` when nothing about it changes.
pub(super) fn answer(app: &App, slot: &Slot, status: u16, own: &[u8], content: &[u8]) -> Option<Encoded> {
    let (compression, coding) = choose(app, slot, status, own)?;
    let encoding = coding.and_then(|coding| match content.len() {
        ..=AT_ONCE => compression.whole(coding, content).map(Encoding::Whole),
        size => compression.stream(coding, Some(size)).map(Encoding::Pieces),
    });
    let fields = fields(own, coding.filter(|_| encoding.is_some()));
    Some(Encoded { fields, content: encoding.unwrap_or(Encoding::None) })
}

/// Field lines, and an encoder if there is to be one, for an answer that comes piece by piece; `None` when nothing about it changes.
pub(super) fn stream(
    app: &App,
    slot: &Slot,
    status: u16,
    own: &[u8],
    length: Option<u64>,
) -> Option<(Vec<u8>, Option<Encoder>)> {
    if length.is_some_and(|length| length < app.compress_from as u64) {
        return None;
    }
    let (compression, coding) = choose(app, slot, status, own)?;
    let encoder = coding.and_then(|coding| compression.stream(coding, None));
    Some((fields(own, coding.filter(|_| encoder.is_some())), encoder))
}

/// The rules, and the coding that the client prefers, for an answer that may be encoded.
fn choose<'a>(app: &'a App, slot: &Slot, status: u16, own: &[u8]) -> Option<(&'a Compression, Option<Coding>)> {
    let compression = app.compression.as_ref().filter(|_| app.compresses(slot.route))?;
    is_encodable(compression, status, own).then(|| (compression, compression.choose(&accepted(&slot.head, &slot.raw))))
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
