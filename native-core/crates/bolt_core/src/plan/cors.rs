//! Cross-origin rules of a plan.

use serde::Deserialize;

/// `CorsPlan` of `plan.ts`: what pages of other origins may do (Fetch Standard, "CORS protocol").
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorsPlan {
    /// Exact origins, or `*`.
    pub origins: Vec<String>,
    /// Methods allowed in a preflight.
    pub methods: Vec<String>,
    /// Request header fields allowed in a preflight.
    pub allow_headers: Vec<String>,
    /// Response header fields that scripts may read.
    pub expose_headers: Vec<String>,
    /// Whether cookies may be sent; never together with `*`.
    pub credentials: bool,
    /// Seconds a preflight may be cached.
    pub max_age: u64,
}
