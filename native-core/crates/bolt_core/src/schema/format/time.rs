//! Dates and times of RFC 3339 §5.6.

/// `full-date`, with the days that the month really has.
pub(super) fn date(text: &str) -> bool {
    match *text.as_bytes() {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
            let Some([y1, y2, y3, y4, m1, m2, d1, d2]) = digits([y1, y2, y3, y4, m1, m2, d1, d2]) else {
                return false;
            };
            let year = y1 * 1000 + y2 * 100 + y3 * 10 + y4;
            let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
            (1..=days(year, month)).contains(&day)
        }
        _ => false,
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

/// `date-time`.
pub(super) fn date_time(text: &str) -> bool {
    match text.split_once(['T', 't']) {
        Some((day, rest)) => date(day) && time(rest),
        None => false,
    }
}

/// `full-time`. A 60th second is only there at the end of a UTC day.
pub(super) fn time(text: &str) -> bool {
    let Some((clock, rest)) = clock(text) else { return false };
    let Some(offset) = offset(rest) else { return false };
    let [hour, minute, second] = clock;
    let utc_minute = (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60);
    second < 60 || utc_minute == 24 * 60 - 1
}

/// Hour, minute and second (up to 60) with optional decimals, and what follows.
fn clock(text: &str) -> Option<([u32; 3], &str)> {
    let (clock, rest) = text.split_at_checked(8)?;
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = clock.as_bytes() else { return None };
    let [h1, h2, m1, m2, s1, s2] = digits([h1, h2, m1, m2, s1, s2])?;
    let clock @ [hour, minute, second] = [h1 * 10 + h2, m1 * 10 + m2, s1 * 10 + s2];
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(decimals) => {
            let rest = decimals.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() < decimals.len()).then_some(rest)?
        }
    };
    (hour < 24 && minute < 60 && second <= 60).then_some((clock, rest))
}

/// Minutes east of UTC.
fn offset(text: &str) -> Option<i64> {
    match *text.as_bytes() {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let [h1, h2, m1, m2] = digits([h1, h2, m1, m2])?;
            let (hour, minute) = (h1 * 10 + h2, m1 * 10 + m2);
            let minutes = i64::from(hour * 60 + minute);
            (hour < 24 && minute < 60).then_some(if sign == b'-' { -minutes } else { minutes })
        }
        _ => None,
    }
}

/// What Zod's `iso.datetime()` accepts: upper-case letters, no 60th second, and only `Z` unless offsets are allowed.
pub(super) fn zod_date_time(text: &str, offsets: bool) -> bool {
    let Some((day, rest)) = text.split_once('T') else { return false };
    let Some(([_, _, second], zone)) = clock(rest) else { return false };
    date(day) && second < 60 && (zone == "Z" || (offsets && zone.len() == 6 && offset(zone).is_some()))
}

fn digits<const N: usize>(bytes: [u8; N]) -> Option<[u32; N]> {
    let valid = bytes.iter().all(u8::is_ascii_digit);
    valid.then(|| bytes.map(|byte| u32::from(byte - b'0')))
}
