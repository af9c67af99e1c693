//! Requests and responses.

use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use h2::client::Builder;
use h2::{Reason, RecvStream};
use http::Request;

use super::rig::Rig;

fn post(path: &str) -> http::request::Builder {
    Request::post(format!("http://a.example{path}"))
}

#[test]
fn a_request_is_answered_like_one_of_http1() {
    let mut rig = Rig::new("{}");
    let got = rig.ask(Request::get("http://a.example/json").body(()).expect("a request"), b"").expect("answered");
    assert_eq!((got.status, got.body.as_slice()), (200, &b"{}"[..]));
    assert_eq!(got.headers["content-length"], "2");
    assert_eq!(got.headers["content-type"], "application/json");
    assert!(got.headers.contains_key("x-request-id") && got.headers.contains_key("date"));
    assert!(!got.headers.contains_key("connection"), "{:?}", got.headers);
    assert_eq!(
        rig.ask(Request::get("http://a.example/none").body(()).expect("a request"), b"").expect("answered").status,
        404
    );
    assert_eq!(rig.server.streams(), 0);
    assert_eq!(rig.server.engine.stats().connections, 1);
}

#[test]
fn a_head_request_has_the_length_and_no_content() {
    let mut rig = Rig::new("{}");
    let got = rig.ask(Request::head("http://a.example/json").body(()).expect("a request"), b"").expect("answered");
    assert_eq!((got.status, got.body.len()), (200, 0));
    assert_eq!(got.headers["content-length"], "2");
}

