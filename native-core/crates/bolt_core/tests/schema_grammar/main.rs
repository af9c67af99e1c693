//! The grammar of JSON, case by case in the spirit of JSONTestSuite, and compared with serde_json on mutated texts.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../dice/mod.rs"]
mod dice;
mod random;
mod tables;

use std::sync::LazyLock;

use bolt_core::schema::{FaultKind, JsonLimits, Schema};
use serde_json::{Value, json};

use tables::{MALFORMED, VALID};

fn read(bytes: &[u8]) -> Result<(), FaultKind> {
    read_at_depth(bytes, 64)
}

/// Looks at nothing.
static IDLE: LazyLock<Schema> = LazyLock::new(|| Schema::compile(&json!(true), "body").unwrap());

/// Accepts everything, but sends each value through unions.
static UNION: LazyLock<Schema> = LazyLock::new(|| {
    let union = json!({"anyOf": [
        {"type": ["string", "number", "boolean", "null"], "not": {"const": "no such"}},
        {"type": "array", "items": {"$ref": "#"}},
        {"type": "object", "additionalProperties": {"$ref": "#"}}
    ], "allOf": [true]});
    Schema::compile(&union, "body").unwrap()
});

/// Read by both schemas, which must agree.
fn read_at_depth(bytes: &[u8], depth: usize) -> Result<(), FaultKind> {
    let limits = JsonLimits { depth };
    let mut issues = Vec::new();
    let first = IDLE.validate_json(bytes, limits, &mut issues);
    let second = UNION.validate_json(bytes, limits, &mut issues);
    assert_eq!(first, second, "{}", String::from_utf8_lossy(bytes));
    assert_eq!(issues, [], "{}", String::from_utf8_lossy(bytes));
    first.map_err(|fault| {
        assert!(fault.offset <= bytes.len());
        fault.kind
    })
}

#[test]
fn accepts_and_refuses_what_the_standard_does() {
    assert!(VALID.len() + MALFORMED.len() >= 250);
    for text in VALID {
        assert_eq!(read(text.as_bytes()), Ok(()), "{text:?}");
        assert!(serde_json::from_str::<Value>(text).is_ok(), "the case itself is wrong: {text:?}");
    }
    for text in MALFORMED {
        assert_eq!(read(text.as_bytes()), Err(FaultKind::Malformed), "{text:?}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "the case itself is wrong: {text:?}");
    }
}

#[test]
fn refuses_text_that_is_no_unicode() {
    let bytes: &[&[u8]] = &[
        b"\"\xff\"",
        b"\"\x80\"",
        b"\"\xc0\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\"\xe2\x82\"",
        b"\"\xc3",
        b"[\xff]",
        b"\xff\xfe\"\0a\0\"\0",
        b"{\"\xff\":1}",
        b"\xef\xbb\"",
        b"\"\xfc\x80\x80\x80\x80\x80\"",
        b"\xe9",
    ];
    for bytes in bytes {
        assert_eq!(read(bytes), Err(FaultKind::BadText), "{bytes:?}");
    }
    let halves = [
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800\ud800""#,
        r#""\ud800a""#,
        r#""\ud800\n""#,
        r#""\ud800\u0041""#,
        r#""\udc00\ud800""#,
        r#"{"\udfff":1}"#,
        r#""\uDBFF""#,
        r#""a\ud83d""#,
    ];
    for text in halves {
        assert_eq!(read(text.as_bytes()), Err(FaultKind::BadText), "{text}");
    }
    assert_eq!(read(br#""\ud800\u12"#), Err(FaultKind::BadText));
}

#[test]
fn refuses_numbers_that_no_double_holds() {
    for text in ["1e309", "-1e309", "1e999999999999999999999", "[1e400]", "{\"a\":-1.8e308}"] {
        assert_eq!(read(text.as_bytes()), Err(FaultKind::NumberRange), "{text}");
    }
    let digits = "9".repeat(400);
    assert_eq!(read(digits.as_bytes()), Err(FaultKind::NumberRange));
    assert_eq!(read(format!("0.{digits}").as_bytes()), Ok(()));
}

#[test]
fn refuses_a_name_that_occurs_twice() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"":1,"":2}"#,
        r#"[{"a":{"b":1,"c":2,"b":3}}]"#,
        r#"{"a":1,"b":{"x":1},"a":2}"#,
        r#"{"__proto__":1,"__proto__":2}"#,
        r#"{"\n":1,"\u000a":2}"#,
    ] {
        assert_eq!(read(text.as_bytes()), Err(FaultKind::DuplicateKey), "{text}");
    }
    let many = |last: usize| {
        let members: Vec<String> = (0..200).chain([last]).map(|n| format!("\"k{n}\":{n}")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(read(many(200).as_bytes()), Ok(()));
    for twice in [0, 15, 16, 17, 199] {
        assert_eq!(read(many(twice).as_bytes()), Err(FaultKind::DuplicateKey), "{twice}");
    }
}

#[test]
fn refuses_a_declared_name_that_occurs_twice() {
    let names: Vec<String> = (0..130).map(|n| format!("k{n}")).collect();
    let properties: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), json!(true))).collect();
    let schema = Schema::compile(&json!({"properties": properties}), "body").unwrap();
    for name in [&names[0], &names[63], &names[64], &names[129]] {
        let text = format!("{{\"{name}\":1,\"other\":2,\"{name}\":3}}");
        let fault = schema.validate_json(text.as_bytes(), JsonLimits::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::DuplicateKey, "{name}");
        assert!(fault.offset >= text.rfind(&format!("\"{name}\"")).unwrap());
    }
}

#[test]
fn refuses_what_is_nested_too_deeply() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        assert_eq!(read_at_depth(nested(open, close, 3).as_bytes(), 3), Ok(()));
        assert_eq!(read_at_depth(nested(open, close, 4).as_bytes(), 3), Err(FaultKind::TooDeep));
        assert_eq!(read_at_depth(nested(open, close, 100_000).as_bytes(), usize::MAX), Err(FaultKind::TooDeep));
        assert_eq!(read_at_depth(nested(open, close, JsonLimits::MAX_DEPTH).as_bytes(), usize::MAX), Ok(()));
    }
    assert_eq!(read_at_depth(b"1", 0), Ok(()));
    assert_eq!(read_at_depth(b"[]", 0), Err(FaultKind::TooDeep));
}
