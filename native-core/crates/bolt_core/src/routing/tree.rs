//! The tree of segments. Static children beat the parameter, which beats the catch-all; a branch that has no route for the method is
//! left again, so the choice is made per method, and what it would have allowed is remembered for the Allow field.

use super::pattern::{Pattern, Segment};
use crate::http::{Method, Span};

const NONE: u32 = u32::MAX;

/// Routes of one pattern, by method.
#[derive(Debug)]
pub(super) struct Leaf([u32; Method::ROUTABLE.len()]);

impl Default for Leaf {
    fn default() -> Self {
        Self([NONE; Method::ROUTABLE.len()])
    }
}

impl Leaf {
    /// The route for a method; GET answers HEAD.
    fn get(&self, method: Method) -> Option<u32> {
        let own = self.0.get(method as usize).copied().filter(|id| *id != NONE);
        match method {
            Method::Head => own.or(Some(self.0[Method::Get as usize]).filter(|id| *id != NONE)),
            _ => own,
        }
    }

    fn methods(&self) -> u8 {
        self.0.iter().enumerate().fold(0, |set, (at, id)| if *id == NONE { set } else { set | 1 << at })
    }
}

#[derive(Debug, Default)]
struct Node {
    /// Sorted by text.
    statics: Vec<(Box<[u8]>, usize)>,
    param: Option<usize>,
    leaf: Leaf,
    catch_all: Leaf,
}

/// A route for this method and pattern is already there.
#[derive(Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its id.
    pub with: u32,
}

/// All patterns of an application.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

/// What a walk looks at and finds.
pub(super) struct Walk<'p> {
    pub(super) text: &'p [u8],
    pub(super) segments: &'p [Span],
    pub(super) method: Method,
    pub(super) params: &'p mut Vec<Span>,
    pub(super) allowed: u8,
}

impl Walk<'_> {
    fn segment(&self, at: usize) -> Option<&[u8]> {
        self.segments.get(at).map(|span| span.slice(self.text))
    }

    fn take(&mut self, leaf: &Leaf) -> Option<u32> {
        let found = leaf.get(self.method);
        if found.is_none() {
            self.allowed |= leaf.methods();
        }
        found
    }
}

impl Tree {
    /// Adds a route.
    ///
    /// # Errors
    /// Another route has the same method and, names apart, the same pattern.
    pub fn insert(&mut self, method: Method, pattern: &Pattern, id: u32) -> Result<(), Conflict> {
        let mut at = 0;
        for segment in &pattern.segments {
            at = match segment {
                Segment::Static(text) => self.static_child(at, text.as_bytes()),
                Segment::Param => match self.nodes[at].param {
                    Some(child) => child,
                    None => {
                        let child = self.add();
                        *self.nodes[at].param.insert(child)
                    }
                },
                Segment::CatchAll => return set(&mut self.nodes[at].catch_all, method, id),
            };
        }
        set(&mut self.nodes[at].leaf, method, id)
    }

    fn add(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    fn static_child(&mut self, at: usize, text: &[u8]) -> usize {
        match self.nodes[at].statics.binary_search_by(|(other, _)| (**other).cmp(text)) {
            Ok(found) => self.nodes[at].statics[found].1,
            Err(place) => {
                let child = self.add();
                self.nodes[at].statics.insert(place, (text.into(), child));
                child
            }
        }
    }

    /// Finds the route of a path; the parameters are left in `walk.params`.
    pub(super) fn find(&self, walk: &mut Walk<'_>) -> Option<u32> {
        self.walk(0, 0, walk)
    }

    /// Each node is visited at most once per path, so this is linear in the tree, whatever the client sends.
    fn walk(&self, node: usize, depth: usize, walk: &mut Walk<'_>) -> Option<u32> {
        let node = &self.nodes[node];
        let Some(segment) = walk.segment(depth) else { return walk.take(&node.leaf) };
        if let Some(child) = node.static_child(segment)
            && let Some(found) = self.walk(child, depth + 1, walk)
        {
            return Some(found);
        }
        let span = walk.segments[depth];
        if let Some(child) = node.param
            && !span.is_empty()
        {
            walk.params.push(span);
            if let Some(found) = self.walk(child, depth + 1, walk) {
                return Some(found);
            }
            walk.params.pop();
        }
        let found = walk.take(&node.catch_all)?;
        walk.params.push(Span::new(span.start(), walk.segments.last().map_or(span.end(), |last| last.end())));
        Some(found)
    }
}

impl Node {
    fn static_child(&self, text: &[u8]) -> Option<usize> {
        let at = match self.statics.len() {
            0..=6 => self.statics.iter().position(|(other, _)| **other == *text)?,
            _ => self.statics.binary_search_by(|(other, _)| (**other).cmp(text)).ok()?,
        };
        Some(self.statics[at].1)
    }
}

fn set(leaf: &mut Leaf, method: Method, id: u32) -> Result<(), Conflict> {
    match leaf.0.get_mut(method as usize) {
        Some(place) if *place == NONE => *place = id,
        Some(place) => return Err(Conflict { with: *place }),
        None => {}
    }
    Ok(())
}