#[test]
fn a_body_arrives_with_and_without_a_length() {
    let mut rig = Rig::new(r#"{"bodyBytes":2000000}"#);
    let body = vec![b'x'; 1_500_000];
    for request in [post("/json"), post("/json").header("content-length", body.len())] {
        let got = rig.ask(request.body(()).expect("a request"), &body).expect("answered");
        assert_eq!((got.status, got.body.len()), (200, body.len()));
    }
}

#[test]
fn an_empty_body_with_an_end_of_its_own_is_no_body() {
    let mut rig = Rig::new("{}");
    let (response, mut stream) = rig.begin(post("/json").body(()).expect("a request"), false);
    stream.send_data(Bytes::new(), true).expect("sent");
    assert_eq!(rig.finish(response).expect("answered").body, b"{}");
}

#[test]
fn trailers_end_a_body() {
    let mut rig = Rig::new("{}");
    let (response, mut stream) = rig.begin(post("/json").body(()).expect("a request"), false);
    stream.send_data(Bytes::from_static(b"[1]"), false).expect("sent");
    stream
        .send_trailers([("x-sum".parse().expect("a name"), "1".parse().expect("a value"))].into_iter().collect())
        .expect("sent");
    assert_eq!(rig.finish(response).expect("answered").body, b"[1]");
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_ends() {
    let mut rig = Rig::new(r#"{"bodyBytes":10}"#);
    let (response, mut stream) = rig.begin(post("/json").body(()).expect("a request"), false);
    stream.send_data(Bytes::from_static(b"01234567890"), false).expect("sent");
    let got = rig.finish(response).expect("answered");
    assert_eq!(got.status, 413);
    assert!(String::from_utf8_lossy(&got.body).contains("limits.bodyBytes"));
    rig.run();
    assert!(stream.send_data(Bytes::from_static(b"more"), false).is_err() || rig.server.streams() == 0);
    let announced = post("/json").header("content-length", "11").body(()).expect("a request");
    let (response, _stream) = rig.begin(announced, false);
    assert_eq!(rig.finish(response).expect("answered").status, 413);
}

#[test]
fn a_body_that_contradicts_its_length_is_a_protocol_error() {
    let mut rig = Rig::new("{}");
    for length in ["2", "4"] {
        let request = post("/json").header("content-length", length).body(()).expect("a request");
        let error = rig.ask(request, b"[1]").expect_err("refused");
        assert_eq!(error.reason(), Some(Reason::PROTOCOL_ERROR), "{length}");
    }
    assert_eq!(rig.server.streams(), 0);
}

#[test]
fn limits_of_heads_are_the_engine_s_and_named() {
    let mut rig = Rig::new(r#"{"headBytes":1000,"headerCount":5}"#);
    let long = Request::get("http://a.example/json").header("x-long", "x".repeat(1_000)).body(()).expect("a request");
    let got = rig.ask(long, b"").expect("answered");
    assert_eq!(got.status, 431);
    assert!(String::from_utf8_lossy(&got.body).contains("limits.headBytes"));
    let many = (0..6).fold(Request::get("http://a.example/json"), |request, i| request.header(format!("x-{i}"), "1"));
    let got = rig.ask(many.body(()).expect("a request"), b"").expect("answered");
    assert!(got.status == 431 && String::from_utf8_lossy(&got.body).contains("limits.headerCount"));
}

#[test]
fn connect_and_targets_that_are_none_are_refused() {
    let mut rig = Rig::new("{}");
    let connect = Request::builder().method("CONNECT").uri("a.example:443").body(()).expect("a request");
    let (response, _stream) = rig.begin(connect, false);
    assert_eq!(rig.finish(response).expect("answered").status, 501);
    let without_host = Request::get("/json").body(()).expect("a request");
    assert_eq!(rig.ask(without_host, b"").expect("answered").status, 400);
    let options = Request::options("http://a.example/json").body(()).expect("a request");
    assert_eq!(rig.ask(options, b"").expect("answered").status, 204);
}

#[test]
fn a_host_that_differs_from_the_authority_is_a_protocol_error() {
    let mut rig = Rig::new("{}");
    let request = Request::get("http://a.example/json").header("host", "b.example").body(()).expect("a request");
    assert_eq!(rig.ask(request, b"").expect_err("refused").reason(), Some(Reason::PROTOCOL_ERROR));
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    let mut rig = Rig::new("{}");
    let request = post("/json").header("expect", "100-continue").body(()).expect("a request");
    let (mut response, mut stream) = rig.begin(request, false);
    let interim = response.poll_informational(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Some(Ok(interim))) = interim else { panic!("no interim response: {interim:?}") };
    assert_eq!(interim.status(), 100);
    stream.send_data(Bytes::from_static(b"[1]"), true).expect("sent");
    assert_eq!(rig.finish(response).expect("answered").body, b"[1]");
}

#[test]
fn a_hundred_requests_at_once_are_all_answered() {
    let mut rig = Rig::new("{}");
    let begun: Vec<_> = (0..100).map(|_| rig.get("/later")).collect();
    assert_eq!(rig.server.later.len(), 100);
    while !rig.server.later.is_empty() {
        let last = rig.server.later.pop_back().expect("a call");
        rig.server.later.push_front(last);
        assert!(rig.server.answer_later());
    }
    for (response, _) in begun {
        assert_eq!(rig.finish(response).expect("answered").body, b"\"late\"");
    }
    assert_eq!(rig.server.engine.stats().connections, 1);
    assert_eq!(rig.server.engine.stats().in_flight, 0);
}

#[test]
fn more_streams_than_allowed_are_refused_and_the_others_live() {
    let mut rig = Rig::with("{}", Builder::new().initial_max_send_streams(1_000));
    let begun: Vec<_> = (0..100).map(|_| rig.get("/later")).collect();
    let raw = super::floods::get(201, "/json");
    let answer = rig.server.exchange(&raw);
    let refused = super::floods::frames(&answer).into_iter().find(|frame| frame.kind == 3).expect("RST_STREAM");
    assert_eq!(refused.payload, [0, 0, 0, 7], "REFUSED_STREAM");
    assert_eq!((rig.server.later.len(), begun.len()), (100, 100));
}

#[test]
fn a_large_response_waits_for_the_window() {
    let mut rig = Rig::with("{}", Builder::new().initial_window_size(10_000).initial_connection_window_size(70_000));
    rig.server.answer = vec![b'x'; 1_000_000];
    let (response, _) = rig.get("/json");
    let (status, mut body) = rig.head(response).expect("a head");
    assert_eq!(status, 200);
    rig.run();
    assert!(rig.server.written < 12_000, "{} bytes were written into a window of 10,000", rig.server.written);
    let got = read(&mut rig, &mut body);
    assert_eq!(got, 1_000_000);
}

#[test]
fn a_slow_reader_does_not_hold_up_others() {
    let mut rig = Rig::with("{}", Builder::new().initial_window_size(10_000).initial_connection_window_size(1_000_000));
    rig.server.answer = vec![b'x'; 100_000];
    let (slow, _) = rig.get("/json");
    let (_, mut body) = rig.head(slow).expect("a head");
    rig.server.answer = b"{}".to_vec();
    let (quick, _) = rig.get("/json");
    assert_eq!(rig.finish(quick).expect("answered").body, b"{}");
    assert_eq!(read(&mut rig, &mut body), 100_000);
}

/// The size of the next piece of a body.
pub(super) fn take(rig: &mut Rig, body: &mut RecvStream) -> Option<usize> {
    for _ in 0..1_000 {
        match body.poll_data(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(data) => {
                let count = data?.expect("data").len();
                body.flow_control().release_capacity(count).expect("released");
                return Some(count);
            }
            Poll::Pending => rig.run(),
        }
    }
    panic!("nothing came")
}

/// How a body failed; `None` when it ended well.
pub(super) fn failure(rig: &mut Rig, body: &mut RecvStream) -> Option<h2::Error> {
    for _ in 0..1_000 {
        match body.poll_data(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(Some(Err(error))) => return Some(error),
            Poll::Ready(None) => return None,
            Poll::Pending => rig.run(),
        }
    }
    panic!("nothing came")
}

fn read(rig: &mut Rig, body: &mut RecvStream) -> usize {
    std::iter::from_fn(|| take(rig, body)).sum()
}
