//! How a connection behaves over time: order of responses, bodies, deadlines, closing. Without sockets and without a clock of its own.

#[path = "engine/client.rs"]
mod client;

use bolt_core::engine::{Body, Event};
use client::{Client, app, handler};

fn plan() -> String {
    app(
        r#"{"headersTimeout":1000,"requestTimeout":3000,"keepAlive":5000,"bodyRate":100,"bodyBytes":1000,"inFlight":70}"#,
        &[handler(0, "GET", "/a", ""), handler(1, "POST", "/b", ""), handler(2, "POST", "/c", r#""status":204"#)],
    )
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

#[test]
fn pipelined_requests_are_answered_in_order_whatever_the_order_of_the_handlers() {
    let mut client = Client::new(&plan());
    client.send([get("/a"), get("/none"), get("/a"), get("/a")].concat().as_bytes());
    let handles: Vec<_> = std::iter::from_fn(|| client.next_handle()).collect();
    assert_eq!((handles.len(), client.statuses()), (3, vec![]), "the 404 waits for its turn");
    assert!(client.respond(handles[2], 203, "third"));
    assert!(client.respond(handles[0], 201, "first"));
    assert_eq!(client.statuses(), [201, 404]);
    assert!(client.respond(handles[1], 202, "second"));
    assert_eq!(client.statuses(), [201, 404, 202, 203]);
    assert!(!client.respond(handles[1], 200, "again"), "a second answer is refused");
    assert!(!client.is_ended());
}

#[test]
fn a_full_pipeline_waits_and_goes_on() {
    let mut client = Client::new(&plan());
    client.send(get("/a").repeat(100).as_bytes());
    let mut calls = 0;
    assert!(!client.engine.wants_input(client.id), "back-pressure");
    while let Some(handle) = client.next_handle() {
        calls += 1;
        assert!(client.engine.stats().in_flight <= 64);
        client.respond(handle, 200, "x");
    }
    assert_eq!((calls, client.statuses().len()), (100, 100));
    assert!(client.engine.wants_input(client.id));
}

#[test]
fn requests_over_the_limit_in_flight_are_told_to_come_again() {
    let plan = app(r#"{"inFlight":2}"#, &[handler(0, "GET", "/a", "")]);
    let mut client = Client::new(&plan);
    client.send(get("/a").repeat(3).as_bytes());
    client.answer_calls();
    assert_eq!(client.statuses(), [200, 200, 503]);
    let refused = &client.responses()[2];
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(refused.json()["detail"].as_str().is_some_and(|text| text.contains("limits.inFlight")));
}

#[test]
fn a_head_request_gets_the_fields_of_get_without_content() {
    let mut client = Client::new(&plan());
    client.heads = true;
    client.send(b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /none HTTP/1.1\r\nHost: a\r\n\r\n");
    let handle = client.next_handle().expect("a call");
    client.respond(handle, 200, "four");
    let responses = client.responses();
    assert_eq!(responses[0].header("content-length"), Some("4"));
    assert_eq!(responses[1].status, 404);
    assert!(client.received.ends_with(b"\r\n\r\n"), "no content");
}

#[test]
fn statuses_without_content_have_no_length_either() {
    let mut client = Client::new(&plan());
    client.send(b"POST /c HTTP/1.1\r\nHost: a\r\n\r\n");
    client.answer_calls();
    let response = &client.responses()[0];
    assert_eq!((response.status, response.header("content-length"), response.body.len()), (204, None, 0));
}

#[test]
fn a_body_is_asked_for_only_when_it_is_wanted() {
    let mut client = Client::new(&plan());
    client.send(b"POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_eq!(client.received, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.send(b"abc");
    client.received.clear();
    client.answer_calls();
    assert_eq!(client.responses()[0].body, b"abc");

    for (request, status) in [
        ("POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", 404),
        ("POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3000\r\n\r\n", 413),
    ] {
        let mut client = Client::new(&plan());
        client.send(request.as_bytes());
        assert_eq!(client.statuses(), [status], "{request}");
        assert!(client.is_ended(), "the body may or may not come: {request}");
    }
}

#[test]
fn a_small_body_of_a_refused_request_is_skipped_and_a_large_one_ends_the_connection() {
    let mut client = Client::new(&plan());
    client.send(b"POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    client.send(b"cde");
    client.send(b"POST /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
    client.send(get("/none").as_bytes());
    assert_eq!((client.statuses(), client.is_ended()), (vec![404, 404, 404], false));
    client.send(b"POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
    assert_eq!((client.statuses().len(), client.is_ended()), (4, true));
    assert_eq!(client.responses()[3].header("connection"), Some("close"));
}

#[test]
fn a_chunked_body_over_the_limit_is_cut_off() {
    let mut client = Client::new(&plan());
    client.send(b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n300\r\n");
    client.send(&[b'x'; 0x300]);
    client.send(b"\r\n300\r\n");
    client.send(&[b'x'; 0x300]);
    assert_eq!((client.statuses(), client.is_ended()), (vec![413], true));
    assert!(client.responses()[0].json()["detail"].as_str().is_some_and(|text| text.contains("limits.bodyBytes")));
    assert_eq!(client.engine.stats().in_flight, 0);
}

#[test]
fn a_slow_head_gets_408_and_an_idle_connection_is_closed_in_silence() {
    let mut client = Client::new(&plan());
    client.send(b"GET /a HT");
    client.wait(900);
    client.send(b"TP/1.1\r\n");
    assert!(!client.is_ended(), "the clock runs from the first byte, but has not run out");
    client.wait(300);
    assert_eq!((client.statuses(), client.is_ended()), (vec![408], true));
    assert!(client.responses()[0].json()["detail"].as_str().is_some_and(|text| text.contains("limits.headersTimeout")));

    let mut idle = Client::new(&plan());
    idle.send(get("/none").as_bytes());
    idle.wait(4900);
    assert!(!idle.is_ended());
    idle.wait(300);
    assert_eq!((idle.statuses(), idle.is_ended()), (vec![404], true));
}

#[test]
fn a_body_that_trickles_gets_408() {
    let mut client = Client::new(&plan());
    client.send(b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n");
    for _ in 0..6 {
        client.wait(1000);
        client.send(&[b'x'; 20]);
    }
    assert_eq!(client.statuses(), [408]);
    assert!(client.is_ended());
    assert_eq!(client.engine.stats().in_flight, 0);

    let mut steady = Client::new(&plan());
    steady.send(b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n");
    for _ in 0..6 {
        steady.wait(1000);
        steady.send(&[b'x'; 150]);
    }
    steady.answer_calls();
    assert_eq!(steady.statuses(), [200]);
}

#[test]
fn a_handler_that_does_not_answer_is_given_up() {
    let mut client = Client::new(&plan());
    client.send(get("/a").as_bytes());
    let handle = client.next_handle().expect("a call");
    client.wait(3200);
    assert_eq!(client.statuses(), [504]);
    assert_eq!(client.engine.take_event(), Some((handle, Event::Aborted)));
    assert!(!client.respond(handle, 200, "late"));
    client.send(get("/none").as_bytes());
    assert_eq!(client.statuses(), [504, 404], "the connection goes on");
}

#[test]
fn a_client_that_is_gone_takes_its_requests_with_it() {
    let mut client = Client::new(&plan());
    client.send(get("/a").as_bytes());
    let handle = client.next_handle().expect("a call");
    client.engine.remove(client.id);
    assert_eq!(client.engine.take_event(), Some((handle, Event::Aborted)));
    assert!(client.engine.method(handle).is_none() && client.engine.body(handle).is_none());
    assert!(!client.respond(handle, 200, "late"));
}

#[test]
fn a_client_that_only_closed_its_sending_side_is_answered_if_it_is_quick() {
    let mut client = Client::new(&plan());
    client.send(get("/a").as_bytes());
    let handle = client.next_handle().expect("a call");
    client.engine.end_of_input(client.id);
    client.wait(200);
    assert!(client.respond(handle, 200, "x") && client.is_ended());

    let mut slow = Client::new(&plan());
    slow.send(get("/a").as_bytes());
    slow.next_handle().expect("a call");
    slow.engine.end_of_input(slow.id);
    slow.wait(700);
    assert!(slow.is_ended());
}

#[test]
fn draining_says_close_and_ends_idle_connections() {
    let mut client = Client::new(&plan());
    client.send([get("/a"), get("/a")].concat().as_bytes());
    let first = client.next_handle().expect("a call");
    let second = client.next_handle().expect("a call");
    client.engine.drain();
    client.respond(first, 200, "x");
    assert!(!client.is_ended());
    client.respond(second, 200, "x");
    let responses = client.responses();
    assert_eq!((responses[0].header("connection"), responses[1].header("connection")), (None, Some("close")));
    assert!(client.is_ended());

    let mut idle = Client::new(&plan());
    idle.engine.drain();
    assert!(idle.is_ended());
}

#[test]
fn draining_can_leave_idle_connections_open_for_requests_that_are_on_their_way() {
    let mut client = Client::new(&plan());
    client.engine.keep_idle(1_000);
    client.engine.drain();
    assert!(!client.is_ended());
    client.wait(900);
    client.send(get("/a").as_bytes());
    client.answer_calls();
    assert_eq!(client.responses()[0].header("connection"), Some("close"));
    assert!(client.is_ended());

    let mut idle = Client::new(&plan());
    idle.engine.keep_idle(1_000);
    idle.engine.drain();
    idle.wait(900);
    assert!(!idle.is_ended());
    assert!(idle.engine.next_deadline().is_some_and(|at| at <= 1_100));
    idle.wait(200);
    assert!(idle.is_ended());
}

#[test]
fn http_1_0_is_told_that_the_connection_is_kept() {
    let mut client = Client::new(&plan());
    client.send(b"GET /none HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(client.responses()[0].header("connection"), Some("keep-alive"));
}

#[test]
fn header_values_that_split_a_response_are_refused() {
    let mut client = Client::new(&plan());
    client.send(get("/a").as_bytes());
    let handle = client.next_handle().expect("a call");
    for (name, value) in [("x", "a\r\nb: c"), ("x", "a\nb"), ("x", "a\0"), ("x y", "a"), ("", "a"), ("x:", "a")] {
        let headers = [(name.as_bytes(), value.as_bytes())].into_iter();
        assert!(client.engine.respond(handle, 200, headers, Body::None).is_err(), "{name:?}: {value:?}");
    }
    for status in [0, 99, 100, 101, 199, 600, 999] {
        assert!(client.engine.respond(handle, status, std::iter::empty(), Body::None).is_err(), "{status}");
    }
    assert!(client.respond(handle, 200, "still open"));
}

#[test]
fn a_handler_s_own_fields_win_over_security_headers_but_not_over_the_engine() {
    let mut client = Client::new(&plan());
    client.send(get("/a").as_bytes());
    let handle = client.next_handle().expect("a call");
    let headers =
        [("X-Frame-Options", "SAMEORIGIN"), ("Content-Length", "99"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")];
    let headers = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    assert_eq!(client.engine.respond(handle, 200, headers, Body::Bytes(b"abc")), Ok(true));
    client.send(b"");
    let response = &client.responses()[0];
    let all =
        |name: &str| response.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
    assert_eq!(all("x-frame-options"), ["SAMEORIGIN"]);
    assert_eq!(all("content-length"), ["3"]);
    assert_eq!(all("set-cookie"), ["a=1", "b=2"]);
}

#[test]
fn the_request_can_be_asked_about_until_it_is_answered() {
    let mut client = Client::new(&plan());
    let head = "POST http://b.example:1/b?x=%20 HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-two: 2\r\nCookie: a=1\r\nCookie: b=2\r\nX-Request-Id: mine\r\nContent-Length: 2\r\n\r\nhi";
    client.send(head.as_bytes());
    let handle = client.next_handle().expect("a call");
    let engine = &client.engine;
    let text = |bytes: Option<std::borrow::Cow<'_, [u8]>>| bytes.map(|b| String::from_utf8_lossy(&b).into_owned());
    assert_eq!(engine.method(handle), Some(&b"POST"[..]));
    assert_eq!(text(engine.target(handle)).as_deref(), Some("/b?x=%20"));
    assert_eq!(text(engine.header(handle, "host")).as_deref(), Some("b.example:1"), "RFC 9112 §3.2.2");
    assert_eq!(text(engine.header(handle, "X-TWO")).as_deref(), Some("1, 2"));
    assert_eq!(text(engine.header(handle, "cookie")).as_deref(), Some("a=1; b=2"));
    assert_eq!(engine.body(handle), Some(&b"hi"[..]));
    assert_eq!(engine.request_id(handle).as_deref(), Some(&b"mine"[..]));
    assert_eq!(engine.address(handle).map(|a| a.to_string()).as_deref(), Some("127.0.0.1"));
    assert_eq!(engine.headers(handle).map(Iterator::count), Some(7));
    client.respond(handle, 200, "");
    assert!(client.engine.method(handle).is_none());
    assert_eq!(client.responses()[0].header("x-request-id"), Some("mine"));
}

#[test]
fn deadlines_of_few_connections_are_met_to_the_millisecond() {
    let mut client = Client::new(&plan());
    client.send(b"GET /a HTTP/1.1\r\n");
    client.wait(3);
    let other = client.engine.open("192.0.2.1".parse().expect("an address"));
    client.engine.receive(other, b"GET /a HTTP/1.1\r\n");
    // The client of these tests reads from all connections.
    let refusals = |client: &Client| String::from_utf8_lossy(&client.received).matches("HTTP/1.1 408 ").count();
    client.wait(997);
    assert_eq!(refusals(&client), 1);
    client.wait(3);
    assert_eq!(refusals(&client), 2);
}
