//! Where tokens come from: the Authorization field and cookies.

/// The token of an `Authorization` field value, if its scheme is Bearer (in any case; RFC 6750 §2.1, RFC 9110 §11.1). Whether it
/// looks like one is left to the verifier: a broken token is an invalid one, not a missing one.
pub fn bearer(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = authorization.trim_ascii().split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"bearer") || !rest.starts_with(b" ") {
        return None;
    }
    Some(rest.trim_ascii()).filter(|token| !token.is_empty())
}

/// The first cookie of this name in a `Cookie` field value, without enclosing double quotes.
pub fn cookie<'h>(field: &'h [u8], name: &str) -> Option<&'h [u8]> {
    cookies(field).find(|(found, _)| *found == name.as_bytes()).map(|(_, value)| value)
}

/// All cookies of a `Cookie` field value (RFC 6265 §4.2.1), in order; pairs without name or `=` are left out.
pub fn cookies(field: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    field.split(|&byte| byte == b';').filter_map(|pair| {
        let at = memchr::memchr(b'=', pair)?;
        let (name, value) = (pair[..at].trim_ascii(), pair[at + 1..].trim_ascii());
        let inner = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        (!name.is_empty()).then_some((name, inner.unwrap_or(value)))
    })
}
