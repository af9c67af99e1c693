//! The four forms of a request target (RFC 9112 §3.2) and the authority in it (RFC 3986 §3.2).

use super::{Method, Span};
use crate::error::{ErrorCode, Refusal};

/// A target taken apart; spans are relative to the target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) path: Span,
    pub(super) query: Option<Span>,
    /// Of an absolute target.
    pub(super) authority: Option<Span>,
    pub(super) asterisk: bool,
}

/// Reads a target: origin form, absolute form, or `*` for OPTIONS.
pub(super) fn read(method: Method, target: &[u8]) -> Result<Form, Refusal> {
    if method == Method::Connect {
        return Err(Refusal::new(ErrorCode::NotImplemented, "This is no proxy: CONNECT is not available."));
    }
    if !target.iter().all(|b| IN_TARGET[usize::from(*b)]) {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            "The request target has characters that must be percent-encoded.",
        ));
    }
    if target.first() == Some(&b'/') {
        return Ok(split(target, 0, None));
    }
    if target == b"*" && method == Method::Options {
        let whole = Span::new(0, 1);
        return Ok(Form { path: whole, query: None, authority: None, asterisk: true });
    }
    absolute(target).ok_or_else(|| {
        Refusal::new(ErrorCode::BadRequest, "The request target must be a path that begins with / or an http URL.")
    })
}

fn absolute(target: &[u8]) -> Option<Form> {
    let scheme = target.windows(3).position(|part| part == b"://")?;
    if !(target[..scheme].eq_ignore_ascii_case(b"http") || target[..scheme].eq_ignore_ascii_case(b"https")) {
        return None;
    }
    let start = scheme + 3;
    let end = target[start..].iter().position(|b| matches!(b, b'/' | b'?')).map_or(target.len(), |at| start + at);
    if !is_authority(&target[start..end]) {
        return None;
    }
    Some(split(target, end, Some(Span::new(start, end))))
}

fn split(target: &[u8], start: usize, authority: Option<Span>) -> Form {
    let question = memchr::memchr(b'?', &target[start..]).map(|at| start + at);
    Form {
        path: Span::new(start, question.unwrap_or(target.len())),
        query: question.map(|at| Span::new(at + 1, target.len())),
        authority,
        asterisk: false,
    }
}

/// Visible ASCII but for what neither a URI (RFC 3986 §2) nor a browser leaves unencoded.
const fn is_in_target(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e) && !matches!(byte, b'"' | b'<' | b'>' | b'#' | b'\\' | b'^' | b'`')
}

/// A registered name or an IPv4 address (RFC 3986 §3.2.2), without escapes: readers disagree on whether `a%2eb` is another name for `a.b`.
const fn is_in_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+')
        || matches!(byte, b',' | b';' | b'=')
}

/// Every request asks for each of its bytes: one look-up instead of a dozen comparisons.
static IN_TARGET: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_in_target(byte as u8);
        byte += 1;
    }
    table
};

static IN_HOST: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_in_host(byte as u8);
        byte += 1;
    }
    table
};

/// Whether it is `host[:port]` with a host that is not empty; user information is refused (RFC 9110 §4.2.4).
pub(super) fn is_authority(text: &[u8]) -> bool {
    let rest = match text {
        [b'[', literal @ ..] => after_ip_literal(literal),
        _ => {
            let host = text.iter().position(|b| !IN_HOST[usize::from(*b)]).unwrap_or(text.len());
            (host > 0).then(|| &text[host..])
        }
    };
    match rest {
        Some([]) => true,
        Some([b':', digits @ ..]) => is_port(digits),
        _ => false,
    }
}

/// What follows `::1]`.
fn after_ip_literal(literal: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(b']', literal)?;
    str::from_utf8(&literal[..end]).ok()?.parse::<std::net::Ipv6Addr>().ok()?;
    Some(&literal[end + 1..])
}

/// Up to 65535; it may be empty (RFC 3986 §3.2.3).
fn is_port(digits: &[u8]) -> bool {
    let add = |sum: u32, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'));
    digits.len() <= 5 && digits.iter().try_fold(0, add).is_some_and(|port| port <= 65_535)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_a_host_with_an_optional_port() {
        for good in ["a", "a.example:80", "127.0.0.1:3000", "[::1]", "[::1]:8080", "a:", "xn--bcher-kva.example"] {
            assert!(is_authority(good.as_bytes()), "{good}");
        }
        for bad in [
            "", ":80", "a b", "u@a", "a:b", "a:99999", "[::1", "::1", "[zz]", "a/b", "a,b c", "a:80:80", "a\"b", "a%41",
        ] {
            assert!(!is_authority(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn an_absolute_target_gives_authority_path_and_query() {
        let form = read(Method::Get, b"http://a.example:81/x?y=1").expect("valid");
        assert_eq!((form.path, form.query), (Span::new(19, 21), Some(Span::new(22, 25))));
        assert_eq!(form.authority, Some(Span::new(7, 19)));
    }

    #[test]
    fn a_target_without_path_has_an_empty_one() {
        assert!(read(Method::Get, b"http://a.example").expect("valid").path.is_empty());
    }
}
