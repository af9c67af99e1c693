//! Collecting issues and saying them in one voice.

use std::fmt::Write;

use super::kinds::Kinds;
use super::literal::Literals;
use super::{Issue, MAX_ISSUES};

/// About how long a path in an issue may be, bytes.
const MAX_PATH: usize = 512;

/// Where in a value we are; lives on the stack, so that a valid value costs nothing.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// As a JSON pointer (RFC 6901), of at most [`MAX_PATH`] bytes: where the names of a request are longer, it points at the innermost
    /// value around ours for which there is room. Else a hundred issues below one name of a megabyte would be a hundred megabytes.
    fn pointer(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    /// Appends the steps from the root on; false when not all of them fit.
    fn write(&self, text: &mut String) -> bool {
        match self {
            Self::Root => true,
            Self::Key(parent, key) => {
                let fits = parent.write(text) && text.len() + 1 + key.len() <= MAX_PATH;
                if fits {
                    text.push('/');
                    text.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                fits
            }
            Self::Index(parent, index) => {
                let fits = parent.write(text) && text.len() < MAX_PATH;
                if fits {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "/{index}");
                }
                fits
            }
        }
    }

    /// Number of steps from the root.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Root => 0,
            Self::Key(parent, _) | Self::Index(parent, _) => parent.depth() + 1,
        }
    }
}

/// Issues of one call, at most [`MAX_ISSUES`].
pub(super) struct Issues<'o> {
    out: &'o mut Vec<Issue>,
    start: usize,
}

impl<'o> Issues<'o> {
    pub(super) fn new(out: &'o mut Vec<Issue>) -> Self {
        let start = out.len();
        Self { out, start }
    }

    pub(super) fn clear(&mut self) {
        self.out.truncate(self.start);
    }

    pub(super) fn count(&self) -> usize {
        self.out.len() - self.start
    }

    /// Takes back and returns what was pushed after the first `count`.
    pub(super) fn split_off(&mut self, count: usize) -> Vec<Issue> {
        self.out.split_off(self.start + count)
    }

    pub(super) fn append(&mut self, issues: Vec<Issue>) {
        let room = MAX_ISSUES.saturating_sub(self.count());
        self.out.extend(issues.into_iter().take(room));
    }

    pub(super) fn push(&mut self, code: &'static str, path: &Path<'_>, message: impl FnOnce() -> String) {
        if self.count() < MAX_ISSUES {
            let path = path.pointer();
            self.out.push(Issue { path, code, message: message() });
        }
    }

    pub(super) fn wrong_type(&mut self, kinds: Kinds, path: &Path<'_>) {
        if kinds == Kinds::NONE {
            return self.forbidden(path);
        }
        self.push("type", path, || format!("must be {}", kinds.describe()));
    }

    pub(super) fn not_literal(&mut self, literals: &Literals, path: &Path<'_>) {
        self.push(literals.keyword, path, || match literals.keyword {
            "const" => format!("must be {}", literals.shown),
            _ => format!("must be one of {}", literals.shown),
        });
    }

    pub(super) fn no_branch(&mut self, code: &'static str, path: &Path<'_>) {
        self.push(code, path, || "must match one of the allowed shapes".to_owned());
    }

    pub(super) fn several_branches(&mut self, path: &Path<'_>) {
        self.push("oneOf", path, || "must match exactly one of the allowed shapes".to_owned());
    }

    pub(super) fn too_many_items(&mut self, path: &Path<'_>) {
        self.push("items", path, || "is one item too many".to_owned());
    }

    pub(super) fn equal_items(&mut self, path: &Path<'_>) {
        self.push("uniqueItems", path, || "must not have two equal items".to_owned());
    }

    pub(super) fn forbidden(&mut self, path: &Path<'_>) {
        self.push("not", path, || "is not allowed".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_names_that_are_too_long_ends_before_them() {
        let long = "k".repeat(MAX_PATH);
        let list = Path::Key(&Path::Root, "a/~");
        let item = Path::Index(&list, 7);
        let member = Path::Key(&item, &long);
        assert_eq!(item.pointer(), "/a~1~0/7");
        assert_eq!(Path::Index(&member, 1).pointer(), "/a~1~0/7");
    }
}
