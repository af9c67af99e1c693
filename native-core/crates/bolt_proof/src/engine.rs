//! The engine as a reader: what it understood of a connection, and what it answered.

use std::collections::BTreeMap;

use bolt_core::engine::{Body, Read, Slots};
use bolt_core::{Engine, Fate, Handle};

use crate::message::Message;

/// What became of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Requests that reached a handler, whole.
    pub messages: Vec<Message>,
    /// Requests that were answered, or refused, without one.
    pub native_answers: u64,
    /// Statuses of all final responses.
    pub statuses: Vec<u16>,
    /// Whether the connection is over.
    pub ended: bool,
}

/// An application that hands every request to a handler: with its whole body below `/a`, with a streamed one elsewhere.
const PLAN: &str = include_str!("plan.json");

/// Reads a connection whose bytes come in these pieces.
///
/// # Panics
/// Where the engine refuses an answer to a request that it has handed over.
pub fn read<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Reading {
    let Ok(mut engine) = Engine::new(PLAN, Slots::default()) else { panic!("the plan is valid") };
    engine.set_time(0, 1_700_000_000);
    let id = engine.open(std::net::Ipv4Addr::LOCALHOST.into());
    let (mut reading, mut output, mut open) = (Reading::default(), Vec::new(), Vec::new());
    for piece in pieces {
        engine.receive(id, piece);
        pump(&mut engine, id, &mut output);
        loop {
            while let Some(call) = engine.next_call() {
                open.push((call.handle, message(&engine, call.handle)));
            }
            let answered = reading.messages.len();
            open.retain_mut(|(handle, message)| {
                let is_whole = take_body(&mut engine, *handle, &mut message.body);
                if is_whole == Some(true) {
                    assert_eq!(engine.respond(*handle, 200, std::iter::empty(), Body::None), Ok(true));
                    reading.messages.push(std::mem::take(message));
                }
                is_whole == Some(false)
            });
            // What was answered makes room for input that waited.
            pump(&mut engine, id, &mut output);
            if answered == reading.messages.len() && !engine.has_calls() {
                break;
            }
        }
    }
    reading.native_answers = engine.stats().native_answers;
    reading.ended = engine.fate(id) != Fate::Open;
    reading.statuses = statuses(&output);
    reading
}

/// Takes what there is of a body: whether that was all, or `None` when the request is over.
fn take_body(engine: &mut Engine, handle: Handle, body: &mut Vec<u8>) -> Option<bool> {
    loop {
        match engine.read(handle, |bytes| body.extend_from_slice(bytes)) {
            Some(Read::Bytes(())) => {}
            Some(Read::Nothing) => return Some(false),
            Some(Read::End) => return Some(true),
            None => {
                body.extend_from_slice(engine.body(handle)?);
                return Some(true);
            }
        }
    }
}

fn pump(engine: &mut Engine, id: usize, output: &mut Vec<u8>) {
    while engine.take_event().is_some() {}
    while let Some(id) = engine.take_touched() {
        engine.resume(id);
    }
    loop {
        let piece = engine.output(id);
        if piece.is_empty() {
            return;
        }
        output.extend_from_slice(piece);
        let count = piece.len();
        engine.wrote(id, count);
    }
}

fn statuses(output: &[u8]) -> Vec<u16> {
    let line = b"HTTP/1.1 ";
    let starts = output.windows(line.len()).enumerate().filter(|(_, window)| window == line);
    let status = |at: usize| str::from_utf8(output.get(at..at + 3)?).ok()?.parse().ok();
    starts.filter_map(|(at, _)| status(at + line.len())).filter(|status| *status != 100).collect()
}

fn message(engine: &Engine, handle: Handle) -> Message {
    let mut fields = BTreeMap::<Vec<u8>, Vec<Vec<u8>>>::new();
    for (name, value) in engine.headers(handle).into_iter().flatten() {
        fields.entry(name.into_owned().into_bytes()).or_default().push(value.to_vec());
    }
    let host = fields.remove(&b"host"[..]).and_then(|values| values.into_iter().next()).unwrap_or_default();
    Message {
        method: engine.method(handle).unwrap_or_default().to_vec(),
        target: engine.target(handle).unwrap_or_default().into_owned(),
        host,
        fields,
        body: Vec::new(),
    }
}
