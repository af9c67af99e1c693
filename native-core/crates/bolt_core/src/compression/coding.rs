//! The codings that can be made.

use serde::Deserialize;

/// A content coding (RFC 9110 §8.4.1, RFC 7932, RFC 8878).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coding {
    /// Brotli.
    Br,
    /// Zstandard.
    Zstd,
    /// gzip.
    Gzip,
}

impl Coding {
    /// All codings, by how small they usually make a file that was compressed with patience.
    pub const ALL: [Self; 3] = [Self::Br, Self::Zstd, Self::Gzip];

    /// Its name in Content-Encoding and Accept-Encoding.
    pub fn token(self) -> &'static str {
        match self {
            Self::Br => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What files that were compressed beforehand end in.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Br => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }

    /// Levels that an encoder takes. Zstandard stays below those that need a window beyond 8 MiB, which decoders need not offer (RFC 9659).
    pub(crate) fn levels(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::Br => 0..=11,
            Self::Zstd => 1..=19,
            Self::Gzip => 1..=9,
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// By its name in any case; `x-gzip` means `gzip` (RFC 9110 §8.4.1.3).
    pub(super) fn parse(name: &[u8]) -> Option<Self> {
        let is = |token: &str| name.eq_ignore_ascii_case(token.as_bytes());
        let found = Self::ALL.into_iter().find(|coding| is(coding.token()));
        found.or_else(|| is("x-gzip").then_some(Self::Gzip))
    }
}
