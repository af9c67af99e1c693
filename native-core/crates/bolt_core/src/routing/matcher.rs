//! Matching of one request path: decoding of its segments, mounts, slash redirects.

use super::tree::{Tree, Walk};
use crate::http::{Method, Span, percent};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A route; its parameters are in the matcher.
    Route(u32),
    /// The path has routes, but none for the method. The bits are positions in [`Method::ROUTABLE`].
    OtherMethods(u8),
    /// Only the same path with (`true`) or without (`false`) a final slash has routes.
    Slash(bool),
    /// Nothing.
    Nothing,
    /// A segment is not decodable.
    BadEncoding,
}

/// Reusable memory of matching.
#[derive(Debug, Default)]
pub struct Matcher {
    segments: Vec<Span>,
    params: Vec<Span>,
    /// Decoded segments; empty when the path has no escapes.
    decoded: Vec<u8>,
}

impl Matcher {
    /// Looks a path up; it begins with `/` or is empty, and has no query. Mounts are pairs of prefix and route, longest first.
    pub fn find(&mut self, tree: &Tree, mounts: &[(String, u32)], method: Method, path: &[u8]) -> Outcome {
        if self.split(path).is_err() {
            return Outcome::BadEncoding;
        }
        self.params.clear();
        let text = if self.decoded.is_empty() { path } else { &self.decoded };
        let mut walk = Walk { text, segments: &self.segments, method, params: &mut self.params, allowed: 0 };
        if let Some(route) = tree.find(&mut walk) {
            return Outcome::Route(route);
        }
        let allowed = walk.allowed;
        if let Some((_, route)) = mounts.iter().find(|(prefix, _)| below(text, prefix.as_bytes())) {
            return Outcome::Route(*route);
        }
        if allowed != 0 {
            return Outcome::OtherMethods(allowed);
        }
        self.twin(tree, path)
    }

    /// The text of a parameter of the last route found in `path`.
    pub fn param<'m>(&'m self, path: &'m [u8], at: usize) -> Option<&'m str> {
        let text = if self.decoded.is_empty() { path } else { &self.decoded };
        self.params.get(at).and_then(|span| str::from_utf8(span.slice(text)).ok())
    }

    /// Number of parameters of the last route found.
    pub fn params(&self) -> usize {
        self.params.len()
    }

    /// Takes the path apart at its slashes; with escapes in it, each segment is decoded on its own, so that `%2F` stays inside one.
    fn split(&mut self, path: &[u8]) -> Result<(), percent::BadEncoding> {
        self.segments.clear();
        self.decoded.clear();
        let rest = path.strip_prefix(b"/").unwrap_or(path);
        let begin = path.len() - rest.len();
        let plain = !path.contains(&b'%');
        let mut start = begin;
        for end in memchr::memchr_iter(b'/', rest).map(|at| begin + at).chain([path.len()]) {
            if plain {
                self.segments.push(Span::new(start, end));
            } else {
                let text = percent::decode(&path[start..end])?;
                self.decoded.push(b'/');
                let from = self.decoded.len();
                self.decoded.extend_from_slice(text.as_bytes());
                self.segments.push(Span::new(from, self.decoded.len()));
            }
            start = end + 1;
        }
        Ok(())
    }

    /// Whether the path with its final slash toggled has routes. A path that begins with `//` is never redirected: as a Location it would
    /// name another host.
    fn twin(&mut self, tree: &Tree, path: &[u8]) -> Outcome {
        let end = self.segments.last().map_or(0, |last| last.end());
        let add = self.segments.last().is_some_and(|last| !last.is_empty());
        if path.starts_with(b"//") || (!add && self.segments.len() < 2) {
            return Outcome::Nothing;
        }
        if add {
            self.segments.push(Span::new(end, end));
        } else {
            self.segments.pop();
        }
        self.params.clear();
        let text = if self.decoded.is_empty() { path } else { &self.decoded };
        let mut walk =
            Walk { text, segments: &self.segments, method: Method::Get, params: &mut self.params, allowed: 0 };
        if tree.find(&mut walk).is_some() || walk.allowed != 0 { Outcome::Slash(add) } else { Outcome::Nothing }
    }
}

