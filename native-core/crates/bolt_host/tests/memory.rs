//! Injected requests take the way of all others.

use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::{Body, Slots};
use bolt_host::{Host, Injected};

#[path = "support/server.rs"]
mod server;

fn inject(host: &mut Host, request: &str) -> Injected {
    let id = host.inject(request.as_bytes(), "192.0.2.7".parse().expect("an address"));
    loop {
        while let Some(call) = host.engine().next_call() {
            let address = host.engine().address(call.handle).map(|a| a.to_string()).unwrap_or_default();
            let headers = [(&b"X-Address"[..], address.as_bytes())].into_iter();
            host.engine().respond(call.handle, 201, headers, Body::Bytes(b"made")).expect("sendable");
        }
        host.settle();
        if let Some((done, response)) = host.take_injected() {
            assert_eq!(done, id);
            return response;
        }
        host.turn(Some(Duration::from_millis(1))).expect("a turn");
    }
}

#[test]
fn a_request_is_answered_as_over_a_socket() {
    let engine = Engine::new(&server::plan("{}"), Slots::default()).expect("a plan");
    let mut host = Host::new(engine).expect("a host");
    let response = inject(&mut host, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((response.status, response.body.as_slice()), (201, &b"made"[..]));
    let header = |name: &str| response.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(header("x-address").as_deref(), Some(&b"192.0.2.7"[..]));

    assert_eq!(inject(&mut host, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
    let head = inject(&mut host, "HEAD /json HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((head.status, head.body.len()), (201, 0));
    let expects = "POST /json HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(inject(&mut host, expects).status, 201);
    assert_eq!(host.engine().connections(), 0);
}

#[test]
fn a_response_in_pieces_is_put_together_and_a_cut_one_is_none() {
    let engine = Engine::new(&server::plan("{}"), Slots::default()).expect("a plan");
    let mut host = Host::new(engine).expect("a host");
    let mut ask = |length: Option<u64>, cuts: bool| {
        host.inject(b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n", "192.0.2.7".parse().expect("an address"));
        let call = host.engine().next_call().expect("a call");
        host.engine().start(call.handle, 200, std::iter::empty(), length).expect("sendable");
        for piece in ["one ", "two ", "three"] {
            host.engine().push(call.handle, piece.as_bytes()).expect("within the length");
            host.settle();
            assert!(host.take_injected().is_none(), "not before the end");
        }
        if cuts {
            host.engine().cut(call.handle);
        } else {
            host.engine().finish(call.handle).expect("complete");
        }
        host.settle();
        host.take_injected().expect("a response").1
    };
    for length in [None, Some(13)] {
        let whole = ask(length, false);
        assert_eq!((whole.status, whole.body.as_slice()), (200, &b"one two three"[..]));
    }
    assert_eq!(ask(None, true), Injected::default());
    assert_eq!(ask(Some(14), true), Injected::default());
}

#[test]
fn a_request_that_is_not_complete_ends_without_a_response() {
    let engine = Engine::new(&server::plan("{}"), Slots::default()).expect("a plan");
    let mut host = Host::new(engine).expect("a host");
    assert_eq!(inject(&mut host, "GET /json HTTP/1.1\r\nHost: a\r\n"), Injected::default());
    let short = "POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
    assert_eq!(inject(&mut host, short), Injected::default());
    assert_eq!(inject(&mut host, ""), Injected::default());
    assert_eq!(inject(&mut host, "GET /json HTTP/1.1\r\n\r\n").status, 400);
}
