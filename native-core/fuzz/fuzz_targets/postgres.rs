#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| bolt_proof::properties::check("postgres", input));
