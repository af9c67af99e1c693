//! The walk over a JSON text that says what is wrong, for schemas of which one at a time applies to a value.
//!
//! Where several apply ([`super::node::Joined`]), [`super::judge`] finds out in one pass whether they hold, and only if they do not,
//! [`super::explain`] reads the value again to say why.

use std::borrow::Cow;

use super::equality::Repeats;
use super::issue::{Issues, Path};
use super::keys::Keys;
use super::kinds::Kinds;
use super::node::{ArrayRules, Node, NodeId, ObjectRules, Plan, Rest};
use super::reader::Reader;
use super::scalar::Scalar;
use super::task::Tasks;
use super::{FaultKind, JsonFault};

/// One validation in progress.
pub(super) struct Walk<'w, 'b> {
    pub(super) plan: &'w Plan,
    pub(super) reader: Reader<'b>,
    pub(super) issues: Issues<'w>,
    pub(super) tasks: Tasks,
    /// Pairs of tasks: the second is about a member of the first's value.
    pub(super) links: Vec<(usize, usize)>,
    /// Bytes read again to explain.
    pub(super) reread: usize,
    /// Made when an array first must not have equal items.
    repeats: Option<Box<Repeats>>,
}

impl<'w, 'b> Walk<'w, 'b> {
    pub(super) fn new(plan: &'w Plan, reader: Reader<'b>, issues: Issues<'w>) -> Self {
        Self { plan, reader, issues, tasks: Tasks::default(), links: Vec::new(), reread: 0, repeats: None }
    }

    /// Reads the whole text; a text that is no JSON leaves no issues behind.
    pub(super) fn run(mut self) -> Result<(), JsonFault> {
        let read = self.check(self.plan.root, &Path::Root).and_then(|()| self.reader.finish());
        if read.is_err() {
            self.issues.clear();
        }
        read
    }

    /// Reads one value and reports what a schema has against it.
    pub(super) fn check(&mut self, id: NodeId, path: &Path<'_>) -> Result<(), JsonFault> {
        let node = self.plan.node(id);
        if let Some(switch) = &node.switch {
            let Some(first) = self.reader.peek() else { return self.reader.malformed() };
            return match switch.branches[Kinds::class(first)] {
                Some(branch) => self.check(branch, path),
                None => {
                    self.issues.wrong_type(switch.kinds, path);
                    self.reader.skip()
                }
            };
        }
        if node.joined.is_some() { self.check_joined(id, path) } else { self.check_own(node, path) }
    }

    /// Like [`Walk::check`], for several schemas.
    fn check_each(&mut self, ids: &[NodeId], path: &Path<'_>) -> Result<(), JsonFault> {
        match ids {
            [] => self.reader.skip(),
            [id] => self.check(*id, path),
            ids => {
                self.reader.peek();
                let start = self.reader.at;
                let verdicts = self.judge(ids)?;
                for (&id, _) in ids.iter().zip(verdicts).filter(|(_, holds)| !holds) {
                    self.explain(id, start, path)?;
                }
                Ok(())
            }
        }
    }

    fn check_joined(&mut self, id: NodeId, path: &Path<'_>) -> Result<(), JsonFault> {
        self.reader.peek();
        let start = self.reader.at;
        if self.judge_one(id)? { Ok(()) } else { self.explain(id, start, path) }
    }

    /// The rules of a node itself, without the schemas joined to it.
    #[inline]
    pub(super) fn check_own(&mut self, node: &Node, path: &Path<'_>) -> Result<(), JsonFault> {
        let Some(first) = self.reader.peek() else { return self.reader.malformed() };
        match first {
            b'{' => self.check_container(node, Kinds::OBJECT, path),
            b'[' => self.check_container(node, Kinds::ARRAY, path),
            b'"' => {
                let text = self.reader.string()?;
                let is_free = node.string.is_none() && node.literals.is_none() && node.kinds.meets(Kinds::STRING);
                if !is_free && !node.allows_text(&text.decode()) {
                    node.report(&Scalar::Text(text.decode()), path, &mut self.issues);
                }
                Ok(())
            }
            b'-' | b'0'..=b'9' => {
                let number = self.reader.number()?;
                if !node.allows_number(&number) {
                    node.report(&Scalar::Number(number), path, &mut self.issues);
                }
                Ok(())
            }
            _ => {
                let scalar = Scalar::read(&mut self.reader, first)?;
                if !node.allows(&scalar) {
                    node.report(&scalar, path, &mut self.issues);
                }
                Ok(())
            }
        }
    }

