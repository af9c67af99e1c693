//! Escape sequences of JSON strings (RFC 8259 §7).

/// The value of four hexadecimal digits.
pub(super) fn hex4(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |unit, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

/// The meaning of a text whose escapes were checked by the reader.
pub(super) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (meaning, length) = sequence(&rest[at..]);
        text.push(meaning);
        rest = rest.get(at + length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The first sequence of a text that begins with a backslash, and its length.
fn sequence(text: &str) -> (char, usize) {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'u') => {
            let unit = |at: usize| bytes.get(at..at + 4).and_then(hex4).unwrap_or(0xfffd);
            match unit(2) {
                high @ 0xd800..=0xdbff => {
                    let pair = char::decode_utf16([high, unit(8)]).next();
                    (pair.and_then(Result::ok).unwrap_or('\u{fffd}'), 12)
                }
                single => (char::from_u32(single.into()).unwrap_or('\u{fffd}'), 6),
            }
        }
        Some(&other) => (char::from(other), 2),
        None => ('\\', 1),
    }
}
