//! The grammar of JSON, case by case in the spirit of JSONTestSuite, and compared with serde_json on mutated texts.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::LazyLock;

use bolt_core::schema::{FaultKind, JsonLimits, Schema};
use serde_json::{Value, json};

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

const VALID: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "1.0",
    "0.1",
    "-0.1",
    "1e1",
    "1E1",
    "1e+1",
    "1e-1",
    "1.5e10",
    "0e0",
    "0e+1",
    "0e-1",
    "123456789",
    "-123456789.123456789",
    "1e308",
    "1e-400",
    "0.000000000000000000000000000000000000001",
    "123456789012345678901234567890",
    "9007199254740993",
    "-9223372036854775809",
    "1.7976931348623157e308",
    "2.5E+3",
    "\"\"",
    "\"a\"",
    "\" \"",
    "\"\u{7f}\"",
    "\"é\"",
    "\"😀\"",
    "\"\u{2028}\u{2029}\"",
    "\"\\\"\"",
    "\"\\\\\"",
    "\"\\/\"",
    "\"\\b\\f\\n\\r\\t\"",
    "\"\\u0000\"",
    "\"\\u00e9\"",
    "\"\\u00E9\"",
    "\"\\uD83D\\uDE00\"",
    "\"\\ud83d\\ude00\"",
    "\"\\uFFFF\"",
    "\"\\ufdd0\"",
    "\"\u{fffe}\"",
    "\"\\u0022\\u005c\"",
    "\"a/b\"",
    "\"/*c*/\"",
    "\"12345678\"",
    "\"1234567\\n\"",
    "\"0123456789abcdef0123456789abcdef\"",
    "\"\u{feff}\"",
    "\"[{:,}]\"",
    "\"\\\\u0041\"",
    "[]",
    "[ ]",
    "[1]",
    "[1,2]",
    "[ 1 , 2 ]",
    "[[]]",
    "[[],[]]",
    "[null,true,false]",
    "[\"\"]",
    "[1\n]",
    "\t[1\r]\n",
    "[{}]",
    "[[[[[[[[]]]]]]]]",
    "[1,[2,[3]]]",
    "[0,-0]",
    "[\"a\",\"a\"]",
    "[1 ]",
    "[ 1]",
    "{}",
    "{ }",
    "{\"a\":1}",
    "{\"a\":1,\"b\":2}",
    "{ \"a\" : 1 }",
    "{\"\":0}",
    "{\"a\":{}}",
    "{\"a\":[]}",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "{\"a\":1,\"A\":2}",
    "{\"\\u0061b\":1,\"a\":2}",
    "{\"a\\u0000\":1,\"a\":2}",
    "{\"é\":1}",
    "{\"__proto__\":1}",
    "{\"constructor\":{\"prototype\":{}}}",
    "{\"a\":\n1\n}",
    "{\"a\":null}",
    "{\"1\":1,\"01\":2}",
    "{\"min\":-1.0e+28,\"max\":1.0e+28}",
    " null",
    "null ",
    "\n\t\r null \n\t\r",
    "\r\n0\r\n",
];

