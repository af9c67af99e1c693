//! Responses in pieces: framing, order, back-pressure, deadlines and every way in which they end. Without sockets and without a clock.

#[path = "engine/client.rs"]
mod client;

use bolt_core::Fate;
use bolt_core::engine::{Body, Event, Started, StreamFault};
use client::{Client, app, handler};

fn plan() -> String {
    app(
        r#"{"requestTimeout":3000,"keepAlive":5000,"streamBuffer":1000}"#,
        &[handler(0, "GET", "/a", ""), handler(1, "POST", "/b", "")],
    )
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const GET_10: &str = "GET /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";

/// A client that asked once, and the handle of its request.
fn asked(request: &str) -> (Client, bolt_core::Handle) {
    let mut client = Client::new(&plan());
    client.send(request.as_bytes());
    let handle = client.next_handle().expect("a call");
    (client, handle)
}

#[test]
fn pieces_are_chunks_and_the_head_goes_out_with_the_first() {
    let (mut client, handle) = asked(GET);
    assert!(client.start(handle, 200, None));
    client.push(handle, "first");
    client.pump();
    assert!(client.text().ends_with("\r\n\r\n5\r\nfirst\r\n"), "{}", client.text());
    client.push(handle, "");
    client.push(handle, &"x".repeat(17));
    client.pump();
    assert!(client.text().ends_with("\r\n11\r\nxxxxxxxxxxxxxxxxx\r\n"), "an empty piece is not the end");
    assert_eq!(client.engine.finish(handle), Ok(true));
    client.pump();
    let response = &client.responses()[0];
    assert_eq!((response.status, response.body.len()), (200, 22));
    assert_eq!(response.header("transfer-encoding"), Some("chunked"));
    assert_eq!((response.header("content-length"), client.engine.stats().in_flight), (None, 0));
    client.send(b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.statuses(), [200, 404], "the connection goes on");
}

#[test]
fn all_pieces_of_one_pass_are_one_write() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    for piece in ["one", "two", "three"] {
        client.push(handle, piece);
    }
    client.engine.finish(handle).expect("complete");
    let output = client.engine.output(client.id).to_vec();
    assert!(output.starts_with(b"HTTP/1.1 200 OK\r\n") && output.ends_with(b"5\r\nthree\r\n0\r\n\r\n"));
    assert_eq!(client.engine.take_touched(), Some(client.id));
    assert_eq!(client.engine.take_touched(), None, "named once");
}

#[test]
fn a_known_length_is_kept_to() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, Some(5));
    client.push(handle, "abc");
    assert_eq!(client.engine.push(handle, b"def"), Err(StreamFault::TooLong));
    assert_eq!(client.engine.finish(handle), Err(StreamFault::TooShort(2)));
    client.push(handle, "de");
    assert_eq!(client.engine.push(handle, b"f"), Err(StreamFault::TooLong));
    assert_eq!(client.engine.finish(handle), Ok(true));
    client.pump();
    let response = &client.responses()[0];
    assert_eq!((response.header("content-length"), response.body.as_slice()), (Some("5"), &b"abcde"[..]));
    assert_eq!(response.header("transfer-encoding"), None);
}

#[test]
fn a_response_that_broke_its_length_is_cut_off() {
    for ends_short in [true, false] {
        let (mut client, handle) = asked(GET);
        client.start(handle, 200, Some(5));
        client.push(handle, "abc");
        let is_fault = if ends_short {
            client.engine.finish(handle).is_err()
        } else {
            client.engine.push(handle, b"def").is_err()
        };
        assert!(is_fault && client.engine.cut(handle));
        client.pump();
        assert!(client.text().ends_with("\r\n\r\nabc"), "nothing of the piece that was too long");
        assert_eq!((client.engine.fate(client.id), client.engine.stats().in_flight), (Fate::Close, 0));
    }
}

#[test]
fn http_1_0_gets_a_stream_until_the_connection_closes() {
    let (mut client, handle) = asked(GET_10);
    client.start(handle, 200, None);
    client.push(handle, "to the ");
    client.push(handle, "end");
    client.pump();
    assert!(!client.is_ended());
    client.engine.finish(handle).expect("complete");
    client.pump();
    assert!(client.text().contains("\r\nconnection: close\r\n") && client.text().ends_with("\r\n\r\nto the end"));
    assert!(!client.text().contains("transfer-encoding") && !client.text().contains("content-length"));
    assert_eq!(client.engine.fate(client.id), Fate::Close);
}

