//! What a schema has against JSON texts: paths, codes, and that everything is told at once.
#![allow(clippy::unwrap_used, clippy::panic)]

use bolt_core::schema::{FaultKind, Issue, JsonLimits, MAX_ISSUES, Schema};
use serde_json::{Value, json};

fn issues(schema: &Value, text: &str) -> Vec<Issue> {
    let schema = Schema::compile(schema, "body").unwrap();
    let mut out = Vec::new();
    schema.validate_json(text.as_bytes(), JsonLimits::default(), &mut out).unwrap();
    out
}

/// `path code` of each issue.
fn codes(schema: &Value, text: &str) -> Vec<String> {
    let issues = issues(schema, text);
    issues.iter().map(|issue| format!("{} {}", issue.path, issue.code)).collect()
}

#[test]
fn names_path_and_keyword_of_each_violation() {
    let cases: &[(Value, &str, &[&str])] = &[
        (json!({"type": "string"}), "1", &[" type"]),
        (json!({"type": ["string", "null"]}), "null", &[]),
        (json!({"type": "integer"}), "1.0", &[]),
        (json!({"type": "integer"}), "1.5", &[" type"]),
        (json!({"type": "number"}), "1e2", &[]),
        (json!({"type": "string", "minLength": 2}), "\"😀\"", &[" minLength"]),
        (json!({"type": "string", "maxLength": 1}), "\"\\ud83d\\ude00\"", &[]),
        (json!({"maxLength": 3}), "\"äöüß\"", &[" maxLength"]),
        (json!({"minLength": 3}), "17", &[]),
        (json!({"pattern": "^a+$"}), "\"ab\"", &[" pattern"]),
        (json!({"pattern": "^é$"}), "\"\\u00e9\"", &[]),
        (json!({"format": "uuid"}), "\"x\"", &[" format"]),
        (json!({"format": "includes", "allOf": [{"pattern": "^a"}, {"pattern": "b"}]}), "\"ac\"", &[" pattern"]),
        (json!({"format": "email", "allOf": [{"pattern": "@"}, {"pattern": "b"}]}), "\"@b\"", &[]),
        (json!({"format": "uuid", "allOf": [{"pattern": "x"}]}), "\"x\"", &[" format"]),
        (json!({"minimum": 1, "maximum": 0}), "0.5", &[" minimum", " maximum"]),
        (json!({"exclusiveMinimum": 1}), "1", &[" exclusiveMinimum"]),
        (json!({"exclusiveMaximum": 1}), "1", &[" exclusiveMaximum"]),
        (json!({"multipleOf": 0.01}), "19.99", &[]),
        (json!({"multipleOf": 0.01}), "19.999", &[" multipleOf"]),
        (json!({"multipleOf": 3}), "9e20", &[]),
        (json!({"enum": ["a", 1, null]}), "1.0", &[]),
        (json!({"enum": ["a", 1, null]}), "true", &[" enum"]),
        (json!({"const": {"a": [1]}}), "{ \"a\" : [1.0] }", &[]),
        (json!({"const": {"a": [1]}}), "{\"a\":[2]}", &[" const"]),
        (json!({"const": "\u{7f}\n"}), "\"\\u007f\\n\"", &[]),
        (json!(false), "1", &[" not"]),
        (json!(true), "[1]", &[]),
        (json!({"not": {}}), "1", &[" not"]),
        (json!({"items": {"type": "string"}}), "[1,\"a\",2]", &["/0 type", "/2 type"]),
        (json!({"prefixItems": [true], "items": false}), "[1,2,3]", &["/1 items", "/2 items"]),
        (json!({"minItems": 2}), "[1]", &[" minItems"]),
        (json!({"maxItems": 1}), "[1,2]", &[" maxItems"]),
        (json!({"uniqueItems": true}), "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1.0}]", &[" uniqueItems"]),
        (json!({"uniqueItems": true}), "[1,\"1\",[1],true]", &[]),
        (json!({"required": ["a"]}), "{}", &["/a required"]),
        (json!({"required": ["a"]}), "[]", &[]),
        (json!({"properties": {"a": {"type": "null"}}}), "{\"a\":0}", &["/a type"]),
        (json!({"properties": {"a/b~": false}}), "{\"a/b~\":0}", &["/a~1b~0 not"]),
        (json!({"properties": {"é": {"type": "null"}}}), "{\"\\u00e9\":0}", &["/é type"]),
        (json!({"additionalProperties": false}), "{\"a\":{\"b\":1}}", &["/a additionalProperties"]),
        (json!({"additionalProperties": {"type": "null"}}), "{\"a\":1}", &["/a type"]),
        (json!({"patternProperties": {"^x": {"type": "null"}}}), "{\"xa\":1,\"b\":1}", &["/xa type"]),
        (
            json!({"patternProperties": {"^x": {"minimum": 3}, "y$": {"maximum": 1}}}),
            "{\"xy\":2}",
            &["/xy minimum", "/xy maximum"],
        ),
        (json!({"patternProperties": {"^x": true}, "additionalProperties": false}), "{\"x\":1}", &[]),
        (json!({"propertyNames": {"maxLength": 1}}), "{\"ab\":1,\"c\":2}", &["/ab propertyNames"]),
        (json!({"minProperties": 1}), "{}", &[" minProperties"]),
        (json!({"maxProperties": 1}), "{\"a\":1,\"b\":2}", &[" maxProperties"]),
        (json!({"allOf": [{"minimum": 3}, {"maximum": 1}]}), "2", &[" minimum", " maximum"]),
        (json!({"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]}), "\"a\"", &[" minLength"]),
        (json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), "1", &[" type"]),
        (json!({"anyOf": [{"minimum": 3}, {"multipleOf": 2}]}), "1", &[" anyOf"]),
        (json!({"oneOf": [{"minimum": 1}, {"multipleOf": 2}]}), "4", &[" oneOf"]),
        (json!({"oneOf": [{"minimum": 1}, {"multipleOf": 2}]}), "3", &[]),
        (json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}), "1", &[" type"]),
        (json!({"$ref": "#/$defs/a", "maximum": 1, "$defs": {"a": {"minimum": 3}}}), "2", &[" maximum", " minimum"]),
    ];
    for (schema, text, expected) in cases {
        assert_eq!(codes(schema, text), *expected, "{schema} {text}");
    }
}

