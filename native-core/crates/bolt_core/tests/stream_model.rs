//! Random clients and handlers against a model: requests in pieces of any size, answers as a whole and in pieces in any order, bodies read or not,
//! slow readers. Whatever happens, the client reads exactly what the handlers sent, in order, and nothing is left behind. Fixed seeds.

#[path = "engine/client.rs"]
mod client;

use std::collections::VecDeque;

use bolt_core::Handle;
use bolt_core::engine::{Event, Read};
use client::{Client, app, handler};

/// A small generator (xorshift), so that a failure is found again by its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// A request on its way through the model.
struct Pending {
    handle: Handle,
    /// Which request of its connection.
    index: usize,
    answer: String,
    sent: usize,
    is_started: bool,
    read: String,
    is_read: bool,
}

struct Expected {
    body: String,
    upload: Option<String>,
}

fn plan() -> String {
    app(
        r#"{"streamBuffer":200}"#,
        &[handler(0, "GET", "/a", ""), handler(1, "POST", "/u", r#""streamBody":true"#), handler(2, "POST", "/b", "")],
    )
}

fn text(random: &mut Random, most: usize) -> String {
    (0..random.below(most)).map(|at| char::from(b'a' + (at % 26) as u8)).collect()
}

/// Requests as bytes, and what is to come back.
fn requests(random: &mut Random) -> (Vec<u8>, VecDeque<Expected>) {
    let (mut bytes, mut expected) = (Vec::new(), VecDeque::new());
    for _ in 0..1 + random.below(12) {
        let body = text(random, 900);
        let upload = match random.below(4) {
            0 | 1 => {
                bytes.extend_from_slice(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
                None
            }
            2 => {
                let upload = text(random, 900);
                let path = if random.chance(2) { "/u" } else { "/b" };
                let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", upload.len());
                bytes.extend_from_slice(head.as_bytes());
                bytes.extend_from_slice(upload.as_bytes());
                Some(upload)
            }
            _ => {
                let upload = text(random, 900);
                bytes.extend_from_slice(b"POST /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
                for piece in upload.as_bytes().chunks(1 + random.below(300)) {
                    bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    bytes.extend_from_slice(piece);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
                Some(upload)
            }
        };
        expected.push_back(Expected { body, upload });
    }
    (bytes, expected)
}

/// One step of one handler; true when it is through.
fn step(client: &mut Client, random: &mut Random, one: &mut Pending, upload: Option<&String>) -> bool {
    if let Some(upload) = upload
        && !one.is_read
        && !random.chance(4)
    {
        match client.engine.read(one.handle, |bytes| String::from_utf8_lossy(bytes).into_owned()) {
            Some(Read::Bytes(bytes)) => one.read.push_str(&bytes),
            Some(Read::End) => one.is_read = true,
            Some(Read::Nothing) => {}
            None => {
                one.read = String::from_utf8_lossy(client.engine.body(one.handle).expect("a whole body")).into_owned();
                one.is_read = true;
            }
        }
        assert!(upload.starts_with(&one.read), "a body keeps its order");
        return false;
    }
    // Now and then a handler answers before it has read everything.
    if upload.is_some() && !one.is_read && !random.chance(3) {
        return false;
    }
    if !one.is_started {
        if random.chance(2) {
            return client.respond(one.handle, 200, &one.answer);
        }
        let length = random.chance(3).then_some(one.answer.len() as u64);
        one.is_started = client.start(one.handle, 200, length);
        return !one.is_started;
    }
    if one.sent < one.answer.len() {
        let piece = 1 + random.below(one.answer.len() - one.sent);
        let unsent = client.push(one.handle, &one.answer[one.sent..one.sent + piece]);
        assert!(unsent.is_some());
        one.sent += piece;
        return false;
    }
    client.engine.finish(one.handle).expect("the promised length")
}

fn run(seed: u64) {
    let mut random = Random(seed * 2 + 1);
    let mut client = Client::new(&plan());
    let (bytes, expected) = requests(&mut random);
    let (mut at, mut calls, mut pending) = (0, 0, Vec::<Pending>::new());
    for round in 0.. {
        assert!(round < 100_000, "seed {seed} does not come to an end");
        if at < bytes.len() && client.engine.wants_input(client.id) {
            let piece = (1 + random.below(700)).min(bytes.len() - at);
            client.engine.receive(client.id, &bytes[at..at + piece]);
            at += piece;
        }
        while let Some(handle) = client.next_handle() {
            // The requests before it that were refused natively do not exist in this model.
            let answer = expected[calls].body.clone();
            let read = String::new();
            pending.push(Pending { handle, index: calls, answer, sent: 0, is_started: false, read, is_read: false });
            calls += 1;
        }
        if !pending.is_empty() {
            let which = random.below(pending.len());
            let one = &mut pending[which];
            let upload = expected[one.index].upload.as_ref();
            if step(&mut client, &mut random, one, upload) {
                let one = pending.swap_remove(which);
                assert!(!one.is_read || upload == Some(&one.read), "seed {seed}: a body arrives whole");
            }
        }
        client.takes = random.below(400);
        client.engine.touch(client.id);
        client.pump();
        client.events();
        if at == bytes.len() && calls == expected.len() && pending.is_empty() {
            break;
        }
    }
    client.takes = usize::MAX;
    client.engine.touch(client.id);
    client.pump();
    let responses = client.responses();
    assert_eq!(responses.len(), expected.len(), "seed {seed}");
    for (response, expected) in responses.iter().zip(&expected) {
        assert_eq!((response.status, response.body.as_slice()), (200, expected.body.as_bytes()), "seed {seed}");
    }
    assert_eq!((client.engine.stats().in_flight, client.is_ended()), (0, false), "seed {seed}");
    client.engine.drain();
    assert!(client.is_ended(), "seed {seed}: nothing is under way");
}

#[test]
fn the_client_reads_what_the_handlers_sent() {
    for seed in 0..2000 {
        run(seed);
    }
}

#[test]
fn an_end_at_any_moment_leaves_nothing_behind() {
    for seed in 0..2000 {
        let mut random = Random(seed * 2 + 1);
        let mut client = Client::new(&plan());
        let (bytes, _) = requests(&mut random);
        let (mut at, mut pending) = (0, Vec::<Pending>::new());
        for _ in 0..random.below(60) {
            if at < bytes.len() && client.engine.wants_input(client.id) {
                let piece = (1 + random.below(700)).min(bytes.len() - at);
                client.engine.receive(client.id, &bytes[at..at + piece]);
                at += piece;
            }
            while let Some(handle) = client.next_handle() {
                let answer = text(&mut random, 900);
                let read = String::new();
                pending.push(Pending { handle, index: 0, answer, sent: 0, is_started: false, read, is_read: false });
            }
            if !pending.is_empty() {
                let which = random.below(pending.len());
                if random.chance(8) {
                    client.engine.cut(pending.swap_remove(which).handle);
                } else if client.engine.method(pending[which].handle).is_none()
                    || step(&mut client, &mut random, &mut pending[which], None)
                {
                    pending.swap_remove(which);
                }
            }
            client.takes = random.below(400);
            client.engine.touch(client.id);
            client.pump();
            if random.chance(30) {
                client.engine.end_of_input(client.id);
            }
        }
        client.engine.remove(client.id);
        let told: Vec<_> = client.events();
        for one in &pending {
            let aborts =
                told.iter().filter(|(handle, event)| *handle == one.handle && *event == Event::Aborted).count();
            assert_eq!(aborts, 1, "seed {seed}: each handler that is not through is told, and once");
            assert_eq!(client.engine.push(one.handle, b"late"), Ok(None), "seed {seed}");
        }
        assert_eq!(client.engine.stats().in_flight, 0, "seed {seed}");
    }
}