#[test]
fn http_1_0_is_kept_alive_after_a_known_length() {
    let (mut client, handle) = asked(GET_10);
    client.start(handle, 200, Some(2));
    client.push(handle, "ab");
    client.engine.finish(handle).expect("complete");
    client.send(GET_10.as_bytes());
    assert!(client.next_handle().is_some() && !client.is_ended());
    assert_eq!(client.responses()[0].header("connection"), Some("keep-alive"));
}

#[test]
fn what_is_cut_off_cannot_pass_for_the_whole() {
    for (request, fate) in [(GET, Fate::Close), (GET_10, Fate::Reset)] {
        let (mut client, handle) = asked(request);
        client.start(handle, 200, None);
        client.push(handle, "begun");
        assert!(client.engine.cut(handle));
        client.pump();
        assert!(client.text().contains("begun"), "what was sent before still goes out");
        assert!(!client.text().ends_with("0\r\n\r\n"));
        assert_eq!(client.engine.fate(client.id), fate);
        assert!(!client.engine.cut(handle) && client.push(handle, "late").is_none());
        client.send(GET.as_bytes());
        assert_eq!(client.next_handle(), None, "nothing more is looked at");
    }
}

#[test]
fn statuses_and_methods_without_content_are_complete_at_once() {
    for (request, status) in [("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n", 200), (GET, 204), (GET, 304), (GET_10, 204)] {
        let (mut client, handle) = asked(request);
        client.heads = true;
        assert!(!client.start(handle, status, None));
        assert_eq!((client.push(handle, "x"), client.engine.finish(handle)), (None, Ok(false)));
        assert_eq!(client.engine.stats().in_flight, 0);
        client.pump();
        assert!(client.text().ends_with("\r\n\r\n") && !client.is_ended(), "{request} {status}");
        assert_eq!(client.responses()[0].header("transfer-encoding").is_some(), status == 200);
    }
    let (mut client, handle) = asked("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n");
    client.heads = true;
    assert!(!client.start(handle, 200, Some(77)));
    client.pump();
    assert_eq!(client.responses()[0].header("content-length"), Some("77"));
}

#[test]
fn pipelined_streams_and_plain_answers_keep_their_order() {
    let mut client = Client::new(&plan());
    client.send(GET.repeat(5).as_bytes());
    let handles: Vec<_> = std::iter::from_fn(|| client.next_handle()).collect();
    client.start(handles[3], 203, None);
    client.push(handles[3], "fourth ");
    client.start(handles[1], 201, Some(6));
    client.push(handles[1], "second");
    client.engine.finish(handles[1]).expect("complete");
    client.respond(handles[2], 202, "third");
    assert_eq!(client.received, b"", "the first is not answered");
    client.start(handles[0], 200, None);
    client.push(handles[0], "first");
    client.pump();
    assert!(client.content().ends_with("first\r\n") && !client.text().contains("second"));
    client.engine.finish(handles[0]).expect("complete");
    client.pump();
    assert_eq!(client.statuses(), [200, 201, 202], "what waited follows in one go");
    assert!(client.text().ends_with("7\r\nfourth \r\n"), "and the stream whose turn it is");
    client.push(handles[3], "goes on");
    client.respond(handles[4], 204, "");
    client.engine.finish(handles[3]).expect("complete");
    client.pump();
    assert_eq!(client.statuses(), [200, 201, 202, 203, 204]);
    assert_eq!(client.responses()[3].body, b"fourth goes on");
}

#[test]
fn the_source_hears_once_when_little_is_unsent() {
    let (mut client, handle) = asked(GET);
    client.takes = 0;
    client.start(handle, 200, None);
    let mut unsent = 0;
    while unsent <= 1000 {
        unsent = client.push(handle, &"x".repeat(100)).expect("open");
    }
    client.pump();
    assert_eq!(client.events(), []);
    client.take_more(unsent - 251);
    assert_eq!(client.events(), [], "a quarter of the buffer is the mark");
    client.take_more(1);
    assert_eq!(client.events(), [(handle, Event::Drained)]);
    client.take_more(usize::MAX);
    assert_eq!(client.events(), []);
    assert_eq!(client.push(handle, "y"), Some(6), "nothing is left of what was sent");
    client.pump();
    assert_eq!(client.events(), [], "nobody was told to wait");
}

