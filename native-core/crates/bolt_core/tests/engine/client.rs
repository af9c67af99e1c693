//! A client of an engine without any I/O.
#![allow(dead_code, reason = "each test file uses its part of it")]

use bolt_core::engine::{Body, ConnectionId, Event, Slots, Started};
use bolt_core::http::chunked::Decoder;
use bolt_core::{Engine, Fate, Handle};

/// A plan with these limits and routes.
pub(crate) fn app(limits: &str, routes: &[String]) -> String {
    let routes = routes.join(",");
    format!(
        r#"{{"limits":{limits},"securityHeaders":["x-frame-options","DENY"],"cors":null,"trustedProxies":[],"auths":[],"routes":[{routes}]}}"#
    )
}

/// A handler route; `more` replaces fields, such as `"query":null`.
pub(crate) fn handler(id: usize, method: &str, path: &str, more: &str) -> String {
    let mut fields = vec![
        ("params", "null"),
        ("query", "null"),
        ("headers", "null"),
        ("cookies", "null"),
        ("body", "null"),
        ("bodyBytes", "null"),
        ("auths", "[]"),
        ("onMissing", r#""reject""#),
        ("askCookies", "[]"),
        ("guards", "[]"),
        ("status", "200"),
        ("streamBody", "false"),
    ];
    fields.retain(|(name, _)| !more.contains(&format!("\"{name}\":")));
    let rest: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let more = if more.is_empty() { String::new() } else { format!(",{more}") };
    format!(r#"{{"id":{id},"kind":"handler","method":"{method}","path":"{path}",{}{more}}}"#, rest.join(","))
}

/// A response as the client read it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// One connection to an engine of its own.
pub(crate) struct Client {
    pub(crate) engine: Engine,
    pub(crate) id: ConnectionId,
    pub(crate) received: Vec<u8>,
    /// Methods of the requests, to know which responses have no content.
    pub(crate) heads: bool,
    pub(crate) now: u64,
    /// Bytes it still takes; then it does not read any more.
    pub(crate) takes: usize,
    /// Bytes it had taken when it was last looked at since it blocked, as a host counts them.
    looked: Option<u64>,
    taken: u64,
    is_blocked: bool,
}

impl Client {
    pub(crate) fn new(plan: &str) -> Self {
        let mut engine = Engine::new(plan, Slots::default()).expect("a valid plan");
        engine.set_time(0, 1_700_000_000);
        let id = engine.open("127.0.0.1".parse().expect("an address"));
        Self {
            engine,
            id,
            received: Vec::new(),
            heads: false,
            now: 0,
            takes: usize::MAX,
            looked: None,
            taken: 0,
            is_blocked: false,
        }
    }

    /// Sends bytes, as far as the engine takes them, and reads what comes back.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.engine.receive(self.id, bytes);
        self.pump();
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        self.now += ms;
        self.engine.set_time(self.now, 1_700_000_000 + self.now / 1000);
        self.engine.on_deadline();
        while let Some(id) = self.engine.take_slow() {
            let before = self.looked.replace(self.taken);
            self.engine.judge(id, before.map(|before| self.taken - before));
        }
        self.pump();
    }

    /// Answers everything that waits for a handler with what it sent, or `{}`.
    pub(crate) fn answer_calls(&mut self) {
        while let Some(call) = self.engine.next_call() {
            let body = self.engine.body(call.handle).unwrap_or_default().to_vec();
            let body = if body.is_empty() { b"{}".to_vec() } else { body };
            assert!(self.engine.complete(call.handle, &body));
            self.pump();
        }
    }

    pub(crate) fn next_handle(&mut self) -> Option<Handle> {
        self.engine.next_call().map(|call| call.handle)
    }

    pub(crate) fn respond(&mut self, handle: Handle, status: u16, body: &str) -> bool {
        let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
        let answered = self.engine.respond(handle, status, headers, Body::Bytes(body.as_bytes())).expect("sendable");
        self.pump();
        answered
    }

    /// Begins a response in pieces; false when it has no content.
    pub(crate) fn start(&mut self, handle: Handle, status: u16, length: Option<u64>) -> bool {
        let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
        let started = self.engine.start(handle, status, headers, length).expect("sendable");
        started.expect("not over") == Started::Open
    }

    /// Sends a piece; the bytes of the response that wait then.
    pub(crate) fn push(&mut self, handle: Handle, piece: &str) -> Option<usize> {
        self.engine.push(handle, piece.as_bytes()).expect("within the length")
    }

    pub(crate) fn events(&mut self) -> Vec<(Handle, Event)> {
        std::iter::from_fn(|| self.engine.take_event()).collect()
    }

    /// Takes what the engine has for it.
    pub(crate) fn pump(&mut self) {
        while let Some(id) = self.engine.take_touched() {
            self.engine.resume(id);
            self.take(id);
        }
    }

    /// Takes so many bytes more.
    pub(crate) fn take_more(&mut self, bytes: usize) {
        self.takes = bytes;
        self.take(self.id);
        self.pump();
    }

    fn take(&mut self, id: ConnectionId) {
        loop {
            let output = self.engine.output(id);
            let count = output.len().min(self.takes);
            if count == 0 {
                break;
            }
            self.received.extend_from_slice(&output[..count]);
            self.taken += count as u64;
            if self.takes != usize::MAX {
                self.takes -= count;
            }
            self.engine.wrote(id, count);
        }
        let is_blocked = !self.engine.output(id).is_empty();
        if is_blocked && !self.is_blocked {
            self.looked = None;
            self.engine.blocked(id);
        } else if !is_blocked && self.is_blocked {
            self.engine.unblocked(id);
        }
        self.is_blocked = is_blocked;
    }

    /// What came so far, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    /// What came so far after the first head.
    pub(crate) fn content(&self) -> String {
        self.text().split_once("\r\n\r\n").map(|(_, content)| content.to_owned()).unwrap_or_default()
    }

    /// Whether the engine is done with the connection.
    pub(crate) fn is_ended(&self) -> bool {
        self.engine.fate(self.id) != Fate::Open
    }

    /// All responses so far.
    pub(crate) fn responses(&self) -> Vec<Response> {
        let (mut rest, mut responses) = (self.received.as_slice(), Vec::new());
        while !rest.is_empty() {
            let mut table = [httparse::EMPTY_HEADER; 64];
            let mut parsed = httparse::Response::new(&mut table);
            let httparse::Status::Complete(head) = parsed.parse(rest).expect("a response head") else { break };
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers: Vec<_> = parsed.headers.iter().map(|h| (h.name.to_owned(), text(h.value))).collect();
            let status = parsed.code.expect("a status");
            if status < 200 {
                rest = &rest[head..];
                continue;
            }
            if headers.iter().any(|(name, _)| name == "transfer-encoding") && !self.heads {
                let (mut decoder, mut body) = (Decoder::default(), Vec::new());
                let keep = |data: &[u8]| {
                    body.extend_from_slice(data);
                    Ok(())
                };
                let used = decoder.feed(&rest[head..], keep).expect("proper chunks");
                if !decoder.is_done() {
                    break;
                }
                responses.push(Response { status, headers, body });
                rest = &rest[head + used..];
                continue;
            }
            let length =
                headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.parse::<usize>());
            let length = if self.heads { 0 } else { length.map_or(0, |value| value.expect("a number")) };
            responses.push(Response { status, headers, body: rest[head..head + length].to_vec() });
            rest = &rest[head + length..];
        }
        responses
    }

    pub(crate) fn statuses(&self) -> Vec<u16> {
        self.responses().iter().map(|response| response.status).collect()
    }
}
