//! A head is complete: what is to be done with the request. Whatever can be refused is refused here, before the body is read.

use std::net::IpAddr;

use super::answer::{Answer, Meta, Writer};
use super::app::{App, Handler, Route};
use super::connection::{Connection, Incoming, Left, Phase};
use super::intake::is_skippable;
use super::observe::Seen;
use super::slots::{Handle, State};
use super::upload::{Invitation, Upload};
use super::{Context, body, encoding, fields, inputs};
use crate::auth::{self, Claims, TokenSource};
use crate::error::{ErrorCode, Refusal};
use crate::http::chunked::Decoder;
use crate::http::{Framing, Head, Method};
use crate::plan::OnMissing;
use crate::rate_limit::{Exceeded, Who};
use crate::routing::Outcome;
use crate::static_files::{FileAnswer, FileRequest};

/// What a request leads to.
enum Verdict<'a> {
    Native(Answer<'a>),
    /// A handler, once the body is there.
    Call(Handle),
    /// A handler that may make it a WebSocket.
    Upgrade(Handle),
}

/// A request as far as it is known.
pub(super) struct Request<'r> {
    pub(super) head: &'r Head,
    pub(super) raw: &'r [u8],
    path: &'r [u8],
    meta: Meta,
    peer: IpAddr,
}

/// Takes the request whose head is in `cx.head`; `last` says whether its head ends the input.
pub(super) fn request(connection: &mut Connection, app: &App, cx: &mut Context, raw: &[u8], last: bool) {
    let mut head = std::mem::take(&mut cx.head);
    let given = head.known.request_id.and_then(|at| head.fields.get(at as usize)).map(|field| field.value);
    let mut meta = Meta::of(&head, cx.ids.choose(raw, given));
    let path = head.path.slice(raw);
    let since = cx.observed_now();
    cx.route = None;
    let verdict = decide(app, cx, &Request { head: &head, raw, path, meta, peer: connection.peer });
    if cx.observer.is_some() {
        meta.seen = seen(app, cx, &head, raw, (connection.peer, since));
    }
    let (framing, continues) = (head.framing, head.expects_continue);
    match verdict {
        Verdict::Native(answer) => {
            let too_large = matches!(&answer, Answer::Refuse(refusal) if refusal.code == ErrorCode::BodyTooLarge);
            let skips = framing == Framing::None || (!continues && !too_large && is_skippable(framing));
            meta.keep_alive &= skips;
            cx.stats.native_answers += 1;
            let close = !meta.keep_alive || (cx.draining && connection.is_last());
            connection.linger |= !skips;
            connection.phase = match framing {
                Framing::None => next_phase(!close),
                // What is left of it ends with the exchange.
                _ if connection.carrier.is_some() => Phase::Ended,
                _ if skips => Phase::Body(Incoming::new(None, framing, body::SKIP, cx.now, !close)),
                _ => Phase::Ended,
            };
            connection.emit(cx, |cx, out| Writer { app, cx, raw, meta, close }.answer(out, answer));
        }
        Verdict::Call(handle) => {
            let sequence = connection.expect(handle, cx.now);
            let mut streams = false;
            if let Some(slot) = cx.slots.get_mut(handle) {
                slot.take_request(&mut head, raw, meta, (connection.id, sequence));
                let (limit, is_streamed) = app.body_rules(slot.route);
                streams = is_streamed;
                connection.phase = match framing {
                    Framing::None => next_phase(meta.keep_alive),
                    _ => Phase::Body(Incoming::new(Some(handle), framing, limit, cx.now, meta.keep_alive)),
                };
                if streams {
                    let is_here = framing == Framing::None;
                    slot.upload = if is_here { Upload::Arrived } else { Upload::Coming { is_awaited: false } };
                }
            }
            if framing == Framing::None || streams {
                body::complete(connection, app, cx, handle);
            }
            // A client that sent more than the head does not wait.
            if continues && last {
                connection.expect_body(cx, streams);
            }
        }
        Verdict::Upgrade(handle) if !connection.is_settled() => {
            cx.slots.release(handle);
            cx.stats.native_answers += 1;
            let refusal = Refusal::new(ErrorCode::BadRequest, "An upgrade cannot wait behind other requests.");
            connection.phase = next_phase(meta.keep_alive && !cx.draining);
            let close = !matches!(connection.phase, Phase::Head);
            connection.emit(cx, |cx, out| Writer { app, cx, raw, meta, close }.answer(out, Answer::Refuse(refusal)));
        }
        Verdict::Upgrade(handle) => {
            // A refusal ends the connection: what follows may be frames already.
            meta.keep_alive = false;
            let sequence = connection.expect(handle, cx.now);
            if let Some(slot) = cx.slots.get_mut(handle) {
                slot.take_request(&mut head, raw, meta, (connection.id, sequence));
            }
            connection.phase = Phase::Upgrade;
            body::complete(connection, app, cx, handle);
        }
    }
    cx.head = head;
}

