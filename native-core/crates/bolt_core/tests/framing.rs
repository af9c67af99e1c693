//! What the engine takes for a request and what it refuses: raw bytes in, one table row each. Every row is fed whole and byte by byte,
//! and must give the same; after a refusal the connection ends and nothing behind it is looked at.

#[path = "engine/client.rs"]
mod client;

use client::{Client, app, handler};

/// A request that follows each refused one: answering it would mean that the engine had resynchronised.
const FOLLOWER: &str = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

fn routes() -> String {
    app("{}", &[handler(0, "GET", "/ok", ""), handler(1, "POST", "/echo", ""), handler(2, "OPTIONS", "/ok", "")])
}

/// Statuses of all responses, and whether the connection ended.
fn talk(input: &str, step: usize) -> (Vec<u16>, bool) {
    let mut client = Client::new(&routes());
    for piece in input.as_bytes().chunks(step) {
        client.send(piece);
        client.answer_calls();
    }
    (client.statuses(), client.is_ended())
}

/// Rows of input and expected status: the connection must end.
fn refused(rows: &[(&str, u16)]) {
    for (input, status) in rows {
        let followed = format!("{input}{FOLLOWER}");
        for step in [followed.len(), 1, 7] {
            let (statuses, ended) = talk(&followed, step);
            assert_eq!((statuses, ended), (vec![*status], true), "in pieces of {step}: {input:?}");
        }
    }
}

/// Rows that are answered 200, with the connection kept, so that a follower is answered too.
fn accepted(rows: &[&str]) {
    for input in rows {
        let followed = format!("{input}{FOLLOWER}");
        for step in [followed.len(), 1, 7] {
            let (statuses, ended) = talk(&followed, step);
            assert_eq!((statuses, ended), (vec![200, 200], false), "in pieces of {step}: {input:?}");
        }
    }
}

#[test]
fn well_formed_requests_are_answered_and_the_connection_is_kept() {
    accepted(&[
        "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /ok HTTP/1.1\r\nhost:a\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHOST:\t a \t\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a.example:8080\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\u{e9}b\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nEmpty:\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~9: x\r\n\r\n",
        "GET /ok?a=b&c[]={d} HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /ok? HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/ok HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET HTTP://a:80/ok?x HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET https://[::1]/ok HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tchunked \r\n\r\nA\r\n0123456789\r\n000\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0;z\r\nT: u\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 ;x\r\na\r\n0\r\nT: u\r\nV: w\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
        "GET /ok HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        "GET /ok HTTP/1.0\r\nHost: a\r\nConnection: x, keep-alive\r\n\r\n",
        "OPTIONS /ok HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 43\r\n\r\nGET /ok HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nGET /ok ",
    ]);
}

#[test]
fn two_readings_of_the_body_s_length_are_refused() {
    refused(&[
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\ncontent-length: 3\r\nCONTENT-LENGTH: 0\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3,4\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3.0\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1e1\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3 3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \"3\"\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3;\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \u{663}\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", 413),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
    ]);
}

