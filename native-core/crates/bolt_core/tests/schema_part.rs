//! Text values of parameters, queries, headers and cookies: what each type accepts, word for word.
#![allow(clippy::unwrap_used, clippy::panic)]

use bolt_core::schema::{Input, Issue, Part, Place};
use serde_json::{Value, json};

fn compile(schema: &Value, place: Place) -> Part {
    let names: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    Part::compile(schema, &names, place, "query").unwrap()
}

/// The input of the only property `v`, or path and code of each issue.
fn coerce(property: &Value, place: Place, given: &[(&str, &str)]) -> Result<Input<'static>, Vec<String>> {
    let part = compile(&json!({"type": "object", "properties": {"v": property}, "required": ["v"]}), place);
    let (mut inputs, mut issues) = (Vec::new(), Vec::new());
    part.coerce(given, &mut inputs, &mut issues);
    assert_eq!(inputs.len(), part.len());
    if issues.is_empty() { Ok(own(&inputs[0])) } else { Err(issues.iter().map(show).collect()) }
}

fn show(issue: &Issue) -> String {
    format!("{} {}", issue.path, issue.code)
}

fn own(input: &Input<'_>) -> Input<'static> {
    match input {
        Input::Missing => Input::Missing,
        Input::Str(text) => Input::Str(text.clone().into_owned().into()),
        Input::Int(value) => Input::Int(*value),
        Input::Float(value) => Input::Float(*value),
        Input::Bool(value) => Input::Bool(*value),
        Input::List(items) => Input::List(items.iter().map(own).collect()),
    }
}

fn one(property: &Value, text: &str) -> Result<Input<'static>, Vec<String>> {
    coerce(property, Place::Query, &[("v", text)])
}

fn string(text: &str) -> Input<'static> {
    Input::Str(text.to_owned().into())
}

const NO_NUMBER: [&str; 24] = [
    "",
    " ",
    "+5",
    " 5",
    "5 ",
    "\t5",
    "05",
    "007",
    "-",
    "--5",
    "5.",
    ".5",
    "-.5",
    "1e",
    "1e+",
    "0x10",
    "0b1",
    "1_000",
    "1,5",
    "NaN",
    "Infinity",
    "-Infinity",
    "٥",
    "5n",
];

#[test]
fn reads_integers() {
    let integer = json!({"type": "integer"});
    for (text, value) in [
        ("0", 0),
        ("-0", 0),
        ("7", 7),
        ("-42", -42),
        ("9007199254740991", 9_007_199_254_740_991),
        ("-9007199254740991", -9_007_199_254_740_991),
    ] {
        assert_eq!(one(&integer, text), Ok(Input::Int(value)), "{text}");
    }
    let others =
        ["1.0", "1e3", "1E0", "0.0", "9007199254740992", "-9007199254740992", "99999999999999999999", "true", "a"];
    for text in NO_NUMBER.into_iter().chain(others) {
        assert_eq!(one(&integer, text), Err(vec!["/v type".to_owned()]), "{text:?}");
    }
}

#[test]
fn reads_numbers() {
    let number = json!({"type": "number"});
    for (text, value) in [
        ("0", 0.0),
        ("5", 5.0),
        ("-1.50", -1.5),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("1e308", 1e308),
        ("1e-999", 0.0),
    ] {
        assert_eq!(one(&number, text), Ok(Input::Float(value)), "{text}");
    }
    assert!(matches!(one(&number, "-0"), Ok(Input::Float(zero)) if zero.is_sign_negative()));
    for text in NO_NUMBER.into_iter().chain(["1e999", "-1e999", "true", "a", "1 2"]) {
        assert_eq!(one(&number, text), Err(vec!["/v type".to_owned()]), "{text:?}");
    }
}

#[test]
fn reads_booleans() {
    let boolean = json!({"type": "boolean"});
    assert_eq!(one(&boolean, "true"), Ok(Input::Bool(true)));
    assert_eq!(one(&boolean, "false"), Ok(Input::Bool(false)));
    for text in ["", "TRUE", "True", "1", "0", "yes", "no", "on", "off", "t", " true", "true ", "null", "2"] {
        assert_eq!(one(&boolean, text), Err(vec!["/v type".to_owned()]), "{text:?}");
    }
}

#[test]
fn reads_strings_as_they_are() {
    for text in ["", " ", "5", "true", "null", "é😀", "a\0b", "__proto__"] {
        assert_eq!(one(&json!({"type": "string"}), text), Ok(string(text)));
        assert_eq!(one(&json!({}), text), Ok(string(text)));
    }
}

