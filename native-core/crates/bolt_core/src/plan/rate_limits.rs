//! Rate limits of a plan.

use serde::Deserialize;

/// `RateLimitPlan` of `plan.ts`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimitPlan {
    /// Requests in a window.
    pub limit: u64,
    /// Length of the window, seconds.
    pub window: u64,
    /// Requests that may come at once.
    pub burst: u64,
    /// Whose requests count together.
    pub key: RateKey,
}

/// `RateKey` of `plan.ts`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum RateKey {
    /// The client's address; of IPv6 its /64 network.
    Address {},
    /// Everybody's.
    All {},
    /// The value of a request header field.
    Header {
        /// In any case.
        name: String,
    },
    /// A verified claim.
    Claim {
        /// Dotted path.
        claim: String,
    },
}
