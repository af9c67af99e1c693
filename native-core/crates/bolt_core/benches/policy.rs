//! Nanoseconds of one validation, one coercion, one token, one file. Prints, asserts nothing about time:
//! `cargo bench -p bolt_core --bench policy`.
#![allow(clippy::unwrap_used, clippy::panic)]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::hint::black_box;
use std::time::Instant;

use bolt_core::auth::{JwtPlan, JwtVerifier};
use bolt_core::schema::{JsonLimits, Part, Place, Schema};
use bolt_core::static_files::{FileRequest, StaticFolder};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

/// The best of several rounds, which is what the code costs when nothing else runs.
fn measure(name: &str, mut work: impl FnMut()) {
    let mut best = f64::INFINITY;
    for _ in 0..30 {
        let start = Instant::now();
        for _ in 0..2_000 {
            work();
        }
        best = best.min(start.elapsed().as_secs_f64() / 2_000.0);
    }
    println!("{name:<44} {:>8.0} ns", best * 1e9);
}

/// An order of 828 bytes: a nested object, a list of eight, formats.
fn order() -> Value {
    let item = |n: usize| json!({ "sku": format!("SKU-{n:06}"), "quantity": n + 1, "price": 19.99, "gift": n.is_multiple_of(2) });
    json!({
        "id": "9b2cf4b3-1a5a-4c1e-9f1e-0d4f3c6b7a89",
        "email": "ada.lovelace@example.com",
        "createdAt": "2026-11-23T09:53:23.123Z",
        "customer": {
            "name": "Ada Lovelace",
            "address": { "street": "12 St James's Square", "city": "London", "zip": "SW1Y 4LB", "country": "GB" }
        },
        "items": (0..8).map(item).collect::<Value>(),
        "note": "Please ring twice, the bell is old.",
        "coupon": null
    })
}

fn order_schema() -> Value {
    let text = |min: usize, max: usize| json!({ "type": "string", "minLength": min, "maxLength": max });
    let object = |properties: Value| {
        let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
        json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
    };
    let uuid = "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$";
    let email =
        r"^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";
    let address =
        object(json!({ "street": text(1, 100), "city": text(1, 100), "zip": text(3, 12), "country": text(2, 2) }));
    let item = object(json!({
        "sku": { "type": "string", "pattern": "^SKU-\\d{6}$" },
        "quantity": { "type": "integer", "exclusiveMinimum": 0, "maximum": 9_007_199_254_740_991_u64 },
        "price": { "type": "number", "minimum": 0 },
        "gift": { "type": "boolean" }
    }));
    object(json!({
        "id": { "type": "string", "format": "uuid", "pattern": uuid },
        "email": { "type": "string", "format": "email", "pattern": email },
        "createdAt": { "type": "string", "format": "date-time" },
        "customer": object(json!({ "name": text(1, 100), "address": address })),
        "items": { "type": "array", "items": item, "minItems": 1, "maxItems": 100 },
        "note": text(0, 500),
        "coupon": { "anyOf": [text(4, 20), { "type": "null" }] }
    }))
}

fn validation() {
    let schema = Schema::compile(&order_schema(), "body").unwrap();
    let mut body = order().to_string();
    // Padded to the size of the design's figures.
    let missing = 828usize.saturating_sub(body.len());
    body = body.replace("is old.", &format!("is old.{}", "!".repeat(missing)));
    let mut issues = Vec::new();
    schema.validate_json(body.as_bytes(), JsonLimits::default(), &mut issues).unwrap();
    assert_eq!(issues, []);
    println!("body of {} bytes", body.len());
    measure("validate: valid", || {
        schema.validate_json(black_box(body.as_bytes()), JsonLimits::default(), &mut issues).unwrap();
    });
    let invalid = body.replace("19.99", "\"19.99\"");
    measure("validate: eight wrong types", || {
        issues.clear();
        schema.validate_json(black_box(invalid.as_bytes()), JsonLimits::default(), &mut issues).unwrap();
    });
    let idle = Schema::compile(&json!(true), "body").unwrap();
    measure("validate: grammar only", || {
        idle.validate_json(black_box(body.as_bytes()), JsonLimits::default(), &mut issues).unwrap();
    });
    measure("serde_json to a DOM", || {
        black_box(serde_json::from_slice::<Value>(black_box(body.as_bytes())).unwrap());
    });
    measure("serde_json, nothing kept", || {
        serde_json::from_slice::<serde::de::IgnoredAny>(black_box(body.as_bytes())).unwrap();
    });
    let union = json!({ "oneOf": [
        { "type": "object", "properties": { "kind": { "const": "none" } }, "required": ["kind"] },
        order_schema()
    ] });
    let union = Schema::compile(&union, "body").unwrap();
    issues.clear();
    measure("validate: second branch of a union", || {
        union.validate_json(black_box(body.as_bytes()), JsonLimits::default(), &mut issues).unwrap();
    });
    assert_eq!(issues, []);
}

fn coercion() {
    let schema = json!({ "type": "object", "properties": {
        "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 20 },
        "cursor": { "type": "string", "maxLength": 64 },
        "open": { "type": "boolean" }
    } });
    let names = ["limit", "cursor", "open"].map(str::to_owned);
    let part = Part::compile(&schema, &names, Place::Query, "query").unwrap();
    let given = [("limit", "50"), ("open", "true")];
    let mut issues = Vec::new();
    measure("coerce: three query values", || {
        let mut inputs = Vec::with_capacity(3);
        part.coerce(black_box(&given), &mut inputs, &mut issues);
        black_box(inputs);
    });
}

fn tokens() {
    let secret = b"0123456789abcdef0123456789abcdef";
    let key = json!({ "kty": "oct", "k": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY" });
    let plan = json!({
        "kind": "jwt", "algorithms": ["HS256"], "jwks": { "keys": [key] }, "issuer": "https://id.example", "audience": ["api"],
        "leeway": 0, "from": { "kind": "bearer" }, "required": []
    });
    let plan: JwtPlan = serde_json::from_value(plan).unwrap();
    let claims = |id: usize| json!({ "sub": format!("user-{id:08}"), "iss": "https://id.example", "aud": "api", "role": "editor", "iat": 1, "exp": 2_000_000_000 });
    let sign = |id| jsonwebtoken::encode(&Header::default(), &claims(id), &EncodingKey::from_secret(secret)).unwrap();
    let verifier = JwtVerifier::compile(&plan, "auths[0]").unwrap();
    let known = sign(0);
    measure("verify: HS256, known", || {
        black_box(verifier.verify(black_box(known.as_bytes()), 1_000).unwrap());
    });
    let fresh: Vec<String> = (1..5_000).map(sign).collect();
    let mut next = fresh.iter().cycle();
    measure("verify: HS256, new", || {
        black_box(verifier.verify(next.next().unwrap().as_bytes(), 1_000).unwrap());
    });
    measure("verify: expired", || {
        black_box(verifier.verify(black_box(known.as_bytes()), 3_000_000_000).unwrap_err());
    });
}

fn files() {
    let folder = std::env::temp_dir().join(format!("bolt-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("app.js"), "x".repeat(4096)).unwrap();
    let served = StaticFolder::open(folder.to_str().unwrap(), "public, max-age=3600", None, "routes[0]").unwrap();
    let request = FileRequest { path: "app.js", ..FileRequest::default() };
    measure("file of 4 KiB, known", || {
        black_box(served.answer(black_box(&request)));
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

fn main() {
    validation();
    coercion();
    tokens();
    files();
}