#[test]
fn reads_unions_as_boolean_then_number_then_string() {
    let union = json!({"type": ["string", "number", "boolean"]});
    assert_eq!(one(&union, "true"), Ok(Input::Bool(true)));
    assert_eq!(one(&union, "1.5"), Ok(Input::Float(1.5)));
    assert_eq!(one(&union, "1.5x"), Ok(string("1.5x")));
    let nullable = json!({"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]});
    assert_eq!(one(&nullable, "3"), Ok(Input::Int(3)));
    assert_eq!(one(&nullable, "2"), Err(vec!["/v minimum".to_owned()]));
    assert_eq!(one(&nullable, "null"), Err(vec!["/v type".to_owned()]));
    let either = json!({"anyOf": [{"type": "integer"}, {"type": "string", "format": "uuid"}]});
    assert_eq!(one(&either, "12"), Ok(Input::Int(12)));
    assert_eq!(one(&either, "x"), Err(vec!["/v format".to_owned()]));
    let literals = json!({"enum": ["a", 1, true]});
    assert_eq!(one(&literals, "a"), Ok(string("a")));
    assert_eq!(one(&literals, "1"), Ok(Input::Float(1.0)));
    assert_eq!(one(&literals, "true"), Ok(Input::Bool(true)));
    assert_eq!(one(&literals, "2"), Err(vec!["/v enum".to_owned()]));
    assert_eq!(one(&json!({"const": "1"}), "1"), Ok(string("1")));
    assert_eq!(one(&json!({"type": "null"}), "null"), Err(vec!["/v not".to_owned()]));
}

#[test]
fn checks_rules_of_the_value_that_was_read() {
    for (schema, text, code) in [
        (json!({"type": "integer", "minimum": 1, "maximum": 100}), "101", "maximum"),
        (json!({"type": "number", "exclusiveMinimum": 0}), "0", "exclusiveMinimum"),
        (json!({"type": "number", "multipleOf": 0.1}), "0.25", "multipleOf"),
        (json!({"type": "string", "minLength": 2}), "😀", "minLength"),
        (json!({"type": "string", "maxLength": 1}), "ab", "maxLength"),
        (json!({"type": "string", "pattern": "^[a-z]+$"}), "A", "pattern"),
        (json!({"type": "string", "enum": ["a", "b"]}), "c", "enum"),
        (json!({"allOf": [{"type": "string"}, {"pattern": "^a"}]}), "b", "pattern"),
        (json!({"type": "boolean", "const": true}), "false", "const"),
        (json!({"type": "string", "not": {"const": "root"}}), "root", "not"),
    ] {
        assert_eq!(one(&schema, text), Err(vec![format!("/v {code}")]), "{schema} {text}");
    }
}

#[test]
fn checks_formats() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "uuid",
            &["123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
            &[
                "",
                "123e4567e89b12d3a456426614174000",
                "{123e4567-e89b-12d3-a456-426614174000}",
                "123e4567-e89b-12d3-a456-42661417400g",
            ],
        ),
        (
            "date",
            &["2024-02-29", "2026-12-31", "0000-01-01", "2000-02-29"],
            &[
                "2026-02-29",
                "1900-02-29",
                "2026-13-01",
                "2026-00-10",
                "2026-04-31",
                "2026-1-1",
                "26-01-01",
                "2026-01-01T",
                "2026/01/01",
                "٢٠٢٦-٠١-٠١",
            ],
        ),
        (
            "date-time",
            &[
                "2026-11-23T09:53:23Z",
                "2026-11-23t09:53:23.123456z",
                "2026-11-23T23:59:60Z",
                "2016-12-31T15:59:60-08:00",
                "2026-11-23T09:53:23+23:59",
            ],
            &[
                "2026-11-23",
                "2026-11-23T09:53Z",
                "2026-11-23T09:53:23",
                "2026-11-23 09:53:23Z",
                "2026-11-23T24:00:00Z",
                "2026-11-23T09:60:00Z",
                "2026-11-23T09:53:60Z",
                "2026-11-23T09:53:23.Z",
                "2026-11-23T09:53:23+24:00",
                "2026-11-23T09:53:23+0100",
                "2026-02-30T00:00:00Z",
            ],
        ),
        ("time", &["09:53:23Z", "09:53:23.5+01:00"], &["09:53:23", "9:53:23Z", "25:00:00Z"]),
        (
            "email",
            &["a@b", "a.b+c@example.com", "o'neil@example.co.uk", "!#$%@x-y.z"],
            &[
                "", "a", "a@", "@b", "a@@b", "a b@c.d", ".a@b.c", "a.@b.c", "a..b@c.d", "a@-b.c", "a@b..c", "a@b.c ",
                "a@b\n",
            ],
        ),
        (
            "uri",
            &[
                "https://example.com",
                "http://u:p@h:80/a/b?c=d#e",
                "urn:isbn:0451450523",
                "mailto:a@b.c",
                "http://[::1]:8080/",
                "x:",
                "http://a/%20",
                "file:///etc/hosts",
                "http://[v7.a:b]/",
            ],
            &[
                "",
                "example.com",
                "/a",
                "//h/p",
                "http://a b",
                "http://a/%2",
                "http://a/<b>",
                "1http://a",
                "http://[::1",
                "http://[::g]/",
                "http://a:port/",
                "ht tp://a",
                "http://é.com",
                "http://a#b#c",
                "http://a/\\",
            ],
        ),
        (
            "ipv4",
            &["0.0.0.0", "255.255.255.255"],
            &["256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", "0x7f.1", "1"],
        ),
        (
            "ipv6",
            &["::", "::1", "2001:db8::8a2e:370:7334", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"],
            &["", ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "::1%eth0", "[::1]", "1.2.3.4", "::256.0.0.1"],
        ),
        ("hostname", &["localhost", "a-b.example.com", "1.2"], &["", "-a", "a-", "a_b", "a..b", "a.", "é.com"]),
        (
            "duration",
            &["P1Y2M3DT4H5M6S", "P4W", "PT1M", "P1D"],
            &["", "P", "PT", "1D", "P1", "P1D1Y", "P1S", "P1WT1H", "PT1.5S", "p1d", "P-1D"],
        ),
        ("uri-reference", &["", "/a", "a/b:c", "//h/p", "?q", "#f", "http://a"], &["a:/ b", ":a", "1:2", "\\"]),
    ];
    for (format, valid, invalid) in cases {
        let schema = json!({"type": "string", "format": format});
        for text in *valid {
            assert_eq!(one(&schema, text), Ok(string(text)), "{format} {text:?}");
        }
        for text in *invalid {
            assert_eq!(one(&schema, text), Err(vec!["/v format".to_owned()]), "{format} {text:?}");
        }
    }
}

#[test]
fn collects_repeated_values_where_a_list_is_meant() {
    let list =
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "uniqueItems": true});
    let numbers = |values: &[i64]| Input::List(values.iter().map(|&value| Input::Int(value)).collect());
    let query = |given: &[(&str, &str)]| coerce(&list, Place::Query, given);
    assert_eq!(query(&[("v", "1")]), Ok(numbers(&[1])));
    assert_eq!(query(&[("v", "2"), ("x", "9"), ("v", "1")]), Ok(numbers(&[2, 1])));
    assert_eq!(query(&[("v", "1"), ("v", "x")]), Err(vec!["/v/1 type".to_owned()]));
    assert_eq!(query(&[("v", "1"), ("v", "1")]), Err(vec!["/v uniqueItems".to_owned()]));
    assert_eq!(query(&[("v", "1"), ("v", "2"), ("v", "3"), ("v", "4")]), Err(vec!["/v maxItems".to_owned()]));
    assert_eq!(query(&[("v", "1,2")]), Err(vec!["/v/0 type".to_owned()]));
    assert_eq!(query(&[]), Err(vec!["/v required".to_owned()]));
    let either = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    assert_eq!(coerce(&either, Place::Query, &[("v", "a")]), Ok(string("a")));
    assert_eq!(
        coerce(&either, Place::Query, &[("v", "a"), ("v", "b")]),
        Ok(Input::List(vec![string("a"), string("b")]))
    );
    let tuple = json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": false});
    assert_eq!(
        coerce(&tuple, Place::Query, &[("v", "1"), ("v", "true")]),
        Ok(Input::List(vec![Input::Int(1), Input::Bool(true)]))
    );
    assert_eq!(
        coerce(&tuple, Place::Query, &[("v", "1"), ("v", "true"), ("v", "x")]),
        Err(vec!["/v/2 items".to_owned()])
    );
}

