//! Keys made for these tests only, and tokens signed or forged with them.
#![allow(dead_code, reason = "each test file uses some of it")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bolt_core::auth::{JwtPlan, JwtVerifier};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

/// The time at which the tests take place.
pub(crate) const NOW: u64 = 1_800_000_000;

/// Long enough for each hash.
pub(crate) const SECRET: &[u8; 64] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn keys() -> Value {
    serde_json::from_str(include_str!("keys.json")).unwrap()
}

/// The public key of a name, as a JWK.
pub(crate) fn public(name: &str) -> Value {
    keys()[name]["public"].clone()
}

/// The secret as a JWK.
pub(crate) fn secret() -> Value {
    json!({ "kty": "oct", "k": BASE64.encode(SECRET) })
}

/// A JWK with a member added.
pub(crate) fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

pub(crate) fn private(name: &str) -> EncodingKey {
    if name == "secret" {
        return EncodingKey::from_secret(SECRET);
    }
    let der = BASE64.decode(keys()[name]["private"].as_str().unwrap()).unwrap();
    match name {
        "p256" | "p384" => EncodingKey::from_ec_der(&der),
        "ed25519" => EncodingKey::from_ed_der(&der),
        _ => EncodingKey::from_rsa_der(&der),
    }
}

/// A plan with default settings.
pub(crate) fn plan(algorithms: &[&str], keys: Value) -> Value {
    json!({
        "kind": "jwt", "algorithms": algorithms, "jwks": { "keys": keys }, "issuer": null, "audience": null,
        "leeway": 0, "from": { "kind": "bearer" }, "required": []
    })
}

pub(crate) fn compile(plan: Value) -> Result<JwtVerifier, bolt_core::auth::CompileError> {
    let plan: JwtPlan = serde_json::from_value(plan).unwrap();
    JwtVerifier::compile(&plan, "auths[0]")
}

/// A verifier of HS256 tokens.
pub(crate) fn shared() -> JwtVerifier {
    compile(plan(&["HS256"], json!([secret()]))).unwrap()
}

pub(crate) fn encode(text: impl AsRef<[u8]>) -> String {
    BASE64.encode(text)
}

/// A token with any header and claims, as texts, rightly signed.
pub(crate) fn sign_text(header: &str, claims: &str, key: &str, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = crypto::sign(message.as_bytes(), &private(key), algorithm).unwrap();
    format!("{message}.{signature}")
}

/// An HS256 token.
pub(crate) fn token(claims: &Value) -> String {
    sign_text(r#"{"alg":"HS256","typ":"JWT"}"#, &claims.to_string(), "secret", Algorithm::HS256)
}

/// Claims that hold for a minute.
pub(crate) fn fresh() -> Value {
    json!({ "sub": "u1", "exp": NOW + 60 })
}
