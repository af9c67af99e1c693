//! Verification of tokens and guards on their claims.
//!
//! Pure: the time is given, keys are given, nothing is fetched. A verifier is compiled from its [`JwtPlan`] once; whatever could make
//! it accept more than was meant (bad key, unknown algorithm, short secret) fails there.

mod algorithm;
mod cache;
mod claims;
mod key;
mod plan;
mod source;
mod token;
mod verifier;

pub use claims::{Claims, Guard};
pub use plan::{GuardPlan, JwtPlan, TokenSource};
pub use source::{bearer, cookie, cookies};
pub use verifier::JwtVerifier;

pub use crate::schema::CompileError;

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
