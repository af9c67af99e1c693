//! Numbers as JavaScript will read them: doubles.

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The largest integer below which every integer is a double: `Number.MAX_SAFE_INTEGER`.
pub(super) const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// A number token and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<'b> {
    pub(super) text: &'b str,
    pub(super) value: f64,
}

/// The digits of a number while its token is scanned.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Digits {
    /// Their value, if there are at most 15.
    pub(super) mantissa: u64,
    pub(super) count: usize,
    /// How many stand after the point.
    pub(super) decimals: usize,
    pub(super) exponent: bool,
}

impl<'b> Number<'b> {
    /// Reads a token that follows the grammar. With up to 15 digits mantissa and power of ten are exact doubles, so that one division
    /// rounds correctly.
    #[inline]
    pub(super) fn read(text: &'b str, digits: Digits) -> Self {
        let Digits { mantissa, count, decimals, exponent } = digits;
        if count > 15 || exponent {
            return Self { text, value: text.parse().unwrap_or(f64::INFINITY) };
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 15 digits")]
        let magnitude = if decimals == 0 { mantissa as f64 } else { mantissa as f64 / POWERS[decimals] };
        Self { text, value: if text.starts_with('-') { -magnitude } else { magnitude } }
    }

    /// Whether the value is an integer; `1.0` and `1e2` are.
    #[inline]
    pub(super) fn is_integer(&self) -> bool {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "that is the question")]
        let whole = self.value as i64 as f64;
        // Beyond it every double is an integer.
        whole == self.value || self.value.abs() > MAX_SAFE
    }
}

/// A decimal number `mantissa × 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// The exact value of a JSON number token, if it has at most 36 digits and a small exponent.
    fn parse(text: &str) -> Option<Self> {
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let decimals = digits.find('.').map_or(0, |at| digits.len() - at - 1);
        let mantissa: i128 = match decimals {
            0 => digits.parse().ok()?,
            _ => digits.replace('.', "").parse().ok()?,
        };
        let exponent = exponent.checked_sub(i32::try_from(decimals).ok()?)?;
        (exponent.abs() <= 400).then_some(Self { mantissa, exponent })
    }

    /// Whether `self` is an integral multiple of `divisor`; `None` where 128 bits do not suffice.
    fn is_multiple_of(self, divisor: Self) -> Option<bool> {
        if self.mantissa == 0 {
            return Some(true);
        }
        let shift = self.exponent - divisor.exponent;
        let scale = 10i128.checked_pow(shift.unsigned_abs())?;
        let (mantissa, divisor) = if shift >= 0 {
            (self.mantissa.checked_mul(scale)?, divisor.mantissa)
        } else {
            (self.mantissa, divisor.mantissa.checked_mul(scale)?)
        };
        Some(mantissa.checked_rem(divisor)? == 0)
    }
}

/// The divisor of `multipleOf`. Exact in decimals, so that 19.99 is a multiple of 0.01.
#[derive(Debug)]
pub(super) struct Divisor {
    pub(super) value: f64,
    exact: Option<Decimal>,
}

impl Divisor {
    /// `value` is positive and finite.
    pub(super) fn new(value: f64) -> Self {
        let exact = Decimal::parse(&format!("{value:e}"));
        Self { value, exact }
    }

    /// Whether a number is an integral multiple.
    pub(super) fn divides(&self, number: &Number<'_>) -> bool {
        let exact = match (Decimal::parse(number.text), self.exact) {
            (Some(number), Some(divisor)) => number.is_multiple_of(divisor),
            _ => None,
        };
        exact.unwrap_or_else(|| {
            let quotient = number.value / self.value;
            quotient.is_finite() && (quotient - quotient.round()).abs() <= f64::EPSILON * quotient.abs()
        })
    }
}
