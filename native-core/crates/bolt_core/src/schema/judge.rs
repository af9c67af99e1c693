//! Whether several schemas hold for one value, found in a single pass.
//!
//! All schemas that apply to a value are run side by side, each at most once per value, however often unions and references name
//! it. So the time is bounded by the length of the text times the number of schemas: nesting cannot multiply it.

use std::borrow::Cow;

use super::JsonFault;
use super::keys::Keys;
use super::kinds::Kinds;
use super::node::{NodeId, Plan, Rest};
use super::reader::Reader;
use super::scalar::{Scalar, passes};
use super::task::{Task, Tasks};
use super::validate::Walk;

/// The tasks of one value: a range of the stack [`Walk::tasks`].
type Range = std::ops::Range<usize>;

impl Walk<'_, '_> {
    /// Reads one value and tells whether a schema holds.
    pub(super) fn judge_one(&mut self, id: NodeId) -> Result<bool, JsonFault> {
        let start = self.tasks.push(id);
        self.judge_tasks(start)?;
        let verdict = self.tasks[start].verdict == Some(true);
        self.tasks.truncate(start);
        Ok(verdict)
    }

    /// Reads one value and tells for each schema whether it holds.
    pub(super) fn judge(&mut self, ids: &[NodeId]) -> Result<Vec<bool>, JsonFault> {
        let start = self.tasks.len();
        for &id in ids {
            self.tasks.push(id);
        }
        self.judge_tasks(start)?;
        let verdicts = (start..self.tasks.len()).map(|index| self.tasks[index].verdict == Some(true)).collect();
        self.tasks.truncate(start);
        Ok(verdicts)
    }

    /// Reads one value and sets the verdicts of the tasks from `start` on.
    fn judge_tasks(&mut self, start: usize) -> Result<(), JsonFault> {
        let given = start..self.tasks.len();
        match self.reader.peek() {
            Some(first @ (b'[' | b'{')) => {
                self.add_joined(start);
                self.judge_container(first, start..self.tasks.len())?;
                for index in given.clone() {
                    conclude(self.plan, &mut self.tasks, start, index);
                }
                self.tasks.truncate(given.end);
            }
            Some(first) => {
                let scalar = Scalar::read(&mut self.reader, first)?;
                for index in given {
                    let task = &mut self.tasks[index];
                    task.verdict = Some(passes(self.plan, task.node, &scalar));
                }
            }
            None => return self.reader.malformed(),
        }
        Ok(())
    }

    /// Adds the schemas joined to those from `start` on, each once.
    fn add_joined(&mut self, start: usize) {
        let mut next = start;
        while next < self.tasks.len() {
            let node = self.plan.node(self.tasks[next].node);
            for child in node.joined.iter().flat_map(|joined| joined.children()) {
                self.tasks.find_or_push(start, child);
            }
            next += 1;
        }
    }

    fn judge_container(&mut self, first: u8, tasks: Range) -> Result<(), JsonFault> {
        let begin = self.reader.at;
        let kind = if first == b'{' { Kinds::OBJECT } else { Kinds::ARRAY };
        let mut is_unique = false;
        for index in tasks.clone() {
            let task = &mut self.tasks[index];
            let node = self.plan.node(task.node);
            task.holds = node.kinds.meets(kind);
            is_unique |= kind == Kinds::ARRAY && node.array.as_ref().is_some_and(|rules| rules.unique);
        }
        if is_unique {
            self.search_repeats();
        }
        self.reader.enter()?;
        let count = if first == b'{' { self.judge_members(tasks.clone())? } else { self.judge_items(tasks.clone())? };
        let whole = Whole {
            kind,
            count,
            has_repeats: is_unique && self.has_repeats(begin),
            reader: self.reader.back_at(begin),
        };
        for index in tasks {
            let task = &mut self.tasks[index];
            task.holds = task.holds && whole.satisfies(self.plan, task);
        }
        Ok(())
    }

