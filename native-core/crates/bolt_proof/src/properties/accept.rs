//! A coding is chosen only if the client did not refuse it, the best first, and what was compressed is what comes out again.

use bolt_core::compression::{Accepted, Coding};

pub(super) fn check(input: &[u8]) {
    let fields = input.split(|byte| *byte == b'\n');
    let accepted = Accepted::read(fields.clone());
    let choices: Vec<Coding> = accepted.choices(&Coding::ALL).collect();
    for (at, coding) in choices.iter().enumerate() {
        assert!(!choices[..at].contains(coding), "{coding:?} twice");
        let names = input.to_ascii_lowercase();
        let token = coding.token().as_bytes();
        let is_named = names.windows(token.len()).any(|window| window == token);
        assert!(is_named || input.contains(&b'*'), "{} was not asked for", coding.token());
    }
    if accepted.is_none() {
        assert!(choices.is_empty(), "{choices:?} for a client that refuses all");
    }
    let again: Vec<Coding> = Accepted::read(fields).choices(&Coding::ALL).collect();
    assert_eq!(again, choices);
}
