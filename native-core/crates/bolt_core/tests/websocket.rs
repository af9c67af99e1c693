//! WebSockets through the engine: handshake, messages, closing, topics and time.

#[path = "engine/client.rs"]
mod client;

use bolt_core::engine::{Call, Event, News, SocketEvent};
use bolt_core::websocket::CloseCode;
use bolt_core::{Fate, Handle};
use client::{Client, app, handler};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A plan with one WebSocket at `/ws`; `more` replaces fields.
fn plan(limits: &str, request: &str, more: &str) -> String {
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

fn ask(more: &str) -> Vec<u8> {
    format!(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\n{more}\r\n"
    )
    .into_bytes()
}

/// A frame as a client sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
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

fn close_frame(code: u16) -> Vec<u8> {
    frame(0x88, &code.to_be_bytes())
}

struct Peer {
    client: Client,
    handle: Handle,
}

impl Peer {
    fn open(plan: &str, more: &str) -> Self {
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
    fn frames(&mut self) -> Vec<(u8, Vec<u8>)> {
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

    fn news(&mut self) -> Option<News> {
        let SocketEvent { handle, news } = self.client.engine.next_socket_event()?;
        assert_eq!(handle, self.handle);
        self.client.engine.socket_done(handle);
        Some(news)
    }

    fn all_news(&mut self) -> Vec<News> {
        std::iter::from_fn(|| self.news()).collect()
    }
}

fn text(data: &str) -> News {
    News::Text(data.as_bytes().to_vec())
}

fn closed(code: u16, reason: &str) -> News {
    News::Closed(CloseCode(code), reason.into())
}

#[test]
fn a_handshake_is_answered_with_the_key_of_the_rfc() {
    let peer = Peer::open(&plan("{}", "", r#""subprotocols":["v1","v2"]"#), "Sec-WebSocket-Protocol: v3, v2\r\n");
    let text = peer.client.text();
    assert!(text.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{text}");
    assert!(text.contains("sec-websocket-protocol: v2\r\n"), "{text}");
    assert!(!text.contains("sec-websocket-extensions") && !text.contains("content-length"), "{text}");
    assert_eq!(peer.client.engine.stats().in_flight, 0);
}

#[test]
fn a_bad_handshake_is_refused_without_a_call() {
    let bad = |replace: &str, with: &str| String::from_utf8(ask("")).expect("text").replace(replace, with);
    let cases = [
        (bad("Upgrade: websocket\r\n", ""), 426),
        (bad("Connection: Upgrade", "Connection: close"), 426),
        (bad("Version: 13", "Version: 8"), 426),
        (bad("GET", "HEAD"), 426),
        (bad(KEY, "short"), 400),
        (bad("\r\n\r\n", "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), 400),
        (bad("\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx"), 400),
        (bad("\r\n\r\n", "\r\nOrigin: https://evil.example\r\n\r\n"), 403),
        (bad("\r\n\r\n", "\r\nOrigin: null\r\n\r\n"), 403),
        (bad("POST", "POST").replacen("GET", "POST", 1), 405),
    ];
    for (request, status) in cases {
        let mut client = Client::new(&plan("{}", "", ""));
        client.heads = request.starts_with("HEAD");
        client.send(request.as_bytes());
        assert_eq!(client.statuses(), [status], "{request}");
        assert!(client.next_handle().is_none());
        if status == 426 {
            let response = &client.responses()[0];
            assert_eq!(response.header("sec-websocket-version"), Some("13"));
            assert_eq!(response.header("upgrade"), Some("websocket"));
        }
    }
}

#[test]
fn pages_of_the_host_itself_or_of_listed_origins_may_connect() {
    let tries = |more: &str, origin: &str| {
        let mut client = Client::new(&plan("{}", "", more));
        client.send(&ask(&format!("Origin: {origin}\r\n")));
        client.next_handle().is_some()
    };
    assert!(tries("", "http://localhost"));
    assert!(!tries("", "http://localhost:3000"));
    assert!(tries(r#""origins":["https://App.example"]"#, "https://app.example"));
    assert!(!tries(r#""origins":["https://app.example"]"#, "http://localhost"));
    assert!(tries(r#""origins":["*"]"#, "null"));
}

#[test]
fn an_upgrade_that_javascript_refuses_ends_the_connection() {
    let mut client = Client::new(&plan("{}", "", ""));
    client.send(&[ask(""), frame(0x81, b"too early")].concat());
    let handle = client.next_handle().expect("a call");
    assert!(client.respond(handle, 403, "no"));
    assert_eq!(client.statuses(), [403]);
    assert!(client.is_ended());
    assert!(client.engine.accept(handle, std::iter::empty()).expect("sendable").is_none());
}

#[test]
fn an_upgrade_behind_unanswered_requests_is_refused() {
    let mut client = Client::new(&plan("{}", "", ""));
    client.send(&[&b"GET /else HTTP/1.1\r\nHost: a\r\n\r\n"[..], &ask("")].concat());
    client.answer_calls();
    assert_eq!(client.statuses(), [200, 400]);
}

#[test]
fn messages_that_came_with_the_request_are_read_once_it_is_accepted() {
    let mut client = Client::new(&plan("{}", "", ""));
    client.send(&[ask(""), frame(0x81, b"early")].concat());
    let handle = client.next_handle().expect("a call");
    assert!(client.engine.next_socket_event().is_none());
    client.engine.accept(handle, std::iter::empty()).expect("sendable").expect("accepted");
    client.send(b"");
    assert!(client.engine.next_socket_event().is_none(), "the handler of open is not done");
    client.engine.socket_done(handle);
    assert_eq!(client.engine.next_socket_event(), Some(SocketEvent { handle, news: text("early") }));
}

#[test]
fn messages_are_told_one_at_a_time_and_in_order() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(
        &[frame(0x81, b"one"), frame(0x02, b"tw"), frame(0x89, b"p"), frame(0x80, b"o"), frame(0x81, b"3")].concat(),
    );
    assert_eq!(peer.frames(), [(0x8A, b"p".to_vec())]);
    let engine = &mut peer.client.engine;
    assert_eq!(engine.next_socket_event().expect("news").news, text("one"));
    assert!(engine.next_socket_event().is_none(), "the handler of the first is not done");
    engine.socket_done(peer.handle);
    assert_eq!(engine.next_socket_event().expect("news").news, News::Binary(b"two".to_vec()));
    engine.socket_done(peer.handle);
    assert_eq!(engine.next_socket_event().expect("news").news, text("3"));
}

#[test]
fn a_client_that_is_faster_than_its_handler_is_not_read_from() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let messages = frame(0x82, &[7; 1000]).repeat(200);
    peer.client.send(&messages);
    assert!(!peer.client.engine.wants_input(peer.client.id));
    peer.client.wait(40_000);
    peer.client.wait(40_000);
    assert_eq!(peer.frames(), [], "its silence is not its fault");
    let mut count = 0;
    while let Some(news) = peer.news() {
        assert_eq!(news, News::Binary(vec![7; 1000]));
        peer.client.send(b"");
        count += 1;
    }
    assert_eq!(count, 200);
    assert!(peer.client.engine.wants_input(peer.client.id));
}

#[test]
fn what_is_sent_is_framed_and_its_waiting_bytes_are_told() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let engine = &mut peer.client.engine;
    assert_eq!(engine.socket_send(peer.handle, true, b"hello"), Some(7));
    assert_eq!(engine.socket_send(peer.handle, false, &[1; 200]), Some(7 + 204));
    assert_eq!(peer.frames(), [(0x81, b"hello".to_vec()), (0x82, vec![1; 200])]);
    assert_eq!(peer.client.engine.socket_buffered(peer.handle), Some(0));
    assert!(peer.news().is_none());
}

#[test]
fn a_drained_socket_is_told_once_after_much_waited() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.engine.socket_send(peer.handle, false, &[1; 100_000]);
    peer.client.engine.socket_send(peer.handle, false, &[1; 100_000]);
    assert!(peer.news().is_none());
    assert_eq!(peer.frames().len(), 2);
    assert_eq!(peer.all_news(), [News::Drained]);
}

#[test]
fn a_client_too_slow_for_its_messages_is_closed_with_1013() {
    let mut peer = Peer::open(&plan("{}", "", r#""bufferedBytes":1000"#), "");
    let engine = &mut peer.client.engine;
    for _ in 0..3 {
        assert!(engine.socket_send(peer.handle, false, &[1; 5000]).is_some(), "it has not been tried yet");
    }
    engine.wrote(peer.client.id, 2 * 5004 + 3000);
    assert!(engine.socket_send(peer.handle, false, b"x").is_none(), "it was, and 2004 bytes were not taken");
    assert_eq!(engine.socket_send(peer.handle, false, b"x"), None);
    // The rest of the frame that was begun still goes out.
    peer.client.engine.wrote(peer.client.id, 2004);
    let frames = peer.frames();
    assert_eq!(frames.last().expect("a frame").1[..2], 1013u16.to_be_bytes());
    assert!(matches!(peer.all_news()[..], [News::Closed(CloseCode::TRY_LATER, _)]));
}

#[test]
fn a_client_that_closes_is_answered_with_its_code_after_what_its_last_messages_lead_to() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&[frame(0x81, b"last"), frame(0x88, b"\x0f\xa0bye"), frame(0x81, b"ignored")].concat());
    assert_eq!(peer.frames(), []);
    let engine = &mut peer.client.engine;
    assert_eq!(engine.next_socket_event().expect("news").news, text("last"));
    assert!(engine.socket_send(peer.handle, true, b"answer").is_some());
    engine.socket_done(peer.handle);
    assert_eq!(peer.frames(), [(0x81, b"answer".to_vec()), (0x88, b"\x0f\xa0bye".to_vec())]);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Linger);
    assert_eq!(peer.client.engine.socket_send(peer.handle, true, b"late"), None);
    assert_eq!(peer.all_news(), [closed(4000, "bye")]);
    assert!(!peer.client.engine.socket_done(peer.handle), "its number is dead");
}

#[test]
fn a_handler_at_work_when_the_client_closes_is_told_and_may_still_answer() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x81, b"slow"));
    assert!(peer.client.engine.next_socket_event().is_some());
    peer.client.send(&close_frame(1000));
    assert_eq!(peer.client.engine.take_event(), Some((peer.handle, Event::Aborted)));
    assert!(peer.client.engine.socket_send(peer.handle, true, b"answer").is_some());
    peer.client.engine.socket_done(peer.handle);
    assert_eq!(peer.frames(), [(0x81, b"answer".to_vec()), (0x88, b"\x03\xe8".to_vec())]);
    assert_eq!(peer.all_news(), [closed(1000, "")]);

    // The other way round: the close is known when the handler turns out to take its time.
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&[frame(0x81, b"slow"), close_frame(1000)].concat());
    assert!(peer.client.engine.next_socket_event().is_some());
    peer.client.engine.socket_waits(peer.handle);
    assert_eq!(peer.client.engine.take_event(), Some((peer.handle, Event::Aborted)));
    peer.client.engine.remove(peer.client.id);
    peer.client.engine.socket_done(peer.handle);
    assert_eq!(peer.all_news(), [closed(1000, "")], "the code of the client, although the connection was lost");
}

#[test]
fn a_close_frame_without_a_code_is_answered_by_one() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x88, b""));
    assert_eq!(peer.frames(), [(0x88, Vec::new())]);
    assert_eq!(peer.all_news(), [closed(1005, "")]);
}

#[test]
fn closing_forgets_what_was_not_seen_and_waits_for_the_client() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&[frame(0x81, b"one"), frame(0x81, b"two")].concat());
    assert_eq!(peer.news(), Some(text("one")));
    assert!(peer.client.engine.socket_close(peer.handle, CloseCode(4001), "enough"));
    assert!(!peer.client.engine.socket_close(peer.handle, CloseCode(4001), "again"));
    assert_eq!(peer.frames(), [(0x88, b"\x0f\xa1enough".to_vec())]);
    assert_eq!(peer.all_news(), [closed(4001, "enough")]);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Open);
    peer.client.send(&[frame(0x81, b"still"), close_frame(4001)].concat());
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Linger);
    assert_eq!(peer.frames(), []);
}

