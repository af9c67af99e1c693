//! Tokens that were verified a moment ago. Bounded; the key is the whole token, times are checked again by the caller.

use std::collections::HashMap;

use super::verifier::Verified;

/// Tokens of one generation; at most two generations are kept.
const GENERATION: usize = 1024;

/// Longer tokens are verified each time, which bounds the memory.
const MAX_LENGTH: usize = 2048;

/// Two generations of verified tokens: when the young one is full, the old one is forgotten.
#[derive(Debug, Default)]
pub(super) struct Cache {
    young: HashMap<Box<[u8]>, Verified>,
    old: HashMap<Box<[u8]>, Verified>,
}

impl Cache {
    pub(super) fn get(&mut self, token: &[u8]) -> Option<Verified> {
        if let Some(verified) = self.young.get(token) {
            return Some(verified.clone());
        }
        let (token, verified) = self.old.remove_entry(token)?;
        self.insert_boxed(token, verified.clone());
        Some(verified)
    }

    pub(super) fn insert(&mut self, token: &[u8], verified: Verified) {
        if token.len() <= MAX_LENGTH {
            self.insert_boxed(token.into(), verified);
        }
    }

    fn insert_boxed(&mut self, token: Box<[u8]>, verified: Verified) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token, verified);
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
