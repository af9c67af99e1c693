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

/// The client's side of an in-memory connection. Each byte is looked at once, however many pieces a response comes in.
#[derive(Debug)]
pub(crate) struct Memory {
    is_head: bool,
    /// What came of heads.
    received: Vec<u8>,
    /// What came of the response, once its head is complete, and how it ends.
    response: Option<(Injected, Ending)>,
}

/// Where the content of a response ends (RFC 9112 §6.3).
#[derive(Debug)]
enum Ending {
    Length(usize),
    Chunks(Decoder),
    Close,
}

impl Memory {
    pub(crate) fn new(request: &[u8]) -> Self {
        Self { is_head: request.starts_with(b"HEAD "), received: Vec::new(), response: None }
    }

    /// Takes what the engine wrote; the response, once it is complete or can no longer come.
    pub(crate) fn take(&mut self, engine: &mut Engine, id: ConnectionId) -> Option<Injected> {
        loop {
            let output = engine.output(id);
            if output.is_empty() {
                break;
            }
            let count = output.len();
            self.receive(output);
            engine.wrote(id, count);
        }
        let fate = engine.fate(id);
        // A handler that has sent the last byte is yet to say so; ending the connection before would look to it like a client that is gone.
        let is_switched = self.response.as_ref().is_some_and(|(response, _)| response.status == 101);
        if engine.owes(id) && fate == Fate::Open && !is_switched {
            return None;
        }
        if self.response.as_ref().is_some_and(|(response, ending)| ending.is_reached(response, fate)) {
            return self.response.take().map(|(response, _)| response);
        }
        (fate != Fate::Open).then(Injected::default)
    }

    fn receive(&mut self, bytes: &[u8]) {
        if let Some((response, ending)) = &mut self.response {
            return ending.read(bytes, &mut response.body);
        }
        self.received.extend_from_slice(bytes);
        while let Some(length) = self.read_head() {
            let rest = self.received.split_off(length);
            self.received = Vec::new();
            match &mut self.response {
                Some((response, ending)) => return ending.read(&rest, &mut response.body),
                // An interim response.
                None => self.received = rest,
            }
        }
    }

    /// Reads a head, if there is a complete one; its length.
    fn read_head(&mut self) -> Option<usize> {
        let mut table = [httparse::EMPTY_HEADER; 256];
        let mut head = httparse::Response::new(&mut table);
        let httparse::Status::Complete(length) = head.parse(&self.received).ok()? else { return None };
        let status = head.code?;
        if status >= 200 || status == 101 {
            let headers = headers_of(&head);
            let ending = Ending::of(status, &headers, self.is_head);
            self.response = Some((Injected { status, headers, body: Vec::new() }, ending));
        }
        Some(length)
    }
}

impl Ending {
    fn of(status: u16, headers: &[(String, Vec<u8>)], is_head: bool) -> Self {
        let value = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_slice());
        let length = value("content-length").and_then(|value| str::from_utf8(value).ok()?.parse().ok());
        match length {
            _ if is_head || matches!(status, 101 | 204 | 304) => Self::Length(0),
            _ if value("transfer-encoding").is_some() => Self::Chunks(Decoder::default()),
            Some(length) => Self::Length(length),
            None => Self::Close,
        }
    }

    fn read(&mut self, bytes: &[u8], body: &mut Vec<u8>) {
        match self {
            Self::Chunks(decoder) => {
                let keep = |data: &[u8]| {
                    body.extend_from_slice(data);
                    Ok(())
                };
                // Our own chunks; if they were not proper, the end would never be reached.
                let _ = decoder.feed(bytes, keep);
            }
            Self::Length(length) => {
                body.extend_from_slice(&bytes[..bytes.len().min(length.saturating_sub(body.len()))])
            }
            Self::Close => body.extend_from_slice(bytes),
        }
    }

    fn is_reached(&self, response: &Injected, fate: Fate) -> bool {
        match self {
            Self::Length(length) => response.body.len() == *length,
            Self::Chunks(decoder) => decoder.is_done(),
            Self::Close => fate == Fate::Close,
        }
    }
}

fn headers_of(response: &httparse::Response<'_, '_>) -> Vec<(String, Vec<u8>)> {
    response.headers.iter().map(|h| (h.name.to_ascii_lowercase(), h.value.to_vec())).collect()
}
