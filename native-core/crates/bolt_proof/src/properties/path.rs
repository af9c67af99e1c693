//! A path finds at most one route, its parameters are decoded once, and they are pieces of the path.

use bolt_core::http::Method;
use bolt_core::http::percent;
use bolt_core::routing::{Matcher, Outcome, Pattern, Tree};

const ROUTES: [&str; 9] =
    ["/", "/a", "/a/", "/a/:x", "/a/b", "/a/:x/c", "/files/*rest", "/:one/:two/:three", "/\u{e9}"];

pub(super) fn check(input: &[u8]) {
    // All that a head lets through: nothing, behind a URL's authority, or a path.
    let path = Some(input).filter(|path| path.is_empty() || (path.starts_with(b"/") && path.is_ascii()));
    let Some(path) = path else { return };
    let mut tree = Tree::default();
    for (id, route) in (0..).zip(ROUTES) {
        let Ok(pattern) = Pattern::parse(route) else { panic!("{route} is a pattern") };
        if let Err(conflict) = tree.insert(Method::Get, &pattern, id) {
            panic!("{route}: {conflict:?}");
        }
    }
    let mut matcher = Matcher::default();
    let outcome = matcher.find(&tree, &[], Method::Get, path);
    if let Outcome::Route(id) = outcome {
        for at in 0..matcher.params() {
            let Some(value) = matcher.param(path, at) else { panic!("parameter {at} of {}", ROUTES[id as usize]) };
            assert!(value.len() <= path.len(), "{value:?}");
        }
        let Ok(whole) = percent::decode(input) else { panic!("a bad escape was routed: {path:?}") };
        assert!(whole.is_empty() || whole.starts_with('/'), "{path:?}");
    }
    let again = format!("{:?}", Matcher::default().find(&tree, &[], Method::Get, path));
    assert_eq!(format!("{outcome:?}"), again, "a matcher remembers");
}
