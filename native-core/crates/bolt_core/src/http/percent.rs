//! Percent-decoding (RFC 3986 §2.1), strict: a `%` that is not followed by two hex digits, or text that is not UTF-8, is refused.

use std::borrow::Cow;

/// The text was not decodable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadEncoding;

/// Decodes one path segment (RFC 3986 §2.1), once.
///
/// # Errors
/// A bad escape, or not UTF-8.
pub fn decode(text: &[u8]) -> Result<Cow<'_, str>, BadEncoding> {
    decode_with(text, false)
}

/// Decodes one name or value of a query (`application/x-www-form-urlencoded`): `+` is a space.
///
/// # Errors
/// A bad escape, or not UTF-8.
pub fn decode_query(text: &[u8]) -> Result<Cow<'_, str>, BadEncoding> {
    decode_with(text, true)
}

fn decode_with(text: &[u8], plus: bool) -> Result<Cow<'_, str>, BadEncoding> {
    if !text.iter().any(|b| *b == b'%' || (plus && *b == b'+')) {
        return str::from_utf8(text).map(Cow::Borrowed).map_err(|_| BadEncoding);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(BadEncoding),
            },
            b'+' if plus => b' ',
            byte => *byte,
        });
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| BadEncoding)
}

fn hex(digit: &u8) -> Option<u8> {
    char::from(*digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_once() {
        assert_eq!(decode(b"a%2Fb%252F%C3%A9+"), Ok("a/b%2Fé+".into()));
        assert_eq!(decode_query(b"a+b%2B"), Ok("a b+".into()));
    }

    #[test]
    fn bad_escapes_and_bad_utf8_are_refused() {
        for bad in [&b"%"[..], b"%4", b"%zz", b"%ff", b"%C3", b"%+1"] {
            assert_eq!(decode(bad), Err(BadEncoding), "{bad:?}");
        }
    }
}
