//! Verification of tokens and guards on their claims.
