//! Names and values in a request: query, header fields, cookies, media type.

use std::borrow::Cow;

use crate::auth;
use crate::error::{ErrorCode, Refusal};
use crate::http::{Head, percent};

/// Names and values of one part of a request.
type Pairs<'r> = Vec<(Cow<'r, str>, Cow<'r, str>)>;

/// The pairs of the query (`application/x-www-form-urlencoded`), in order.
pub(super) fn query<'r>(head: &Head, raw: &'r [u8]) -> Result<Pairs<'r>, Refusal> {
    let text = head.query.map(|span| span.slice(raw)).unwrap_or_default();
    let pair = |part: &'r [u8]| {
        let at = memchr::memchr(b'=', part);
        let (name, value) = at.map_or((part, &b""[..]), |at| (&part[..at], &part[at + 1..]));
        Ok((percent::decode_query(name)?, percent::decode_query(value)?))
    };
    text.split(|b| *b == b'&')
        .filter(|part| !part.is_empty())
        .map(pair)
        .collect::<Result<_, percent::BadEncoding>>()
        .map_err(|_| Refusal::new(ErrorCode::BadRequest, "The query has a malformed percent-encoding."))
}

/// All header fields, names in lower case.
pub(super) fn headers<'r>(head: &Head, raw: &'r [u8]) -> Pairs<'r> {
    let pair = |f: &crate::http::head::Field| (lower(f.name.slice(raw)), String::from_utf8_lossy(f.value.slice(raw)));
    head.fields.iter().map(pair).collect()
}

/// All cookies, in order.
pub(super) fn cookies<'r>(head: &Head, raw: &'r [u8]) -> Pairs<'r> {
    let fields = head.fields.iter().filter(|f| f.name.slice(raw).eq_ignore_ascii_case(b"cookie"));
    fields
        .flat_map(|f| auth::cookies(f.value.slice(raw)))
        .map(|(name, value)| (String::from_utf8_lossy(name), String::from_utf8_lossy(value)))
        .collect()
}

/// Whether the body is declared as JSON: `application/json` or `application/*+json`, in UTF-8 (RFC 8259 §8.1, RFC 6838 §4.2.8).
fn is_json(head: &Head, raw: &[u8]) -> bool {
    let Some(value) = head.known_value(raw, head.known.content_type) else { return false };
    let mut parts = value.split(|b| *b == b';').map(<[u8]>::trim_ascii);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_json = media == b"application/json" || (media.starts_with(b"application/") && media.ends_with(b"+json"));
    is_json && parts.all(is_utf8_or_no_charset)
}

/// What a JSON body is declared as.
pub(super) const JSON: &str = "application/json";
/// What a form is declared as.
pub(super) const FORM: &str = "application/x-www-form-urlencoded or multipart/form-data";

/// Whether the body is declared as a form, or else as JSON.
pub(super) fn has_type(head: &Head, raw: &[u8], form: bool) -> bool {
    if !form {
        return is_json(head, raw);
    }
    let value = head.known_value(raw, head.known.content_type).unwrap_or_default();
    let media = value.split(|b| *b == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
    media == b"application/x-www-form-urlencoded" || media == b"multipart/form-data"
}

/// Whether the body is in a content coding (RFC 9110 §8.4), none of which is decoded: a few bytes could become any number.
pub(super) fn is_encoded(head: &Head, raw: &[u8]) -> bool {
    let codings = head.values(raw, "content-encoding").flat_map(|field| field.split(|b| *b == b','));
    codings.map(<[u8]>::trim_ascii).any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

fn is_utf8_or_no_charset(parameter: &[u8]) -> bool {
    let lower = parameter.to_ascii_lowercase();
    match lower.strip_prefix(b"charset=") {
        Some(charset) => matches!(charset, b"utf-8" | b"\"utf-8\"" | b"utf8"),
        None => true,
    }
}

/// A field name in lower case.
pub(super) fn lower(name: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(name);
    if name.iter().any(u8::is_ascii_uppercase) { Cow::Owned(text.to_ascii_lowercase()) } else { text }
}
