//! Connections without a socket: one request goes in as bytes, one response comes out taken apart.

use bolt_core::engine::ConnectionId;
use bolt_core::{Engine, Fate};

/// The response to an injected request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Injected {
    /// HTTP status; 0 when the connection ended without a response, as it does for an incomplete request.
    pub status: u16,
    /// Name in lower case and value, in wire order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The content.
    pub body: Vec<u8>,
}

/// The client's side of an in-memory connection.
#[derive(Debug)]
pub(crate) struct Memory {
    received: Vec<u8>,
    is_head: bool,
}

impl Memory {
    pub(crate) fn new(request: &[u8]) -> Self {
        Self { received: Vec::new(), is_head: request.starts_with(b"HEAD ") }
    }

    /// Takes what the engine wrote; the response, once it is complete or can no longer come.
    pub(crate) fn take(&mut self, engine: &mut Engine, id: ConnectionId) -> Option<Injected> {
        loop {
            let output = engine.output(id);
            if output.is_empty() {
                break;
            }
            self.received.extend_from_slice(output);
            let count = output.len();
            engine.wrote(id, count);
        }
        match self.parse() {
            Some(response) => Some(response),
            None if engine.fate(id) == Fate::Open => None,
            None => Some(Injected::default()),
        }
    }

    fn parse(&mut self) -> Option<Injected> {
        let mut table = [httparse::EMPTY_HEADER; 256];
        let mut response = httparse::Response::new(&mut table);
        let httparse::Status::Complete(head) = response.parse(&self.received).ok()? else { return None };
        let status = response.code?;
        if status < 200 {
            self.received.drain(..head);
            return self.parse();
        }
        let headers: Vec<_> =
            response.headers.iter().map(|h| (h.name.to_ascii_lowercase(), h.value.to_vec())).collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| str::from_utf8(value).ok()?.parse().ok()).unwrap_or(0usize);
        let length = if self.is_head || matches!(status, 204 | 304) { 0 } else { length };
        let body = self.received.get(head..head + length)?.to_vec();
        Some(Injected { status, headers, body })
    }
}
