//! Network and mail addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Dotted quad without leading zeros (RFC 2673 §3.2).
pub(super) fn ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// RFC 4291 §2.2, without zone.
pub(super) fn ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// RFC 1123 §2.1: labels of 1 to 63 letters, digits and inner hyphens, 253 characters in all.
pub(super) fn hostname(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// As [`hostname`], with Zod's final dot.
pub(super) fn zod_hostname(text: &str) -> bool {
    hostname(text.strip_suffix('.').unwrap_or(text))
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A dot-atom (RFC 5322 §3.2.3) of at most 64 bytes at a host name (RFC 5321 §4.1.2).
pub(super) fn email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atext);
    local.len() <= 64 && local.split('.').all(is_atom) && hostname(host)
}

fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Zod's default pattern.
pub(super) fn zod_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let Some((labels, top)) = host.rsplit_once('.') else { return false };
    let is_part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_'+-".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed)
    };
    let is_label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    local.split('.').all(is_part)
        && !local.ends_with('\'')
        && labels.split('.').all(is_label)
        && top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
}
