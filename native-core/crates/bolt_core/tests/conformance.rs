//! The table of `test/conformance/http1.cases` on the engine without sockets: each case fed whole, byte by byte and in sevens, to a
//! handler of its own path and to a mount, must end the same.
#![allow(clippy::panic)]

#[path = "engine/client.rs"]
mod client;
#[path = "conformance/table.rs"]
mod table;

use std::collections::HashSet;
use std::fmt::Write as _;

use bolt_core::Handle;
use bolt_core::engine::Read;
use client::{Client, app, handler};
use serde_json::json;
use table::{Case, End};

/// Sent behind each case: answering it shows where the next request is believed to begin.
const NEXT: &[u8] = b"GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn plan() -> String {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let mut routes: Vec<String> = (0..).zip(methods).map(|(id, method)| handler(id, method, "/echo", "")).collect();
    routes.push(r#"{"id":5,"kind":"mount","method":"*","path":"/","bodyBytes":null}"#.to_owned());
    app("{}", &routes)
}

/// What came back.
#[derive(Debug, PartialEq)]
struct Outcome {
    statuses: Vec<u16>,
    ended: bool,
    echo: Vec<serde_json::Value>,
}

/// Answers what can be answered; of streamed bodies that is what has come to its end.
fn echo_calls(client: &mut Client, open: &mut Vec<(Handle, Vec<u8>)>, echo: &mut Vec<serde_json::Value>) {
    loop {
        while let Some(handle) = client.next_handle() {
            open.push((handle, Vec::new()));
        }
        let Some(at) = open.iter_mut().position(|(handle, body)| is_whole(client, *handle, body)) else { return };
        let (handle, body) = open.remove(at);
        let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
        let Some(method) = client.engine.method(handle).map(text) else { continue };
        let target = client.engine.target(handle).map(|target| text(&target));
        echo.push(json!({ "method": method, "target": target, "body": text(&body) }));
        assert!(client.respond(handle, 200, "ok"));
    }
}

/// Takes what there is of a body; whether that was all of it, or the request is over.
fn is_whole(client: &mut Client, handle: Handle, body: &mut Vec<u8>) -> bool {
    loop {
        match client.engine.read(handle, |bytes| body.extend_from_slice(bytes)) {
            Some(Read::Bytes(())) => {}
            Some(Read::Nothing) => return false,
            Some(Read::End) => return true,
            None => {
                body.extend_from_slice(client.engine.body(handle).unwrap_or_default());
                return true;
            }
        }
    }
}

fn talk(case: &Case, step: usize, target: &str) -> Outcome {
    let mut client = Client::new(&plan());
    client.heads = case.pieces[0].starts_with(b"HEAD ");
    let (mut echo, mut open) = (Vec::new(), Vec::new());
    let next: &[u8] = if case.end == End::Wait { b"" } else { NEXT };
    for (at, piece) in case.pieces.iter().enumerate() {
        let mut bytes = replaced(piece, b" /echo", target.as_bytes());
        if at + 1 == case.pieces.len() {
            bytes.extend_from_slice(next);
        }
        for part in bytes.chunks(step.min(bytes.len()).max(1)) {
            client.send(part);
            echo_calls(&mut client, &mut open, &mut echo);
            // A handler that reads has the engine ask for the body.
            client.send(b"");
        }
    }
    let text = String::from_utf8_lossy(&client.received).into_owned();
    let statuses = text.match_indices("HTTP/1.1 ").filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok());
    Outcome { statuses: statuses.collect(), ended: client.is_ended(), echo }
}

/// The same case for another path.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Why an outcome is not what must happen.
fn fault(case: &Case, outcome: &Outcome, target: &str) -> Option<String> {
    let Outcome { statuses, ended, echo } = outcome;
    let expected = case.statuses.len();
    let wants_ended = case.end != End::Wait;
    let answers = match case.end {
        End::Keep => expected + 1..=expected + 1,
        End::Close | End::Wait => expected..=expected,
        End::Any => expected..=expected + 1,
    };
    // Byte by byte a body is asked for that came at once otherwise.
    let finals: Vec<u16> = statuses.iter().copied().filter(|status| *status != 100).collect();
    let wanted: Vec<&Vec<u16>> = case.statuses.iter().filter(|allowed| !allowed.contains(&100)).collect();
    let interim = case.statuses.len() - wanted.len();
    let right = finals.iter().zip(&wanted).all(|(status, allowed)| allowed.contains(status));
    let follower = finals.get(wanted.len()).is_none_or(|status| *status == 200);
    let last = case.echo.iter().find(|(name, value)| {
        let at = wanted.len().saturating_sub(1);
        let value: String = value.iter().copied().map(char::from).collect();
        let value = if name == "target" { value.replacen("/echo", target.trim(), 1) } else { value };
        echo.get(at).and_then(|echo| echo[name.as_str()].as_str().map(str::to_owned)) != Some(value)
    });
    if *ended == wants_ended
        && (*answers.start() - interim..=*answers.end() - interim).contains(&finals.len())
        && statuses.iter().filter(|status| **status == 100).count() >= interim
        && right
        && follower
        && last.is_none()
    {
        return None;
    }
    Some(format!(
        "{} ({}): got {outcome:?}, wanted {:?} {:?} {:?}",
        case.id, case.title, case.statuses, case.end, case.echo
    ))
}

#[test]
fn every_case_of_the_table_ends_as_it_says_however_its_bytes_are_cut() {
    let mut faults = String::new();
    for case in table::cases() {
        for target in [" /echo", " /rest"] {
            // The longest ones only in few pieces: byte by byte they prove nothing that the short ones do not.
            for (step, longest) in [(usize::MAX, usize::MAX), (1, 2_000), (7, 20_000)] {
                if case.pieces[0].len() > longest {
                    continue;
                }
                if let Some(fault) = fault(&case, &talk(&case, step, target), target) {
                    let _ = writeln!(faults, "in pieces of {step},{target}: {fault}");
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn the_table_names_each_case_once() {
    let mut seen = HashSet::new();
    for case in table::cases() {
        assert!(seen.insert(case.id.clone()), "{} occurs twice", case.id);
        assert!(case.end == End::Wait || !case.statuses.is_empty(), "{} expects nothing", case.id);
    }
    assert!(seen.len() >= 540, "{} cases", seen.len());
}
