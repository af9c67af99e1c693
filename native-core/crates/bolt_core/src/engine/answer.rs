//! Writing of responses. The fixed parts of a head are made once per application, so that a response costs a few copies.

use super::app::{App, Fixed, FixedCoding};
use super::observe::Seen;
use super::problem::{self, PlacedIssue};
use super::request_id::RequestId;
use super::tail::{FileTail, Tail};
use super::{Context, cors::Cors};
use crate::compression::Coding;
use crate::error::{ErrorCode, Refusal};
use crate::http::response::{self, content_length, field, is_engine_field, status_line};
use crate::http::{Head, Method, Span};
use crate::rate_limit::Exceeded;
use crate::static_files::{FileBody, FileResponse};
use crate::websocket::handshake;

/// What of a request its response depends on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Meta {
    pub(crate) id: RequestId,
    pub(crate) keep_alive: bool,
    pub(crate) http10: bool,
    /// HEAD: the fields of the response without its content.
    pub(crate) omit_body: bool,
    pub(crate) origin: Option<Span>,
    /// Filled in if somebody observes.
    pub(crate) seen: Seen,
}

impl Meta {
    pub(crate) fn of(head: &Head, id: RequestId) -> Self {
        Self {
            id,
            keep_alive: head.keep_alive,
            http10: head.http10,
            omit_body: head.method == Method::Head,
            seen: Seen::default(),
            origin: head.known.origin.and_then(|at| head.fields.get(at as usize)).map(|f| f.value),
        }
    }
}

/// A response that needs no handler.
#[derive(Debug)]
pub(crate) enum Answer<'a> {
    Refuse(Refusal),
    /// Whether a token was sent, but not a valid one.
    Unauthorized {
        invalid: bool,
    },
    /// Over a rate limit.
    Limited(Exceeded),
    /// The methods there are.
    MethodNotAllowed(u8),
    /// The methods there are.
    Options(u8),
    Preflight,
    /// A WebSocket was expected.
    Upgrade(Refusal),
    Redirect(Vec<u8>),
    Invalid(Vec<PlacedIssue>),
    /// 415 for a body in a content coding.
    UnsupportedCoding,
    /// With the coding its client prefers.
    Fixed(&'a Fixed, Option<Coding>),
    File(FileResponse),
}

/// Writes the response to one request.
pub(crate) struct Writer<'a> {
    pub(crate) app: &'a App,
    pub(crate) cx: &'a Context,
    pub(crate) raw: &'a [u8],
    pub(crate) meta: Meta,
    /// Whether the connection ends with it.
    pub(crate) close: bool,
}

