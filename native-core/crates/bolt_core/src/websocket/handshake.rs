//! The request that asks for an upgrade (RFC 6455 §4.2.1) and what the response says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The version that is spoken here: the value of Sec-WebSocket-Version (RFC 6455 §4.1).
pub const VERSION: &str = "13";

/// The value of Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2).
pub fn accept_key(key: &[u8]) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// Whether a key is the base64 text of 16 bytes (RFC 6455 §4.1).
pub fn is_key(key: &[u8]) -> bool {
    STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

/// Whether a list of tokens, such as the value of Connection, has one of a name, in any case (RFC 9110 §5.6.1).
pub fn has_token(list: &[u8], token: &str) -> bool {
    list.split(|b| *b == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

/// Whether the page that a browser sends as Origin came from the host that the request is for. The scheme is not compared, as a proxy
/// may have ended TLS; the port is, unless it is the scheme's own.
pub fn is_same_origin(origin: &[u8], host: &[u8]) -> bool {
    let lower = origin.to_ascii_lowercase();
    let (authority, port): (&[u8], &[u8]) = if let Some(rest) = lower.strip_prefix(b"https://") {
        (rest, b":443")
    } else if let Some(rest) = lower.strip_prefix(b"http://") {
        (rest, b":80")
    } else {
        return false;
    };
    let host = host.to_ascii_lowercase();
    let bare = |name: &'_ [u8]| name.strip_suffix(port).unwrap_or(name).to_vec();
    !authority.is_empty() && bare(authority) == bare(&host)
}

/// The first of the client's subprotocols that the server speaks.
pub fn choose_protocol<'p>(offered: impl Iterator<Item = &'p [u8]>, spoken: &[String]) -> Option<&'p str> {
    offered
        .flat_map(|field| field.split(|b| *b == b','))
        .filter_map(|name| str::from_utf8(name.trim_ascii()).ok())
        .find(|name| spoken.iter().any(|known| known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_gives_its_answer() {
        assert_eq!(accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        assert!(is_key(b"dGhlIHNhbXBsZSBub25jZQ=="));
        for bad in [&b""[..], b"dGhlIHNhbXBsZSBub25jZQ", b"dGhlIHNhbXBsZSBub25j", b"!!!!IHNhbXBsZSBub25jZQ=="] {
            assert!(!is_key(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_origin_is_the_same_by_host_and_port() {
        let same = |origin: &str, host: &str| is_same_origin(origin.as_bytes(), host.as_bytes());
        assert!(same("https://App.example", "app.example"));
        assert!(same("https://app.example", "app.example:443"));
        assert!(same("http://localhost:3000", "localhost:3000"));
        assert!(same("http://[::1]:3000", "[::1]:3000"));
        for (origin, host) in [
            ("https://app.example", "app.example:80"),
            ("https://evil.example", "app.example"),
            ("https://app.example.evil.example", "app.example"),
            ("https://evil-app.example", "app.example"),
            ("http://localhost:3001", "localhost:3000"),
            ("null", "app.example"),
            ("https://", ""),
            ("file://app.example", "app.example"),
        ] {
            assert!(!same(origin, host), "{origin} {host}");
        }
    }

    #[test]
    fn the_first_subprotocol_of_the_client_that_is_spoken_is_chosen() {
        let spoken = ["v1".to_owned(), "v2".to_owned()];
        let choose = |fields: &[&'static str]| choose_protocol(fields.iter().map(|f| f.as_bytes()), &spoken);
        assert_eq!(choose(&["v3, v2", "v1"]), Some("v2"));
        assert_eq!(choose(&["V2"]), None);
        assert_eq!(choose(&[]), None);
    }

    #[test]
    fn tokens_are_found_in_lists_and_in_any_case() {
        assert!(has_token(b"keep-alive, Upgrade", "upgrade"));
        assert!(!has_token(b"keep-alive, Upgraded", "upgrade"));
    }
}