#[test]
fn a_stream_that_waits_for_its_turn_is_held_back_too() {
    let mut client = Client::new(&plan());
    client.send(GET.repeat(2).as_bytes());
    let (first, second) = (client.next_handle().expect("a call"), client.next_handle().expect("a call"));
    client.start(second, 200, None);
    assert!(client.push(second, &"x".repeat(2000)).is_some_and(|unsent| unsent > 1000));
    client.pump();
    assert_eq!(client.events(), []);
    client.respond(first, 200, "");
    assert_eq!(client.events(), [(second, Event::Drained)]);
}

#[test]
fn a_reader_that_is_always_a_little_behind_does_not_make_the_buffer_grow() {
    let (mut client, handle) = asked(GET);
    client.takes = 0;
    client.start(handle, 200, None);
    client.push(handle, &"x".repeat(500));
    let mut most = 0;
    for _ in 0..1000 {
        let unsent = client.push(handle, &"x".repeat(500)).expect("open");
        most = most.max(unsent);
        client.take_more(507);
    }
    assert!(most < 2000, "{most}");
    assert!(client.received.len() > 500_000);
}

#[test]
fn a_stream_outlives_the_time_for_an_answer_and_for_idleness() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.push(handle, "a");
    client.pump();
    for _ in 0..10 {
        client.wait(4000);
        assert_eq!(client.push(handle, "b").map(|unsent| unsent > 0), Some(true));
        client.pump();
    }
    assert_eq!((client.events(), client.is_ended()), (vec![], false));
    client.wait(40_000);
    assert!(client.engine.finish(handle).expect("complete"));
    client.wait(4900);
    assert!(!client.is_ended(), "idle since the end of the stream");
    client.wait(200);
    assert!(client.is_ended());
}

#[test]
fn a_client_that_takes_nothing_of_a_stream_is_given_up() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.pump();
    client.wait(60_000);
    client.takes = 0;
    client.push(handle, "x");
    client.pump();
    client.wait(59_900);
    assert!(!client.is_ended(), "the time runs from the first byte that waits");
    client.wait(200);
    client.wait(30_000);
    assert_eq!(client.engine.fate(client.id), Fate::Reset);
    client.engine.remove(client.id);
    assert!(matches!(client.events()[..], [(_, Event::Aborted)]));
}

#[test]
fn a_client_that_goes_away_ends_the_stream_once() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.push(handle, &"x".repeat(2000));
    client.engine.remove(client.id);
    assert_eq!(client.events(), [(handle, Event::Aborted)]);
    assert_eq!(client.engine.push(handle, b"late"), Ok(None));
    assert_eq!((client.engine.finish(handle), client.engine.cut(handle)), (Ok(false), false));
    assert_eq!(client.engine.stats().in_flight, 0);
}

#[test]
fn a_request_is_answered_in_one_way_only() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    assert!(!client.respond(handle, 200, "again"));
    assert!(!client.engine.complete(handle, b"again"));
    let again = client.engine.start(handle, 200, std::iter::empty(), None);
    assert_eq!(again, Ok(None));
    client.engine.finish(handle).expect("complete");
    assert_eq!(client.engine.finish(handle), Ok(false));
    let (mut client, handle) = asked(GET);
    assert_eq!(client.engine.push(handle, b"before the start"), Ok(None));
    assert_eq!(client.engine.finish(handle), Ok(false));
    assert!(client.respond(handle, 200, "still open"));
}

