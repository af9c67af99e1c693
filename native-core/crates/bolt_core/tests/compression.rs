//! Answers in a content coding: when, in which, and with which header fields.
#![allow(clippy::unwrap_used)]

#[path = "engine/client.rs"]
mod client;

use std::io::Read;

use bolt_core::engine::{Body, Started, StreamFault};
use client::{Client, Response, app, handler};

const RULES: &str = r#"{"encodings":["zstd","gzip","br"],"level":{"br":3,"zstd":3,"gzip":4},"minBytes":100,"types":["application/json","text/*"]}"#;

/// An application with one handler route, one with a fixed answer, and one that opted out.
fn open() -> Client {
    let fixed = format!(
        r#"{{"id":1,"kind":"answer","method":"GET","path":"/fixed","status":200,"headers":["content-type","application/json","etag","\"v1\""],"body":"{}"}}"#,
        "f".repeat(300)
    );
    let routes = [handler(0, "GET", "/", ""), fixed, handler(2, "GET", "/plain", r#""compression":false"#)];
    let plan = app("{}", &routes).replace(r#""cors":null"#, &format!(r#""cors":null,"compression":{RULES}"#));
    Client::new(&plan)
}

fn text() -> String {
    (0..60).map(|n| format!("line {n}\n")).collect()
}

/// Asks for `/` and answers with `headers` and a text.
fn ask(method: &str, accept: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let mut client = open();
    client.heads = method == "HEAD";
    client.send(format!("{method} / HTTP/1.1\r\nHost: h\r\n{accept}\r\n").as_bytes());
    let handle = client.next_handle().unwrap();
    let headers = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    assert!(client.engine.respond(handle, status, headers, Body::Bytes(body.as_bytes())).unwrap());
    client.pump();
    client.responses().remove(0)
}

fn decoded(response: &Response) -> String {
    let mut out = Vec::new();
    match response.header("content-encoding") {
        Some("gzip") => {
            let mut decoder = flate2::Decompress::new_gzip(15);
            out.reserve(1024 * 1024);
            decoder.decompress_vec(&response.body, &mut out, flate2::FlushDecompress::Finish).unwrap();
        }
        Some("br") => {
            brotli::Decompressor::new(response.body.as_slice(), 4096).read_to_end(&mut out).unwrap();
        }
        Some("zstd") => {
            out.reserve(1024 * 1024);
            zstd_safe::decompress(&mut out, &response.body).unwrap();
        }
        _ => out.clone_from(&response.body),
    }
    String::from_utf8(out).unwrap()
}

const TEXT: &[(&str, &str)] = &[("content-type", "text/plain; charset=utf-8")];

#[test]
fn encodes_in_the_coding_that_the_client_prefers() {
    let cases =
        [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "zstd"), ("zstd;q=0.5, br", "br"), ("*", "zstd")];
    for (accept, coding) in cases {
        let response = ask("GET", &format!("Accept-Encoding: {accept}\r\n"), 200, TEXT, &text());
        assert_eq!(response.header("content-encoding"), Some(coding), "{accept}");
        assert_eq!(response.header("vary"), Some("accept-encoding"));
        assert_eq!(response.header("content-length").unwrap(), response.body.len().to_string());
        assert!(response.body.len() < text().len());
        assert_eq!(decoded(&response), text());
    }
}

#[test]
fn encoders_are_used_again() {
    let mut client = open();
    for coding in ["gzip", "br", "zstd", "gzip", "br", "zstd"] {
        client.received.clear();
        client.send(format!("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: {coding}\r\n\r\n").as_bytes());
        let handle = client.next_handle().unwrap();
        assert!(client.respond(handle, 200, &text()));
        assert_eq!(decoded(&client.responses()[0]), text(), "{coding}");
    }
}

#[test]
fn says_that_it_varies_although_this_client_takes_no_coding() {
    for accept in ["", "Accept-Encoding: identity\r\n", "Accept-Encoding: br;q=0, deflate\r\n", "Accept-Encoding:\r\n"]
    {
        let response = ask("GET", accept, 200, TEXT, &text());
        assert_eq!((response.header("content-encoding"), response.header("vary")), (None, Some("accept-encoding")));
        assert_eq!(decoded(&response), text());
    }
}

#[test]
fn a_client_that_refuses_everything_is_answered_all_the_same() {
    let response = ask("GET", "Accept-Encoding: *;q=0, identity;q=0\r\n", 200, TEXT, &text());
    assert_eq!((response.status, response.header("content-encoding")), (200, None));
}

#[test]
fn leaves_alone_what_is_small_encoded_partial_signed_or_of_another_type() {
    type Fields<'f> = &'f [(&'f str, &'f str)];
    let cases: [(u16, Fields<'_>, usize); 9] = [
        (200, &[("content-type", "image/png")], 500),
        (200, &[], 500),
        (200, TEXT, 99),
        (206, TEXT, 500),
        (200, &[("content-type", "text/plain"), ("content-encoding", "gzip")], 500),
        (200, &[("content-type", "text/plain"), ("content-range", "bytes 0-1/2")], 500),
        (200, &[("content-type", "text/plain"), ("cache-control", "private, no-transform")], 500),
        (200, &[("content-type", "text/plain"), ("content-digest", "sha-256=:x:")], 500),
        (200, &[("content-type", "text/event-stream")], 500),
    ];
    for (status, headers, size) in cases {
        let response = ask("GET", "Accept-Encoding: gzip\r\n", status, headers, &"a".repeat(size));
        let own = headers.iter().find(|(name, _)| *name == "content-encoding").map(|(_, value)| *value);
        assert_eq!(
            (response.header("content-encoding"), response.header("vary")),
            (own, None),
            "{status} {headers:?} {size}"
        );
        assert_eq!(response.body.len(), size);
    }
}

#[test]
fn a_reply_or_a_route_can_opt_out() {
    let response = ask(
        "GET",
        "Accept-Encoding: gzip\r\n",
        200,
        &[("content-type", "text/plain"), ("Content-Encoding", "identity")],
        &text(),
    );
    assert_eq!((response.header("content-encoding"), response.header("vary")), (None, None));
    let mut client = open();
    client.send(b"GET /plain HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
    let handle = client.next_handle().unwrap();
    assert!(client.engine.complete(handle, text().as_bytes()));
    client.pump();
    assert_eq!(client.responses()[0].header("content-encoding"), None);
}

#[test]
fn texts_that_complete_a_request_are_encoded_too() {
    let mut client = open();
    client.send(b"GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
    let handle = client.next_handle().unwrap();
    assert!(client.engine.complete(handle, text().as_bytes()));
    client.pump();
    let response = client.responses().remove(0);
    assert_eq!(
        (response.header("content-type"), response.header("content-encoding")),
        (Some("application/json"), Some("gzip"))
    );
    assert_eq!(decoded(&response), text());
}

#[test]
fn head_has_the_fields_of_get() {
    for accept in ["", "Accept-Encoding: gzip\r\n"] {
        let (get, head) = (ask("GET", accept, 200, TEXT, &text()), ask("HEAD", accept, 200, TEXT, &text()));
        let fields = |response: &Response| -> Vec<_> {
            response.headers.iter().filter(|(name, _)| name != "x-request-id").cloned().collect()
        };
        assert_eq!(fields(&get), fields(&head));
        assert!(head.body.is_empty());
    }
}

#[test]
fn a_strong_entity_tag_becomes_weak_and_a_vary_of_the_handler_stays() {
    let headers = [("content-type", "text/plain"), ("etag", "\"abc\""), ("vary", "Cookie"), ("accept-ranges", "bytes")];
    let response = ask("GET", "Accept-Encoding: gzip\r\n", 200, &headers, &text());
    assert_eq!(response.header("etag"), Some("W/\"abc\""));
    assert_eq!(response.header("accept-ranges"), None);
    let vary: Vec<_> = response.headers.iter().filter(|(name, _)| name == "vary").map(|(_, v)| v.as_str()).collect();
    assert_eq!(vary, ["Cookie", "accept-encoding"]);
    let plain = ask("GET", "", 200, &headers, &text());
    assert_eq!((plain.header("etag"), plain.header("accept-ranges")), (Some("\"abc\""), Some("bytes")));
    for own in ["*", "Accept-Encoding", "cookie, accept-encoding"] {
        let response =
            ask("GET", "Accept-Encoding: gzip\r\n", 200, &[("content-type", "text/plain"), ("vary", own)], &text());
        assert_eq!(response.headers.iter().filter(|(name, _)| name == "vary").count(), 1, "{own}");
    }
}

#[test]
fn content_that_does_not_get_smaller_is_sent_as_it_is() {
    let mut state = 1u64;
    let noise: String = (0..400)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b' ' + (state >> 33) as u8 % 95)
        })
        .collect();
    let response = ask("GET", "Accept-Encoding: br\r\n", 200, TEXT, &noise[..101]);
    assert_eq!((response.header("content-encoding"), response.header("vary")), (None, Some("accept-encoding")));
    assert_eq!(decoded(&response), noise[..101]);
}

#[test]
fn a_fixed_answer_is_encoded_without_a_handler() {
    let mut client = open();
    for coding in ["gzip", "gzip", "br", "identity"] {
        client.received.clear();
        client.send(format!("GET /fixed HTTP/1.1\r\nHost: h\r\nAccept-Encoding: {coding}\r\n\r\n").as_bytes());
        let response = client.responses().remove(0);
        let (expected, etag) = if coding == "identity" { (None, "\"v1\"") } else { (Some(coding), "W/\"v1\"") };
        assert_eq!((response.header("content-encoding"), response.header("etag")), (expected, Some(etag)));
        assert_eq!(response.header("vary"), Some("accept-encoding"));
        assert_eq!(decoded(&response), "f".repeat(300));
    }
    assert!(client.next_handle().is_none());
}

#[test]
fn hostile_accept_encoding_fields_never_break_a_response() {
    let mut state = 7u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let pieces = [
        "gzip", "br", "zstd", "identity", "*", ";", "q=", "0", "1", ".", ",", " ", "0.5", "\t", "x", "q", "=",
        "\u{e9}", "\"", "1000",
    ];
    for _ in 0..3_000 {
        let field: String = (0..next() % 12).map(|_| pieces[next() % pieces.len()]).collect();
        let response = ask("GET", &format!("Accept-Encoding: {field}\r\n"), 200, TEXT, &text());
        assert_eq!((response.status, decoded(&response)), (200, text()), "{field:?}");
    }
}

/// The one response that came, with its chunks put together.
fn dechunked(received: &[u8]) -> Response {
    let head = received.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let mut lines = std::str::from_utf8(&received[..head]).unwrap().lines();
    let status = lines.next().unwrap()[9..12].parse().unwrap();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (mut rest, mut body) = (&received[head..], Vec::new());
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + size + 4..];
    }
    Response { status, headers, body }
}