#[test]
fn a_client_that_does_not_answer_a_close_is_cut() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.engine.socket_close(peer.handle, CloseCode::NORMAL, "");
    peer.frames();
    peer.client.wait(4_900);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Open);
    peer.client.wait(200);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Close);
}

#[test]
fn codes_that_stand_for_something_cannot_be_sent() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    for code in [0, 999, 1005, 1006, 1015, 2000, 5000] {
        assert!(!peer.client.engine.socket_close(peer.handle, CloseCode(code), ""), "{code}");
    }
    assert_eq!(peer.frames(), []);
}

#[test]
fn a_breach_of_the_protocol_ends_the_socket_with_its_code() {
    let cases: [(&[u8], u16); 5] = [
        (&[0x81, 0x01, b'x'], 1002),
        (&frame(0xC1, b"x"), 1002),
        (&frame(0x81, b"\xff"), 1007),
        (&frame(0x88, b"\x03"), 1002),
        (&frame(0x82, &[0; 101]), 1009),
    ];
    for (bytes, code) in cases {
        let mut peer = Peer::open(&plan("{}", "", r#""messageBytes":100"#), "");
        peer.client.send(&[frame(0x81, b"before"), bytes.to_vec(), frame(0x81, b"after")].concat());
        let news = peer.all_news();
        assert_eq!(news[0], text("before"));
        assert!(matches!(&news[1..], [News::Closed(got, _)] if got.0 == code), "{news:?}");
        let frames = peer.frames();
        assert_eq!(frames.len(), 1, "{bytes:x?}");
        assert_eq!(frames[0].1[..2], code.to_be_bytes(), "{bytes:x?}");
        assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Linger);
    }
}

#[test]
fn a_lost_connection_is_told_after_the_messages_that_came() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x81, b"last"));
    peer.client.engine.end_of_input(peer.client.id);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Close);
    peer.client.engine.remove(peer.client.id);
    assert_eq!(peer.client.engine.socket_send(peer.handle, true, b"late"), None);
    assert_eq!(peer.all_news(), [text("last"), closed(1006, "")]);
}

