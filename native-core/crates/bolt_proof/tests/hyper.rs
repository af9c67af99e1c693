//! The engine against hyper on generated and mutated requests. `BOLT_ROUNDS` and `BOLT_SEED` make a run longer or another one.
#![allow(clippy::panic)]

use bolt_proof::against_hyper;
use bolt_proof::dice::Dice;
use bolt_proof::requests;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn hyper_reads_whatever_the_engine_accepts_in_the_same_way() {
    let (rounds, seed) = (number("BOLT_ROUNDS", 8_000), number("BOLT_SEED", 1));
    let mut accepted = 0;
    for round in 0..rounds {
        let mut dice = Dice::of_round(seed, round);
        let input = requests::stream(&mut dice);
        if let Some(difference) = against_hyper::difference(&input) {
            panic!("seed {seed}, round {round}: {difference}\ninput: {}", input.escape_ascii());
        }
        accepted += bolt_proof::engine::read(std::iter::once(&input[..])).messages.len();
    }
    assert!(
        accepted as u64 > rounds / 2,
        "only {accepted} requests were accepted in {rounds} rounds: the generator proves nothing"
    );
}
