//! Frames give the same messages however they are cut, no message is over the limit, and texts are UTF-8.

use bolt_core::websocket::{Decoder, Item};

use crate::dice::Dice;

/// Most bytes of a message.
const LIMIT: usize = 500;

pub(super) fn check(input: &[u8]) {
    let whole = decode(std::iter::once(input));
    let mut dice = Dice::of(input);
    let cut = dice.roll(input.len() + 1);
    assert_eq!(decode([&input[..cut], &input[cut..]].into_iter()), whole, "cut at {cut}");
    assert_eq!(decode(input.chunks(1)), whole, "byte by byte");
    for item in &whole.0 {
        match item {
            Item::Message { is_text, is_compressed, data } => {
                assert!(data.len() <= LIMIT);
                assert!(!is_text || *is_compressed || str::from_utf8(data).is_ok(), "{}", data.escape_ascii());
            }
            Item::Ping(payload) => assert!(payload.len() <= 125),
            Item::Close(_, reason) => assert!(reason.len() <= 123),
            Item::Pong => {}
        }
    }
}

/// All messages, and the code with which the connection ends.
fn decode<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> (Vec<Item>, Option<u16>) {
    let (mut decoder, mut items, mut waiting) = (Decoder::new(LIMIT, true), Vec::new(), Vec::new());
    for piece in pieces {
        waiting.extend_from_slice(piece);
        while !waiting.is_empty() {
            match decoder.decode(&waiting, Vec::new) {
                Ok((0, _)) => break,
                Ok((used, item)) => {
                    waiting.drain(..used);
                    let is_end = matches!(item, Some(Item::Close(..)));
                    items.extend(item);
                    if is_end {
                        return (items, None);
                    }
                }
                Err(fault) => return (items, Some(fault.code.0)),
            }
        }
    }
    (items, None)
}
