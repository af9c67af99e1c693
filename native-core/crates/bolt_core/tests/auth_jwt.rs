//! Signatures: tokens that must be accepted, and forged ones that must not.
#![allow(clippy::unwrap_used, clippy::panic)]

mod auth_keys;

use auth_keys::{NOW, compile, encode, fresh, plan, public, secret, shared, sign_text, token, with};
use bolt_core::auth::AuthFault;
use jsonwebtoken::Algorithm;
use serde_json::json;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn fault(token: impl AsRef<[u8]>) -> AuthFault {
    shared().verify(token.as_ref(), NOW).unwrap_err()
}

#[test]
fn verifies_each_algorithm() {
    for (name, key, algorithm) in [
        ("HS256", "secret", Algorithm::HS256),
        ("HS384", "secret", Algorithm::HS384),
        ("HS512", "secret", Algorithm::HS512),
        ("RS256", "rsa", Algorithm::RS256),
        ("RS384", "rsa", Algorithm::RS384),
        ("RS512", "rsa", Algorithm::RS512),
        ("PS256", "rsa", Algorithm::PS256),
        ("PS384", "rsa", Algorithm::PS384),
        ("PS512", "rsa", Algorithm::PS512),
        ("ES256", "p256", Algorithm::ES256),
        ("ES384", "p384", Algorithm::ES384),
        ("EdDSA", "ed25519", Algorithm::EdDSA),
    ] {
        let jwk = if key == "secret" { secret() } else { public(key) };
        let verifier = compile(plan(&[name], json!([jwk]))).unwrap();
        let token = sign_text(&json!({ "alg": name }).to_string(), &fresh().to_string(), key, algorithm);
        for _ in 0..2 {
            let claims = verifier.verify(token.as_bytes(), NOW).unwrap();
            assert_eq!(claims.text(), fresh().to_string(), "{name}");
        }
        let mut wrong = token.clone().into_bytes();
        let middle = token.rfind('.').unwrap() + 10;
        wrong[middle] = if wrong[middle] == b'A' { b'B' } else { b'A' };
        assert_eq!(verifier.verify(&wrong, NOW).unwrap_err(), AuthFault::Signature, "{name}");
    }
}

#[test]
fn refuses_the_algorithm_none() {
    let claims = encode(fresh().to_string());
    for name in ["none", "None", "NONE", "nOnE", "", "HS256 ", "hs256", "null"] {
        let header = encode(json!({ "alg": name }).to_string());
        for signature in ["", "AAAA"] {
            assert_eq!(fault(format!("{header}.{claims}.{signature}")), AuthFault::Algorithm, "{name:?}");
        }
    }
    for header in [r#"{"typ":"JWT"}"#, r#"{"alg":null}"#, r#"{"alg":1}"#, r#"{"alg":["HS256"]}"#, "{}"] {
        assert_eq!(
            fault(sign_text(header, &fresh().to_string(), "secret", Algorithm::HS256)),
            AuthFault::Algorithm,
            "{header}"
        );
    }
}

#[test]
fn never_uses_a_public_key_as_a_secret() {
    let jwk = public("rsa");
    let verifier = compile(plan(&["RS256"], json!([jwk]))).unwrap();
    let mixed = compile(plan(&["RS256", "HS256"], json!([jwk, secret()]))).unwrap();
    let modulus = jwk["n"].as_str().unwrap();
    for key in [modulus.as_bytes().to_vec(), jwk.to_string().into_bytes()] {
        let message = format!("{}.{}", encode(HEADER), encode(fresh().to_string()));
        let key = jsonwebtoken::EncodingKey::from_secret(&key);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
        let forged = format!("{message}.{signature}");
        assert_eq!(verifier.verify(forged.as_bytes(), NOW).unwrap_err(), AuthFault::Algorithm);
        assert_eq!(mixed.verify(forged.as_bytes(), NOW).unwrap_err(), AuthFault::Signature);
    }
}

