//! Claims of rightly signed tokens: times, issuer, audience, presence.
#![allow(clippy::unwrap_used, clippy::panic)]

mod auth_keys;

use auth_keys::{NOW, compile, fresh, plan, secret, shared, token, with};
use bolt_core::auth::AuthFault;
use serde_json::{Value, json};

/// The verdict on claims that are rightly signed, under a plan with one setting changed.
fn judge(claims: &Value, setting: &str, value: Value) -> Result<(), AuthFault> {
    let verifier = compile(with(plan(&["HS256"], json!([secret()])), setting, value)).unwrap();
    verifier.verify(token(claims).as_bytes(), NOW).map(drop)
}

#[test]
fn checks_the_times() {
    let now = i64::try_from(NOW).unwrap();
    let cases = [
        (json!({ "exp": now + 1 }), Ok(())),
        (json!({ "exp": now }), Err(AuthFault::Expired)),
        (json!({ "exp": now - 1 }), Err(AuthFault::Expired)),
        (json!({ "exp": now as f64 + 0.5 }), Ok(())),
        (json!({ "exp": now as f64 - 0.5 }), Err(AuthFault::Expired)),
        (json!({ "exp": 0 }), Err(AuthFault::Expired)),
        (json!({ "exp": -1 }), Err(AuthFault::Expired)),
        (json!({ "exp": 1e300 }), Ok(())),
        (json!({ "exp": u64::MAX }), Ok(())),
        (json!({ "exp": i64::MIN }), Err(AuthFault::Expired)),
        (json!({ "exp": (now + 60).to_string() }), Err(AuthFault::Claim)),
        (json!({ "exp": null }), Err(AuthFault::Claim)),
        (json!({ "exp": true }), Err(AuthFault::Claim)),
        (json!({ "exp": [now + 60] }), Err(AuthFault::Claim)),
        (json!({}), Err(AuthFault::Claim)),
        (json!({ "Exp": now + 60 }), Err(AuthFault::Claim)),
        (json!({ "exp": now + 60, "nbf": now }), Ok(())),
        (json!({ "exp": now + 60, "nbf": now + 1 }), Err(AuthFault::NotYet)),
        (json!({ "exp": now + 60, "nbf": now as f64 + 0.5 }), Err(AuthFault::NotYet)),
        (json!({ "exp": now + 60, "nbf": "0" }), Err(AuthFault::Claim)),
        (json!({ "exp": now + 60, "nbf": null }), Err(AuthFault::Claim)),
        (json!({ "exp": now + 60, "nbf": -1 }), Ok(())),
    ];
    for (claims, expected) in cases {
        assert_eq!(judge(&claims, "leeway", json!(0)), expected, "{claims}");
    }
    assert_eq!(judge(&json!({ "exp": now - 29 }), "leeway", json!(30)), Ok(()));
    assert_eq!(judge(&json!({ "exp": now - 30 }), "leeway", json!(30)), Err(AuthFault::Expired));
    assert_eq!(judge(&json!({ "exp": now + 60, "nbf": now + 30 }), "leeway", json!(30)), Ok(()));
    assert_eq!(judge(&json!({ "exp": now + 60, "nbf": now + 31 }), "leeway", json!(30)), Err(AuthFault::NotYet));
}

#[test]
fn checks_issuer_audience_and_presence() {
    let claims = |name: &str, value: Value| with(fresh(), name, value);
    let cases = [
        ("issuer", json!("https://id"), claims("iss", json!("https://id")), Ok(())),
        ("issuer", json!("https://id"), claims("iss", json!("https://id/")), Err(AuthFault::Issuer)),
        ("issuer", json!("https://id"), claims("iss", json!(["https://id"])), Err(AuthFault::Issuer)),
        ("issuer", json!("https://id"), fresh(), Err(AuthFault::Issuer)),
        ("audience", json!(["api"]), claims("aud", json!("api")), Ok(())),
        ("audience", json!(["api", "b"]), claims("aud", json!(["a", "b"])), Ok(())),
        ("audience", json!(["api"]), claims("aud", json!(["a", "b"])), Err(AuthFault::Audience)),
        ("audience", json!(["api"]), claims("aud", json!(["api", 1])), Err(AuthFault::Audience)),
        ("audience", json!(["api"]), claims("aud", json!([])), Err(AuthFault::Audience)),
        ("audience", json!(["api"]), claims("aud", json!("API")), Err(AuthFault::Audience)),
        ("audience", json!(["api"]), claims("aud", json!({"api": true})), Err(AuthFault::Audience)),
        ("audience", json!(["api"]), fresh(), Err(AuthFault::Audience)),
        ("audience", json!(null), claims("aud", json!("other")), Ok(())),
        ("required", json!(["sub"]), fresh(), Ok(())),
        ("required", json!(["sub", "role"]), fresh(), Err(AuthFault::Claim)),
        ("required", json!(["role"]), claims("role", json!(null)), Err(AuthFault::Claim)),
        ("required", json!(["__proto__"]), fresh(), Err(AuthFault::Claim)),
    ];
    for (setting, value, claims, expected) in cases {
        assert_eq!(judge(&claims, setting, value.clone()), expected, "{setting} {value} {claims}");
    }
}

#[test]
fn checks_the_times_of_a_known_token_again() {
    let verifier = shared();
    let token = token(&json!({ "exp": NOW + 60, "nbf": NOW }));
    assert!(verifier.verify(token.as_bytes(), NOW).is_ok());
    assert_eq!(verifier.verify(token.as_bytes(), NOW + 60).unwrap_err(), AuthFault::Expired);
    assert_eq!(verifier.verify(token.as_bytes(), NOW - 1).unwrap_err(), AuthFault::NotYet);
    assert!(verifier.verify(token.as_bytes(), NOW).is_ok());
    let mut other = token.into_bytes();
    other.push(b'A');
    assert_eq!(verifier.verify(&other, NOW).unwrap_err(), AuthFault::Signature);
}

#[test]
fn keeps_verifying_when_more_tokens_come_than_are_remembered() {
    let verifier = shared();
    let tokens: Vec<String> = (0..3000).map(|id| token(&with(fresh(), "sub", id))).collect();
    for round in 0..2 {
        for (id, token) in tokens.iter().enumerate() {
            let claims = verifier.verify(token.as_bytes(), NOW).unwrap();
            assert_eq!(claims.get("sub"), Some(&json!(id)), "round {round}");
        }
    }
}