impl Writer<'_> {
    /// Everything up to the empty line. `own` are complete field lines, `security` those of the application that apply.
    #[inline]
    pub(crate) fn head(&self, out: &mut Vec<u8>, status: u16, own: &[u8], security: &[u8], length: Option<u64>) {
        if let Some(observer) = &self.cx.observer {
            let id = |text: &mut Vec<u8>| self.cx.ids.write(text, self.raw, self.meta.id);
            self.cx.observe(observer, &self.meta.seen, status, id);
        }
        out.reserve(512);
        status_line(out, status);
        out.extend_from_slice(own);
        if let Some(length) = length.filter(|_| response::has_body(status)) {
            content_length(out, length);
        }
        out.extend_from_slice(self.cx.date.line());
        out.extend_from_slice(b"x-request-id: ");
        self.cx.ids.write(out, self.raw, self.meta.id);
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(security);
        if let Some(cors) = &self.app.cors {
            cors.write(out, self.origin());
        }
        if self.close {
            out.extend_from_slice(b"connection: close\r\n");
        } else if self.meta.http10 {
            out.extend_from_slice(b"connection: keep-alive\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }

    fn origin(&self) -> Option<&[u8]> {
        self.meta.origin.map(|span| span.slice(self.raw))
    }

    /// A complete response with content in memory.
    #[inline]
    pub(crate) fn whole(&self, out: &mut Vec<u8>, status: u16, own: &[u8], security: &[u8], body: &[u8]) {
        self.head(out, status, own, security, Some(body.len() as u64));
        if !self.meta.omit_body && response::has_body(status) {
            out.extend_from_slice(body);
        }
    }

    /// A response that needs no handler.
    pub(crate) fn answer(&self, out: &mut Vec<u8>, answer: Answer<'_>) -> Option<Tail> {
        let security = self.app.security.block();
        let mut own = Vec::new();
        match answer {
            Answer::Refuse(refusal) => {
                if refusal.code.status() == 503 {
                    field(&mut own, b"retry-after", b"1");
                }
                self.problem(out, own, &refusal, &[]);
            }
            Answer::Unauthorized { invalid } => {
                let challenge: &[u8] = if invalid { b"Bearer error=\"invalid_token\"" } else { b"Bearer" };
                field(&mut own, b"www-authenticate", challenge);
                self.problem(out, own, &ErrorCode::Unauthorized.into(), &[]);
            }
            Answer::Limited(exceeded) => self.limited(out, own, exceeded),
            Answer::MethodNotAllowed(methods) => {
                field(&mut own, b"allow", response::allow(methods).as_bytes());
                self.problem(out, own, &ErrorCode::MethodNotAllowed.into(), &[]);
            }
            Answer::Options(methods) => {
                field(&mut own, b"allow", response::allow(methods).as_bytes());
                self.whole(out, 204, &own, security, b"");
            }
            Answer::Preflight => {
                if let Some(cors) = &self.app.cors {
                    Cors::write_preflight(cors, &mut own, self.origin());
                }
                self.whole(out, 204, &own, security, b"");
            }
            Answer::Upgrade(refusal) => {
                field(&mut own, b"upgrade", b"websocket");
                field(&mut own, b"connection", b"upgrade");
                field(&mut own, b"sec-websocket-version", handshake::VERSION.as_bytes());
                self.problem(out, own, &refusal, &[]);
            }
            Answer::Redirect(location) => {
                field(&mut own, b"location", &location);
                self.whole(out, 308, &own, security, b"");
            }
            Answer::UnsupportedCoding => {
                // RFC 9110 §12.5.3: tells a 415 for the coding from one for the type.
                field(&mut own, b"accept-encoding", b"identity");
                let detail = "The body must be sent without Content-Encoding.";
                self.problem(out, own, &Refusal::new(ErrorCode::UnsupportedMediaType, detail), &[]);
            }
            Answer::Invalid(issues) => self.problem(out, own, &ErrorCode::ValidationFailed.into(), &issues),
            Answer::Fixed(fixed, coding) => {
                let encoded =
                    coding.zip(self.app.compression.as_ref()).and_then(|(coding, rules)| fixed.encoded(rules, coding));
                match encoded {
                    Some(FixedCoding { fields, body }) => self.whole(out, fixed.status, fields, &fixed.security, body),
                    None => self.whole(out, fixed.status, &fixed.fields, &fixed.security, &fixed.body),
                }
            }
            Answer::File(file) => return self.file(out, file),
        }
        None
    }

    fn limited(&self, out: &mut Vec<u8>, mut own: Vec<u8>, exceeded: Exceeded) {
        let Exceeded { limit, retry_after } = exceeded;
        field(&mut own, b"retry-after", itoa::Buffer::new().format(retry_after).as_bytes());
        let mut refusal = Refusal::from(ErrorCode::TooManyRequests);
        if let Some(limit) = self.app.rate_limits.get(limit) {
            let (policy, rate) = limit.fields(retry_after);
            field(&mut own, b"ratelimit-policy", policy.as_bytes());
            field(&mut own, b"ratelimit", rate.as_bytes());
            refusal.detail = Some(limit.detail());
        }
        self.problem(out, own, &refusal, &[]);
    }

    fn problem(&self, out: &mut Vec<u8>, mut own: Vec<u8>, refusal: &Refusal, issues: &[PlacedIssue]) {
        field(&mut own, b"content-type", b"application/problem+json");
        let mut id = Vec::with_capacity(40);
        self.cx.ids.write(&mut id, self.raw, self.meta.id);
        let body = problem::document(refusal, &id, issues);
        self.whole(out, refusal.code.status(), &own, self.app.security.block(), &body);
    }

    fn file(&self, out: &mut Vec<u8>, file: FileResponse) -> Option<Tail> {
        self.named_file(out, file, std::iter::empty())
    }

    /// A file with the fields of a handler, which replace its own of the same names.
    pub(crate) fn named_file<'h>(
        &self,
        out: &mut Vec<u8>,
        file: FileResponse,
        headers: impl Iterator<Item = (&'h [u8], &'h [u8])> + Clone,
    ) -> Option<Tail> {
        let given = |name: &str| headers.clone().any(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        let mut own = Vec::new();
        let stays = |name: &str| is_engine_field(name) || name == "vary" || !given(name);
        for (name, value) in file.headers.iter().filter(|(name, _)| stays(name)) {
            field(&mut own, name.as_bytes(), value.as_bytes());
        }
        for (name, value) in headers.clone() {
            // As in other answers, no coding at all is never said.
            let is_identity = name.eq_ignore_ascii_case(b"content-encoding") && value.eq_ignore_ascii_case(b"identity");
            if !is_identity && !str::from_utf8(name).is_ok_and(is_engine_field) {
                field(&mut own, &name.to_ascii_lowercase(), value);
            }
        }
        let security = self
            .app
            .security
            .without(|name| given(name) || file.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        self.head(out, file.status, &own, &security, None);
        match file.body {
            FileBody::Empty => None,
            FileBody::Bytes(bytes) => {
                out.extend_from_slice(&bytes);
                None
            }
            FileBody::File { file, offset, length } => Some(Tail::File(FileTail { file, offset, left: length })),
        }
    }
}