    fn judge_items(&mut self, tasks: Range) -> Result<usize, JsonFault> {
        let mut count = 0;
        if self.reader.empty(b']') {
            return Ok(count);
        }
        loop {
            let (members, links) = (self.tasks.len(), self.links.len());
            for index in tasks.clone() {
                let Task { node, holds, .. } = self.tasks[index];
                match self.plan.node(node).array.as_ref().filter(|_| holds).map(|rules| rules.item(count)) {
                    None | Some(Rest::Any) => {}
                    Some(Rest::Never) => self.tasks[index].holds = false,
                    Some(Rest::Node(id)) => {
                        let member = self.tasks.find_or_push(members, id);
                        self.links.push((index, member));
                    }
                }
            }
            self.judge_member(members, links)?;
            count += 1;
            if !self.reader.more(b']')? {
                return Ok(count);
            }
        }
    }

    fn judge_members(&mut self, tasks: Range) -> Result<usize, JsonFault> {
        let mut count = 0;
        if self.reader.empty(b'}') {
            return Ok(count);
        }
        let mut keys = Keys::default();
        let mut nodes = Vec::new();
        loop {
            let begin = self.reader.at;
            let key = self.reader.key()?;
            keys.insert(key.clone(), begin)?;
            let (members, links) = (self.tasks.len(), self.links.len());
            for index in tasks.clone() {
                let node = self.plan.node(self.tasks[index].node);
                let Some(rules) = node.object.as_ref().filter(|_| self.tasks[index].holds) else { continue };
                let name = Scalar::Text(Cow::Borrowed(&*key));
                let named = rules.names.is_none_or(|names| passes(self.plan, names, &name));
                let member = rules.find(&key);
                self.tasks[index].required += usize::from(member.is_some_and(|member| rules.members[member].required));
                nodes.clear();
                self.tasks[index].holds = rules.property(&key, member, &mut nodes) && named;
                for &id in &nodes {
                    let member = self.tasks.find_or_push(members, id);
                    self.links.push((index, member));
                }
            }
            self.judge_member(members, links)?;
            count += 1;
            if !self.reader.more(b'}')? {
                return Ok(count);
            }
        }
    }

    /// Reads the value of a member or an item and tells its verdicts to the tasks that asked.
    fn judge_member(&mut self, members: usize, links: usize) -> Result<(), JsonFault> {
        if self.tasks.len() == members {
            self.reader.skip()?;
        } else {
            self.judge_tasks(members)?;
            for &(parent, member) in &self.links[links..] {
                let verdict = self.tasks[member].verdict == Some(true);
                self.tasks[parent].holds &= verdict;
            }
        }
        self.tasks.truncate(members);
        self.links.truncate(links);
        Ok(())
    }
}

/// A container that was read to its end.
struct Whole<'b> {
    kind: Kinds,
    /// Of its items or members.
    count: usize,
    has_repeats: bool,
    /// At its beginning.
    reader: Reader<'b>,
}

impl Whole<'_> {
    /// Whether it satisfies the rules that could not be decided before its end.
    fn satisfies(&self, plan: &Plan, task: &Task) -> bool {
        let node = plan.node(task.node);
        let within = |min: usize, max: Option<usize>| self.count >= min && max.is_none_or(|max| self.count <= max);
        let rules_hold = match (&node.object, &node.array) {
            (Some(rules), _) if self.kind == Kinds::OBJECT => {
                task.required == rules.required && within(rules.min, rules.max)
            }
            (_, Some(rules)) if self.kind == Kinds::ARRAY => {
                within(rules.min, rules.max) && !(rules.unique && self.has_repeats)
            }
            _ => true,
        };
        rules_hold && node.literals.as_ref().is_none_or(|literals| literals.allow_container(&self.reader))
    }
}

/// The verdict of a task among those from `start` on, joined schemas included; each is worked out once.
fn conclude(plan: &Plan, tasks: &mut Tasks, start: usize, index: usize) -> bool {
    if let Some(verdict) = tasks[index].verdict {
        return verdict;
    }
    let joined = plan.node(tasks[index].node).joined.as_ref();
    let verdict = tasks[index].holds
        && joined.is_none_or(|joined| {
            joined.holds(|id| tasks.find(start, id).is_some_and(|child| conclude(plan, tasks, start, child)))
        });
    tasks[index].verdict = Some(verdict);
    verdict
}