const MALFORMED: &[&str] = &[
    "",
    " ",
    "\n",
    "nul",
    "nulll",
    "Null",
    "NULL",
    "tru",
    "truee",
    "True",
    "fals",
    "False",
    "undefined",
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "inf",
    "None",
    "+1",
    "+0",
    "-",
    "--1",
    "-a",
    "- 1",
    "01",
    "-01",
    "00",
    "1.",
    "-1.",
    ".1",
    "-.1",
    "1.e1",
    "1e",
    "1E",
    "1e+",
    "1e-",
    "1e1.5",
    "1ee1",
    "1e+-1",
    "1.2.3",
    "0x10",
    "0b1",
    "1_000",
    "1,5",
    "1 2",
    "1a",
    "1\u{a0}",
    "0e",
    "0.e1",
    "2.",
    "١",
    "１",
    "\"",
    "\"a",
    "a\"",
    "'a'",
    "`a`",
    "\"\n\"",
    "\"\t\"",
    "\"\0\"",
    "\"\u{1f}\"",
    "\"\r\"",
    "\"\\\"",
    "\"\\a\"",
    "\"\\x41\"",
    "\"\\0\"",
    "\"\\'\"",
    "\"\\ \"",
    "\"\\u\"",
    "\"\\u1\"",
    "\"\\u12\"",
    "\"\\u123\"",
    "\"\\u123g\"",
    "\"\\uqqqq\"",
    "\"\\u 123\"",
    "\"\\u-123\"",
    "\"\\u+123\"",
    "\"\\U0041\"",
    "\"\\u{41}\"",
    "\"\\é\"",
    "\"a\"b",
    "\"a\" \"b\"",
    "\"\"\"",
    "\"12345678\n\"",
    "\"\\u00",
    "\"\\",
    "[",
    "]",
    "[[",
    "[]]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[,]",
    "[1,,2]",
    "[1 2]",
    "[1;2]",
    "[1:2]",
    "[\"a\":1]",
    "[1}",
    "[-]",
    "[a]",
    "[\"a]",
    "[1],",
    "[] []",
    "[1]x",
    "[/**/]",
    "[1//c\n]",
    "[\u{b}1]",
    "[\u{c}]",
    "[\u{a0}]",
    "[\u{2028}]",
    "[\\n]",
    "[*]",
    "[#]",
    "[\"\": 1]",
    "[3[4]]",
    "[1,\n1\n,1",
    "[true, fals]",
    "[nul]",
    "[\u{feff}]",
    "{",
    "}",
    "{{",
    "{}}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{,\"a\":1}",
    "{\"a\":1,,\"b\":2}",
    "{\"a\" 1}",
    "{\"a\"=1}",
    "{\"a\"::1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1;\"b\":2}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{null:1}",
    "{true:1}",
    "{[]:1}",
    "{{}:1}",
    "{:1}",
    "{\"a\":1]",
    "{\"a",
    "{\"a\":\"b",
    "{\"a\":1}x",
    "{}{}",
    "{} 1",
    "{\"a\":/**/1}",
    "{\"a\":1/*c*/}",
    "{\"a\":1}//c",
    "{\"a\":1}#",
    "{\"\\u00\":1}",
    "{\"a\":a}",
    "{\"a\" , 1}",
    "{\"x\"::\"b\"}",
    "{\"a\":\"a\" 123}",
    "{,}",
    "{\"a\":1}}",
    "<null>",
    "<.>",
    "\u{feff}null",
    "\u{feff}{}",
    "null\0",
    "\0",
    "nullnull",
    "truefalse",
    "\"a\",",
    "1,",
    ",",
    ":",
    "\\",
    "/",
    "*",
    "#",
    "@",
    "é",
    "😀",
    "abc",
    "{]",
    "[}",
    "&#10;",
    "%7B%7D",
    "\u{2060}[]",
    "--",
    "e1",
    "E",
    "..",
    "\"\u{0}",
    "{\"a\":\"\u{1}\"}",
    "{\"\u{1}\":1}",
];

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

/// splitmix64
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 1) as usize
}

#[test]
fn agrees_with_serde_json_on_mutated_texts() {
    let alphabet = b"{}[]:,\"\\ntrufalse0123456789+-.eE \n\t\x00\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80\xed\xa0/'d8";
    let mut state = 3;
    let mut accepted = 0;
    for round in 0..60_000 {
        let seed = if round % 3 == 0 {
            MALFORMED[next(&mut state) % MALFORMED.len()]
        } else {
            VALID[next(&mut state) % VALID.len()]
        };
        let mut bytes = seed.as_bytes().to_vec();
        for _ in 0..next(&mut state) % 4 {
            let at = next(&mut state) % (bytes.len() + 1);
            let byte = alphabet[next(&mut state) % alphabet.len()];
            match next(&mut state) % 4 {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        let ours = read(&bytes);
        let theirs = serde_json::from_slice::<Value>(&bytes);
        accepted += usize::from(ours.is_ok());
        match ours {
            // serde_json lets the last of two members win.
            Err(FaultKind::DuplicateKey) => {}
            _ => assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {ours:?} {theirs:?}", String::from_utf8_lossy(&bytes)),
        }
    }
    assert!(accepted > 10_000 && accepted < 50_000, "{accepted} accepted shows little");
}

#[test]
fn survives_any_bytes() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#"}, "uniqueItems": true}},
        "patternProperties": {"^x": {"enum": [{"a": 1}, "b"]}}, "anyOf": [{"required": ["a"]}, {"minProperties": 2}]});
    let schema = Schema::compile(&schema, "body").unwrap();
    let pieces: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"a\":",
        b"\"x\":",
        b",",
        b"1",
        b"-",
        b"1e5",
        b"\"b\"",
        b"\"",
        b"\\",
        b"\\u",
        b"d83d",
        b"\xff",
        b" ",
        b"null",
        b"true",
        b"{\"a\":[",
        b"]}",
        b"{\"a\":1}",
        b"\0",
    ];
    let mut state = 5;
    for _ in 0..50_000 {
        let bytes: Vec<u8> =
            (0..next(&mut state) % 24).flat_map(|_| pieces[next(&mut state) % pieces.len()].to_vec()).collect();
        let mut issues = Vec::new();
        let read = schema.validate_json(&bytes, JsonLimits { depth: 8 }, &mut issues);
        assert!(read.is_ok() || issues.is_empty());
    }
}