    fn check_container(&mut self, node: &Node, kind: Kinds, path: &Path<'_>) -> Result<(), JsonFault> {
        let start = self.reader.at;
        if !node.kinds.meets(kind) {
            self.issues.wrong_type(node.kinds, path);
            return self.reader.skip();
        }
        match (&node.object, &node.array) {
            (Some(rules), _) if kind == Kinds::OBJECT => self.check_object(rules, path)?,
            (_, Some(rules)) if kind == Kinds::ARRAY => self.check_array(rules, path)?,
            _ => self.reader.skip()?,
        }
        match &node.literals {
            Some(literals) if !literals.allow_container(&self.reader.back_at(start)) => {
                self.issues.not_literal(literals, path);
            }
            _ => {}
        }
        Ok(())
    }

    fn check_array(&mut self, rules: &ArrayRules, path: &Path<'_>) -> Result<(), JsonFault> {
        let start = self.reader.at;
        if rules.unique {
            self.search_repeats();
        }
        self.reader.enter()?;
        let mut count = 0;
        if !self.reader.empty(b']') {
            loop {
                let path = Path::Index(path, count);
                match rules.item(count) {
                    Rest::Any => self.reader.skip()?,
                    Rest::Node(id) => self.check(id, &path)?,
                    Rest::Never => {
                        self.issues.too_many_items(&path);
                        self.reader.skip()?;
                    }
                }
                count += 1;
                if !self.reader.more(b']')? {
                    break;
                }
            }
        }
        rules.report_count(count, path, &mut self.issues);
        if rules.unique && self.has_repeats(start) {
            self.issues.equal_items(path);
        }
        Ok(())
    }

    /// Looks ahead for equal items in the array where the reader stands.
    #[cold]
    pub(super) fn search_repeats(&mut self) {
        self.repeats.get_or_insert_default().search(self.reader.clone());
    }

    /// Whether the array that begins there has equal items.
    pub(super) fn has_repeats(&self, start: usize) -> bool {
        self.repeats.as_ref().is_some_and(|repeats| repeats.are_in(start))
    }

    fn check_object(&mut self, rules: &ObjectRules, path: &Path<'_>) -> Result<(), JsonFault> {
        self.reader.enter()?;
        let mut seen = Seen::new(rules.members.len());
        let mut others = Keys::default();
        let mut count = 0;
        if !self.reader.empty(b'}') {
            let mut follower = &rules.first;
            loop {
                let guess = follower.guess();
                match rules.members.get(guess) {
                    Some(member) if self.reader.take_all(&member.quoted) => {
                        self.check_known(rules, guess, &mut seen, path)?;
                        follower = &member.follower;
                    }
                    _ => {
                        let start = self.reader.at;
                        let key = self.reader.key()?;
                        match rules.find(&key) {
                            Some(index) => {
                                follower.learn(index);
                                self.check_known(rules, index, &mut seen, path)?;
                                follower = &rules.members[index].follower;
                            }
                            None => {
                                others.insert(key.clone(), start)?;
                                self.check_member(rules, &key, None, path)?;
                            }
                        }
                    }
                }
                count += 1;
                if !self.reader.more(b'}')? {
                    break;
                }
            }
        }
        self.check_counts(rules, &seen, count, path);
        Ok(())
    }

