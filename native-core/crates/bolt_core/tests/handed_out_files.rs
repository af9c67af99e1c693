//! Files that the host sends by itself: the engine gives the head, says which part of which file comes next, and goes on when it was sent.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "engine/client.rs"]
mod client;
mod folder;

use bolt_core::Fate;
use bolt_core::engine::FilePart;
use client::{Client, app};
use folder::Folder;

const SIZE: usize = 300_000;

/// A client that has asked for these paths at once, of a host that sends files.
fn asked(folder: &Folder, paths: &[&str]) -> Client {
    folder.write("public/large.bin", vec![7; SIZE]);
    folder.write("public/small.txt", "small");
    let root = folder.root();
    let route = format!(
        r#"{{"id":0,"kind":"static","method":"GET","path":"/*path","root":"{root}","cacheControl":"","index":null}}"#
    );
    let mut client = Client::new(&app("{}", &[route]));
    client.engine.hand_out_files(client.id);
    let requests: String = paths.iter().map(|path| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
    client.send(requests.as_bytes());
    client
}

fn part(client: &Client) -> Option<(u64, u64)> {
    client.engine.file(client.id).map(|FilePart { offset, left, .. }| (offset, left))
}

#[test]
fn the_head_comes_first_and_what_follows_waits_for_the_file() {
    let folder = Folder::new();
    let mut client = asked(&folder, &["/large.bin", "/small.txt"]);
    let head = String::from_utf8(client.received.clone()).expect("a head alone");
    assert!(head.contains("content-length: 300000\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert_eq!(part(&client), Some((0, SIZE as u64)));
    client.engine.sent_file(client.id, 100_000);
    assert_eq!(part(&client), Some((100_000, 200_000)));
    assert!(client.engine.output(client.id).is_empty());
    client.engine.sent_file(client.id, 200_000);
    assert_eq!(part(&client), None);
    let next = String::from_utf8_lossy(client.engine.output(client.id)).into_owned();
    assert!(next.starts_with("HTTP/1.1 200 OK\r\n") && next.ends_with("\r\n\r\nsmall"), "{next}");
}

#[test]
fn a_file_that_became_shorter_ends_the_connection() {
    let folder = Folder::new();
    let mut client = asked(&folder, &["/large.bin", "/small.txt"]);
    client.engine.sent_file(client.id, 100_000);
    assert_eq!(client.engine.fate(client.id), Fate::Open);
    client.engine.sent_file(client.id, 0);
    assert_eq!((part(&client), client.engine.fate(client.id)), (None, Fate::Close));
}

#[test]
fn only_a_host_that_asked_for_files_gets_them() {
    let folder = Folder::new();
    let mut client = asked(&folder, &["/small.txt"]);
    client.received.clear();
    let other = client.engine.open("127.0.0.1".parse().expect("an address"));
    client.id = other;
    client.send(b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((part(&client), client.responses()[0].body.len()), (None, SIZE));
}