#[test]
fn a_handler_that_runs_when_the_connection_is_lost_is_told_at_once() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x81, b"slow"));
    assert!(peer.client.engine.next_socket_event().is_some());
    peer.client.engine.remove(peer.client.id);
    assert_eq!(peer.client.engine.take_event(), Some((peer.handle, Event::Aborted)));
    assert!(peer.client.engine.next_socket_event().is_none());
    peer.client.engine.socket_done(peer.handle);
    assert_eq!(peer.all_news(), [closed(1006, "")]);
}

#[test]
fn a_silent_client_is_asked_and_then_closed() {
    let mut peer = Peer::open(&plan("{}", "", r#""idleTimeout":1000"#), "");
    peer.frames();
    peer.client.wait(499);
    assert_eq!(peer.frames(), []);
    peer.client.wait(101);
    assert_eq!(peer.frames(), [(0x89, Vec::new())]);
    peer.client.send(&frame(0x8A, b""));
    peer.client.wait(600);
    assert_eq!(peer.frames(), [(0x89, Vec::new())], "a pong is a sign of life");
    peer.client.wait(500);
    assert_eq!(peer.frames()[0].1[..2], 1001u16.to_be_bytes());
    assert!(matches!(peer.all_news()[..], [News::Closed(CloseCode::GOING_AWAY, _)]));
}

#[test]
fn without_pings_only_what_the_client_sends_counts() {
    let mut peer = Peer::open(&plan("{}", "", r#""idleTimeout":1000,"ping":false"#), "");
    peer.frames();
    peer.client.wait(900);
    assert_eq!(peer.frames(), []);
    peer.client.wait(200);
    assert_eq!(peer.frames()[0].1[..2], 1001u16.to_be_bytes());
}

#[test]
fn a_server_that_drains_closes_its_sockets_with_1012_and_takes_no_more() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let other = peer.client.engine.open("127.0.0.1".parse().expect("an address"));
    peer.client.engine.receive(other, &ask(""));
    let Call { handle: late, .. } = peer.client.engine.next_call().expect("a call");
    peer.client.engine.drain();
    assert_eq!(peer.frames()[0].1[..2], 1012u16.to_be_bytes());
    assert!(matches!(peer.all_news()[..], [News::Closed(CloseCode::RESTART, _)]));
    assert!(peer.client.engine.accept(late, std::iter::empty()).expect("sendable").is_none());
    assert!(peer.client.engine.output(other).starts_with(b"HTTP/1.1 503 "));
    peer.client.send(&close_frame(1012));
    assert_ne!(peer.client.engine.fate(peer.client.id), Fate::Open);
}

#[test]
fn json_messages_are_checked_before_javascript_sees_them() {
    let schema = r#""message":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#;
    let mut peer = Peer::open(&plan("{}", "", &format!(r#"{schema},"tellsInvalid":true"#)), "");
    for message in [r#"{"n":1}"#, r#"{"n":"x"}"#, "{", "[]"] {
        peer.client.send(&frame(0x81, message.as_bytes()));
    }
    let news = peer.all_news();
    assert_eq!(news[0], text(r#"{"n":1}"#));
    let issues = |news: &News| match news {
        News::Invalid(text) => serde_json::from_slice::<serde_json::Value>(text).expect("JSON"),
        other => serde_json::json!(format!("{other:?}")),
    };
    assert_eq!(issues(&news[1])[0]["path"], "/n");
    assert_eq!(issues(&news[2])[0]["code"], "json");
    assert_eq!(issues(&news[3])[0]["code"], "type");
    peer.client.send(&frame(0x82, b"{}"));
    assert_eq!(peer.frames()[0].1[..2], 1003u16.to_be_bytes());

    let mut strict = Peer::open(&plan("{}", "", schema), "");
    strict.client.send(&frame(0x81, b"{}"));
    assert_eq!(strict.frames()[0].1[..2], 1008u16.to_be_bytes());
}

#[test]
fn a_published_message_reaches_all_subscribers_but_the_excepted() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let second = another(&mut peer.client, "");
    let engine = &mut peer.client.engine;
    assert_eq!(engine.publish("news", true, b"nobody", None), 0);
    for handle in [peer.handle, second.1] {
        assert!(engine.subscribe(handle, "news") && engine.subscribe(handle, "news"));
    }
    assert!(engine.subscribe(second.1, "other"));
    assert_eq!(engine.publish("news", true, b"all", None), 2);
    assert_eq!(engine.publish("news", true, b"others", Some(peer.handle)), 1);
    assert_eq!(engine.publish("other", true, b"second", None), 1);
    assert_eq!(engine.output(second.0).len(), 5 + 8 + 8);
    assert!(engine.unsubscribe(peer.handle, "news") && !engine.unsubscribe(peer.handle, "news"));
    assert_eq!(engine.publish("news", true, b"x", None), 1);
    engine.remove(second.0);
    assert_eq!(engine.publish("news", true, b"x", None), 0);
    assert!(!engine.subscribe(second.1, "news"));
    assert_eq!(peer.frames(), [(0x81, b"all".to_vec())]);
}

#[test]
fn subscribers_may_come_and_go_in_any_order() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let mut others: Vec<_> = (0..50).map(|_| another(&mut peer.client, "")).collect();
    for (at, (_, handle)) in others.iter().enumerate() {
        for topic in ["a", "b", "c"].iter().take(1 + at % 3) {
            peer.client.engine.subscribe(*handle, topic);
        }
    }
    let mut left = (50, 33, 16);
    for step in 0..50 {
        let at = (step * 7) % others.len();
        let (id, handle) = others.remove(at);
        let in_b = peer.client.engine.unsubscribe(handle, "b");
        left.1 -= usize::from(in_b);
        let before = peer.client.engine.publish("c", false, b"", None);
        peer.client.engine.remove(id);
        let after = peer.client.engine.publish("c", false, b"", None);
        left.2 -= before - after;
        left.0 -= 1;
        assert_eq!(peer.client.engine.publish("a", false, b"", None), left.0, "step {step}");
        assert_eq!(peer.client.engine.publish("b", false, b"", None), left.1, "step {step}");
    }
    assert_eq!(left, (0, 0, 0));
}

#[test]
fn a_slow_subscriber_is_closed_and_the_others_are_served() {
    let mut peer = Peer::open(&plan("{}", "", r#""bufferedBytes":1000"#), "");
    let slow = another(&mut peer.client, "");
    let engine = &mut peer.client.engine;
    engine.subscribe(peer.handle, "t");
    engine.subscribe(slow.1, "t");
    assert_eq!(engine.publish("t", false, &[0; 2000], None), 2);
    // One client takes what it is sent, the other nothing.
    let count = engine.output(peer.client.id).len();
    engine.wrote(peer.client.id, count);
    engine.wrote(slow.0, 100);
    assert_eq!(engine.publish("t", false, b"x", None), 1);
    assert_eq!(engine.publish("t", false, b"x", None), 1);
    let output = peer.client.engine.output(slow.0);
    assert_eq!(output[output.len() - TOO_SLOW_BYTES..][..2], 1013u16.to_be_bytes());
}

const TOO_SLOW_BYTES: usize = 2 + "too slow to take what it is sent (limits.bufferedBytes)".len();

#[test]
fn compression_is_agreed_on_and_used_from_the_threshold_on() {
    let compression = r#""deflate":{"threshold":20,"contextTakeover":false,"windowBits":15}"#;
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let mut peer = Peer::open(&plan("{}", "", compression), offer);
    assert!(peer.client.text().contains("sec-websocket-extensions: permessage-deflate; server_no_context_takeover"));
    let engine = &mut peer.client.engine;
    engine.subscribe(peer.handle, "t");
    engine.socket_send(peer.handle, true, b"short");
    engine.socket_send(peer.handle, true, &[b'a'; 1000]);
    engine.publish("t", true, &[b'a'; 1000], None);
    let frames = peer.frames();
    assert_eq!(frames[0], (0x81, b"short".to_vec()));
    assert_eq!((frames[1].0, frames[2].0), (0xC1, 0xC1));
    assert_eq!(frames[1].1, frames[2].1);
    // What it sent itself comes back as it was.
    let sent = frame(0xC1, &frames[1].1);
    peer.client.send(&sent);
    assert_eq!(peer.all_news(), [News::Text(vec![b'a'; 1000])]);
    peer.client.send(&frame(0xC1, &[0xFF; 5]));
    assert_eq!(peer.frames()[0].1[..2], 1007u16.to_be_bytes());
}

#[test]
fn an_inflated_message_has_the_same_limit() {
    let compression = r#""messageBytes":900,"deflate":{"threshold":20,"contextTakeover":true,"windowBits":15}"#;
    let mut peer = Peer::open(&plan("{}", "", compression), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    peer.client.engine.socket_send(peer.handle, true, &[b'a'; 901]);
    let bomb = peer.frames().remove(0).1;
    assert!(bomb.len() < 30);
    peer.client.send(&frame(0xC1, &bomb));
    assert_eq!(peer.frames()[0].1[..2], 1009u16.to_be_bytes());
}

#[test]
fn sockets_are_not_in_flight_and_their_slots_come_back() {
    let mut peer = Peer::open(&plan(r#"{"inFlight":1}"#, "", ""), "");
    let others: Vec<_> = (0..20).map(|_| another(&mut peer.client, "")).collect();
    assert_eq!(peer.client.engine.stats().in_flight, 0);
    for (id, _) in &others {
        peer.client.engine.remove(*id);
    }
    assert_eq!(peer.client.engine.stats().sockets, 21);
    while let Some(SocketEvent { handle, .. }) = peer.client.engine.next_socket_event() {
        peer.client.engine.socket_done(handle);
    }
    assert_eq!(peer.client.engine.stats().sockets, 1);
    let (_, again) = another(&mut peer.client, "");
    assert!(others.iter().any(|(_, handle)| handle.place() == again.place() && *handle != again));
    assert_eq!(peer.client.engine.socket_send(others[0].1, true, b"late"), None);
}

#[test]
fn a_panic_of_ours_ends_the_socket_and_nothing_else() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.frames();
    peer.client.engine.fail_connection(peer.client.id);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Close);
    assert_eq!(peer.frames(), []);
    assert_eq!(peer.all_news(), [closed(1006, "")]);
}

/// One more socket on the same engine; nothing of it is read by the test's pump unless it is touched.
fn another(client: &mut Client, more: &str) -> (usize, Handle) {
    let id = client.engine.open("127.0.0.1".parse().expect("an address"));
    client.engine.receive(id, &ask(more));
    let handle = client.engine.next_call().expect("a call").handle;
    client.engine.accept(handle, std::iter::empty()).expect("sendable").expect("accepted");
    client.engine.socket_done(handle);
    let count = client.engine.output(id).len();
    client.engine.wrote(id, count);
    (id, handle)
}

#[test]
fn an_answer_with_101_is_counted_and_logged_like_any_other() {
    let observe = r#"{"observe":{"bounds":[1000],"log":true},"#;
    let peer = Peer::open(&plan("{}", "", "").replacen('{', observe, 1), "X-Request-Id: mine\r\n");
    let parsed =
        |text: Option<String>| -> serde_json::Value { serde_json::from_str(&text.expect("observed")).expect("JSON") };
    let mut engine = peer.client.engine;
    assert_eq!(
        parsed(engine.metrics())["routes"],
        serde_json::json!([{ "route": 0, "classes": [0, 1, 0, 0, 0, 0], "buckets": [1, 0], "sum": 0 }])
    );
    assert_eq!(parsed(engine.take_log())["entries"], serde_json::json!([["GET", 0, 101, 0, "mine", "127.0.0.1"]]));
}

#[test]
fn a_client_that_does_not_read_is_cut_and_its_handler_told_why() {
    let mut peer = Peer::open(&plan(r#"{"sendRate":100,"socketIdle":1000000}"#, "", ""), "");
    peer.client.takes = 0;
    peer.client.engine.socket_send(peer.handle, false, &[1; 5_000]);
    peer.client.pump();
    peer.client.wait(30_000);
    peer.client.take_more(2_000);
    peer.client.wait(30_000);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Reset);
    assert_eq!(peer.all_news(), [closed(1006, "too slow to take what it is sent (limits.sendRate)")]);
}

#[test]
fn a_client_that_reads_and_is_sent_nothing_has_no_clock_but_that_of_its_silence() {
    let mut peer = Peer::open(&plan(r#"{"sendRate":1000000,"socketIdle":1000000}"#, "", ""), "");
    for _ in 0..8 {
        peer.client.wait(60_000);
        peer.client.engine.socket_send(peer.handle, true, b"tick");
        peer.client.pump();
    }
    assert!(!peer.client.is_ended());
}
