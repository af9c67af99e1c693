//! Byte ranges (RFC 9110 §14).

/// What a `Range` field asks of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// All of it: no field, another unit, several ranges (which one may answer as a whole) or a field that cannot be read.
    Whole,
    /// These bytes, both included.
    Part(u64, u64),
    /// None of the file: 416.
    Unsatisfiable,
}

/// Reads a `Range` field for a file of a size.
pub(super) fn parse(field: &[u8], size: u64) -> Range {
    let Some((unit, ranges)) = std::str::from_utf8(field).ok().and_then(|field| field.split_once('=')) else {
        return Range::Whole;
    };
    let Some((first, last)) = ranges.trim_matches([' ', '\t']).split_once('-') else {
        return Range::Whole;
    };
    if !unit.trim_matches([' ', '\t']).eq_ignore_ascii_case("bytes") {
        return Range::Whole;
    }
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Range::Whole,
        (Some(first), _) if first >= size && (last.is_empty() || number(last).is_some()) => Range::Unsatisfiable,
        (Some(first), None) if last.is_empty() => Range::Part(first, size - 1),
        (Some(first), Some(last)) => Range::Part(first, last.min(size - 1)),
        (None, Some(length)) if first.is_empty() => match (length, size) {
            (0, _) | (_, 0) => Range::Unsatisfiable,
            _ => Range::Part(size.saturating_sub(length), size - 1),
        },
        _ => Range::Whole,
    }
}

/// Digits only; more than fit are the largest number.
fn number(text: &str) -> Option<u64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Range::{Part, Unsatisfiable, Whole};
    use super::*;

    #[test]
    fn reads_ranges_as_the_standard_says() {
        let cases: &[(&str, u64, Range)] = &[
            ("bytes=0-0", 10, Part(0, 0)),
            ("bytes=0-", 10, Part(0, 9)),
            ("bytes=2-5", 10, Part(2, 5)),
            ("bytes=5-100", 10, Part(5, 9)),
            ("bytes=-3", 10, Part(7, 9)),
            ("bytes=-100", 10, Part(0, 9)),
            ("Bytes = 1-2", 10, Part(1, 2)),
            ("bytes=9-99999999999999999999999", 10, Part(9, 9)),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=10-12", 10, Unsatisfiable),
            ("bytes=99999999999999999999999-", 10, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=-1", 0, Unsatisfiable),
            ("bytes=5-2", 10, Whole),
            ("bytes=50-20", 10, Whole),
            ("bytes=0-1,3-4", 10, Whole),
            ("bytes=-1,-2", 10, Whole),
            ("bytes=a-b", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=20-x", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=", 10, Whole),
            ("bytes", 10, Whole),
            ("lines=0-1", 10, Whole),
            ("", 10, Whole),
            ("bytes=--1", 10, Whole),
            ("bytes=1 - 2", 10, Whole),
        ];
        for (field, size, expected) in cases {
            assert_eq!(parse(field.as_bytes(), *size), *expected, "{field:?} of {size}");
        }
    }
}
