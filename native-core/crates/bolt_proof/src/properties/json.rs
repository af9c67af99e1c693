//! JSON texts are taken or refused as `serde_json` takes them, but for what I-JSON (RFC 7493) forbids beyond.

use std::sync::OnceLock;

use bolt_core::schema::{FaultKind, JsonLimits, Schema};
use serde_json::Value;

pub(super) fn check(input: &[u8]) {
    static ANYTHING: OnceLock<Schema> = OnceLock::new();
    let schema = ANYTHING.get_or_init(|| match Schema::compile(&Value::Bool(true), "body") {
        Ok(schema) => schema,
        Err(error) => panic!("{error}"),
    });
    let mut issues = Vec::new();
    let ours = schema.validate_json(input, JsonLimits { depth: 100 }, &mut issues);
    assert!(issues.is_empty(), "{issues:?}");
    let theirs = serde_json::from_slice::<Value>(input);
    match (ours, theirs) {
        (Ok(()), Err(error)) => panic!("taken, but {error}"),
        (Err(fault), Ok(_)) => {
            assert!(matches!(fault.kind, FaultKind::DuplicateKey | FaultKind::TooDeep), "refused: {fault}");
            assert!(fault.offset <= input.len());
        }
        (Ok(()), Ok(_)) | (Err(_), Err(_)) => {}
    }
}