    /// The value of a member that the schema mentions, whose name was just read.
    #[inline]
    fn check_known(
        &mut self,
        rules: &ObjectRules,
        index: usize,
        seen: &mut Seen,
        path: &Path<'_>,
    ) -> Result<(), JsonFault> {
        if !seen.insert(index) {
            return self.reader.fault(FaultKind::DuplicateKey);
        }
        let member = &rules.members[index];
        match member.node {
            Some(id) if rules.patterns.is_empty() && rules.names.is_none() => {
                self.check(id, &Path::Key(path, &member.name))
            }
            _ => self.check_member(rules, &member.name, Some(index), path),
        }
    }

    /// The value of a member of any name.
    fn check_member(
        &mut self,
        rules: &ObjectRules,
        key: &str,
        member: Option<usize>,
        path: &Path<'_>,
    ) -> Result<(), JsonFault> {
        let path = Path::Key(path, key);
        if let Some(names) = rules.names {
            let name = Scalar::Text(Cow::Borrowed(key));
            if !super::scalar::passes(self.plan, names, &name) {
                self.issues.push("propertyNames", &path, || "is not an allowed property name".to_owned());
            }
        }
        let declared = member.and_then(|index| rules.members[index].node);
        match (rules.patterns.is_empty(), declared, rules.rest) {
            (true, Some(id), _) | (true, None, Rest::Node(id)) => self.check(id, &path),
            (true, None, Rest::Any) => self.reader.skip(),
            (true, None, Rest::Never) => self.refuse_member(&path),
            (false, _, _) => {
                let mut nodes = Vec::new();
                if rules.property(key, member, &mut nodes) {
                    self.check_each(&nodes, &path)
                } else {
                    self.refuse_member(&path)
                }
            }
        }
    }

    fn refuse_member(&mut self, path: &Path<'_>) -> Result<(), JsonFault> {
        self.issues.push("additionalProperties", path, || "is not a known property".to_owned());
        self.reader.skip()
    }

    fn check_counts(&mut self, rules: &ObjectRules, seen: &Seen, count: usize, path: &Path<'_>) {
        if rules.required > 0 {
            for (index, member) in rules.members.iter().enumerate() {
                if member.required && !seen.contains(index) {
                    self.issues.push("required", &Path::Key(path, &member.name), || "is required".to_owned());
                }
            }
        }
        if count < rules.min {
            self.issues.push("minProperties", path, || format!("must have at least {}", amount(rules.min, "property")));
        }
        if let Some(max) = rules.max.filter(|&max| count > max) {
            self.issues.push("maxProperties", path, || format!("must have at most {}", amount(max, "property")));
        }
    }
}

impl ArrayRules {
    /// Says whether an array has too few or too many items.
    pub(super) fn report_count(&self, count: usize, path: &Path<'_>, issues: &mut Issues<'_>) {
        if count < self.min {
            issues.push("minItems", path, || format!("must have at least {}", amount(self.min, "item")));
        }
        if let Some(max) = self.max.filter(|&max| count > max) {
            issues.push("maxItems", path, || format!("must have at most {}", amount(max, "item")));
        }
    }
}

fn amount(count: usize, noun: &str) -> String {
    match (count, noun) {
        (1, noun) => format!("1 {noun}"),
        (count, "property") => format!("{count} properties"),
        (count, noun) => format!("{count} {noun}s"),
    }
}

/// Which members were there; allocates only beyond 64.
struct Seen {
    first: u64,
    others: Vec<bool>,
}

impl Seen {
    #[inline]
    fn new(members: usize) -> Self {
        let others = if members > 64 { vec![false; members - 64] } else { Vec::new() };
        Self { first: 0, others }
    }

    /// False when it was there already.
    #[inline]
    fn insert(&mut self, index: usize) -> bool {
        match index {
            0..64 => {
                let bit = 1 << index;
                let new = self.first & bit == 0;
                self.first |= bit;
                new
            }
            _ => !std::mem::replace(&mut self.others[index - 64], true),
        }
    }

    fn contains(&self, index: usize) -> bool {
        match index {
            0..64 => self.first & (1 << index) != 0,
            _ => self.others[index - 64],
        }
    }
}
