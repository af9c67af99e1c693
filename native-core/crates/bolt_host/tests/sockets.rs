//! The host over real sockets on free ports, and over in-memory connections.

#[path = "support/server.rs"]
mod server;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use server::{Server, answer_json, plan};

const GET: &[u8] = b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n";

/// Reads until `count` responses with `{}` bodies or the end.
fn read_responses(stream: &mut TcpStream, count: usize) -> String {
    let (mut text, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if so_far.matches("HTTP/1.1 ").count() >= count && so_far.ends_with('}') {
            return so_far;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return so_far,
            Ok(read) => text.extend_from_slice(&buffer[..read]),
        }
    }
}

fn read_all(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_connection_serves_many_requests() {
    let server = Server::start(&plan("{}"), answer_json);
    let mut stream = server.connect();
    for _ in 0..3 {
        stream.write_all(GET).expect("written");
        assert!(read_responses(&mut stream, 1).starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[test]
fn pipelined_requests_are_answered_with_few_writes() {
    let server = Server::start(&plan("{}"), answer_json);
    let mut stream = server.connect();
    stream.write_all(&GET.repeat(500)).expect("written");
    assert_eq!(read_responses(&mut stream, 500).matches("HTTP/1.1 200 OK").count(), 500);
}

#[test]
fn a_client_that_ends_its_side_still_gets_its_answers_and_then_the_end() {
    let server = Server::start(&plan("{}"), answer_json);
    let mut stream = server.connect();
    stream.write_all(&GET.repeat(2)).expect("written");
    stream.shutdown(Shutdown::Write).expect("shut");
    assert_eq!(read_all(&mut stream).matches("HTTP/1.1 200 OK").count(), 2);
}

#[test]
fn bytes_that_trickle_in_are_understood() {
    let server = Server::start(&plan("{}"), answer_json);
    let mut stream = server.connect();
    for byte in GET {
        stream.write_all(&[*byte]).expect("written");
    }
    assert!(read_responses(&mut stream, 1).starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn a_refusal_arrives_although_the_client_goes_on_sending() {
    let server = Server::start(&plan("{}"), answer_json);
    let mut stream = server.connect();
    stream.write_all(b"GET /json HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").expect("written");
    for _ in 0..64 {
        if stream.write_all(&[b'x'; 16 * 1024]).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    let answer = read_all(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("connection: close"), "{answer}");
}

#[test]
fn a_large_body_goes_in_and_out() {
    let server = Server::start(&plan(r#"{"bodyBytes":10000000}"#), |engine, call| {
        let body = engine.body(call.handle).unwrap_or_default().to_vec();
        engine.complete(call.handle, &body);
    });
    let body = format!("{{\"a\":\"{}\"}}", "x".repeat(5_000_000));
    let mut stream = server.connect();
    let mut sender = stream.try_clone().expect("cloned");
    let head = format!("POST /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let sent = body.clone();
    let thread = std::thread::spawn(move || {
        sender.write_all(head.as_bytes()).expect("written");
        sender.write_all(sent.as_bytes()).expect("written");
    });
    let answer = read_all(&mut stream);
    thread.join().expect("sent");
    assert!(answer.ends_with(&body), "{} of {} bytes came back", answer.len(), body.len());
}

#[test]
fn a_client_that_does_not_read_stops_being_read() {
    let server = Server::start(&plan("{}"), |engine, call| {
        engine.complete(call.handle, &vec![b'x'; 100_000]);
    });
    let mut stream = server.connect();
    stream.set_write_timeout(Some(Duration::from_millis(300))).expect("set");
    let mut sent = 0;
    while sent < 64 * 1024 * 1024 {
        match stream.write(&GET.repeat(1000)) {
            Ok(count) => sent += count,
            Err(_) => break,
        }
    }
    assert!(sent < 64 * 1024 * 1024, "back-pressure reaches the client");
    assert!(server.stats().requests < 10_000, "{:?}", server.stats());
}

#[test]
fn connections_over_a_limit_are_told_which() {
    let server = Server::start(&plan(r#"{"connections":2}"#), answer_json);
    let mut kept: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for stream in &mut kept {
        stream.write_all(GET).expect("written");
        assert!(read_responses(stream, 1).starts_with("HTTP/1.1 200"));
    }
    let answer = read_all(&mut server.connect());
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("limits.connections"), "{answer}");
    drop(kept);
    server.wait_for(|stats| stats.connections == 0);
    let mut again = server.connect();
    again.write_all(GET).expect("written");
    assert!(read_responses(&mut again, 1).starts_with("HTTP/1.1 200"));
}

#[test]
fn connections_of_one_address_are_counted() {
    let server = Server::start(&plan(r#"{"connectionsPerAddress":1}"#), answer_json);
    let mut first = server.connect();
    first.write_all(GET).expect("written");
    read_responses(&mut first, 1);
    assert!(read_all(&mut server.connect()).contains("limits.connectionsPerAddress"));
    drop(first);
    server.wait_for(|stats| stats.connections == 0);
    let mut again = server.connect();
    again.write_all(GET).expect("written");
    assert!(read_responses(&mut again, 1).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_head_that_never_ends_is_timed_out() {
    let server = Server::start(&plan(r#"{"headersTimeout":150}"#), answer_json);
    let mut stream = server.connect();
    stream.write_all(b"GET /json HTTP/1.1\r\nHost:").expect("written");
    let begin = Instant::now();
    assert!(read_all(&mut stream).starts_with("HTTP/1.1 408 "));
    assert!(begin.elapsed() < Duration::from_secs(3));
}

#[test]
fn closing_answers_what_is_in_flight_and_refuses_new_connections() {
    let server = Server::start(&plan("{}"), |engine, call| {
        std::thread::sleep(Duration::from_millis(100));
        answer_json(engine, call);
    });
    let mut idle = server.connect();
    let mut busy = server.connect();
    busy.write_all(GET).expect("written");
    server.wait_for(|stats| stats.requests == 1);
    let address = server.address();
    assert_eq!(server.close(Duration::from_secs(5)), 0);
    assert!(read_all(&mut busy).contains("HTTP/1.1 200"));
    assert_eq!(read_all(&mut idle), "");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn connections_that_do_not_end_in_time_are_cut() {
    let server = Server::start(&plan("{}"), |_, _| {});
    let mut stuck = server.connect();
    stuck.write_all(GET).expect("written");
    server.wait_for(|stats| stats.in_flight == 1);
    assert_eq!(server.close(Duration::from_millis(100)), 1);
    assert_eq!(read_all(&mut stuck), "");
}

#[test]
fn a_fault_of_one_connection_leaves_the_others_alone() {
    let server = Server::start(&plan("{}"), answer_json);
    let mut first = server.connect();
    first.write_all(&GET[..10]).expect("written");
    let mut second = server.connect();
    second.write_all(b"\0\0\0\r\n\r\n").expect("written");
    assert!(read_all(&mut second).starts_with("HTTP/1.1 400 "));
    first.write_all(&GET[10..]).expect("written");
    assert!(read_responses(&mut first, 1).starts_with("HTTP/1.1 200"));
}

#[test]
fn a_handler_that_panics_answers_500_and_the_server_lives() {
    let server = Server::start(&plan("{}"), |engine, call| {
        assert!(engine.target(call.handle).is_some_and(|target| !target.ends_with(b"?panic")), "asked for");
        answer_json(engine, call);
    });
    let mut stream = server.connect();
    stream.write_all(b"GET /json?panic HTTP/1.1\r\nHost: a\r\n\r\n").expect("written");
    let answer = read_responses(&mut stream, 1);
    assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("\"code\":\"internal\""), "{answer}");
    assert!(!answer.contains("asked for"), "what happened is for the log only: {answer}");
    stream.write_all(GET).expect("written");
    assert!(read_responses(&mut stream, 1).starts_with("HTTP/1.1 200 OK"), "on the same connection");
    assert_eq!(server.stats().in_flight, 0);
}
