//! From the path of a request to a file that may be seen.

use std::path::{Path, PathBuf};

/// The relative path that a request means, or `None` for one that could leave the folder or name a hidden file.
///
/// Every segment must be a plain name: not empty, no `.` or `..`, no leading dot, without slash, backslash, colon (a drive or a stream
/// on Windows), NUL or other control characters. A percent sign is an ordinary character here: the path was decoded once, so an
/// encoding within it is part of the name.
pub(super) fn relative(path: &str) -> Option<PathBuf> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(PathBuf::new());
    }
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && !segment.contains(|c: char| matches!(c, '\\' | ':') || c.is_control())
    };
    path.split('/').all(is_plain).then(|| path.split('/').collect())
}

/// The file or folder at a relative path, if following links does not lead out of the (canonical) root or to a hidden name.
pub(super) fn resolve(root: &Path, relative: &Path) -> Option<PathBuf> {
    let found = root.join(relative).canonicalize().ok()?;
    let inside = found.strip_prefix(root).ok()?;
    let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    (!inside.iter().any(is_hidden)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn refuses_every_path_that_is_not_made_of_plain_names() {
        for path in [
            "..",
            "../a",
            "a/..",
            "a/../b",
            ".",
            "./a",
            "a/./b",
            "a//b",
            "/a",
            "//a",
            ".env",
            "a/.git/config",
            "a\\b",
            "..\\a",
            "a\0",
            "a\0.txt",
            "C:",
            "C:/a",
            "a:stream",
            "a\nb",
            "a/../../b",
            "...",
            "\u{7f}",
        ] {
            assert_eq!(relative(path), None, "{path:?}");
        }
    }

    #[test]
    fn leaves_plain_names_as_they_are() {
        for path in ["a", "a/b.txt", "a b", "%2e%2e", "a%2fb", "é", "a..b", "a.", "~", "a;b", "?"] {
            assert_eq!(relative(path).as_deref(), Some(path.as_ref()), "{path:?}");
        }
        assert_eq!(relative("a/").as_deref(), Some("a".as_ref()));
        assert_eq!(relative("").as_deref(), Some("".as_ref()));
    }
}