#[test]
fn a_head_that_cannot_be_sent_leaves_the_request_open() {
    let (mut client, handle) = asked(GET);
    for (status, value) in [(199, "a"), (600, "a"), (200, "a\r\nb: c")] {
        let headers = [(&b"x"[..], value.as_bytes())].into_iter();
        assert!(client.engine.start(handle, status, headers, None).is_err());
    }
    let headers =
        [("Transfer-Encoding", "gzip"), ("Content-Length", "9"), ("Connection", "x"), ("X-Frame-Options", "y")];
    let headers = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    assert_eq!(client.engine.start(handle, 200, headers, None), Ok(Some(Started::Open)));
    client.engine.finish(handle).expect("complete");
    client.pump();
    let response = &client.responses()[0];
    assert_eq!((response.header("transfer-encoding"), response.header("content-length")), (Some("chunked"), None));
    assert_eq!((response.header("connection"), response.header("x-frame-options")), (None, Some("y")));
}

#[test]
fn a_cut_takes_the_requests_behind_it_with_it_but_not_those_before() {
    let mut client = Client::new(&plan());
    client.send([GET, GET, GET, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n", GET].concat().as_bytes());
    let handles: Vec<_> = std::iter::from_fn(|| client.next_handle()).collect();
    client.start(handles[1], 200, None);
    client.push(handles[1], "never whole");
    client.start(handles[2], 200, None);
    client.engine.cut(handles[1]);
    assert_eq!(client.events(), [(handles[2], Event::Aborted), (handles[3], Event::Aborted)]);
    client.pump();
    assert_eq!((client.received.len(), client.is_ended()), (0, false), "the first is still owed");
    client.respond(handles[0], 201, "whole");
    assert_eq!((client.statuses(), client.is_ended()), (vec![201], true));
    assert!(client.text().ends_with("never whole\r\n"));
    assert_eq!(client.engine.stats().in_flight, 0);
}

#[test]
fn a_request_that_was_not_answered_can_be_cut_off_as_well() {
    let (mut client, handle) = asked(GET);
    assert!(client.engine.cut(handle));
    client.pump();
    assert_eq!((client.received.len(), client.engine.fate(client.id)), (0, Fate::Close));
}

#[test]
fn draining_waits_for_a_stream_and_then_closes() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.push(handle, "a");
    client.engine.drain();
    client.pump();
    assert!(!client.is_ended());
    client.push(handle, "b");
    client.engine.finish(handle).expect("complete");
    client.pump();
    assert_eq!((client.responses()[0].body.as_slice(), client.is_ended()), (&b"ab"[..], true));

    let mut late = Client::new(&plan());
    late.send(GET.as_bytes());
    let handle = late.next_handle().expect("a call");
    late.engine.drain();
    late.start(handle, 200, None);
    late.engine.finish(handle).expect("complete");
    late.pump();
    assert_eq!((late.responses()[0].header("connection"), late.is_ended()), (Some("close"), true));
}

#[test]
fn a_client_that_asked_for_the_end_of_the_connection_gets_it_after_the_stream() {
    let (mut client, handle) =
        asked("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.next_handle(), None);
    client.start(handle, 200, None);
    client.push(handle, "a");
    client.pump();
    assert!(!client.is_ended());
    client.engine.finish(handle).expect("complete");
    client.pump();
    assert_eq!((client.responses()[0].header("connection"), client.is_ended()), (Some("close"), true));
}

#[test]
fn a_half_closed_client_gets_a_stream_for_a_moment_longer() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.pump();
    client.engine.end_of_input(client.id);
    client.wait(300);
    client.push(handle, "still here");
    client.pump();
    assert!(client.text().contains("still here") && !client.is_ended());
    client.wait(400);
    assert!(client.is_ended());
}

#[test]
fn security_headers_come_with_a_stream_too() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.engine.finish(handle).expect("complete");
    client.pump();
    assert_eq!(client.responses()[0].header("x-frame-options"), Some("DENY"));
    assert!(client.responses()[0].header("x-request-id").is_some());
}

#[test]
fn a_plain_answer_is_not_held_back_by_a_stream_on_another_connection() {
    let (mut client, handle) = asked(GET);
    client.start(handle, 200, None);
    client.pump();
    let other = client.engine.open("127.0.0.2".parse().expect("an address"));
    client.engine.receive(other, GET.as_bytes());
    let call = client.engine.next_call().expect("a call");
    let headers = std::iter::empty();
    assert_eq!(client.engine.respond(call.handle, 200, headers, Body::Bytes(b"plain")), Ok(true));
    assert!(client.engine.output(other).ends_with(b"plain"));
}
