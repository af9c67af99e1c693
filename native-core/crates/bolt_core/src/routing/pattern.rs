//! Path patterns: `/notes/:id`, `/files/*path`.

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Exactly this text, compared after percent-decoding.
    Static(String),
    /// Any one segment that is not empty.
    Param,
    /// All the rest, which may be empty.
    CatchAll,
}

/// A pattern taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Its segments; of `/a/` these are `a` and an empty one.
    pub segments: Vec<Segment>,
    /// Names of the parameters, in path order.
    pub names: Vec<String>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(path: &str) -> Result<Self, String> {
        let rest = path.strip_prefix('/').ok_or_else(|| format!("path {path:?} must begin with /"))?;
        if path.contains(['?', '#', '%']) || path.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(format!("path {path:?} must be plain text: no ?, #, % or white space"));
        }
        let mut pattern = Self { segments: Vec::new(), names: Vec::new() };
        for text in rest.split('/') {
            if pattern.segments.last() == Some(&Segment::CatchAll) {
                return Err(format!("path {path:?} has something after its catch-all"));
            }
            let segment = match text.as_bytes().first() {
                Some(b':') => Segment::Param,
                Some(b'*') => Segment::CatchAll,
                _ => Segment::Static(text.to_owned()),
            };
            if !matches!(segment, Segment::Static(_)) {
                pattern.name(path, &text[1..])?;
            } else if text.contains([':', '*']) {
                return Err(format!("path {path:?}: a parameter is a whole segment, {text:?} is not"));
            }
            pattern.segments.push(segment);
        }
        Ok(pattern)
    }

    fn name(&mut self, path: &str, name: &str) -> Result<(), String> {
        let mut bytes = name.bytes();
        let good = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !good {
            return Err(format!("path {path:?}: a parameter is named with letters, digits and _, {name:?} is not"));
        }
        if self.names.iter().any(|other| other == name) {
            return Err(format!("path {path:?} names the parameter {name:?} twice"));
        }
        self.names.push(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_static_parameter_and_catch_all() {
        let pattern = Pattern::parse("/a/:id/*path").expect("valid");
        assert_eq!(pattern.names, ["id", "path"]);
        assert_eq!(pattern.segments, [Segment::Static("a".into()), Segment::Param, Segment::CatchAll]);
        assert_eq!(Pattern::parse("/").expect("valid").segments, [Segment::Static(String::new())]);
    }

    #[test]
    fn malformed_patterns_are_refused() {
        for bad in ["", "a", "/:", "/*", "/:a/:a", "/*a/b", "/x:a", "/a b", "/a?b", "/%41", "/:a-b", "/*a*"] {
            assert!(Pattern::parse(bad).is_err(), "{bad:?}");
        }
    }
}
