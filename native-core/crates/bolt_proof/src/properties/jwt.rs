//! No token is taken but those that were signed, and none makes the verifier panic.

use bolt_core::auth::{JwtPlan, JwtVerifier};
use serde_json::json;

/// Signed with the secret below, without end; whoever finds another one that is taken has found a hole.
const SIGNED: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.ujzM5ICigvGoXpeURaryXU1qAnNUrssdLmFSl8OD-dU";

thread_local! {
    static VERIFIER: JwtVerifier = verifier_of_secret();
}

pub(super) fn check(input: &[u8]) {
    if let Ok(claims) = VERIFIER.with(|verifier| verifier.verify(input, 1_800_000_000)) {
        assert_eq!(input, SIGNED.as_bytes(), "a forged token was taken: {}", claims.text());
    }
}

fn verifier_of_secret() -> JwtVerifier {
    let secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg";
    let plan = json!({
        "kind": "jwt", "algorithms": ["HS256", "HS512"], "jwks": { "keys": [{ "kty": "oct", "k": secret }] }, "issuer": null,
        "audience": null, "leeway": 0, "from": { "kind": "bearer" }, "required": []
    });
    match serde_json::from_value::<JwtPlan>(plan).map(|plan| JwtVerifier::compile(&plan, "auths[0]")) {
        Ok(Ok(verifier)) => verifier,
        other => panic!("{other:?}"),
    }
}
