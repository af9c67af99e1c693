//! Mutated requests: no panic, and the same answers however the bytes are cut. Fixed seeds, bounded work.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "engine/client.rs"]
mod client;

mod dice;

use std::sync::LazyLock;

use client::{Client, app, handler};
use regex::bytes::Regex;

use dice::Dice;

/// Requests that the mutations start from; several may follow each other on one connection.
const SEEDS: [&str; 16] = [
    "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /ok?n=5&tag=a&tag=b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    "HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS /ok HTTP/1.1\r\nHost: a\r\n\r\n",
    "DELETE /ok HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /items/%41%2f HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /items/7/ HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=\"2\"\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n5;x=y\r\n:\"b\"}\r\n0\r\nT: u\r\n\r\n",
    "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "POST /raw HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n0123456789012345678901234567890123456789",
    "GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET http://a/ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
];

/// What is put in: the characters that framing turns on, and whole fields that contradict each other.
const PIECES: [&[u8]; 44] = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b" ",
    b"\t",
    b":",
    b";",
    b",",
    b"%",
    b"%2",
    b"%00",
    b"%ff",
    b"/",
    b"//",
    b"?",
    b"#",
    b"..",
    b"\xff",
    b"\xc3\xa9",
    b"0",
    b"9",
    b"f",
    b"-1",
    b"+5",
    b"\"",
    b"{",
    b"}",
    b"\\ud800",
    b"\r\nContent-Length: 5",
    b"\r\nContent-Length: 5, 5",
    b"\r\nTransfer-Encoding: chunked",
    b"\r\nTransfer-Encoding: gzip, chunked",
    b"\r\nHost: b",
    b"\r\nConnection: close",
    b"\r\nExpect: 100-continue",
    b"\r\n folded",
    b"\r\nX : y",
    b"\r\nUpgrade: h2c",
    b"99999999999999999999",
    b"\r\nContent-Type: text/plain",
    b"GET ",
    b" HTTP/1.1",
];

impl Dice {
    /// One to three requests with up to four mutations.
    fn input(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..=self.roll(3) {
            bytes.extend_from_slice(SEEDS[self.roll(SEEDS.len())].as_bytes());
        }
        for _ in 0..self.roll(5) {
            let at = self.roll(bytes.len() + 1);
            let piece = PIECES[self.roll(PIECES.len())];
            match self.roll(5) {
                0 => drop(bytes.splice(at..at, piece.iter().copied())),
                1 => drop(bytes.splice(at..(at + 1).min(bytes.len()), piece.iter().copied())),
                2 => drop(bytes.drain(at..(at + 1 + self.roll(6)).min(bytes.len()))),
                3 if at < bytes.len() => bytes[at] = u8::try_from(self.roll(256)).unwrap(),
                _ => bytes.truncate(at),
            }
        }
        // Ends a head that is not complete: a bad one may be refused before its end, or only there.
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes
    }
}

fn plan() -> String {
    let string = r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#;
    let query = r#"{"names":["n","tag"],"schema":{"type":"object","properties":{"n":{"type":"integer"},"tag":{"type":"array","items":{"type":"string"}}}}}"#;
    let limits = r#"{"headBytes":512,"headerCount":8,"uriBytes":64,"bodyBytes":32}"#;
    app(
        limits,
        &[
            handler(0, "GET", "/ok", &format!(r#""query":{query}"#)),
            handler(1, "POST", "/echo", &format!(r#""body":{{"schema":{string},"required":true}}"#)),
            handler(2, "POST", "/raw", ""),
            handler(3, "GET", "/items/:id", ""),
        ],
    )
}

/// Everything that was answered, without what differs between any two runs, and whether the connection ended.
fn talk(pieces: impl Iterator<Item = impl AsRef<[u8]>>) -> (Vec<u8>, bool) {
    static CHANGING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"x-request-id: [^\r]*|"requestId":"[^"]*"|HTTP/1\.1 100 Continue\r\n\r\n"#).unwrap()
    });
    let mut client = Client::new(&plan());
    for piece in pieces {
        client.send(piece.as_ref());
        client.answer_calls();
    }
    let ended = client.is_ended();
    if ended {
        let before = client.received.len();
        client.send(b"GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
        client.answer_calls();
        assert_eq!(client.received.len(), before, "an ended connection answers nothing more");
    }
    (CHANGING.replace_all(&client.received, &b""[..]).into_owned(), ended)
}

#[test]
fn answers_do_not_depend_on_how_the_bytes_are_cut() {
    let mut dice = Dice(1);
    for round in 0..1_500 {
        let input = dice.input();
        let whole = talk(std::iter::once(&input));
        assert!(whole.0.is_empty() || whole.0.starts_with(b"HTTP/1.1 "), "{}", input.escape_ascii());
        let bytes = talk(input.chunks(1));
        assert_eq!(show(&whole), show(&bytes), "round {round}, byte by byte: {}", input.escape_ascii());
        let cut = dice.roll(input.len() + 1);
        let (head, tail) = input.split_at(cut);
        let halves = talk([head, tail].iter());
        assert_eq!(show(&whole), show(&halves), "round {round}, cut at {cut}: {}", input.escape_ascii());
    }
}

/// Cut at each position, for requests as they are.
#[test]
fn answers_do_not_depend_on_a_single_cut_anywhere() {
    for seed in SEEDS {
        let input = format!("{seed}{}", SEEDS[0]);
        let whole = talk(std::iter::once(&input));
        for cut in 1..input.len() {
            let (head, tail) = input.split_at(cut);
            assert_eq!(show(&whole), show(&talk([head, tail].iter())), "cut at {cut}: {input:?}");
        }
    }
}

#[test]
fn survives_any_bytes() {
    let mut dice = Dice(2);
    for _ in 0..1_000 {
        let mut input: Vec<u8> = (0..dice.roll(600)).map(|_| u8::try_from(dice.roll(256)).unwrap()).collect();
        if dice.roll(2) == 0 {
            input.splice(0..0, b"POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".iter().copied());
        }
        talk(input.chunks(1 + dice.roll(64)));
    }
}

fn show((bytes, ended): &(Vec<u8>, bool)) -> String {
    format!("{}\nended: {ended}", bytes.escape_ascii())
}