#[test]
fn treats_repetition_as_each_place_does() {
    let text = json!({"type": "string"});
    let twice = [("v", "a"), ("v", "b")];
    assert_eq!(coerce(&text, Place::Query, &twice), Err(vec!["/v type".to_owned()]));
    assert_eq!(coerce(&text, Place::Cookies, &twice), Ok(string("a")));
    assert_eq!(coerce(&text, Place::Headers, &twice), Ok(string("a, b")));
    assert_eq!(coerce(&text, Place::Headers, &[("V", "a")]), Ok(string("a")));
    assert_eq!(coerce(&text, Place::Query, &[("V", "a")]), Err(vec!["/v required".to_owned()]));
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let expected = Input::List(vec![Input::Int(1), Input::Int(2), Input::Int(3)]);
    assert_eq!(coerce(&list, Place::Headers, &[("v", "1,  2"), ("V", "3")]), Ok(expected));
}

#[test]
fn applies_defaults_and_reports_names() {
    let schema = json!({
        "type": "object",
        "properties": {
            "limit": {"type": "integer", "default": 20},
            "ratio": {"type": "number", "default": 1},
            "order": {"$ref": "#/$defs/Order"},
            "tags": {"type": "array", "items": {"type": "string"}, "default": ["a"]},
            "deep": {"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": null},
            "name": {"type": "string"},
            "id": {"type": "string"}
        },
        "required": ["limit", "id"],
        "additionalProperties": false,
        "$defs": {"Order": {"type": "string", "default": "asc"}}
    });
    let names: Vec<String> = ["id", "limit", "ratio", "order", "tags", "deep", "name"].map(str::to_owned).to_vec();
    let part = Part::compile(&schema, &names, Place::Query, "query").unwrap();
    let (mut inputs, mut issues) = (Vec::new(), Vec::new());
    let given = [("id", "1")];
    part.coerce(&given, &mut inputs, &mut issues);
    assert_eq!(issues, []);
    let tags = Input::List(vec![string("a")]);
    assert_eq!(
        inputs,
        [string("1"), Input::Int(20), Input::Float(1.0), string("asc"), tags, Input::Missing, Input::Missing]
    );
    let given = [("limit", "x"), ("__proto__", "1"), ("ratio", "y")];
    part.coerce(&given, &mut inputs, &mut issues);
    let shown: Vec<String> = issues.iter().map(show).collect();
    assert_eq!(shown, ["/id required", "/limit type", "/ratio type", "/__proto__ additionalProperties"]);
}