/// What those who observe want to know of a request.
fn seen(app: &App, cx: &Context, head: &Head, raw: &[u8], (peer, since): (IpAddr, u64)) -> Seen {
    let address = app.proxies.client(peer, head.values(raw, "x-forwarded-for"));
    Seen { since, route: cx.route.unwrap_or(u32::MAX), method: head.method, address }
}

pub(super) fn next_phase(keep_alive: bool) -> Phase {
    if keep_alive { Phase::Head } else { Phase::Ended }
}

impl Incoming {
    fn new(request: Option<Handle>, framing: Framing, limit: u64, since: u64, keep_alive: bool) -> Self {
        let left = match framing {
            Framing::Length(length) => Left::Bytes(length),
            Framing::Outside => Left::Outside,
            _ => Left::Chunks(Decoder::default()),
        };
        let invitation = Invitation::None;
        Self { request, left, got: 0, limit, since, keep_alive, invitation, stopped: None, is_full: false }
    }
}

impl App {
    /// Most bytes of a body, and whether the handler takes it piece by piece.
    fn body_rules(&self, route: u32) -> (u64, bool) {
        match self.routes.get(route as usize) {
            Some(Route::Handler(handler)) => (handler.body_bytes as u64, handler.stream_body),
            Some(Route::Mount { body_bytes, .. }) => (*body_bytes as u64, true),
            _ => (self.limits.body_bytes as u64, false),
        }
    }
}

fn decide<'a>(app: &'a App, cx: &mut Context, request: &Request<'_>) -> Verdict<'a> {
    let head = request.head;
    if app.cors.is_some() && is_preflight(request) {
        return Verdict::Native(Answer::Preflight);
    }
    if head.asterisk {
        return Verdict::Native(Answer::Options(u8::MAX));
    }
    match cx.matcher.find(&app.tree, &app.mounts, head.method, request.path) {
        Outcome::Route(id) => {
            cx.route = Some(id);
            route(app, cx, request, id)
        }
        Outcome::OtherMethods(methods) if head.method == Method::Options => Verdict::Native(Answer::Options(methods)),
        Outcome::OtherMethods(methods) => Verdict::Native(Answer::MethodNotAllowed(methods)),
        Outcome::Slash(add) => Verdict::Native(Answer::Redirect(toggled(request, add))),
        Outcome::Nothing => refuse(ErrorCode::NotFound.into()),
        Outcome::BadEncoding => {
            refuse(Refusal::new(ErrorCode::BadRequest, "The path has a malformed percent-encoding."))
        }
    }
}

fn refuse<'a>(refusal: Refusal) -> Verdict<'a> {
    Verdict::Native(Answer::Refuse(refusal))
}

fn is_preflight(request: &Request<'_>) -> bool {
    request.head.method == Method::Options
        && request.meta.origin.is_some()
        && request.head.values(request.raw, "access-control-request-method").next().is_some()
}