#[test]
fn refuses_an_algorithm_that_was_not_pinned() {
    let verifier = compile(plan(&["HS256"], json!([secret()]))).unwrap();
    for (name, algorithm) in [("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)] {
        let token = sign_text(&json!({ "alg": name }).to_string(), &fresh().to_string(), "secret", algorithm);
        assert_eq!(verifier.verify(token.as_bytes(), NOW).unwrap_err(), AuthFault::Algorithm);
    }
    // The key says RS256, so PS256 is refused though the verifier knows it.
    let pinned = with(public("rsa"), "alg", "RS256");
    let verifier = compile(plan(&["RS256", "PS256"], json!([pinned]))).unwrap();
    let token = sign_text(r#"{"alg":"PS256"}"#, &fresh().to_string(), "rsa", Algorithm::PS256);
    assert_eq!(verifier.verify(token.as_bytes(), NOW).unwrap_err(), AuthFault::Key);
    // A header that claims another algorithm than the one that signed.
    let token = sign_text(r#"{"alg":"RS256"}"#, &fresh().to_string(), "rsa", Algorithm::PS256);
    assert_eq!(verifier.verify(token.as_bytes(), NOW).unwrap_err(), AuthFault::Signature);
}

#[test]
fn ignores_keys_that_the_token_brings() {
    for (name, value) in [
        ("jwk", secret()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ] {
        let header = with(json!({ "alg": "HS256" }), name, value);
        let signed = sign_text(&header.to_string(), &fresh().to_string(), "secret", Algorithm::HS256);
        assert!(shared().verify(signed.as_bytes(), NOW).is_ok(), "{name} is ignored");
    }
    let header = with(json!({ "alg": "RS256" }), "jwk", public("other_rsa"));
    let forged = sign_text(&header.to_string(), &fresh().to_string(), "other_rsa", Algorithm::RS256);
    let verifier = compile(plan(&["RS256"], json!([public("rsa")]))).unwrap();
    assert_eq!(verifier.verify(forged.as_bytes(), NOW).unwrap_err(), AuthFault::Signature);
}

#[test]
fn refuses_extensions_that_must_be_understood() {
    for header in [
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":null}"#,
        r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","b64":true}"#,
    ] {
        let signed = sign_text(header, &fresh().to_string(), "secret", Algorithm::HS256);
        assert_eq!(fault(signed), AuthFault::Critical, "{header}");
    }
}

#[test]
fn refuses_what_is_no_token() {
    let good = token(&fresh());
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let long = format!("{good}{}", "A".repeat(20_000));
    for text in [
        "",
        ".",
        "..",
        "...",
        "a",
        "a.b",
        "a.b.c",
        header,
        &format!("{header}.{claims}"),
        &format!(".{claims}.{signature}"),
        &format!("{good}.x"),
        &format!(".{good}"),
        &format!("x.{good}"),
        &long,
        &format!("{header}=.{claims}.{signature}"),
        &format!("{header}\n.{claims}.{signature}"),
        &format!(" {good}"),
        &format!("{}.{claims}.{signature}", encode("[]")),
        &format!("{}.{claims}.{signature}", encode("\"HS256\"")),
        &format!("{}.{claims}.{signature}", encode("{\"alg\":\"HS256\"")),
        &format!("{}.{claims}.{signature}", encode(b"\xff\xfe")),
        &format!("{}.{claims}.{signature}", encode(r#"{"alg":"none","alg":"HS256"}"#)),
        &format!("{}.{claims}.{signature}", encode(r#"{"alg":"HS256","kid":1}"#)),
        &format!("{}.{claims}.{signature}", encode(r#"{"alg":"HS256","kid":null}"#)),
    ] {
        assert_eq!(fault(text), AuthFault::Malformed, "{text:?}");
    }
    assert_eq!(fault([b"\xff.\xff.\xff".as_slice(), good.as_bytes()].concat()), AuthFault::Malformed);
    for text in [
        format!("{header}.{claims}."),
        format!("{header}..{signature}"),
        format!("{header}.{claims}.{signature}="),
        format!("{header}.{claims}.{signature}=="),
        format!("{header}.{claims}.{signature}A"),
        format!("{header}.{claims}.{}", &signature[..signature.len() - 1]),
        format!("{header}.{claims}.{signature} "),
        format!("{header}.{claims}.+{}", &signature[1..]),
        format!("{header}.{claims}=.{signature}"),
        format!("{header}.{}.{signature}", encode("{}")),
    ] {
        assert_eq!(fault(&text), AuthFault::Signature, "{text}");
    }
}

#[test]
fn accepts_one_writing_of_a_signature_only() {
    // The last character of 43 carries two bits that no byte uses; another writing of the same bytes must not pass.
    let good = token(&fresh());
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let passing = alphabet.chars().filter(|&last| {
        let text = format!("{}{last}", &good[..good.len() - 1]);
        shared().verify(text.as_bytes(), NOW).is_ok()
    });
    assert_eq!(passing.count(), 1);
}

#[test]
fn refuses_claims_that_are_rightly_signed_but_no_plain_object() {
    for claims in [
        "[]",
        "1",
        "null",
        "\"a\"",
        "{",
        "{\"exp\":1}}",
        "{\"exp\":9999999999,\"exp\":1}",
        "{\"sub\":\"a\",\"sub\":\"b\",\"exp\":9999999999}",
        "{\"exp\":9999999999,\"a\":\"\\ud800\"}",
        "\u{feff}{\"exp\":9999999999}",
        "{\"exp\":1e999}",
        "{\"exp\":9999999999,}",
        "",
        "{\"ex\\u0070\":9999999999,\"exp\":1}",
    ] {
        assert_eq!(fault(sign_text(HEADER, claims, "secret", Algorithm::HS256)), AuthFault::Malformed, "{claims}");
    }
    let deep = format!("{{\"exp\":9999999999,\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    assert_eq!(fault(sign_text(HEADER, &deep, "secret", Algorithm::HS256)), AuthFault::Malformed);
}

#[test]
fn survives_any_bytes() {
    let verifier = shared();
    let good = token(&fresh()).into_bytes();
    let mut state = 9u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for _ in 0..5_000 {
        let mut bytes = good.clone();
        for _ in 0..=next() % 3 {
            let at = next() % bytes.len();
            match next() % 3 {
                0 => bytes[at] = next() as u8,
                1 => bytes.truncate(at + 1),
                _ => bytes.insert(at, b"._-=\0A"[next() % 6]),
            }
        }
        assert!(verifier.verify(&bytes, NOW).is_err() || bytes == good);
    }
}
