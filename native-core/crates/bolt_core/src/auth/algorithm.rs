//! The signature algorithms that may be configured (RFC 7518 §3.1, RFC 8037 §3.1); `none` is not one of them.

use jsonwebtoken::Algorithm;

/// Names and algorithms.
const ALGORITHMS: [(&str, Algorithm); 12] = [
    ("HS256", Algorithm::HS256),
    ("HS384", Algorithm::HS384),
    ("HS512", Algorithm::HS512),
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// The algorithm of a name, which is case-sensitive.
pub(super) fn named(name: &str) -> Option<Algorithm> {
    ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

/// Every name, for messages.
pub(super) fn names() -> String {
    ALGORITHMS.map(|(name, _)| name).join(", ")
}
