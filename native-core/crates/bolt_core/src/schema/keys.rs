//! The member names of one object, to find a name that occurs twice.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{FaultKind, JsonFault};

/// Names compared one by one; beyond it they are hashed with a random key, so that a hostile object costs linear time.
const FEW: usize = 16;

/// Names seen so far. Allocates nothing until the first is inserted.
#[derive(Default)]
pub(super) struct Keys<'b> {
    few: Vec<Cow<'b, str>>,
    many: Option<HashSet<Cow<'b, str>>>,
}

impl<'b> Keys<'b> {
    /// Fails when the name is there already; `offset` is where it stands.
    pub(super) fn insert(&mut self, key: Cow<'b, str>, offset: usize) -> Result<(), JsonFault> {
        let new = if self.few.len() < FEW {
            let new = !self.few.contains(&key);
            self.few.push(key);
            new
        } else {
            self.many.get_or_insert_with(|| self.few.iter().cloned().collect()).insert(key)
        };
        if new { Ok(()) } else { Err(JsonFault { kind: FaultKind::DuplicateKey, offset }) }
    }
}
