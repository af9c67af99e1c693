//! Keys and settings of a verifier: chosen, replaced, refused.
#![allow(clippy::unwrap_used, clippy::panic)]

mod auth_keys;

use auth_keys::{NOW, SECRET, compile, encode, fresh, plan, public, secret, sign_text, token, with};
use bolt_core::auth::{AuthFault, TokenSource};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

#[test]
fn selects_the_key_by_its_id() {
    let keys = json!([with(public("rsa"), "kid", "1"), with(public("other_rsa"), "kid", "2")]);
    let verifier = compile(plan(&["RS256"], keys)).unwrap();
    let verdict = |header: Value, key: &str| {
        let token = sign_text(&header.to_string(), &fresh().to_string(), key, Algorithm::RS256);
        verifier.verify(token.as_bytes(), NOW).map(drop)
    };
    let header = |kid: &str| json!({ "alg": "RS256", "kid": kid });
    assert_eq!(verdict(header("1"), "rsa"), Ok(()));
    assert_eq!(verdict(header("2"), "other_rsa"), Ok(()));
    assert_eq!(verdict(header("2"), "rsa"), Err(AuthFault::Signature));
    for kid in ["3", "", "1 ", "../../dev/null", "1' OR '1'='1", "\u{0}", "1\n"] {
        assert_eq!(verdict(header(kid), "rsa"), Err(AuthFault::Key), "{kid:?}");
    }
    assert_eq!(verdict(json!({ "alg": "RS256" }), "other_rsa"), Ok(()));
}

