//! Bodies that a handler takes piece by piece: order, back-pressure, limits, 100-continue, and answers that do not wait for the end.

#[path = "engine/client.rs"]
mod client;

use bolt_core::engine::{Event, Read};
use bolt_core::{Fate, Handle};
use client::{Client, app, handler};

fn plan() -> String {
    let mount = r#"{"id":2,"kind":"mount","method":"*","path":"/m","bodyBytes":null,"rateLimits":[]}"#;
    app(
        r#"{"requestTimeout":3000,"keepAlive":5000,"bodyRate":100,"bodyBytes":200000,"streamBuffer":1000}"#,
        &[
            handler(0, "POST", "/u", r#""streamBody":true"#),
            handler(1, "POST", "/b", ""),
            mount.to_owned(),
            handler(3, "GET", "/a", ""),
        ],
    )
}

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

fn post(path: &str, more: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\n{more}\r\n\r\n{body}")
}

fn sent(request: &str) -> (Client, Handle) {
    let mut client = Client::new(&plan());
    client.send(request.as_bytes());
    let handle = client.next_handle().expect("a call before the body is complete");
    (client, handle)
}

/// What the handler finds: text, `-` for nothing yet, `.` for the end, `!` when the request is over.
fn read(client: &mut Client, handle: Handle) -> String {
    let found = client.engine.read(handle, |bytes| String::from_utf8_lossy(bytes).into_owned());
    client.pump();
    match found {
        Some(Read::Bytes(text)) => text,
        Some(Read::Nothing) => "-".into(),
        Some(Read::End) => ".".into(),
        None => "!".into(),
    }
}

#[test]
fn a_handler_runs_with_the_head_and_takes_what_comes() {
    for path in ["/u", "/m/x"] {
        let (mut client, handle) = sent(&post(path, "Content-Length: 10", "abc"));
        assert_eq!(client.engine.body(handle), None, "not complete");
        assert_eq!(read(&mut client, handle), "abc");
        assert_eq!(read(&mut client, handle), "-");
        assert_eq!(client.events(), []);
        client.send(b"de");
        assert_eq!(client.events(), [(handle, Event::Readable)]);
        client.send(b"f");
        assert_eq!(client.events(), [], "told once for each time that it found nothing");
        assert_eq!((read(&mut client, handle), read(&mut client, handle)), ("def".into(), "-".into()));
        client.send(b"ghij");
        assert_eq!(client.events(), [(handle, Event::Readable)]);
        assert_eq!((read(&mut client, handle), read(&mut client, handle)), ("ghij".into(), ".".into()));
        assert!(client.respond(handle, 200, "x"));
        assert_eq!((client.statuses(), client.is_ended()), (vec![200], false));
    }
}

#[test]
fn a_body_that_came_with_the_head_is_whole() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 3", "abc"));
    assert_eq!(client.engine.body(handle), Some(&b"abc"[..]));
    assert_eq!((read(&mut client, handle), read(&mut client, handle)), ("abc".into(), ".".into()));
    let (mut client, handle) = sent("POST /u HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.engine.body(handle), Some(&b""[..]));
    assert_eq!(read(&mut client, handle), ".");
    let (mut client, handle) = sent(&post("/b", "Content-Length: 3", "abc"));
    assert_eq!(read(&mut client, handle), "!", "elsewhere bodies are not read in pieces");
}

#[test]
fn the_end_alone_is_news_as_well() {
    let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", "3\r\nabc\r\n"));
    assert_eq!((read(&mut client, handle), read(&mut client, handle)), ("abc".into(), "-".into()));
    client.send(b"0\r\nT: u\r\n");
    assert_eq!(client.events(), [], "trailers are no content");
    client.send(b"\r\n");
    assert_eq!((client.events(), read(&mut client, handle)), (vec![(handle, Event::Readable)], ".".into()));
}

#[test]
fn a_handler_that_does_not_read_stops_the_client() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 5000", &"x".repeat(1000)));
    assert!(client.engine.wants_input(client.id));
    client.send(b"x");
    assert!(!client.engine.wants_input(client.id), "more waits than may");
    assert_eq!(read(&mut client, handle).len(), 1001);
    assert!(client.engine.wants_input(client.id));
    client.engine.touch(client.id);
    client.send(&[b'x'; 1500]);
    assert!(!client.engine.wants_input(client.id));
    assert_eq!(client.engine.read(handle, <[u8]>::len), Some(Read::Bytes(1500)));
    assert_eq!(client.engine.take_touched(), Some(client.id), "the host is told to read on");
}

#[test]
fn a_client_that_was_made_to_wait_is_not_blamed_for_it() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 5000", &"x".repeat(2000)));
    client.wait(2900);
    read(&mut client, handle);
    client.wait(4900 + 20_000);
    assert_eq!((client.statuses(), client.events()), (vec![], vec![]), "2000 bytes are worth 20 s");
    client.wait(300);
    assert_eq!((client.statuses(), client.events()), (vec![408], vec![(handle, Event::Aborted)]));
    assert_eq!(read(&mut client, handle), "!");
}

