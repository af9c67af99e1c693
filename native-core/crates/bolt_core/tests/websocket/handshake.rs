//! The handshake (RFC 6455 §4): what is accepted, what is refused, and by whom.

use crate::client::Client;
use crate::peer::{KEY, Peer, ask, frame, plan};

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
