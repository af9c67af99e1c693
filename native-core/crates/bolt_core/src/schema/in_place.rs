//! Schemas that apply to the same value: no endless loops among them, and short cuts for unions.

use super::CompileError;
use super::kinds::Kinds;
use super::node::{Node, NodeId, Switch};

/// Most schemas that may apply to one value by nesting `allOf`, `anyOf`, `oneOf`, `not` and `$ref`.
const MAX_NESTING: usize = 64;

/// Refuses a schema that refers to itself for the same value, which no value could ever be checked against.
pub(super) fn refuse_cycles(nodes: &[Node], at: &str) -> Result<(), CompileError> {
    let mut depths = vec![None; nodes.len()];
    for id in 0..nodes.len() {
        if depth(nodes, id, &mut depths, 0).is_none_or(|depth| depth > MAX_NESTING) {
            let reason =
                "a $ref, allOf, anyOf, oneOf or not leads back to itself for the same value, or they nest too deeply";
            return Err(CompileError::new(at, reason));
        }
    }
    Ok(())
}

/// Longest chain below a node; `None` for one that is too long, such as an endless one.
fn depth(nodes: &[Node], id: usize, depths: &mut [Option<usize>], level: usize) -> Option<usize> {
    if level > MAX_NESTING {
        return None;
    }
    if depths[id].is_none() {
        let mut longest = 0;
        for child in nodes[id].joined.iter().flat_map(|joined| joined.children()) {
            longest = longest.max(1 + depth(nodes, child as usize, depths, level + 1)?);
        }
        depths[id] = Some(longest);
    }
    depths[id]
}

/// Gives each node that is nothing but a union of branches for different kinds the branch for each kind.
pub(super) fn add_switches(nodes: &mut [Node]) {
    for id in 0..nodes.len() {
        nodes[id].switch = switch(nodes, id).map(Box::new);
    }
}

/// Forgets every `propertyNames` that all names satisfy, as Zod writes it for records.
pub(super) fn drop_idle_names(nodes: &mut [Node]) {
    let idle: Vec<bool> = nodes.iter().map(allows_every_text).collect();
    for object in nodes.iter_mut().filter_map(|node| node.object.as_mut()) {
        object.names = object.names.filter(|&id| !idle[id as usize]);
    }
}

fn allows_every_text(node: &Node) -> bool {
    node.kinds.meets(Kinds::STRING) && node.literals.is_none() && node.string.is_none() && node.joined.is_none()
}

fn switch(nodes: &[Node], id: usize) -> Option<Switch> {
    let node = &nodes[id];
    let joined = node.joined.as_ref()?;
    let plain = node.kinds == Kinds::ALL
        && node.literals.is_none()
        && node.number.is_none()
        && node.string.is_none()
        && node.array.is_none()
        && node.object.is_none();
    let branches = match (joined.any.as_slice(), joined.one.as_slice()) {
        (branches, []) | ([], branches) => branches,
        _ => return None,
    };
    if !plain || branches.is_empty() || !joined.all.is_empty() || joined.not.is_some() {
        return None;
    }
    let mut switch = Switch { branches: [None; 6], kinds: Kinds::NONE };
    for &branch in branches {
        let kinds = kinds(nodes, branch);
        switch.kinds = switch.kinds.union(kinds);
        for (class, slot) in Kinds::CLASSES.into_iter().zip(&mut switch.branches) {
            if kinds.meets(class) && slot.replace(branch).is_some() {
                return None;
            }
        }
    }
    Some(switch)
}

/// A superset of the kinds that satisfy a node.
pub(super) fn kinds(nodes: &[Node], id: NodeId) -> Kinds {
    let node = &nodes[id as usize];
    let literals = node.literals.as_ref().map_or(Kinds::ALL, |literals| literals.kinds());
    let mut kinds = node.kinds.intersection(literals);
    if let Some(joined) = &node.joined {
        for &id in &joined.all {
            kinds = kinds.intersection(self::kinds(nodes, id));
        }
        for union in [&joined.any, &joined.one] {
            let all = union.iter().map(|&id| self::kinds(nodes, id)).reduce(Kinds::union);
            kinds = kinds.intersection(all.unwrap_or(Kinds::ALL));
        }
    }
    kinds
}