fn below(path: &[u8], prefix: &[u8]) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || prefix.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Pattern;

    fn tree(routes: &[(Method, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (id, (method, path)) in routes.iter().enumerate() {
            tree.insert(*method, &Pattern::parse(path).expect("a pattern"), id as u32).expect("no conflict");
        }
        tree
    }

    fn find(tree: &Tree, method: Method, path: &str) -> (Outcome, Vec<String>) {
        let mut matcher = Matcher::default();
        let outcome = matcher.find(tree, &[("/old".into(), 90), ("".into(), 91)][..1], method, path.as_bytes());
        let params =
            (0..matcher.params()).filter_map(|at| matcher.param(path.as_bytes(), at)).map(str::to_owned).collect();
        (outcome, params)
    }

    #[test]
    fn static_beats_parameter_beats_catch_all_for_each_method_alone() {
        use Method::{Get, Head, Post, Put};
        let tree = tree(&[(Get, "/a/me"), (Get, "/a/:id"), (Post, "/a/:id"), (Get, "/*rest"), (Get, "/a/:id/x")]);
        for (method, path, outcome, params) in [
            (Get, "/a/me", Outcome::Route(0), &[][..]),
            (Get, "/a/you", Outcome::Route(1), &["you"]),
            (Post, "/a/me", Outcome::Route(2), &["me"]),
            (Get, "/a/me/x", Outcome::Route(4), &["me"]),
            (Get, "/a/me/y", Outcome::Route(3), &["a/me/y"]),
            (Head, "/a/me", Outcome::Route(0), &[]),
            (Get, "/", Outcome::Route(3), &[""]),
            (Get, "/a//x", Outcome::Route(3), &["a//x"]),
            (Put, "/a/me", Outcome::OtherMethods(0b101), &[]),
        ] {
            let (found, given) = find(&tree, method, path);
            assert_eq!(
                (found, given.iter().map(String::as_str).collect::<Vec<_>>()),
                (outcome, params.to_vec()),
                "{path}"
            );
        }
    }

    #[test]
    fn segments_are_decoded_once_and_apart() {
        let tree = tree(&[(Method::Get, "/café/:a/:b"), (Method::Get, "/f/*p")]);
        assert_eq!(find(&tree, Method::Get, "/caf%C3%A9/x%2Fy/%252F").1, ["x/y", "%2F"]);
        assert_eq!(find(&tree, Method::Get, "/f/a%20b/c").1, ["a b/c"]);
        for bad in ["/f/%", "/f/%zz", "/f/%ff", "/%e9"] {
            assert_eq!(find(&tree, Method::Get, bad).0, Outcome::BadEncoding, "{bad}");
        }
    }

    #[test]
    fn only_the_twin_redirects() {
        let tree = tree(&[(Method::Get, "/a"), (Method::Post, "/b/"), (Method::Get, "/f/*p"), (Method::Get, "/:x/:y")]);
        for (path, outcome) in [
            ("/a/", Outcome::Slash(false)),
            ("/b", Outcome::Slash(true)),
            ("/f", Outcome::Slash(true)),
            ("/none/", Outcome::Nothing),
            ("//x/", Outcome::Nothing),
            ("/", Outcome::Nothing),
            ("//evil.example/x/", Outcome::Nothing),
        ] {
            assert_eq!(find(&tree, Method::Get, path).0, outcome, "{path}");
        }
    }

    #[test]
    fn a_mount_takes_what_no_route_matched() {
        let tree = tree(&[(Method::Get, "/old/new")]);
        assert_eq!(find(&tree, Method::Get, "/old/new").0, Outcome::Route(0));
        assert_eq!(find(&tree, Method::Post, "/old/new").0, Outcome::Route(90));
        assert_eq!(find(&tree, Method::Other, "/old").0, Outcome::Route(90));
        assert_eq!(find(&tree, Method::Get, "/older").0, Outcome::Nothing);
    }

    #[test]
    fn a_duplicate_is_refused_whatever_its_parameters_are_called() {
        let mut tree = tree(&[(Method::Get, "/a/:id")]);
        let again = Pattern::parse("/a/:other").expect("a pattern");
        assert_eq!(tree.insert(Method::Get, &again, 7).map_err(|c| c.with), Err(0));
        assert!(tree.insert(Method::Post, &again, 7).is_ok());
    }
}
