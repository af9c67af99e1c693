//! Points in time, as `Date.prototype.toJSON` writes them (ECMA-262): ISO 8601 in UTC with milliseconds.

use std::io::Write;

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
/// The first and last that a `Date` holds, milliseconds from 1970 (ECMA-262, "Time Values and Time Range").
const RANGE: std::ops::RangeInclusive<i64> = -100_000_000 * DAY..=100_000_000 * DAY;

/// Writes milliseconds from 1970 as a JSON string; what no `Date` holds is null.
pub fn write(out: &mut Vec<u8>, milliseconds: i64) {
    if !RANGE.contains(&milliseconds) {
        out.extend_from_slice(b"null");
        return;
    }
    let (days, within) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (hour, minute) = (within / 3_600_000, within / 60_000 % 60);
    let (second, milli) = (within / 1_000 % 60, within % 1_000);
    out.push(b'"');
    // Writing to memory cannot fail.
    let _ = match year {
        0..=9999 => write!(out, "{year:04}"),
        _ => write!(out, "{year:+07}"),
    };
    let _ = write!(out, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z\"");
}

/// The year, month and day of a number of days from 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}
