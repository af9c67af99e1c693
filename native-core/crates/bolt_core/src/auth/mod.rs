//! Verification of tokens and guards on their claims.
//!
//! Pure: the time is given, keys are given, nothing is fetched. A verifier is compiled from its [`JwtPlan`] once; whatever could make
//! it accept more than was meant (bad key, unknown algorithm, short secret) fails there.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

pub use crate::schema::CompileError;

/// `JwtPlan` of `plan.ts`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JwtPlan {
    /// Always `jwt`.
    pub kind: String,
    /// Names of RFC 7518 §3.1 and RFC 8037.
    pub algorithms: Vec<String>,
    /// A JWKS (RFC 7517 §5).
    pub jwks: Value,
    /// Exact `iss`.
    pub issuer: Option<String>,
    /// One of these must be in `aud`.
    pub audience: Option<Vec<String>>,
    /// Tolerated clock difference, seconds.
    pub leeway: u64,
    /// Where the token is.
    pub from: TokenSource,
    /// Claims that must be present, besides `exp`.
    pub required: Vec<String>,
}

/// `TokenSource` of `plan.ts`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum TokenSource {
    /// `Authorization: Bearer …` (RFC 6750 §2.1).
    Bearer {},
    /// A cookie of this name (RFC 6265).
    Cookie {
        /// Case-sensitive.
        name: String,
    },
}

/// `GuardPlan` of `plan.ts`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardPlan {
    /// Dotted path of a claim.
    pub claim: String,
    /// The claim, or one member of an array claim, must equal one of these strings, numbers or booleans.
    pub one_of: Vec<Value>,
}

/// Why a token was refused. For logs and tests: the client only learns `invalid_token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthFault {
    /// Not three base64url parts of JSON objects, or longer than 16 KiB.
    Malformed,
    /// An algorithm that this verifier does not allow, `none` among them.
    Algorithm,
    /// A `crit` header: an extension that must be understood (RFC 7515 §4.1.11).
    Critical,
    /// No key fits the header.
    Key,
    /// The signature is wrong.
    Signature,
    /// `exp` has passed.
    Expired,
    /// `nbf` lies ahead.
    NotYet,
    /// Wrong `iss`.
    Issuer,
    /// Wrong `aud`.
    Audience,
    /// A claim that must be there is missing or of the wrong type.
    Claim,
}

/// Verified claims; cheap to clone.
#[derive(Debug, Clone)]
pub struct Claims(Arc<(String, Value)>);

impl Claims {
    /// The claims as the JSON text that was signed.
    pub fn text(&self) -> &str {
        &self.0.0
    }

    /// The claim at a dotted path.
    pub fn get(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.0.1, |value, name| value.get(name))
    }
}

/// A requirement on claims.
#[derive(Debug)]
pub struct Guard {}

impl Guard {
    /// Compiles a guard.
    ///
    /// # Errors
    /// An empty path or list, or a value that is no string, number or boolean.
    pub fn compile(plan: &GuardPlan, at: &str) -> Result<Self, CompileError> {
        todo!("{plan:?} {at}")
    }

    /// Whether the claims satisfy it; a missing claim does not.
    pub fn allows(&self, claims: &Claims) -> bool {
        todo!("{claims:?}")
    }
}

/// Verifies JWTs (RFC 7519, RFC 8725) with pinned algorithms.
#[derive(Debug)]
pub struct JwtVerifier {}

impl JwtVerifier {
    /// Compiles a verifier.
    ///
    /// # Errors
    /// Unknown or no algorithm, no key, a key that cannot be read, is too short or fits none of the algorithms.
    pub fn compile(plan: &JwtPlan, at: &str) -> Result<Self, CompileError> {
        todo!("{plan:?} {at}")
    }

    /// Replaces all keys by those of a JWKS text and forgets what was verified with the old ones.
    ///
    /// # Errors
    /// As [`JwtVerifier::compile`]; then the old keys stay.
    pub fn set_keys(&mut self, jwks: &str, at: &str) -> Result<(), CompileError> {
        todo!("{jwks} {at}")
    }

    /// Where its tokens are.
    pub fn source(&self) -> &TokenSource {
        todo!()
    }

    /// Verifies a token at a time in seconds since 1970.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn verify(&self, token: &[u8], now: u64) -> Result<Claims, AuthFault> {
        todo!("{token:?} {now}")
    }
}

/// The token of an `Authorization` field value, if its scheme is Bearer (in any case).
pub fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    todo!("{authorization:?}")
}

/// The first cookie of this name in a `Cookie` field value, without enclosing double quotes.
pub fn cookie<'h>(field: &'h [u8], name: &str) -> Option<&'h [u8]> {
    todo!("{field:?} {name}")
}

/// All cookies of a `Cookie` field value, in order; malformed pairs are left out.
pub fn cookies(field: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let _ = field;
    std::iter::empty()
}
