//! Durations: RFC 3339 appendix A, and Zod's reading of ISO 8601.

/// RFC 3339: weeks alone, or units in order without gaps (`P1Y1D` has no months and is refused).
pub(super) fn duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    if let Some(weeks) = rest.strip_suffix('W') {
        return is_number(weeks, false);
    }
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (rest, None),
    };
    let in_order = |text, units| Units::read(text, units, false).is_some_and(|units| units.without_gap);
    match time {
        None => !days.is_empty() && in_order(days, "YMD"),
        Some(time) => in_order(days, "YMD") && !time.is_empty() && in_order(time, "HMS"),
    }
}

/// Zod's `iso.duration()`: gaps and a decimal second are allowed.
pub(super) fn zod_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    if let Some(weeks) = rest.strip_suffix('W') {
        return is_number(weeks, false);
    }
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (rest, None),
    };
    let valid = |text, units| Units::read(text, units, true).is_some();
    match time {
        None => !days.is_empty() && valid(days, "YMD"),
        Some(time) => valid(days, "YMD") && !time.is_empty() && valid(time, "HMS"),
    }
}

struct Units {
    without_gap: bool,
}

impl Units {
    /// Numbers followed by units, each at most once and in order.
    fn read(mut text: &str, units: &str, decimals: bool) -> Option<Self> {
        let mut next = 0;
        let mut without_gap = true;
        let mut first = true;
        while !text.is_empty() {
            let at = text.find(|c: char| c.is_ascii_uppercase())?;
            let position = units.find(&text[at..=at])?;
            if position < next || !is_number(&text[..at], decimals && &text[at..=at] == "S") {
                return None;
            }
            without_gap &= first || position == next;
            first = false;
            next = position + 1;
            text = &text[at + 1..];
        }
        Some(Self { without_gap })
    }
}

fn is_number(text: &str, decimals: bool) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(['.', ',']) {
        Some((whole, fraction)) => decimals && is_digits(whole) && is_digits(fraction),
        None => is_digits(text),
    }
}
