//! How slowly a client may take what it is sent. Without sockets and without a clock of its own.

#[path = "engine/client.rs"]
mod client;

use bolt_core::Fate;
use bolt_core::engine::Event;
use client::{Client, app, handler};

/// Milliseconds between two looks at a client.
const LOOK: u64 = 30_000;

fn client() -> Client {
    let limits = r#"{"sendRate":100,"keepAlive":5000,"requestTimeout":3000,"streamBuffer":1000}"#;
    Client::new(&app(limits, &[handler(0, "GET", "/a", "")]))
}

const GET: &[u8] = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

/// A client that has asked for a text of this size, and of which it takes nothing by itself.
fn asked(size: usize) -> Client {
    let mut client = client();
    client.send(GET);
    let handle = client.next_handle().expect("a call");
    client.takes = 0;
    client.respond(handle, 200, &"x".repeat(size));
    client
}

#[test]
fn a_client_that_takes_nothing_is_cut_and_nothing_is_kept_for_it() {
    let mut client = asked(10_000);
    client.wait(LOOK);
    assert!(!client.is_ended(), "the first look only notes where it is");
    client.wait(LOOK);
    assert_eq!(client.engine.fate(client.id), Fate::Reset);
    assert!(client.engine.is_too_slow(client.id));
}

#[test]
fn slow_read_a_client_that_takes_a_few_bytes_now_and_then_is_cut() {
    let mut client = asked(1_000_000);
    for _ in 0..6 {
        client.wait(LOOK / 3);
        client.take_more(200);
    }
    assert!(client.is_ended());
}

#[test]
fn a_client_that_is_slow_but_steady_gets_everything_however_long_that_takes() {
    let mut client = asked(30_000);
    while !client.engine.output(client.id).is_empty() {
        client.wait(1_000);
        client.take_more(110);
        assert!(!client.is_ended());
    }
    assert!(client.now > 4 * LOOK);
    client.wait(4_900);
    assert!(!client.is_ended(), "it is idle only since it has taken everything");
    client.wait(300);
    assert!(client.is_ended());
}

#[test]
fn a_client_that_took_much_and_then_stops_is_cut_as_soon() {
    let mut client = asked(1_000_000);
    client.take_more(900_000);
    client.wait(LOOK);
    client.wait(LOOK);
    assert!(client.is_ended());
}

#[test]
fn a_reader_of_a_stream_that_rests_has_no_clock() {
    let mut client = client();
    client.send(GET);
    let handle = client.next_handle().expect("a call");
    assert!(client.start(handle, 200, None));
    client.pump();
    for _ in 0..5 {
        client.wait(10 * LOOK);
        assert_eq!(client.push(handle, "tick"), Some(9));
        client.pump();
    }
    assert!(!client.is_ended());
    assert_eq!(client.engine.next_deadline(), None);
}

#[test]
fn a_stream_whose_reader_stops_is_aborted() {
    let mut client = client();
    client.send(GET);
    let handle = client.next_handle().expect("a call");
    assert!(client.start(handle, 200, None));
    client.takes = 0;
    client.push(handle, &"x".repeat(2_000));
    client.pump();
    client.wait(LOOK);
    client.wait(LOOK);
    assert!(client.is_ended());
    client.engine.remove(client.id);
    assert_eq!(client.events(), [(handle, Event::Aborted)]);
}

#[test]
fn asking_again_and_again_does_not_put_the_end_off() {
    let mut client = asked(10_000);
    for _ in 0..4 {
        client.wait(LOOK / 2);
        client.send(GET);
        client.answer_calls();
    }
    assert!(client.is_ended());
}