#[test]
fn forgets_old_keys_and_what_they_signed() {
    let mut verifier = compile(plan(&["RS256"], json!([public("rsa")]))).unwrap();
    let sign = |key: &str| sign_text(r#"{"alg":"RS256"}"#, &fresh().to_string(), key, Algorithm::RS256);
    let (old, new) = (sign("rsa"), sign("other_rsa"));
    assert!(verifier.verify(old.as_bytes(), NOW).is_ok());
    assert_eq!(verifier.verify(new.as_bytes(), NOW).unwrap_err(), AuthFault::Signature);
    assert!(verifier.set_keys("{\"keys\":[{}]}", "auths[0]").is_err());
    assert!(verifier.set_keys("nonsense", "auths[0]").is_err());
    assert!(verifier.verify(old.as_bytes(), NOW).is_ok(), "refused keys change nothing");
    verifier.set_keys(&json!({ "keys": [public("other_rsa")] }).to_string(), "auths[0]").unwrap();
    assert_eq!(verifier.verify(old.as_bytes(), NOW).unwrap_err(), AuthFault::Signature);
    assert!(verifier.verify(new.as_bytes(), NOW).is_ok());
    verifier.set_keys("{\"keys\":[]}", "auths[0]").unwrap();
    assert_eq!(verifier.verify(new.as_bytes(), NOW).unwrap_err(), AuthFault::Key);
}

#[test]
fn refuses_settings_that_could_let_in_more_than_meant() {
    let short = |length: usize| json!({ "kty": "oct", "k": encode(&SECRET[..length]) });
    let rsa = public("rsa");
    let base = |algorithms: &[&str], jwk: Value| plan(algorithms, json!([jwk]));
    let cases = [
        (base(&[], secret()), "auths[0].algorithms"),
        (base(&["none"], secret()), "auths[0].algorithms"),
        (base(&["hs256"], secret()), "auths[0].algorithms"),
        (base(&["HS256", "RS1"], secret()), "auths[0].algorithms"),
        (base(&["ES512"], secret()), "auths[0].algorithms"),
        (base(&["HS256"], short(31)), "auths[0].jwks.keys[0].k"),
        (base(&["HS256", "HS512"], short(32)), "auths[0].jwks.keys[0].k"),
        (base(&["HS256"], json!({ "kty": "oct", "k": "" })), "auths[0].jwks.keys[0].k"),
        (base(&["HS256"], json!({ "kty": "oct", "k": "not base64!" })), "auths[0].jwks.keys[0].k"),
        (base(&["HS256"], json!({ "kty": "oct" })), "auths[0].jwks.keys[0].k"),
        (base(&["HS256"], json!({ "kty": "oct", "k": 1 })), "auths[0].jwks.keys[0].k"),
        (base(&["HS256"], json!({})), "auths[0].jwks.keys[0].kty"),
        (base(&["HS256"], json!("secret")), "auths[0].jwks.keys[0]"),
        (base(&["HS256"], rsa.clone()), "auths[0].jwks"),
        (base(&["RS256"], secret()), "auths[0].jwks"),
        (base(&["RS256"], with(rsa.clone(), "use", "enc")), "auths[0].jwks"),
        (base(&["RS256"], with(rsa.clone(), "key_ops", json!(["encrypt"]))), "auths[0].jwks"),
        (base(&["RS256"], with(rsa.clone(), "alg", "RSA-OAEP")), "auths[0].jwks"),
        (base(&["RS256"], with(rsa.clone(), "alg", "PS256")), "auths[0].jwks"),
        (base(&["RS256"], public("small_rsa")), "auths[0].jwks.keys[0].n"),
        (base(&["RS256"], with(rsa.clone(), "n", "AA")), "auths[0].jwks.keys[0].n"),
        (base(&["RS256"], with(rsa.clone(), "n", encode([0xfe; 256]))), "auths[0].jwks.keys[0].n"),
        (base(&["RS256"], with(rsa.clone(), "e", "AQ")), "auths[0].jwks.keys[0].e"),
        (base(&["RS256"], with(rsa.clone(), "e", "AAI")), "auths[0].jwks.keys[0].e"),
        (base(&["RS256"], with(rsa.clone(), "kid", 1)), "auths[0].jwks.keys[0].kid"),
        (base(&["ES256"], with(public("p256"), "x", encode([1; 32]))), "auths[0].jwks.keys[0].kty"),
        (base(&["ES256"], with(public("p256"), "x", encode([1; 31]))), "auths[0].jwks.keys[0].x"),
        (base(&["ES256"], public("p384")), "auths[0].jwks"),
        (base(&["EdDSA"], with(public("ed25519"), "x", "AAAA")), "auths[0].jwks.keys[0].x"),
        (base(&["EdDSA"], with(public("ed25519"), "crv", "Ed448")), "auths[0].jwks"),
        (with(base(&["HS256"], secret()), "audience", json!([])), "auths[0].audience"),
        (with(base(&["HS256"], secret()), "kind", "paseto"), "auths[0].kind"),
        (with(base(&["HS256"], secret()), "jwks", json!({})), "auths[0].jwks"),
        (with(base(&["HS256"], secret()), "jwks", json!({ "keys": {} })), "auths[0].jwks"),
        (with(base(&["HS256"], secret()), "from", json!({ "kind": "cookie", "name": "" })), "auths[0].from.name"),
        (plan(&["HS256"], vec![secret(); 65].into()), "auths[0].jwks"),
    ];
    for (plan, at) in cases {
        assert_eq!(compile(plan.clone()).unwrap_err().at, at, "{plan}");
    }
    for unknown in [
        with(plan(&["HS256"], json!([])), "isuer", "x"),
        with(plan(&["HS256"], json!([])), "from", json!({ "kind": "query" })),
    ] {
        assert!(serde_json::from_value::<bolt_core::auth::JwtPlan>(unknown).is_err());
    }
}

#[test]
fn refuses_every_token_until_there_are_keys() {
    let cookie = json!({ "kind": "cookie", "name": "session" });
    let mut verifier = compile(with(plan(&["HS256"], json!([])), "from", cookie)).unwrap();
    assert_eq!(*verifier.source(), TokenSource::Cookie { name: "session".to_owned() });
    assert_eq!(verifier.verify(token(&fresh()).as_bytes(), NOW).unwrap_err(), AuthFault::Key);
    verifier.set_keys(&json!({ "keys": [secret()] }).to_string(), "auths[0]").unwrap();
    assert!(verifier.verify(token(&fresh()).as_bytes(), NOW).is_ok());
}
