//! What TypeScript says about tokens: mirrors of `plan.ts`.

use serde::Deserialize;
use serde_json::Value;

/// `JwtPlan` of `plan.ts`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JwtPlan {
    /// Always `jwt`.
    pub kind: String,
    /// Names of RFC 7518 §3.1 and RFC 8037.
    pub algorithms: Vec<String>,
    /// A JWKS (RFC 7517 §5). Without any key every token is refused until [`super::JwtVerifier::set_keys`].
    pub jwks: Value,
    /// Exact `iss`.
    pub issuer: Option<String>,
    /// One of these must be in `aud`; `None` leaves `aud` unchecked.
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
