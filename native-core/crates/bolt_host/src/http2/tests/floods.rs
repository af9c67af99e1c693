//! Bytes that no well-behaved client sends.

use bolt_core::Fate;

use super::rig::Server;
use crate::http2::PREFACE;

/// A frame as it was written.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

/// Cuts bytes into frames.
pub(super) fn frames(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let [a, b, c, kind, _, s0, s1, s2, s3, rest @ ..] = bytes {
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        let stream = u32::from_be_bytes([*s0, *s1, *s2, *s3]);
        frames.push(Frame { kind: *kind, stream, payload: rest[..length].to_vec() });
        bytes = &rest[length..];
    }
    frames
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn head(path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x41, 1, b'a', 0x44, path.len() as u8];
    block.extend_from_slice(path.as_bytes());
    block
}

/// A GET.
pub(super) fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(1, 5, stream, &head(path))
}

fn reset(stream: u32) -> Vec<u8> {
    frame(3, 0, stream, &8u32.to_be_bytes())
}

fn started(limits: &str) -> Server {
    let mut server = Server::new(limits);
    let settings = server.exchange(&[PREFACE, &frame(4, 0, 0, &[])].concat());
    assert_eq!(frames(&settings)[0].kind, 4);
    server
}

/// The error code of a GOAWAY among these bytes.
fn goodbye(bytes: &[u8]) -> Option<u32> {
    let found = frames(bytes).into_iter().find(|frame| frame.kind == 7)?;
    Some(u32::from_be_bytes(found.payload[4..8].try_into().expect("four bytes")))
}

const ENHANCE_YOUR_CALM: u32 = 11;

#[test]
fn rapid_resets_end_the_connection_however_they_arrive() {
    for piece in [usize::MAX, 40] {
        let mut server = started("{}");
        let attack: Vec<u8> = (0..3_000).flat_map(|i| [get(2 * i + 1, "/later"), reset(2 * i + 1)].concat()).collect();
        let mut answers = Vec::new();
        for bytes in attack.chunks(piece.min(attack.len())) {
            answers.extend(server.exchange(bytes));
        }
        assert_eq!(goodbye(&answers), Some(ENHANCE_YOUR_CALM), "{piece}");
        assert_eq!((server.streams(), server.engine.stats().in_flight), (0, 0));
        assert!(server.engine.stats().requests <= 1_001);
    }
}

#[test]
fn pings_and_settings_are_answered_until_there_are_too_many() {
    for (kind, payload) in [(6, &[0; 8][..]), (4, &[])] {
        let mut server = started("{}");
        let one = frame(kind, 0, 0, payload);
        assert!(frames(&server.exchange(&one)).iter().any(|frame| frame.kind == kind));
        let answers = server.exchange(&one.repeat(2_000));
        assert_eq!(goodbye(&answers), Some(ENHANCE_YOUR_CALM), "{kind}");
    }
}

#[test]
fn a_head_of_endless_continuations_is_bounded() {
    let mut server = started("{}");
    let mut answers = server.exchange(&frame(1, 1, 1, &head("/json")));
    for _ in 0..2_000 {
        answers.extend(server.exchange(&frame(9, 0, 1, &[0x40, 1, b'x', 1, b'y'])));
    }
    assert!(goodbye(&answers).is_some());
    assert_eq!(server.engine.stats().requests, 0);
}

#[test]
fn a_compressed_head_that_unfolds_is_bounded() {
    let mut server = started("{}");
    let mut block = head("/json");
    block.extend([0x40, 1, b'x', 127, 0x81, 0x1e]);
    block.extend(vec![b'y'; 4_000]);
    // Each of these bytes is the whole field again.
    block.extend(vec![0xbe; 10_000]);
    let answers = server.exchange(&frame(1, 5, 1, &block));
    assert!(goodbye(&answers).is_some() || frames(&answers).iter().any(|frame| matches!(frame.kind, 1 | 3)));
    assert_eq!(server.streams(), 0);
}

#[test]
fn data_frames_without_data_are_bounded() {
    let mut server = started("{}");
    let mut answers = server.exchange(&frame(1, 4, 1, &[&[0x83][..], &head("/later")[1..]].concat()));
    answers.extend(server.exchange(&frame(0, 0, 1, &[]).repeat(5_000)));
    assert_eq!(goodbye(&answers), Some(ENHANCE_YOUR_CALM));
}

#[test]
fn a_client_that_asks_and_never_reads_is_not_written_for() {
    let mut server = started("{}");
    server.answer = vec![b'x'; 1_000_000];
    // A window of zero for new streams, then requests for a hundred megabytes.
    server.exchange(&frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]));
    for i in 0..100 {
        server.exchange(&get(2 * i + 1, "/json"));
    }
    assert!(server.written < 100_000, "{}", server.written);
    server.look(30_000);
    server.look(30_000);
    let answers = server.exchange(&[]);
    assert_eq!(server.streams(), 0, "each was given up by limits.sendRate");
    assert!(frames(&answers).iter().any(|frame| frame.kind == 3 && frame.stream == 1));
}

#[test]
fn windows_of_one_byte_move_one_byte() {
    let mut server = started("{}");
    server.exchange(&frame(4, 0, 0, &[0, 4, 0, 0, 0, 1]));
    server.exchange(&get(1, "/json"));
    let answers = server.exchange(&frame(8, 0, 1, &[0, 0, 0, 1]));
    let data: usize = frames(&answers).iter().filter(|frame| frame.kind == 0).map(|frame| frame.payload.len()).sum();
    assert_eq!(data, 1);
    let overflow = server.exchange(&frame(8, 0, 0, &[0x7f, 0xff, 0xff, 0xff]));
    assert_eq!(goodbye(&overflow), Some(3), "FLOW_CONTROL_ERROR");
}

#[test]
fn random_bytes_never_panic() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for round in 0..3_000 {
        let mut server = if round % 3 == 0 { Server::new("{}") } else { started("{}") };
        for _ in 0..8 {
            let length = (random() % 60) as usize;
            let payload: Vec<u8> = (0..length).map(|_| random() as u8).collect();
            let bytes = match random() % 4 {
                0 => payload,
                1 => get((random() % 8) as u32, "/later"),
                _ => frame((random() % 11) as u8, random() as u8, (random() % 8) as u32, &payload),
            };
            server.exchange(&bytes);
        }
        server.http2.end_of_input(&mut server.engine, server.carrier);
        server.exchange(&[]);
        server.http2.abandon(&mut server.engine);
        server.engine.remove(server.carrier);
        assert_eq!((server.engine.stats().connections, server.engine.stats().in_flight), (0, 0));
    }
}

#[test]
fn a_flood_right_behind_the_preface_is_told_and_ends_the_connection() {
    for kind in [2, 3, 4, 6] {
        let mut server = Server::new("{}");
        let payload: &[u8] = if kind == 6 { &[0; 8] } else { &[] };
        let flood = frame(kind, 0, u32::from(kind == 2 || kind == 3), payload).repeat(3_000);
        let answers = server.exchange(&[PREFACE, &frame(4, 0, 0, &[]), &flood].concat());
        assert!(goodbye(&answers).is_some(), "{kind}");
        assert_eq!(server.fate(), Fate::Linger, "{kind}");
    }
}
