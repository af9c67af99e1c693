//! A JSON text violates a schema exactly when the `jsonschema` crate says so.

use std::sync::OnceLock;

use bolt_core::schema::{JsonLimits, Schema};
use serde_json::{Value, json};

pub(super) fn check(input: &[u8]) {
    static PAIRS: OnceLock<Vec<(Schema, jsonschema::Validator, Value)>> = OnceLock::new();
    for (ours, theirs, document) in PAIRS.get_or_init(pairs) {
        let mut issues = Vec::new();
        if ours.validate_json(input, JsonLimits::default(), &mut issues).is_err() {
            return;
        }
        let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
        // Beyond 2^53 a number is another one for whoever reads doubles; the two draw the line differently.
        if has_odd_number(&value) {
            return;
        }
        assert_eq!(issues.is_empty(), theirs.is_valid(&value), "{document}\n{value}\n{issues:?}");
        for issue in &issues {
            let parent = issue.path.rsplit_once('/').map_or("", |(parent, _)| parent);
            assert!(value.pointer(&issue.path).or_else(|| value.pointer(parent)).is_some(), "{issue:?}");
        }
    }
}

fn has_odd_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|number| number.abs() >= 9e15 || number.abs() < 1e-9),
        Value::Array(members) => members.iter().any(has_odd_number),
        Value::Object(members) => members.values().any(has_odd_number),
        _ => false,
    }
}

fn pairs() -> Vec<(Schema, jsonschema::Validator, Value)> {
    let documents = [
        json!({ "type": "object", "properties": {
            "a": { "type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-c]+$" },
            "b": { "type": "integer", "minimum": -3, "maximum": 10, "multipleOf": 2 },
            "c": { "type": "array", "items": { "type": ["number", "null"] }, "uniqueItems": true, "maxItems": 3 },
            "d": { "enum": ["x", 1, null, { "y": [1] }] } }, "required": ["a"], "additionalProperties": false }),
        json!({ "anyOf": [{ "type": "string", "format": "uuid" }, { "type": "string", "format": "date-time" },
            { "type": "string", "format": "ipv4" }, { "type": "array", "prefixItems": [{ "const": 1 }], "minItems": 1 }] }),
        json!({ "$defs": { "t": { "type": "object", "properties": { "l": { "$ref": "#/$defs/t" }, "r": { "$ref": "#/$defs/t" } },
            "additionalProperties": { "type": "boolean" }, "maxProperties": 3 } }, "$ref": "#/$defs/t" }),
        json!({ "oneOf": [{ "type": "number", "exclusiveMinimum": 0 }, { "type": "integer" }, { "type": "string", "maxLength": 1 }] }),
        json!({ "not": { "type": "object", "required": ["x"] }, "propertyNames": { "maxLength": 2 }, "minProperties": 1 }),
    ];
    documents.into_iter().map(pair).collect()
}

fn pair(document: Value) -> (Schema, jsonschema::Validator, Value) {
    let theirs = jsonschema::options().should_validate_formats(true).build(&document);
    match (Schema::compile(&document, "body"), theirs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs, document),
        (ours, theirs) => panic!("{document}: {:?} {:?}", ours.err(), theirs.err()),
    }
}
