//! Our validator against the `jsonschema` crate, on generated schemas and documents.
#![allow(clippy::unwrap_used, clippy::panic)]

mod dice;

use bolt_core::schema::{JsonLimits, Schema};
use serde_json::{Map, Value, json};

use dice::Dice;

impl Dice {
    fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len())].clone()
    }
}

const NAMES: [&str; 5] = ["a", "b", "ab", "x/y", "é"];
const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];

/// A value from a small world, so that schemas and documents meet often.
fn document(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => Value::Bool(dice.roll(2) == 0),
        2 => dice.one(&[json!(0), json!(1), json!(2), json!(3), json!(-1), json!(1.0), json!(10)]),
        3 => dice.one(&[json!(0.5), json!(1.5), json!(-0.25), json!(2.0), json!(0.3), json!(1e3)]),
        4 => json!(dice.one(&["", "a", "ab", "abc", "b1", "é😀", "2026-11-23", "127.0.0.1", "x\n\"y\""])),
        5 | 6 => (0..dice.roll(4)).map(|_| document(dice, depth - 1)).collect(),
        _ => {
            let mut members = Map::new();
            for _ in 0..dice.roll(4) {
                members.insert(dice.one(&NAMES).to_owned(), document(dice, depth - 1));
            }
            Value::Object(members)
        }
    }
}

/// A schema of up to three keywords, most of the time with a type that they speak about.
fn schema(dice: &mut Dice, depth: usize) -> Value {
    if depth == 0 {
        return match dice.roll(4) {
            0 => Value::Bool(dice.roll(5) > 0),
            1 => json!({ "$ref": format!("#/$defs/{}", dice.one(&["p", "q", "r"])) }),
            _ => json!({ "type": dice.one(&TYPES) }),
        };
    }
    let mut rules = Map::new();
    match dice.roll(4) {
        0 => drop(rules.insert("type".to_owned(), json!(dice.one(&TYPES)))),
        1 => drop(rules.insert("type".to_owned(), json!(["object", "array", dice.one(&["null", "string", "number"])]))),
        _ => {}
    }
    for _ in 0..dice.roll(4) {
        let (name, value) = keyword(dice, depth);
        rules.insert(name.to_owned(), value);
    }
    Value::Object(rules)
}

fn keyword(dice: &mut Dice, depth: usize) -> (&'static str, Value) {
    let mut inner = |dice: &mut Dice| schema(dice, depth - 1);
    let some = |dice: &mut Dice, inner: &mut dyn FnMut(&mut Dice) -> Value| -> Value {
        (0..=dice.roll(3)).map(|_| inner(dice)).collect()
    };
    match dice.roll(26) {
        0 | 1 => {
            let mut members = Map::new();
            for _ in 0..=dice.roll(3) {
                members.insert(dice.one(&NAMES).to_owned(), inner(dice));
            }
            ("properties", Value::Object(members))
        }
        2 => {
            let mut names: Vec<&str> = (0..dice.roll(3)).map(|_| dice.one(&NAMES)).collect();
            names.dedup();
            ("required", json!(names))
        }
        3 => ("additionalProperties", inner(dice)),
        4 => ("patternProperties", json!({ dice.one(&["^a", "b$", "x", "."]): inner(dice) })),
        5 => ("propertyNames", json!({ "maxLength": dice.roll(3) })),
        6 => ("propertyNames", json!({ "enum": ["a", "b"] })),
        7 => ("minProperties", json!(dice.roll(3))),
        8 => ("maxProperties", json!(dice.roll(3))),
        9 => ("items", inner(dice)),
        10 => ("prefixItems", some(dice, &mut inner)),
        11 => ("minItems", json!(dice.roll(3))),
        12 => ("maxItems", json!(dice.roll(3))),
        13 => ("uniqueItems", json!(dice.roll(3) > 0)),
        14 => dice.one(&[("minLength", json!(2)), ("maxLength", json!(2)), ("minLength", json!(1))]),
        15 => ("pattern", json!(dice.one(&["^a", "b$", "^[a-c]+$", "\\d", "^.{2}$"]))),
        16 => ("format", json!(dice.one(&["date", "ipv4", "uuid"]))),
        17 => dice.one(&[("minimum", json!(1)), ("maximum", json!(1)), ("minimum", json!(0.5))]),
        18 => dice.one(&[("exclusiveMinimum", json!(0)), ("exclusiveMaximum", json!(2))]),
        19 => ("multipleOf", dice.one(&[json!(1), json!(2), json!(0.5), json!(0.1)])),
        20 => ("enum", (0..=dice.roll(3)).map(|_| document(dice, 1)).collect()),
        21 => ("const", document(dice, 2)),
        22 => ("anyOf", some(dice, &mut inner)),
        23 => ("oneOf", some(dice, &mut inner)),
        24 => ("allOf", some(dice, &mut inner)),
        _ => ("not", inner(dice)),
    }
}

#[test]
fn agrees_with_the_jsonschema_crate() {
    let mut dice = Dice(42);
    let (mut cases, mut valid, mut schemas) = (0, 0, 0);
    while cases < 30_000 {
        let mut document_schema = schema(&mut dice, 3);
        let definitions = json!({ "p": schema(&mut dice, 2), "q": schema(&mut dice, 1), "r": schema(&mut dice, 1) });
        if let Some(rules) = document_schema.as_object_mut() {
            rules.insert("$defs".to_owned(), definitions);
        } else {
            continue;
        }
        let Ok(ours) = Schema::compile(&document_schema, "body") else {
            continue;
        };
        let theirs = jsonschema::options().should_validate_formats(true).build(&document_schema).unwrap();
        schemas += 1;
        for _ in 0..12 {
            let document = document(&mut dice, 3);
            let text =
                if dice.roll(2) == 0 { document.to_string() } else { serde_json::to_string_pretty(&document).unwrap() };
            let mut issues = Vec::new();
            ours.validate_json(text.as_bytes(), JsonLimits::default(), &mut issues).unwrap();
            let expected = theirs.is_valid(&document);
            assert_eq!(issues.is_empty(), expected, "{document_schema}\n{document}\n{issues:?}");
            for issue in &issues {
                assert!(points_into(&document, issue.path.as_str(), issue.code), "{document} {issue:?}");
            }
            cases += 1;
            valid += usize::from(expected);
        }
    }
    assert!(schemas > 2_000 && valid > cases / 10 && valid < cases * 9 / 10, "{valid} of {cases} valid shows little");
}

/// Whether a path leads to a value, or for a missing property to the object that lacks it.
fn points_into(document: &Value, path: &str, code: &str) -> bool {
    match path.rsplit_once('/') {
        Some((parent, _)) if code == "required" => document.pointer(parent).is_some_and(Value::is_object),
        _ => document.pointer(path).is_some(),
    }
}