/// The target with its path's final slash added or removed.
fn toggled(request: &Request<'_>, add: bool) -> Vec<u8> {
    let mut location = request.path.to_vec();
    if add {
        location.push(b'/');
    } else {
        location.pop();
    }
    if let Some(query) = request.head.query {
        location.push(b'?');
        location.extend_from_slice(query.slice(request.raw));
    }
    location
}

fn route<'a>(app: &'a App, cx: &mut Context, request: &Request<'_>, id: u32) -> Verdict<'a> {
    match app.routes.get(id as usize) {
        Some(Route::Answer(fixed)) => {
            let rules = app.compression.as_ref().filter(|_| fixed.varies);
            let coding = rules.and_then(|rules| rules.choose(&encoding::accepted(request.head, request.raw)));
            Verdict::Native(Answer::Fixed(fixed, coding))
        }
        Some(Route::Static { folder, compression }) => {
            let head = request.head;
            let value = |name| head.values(request.raw, name).next();
            let answer = folder.answer(&FileRequest {
                path: cx.matcher.param(request.path, 0).unwrap_or_default(),
                head: head.method == Method::Head,
                if_none_match: value("if-none-match"),
                if_modified_since: value("if-modified-since"),
                range: value("range"),
                if_range: value("if-range"),
                compression: app.compression.as_ref().filter(|_| *compression),
                accepted: encoding::accepted(head, request.raw),
            });
            match answer {
                FileAnswer::NotFound => refuse(ErrorCode::NotFound.into()),
                FileAnswer::AddSlash => Verdict::Native(Answer::Redirect(toggled(request, true))),
                FileAnswer::Response(file) => Verdict::Native(Answer::File(file)),
            }
        }
        Some(Route::Handler(handler)) => call(app, cx, request, id, handler),
        Some(Route::Mount { body_bytes, rate_limits, .. }) => {
            if let Some(exceeded) = over_limit(app, cx, request, rate_limits, None) {
                return Verdict::Native(Answer::Limited(exceeded));
            }
            match too_large(request.head, *body_bytes) {
                Some(refusal) => refuse(refusal),
                None => take_slot(app, cx, id).map_or_else(refuse, Verdict::Call),
            }
        }
        Some(Route::Socket(socket)) => match socket.check(request) {
            Ok(()) => match call(app, cx, request, id, &socket.handler) {
                Verdict::Call(handle) => Verdict::Upgrade(handle),
                refused => refused,
            },
            Err(answer) => Verdict::Native(answer),
        },
        None => refuse(ErrorCode::Internal.into()),
    }
}

fn call<'a>(app: &'a App, cx: &mut Context, request: &Request<'_>, id: u32, handler: &Handler) -> Verdict<'a> {
    if let Some(exceeded) = over_limit(app, cx, request, &handler.rate_limits, None) {
        return Verdict::Native(Answer::Limited(exceeded));
    }
    let claims = match admit(app, handler, request, cx.date.second()) {
        Ok(claims) => claims,
        Err(answer) => return Verdict::Native(answer),
    };
    if let Some(exceeded) = over_limit(app, cx, request, &handler.claim_limits, claims.as_ref()) {
        return Verdict::Native(Answer::Limited(exceeded));
    }
    let has_body = request.head.framing != Framing::None;
    if has_body && (handler.body.is_some() || handler.form) {
        let wanted = if handler.form { fields::FORM } else { fields::JSON };
        if !fields::has_type(request.head, request.raw, handler.form) {
            let detail = format!("The body must be sent as {wanted}.");
            return refuse(Refusal::new(ErrorCode::UnsupportedMediaType, detail));
        }
        if fields::is_encoded(request.head, request.raw) {
            return Verdict::Native(Answer::UnsupportedCoding);
        }
    }
    if let Some(refusal) = too_large(request.head, handler.body_bytes) {
        return refuse(refusal);
    }
    let handle = match take_slot(app, cx, id) {
        Ok(handle) => handle,
        Err(refusal) => return refuse(refusal),
    };
    let Some(slot) = cx.slots.get_mut(handle) else { return refuse(ErrorCode::Internal.into()) };
    slot.claims = claims;
    let source = inputs::Source { head: request.head, raw: request.raw, matcher: &cx.matcher, path: request.path };
    let read = inputs::read(handler, &source, slot);
    if let Err(refusal) = read {
        cx.slots.release(handle);
        return refuse(refusal);
    }
    // With a body to come its violations are reported too, all at once; but a client that asks first is told at once.
    let waits_for_body = has_body && handler.body.is_some() && !request.head.expects_continue;
    if !slot.issues.is_empty() && !waits_for_body {
        let issues = std::mem::take(&mut slot.issues);
        cx.slots.release(handle);
        return Verdict::Native(Answer::Invalid(issues));
    }
    Verdict::Call(handle)
}

