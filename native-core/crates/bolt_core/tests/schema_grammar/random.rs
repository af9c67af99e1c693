//! Texts that chance makes.

use super::*;
use dice::Dice;

#[test]
fn agrees_with_serde_json_on_mutated_texts() {
    let alphabet = b"{}[]:,\"\\ntrufalse0123456789+-.eE \n\t\x00\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80\xed\xa0/'d8";
    let mut dice = Dice(3);
    let mut accepted = 0;
    for round in 0..60_000 {
        let seed = if round % 3 == 0 { MALFORMED[dice.roll(MALFORMED.len())] } else { VALID[dice.roll(VALID.len())] };
        let mut bytes = seed.as_bytes().to_vec();
        for _ in 0..dice.roll(4) {
            let at = dice.roll(bytes.len() + 1);
            let byte = alphabet[dice.roll(alphabet.len())];
            match dice.roll(4) {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        let ours = read(&bytes);
        let theirs = serde_json::from_slice::<Value>(&bytes);
        accepted += usize::from(ours.is_ok());
        match ours {
            // serde_json lets the last of two members win.
            Err(FaultKind::DuplicateKey) => {}
            _ => assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {ours:?} {theirs:?}", String::from_utf8_lossy(&bytes)),
        }
    }
    assert!(accepted > 10_000 && accepted < 50_000, "{accepted} accepted shows little");
}

#[test]
fn survives_any_bytes() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#"}, "uniqueItems": true}},
        "patternProperties": {"^x": {"enum": [{"a": 1}, "b"]}}, "anyOf": [{"required": ["a"]}, {"minProperties": 2}]});
    let schema = Schema::compile(&schema, "body").unwrap();
    let pieces: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"a\":",
        b"\"x\":",
        b",",
        b"1",
        b"-",
        b"1e5",
        b"\"b\"",
        b"\"",
        b"\\",
        b"\\u",
        b"d83d",
        b"\xff",
        b" ",
        b"null",
        b"true",
        b"{\"a\":[",
        b"]}",
        b"{\"a\":1}",
        b"\0",
    ];
    let mut dice = Dice(5);
    for _ in 0..50_000 {
        let bytes: Vec<u8> = (0..dice.roll(24)).flat_map(|_| pieces[dice.roll(pieces.len())].to_vec()).collect();
        let mut issues = Vec::new();
        let read = schema.validate_json(&bytes, JsonLimits { depth: 8 }, &mut issues);
        assert!(read.is_ok() || issues.is_empty());
    }
}