#[test]
fn a_handler_that_neither_reads_nor_answers_is_given_up() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 150000", &"x".repeat(2000)));
    client.wait(3200);
    assert_eq!((client.statuses(), client.events()), (vec![504], vec![(handle, Event::Aborted)]));
    assert!(client.is_ended(), "the rest is too much to be skipped");
}

#[test]
fn the_time_for_an_answer_runs_from_the_end_of_the_body() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 1000", "x"));
    for _ in 0..9 {
        read(&mut client, handle);
        client.wait(1000);
        client.send(&[b'x'; 111]);
    }
    assert_eq!((client.statuses(), client.is_ended()), (vec![], false));
    client.wait(2900);
    assert_eq!(client.statuses(), Vec::<u16>::new());
    client.wait(300);
    assert_eq!(client.statuses(), [504]);
}

#[test]
fn a_body_over_the_limit_is_refused_while_it_comes() {
    let mut client = Client::new(&plan());
    client.send(post("/u", "Content-Length: 200001", "").as_bytes());
    assert_eq!((client.next_handle(), client.statuses()), (None, vec![413]), "announced");

    let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", "5\r\nhello\r\n"));
    read(&mut client, handle);
    client.send(b"30d40\r\n");
    assert_eq!((client.statuses(), client.events()), (vec![413], vec![(handle, Event::Aborted)]));
    assert_eq!((client.engine.fate(client.id), read(&mut client, handle)), (Fate::Linger, "!".into()));
    assert!(!client.respond(handle, 200, "late"));
}

#[test]
fn a_fault_in_the_body_cuts_off_a_response_that_has_begun() {
    for fault in ["xyz\r\n", "30d40\r\n"] {
        let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", "5\r\nhello\r\n"));
        client.start(handle, 200, None);
        client.push(handle, "begun");
        client.send(fault.as_bytes());
        assert_eq!(client.events(), [(handle, Event::Aborted)]);
        assert!(client.text().ends_with("5\r\nbegun\r\n") && client.is_ended(), "{fault}");
        assert_eq!(client.engine.stats().in_flight, 0);
    }
}

#[test]
fn trailers_of_a_streamed_body_are_bounded() {
    let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", "0\r\n"));
    client.send(format!("T: {}\r\n", "x".repeat(9000)).as_bytes());
    assert_eq!((client.statuses(), client.events()), (vec![431], vec![(handle, Event::Aborted)]));
}

#[test]
fn a_client_that_goes_away_in_the_middle_ends_the_request() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 10", "abc"));
    client.engine.end_of_input(client.id);
    assert!(client.is_ended(), "the rest cannot come any more");
    client.engine.remove(client.id);
    assert_eq!(client.events(), [(handle, Event::Aborted)]);
    let (mut client, handle) = sent(&post("/u", "Content-Length: 3", "abc"));
    client.engine.end_of_input(client.id);
    assert!(client.respond(handle, 200, "x"), "all of it had come");
}

#[test]
fn a_waiting_client_is_told_to_go_on_when_the_handler_reads() {
    let (mut client, handle) = sent(&post("/u", "Expect: 100-continue\r\nContent-Length: 3", ""));
    client.wait(2000);
    assert_eq!(client.text(), "");
    assert_eq!((read(&mut client, handle), client.text()), ("-".into(), CONTINUE.into()));
    assert_eq!(read(&mut client, handle), "-");
    assert_eq!(client.text(), CONTINUE, "once");
    client.send(b"abc");
    assert_eq!((read(&mut client, handle), read(&mut client, handle)), ("abc".into(), ".".into()));
    client.respond(handle, 200, "x");
    assert!(!client.is_ended());
}

