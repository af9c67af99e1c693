//! Points in time: `2026-01-31 12:00:00.123456+02` (manual, "Date/Time Output", style ISO) as `2026-01-31T10:00:00.123Z`.

use bolt_sql::instant::{self, DAY};
use bolt_sql::rows::Misfit;

/// Writes a timestamp or a date as a JSON string. One without an offset is taken as UTC, one that no `Date` holds is null.
pub(super) fn write(out: &mut Vec<u8>, text: &[u8]) -> Result<(), Misfit> {
    if matches!(text, b"infinity" | b"-infinity") {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    instant::write(out, parse(text).ok_or(Misfit)?);
    Ok(())
}

/// Milliseconds from 1970; of a finer fraction what `Date` keeps of it.
fn parse(text: &[u8]) -> Option<i64> {
    let (text, is_before_christ) = match text.strip_suffix(b" BC") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let mut reader = Reader(text);
    let year = reader.number(4..=6)?;
    let (month, day) = (reader.after(b'-')?.number(2..=2)?, reader.after(b'-')?.number(2..=2)?);
    let year = if is_before_christ { 1 - year } else { year };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let date = days(year, month, day) * DAY;
    if reader.0.is_empty() {
        return Some(date);
    }
    let hour = reader.after(b' ')?.number(2..=2)?;
    let (minute, second) = (reader.after(b':')?.number(2..=2)?, reader.after(b':')?.number(2..=2)?);
    let fraction = reader.fraction()?;
    let time = ((hour * 60 + minute) * 60 + second) * 1_000 + fraction;
    Some(date + time - reader.offset()? * 1_000)
}

struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn after(&mut self, expected: u8) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(&[expected])?;
        Some(self)
    }

    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !digits.contains(&count) {
            return None;
        }
        let (number, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(number.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    }

    /// Milliseconds of `.123456`, if there is any.
    fn fraction(&mut self) -> Option<i64> {
        let Some(rest) = self.0.strip_prefix(b".") else { return Some(0) };
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = rest.split_at(count);
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(3);
        (1..=6).contains(&count).then(|| padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    }

    /// Seconds of `+02`, `-03:30` or `+00:19:32`; 0 where there is none.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.first() {
            None => return Some(0),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.0 = &self.0[1..];
        let mut seconds = self.number(2..=2)? * 3_600;
        for unit in [60, 1] {
            if self.0.is_empty() {
                break;
            }
            seconds += self.after(b':')?.number(2..=2)? * unit;
        }
        self.0.is_empty().then_some(sign * seconds)
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use bolt_sql::instant::civil;

    use super::*;

    fn written(text: &str) -> Option<String> {
        let mut out = Vec::new();
        write(&mut out, text.as_bytes()).ok()?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn times_of_any_zone_are_told_in_utc() {
        let cases = [
            ("2026-01-31 12:00:00", "2026-01-31T12:00:00.000Z"),
            ("2026-01-31 12:00:00.1+00", "2026-01-31T12:00:00.100Z"),
            ("2026-01-31 12:00:00.123999+02", "2026-01-31T10:00:00.123Z"),
            ("2026-01-01 00:30:00-03:30", "2026-01-01T04:00:00.000Z"),
            ("1900-01-01 00:00:00+00:19:32", "1899-12-31T23:40:28.000Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000Z"),
            ("0044-03-15 12:00:00+00 BC", "-000043-03-15T12:00:00.000Z"),
            ("0001-01-01 00:00:00+00 BC", "0000-01-01T00:00:00.000Z"),
            ("10000-01-01 00:00:00+00", "+010000-01-01T00:00:00.000Z"),
            ("275760-09-13", "+275760-09-13T00:00:00.000Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(written(text), Some(format!("{expected:?}")), "{text}");
        }
    }

    #[test]
    fn what_no_date_holds_is_null() {
        for text in ["infinity", "-infinity", "275760-09-14", "294276-12-31 23:59:59.999999+00"] {
            assert_eq!(written(text).as_deref(), Some("null"), "{text}");
        }
    }

    #[test]
    fn every_day_of_two_eras_comes_back() {
        for day in -300_000..300_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let texts = ["", "2026", "26-01-01", "31/01/2026", "2026-13-01", "2026-01-31T12:00:00", "2026-01-31 12:00"];
        let more =
            ["2026-01-31 12:00:00.", "2026-01-31 12:00:00 UTC", "2026-01-31 12:00:00+2", "2026-01-31 12:00:00+02:"];
        for text in texts.iter().chain(&more) {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
