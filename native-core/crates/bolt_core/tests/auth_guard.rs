//! Guards on verified claims.
#![allow(clippy::unwrap_used, clippy::panic)]

mod auth_keys;

use auth_keys::{NOW, fresh, shared, token, with};
use bolt_core::auth::{Guard, GuardPlan};
use serde_json::{Value, json};

fn guard(claim: &str, one_of: Value) -> Result<Guard, String> {
    let plan: GuardPlan = serde_json::from_value(json!({ "claim": claim, "oneOf": one_of })).unwrap();
    Guard::compile(&plan, "routes[0].guards[0]").map_err(|error| error.at)
}

#[test]
fn lets_in_who_has_one_of_the_values() {
    let claims = json!({
        "exp": NOW + 60, "role": "admin", "level": 3, "verified": true, "roles": ["a", "b", 1], "empty": [], "none": null,
        "realm": { "access": { "roles": ["x"] }, "__proto__": 1 }, "https://example.com/roles": ["y"], "a.b": "flat", "a": { "b": "nested" },
        "nested": [["a"]]
    });
    let claims = shared().verify(token(&claims).as_bytes(), NOW).unwrap();
    for (claim, one_of, expected) in [
        ("role", json!(["admin"]), true),
        ("role", json!(["editor", "admin"]), true),
        ("role", json!(["Admin"]), false),
        ("role", json!(["adm"]), false),
        ("level", json!([3]), true),
        ("level", json!([3.0]), true),
        ("level", json!(["3"]), false),
        ("verified", json!([true]), true),
        ("verified", json!(["true", 1]), false),
        ("roles", json!(["b"]), true),
        ("roles", json!([1]), true),
        ("roles", json!(["c"]), false),
        ("empty", json!(["a"]), false),
        ("none", json!([false, 0, ""]), false),
        ("missing", json!([false, 0, ""]), false),
        ("realm.access.roles", json!(["x"]), true),
        ("realm.access", json!(["x"]), false),
        ("realm.access.roles.0", json!(["x"]), false),
        ("role.length", json!([5]), false),
        ("https://example.com/roles", json!(["y"]), true),
        ("a.b", json!(["flat"]), true),
        ("a.b", json!(["nested"]), false),
        ("nested", json!(["a"]), false),
        ("constructor", json!([true]), false),
        ("realm.__proto__", json!([1]), true),
        ("__proto__", json!([1]), false),
    ] {
        assert_eq!(guard(claim, one_of.clone()).unwrap().allows(&claims), expected, "{claim} {one_of}");
    }
}

#[test]
fn refuses_guards_that_say_nothing() {
    for (claim, one_of, at) in [
        ("", json!(["a"]), "routes[0].guards[0].claim"),
        ("a..b", json!(["a"]), "routes[0].guards[0].claim"),
        (".", json!(["a"]), "routes[0].guards[0].claim"),
        ("a", json!([]), "routes[0].guards[0].oneOf"),
        ("a", json!([null]), "routes[0].guards[0].oneOf"),
        ("a", json!([["b"]]), "routes[0].guards[0].oneOf"),
        ("a", json!([{}]), "routes[0].guards[0].oneOf"),
    ] {
        assert_eq!(guard(claim, one_of).unwrap_err(), at);
    }
}

#[test]
fn keeps_the_claims_as_they_were_signed() {
    let claims = shared().verify(token(&with(fresh(), "name", "é")).as_bytes(), NOW).unwrap();
    assert_eq!(serde_json::from_str::<Value>(claims.text()).unwrap(), with(fresh(), "name", "é"));
    assert_eq!(claims.clone().get("name"), Some(&json!("é")));
}
