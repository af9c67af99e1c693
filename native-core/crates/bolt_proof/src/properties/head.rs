//! A head says the same however much of what follows it is there, and what is refused stays refused when more comes.

use bolt_core::http::{Head, Parsed};
use bolt_core::plan::Limits;

use crate::dice::Dice;

pub(super) fn check(input: &[u8]) {
    let limits = Limits { head_bytes: 600, header_count: 20, uri_bytes: 100, ..Limits::default() };
    let mut head = Head::default();
    let whole = head.read(input, &limits);
    if let Ok(Parsed::Complete(length)) = whole {
        assert!(length <= input.len() && length <= limits.head_bytes, "{length} of {}", input.len());
        assert!(input[..length].ends_with(b"\r\n\r\n"), "a head ends in an empty line");
        for field in &head.fields {
            let name = field.name.slice(input);
            assert!(!name.is_empty() && field.value.end() <= length, "{field:?}");
            assert!(field.value.slice(input).iter().all(|b| !matches!(b, b'\r' | b'\n' | 0)), "{field:?}");
        }
        assert_eq!(
            Head::default().read(&input[..length], &limits),
            Ok(Parsed::Complete(length)),
            "what follows matters"
        );
        assert_eq!(Head::default().read(&input[..length - 1], &limits), Ok(Parsed::Partial), "complete one byte early");
    }
    let mut dice = Dice::of(input);
    for _ in 0..4 {
        let cut = dice.roll(input.len() + 1);
        let part = Head::default().read(&input[..cut], &limits);
        match (&part, &whole) {
            (Ok(Parsed::Complete(_)), _) => assert_eq!(part, whole, "cut at {cut}"),
            (Err(refusal), Err(other)) => assert_eq!(refusal.code, other.code, "cut at {cut}"),
            (Err(refusal), Ok(_)) => panic!("refused when cut at {cut}: {refusal:?}"),
            (Ok(Parsed::Partial), _) => {}
        }
    }
}
