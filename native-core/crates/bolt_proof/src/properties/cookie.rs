//! Cookies are pieces of their field, found by name as by list; the same for bearer tokens.

use bolt_core::auth::{bearer, cookie, cookies};

pub(super) fn check(input: &[u8]) {
    for (name, value) in cookies(input) {
        assert!(!name.is_empty() && !name.contains(&b'=') && !name.contains(&b';'), "{}", name.escape_ascii());
        assert!(!value.contains(&b';'), "{}", value.escape_ascii());
        let Ok(text) = str::from_utf8(name) else { continue };
        let first = cookies(input).find(|(other, _)| *other == name).map(|(_, value)| value);
        assert_eq!(cookie(input, text), first);
    }
    if let Some(token) = bearer(input) {
        assert!(!token.is_empty() && token.trim_ascii() == token);
    }
}