#[test]
fn ignores_other_headers_and_cookies_in_closed_schemas() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    for (place, expected) in [(Place::Headers, 0), (Place::Cookies, 0), (Place::Query, 1)] {
        let (mut inputs, mut issues) = (Vec::new(), Vec::new());
        compile(&schema, place).coerce(&[("host", "x"), ("a", "1")], &mut inputs, &mut issues);
        assert_eq!(issues.len(), expected, "{place:?}");
    }
}

#[test]
fn refuses_parts_that_text_cannot_fill() {
    let a = || vec!["a".to_owned()];
    for (schema, names, at) in [
        (json!({"type": "string"}), vec![], "query"),
        (json!({"type": "object"}), vec![], "query"),
        (json!({"type": "object", "properties": {"a": {"type": "object"}}}), a(), "query.properties.a"),
        (
            json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "object"}, {"type": "string"}]}}}),
            a(),
            "query.properties.a",
        ),
        (json!({"type": "object", "properties": {"a": {}}}), vec![], "query"),
        (json!({"type": "object", "properties": {}}), a(), "query"),
        (json!({"type": "object", "properties": {}, "required": ["a"]}), vec![], "query"),
        (json!({"type": "object", "properties": {"a": {"default": {}}}}), a(), "query.properties.a"),
        (json!({"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "string"}}), a(), "query"),
        (json!({"type": "object", "properties": {"a": {}}, "patternProperties": {"b": true}}), a(), "query"),
        (json!({"type": "object", "properties": {"a": {}}, "minProperties": 1}), a(), "query"),
        (json!({"type": "object", "properties": {"a": {}}, "anyOf": [true]}), a(), "query"),
        (json!({"type": "object", "properties": {"a": {"type": "strin"}}}), a(), "query.properties.a.type"),
    ] {
        assert_eq!(Part::compile(&schema, &names, Place::Query, "query").unwrap_err().at, at, "{schema}");
    }
}
