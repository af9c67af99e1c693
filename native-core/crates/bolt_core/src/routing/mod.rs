//! Which route answers a path: a tree of path segments, one for all methods.

mod matcher;
mod pattern;
mod tree;

pub use matcher::{Matcher, Outcome};
pub use pattern::{Pattern, Segment};
pub use tree::{Conflict, Tree};