#[test]
fn a_transfer_encoding_other_than_one_chunked_is_refused() {
    let refusals = [
        "gzip",
        "gzip, chunked",
        "chunked, gzip",
        "chunked, chunked",
        "chunked,",
        ", chunked",
        "identity",
        "chunked;q=1",
        "xchunked",
        "chunkedx",
        "\"chunked\"",
        "chunked\u{b}",
        "chunke d",
        "",
        "x, identity",
        "cow",
    ];
    for coding in refusals {
        refused(&[(&format!("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"), 400)]);
    }
    refused(&[
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            400,
        ),
        ("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (
            "POST /echo HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    ]);
}

#[test]
fn lines_that_two_readers_could_split_differently_are_refused() {
    refused(&[
        ("GET /ok HTTP/1.1\nHost: a\n\n", 400),
        ("GET /ok HTTP/1.1\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\nZ: w\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\n\n", 400),
        ("\nGET /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\rHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\r\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\n\tHost: a\r\n\r\n", 400),
    ]);
}

#[test]
fn field_lines_with_anything_but_a_token_and_text_are_refused() {
    refused(&[
        ("GET /ok HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost\t: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\n: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX(y): z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX\"y: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX/y: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX[y]: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX@y: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX\u{e9}: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX\0: z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\0z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\u{1}z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\u{b}z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\u{7f}z\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\n\u{feff}X: y\r\n\r\n", 400),
    ]);
}

#[test]
fn exactly_one_host_that_is_a_host_is_needed() {
    refused(&[
        ("GET /ok HTTP/1.1\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nX: y\r\n\r\n", 400),
        ("GET http://a/ok HTTP/1.1\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400),
        ("GET /ok HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: user@a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: http://a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a:-1\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a:80:80\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: ::1\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: [zz]\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a\\b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: a#b\r\n\r\n", 400),
        ("GET /ok HTTP/1.1\r\nHost: b\u{fc}cher\r\n\r\n", 400),
    ]);
}

#[test]
fn request_lines_that_are_none_are_refused() {
    refused(&[
        ("GET  /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (" GET /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET\t/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
        ("GET /o k HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /\u{fc} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok#frag HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /<ok> HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET \\ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET ?ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET ftp://a/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http:///ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://u@a/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http://a:x/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET http:/a/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("G(T /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("G\0T /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET: /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok\r\nHost: a\r\n\r\n", 400),
        ("/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok http/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/1.10\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/01.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP /1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/+1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTPS/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /ok HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("GET /ok HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        ("GET /ok HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("\u{16}\u{3}\u{1}\u{2}\0", 400),
        ("{\"json\":1}\r\n\r\n", 400),
    ]);
}

#[test]
fn chunked_bodies_that_are_malformed_end_the_connection() {
    let long = format!("1;{}\r\n", "e".repeat(9000));
    let trailers = format!("0\r\n{}\r\n", "T: 1\r\n".repeat(40));
    let bodies = [
        ("\r\n", 400),
        ("x\r\n", 400),
        (" 1\r\na\r\n0\r\n\r\n", 400),
        ("1 \r\na\r\n0\r\n\r\n", 400),
        ("-1\r\n", 400),
        ("+1\r\n", 400),
        ("0x1\r\n", 400),
        ("1_0\r\n", 400),
        ("1\na\r\n0\r\n\r\n", 400),
        ("1\ra\r\n", 400),
        ("1\r\nab\r\n", 400),
        ("1\r\na\n0\r\n\r\n", 400),
        ("1\r\na0\r\n\r\n", 400),
        ("1\r\na\r0\r\n\r\n", 400),
        ("1;\0\r\n", 400),
        ("1;a\nb\r\n", 400),
        ("1;a\rb\r\n", 400),
        ("fffffffffffffffff\r\n", 400),
        ("0000000000000\r\n\r\n", 400),
        ("0\r\nX\r\n\r\n", 400),
        ("0\r\nX : y\r\n\r\n", 400),
        ("0\r\n X: y\r\n\r\n", 400),
        ("0\r\nX: y\n\r\n", 400),
        ("0\r\nX: y\r\n z\r\n\r\n", 400),
        ("0\n\r\n", 400),
        ("0\r\n\n", 400),
        ("100001\r\n", 413),
        (long.as_str(), 400),
        (trailers.as_str(), 400),
    ];
    for (body, status) in bodies {
        let input = format!("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        refused(&[(&input, status)]);
    }
}

#[test]
fn bounds_of_a_head_end_the_connection() {
    let target = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(8192));
    let field = format!("GET /ok HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(16 * 1024));
    let fields = format!("GET /ok HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(100));
    let many = format!("GET /ok HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(300));
    for (input, status) in [(target, 414), (field, 431), (fields, 431), (many, 431)] {
        let followed = format!("{input}{FOLLOWER}");
        assert_eq!(talk(&followed, followed.len()), (vec![status], true), "{status}");
        assert_eq!(talk(&followed, 1000), (vec![status], true), "{status} in pieces");
    }
    let endless = format!("GET /{}", "a".repeat(9000));
    assert_eq!(talk(&endless, 500), (vec![414], true));
    let just = format!("GET /ok?{} HTTP/1.1\r\nHost: a\r\n{}\r\n", "q".repeat(8188), "X: y\r\n".repeat(99));
    assert_eq!(talk(&just, just.len()), (vec![200], false));
}

#[test]
fn an_expectation_that_is_unknown_is_refused() {
    refused(&[
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\na", 417),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, x\r\nContent-Length: 1\r\n\r\na", 417),
        ("GET /ok HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n", 417),
    ]);
}

#[test]
fn a_client_that_says_close_gets_one_answer() {
    for input in [
        "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
        "GET /ok HTTP/1.0\r\n\r\n",
        "GET /ok HTTP/1.0\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
    ] {
        let followed = format!("{input}{FOLLOWER}");
        for step in [followed.len(), 1] {
            assert_eq!(talk(&followed, step), (vec![200], true), "{input:?}");
        }
    }
}
