//! Patterns that Zod writes beside a format, recognised by their text and checked by hand: quicker, and some use look-ahead.

use super::{Format, address, duration, time};

const UUID_HEAD: &str = "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-";
const UUID_TAIL: &str = "[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}";
const DATE: &str = r"(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))";
const EMAIL: &str =
    r"^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";
const EMAIL_BEFORE: &str =
    r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";
const IPV4: &str = r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$";
/// How Zod's pattern begins. Its own check takes an embedded IPv4 address as well, which the pattern does not.
const IPV6_START: &str =
    "^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|";
const HOSTNAME: &str = r"^(?=.{1,253}\.?$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-0-9a-zA-Z]{0,61}[0-9a-zA-Z])?)*\.?$";
const DURATION: &str = r"^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$";

/// The check that says the same as a format with this very pattern.
pub(super) fn by_pattern(name: &str, pattern: &str) -> Option<Format> {
    let (name, check): (&'static str, fn(&str) -> bool) = match name {
        "uuid" => ("uuid", by_uuid_pattern(pattern)?),
        "email" if pattern == EMAIL || pattern == EMAIL_BEFORE => ("email", address::zod_email),
        "ipv4" if pattern == IPV4 => ("ipv4", address::ipv4),
        "ipv6" if pattern.starts_with(IPV6_START) => ("ipv6", address::ipv6),
        "hostname" if pattern == HOSTNAME => ("hostname", address::zod_hostname),
        "duration" if pattern == DURATION => ("duration", duration::zod_duration),
        "date" if pattern == format!("^{DATE}$") => ("date", time::date),
        "date-time" => ("date-time", by_date_time_pattern(pattern)?),
        _ => return None,
    };
    Some(Format { name, check })
}

fn by_uuid_pattern(pattern: &str) -> Option<fn(&str) -> bool> {
    let rest = pattern.strip_prefix(UUID_HEAD)?;
    if rest == "[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$" {
        return Some(uuid);
    }
    let any = format!("[1-8]{UUID_TAIL}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$");
    if rest == any {
        return Some(zod_uuid);
    }
    let check: fn(&str) -> bool = match rest.as_bytes().first()? {
        b'1' => |text| uuid_of(text, b'1'),
        b'4' => |text| uuid_of(text, b'4'),
        b'6' => |text| uuid_of(text, b'6'),
        b'7' => |text| uuid_of(text, b'7'),
        _ => return None,
    };
    (rest[1..] == format!("{UUID_TAIL})$")).then_some(check)
}

fn by_date_time_pattern(pattern: &str) -> Option<fn(&str) -> bool> {
    const CLOCK: &str = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?";
    if pattern == format!("^{DATE}T(?:{CLOCK}(?:Z))$") {
        return Some(|text| time::zod_date_time(text, false));
    }
    if pattern == format!(r"^{DATE}T(?:{CLOCK}(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$") {
        return Some(|text| time::zod_date_time(text, true));
    }
    None
}

/// Five groups of hexadecimal digits (RFC 9562 §4).
pub(super) fn uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn has_variant(text: &str) -> bool {
    matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b' | b'A' | b'B')
}

fn uuid_of(text: &str, version: u8) -> bool {
    uuid(text) && text.as_bytes()[14] == version && has_variant(text)
}

/// Versions 1 to 8, the nil and (in lower case) the max UUID.
fn zod_uuid(text: &str) -> bool {
    uuid(text)
        && ((matches!(text.as_bytes()[14], b'1'..=b'8') && has_variant(text))
            || text == "00000000-0000-0000-0000-000000000000"
            || text == "ffffffff-ffff-ffff-ffff-ffffffffffff")
}

/// A text that is itself JSON.
pub(super) fn json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::pattern::Pattern;

    /// Small deterministic generator (splitmix64).
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    #[test]
    fn agrees_with_the_pattern_on_mutated_texts() {
        let any_uuid = format!(
            "{UUID_HEAD}[1-8]{UUID_TAIL}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$"
        );
        let clock = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?";
        let cases: Vec<(&str, String, Vec<&str>)> = vec![
            (
                "uuid",
                any_uuid,
                vec![
                    "123e4567-e89b-12d3-a456-426614174000",
                    "00000000-0000-0000-0000-000000000000",
                    "ffffffff-ffff-ffff-ffff-ffffffffffff",
                ],
            ),
            ("uuid", format!("{UUID_HEAD}4{UUID_TAIL})$"), vec!["9b2cf4b3-1a5a-4c1e-9f1e-0d4f3c6b7a89"]),
            ("email", EMAIL.to_owned(), vec!["a.b'c+d_e-f@x-y.example.com", "o'@a.bc", "a@b.co"]),
            ("ipv4", IPV4.to_owned(), vec!["127.0.0.1", "255.249.199.99"]),
            ("date", format!("^{DATE}$"), vec!["2024-02-29", "1900-02-28", "2026-12-31"]),
            ("date-time", format!("^{DATE}T(?:{clock}(?:Z))$"), vec!["2024-02-29T23:59:59.123Z"]),
            (
                "date-time",
                format!(r"^{DATE}T(?:{clock}(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$"),
                vec!["2026-11-23T09:53:23+02:30", "2026-11-23T09:53:23.5-12:00"],
            ),
        ];
        let alphabet: Vec<char> = "0123456789abfgzABFZ-.:'+_@TtZz é\n".chars().collect();
        let mut state = 7;
        for (name, pattern, seeds) in cases {
            let by_hand = by_pattern(name, &pattern).expect("recognised");
            let by_regex = Pattern::compile(&pattern).expect("translatable");
            let mut accepted = 0;
            for round in 0..20_000u64 {
                let seed = seeds[(round as usize) % seeds.len()];
                let mut text: Vec<char> = seed.chars().collect();
                for _ in 0..next(&mut state) % 3 {
                    let at = (next(&mut state) as usize) % text.len().max(1);
                    let character = alphabet[(next(&mut state) as usize) % alphabet.len()];
                    match next(&mut state) % 3 {
                        0 if at < text.len() => text[at] = character,
                        1 if at < text.len() => drop(text.remove(at)),
                        _ => text.insert(at.min(text.len()), character),
                    }
                }
                let text: String = text.into_iter().collect();
                accepted += u32::from(by_regex.matches(&text));
                assert_eq!(by_hand.matches(&text), by_regex.matches(&text), "{name} {text:?}");
            }
            assert!(accepted > 2_000 && accepted < 19_000, "{name}: {accepted} accepted shows little");
        }
    }
}
