//! Pieces of a response head (RFC 9112 §4).

use super::Method;

/// Appends a status line (RFC 9112 §4).
#[inline]
pub fn status_line(out: &mut Vec<u8>, status: u16) {
    if status == 200 {
        return out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(itoa::Buffer::new().format(status).as_bytes());
    out.push(b' ');
    out.extend_from_slice(reason(status).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends the field line `content-length: n` (RFC 9110 §8.6); `length` in bytes.
#[inline]
pub fn content_length(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(b"content-length: ");
    out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends a chunk (RFC 9112 §7.1); `data` is not empty, as a chunk without data is the last one.
pub fn chunk(out: &mut Vec<u8>, data: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let length = data.len();
    let digits = (usize::BITS - length.leading_zeros()).div_ceil(4).max(1);
    out.reserve(length + digits as usize + 4);
    out.extend((0..digits).rev().map(|at| DIGITS[(length >> (4 * at)) & 15]));
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// Appends the last chunk, without trailers (RFC 9112 §7.1).
pub fn last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}

/// Appends a field line; name and value must have passed [`is_field_name`] and [`is_field_value`].
pub fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Whether a response with this status has a body at all (RFC 9110 §6.4.1); without one there is no Content-Length either.
pub fn has_body(status: u16) -> bool {
    !matches!(status, 100..=199 | 204 | 304)
}

/// Whether only the engine may set a field: framing and connection (RFC 9110 §7.6.1, RFC 9112 §6), date and id.
pub fn is_engine_field(name: &str) -> bool {
    let is = |reserved: &str| name.eq_ignore_ascii_case(reserved);
    match name.len() {
        4 => is("date"),
        7 => is("upgrade"),
        10 => is("connection") || is("keep-alive"),
        12 => is("x-request-id"),
        14 => is("content-length"),
        17 => is("transfer-encoding"),
        20 => is("sec-websocket-accept"),
        22 => is("sec-websocket-protocol"),
        24 => is("sec-websocket-extensions"),
        _ => false,
    }
}

/// A field name: a token (RFC 9110 §5.1).
pub fn is_field_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b))
}

/// A field value (RFC 9110 §5.5): no CR, LF, NUL or other control character, no white space at the ends.
pub fn is_field_value(value: &[u8]) -> bool {
    value.iter().all(|b| matches!(b, b'\t' | 0x20..=0x7e | 0x80..)) && value.trim_ascii().len() == value.len()
}

/// Value of an Allow field (RFC 9110 §10.2.1) for the methods of a bit set (bit = position in [`Method::ROUTABLE`]). HEAD comes with GET, OPTIONS always.
pub fn allow(methods: u8) -> String {
    let bit = |method: Method| Method::ROUTABLE.iter().position(|m| *m == method).map_or(0, |at| 1u8 << at);
    let get = if methods & bit(Method::Get) != 0 { bit(Method::Head) } else { 0 };
    let all = methods | get | bit(Method::Options);
    let names = Method::ROUTABLE.iter().filter(|m| all & bit(**m) != 0).map(|m| m.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// Reason phrase of the statuses of RFC 9110 §15 and a few registered ones; clients ignore it.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        418 => "I'm a teapot",
        422 => "Unprocessable Content",
        423 => "Locked",
        424 => "Failed Dependency",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        511 => "Network Authentication Required",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_names_head_with_get_and_always_options() {
        assert_eq!(allow(0b0000_0001), "GET, HEAD, OPTIONS");
        assert_eq!(allow(0b0010_0100), "POST, DELETE, OPTIONS");
    }

    #[test]
    fn a_chunk_says_its_length_in_hexadecimal() {
        for length in [1usize, 9, 15, 16, 255, 256, 4096, 65_535, 65_536, 1_048_575] {
            let mut out = Vec::new();
            chunk(&mut out, &vec![b'x'; length]);
            let head = format!("{length:x}\r\n");
            assert!(out.starts_with(head.as_bytes()) && out.ends_with(b"x\r\n"), "{length}");
            assert_eq!(out.len(), head.len() + length + 2);
        }
    }

    #[test]
    fn values_that_split_a_response_are_no_field_values() {
        for bad in ["a\r\nb: c", "a\nb", "a\rb", "a\0b", " a", "a ", "a\x7f"] {
            assert!(!is_field_value(bad.as_bytes()), "{bad:?}");
        }
        assert!(is_field_value(b"") && is_field_value("a\tb é".as_bytes()));
    }
}
