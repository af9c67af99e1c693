//! Strict reading of a request head. `httparse` splits it; everything it is lenient about is refused here.

use std::mem::MaybeUninit;

use super::framing::{self, Framing};
use super::target::{self, Form};
use super::{Method, Span};
use crate::error::{ErrorCode, Refusal};
use crate::plan::Limits;

/// Size of the parser's table; limits cannot allow more.
const TABLE: usize = 256;

/// Empty lines before a request that are skipped (RFC 9112 §2.2). More would be read again with each that arrives.
const EMPTY_LINES: usize = 8;

/// A header field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// As sent.
    pub name: Span,
    /// Without surrounding white space.
    pub value: Span,
}

/// Positions in [`Head::fields`] of fields the engine itself looks at; the first of each name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// `Host`
    pub host: Option<u16>,
    /// `Origin`
    pub origin: Option<u16>,
    /// `X-Request-Id`
    pub request_id: Option<u16>,
    /// `Content-Type`
    pub content_type: Option<u16>,
    /// `Authorization`
    pub authorization: Option<u16>,
    /// `Cookie`
    pub cookie: Option<u16>,
    /// `X-Forwarded-For`
    pub forwarded_for: Option<u16>,
}

/// What a head says, as spans of its bytes.
#[derive(Debug, Default)]
pub struct Head {
    /// All fields in wire order.
    pub fields: Vec<Field>,
    /// Fields found on the way.
    pub known: Known,
    /// The method.
    pub method: Method,
    /// Its token.
    pub method_token: Span,
    /// The request target as sent (RFC 9112 §3.2).
    pub target: Span,
    /// Path, without query.
    pub path: Span,
    /// Query, without `?`.
    pub query: Option<Span>,
    /// `OPTIONS *`.
    pub asterisk: bool,
    /// How the body is delimited.
    pub framing: Framing,
    /// Whether the connection may be used again (RFC 9112 §9.3).
    pub keep_alive: bool,
    /// Whether the client speaks HTTP/1.0.
    pub http10: bool,
    /// Whether it waits for `100 Continue` (RFC 9110 §10.1.1).
    pub expects_continue: bool,
}

/// Result of reading a head.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed {
    /// More bytes are needed.
    Partial,
    /// The head is this long.
    Complete(usize),
}

