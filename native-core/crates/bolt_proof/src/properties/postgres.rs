//! Whatever a server sends: no panic, each statement ends at most once, and in the same way however the bytes are cut.

use bolt_postgres::Session;

use crate::dice::Dice;
use crate::postgres;

pub(super) fn check(input: &[u8]) {
    let input = &input[..input.len().min(8_000)];
    let mut dice = Dice::of(input);
    let whole = outcome(std::iter::once(input));
    let size = 1 + dice.roll(40);
    assert_eq!(outcome(input.chunks(size)), whole, "in pieces of {size}");
    // Not in order: what the server has forgotten is asked again.
    let mut tokens: Vec<u64> = whole.iter().map(|(token, _)| *token).collect();
    tokens.sort_unstable();
    assert!(tokens.windows(2).all(|pair| pair[0] < pair[1]), "a statement ended twice: {tokens:?}");
}

/// What became of three statements, by their tokens.
fn outcome<'i>(pieces: impl Iterator<Item = &'i [u8]>) -> Vec<(u64, String)> {
    let mut session = postgres::session();
    for token in 1..=3 {
        session.send(token, postgres::statement());
    }
    for piece in pieces {
        if let Err(failure) = session.receive(piece) {
            session.fail(&failure);
            break;
        }
    }
    done(&mut session)
}

fn done(session: &mut Session) -> Vec<(u64, String)> {
    let done = session.take_done().into_iter();
    done.map(|done| (done.token, done.result.unwrap_or_else(|failure| failure.to_json()))).collect()
}
