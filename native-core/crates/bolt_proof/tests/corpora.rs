//! What the fuzzers start from and what they found, on every commit: each property on each file of its corpus, and on mutations of them.
#![allow(clippy::panic)]

use std::fs;
use std::path::PathBuf;

use bolt_proof::dice::Dice;
use bolt_proof::properties::{ALL, Property};
use bolt_proof::requests;

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn corpus(property: &Property) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("corpus").join(property.corpus);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).expect("readable"))).collect()
}

#[test]
fn each_property_holds_on_its_corpus() {
    for property in &ALL {
        let files = corpus(property);
        assert!(files.len() >= 3, "the corpus {} is nearly empty", property.corpus);
        for (file, input) in files {
            let held = std::panic::catch_unwind(|| (property.check)(&input));
            assert!(held.is_ok(), "{} does not hold on corpus/{}/{file}", property.name, property.corpus);
        }
    }
}

#[test]
fn each_property_holds_on_mutations_of_its_corpus() {
    for property in &ALL {
        let files = corpus(property);
        let mut dice = Dice::new(7);
        for round in 0..5_000 {
            let mut input = dice.pick(&files).1.clone();
            for _ in 0..=dice.roll(3) {
                requests::mutate(&mut dice, &mut input);
            }
            let held = std::panic::catch_unwind(|| (property.check)(&input));
            assert!(held.is_ok(), "{} does not hold, round {round}: {}", property.name, input.escape_ascii());
        }
    }
}

#[test]
fn each_property_has_a_fuzz_target() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    for Property { name, .. } in &ALL {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "no [[bin]] {name}");
        let source = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).expect("a target");
        assert!(source.contains(&format!("check(\"{name}\"")), "{name}.rs checks another property");
    }
}