/// What a decoder sees of a content that has not ended.
fn seen(coding: &str, body: &[u8]) -> String {
    let mut out = Vec::with_capacity(1024 * 1024);
    match coding {
        "gzip" => {
            let mut decoder = flate2::Decompress::new_gzip(15);
            decoder.decompress_vec(body, &mut out, flate2::FlushDecompress::Sync).unwrap();
        }
        "zstd" => {
            let mut decoder = zstd_safe::DCtx::create();
            let mut output = zstd_safe::OutBuffer::around(&mut out);
            decoder.decompress_stream(&mut output, &mut zstd_safe::InBuffer::around(body)).unwrap();
        }
        _ => {
            let mut buffer = [0; 4096];
            let mut decoder = brotli::Decompressor::new(body, 4096);
            while let Ok(count @ 1..) = decoder.read(&mut buffer) {
                out.extend_from_slice(&buffer[..count]);
            }
        }
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn each_piece_of_a_stream_is_let_out_at_once() {
    for coding in ["gzip", "br", "zstd"] {
        let mut client = open();
        client.send(format!("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: {coding}\r\n\r\n").as_bytes());
        let handle = client.next_handle().unwrap();
        let headers = [(&b"content-type"[..], &b"text/plain"[..]), (b"etag", b"\"a\"")].into_iter();
        assert_eq!(client.engine.start(handle, 200, headers, None).unwrap(), Some(Started::Open));
        let mut expected = String::new();
        for n in 0..20 {
            let event = format!("data: event {n}\n\n");
            client.engine.push(handle, event.as_bytes()).unwrap();
            client.engine.push(handle, b"").unwrap();
            expected.push_str(&event);
            client.pump();
            let so_far = dechunked(&client.received);
            assert_eq!(so_far.header("content-encoding"), Some(coding));
            assert_eq!(seen(coding, &so_far.body), expected, "{coding} after {n}");
        }
        assert!(client.engine.finish(handle).unwrap());
        client.pump();
        assert!(client.received.ends_with(b"0\r\n\r\n"));
        let end = client.received.len() - 5;
        let response = dechunked(&client.received[..end]);
        assert_eq!(decoded(&response), expected);
        assert_eq!((response.header("etag"), response.header("vary")), (Some("W/\"a\""), Some("accept-encoding")));
        assert_eq!(response.header("content-length"), None);
    }
}

#[test]
fn a_stream_of_known_length_is_held_to_it_although_it_is_encoded() {
    let mut client = open();
    client.send(b"GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
    let handle = client.next_handle().unwrap();
    let headers = TEXT.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    client.engine.start(handle, 200, headers, Some(200)).unwrap();
    client.engine.push(handle, &[b'a'; 150]).unwrap();
    assert_eq!(client.engine.push(handle, &[b'a'; 51]), Err(StreamFault::TooLong));
    assert_eq!(client.engine.finish(handle), Err(StreamFault::TooShort(50)));
    client.engine.push(handle, &[b'a'; 50]).unwrap();
    assert_eq!(client.engine.finish(handle), Ok(true));
    client.pump();
    let end = client.received.len() - 5;
    assert_eq!(decoded(&dechunked(&client.received[..end])).len(), 200);
}

#[test]
fn short_streams_event_streams_and_streams_that_say_so_stay_as_they_are() {
    type Fields<'f> = &'f [(&'f str, &'f str)];
    let cases: [(Fields<'_>, Option<u64>); 3] = [
        (TEXT, Some(99)),
        (&[("content-type", "text/event-stream")], None),
        (&[("content-type", "text/plain"), ("content-encoding", "identity")], None),
    ];
    for (headers, length) in cases {
        let mut client = open();
        client.send(b"GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
        let handle = client.next_handle().unwrap();
        let fields = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        client.engine.start(handle, 200, fields, length).unwrap();
        client.pump();
        let head = String::from_utf8_lossy(&client.received);
        assert!(!head.contains("content-encoding") && !head.contains("vary"), "{head}");
    }
}

/// More than is encoded at one time, with enough change in it.
fn large() -> String {
    (0..40_000).map(|n: u64| format!("{:x} ", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
}

#[test]
fn a_large_answer_is_encoded_piece_by_piece() {
    let content = large();
    for coding in ["gzip", "br", "zstd"] {
        let mut client = open();
        client.send(format!("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: {coding}\r\n\r\n").as_bytes());
        // The next request of the connection waits for all of it.
        client.send(b"GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
        let handle = client.next_handle().unwrap();
        assert!(client.engine.complete(handle, content.as_bytes()));
        assert!(client.engine.output(client.id).len() < 70_000, "one piece at a time");
        client.pump();
        assert!(client.received.ends_with(b"0\r\n\r\n"));
        let end = client.received.len() - 5;
        let response = dechunked(&client.received[..end]);
        assert_eq!((response.header("content-encoding"), response.header("content-length")), (Some(coding), None));
        assert_eq!(decoded(&response), content);
        client.received.clear();
        let handle = client.next_handle().unwrap();
        assert!(client.respond(handle, 200, "next"));
        assert_eq!(client.responses()[0].body, b"next");
    }
}

#[test]
fn a_large_answer_to_an_old_client_ends_with_its_connection_and_head_has_none() {
    let content = large();
    let mut client = open();
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\nAccept-Encoding: gzip\r\n\r\n");
    let handle = client.next_handle().unwrap();
    assert!(client.engine.complete(handle, content.as_bytes()));
    client.pump();
    assert!(client.is_ended());
    let head = client.received.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    assert!(String::from_utf8_lossy(&client.received[..head]).contains("connection: close"));
    let headers = vec![("content-encoding".to_owned(), "gzip".to_owned())];
    assert_eq!(decoded(&Response { status: 200, headers, body: client.received[head..].to_vec() }), content);

    let mut client = open();
    client.send(b"HEAD / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
    let handle = client.next_handle().unwrap();
    assert!(client.engine.complete(handle, content.as_bytes()));
    client.pump();
    assert!(client.received.ends_with(b"\r\n\r\n") && !client.is_ended());
    let head = String::from_utf8_lossy(&client.received);
    assert!(head.contains("content-encoding: gzip") && head.contains("transfer-encoding: chunked"), "{head}");
}
