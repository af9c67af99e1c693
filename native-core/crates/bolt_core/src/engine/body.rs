//! Reading of request bodies, and what follows when one is complete.

use super::answer::{Answer, Writer};
use super::app::{App, Route};
use super::begin::next_phase;
use super::connection::{Connection, Incoming, Left, Phase};
use super::problem::PlacedIssue;
use super::slots::{Handle, Slot, State};
use super::upload::{self, Invitation, Upload};
use super::{Context, Value};
use crate::error::{ErrorCode, Refusal};
use crate::schema::{FaultKind, Issue, JsonLimits, Schema};

/// Largest body that is read and thrown away after its request was refused.
pub(super) const SKIP: u64 = 64 * 1024;

/// Reads on in the body that the connection is in; returns how much of `bytes` belonged to it.
pub(super) fn read(connection: &mut Connection, app: &App, cx: &mut Context, bytes: &[u8]) -> usize {
    let Phase::Body(mut incoming) = std::mem::replace(&mut connection.phase, Phase::Ended) else { return 0 };
    match take(&mut incoming, cx, bytes, app.limits.stream_buffer) {
        Ok(used) if is_complete(&incoming.left) => {
            end(connection, app, cx, &incoming);
            used
        }
        Ok(used) => {
            connection.phase = Phase::Body(incoming);
            used
        }
        Err(refusal) => {
            connection.linger = true;
            match incoming.request {
                Some(handle) => upload::fail(connection, app, cx, handle, refusal),
                None => cx.touch(connection),
            }
            bytes.len()
        }
    }
}

/// All of a body is here.
pub(super) fn end(connection: &mut Connection, app: &App, cx: &mut Context, incoming: &Incoming) {
    connection.since = cx.now;
    connection.phase = next_phase(incoming.keep_alive);
    match incoming.request {
        Some(handle) if cx.slots.get(handle).is_some_and(|slot| slot.upload != Upload::Whole) => {
            connection.received(handle, cx.now);
            cx.body_moved(handle, true);
        }
        Some(handle) => complete(connection, app, cx, handle),
        None => cx.touch(connection),
    }
}

fn is_complete(left: &Left) -> bool {
    match left {
        Left::Bytes(left) => *left == 0,
        Left::Chunks(decoder) => decoder.is_done(),
        Left::Outside => false,
    }
}

fn take(incoming: &mut Incoming, cx: &mut Context, bytes: &[u8], most: usize) -> Result<usize, Refusal> {
    let used = decode(incoming, cx, bytes)?;
    if incoming.invitation != Invitation::None {
        incoming.invitation = Invitation::None;
        incoming.start_clock(cx.now);
    }
    if let Some(handle) = incoming.request
        && let Some(slot) = cx.slots.get(handle)
        && slot.upload != Upload::Whole
    {
        if slot.body.len() > most && !incoming.is_full {
            incoming.is_full = true;
            incoming.stopped = Some(cx.now);
        }
        if !slot.body.is_empty() {
            cx.body_moved(handle, false);
        }
    }
    Ok(used)
}

fn decode(incoming: &mut Incoming, cx: &mut Context, bytes: &[u8]) -> Result<usize, Refusal> {
    let Incoming { request, left, got, limit, .. } = incoming;
    let mut slot = request.and_then(|handle| cx.slots.get_mut(handle));
    let mut sink = |data: &[u8]| {
        *got += data.len() as u64;
        if *got > *limit {
            return Err(too_large(*limit));
        }
        if let Some(slot) = &mut slot {
            slot.body.extend_from_slice(data);
        }
        Ok(())
    };
    match left {
        Left::Bytes(left) => {
            let take = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
            sink(&bytes[..take])?;
            *left -= take as u64;
            Ok(take)
        }
        Left::Chunks(decoder) => {
            let used = decoder.feed(bytes, sink)?;
            // Refused as soon as it is announced, like a Content-Length, not when the bytes have come.
            if got.saturating_add(decoder.announced()) > *limit { Err(too_large(*limit)) } else { Ok(used) }
        }
        Left::Outside => sink(bytes).map(|()| bytes.len()),
    }
}

pub(super) fn too_large(limit: u64) -> Refusal {
    let detail = format!("The body is larger than {limit} bytes (limits.bodyBytes, or bodyBytes of the route).");
    Refusal::new(ErrorCode::BodyTooLarge, detail)
}

/// A request is here with all its bytes: validates the body and queues the call.
pub(super) fn complete(connection: &mut Connection, app: &App, cx: &mut Context, handle: Handle) {
    let queued = cx.observed_now();
    let Some(slot) = cx.slots.get_mut(handle) else { return };
    let handler = match app.routes.get(slot.route as usize) {
        Some(Route::Handler(handler)) => Some(handler),
        _ => None,
    };
    let verdict = match handler.and_then(|handler| handler.body.as_ref()) {
        Some((schema, required)) => validate(slot, schema, *required, app.limits.json_depth),
        None => Ok(()),
    };
    match verdict {
        Ok(()) if handler.is_some_and(|handler| handler.is_query_of(slot)) => {
            slot.state = State::Querying;
            connection.received(handle, cx.now);
            cx.queries.push_back(handle);
        }
        Ok(()) => {
            slot.state = State::Waiting;
            slot.queued = queued;
            connection.received(handle, cx.now);
            cx.calls.push_back(handle);
        }
        Err(answer) => refuse(connection, app, cx, handle, answer, false),
    }
}

fn validate(slot: &mut Slot, schema: &Schema, required: bool, depth: usize) -> Result<(), Answer<'static>> {
    let mut issues = Vec::new();
    if slot.body.is_empty() {
        slot.inputs.push(Value::Missing);
        if required {
            issues.push(Issue { path: String::new(), code: "required", message: "a body is required".into() });
        }
    } else {
        slot.inputs.push(Value::Body);
        schema.validate_json(&slot.body, JsonLimits { depth }, &mut issues).map_err(|fault| {
            let knob = if fault.kind == FaultKind::TooDeep { " (limits.jsonDepth)" } else { "" };
            Answer::Refuse(Refusal::new(ErrorCode::MalformedJson, format!("The body is unacceptable: {fault}{knob}.")))
        })?;
    }
    slot.issues.extend(issues.into_iter().map(|issue| PlacedIssue { place: "body", issue }));
    if slot.issues.is_empty() { Ok(()) } else { Err(Answer::Invalid(std::mem::take(&mut slot.issues))) }
}

/// Answers a request that has a place in the order of responses, and ends it.
pub(super) fn refuse(
    connection: &mut Connection,
    app: &App,
    cx: &mut Context,
    handle: Handle,
    answer: Answer<'_>,
    close: bool,
) {
    let Some(slot) = cx.slots.get_mut(handle) else { return };
    let (meta, sequence, raw) = (slot.meta, slot.sequence, std::mem::take(&mut slot.raw));
    let close =
        connection.leave_body(handle, cx.now) || close || !meta.keep_alive || (cx.draining && connection.is_last());
    if close {
        connection.end_requests(handle);
    }
    cx.stats.native_answers += 1;
    cx.slots.release(handle);
    connection.fulfil(cx, sequence, |cx, out| Writer { app, cx, raw: &raw, meta, close }.answer(out, answer));
}
