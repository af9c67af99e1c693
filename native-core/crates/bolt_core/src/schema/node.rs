//! The compiled form of a schema: nodes in one arena, references as indexes.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::format::Format;
use super::kinds::Kinds;
use super::literal::Literals;
use super::number::Divisor;
use super::pattern::Pattern;

/// Index of a [`Node`].
pub(super) type NodeId = u32;

/// Every node of a schema.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
}

impl Plan {
    #[inline]
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }
}

/// One subschema. Rules of a kind only speak about values of that kind.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Kinds that `type` allows; all without `type`.
    pub(super) kinds: Kinds,
    /// `enum` and `const`.
    pub(super) literals: Option<Box<Literals>>,
    pub(super) number: Option<Box<NumberRules>>,
    pub(super) string: Option<Box<StringRules>>,
    pub(super) array: Option<Box<ArrayRules>>,
    pub(super) object: Option<Box<ObjectRules>>,
    /// Schemas for the same value.
    pub(super) joined: Option<Box<Joined>>,
    /// Of a node that is nothing but a union: the only branch that can hold for a value, by its first byte.
    pub(super) switch: Option<Box<Switch>>,
}

/// `minimum` and its kin.
#[derive(Debug, Default)]
pub(super) struct NumberRules {
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) below: Option<f64>,
    pub(super) divisor: Option<Divisor>,
}

/// Lengths in code points.
#[derive(Debug, Default)]
pub(super) struct StringRules {
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    pub(super) format: Option<Format>,
    pub(super) pattern: Option<Pattern>,
}

/// `prefixItems`, `items` and its kin.
#[derive(Debug, Default)]
pub(super) struct ArrayRules {
    pub(super) prefix: Vec<NodeId>,
    pub(super) items: Rest,
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    pub(super) unique: bool,
}

impl ArrayRules {
    /// What an item must satisfy.
    #[inline]
    pub(super) fn item(&self, index: usize) -> Rest {
        self.prefix.get(index).map_or(self.items, |&id| Rest::Node(id))
    }
}

/// What holds for members that are not named.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Anything.
    #[default]
    Any,
    /// Nothing: the member must not be there.
    Never,
    /// This schema.
    Node(NodeId),
}

/// `properties`, `required` and its kin.
#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    /// Sorted by name.
    pub(super) members: Vec<Member>,
    /// The member that came first.
    pub(super) first: Follower,
    pub(super) required: usize,
    pub(super) patterns: Vec<(Pattern, NodeId)>,
    pub(super) rest: Rest,
    /// `propertyNames`.
    pub(super) names: Option<NodeId>,
    pub(super) min: usize,
    pub(super) max: Option<usize>,
}

/// A name that `properties` or `required` mentions.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Box<str>,
    /// `"name":` as JSON, to compare with the text at once.
    pub(super) quoted: Box<[u8]>,
    /// Absent for a name that is only required.
    pub(super) node: Option<NodeId>,
    pub(super) required: bool,
    pub(super) follower: Follower,
}

impl Member {
    pub(super) fn new(name: &str, required: bool) -> Self {
        let quoted = format!("{}:", serde_json::Value::from(name)).into_bytes();
        Self { name: name.into(), quoted: quoted.into(), node: None, required, follower: Follower::default() }
    }
}

/// The member that came next the last time: clients write an object's members in one order, whichever it is. Only a guess, so that it
/// does not matter who sets it.
#[derive(Debug, Default)]
pub(super) struct Follower(AtomicUsize);

impl Follower {
    #[inline]
    pub(super) fn guess(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn learn(&self, index: usize) {
        self.0.store(index, Ordering::Relaxed);
    }
}

impl ObjectRules {
    /// Position of a name among the members.
    #[inline]
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        if self.members.len() <= 8 {
            return self.members.iter().position(|member| &*member.name == name);
        }
        self.members.binary_search_by(|member| (*member.name).cmp(name)).ok()
    }

    /// Appends what the value of a property must satisfy; false when the property must not be there.
    pub(super) fn property(&self, name: &str, member: Option<usize>, nodes: &mut Vec<NodeId>) -> bool {
        let declared = member.and_then(|index| self.members[index].node);
        let before = nodes.len();
        nodes.extend(declared);
        nodes.extend(self.patterns.iter().filter(|(pattern, _)| pattern.matches(name)).map(|(_, id)| *id));
        match self.rest {
            _ if nodes.len() > before => true,
            Rest::Any => true,
            Rest::Never => false,
            Rest::Node(id) => {
                nodes.push(id);
                true
            }
        }
    }
}

/// `allOf`, `anyOf`, `oneOf`, `not` and a `$ref` with siblings.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub(super) all: Vec<NodeId>,
    /// Empty: absent.
    pub(super) any: Vec<NodeId>,
    /// Empty: absent.
    pub(super) one: Vec<NodeId>,
    pub(super) not: Option<NodeId>,
}

impl Joined {
    /// Every schema for the same value.
    pub(super) fn children(&self) -> impl Iterator<Item = NodeId> {
        let lists = self.all.iter().chain(&self.any).chain(&self.one);
        lists.chain(&self.not).copied()
    }

    /// Whether the schemas hold together, given each one's verdict.
    pub(super) fn holds(&self, mut verdict: impl FnMut(NodeId) -> bool) -> bool {
        self.all.iter().all(|&id| verdict(id))
            && (self.any.is_empty() || self.any.iter().any(|&id| verdict(id)))
            && (self.one.is_empty() || self.one.iter().filter(|&&id| verdict(id)).count() == 1)
            && !self.not.is_some_and(verdict)
    }
}

/// The branch of a union for each kind of value; `None` where no branch can hold.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) branches: [Option<NodeId>; 6],
    /// All kinds that some branch takes.
    pub(super) kinds: Kinds,
}
