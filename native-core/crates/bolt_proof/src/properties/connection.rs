//! A connection is understood and answered the same however its bytes are cut, and nothing is answered after its end.

use crate::dice::Dice;
use crate::engine;

pub(super) fn check(input: &[u8]) {
    // A head that is not complete may be refused now or at its end; ended, it cannot stay open.
    let input = &[input, b"\r\n\r\n"].concat()[..];
    let whole = engine::read(std::iter::once(input));
    let mut dice = Dice::of(input);
    let longest = *dice.pick(&[1, 2, 7, 64]);
    let mut pieces = Vec::new();
    let mut rest = input;
    while !rest.is_empty() {
        let (piece, more) = rest.split_at((1 + dice.roll(longest)).min(rest.len()));
        pieces.push(piece);
        rest = more;
    }
    assert_eq!(engine::read(pieces.into_iter()), whole, "in pieces of up to {longest} bytes");
    assert!(whole.messages.len() as u64 + whole.native_answers >= whole.statuses.len() as u64, "{whole:?}");
    if whole.ended {
        let more = engine::read([input, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"].into_iter());
        assert_eq!(more, whole, "an ended connection reads on");
    }
}
