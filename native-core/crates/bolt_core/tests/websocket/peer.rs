//! A plan with a WebSocket, and a client of it whose frames a test writes and reads itself.

use bolt_core::Handle;
use bolt_core::engine::{News, SocketEvent};
use bolt_core::websocket::CloseCode;

use crate::client::{Client, app, handler};

pub(super) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A plan with one WebSocket at `/ws`; `more` replaces fields.
pub(super) fn plan(limits: &str, request: &str, more: &str) -> String {
    let mut fields = vec![
        ("origins", "null"),
        ("subprotocols", "[]"),
        ("message", "null"),
        ("tellsInvalid", "false"),
        ("messageBytes", "null"),
        ("bufferedBytes", "null"),
        ("idleTimeout", "null"),
        ("ping", "true"),
        ("deflate", "null"),
    ];
    fields.retain(|(name, _)| !more.contains(&format!("\"{name}\":")));
    let rest: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let more = if more.is_empty() { String::new() } else { format!(",{more}") };
    let request = handler(0, "GET", "/ws", request);
    let route = format!(
        r#"{{"id":0,"kind":"socket","method":"GET","path":"/ws","request":{request},{}{more}}}"#,
        rest.join(",")
    );
    app(limits, &[route, handler(1, "GET", "/else", "")])
}

pub(super) fn ask(more: &str) -> Vec<u8> {
    format!(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\n{more}\r\n"
    )
    .into_bytes()
}

/// A frame as a client sends it.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match payload.len() {
        length @ 0..=125 => out.push(0x80 | length as u8),
        length => {
            out.push(0xFE);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(&[1, 2, 3, 4]);
    out.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ (at % 4 + 1) as u8));
    out
}

pub(super) fn close_frame(code: u16) -> Vec<u8> {
    frame(0x88, &code.to_be_bytes())
}

pub(super) struct Peer {
    pub(super) client: Client,
    pub(super) handle: Handle,
}

impl Peer {
    pub(super) fn open(plan: &str, more: &str) -> Self {
        let mut client = Client::new(plan);
        client.send(&ask(more));
        let handle = client.next_handle().expect("a call");
        client.engine.accept(handle, std::iter::empty()).expect("sendable").expect("accepted");
        client.engine.socket_done(handle);
        client.send(b"");
        assert!(client.received.starts_with(b"HTTP/1.1 101 Switching Protocols\r\n"), "{:?}", client.text());
        Self { client, handle }
    }

    /// Frames that came since the last call: first byte and payload.
    pub(super) fn frames(&mut self) -> Vec<(u8, Vec<u8>)> {
        self.client.send(b"");
        let mut received = std::mem::take(&mut self.client.received);
        if received.starts_with(b"HTTP") {
            let end = received.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
            received.drain(..end);
        }
        let (mut at, mut frames) = (0, Vec::new());
        while at < received.len() {
            let (length, head) = match received[at + 1] {
                126 => (usize::from(u16::from_be_bytes([received[at + 2], received[at + 3]])), 4),
                127 => (u64::from_be_bytes(received[at + 2..at + 10].try_into().expect("8 bytes")) as usize, 10),
                short => (usize::from(short), 2),
            };
            frames.push((received[at], received[at + head..at + head + length].to_vec()));
            at += head + length;
        }
        frames
    }

    pub(super) fn news(&mut self) -> Option<News> {
        let SocketEvent { handle, news } = self.client.engine.next_socket_event()?;
        assert_eq!(handle, self.handle);
        self.client.engine.socket_done(handle);
        Some(news)
    }

    pub(super) fn all_news(&mut self) -> Vec<News> {
        std::iter::from_fn(|| self.news()).collect()
    }
}

pub(super) fn text(data: &str) -> News {
    News::Text(data.as_bytes().to_vec())
}

pub(super) fn closed(code: u16, reason: &str) -> News {
    News::Closed(CloseCode(code), reason.into())
}

/// One more socket on the same engine; nothing of it is read by the test's pump unless it is touched.
pub(super) fn another(client: &mut Client, more: &str) -> (usize, Handle) {
    let id = client.engine.open("127.0.0.1".parse().expect("an address"));
    client.engine.receive(id, &ask(more));
    let handle = client.engine.next_call().expect("a call").handle;
    client.engine.accept(handle, std::iter::empty()).expect("sendable").expect("accepted");
    client.engine.socket_done(handle);
    let count = client.engine.output(id).len();
    client.engine.wrote(id, count);
    (id, handle)
}
