//! Numbers: PostgreSQL writes them as JSON does, but for a few.

use bolt_sql::rows::Misfit;

/// Writes a number; what is none in JSON is null.
pub(super) fn write(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Misfit> {
    match text {
        b"NaN" | b"Infinity" | b"-Infinity" => out.extend_from_slice(b"null"),
        // JavaScript writes it so.
        b"-0" => out.push(b'0'),
        // To a double it is infinite.
        _ if is_number(text) && is_huge(text) => out.extend_from_slice(b"null"),
        _ if is_number(text) => out.extend_from_slice(text),
        _ => return Err(Misfit),
    }
    Ok(())
}

/// Whether a number is too large for a double. Few have as many digits or an exponent, and only those are looked at.
fn is_huge(text: &[u8]) -> bool {
    let may_be = text.len() > f64::MAX_10_EXP as usize || text.iter().any(|byte| matches!(byte, b'e' | b'E'));
    may_be && str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok()).is_none_or(f64::is_infinite)
}

/// RFC 8259, section 6.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        let mut out = Vec::new();
        write(&mut out, text.as_bytes()).ok()?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn what_json_has_is_kept_digit_by_digit() {
        for text in ["0", "-1", "10", "1.50", "0.1", "1e+300", "1.5e-07", "9223372036854775807"] {
            assert_eq!(written(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_json_has_not_is_null() {
        for text in ["NaN", "Infinity", "-Infinity"] {
            assert_eq!(written(text).as_deref(), Some("null"));
        }
        assert_eq!(written("-0").as_deref(), Some("0"));
        for text in ["1e400", "-1.5E+309", &"9".repeat(310)] {
            assert_eq!(written(text).as_deref(), Some("null"), "{text}");
        }
        assert_eq!(written(&"9".repeat(300)), Some("9".repeat(300)));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "-", "1.", ".5", "01", "1e", "1e+", "0x10", "1 ", "t", "1,2", "null", "$1.00"] {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