#[test]
fn a_waiting_client_is_told_in_order() {
    let mut client = Client::new(&plan());
    client.send(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    client.send(post("/u", "Expect: 100-continue\r\nContent-Length: 3", "").as_bytes());
    let (first, second) = (client.next_handle().expect("a call"), client.next_handle().expect("a call"));
    assert_eq!((read(&mut client, second), client.text()), ("-".into(), String::new()));
    client.start(first, 200, None);
    client.push(first, "stream");
    client.pump();
    assert!(!client.text().contains("100 Continue"), "not in the middle of another response");
    client.engine.finish(first).expect("complete");
    client.pump();
    assert!(client.text().ends_with(&format!("0\r\n\r\n{CONTINUE}")));
    client.send(b"abc");
    assert_eq!(read(&mut client, second), "abc");

    // The same for a body that is read as a whole.
    let mut client = Client::new(&plan());
    client.send(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    client.send(post("/b", "Expect: 100-continue\r\nContent-Length: 3", "").as_bytes());
    let first = client.next_handle().expect("a call");
    assert_eq!(client.next_handle(), None);
    client.wait(2900);
    client.respond(first, 200, "x");
    assert!(client.text().ends_with(&format!("x{CONTINUE}")));
    client.wait(4900);
    client.send(b"abc");
    client.answer_calls();
    assert_eq!(client.statuses(), [200, 200], "the time before it was told does not count");
}

#[test]
fn a_client_that_does_not_wait_is_not_told() {
    let (mut client, handle) = sent(&post("/u", "Expect: 100-continue\r\nContent-Length: 3", "a"));
    assert_eq!((read(&mut client, handle), client.text()), ("a".into(), String::new()));
    let (mut client, handle) = sent(&post("/u", "Expect: 100-continue\r\nContent-Length: 3", ""));
    client.send(b"a");
    assert_eq!((read(&mut client, handle), client.text()), ("a".into(), String::new()));
}

#[test]
fn an_answer_without_the_body_ends_the_connection_of_a_client_that_waits() {
    for streams in [false, true] {
        let (mut client, handle) = sent(&post("/u", "Expect: 100-continue\r\nContent-Length: 3", ""));
        if streams {
            client.start(handle, 200, None);
            client.engine.finish(handle).expect("complete");
            client.pump();
        } else {
            client.respond(handle, 200, "no need");
        }
        assert!(!client.text().contains("100 Continue"));
        assert_eq!((client.statuses(), client.engine.fate(client.id)), (vec![200], Fate::Linger));
    }
}

#[test]
fn little_that_was_not_read_is_skipped() {
    for streams in [false, true] {
        let (mut client, handle) = sent(&post("/u", "Content-Length: 10", "abc"));
        if streams {
            client.start(handle, 200, None);
            client.engine.finish(handle).expect("complete");
        } else {
            client.respond(handle, 200, "x");
        }
        client.send(b"defghijGET /none HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!((client.statuses(), client.is_ended()), (vec![200, 404], false), "{streams}");
    }
    let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", "3\r\nabc\r\n"));
    client.respond(handle, 200, "x");
    client.send(b"3\r\nabc\r\n0\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.statuses(), [200, 404]);
}

#[test]
fn much_that_was_not_read_ends_the_connection() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 100000", "abc"));
    client.respond(handle, 200, "x");
    assert_eq!((client.statuses(), client.engine.fate(client.id)), (vec![200], Fate::Linger));
    assert_eq!(client.responses()[0].header("connection"), Some("close"), "the client is told");

    let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", "3\r\nabc\r\n"));
    client.respond(handle, 200, "x");
    assert!(!client.is_ended());
    client.send(format!("10000\r\n{}\r\n1\r\nx\r\n", "x".repeat(0x10000)).as_bytes());
    assert_eq!((client.statuses(), client.engine.fate(client.id)), (vec![200], Fate::Linger));
}

#[test]
fn a_skipped_body_must_come_in_time_too() {
    let (mut client, handle) = sent(&post("/u", "Content-Length: 10", "abc"));
    client.wait(1000);
    client.respond(handle, 200, "x");
    client.wait(4500);
    assert!(client.is_ended());
}

#[test]
fn both_directions_at_one_time() {
    let (mut client, handle) = sent(&post("/u", "Transfer-Encoding: chunked", ""));
    client.start(handle, 200, None);
    for piece in ["one", "two", "three"] {
        client.send(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
        let text = read(&mut client, handle);
        client.push(handle, &text);
        client.pump();
        assert!(client.text().ends_with(&format!("{piece}\r\n")));
    }
    assert!(client.engine.finish(handle).expect("complete"), "before the end of the body");
    client.send(b"0\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((client.statuses(), client.is_ended()), (vec![200, 404], false));
    assert_eq!(client.responses()[0].body, b"onetwothree");
}

#[test]
fn a_body_after_connection_close_is_read_to_its_end() {
    let (mut client, handle) = sent(&post("/u", "Connection: close\r\nContent-Length: 6", "abc"));
    client.start(handle, 200, None);
    client.push(handle, "begun");
    client.send(b"def");
    assert_eq!((read(&mut client, handle), read(&mut client, handle)), ("abcdef".into(), ".".into()));
    client.engine.finish(handle).expect("complete");
    client.pump();
    assert_eq!((client.statuses(), client.engine.fate(client.id)), (vec![200], Fate::Close));
}

#[test]
fn the_request_behind_a_streamed_body_is_found() {
    let mut client = Client::new(&plan());
    let requests =
        [post("/u", "Content-Length: 3", "abc"), post("/u", "Transfer-Encoding: chunked", "1\r\nd\r\n0\r\n\r\n")];
    client.send([requests.concat(), "GET /a HTTP/1.1\r\nHost: a\r\n\r\n".into()].concat().as_bytes());
    let handles: Vec<_> = std::iter::from_fn(|| client.next_handle()).collect();
    assert_eq!(handles.len(), 3);
    assert_eq!((read(&mut client, handles[1]), read(&mut client, handles[0])), ("d".into(), "abc".into()));
    for handle in handles {
        client.respond(handle, 200, "x");
    }
    assert_eq!(client.statuses(), [200, 200, 200]);
}