impl Head {
    /// Reads the head at the start of `bytes`. After an error the connection cannot be understood any more.
    ///
    /// # Errors
    /// What to answer before closing.
    pub fn read(&mut self, bytes: &[u8], limits: &Limits) -> Result<Parsed, Refusal> {
        if bytes.starts_with(b"\r\n") {
            check_empty_lines(bytes)?;
        }
        let mut table = [const { MaybeUninit::<httparse::Header<'_>>::uninit() }; TABLE];
        let mut request = httparse::Request::new(&mut []);
        let config = httparse::ParserConfig::default();
        // What lies beyond the bound must not decide how the head is refused: how much is there depends on how the bytes were cut.
        let window = &bytes[..bytes.len().min(limits.head_bytes)];
        let len = match config.parse_request_with_uninit_headers(&mut request, window, &mut table) {
            Ok(httparse::Status::Complete(len)) => len,
            Ok(httparse::Status::Partial) => return partial(bytes, limits),
            // Which version it is, or that it is none, shows at the end of the line.
            Err(httparse::Error::Version) if !has_request_line(window) => return partial(bytes, limits),
            Err(error) => return Err(fault(error, window, limits)),
        };
        let (Some(method), Some(path), Some(version)) = (request.method, request.path, request.version) else {
            return Err(ErrorCode::BadRequest.into());
        };
        if path.len() > limits.uri_bytes {
            return Err(uri_too_long(limits));
        }
        if request.headers.len() > limits.header_count {
            return Err(too_many_fields(limits));
        }
        check_line_ends(&bytes[..len])?;

        self.method = Method::parse(method);
        self.method_token = Span::of(bytes, method.as_bytes());
        self.target = Span::of(bytes, path.as_bytes());
        self.http10 = version == 0;
        self.known = Known::default();
        self.fields.clear();
        let form = target::read(self.method, path.as_bytes())?;
        self.set_target(form);
        let mut seen = framing::Seen::default();
        for header in request.headers.iter() {
            let at = self.fields.len() as u16;
            self.fields
                .push(Field { name: Span::of(bytes, header.name.as_bytes()), value: Span::of(bytes, header.value) });
            seen.field(header.name, header.value)?;
            self.known.note(header.name, at);
        }
        self.check_host(bytes, form, seen.hosts)?;
        let verdict = seen.verdict(self.http10)?;
        self.framing = verdict.framing;
        self.keep_alive = verdict.keep_alive;
        self.expects_continue = verdict.expects_continue;
        Ok(Parsed::Complete(len))
    }

    fn set_target(&mut self, form: Form) {
        let base = self.target.start();
        let shift = |span: Span| Span::new(base + span.start(), base + span.end());
        self.asterisk = form.asterisk;
        self.path = shift(form.path);
        self.query = form.query.map(shift);
    }

    /// RFC 9112 §3.2: exactly one Host with HTTP/1.1, at most one with 1.0; an absolute target's authority replaces it (§3.2.2).
    fn check_host(&mut self, bytes: &[u8], form: Form, hosts: usize) -> Result<(), Refusal> {
        if hosts > 1 || (hosts == 0 && !self.http10) {
            return Err(Refusal::new(ErrorCode::BadRequest, "A request has exactly one Host header field."));
        }
        let Some(host) = self.known.host.and_then(|i| self.fields.get_mut(i as usize)) else { return Ok(()) };
        if !target::is_authority(host.value.slice(bytes)) {
            return Err(Refusal::new(
                ErrorCode::BadRequest,
                "The Host header field is not a host with an optional port.",
            ));
        }
        if let Some(authority) = form.authority {
            let base = self.target.start();
            host.value = Span::new(base + authority.start(), base + authority.end());
        }
        Ok(())
    }

    /// The value of a known field.
    pub fn known_value<'b>(&self, bytes: &'b [u8], at: Option<u16>) -> Option<&'b [u8]> {
        at.and_then(|i| self.fields.get(i as usize)).map(|field| field.value.slice(bytes))
    }

    /// All values of a field in wire order; `name` in any case.
    pub fn values<'h, 'b: 'h>(&'h self, bytes: &'b [u8], name: &'h str) -> impl Iterator<Item = &'b [u8]> + 'h {
        self.fields
            .iter()
            .filter(move |f| f.name.len() == name.len() && f.name.slice(bytes).eq_ignore_ascii_case(name.as_bytes()))
            .map(move |f| f.value.slice(bytes))
    }
}

impl Known {
    #[inline]
    fn note(&mut self, name: &str, at: u16) {
        let slot = match name.len() {
            4 if name.eq_ignore_ascii_case("host") => &mut self.host,
            6 if name.eq_ignore_ascii_case("origin") => &mut self.origin,
            6 if name.eq_ignore_ascii_case("cookie") => &mut self.cookie,
            12 if name.eq_ignore_ascii_case("content-type") => &mut self.content_type,
            12 if name.eq_ignore_ascii_case("x-request-id") => &mut self.request_id,
            13 if name.eq_ignore_ascii_case("authorization") => &mut self.authorization,
            15 if name.eq_ignore_ascii_case("x-forwarded-for") => &mut self.forwarded_for,
            _ => return,
        };
        slot.get_or_insert(at);
    }
}

