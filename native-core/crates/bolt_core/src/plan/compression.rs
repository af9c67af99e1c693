//! Rules for compressing responses.

use serde::Deserialize;

use crate::compression::Coding;

/// `CompressionPlan` of `plan.ts`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompressionPlan {
    /// In the order of preference among those that a client likes equally.
    pub encodings: Vec<Coding>,
    /// How hard each tries.
    pub level: CompressionLevels,
    /// Contents of fewer bytes are sent as they are.
    pub min_bytes: usize,
    /// Media types: `text/css`, `text/*`, `*+json`.
    pub types: Vec<String>,
}

/// Levels as the encoders count them.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompressionLevels {
    /// 0 to 11.
    pub br: u32,
    /// 1 to 19.
    pub zstd: u32,
    /// 1 to 9.
    pub gzip: u32,
}