fn too_large(head: &Head, limit: usize) -> Option<Refusal> {
    match head.framing {
        Framing::Length(length) if length > limit as u64 => Some(body::too_large(limit as u64)),
        _ => None,
    }
}

fn take_slot(app: &App, cx: &mut Context, route: u32) -> Result<Handle, Refusal> {
    if cx.slots.live() >= app.limits.in_flight || cx.slots.is_used_up() {
        let detail = format!("{} requests are already in flight (limits.inFlight).", app.limits.in_flight);
        return Err(Refusal::new(ErrorCode::Overloaded, detail));
    }
    let (handle, slot) = cx.slots.take();
    slot.route = route;
    slot.state = State::Receiving;
    Ok(handle)
}

/// The first of these limits that the request exceeds; those before it have counted it.
fn over_limit(
    app: &App,
    cx: &mut Context,
    request: &Request<'_>,
    limits: &[usize],
    claims: Option<&Claims>,
) -> Option<Exceeded> {
    if limits.is_empty() {
        return None;
    }
    let address = app.proxies.client(request.peer, request.head.values(request.raw, "x-forwarded-for"));
    let who = Who { address, head: request.head, raw: request.raw, claims };
    let now = cx.now;
    limits.iter().find_map(|&limit| {
        let taken = app.rate_limits.get(limit)?.take(cx.rates.get_mut(limit)?, &who, now);
        taken.err().map(|retry_after| Exceeded { limit, retry_after })
    })
}

/// Whether the route's auth lets the request in, and with which claims.
fn admit<'a>(app: &App, handler: &Handler, request: &Request<'_>, now: u64) -> Result<Option<Claims>, Answer<'a>> {
    let mut invalid = false;
    for verifier in handler.auths.iter().filter_map(|auth| app.auths.get(*auth)) {
        let known = &request.head.known;
        let token = match verifier.source() {
            TokenSource::Bearer {} => request.head.known_value(request.raw, known.authorization).and_then(auth::bearer),
            TokenSource::Cookie { name } => {
                request.head.values(request.raw, "cookie").find_map(|field| auth::cookie(field, name))
            }
        };
        let Some(token) = token else { continue };
        match verifier.verify(token, now) {
            Ok(claims) if handler.guards.iter().all(|guard| guard.allows(&claims)) => return Ok(Some(claims)),
            Ok(_) => return Err(Answer::Refuse(ErrorCode::Forbidden.into())),
            Err(_) => {
                invalid = true;
                break;
            }
        }
    }
    let asked =
        |name: &String| request.head.values(request.raw, "cookie").any(|field| auth::cookie(field, name).is_some());
    match handler.on_missing {
        OnMissing::Reject if handler.auths.is_empty() => Ok(None),
        OnMissing::Ask if handler.ask_cookies.is_empty() || handler.ask_cookies.iter().any(asked) => Ok(None),
        _ => Err(Answer::Unauthorized { invalid }),
    }
}