/// `httparse` takes a lone LF as a line end (RFC 9112 §2.2 allows it); two readers that disagree on it can be played against each
/// other, so it is refused.
///
/// One look at every pair of bytes: heads are short, and the compiler makes vector instructions of it, which no search for each line end is
/// quicker than.
fn check_line_ends(head: &[u8]) -> Result<(), Refusal> {
    let is_alone = |(before, byte): (&u8, &u8)| (*byte == b'\n') & (*before != b'\r');
    let is_any_alone = head.iter().zip(head.iter().skip(1)).fold(false, |any, pair| any | is_alone(pair));
    if is_any_alone || head.first() == Some(&b'\n') {
        return Err(Refusal::new(ErrorCode::BadRequest, "A line of the head ends in LF without CR."));
    }
    Ok(())
}

#[cold]
fn check_empty_lines(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.chunks_exact(2).take(EMPTY_LINES + 1).filter(|pair| *pair == b"\r\n").count() > EMPTY_LINES {
        let detail = format!("There are more than {EMPTY_LINES} empty lines before the request.");
        return Err(Refusal::new(ErrorCode::BadRequest, detail));
    }
    Ok(())
}

fn partial(bytes: &[u8], limits: &Limits) -> Result<Parsed, Refusal> {
    if started_target(bytes).len() > limits.uri_bytes {
        return Err(uri_too_long(limits));
    }
    if bytes.len() > limits.head_bytes {
        return Err(head_too_large(limits));
    }
    Ok(Parsed::Partial)
}

/// What is there of the target, in a head that is not complete.
fn started_target(bytes: &[u8]) -> &[u8] {
    let line = bytes.trim_ascii_start();
    let line = memchr::memchr2(b'\r', b'\n', line).map_or(line, |end| &line[..end]);
    line.split(|byte| *byte == b' ').nth(1).unwrap_or_default()
}

fn fault(error: httparse::Error, bytes: &[u8], limits: &Limits) -> Refusal {
    if is_sound_to_the_bound(bytes, limits) {
        return uri_too_long(limits);
    }
    match error {
        httparse::Error::TooManyHeaders => too_many_fields(limits),
        httparse::Error::Version if names_other_version(bytes) => ErrorCode::HttpVersionNotSupported.into(),
        error => Refusal::new(ErrorCode::BadRequest, format!("The request head is malformed: {error}.")),
    }
}

/// Whether the target is too long and nothing is wrong before its bound: then that is what is wrong with it.
fn is_sound_to_the_bound(bytes: &[u8], limits: &Limits) -> bool {
    let target = started_target(bytes);
    let end = Span::of(bytes, target).start() + limits.uri_bytes + 1;
    target.len() > limits.uri_bytes
        && matches!(httparse::Request::new(&mut []).parse(&bytes[..end]), Ok(httparse::Status::Partial))
}

/// Whether the request line is there to its end.
fn has_request_line(bytes: &[u8]) -> bool {
    memchr::memchr2(b'\r', b'\n', bytes.trim_ascii_start()).is_some()
}

/// Whether the request line is well-formed (RFC 9112 §3) with a version (§2.3) that is not ours.
fn names_other_version(bytes: &[u8]) -> bool {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
    let mut parts = line.split(|b| *b == b' ');
    let (Some(_), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] = version else { return false };
    !target.is_empty() && major.is_ascii_digit() && minor.is_ascii_digit()
}

fn uri_too_long(limits: &Limits) -> Refusal {
    let detail = format!("The request target is longer than {} bytes (limits.uriBytes).", limits.uri_bytes);
    Refusal::new(ErrorCode::UriTooLong, detail)
}

fn head_too_large(limits: &Limits) -> Refusal {
    let detail = format!("The request head is larger than {} bytes (limits.headBytes).", limits.head_bytes);
    Refusal::new(ErrorCode::HeadersTooLarge, detail)
}

fn too_many_fields(limits: &Limits) -> Refusal {
    let detail = format!("The request has more than {} header fields (limits.headerCount).", limits.header_count);
    Refusal::new(ErrorCode::HeadersTooLarge, detail)
}
