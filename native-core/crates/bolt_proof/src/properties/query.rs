//! Decoding a query gives what another decoder gives, or refuses.

use bolt_core::http::percent::{decode, decode_query};

pub(super) fn check(input: &[u8]) {
    for (decoded, plus) in [(decode(input), false), (decode_query(input), true)] {
        let spaced: Vec<u8> = input.iter().map(|byte| if plus && *byte == b'+' { b' ' } else { *byte }).collect();
        let expected = percent_encoding::percent_decode(&spaced).decode_utf8();
        match (&decoded, &expected) {
            (Ok(text), Ok(other)) => assert_eq!(text, other),
            (Ok(text), Err(_)) => panic!("{text:?} from what is not UTF-8"),
            (Err(_), Ok(_)) => assert!(has_bad_escape(input), "refused without a reason"),
            (Err(_), Err(_)) => {}
        }
        if decoded.is_ok() {
            assert!(!has_bad_escape(input), "a bad escape was taken");
        }
    }
}

fn has_bad_escape(input: &[u8]) -> bool {
    let escapes = input.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let is_hex = |at: usize| input.get(at).is_some_and(u8::is_ascii_hexdigit);
    escapes.map(|(at, _)| at).any(|at| !(is_hex(at + 1) && is_hex(at + 2)))
}
