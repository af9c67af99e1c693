//! Why a value violates joined schemas, told by reading it again.
//!
//! Only invalid values come here. How much may be read again is bounded by the length of the text; beyond it the union itself is
//! named instead of what is wrong with a branch of it.

use super::issue::Path;
use super::kinds::Kinds;
use super::node::NodeId;
use super::validate::Walk;
use super::{JsonFault, MAX_ISSUES};

/// Bytes that may be read again per byte of the text, and at least for a short one.
const REREAD_FACTOR: usize = 8;
const REREAD_LEAST: usize = 64 * 1024;

impl Walk<'_, '_> {
    /// Reports what a schema has against the value from `start` to the reader's position, where the reader is again afterwards.
    pub(super) fn explain(&mut self, id: NodeId, start: usize, path: &Path<'_>) -> Result<(), JsonFault> {
        let before = self.issues.count();
        if before == MAX_ISSUES {
            return Ok(());
        }
        let node = self.plan.node(id);
        if let Some(joined) = &node.joined {
            let union = |any: bool| if any { "anyOf" } else { "oneOf" };
            if !self.afford(start) {
                self.issues.no_branch(union(joined.one.is_empty()), path);
                return Ok(());
            }
            self.again(start, |walk| walk.check_own(node, path))?;
            for &id in &joined.all {
                self.again(start, |walk| walk.check(id, path))?;
            }
            for (branches, code) in [(&joined.any, union(true)), (&joined.one, union(false))] {
                self.explain_union(branches, code, start, path)?;
            }
            if let Some(id) = joined.not
                && self.again(start, |walk| walk.judge_one(id))?
            {
                self.issues.forbidden(path);
            }
        } else {
            self.again(start, |walk| walk.check_own(node, path))?;
        }
        if self.issues.count() == before {
            // The budget of a nested explanation ran out: it is still invalid.
            self.issues.no_branch("anyOf", path);
        }
        Ok(())
    }

    fn explain_union(
        &mut self,
        branches: &[NodeId],
        code: &'static str,
        start: usize,
        path: &Path<'_>,
    ) -> Result<(), JsonFault> {
        if branches.is_empty() {
            return Ok(());
        }
        let verdicts = self.again(start, |walk| walk.judge(branches))?;
        match verdicts.iter().filter(|&&holds| holds).count() {
            0 => self.explain_branches(branches, code, start, path),
            1 => Ok(()),
            _ if code == "oneOf" => {
                self.issues.several_branches(path);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// If only one branch can be meant — by the type of the value, or by a constant member such as `kind: 'circle'` — what is
    /// wrong with it; else that none fits.
    fn explain_branches(
        &mut self,
        branches: &[NodeId],
        code: &'static str,
        start: usize,
        path: &Path<'_>,
    ) -> Result<(), JsonFault> {
        let class = self.again(start, |walk| Ok(walk.reader.peek().map_or(0, Kinds::class)))?;
        let mut meant = Vec::new();
        for &id in branches {
            if !self.plan.node(id).kinds.meets(Kinds::CLASSES[class]) {
                continue;
            }
            if !self.afford(start) {
                self.issues.no_branch(code, path);
                return Ok(());
            }
            let before = self.issues.count();
            self.again(start, |walk| walk.check(id, path))?;
            let issues = self.issues.split_off(before);
            let other_constant = |depth: usize| {
                let is_constant = |code: &str| matches!(code, "const" | "enum");
                issues.iter().any(|issue| is_constant(issue.code) && issue.path.matches('/').count() == depth)
            };
            if !other_constant(path.depth() + 1) {
                meant.push(issues);
            }
        }
        match (meant.pop(), meant.is_empty()) {
            (Some(issues), true) if !issues.is_empty() => self.issues.append(issues),
            _ => self.issues.no_branch(code, path),
        }
        Ok(())
    }

    /// Whether the value may be read once more.
    fn afford(&mut self, start: usize) -> bool {
        self.reread += self.reader.at - start;
        self.reread <= REREAD_LEAST.max(self.reader.len() * REREAD_FACTOR)
    }

    /// Reads the value from `start` once more and returns to where the reader was.
    fn again<T>(&mut self, start: usize, read: impl FnOnce(&mut Self) -> Result<T, JsonFault>) -> Result<T, JsonFault> {
        let end = std::mem::replace(&mut self.reader.at, start);
        let result = read(self);
        self.reader.at = end;
        result
    }
}
