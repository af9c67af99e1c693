//! Whether several schemas hold for one value, found in a single pass.
//!
//! All schemas that apply to a value are run side by side, each at most once per value, however often unions and references name
//! it. So the time is bounded by the length of the text times the number of schemas: nesting cannot multiply it.

use std::borrow::Cow;

use super::JsonFault;
use super::keys::Keys;
use super::kinds::Kinds;
use super::literal::has_duplicates;
use super::node::{NodeId, Plan, Rest};
use super::scalar::{Scalar, passes};
use super::validate::Walk;

/// One schema at one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task {
    node: NodeId,
    /// Whether the node's own rules hold so far.
    holds: bool,
    /// Required members seen so far.
    required: usize,
    /// With the joined schemas; set when the value is complete.
    verdict: Option<bool>,
}

impl Task {
    fn new(node: NodeId) -> Self {
        Self { node, holds: true, required: 0, verdict: None }
    }
}

/// A task list is a range of the stack [`Walk::tasks`].
type Tasks = std::ops::Range<usize>;

impl Walk<'_, '_> {
    /// Reads one value and tells whether a schema holds.
    pub(super) fn judge_one(&mut self, id: NodeId) -> Result<bool, JsonFault> {
        let start = self.tasks.len();
        self.tasks.push(Task::new(id));
        self.judge_tasks(start)?;
        Ok(self.tasks.pop().and_then(|task| task.verdict).unwrap_or(false))
    }

    /// Reads one value and tells for each schema whether it holds.
    pub(super) fn judge(&mut self, ids: &[NodeId]) -> Result<Vec<bool>, JsonFault> {
        let start = self.tasks.len();
        self.tasks.extend(ids.iter().copied().map(Task::new));
        self.judge_tasks(start)?;
        Ok(self.tasks.drain(start..).map(|task| task.verdict.unwrap_or(false)).collect())
    }

    /// Reads one value and sets the verdicts of the tasks from `start` on.
    fn judge_tasks(&mut self, start: usize) -> Result<(), JsonFault> {
        let given = start..self.tasks.len();
        match self.reader.peek() {
            Some(first @ (b'[' | b'{')) => {
                self.add_joined(start);
                let all = start..self.tasks.len();
                self.judge_container(first, all.clone())?;
                for index in given.clone() {
                    conclude(self.plan, &mut self.tasks[all.clone()], index - start);
                }
                self.tasks.truncate(given.end);
            }
            Some(first) => {
                let scalar = self.scalar(first)?;
                for task in &mut self.tasks[given] {
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
                self.add_task(start, child);
            }
            next += 1;
        }
    }

    /// Index of the task for a node among those from `start` on.
    fn add_task(&mut self, start: usize, node: NodeId) -> usize {
        match self.tasks[start..].iter().position(|task| task.node == node) {
            Some(index) => start + index,
            None => {
                self.tasks.push(Task::new(node));
                self.tasks.len() - 1
            }
        }
    }

    fn judge_container(&mut self, first: u8, tasks: Tasks) -> Result<(), JsonFault> {
        let begin = self.reader.at;
        let kind = if first == b'{' { Kinds::OBJECT } else { Kinds::ARRAY };
        for task in &mut self.tasks[tasks.clone()] {
            task.holds = self.plan.node(task.node).kinds.meets(kind);
        }
        self.reader.enter()?;
        let count = if first == b'{' { self.judge_members(tasks.clone())? } else { self.judge_items(tasks.clone())? };
        let text = self.reader.since(begin);
        for task in &mut self.tasks[tasks] {
            task.holds = task.holds && finish(self.plan, task, kind, count, text);
        }
        Ok(())
    }

    fn judge_items(&mut self, tasks: Tasks) -> Result<usize, JsonFault> {
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
                        let member = self.add_task(members, id);
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

    fn judge_members(&mut self, tasks: Tasks) -> Result<usize, JsonFault> {
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
                    let member = self.add_task(members, id);
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

/// The rules that need the whole container.
fn finish(plan: &Plan, task: &Task, kind: Kinds, count: usize, text: &str) -> bool {
    let node = plan.node(task.node);
    let within = |min: usize, max: Option<usize>| count >= min && max.is_none_or(|max| count <= max);
    let rules_hold = match (&node.object, &node.array) {
        (Some(rules), _) if kind == Kinds::OBJECT => task.required == rules.required && within(rules.min, rules.max),
        (_, Some(rules)) if kind == Kinds::ARRAY => {
            within(rules.min, rules.max) && !(rules.unique && has_duplicates(text))
        }
        _ => true,
    };
    rules_hold && node.literals.as_ref().is_none_or(|literals| literals.allow_container(text))
}

/// The verdict of a task, joined schemas included; each is worked out once.
fn conclude(plan: &Plan, tasks: &mut [Task], index: usize) -> bool {
    if let Some(verdict) = tasks[index].verdict {
        return verdict;
    }
    let joined = plan.node(tasks[index].node).joined.as_ref();
    let verdict = tasks[index].holds
        && joined.is_none_or(|joined| {
            joined.holds(|id| {
                let child = tasks.iter().position(|task| task.node == id);
                child.is_some_and(|child| conclude(plan, tasks, child))
            })
        });
    tasks[index].verdict = Some(verdict);
    verdict
}