#[test]
fn explains_the_branch_that_a_constant_member_selects() {
    let schema = json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
        {"type": "object", "properties": {"kind": {"const": "line"}, "length": {"type": "number"}}, "required": ["kind", "length"]}
    ]});
    assert_eq!(codes(&schema, r#"{"kind":"circle","radius":"x"}"#), ["/radius type"]);
    assert_eq!(codes(&schema, r#"{"kind":"line"}"#), ["/length required"]);
    assert_eq!(codes(&schema, r#"{"kind":"oval"}"#), [" oneOf"]);
    assert_eq!(
        codes(&json!({"items": schema}), r#"[{"kind":"line","length":1},{"kind":"line"}]"#),
        ["/1/length required"]
    );
}

#[test]
fn follows_recursive_references() {
    let tree = json!({"type": "object", "properties": {"n": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#"}}}, "required": ["n", "kids"]});
    assert_eq!(
        codes(&tree, r#"{"n":"a","kids":[{"n":"b","kids":[{"n":1}]}]}"#),
        ["/kids/0/kids/0/n type", "/kids/0/kids/0/kids required"]
    );
    let json = json!({"anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": {"$ref": "#"}},
        {"type": "object", "additionalProperties": {"$ref": "#"}}
    ]});
    assert!(codes(&json, r#"{"a":[1,{"b":null},"c",[true]]}"#).is_empty());
}

#[test]
fn stays_linear_where_branches_are_nested_in_branches() {
    let twice = json!({"anyOf": [
        {"type": "array", "items": {"$ref": "#"}},
        {"type": "array", "prefixItems": [{"$ref": "#"}]},
        {"type": "array", "items": {"$ref": "#"}, "maxItems": 3},
        {"type": "null"}
    ]});
    let text = |end: &str| format!("{}{end}{}", "[".repeat(60), "]".repeat(60));
    assert!(codes(&twice, &text("null")).is_empty());
    assert!(!codes(&twice, &text("1")).is_empty());
}

#[test]
fn tells_at_most_a_hundred_issues() {
    let text = format!("[{}1]", "1,".repeat(500));
    assert_eq!(issues(&json!({"items": {"type": "string"}}), &text).len(), MAX_ISSUES);
    let union =
        json!({"items": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"minimum": 5, "multipleOf": 2}]}});
    assert_eq!(issues(&union, &text).len(), MAX_ISSUES);
}

#[test]
fn treats_names_of_javascript_objects_as_any_other() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    for name in ["__proto__", "constructor", "prototype", "toString", ""] {
        let text = format!("{{{}:{{}}}}", Value::from(name));
        assert_eq!(codes(&schema, &text), [format!("/{name} additionalProperties")]);
    }
    let schema = json!({"type": "object", "properties": {"__proto__": {"type": "string"}}});
    assert_eq!(codes(&schema, r#"{"__proto__":1}"#), ["/__proto__ type"]);
}

#[test]
fn leaves_no_issues_behind_when_the_text_is_no_json() {
    let schema = Schema::compile(&json!({"items": {"type": "string"}}), "body").unwrap();
    let mut out = Vec::new();
    let fault = schema.validate_json(b"[1,2,", JsonLimits::default(), &mut out).unwrap_err();
    assert_eq!((fault.kind, fault.offset), (FaultKind::Malformed, 5));
    assert!(out.is_empty());
}

#[test]
fn refuses_schemas_that_it_cannot_honour() {
    let cases = [
        (json!({"properties": {"a": {"minLenght": 3}}}), "body.properties.a.minLenght"),
        (json!({"if": true}), "body.if"),
        (json!({"contains": {}}), "body.contains"),
        (json!({"dependentRequired": {}}), "body.dependentRequired"),
        (json!({"unevaluatedProperties": false}), "body.unevaluatedProperties"),
        (json!({"$dynamicRef": "#a"}), "body.$dynamicRef"),
        (json!({"type": "strin"}), "body.type"),
        (json!({"type": []}), "body.type"),
        (json!({"type": 1}), "body.type"),
        (json!({"pattern": "(?=a)"}), "body.pattern"),
        (json!({"pattern": 1}), "body.pattern"),
        (json!({"format": "emoji"}), "body.format"),
        (json!({"minLength": -1}), "body.minLength"),
        (json!({"minLength": 1.5}), "body.minLength"),
        (json!({"minimum": "1"}), "body.minimum"),
        (json!({"multipleOf": 0}), "body.multipleOf"),
        (json!({"uniqueItems": 1}), "body.uniqueItems"),
        (json!({"required": [1]}), "body.required"),
        (json!({"required": "a"}), "body.required"),
        (json!({"properties": []}), "body.properties"),
        (json!({"properties": {"a": 1}}), "body.properties.a"),
        (json!({"items": [true]}), "body.items"),
        (json!({"anyOf": []}), "body.anyOf"),
        (json!({"anyOf": {}}), "body.anyOf"),
        (json!({"enum": 1}), "body.enum"),
        (json!({"enum": [1], "const": 1}), "body.const"),
        (json!({"$ref": "#/$defs/none"}), "body.$ref"),
        (json!({"$ref": "other.json"}), "body.$ref"),
        (json!({"$ref": 1}), "body.$ref"),
        (json!({"$ref": "#"}), "body.$ref"),
        (json!({"patternProperties": {"(": true}}), "body.patternProperties"),
        (json!({"allOf": [{"$ref": "#"}]}), "body"),
        (json!({"anyOf": [{"not": {"$ref": "#"}}, true]}), "body"),
        (json!(1), "body"),
    ];
    for (schema, at) in cases {
        assert_eq!(Schema::compile(&schema, "body").unwrap_err().at, at, "{schema}");
    }
}

#[test]
fn does_not_depend_on_the_order_of_members_or_on_what_came_before() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}, "ab": {"type": "string"}, "q\"\n": {"type": "null"}},
        "required": ["a"], "additionalProperties": false});
    let schema = Schema::compile(&schema, "body").unwrap();
    let cases: &[(&str, &[&str])] = &[
        (r#"{"a":1,"ab":"x","q\"\n":null}"#, &[]),
        (r#"{"q\"\n":null,"ab":"x","a":1}"#, &[]),
        (r#"{ "ab" : "x" , "a" : 1 }"#, &[]),
        (r#"{"\u0061":1,"a\u0062":"x","q\u0022\u000a":null}"#, &[]),
        (r#"{"a":1}"#, &[]),
        (r#"{"ab":1,"q\"\n":0}"#, &["/ab type", "/q\"\n type", "/a required"]),
        (r#"{"abc":1,"a":1}"#, &["/abc additionalProperties"]),
        (r#"{"a":"","ab":"x","b":2}"#, &["/a type", "/b additionalProperties"]),
    ];
    for round in 0..3 {
        for first in cases {
            for (text, expected) in [first].into_iter().chain(cases) {
                let mut out = Vec::new();
                schema.validate_json(text.as_bytes(), JsonLimits::default(), &mut out).unwrap();
                let codes: Vec<String> = out.iter().map(|issue| format!("{} {}", issue.path, issue.code)).collect();
                assert_eq!(codes, *expected, "round {round}: {text}");
            }
            for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"ab":"","a":1}"#, r#"{"ab":"","\u0061b":""}"#] {
                let fault = schema.validate_json(text.as_bytes(), JsonLimits::default(), &mut Vec::new()).unwrap_err();
                assert_eq!(fault.kind, FaultKind::DuplicateKey, "{text}");
            }
        }
    }
}
