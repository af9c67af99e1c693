//! Connections without a socket: one request goes in as bytes, one response comes out taken apart.

use bolt_core::engine::ConnectionId;
use bolt_core::http::chunked::Decoder;
use bolt_core::{Engine, Fate};

/// The response to an injected request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Injected {
    /// HTTP status; 0 when the connection ended without a complete response, as it does for an incomplete request.
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
        let is_over = engine.fate(id) != Fate::Open;
        match self.parse(engine.fate(id) == Fate::Close) {
            Some(response) => Some(response),
            None if is_over => Some(Injected::default()),
            None => None,
        }
    }

    /// The response, if it is complete; `is_closed` says whether the connection ended properly.
    fn parse(&mut self, is_closed: bool) -> Option<Injected> {
        let mut table = [httparse::EMPTY_HEADER; 256];
        let mut response = httparse::Response::new(&mut table);
        let httparse::Status::Complete(head) = response.parse(&self.received).ok()? else { return None };
        let status = response.code?;
        if status == 101 {
            let headers = headers_of(&response);
            return Some(Injected { status, headers, body: Vec::new() });
        }
        if status < 200 {
            self.received.drain(..head);
            return self.parse(is_closed);
        }
        let headers = headers_of(&response);
        let value = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_slice());
        let length = value("content-length").and_then(|value| str::from_utf8(value).ok()?.parse::<usize>().ok());
        let content = &self.received[head..];
        let body = if self.is_head || matches!(status, 204 | 304) {
            Vec::new()
        } else if value("transfer-encoding").is_some() {
            decode(content)?
        } else if let Some(length) = length {
            content.get(..length)?.to_vec()
        } else {
            is_closed.then(|| content.to_vec())?
        };
        Some(Injected { status, headers, body })
    }
}

/// The content of a chunked response, if it is complete.
fn decode(content: &[u8]) -> Option<Vec<u8>> {
    let (mut decoder, mut body) = (Decoder::default(), Vec::new());
    let keep = |data: &[u8]| {
        body.extend_from_slice(data);
        Ok(())
    };
    decoder.feed(content, keep).ok()?;
    decoder.is_done().then_some(body)
}

fn headers_of(response: &httparse::Response<'_, '_>) -> Vec<(String, Vec<u8>)> {
    response.headers.iter().map(|h| (h.name.to_ascii_lowercase(), h.value.to_vec())).collect()
}
