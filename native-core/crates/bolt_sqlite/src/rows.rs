//! The rows of a statement that is known beforehand.

use std::fmt;

use bolt_sql::rows::{Misfit, Row};
use bolt_sql::{Failure, instant};
use rusqlite::types::ValueRef;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::value::{is_safe, write_real, write_text};

/// A column of a statement, and how its values become JSON.
pub type ColumnPlan = bolt_sql::rows::ColumnPlan<Form>;
/// How the rows of a statement become JSON.
pub type Layout = bolt_sql::rows::Layout<Form>;
/// What becomes of the rows of one run of a statement.
pub type Reading = bolt_sql::rows::Reading<Form>;

/// How a value becomes JSON. SQLite has values of any kind in any column; the form says what JavaScript makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As it is: numbers, texts. Bytes are refused.
    Raw,
    /// A number, also one that is written in a text.
    Number,
    /// Always a text.
    String,
    /// Whether JavaScript takes it for true.
    Boolean,
    /// Whether it is the number 1.
    One,
    /// A text that is JSON already.
    Json,
    /// Seconds since 1970, as ISO 8601.
    Seconds,
    /// Milliseconds since 1970, as ISO 8601.
    Milliseconds,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "value that JSON has",
            Self::Number => "number",
            Self::String => "string",
            Self::Boolean | Self::One => "boolean",
            Self::Json => "JSON",
            Self::Seconds | Self::Milliseconds => "point in time",
        })
    }
}

impl Form {
    fn write(self, out: &mut Vec<u8>, value: ValueRef<'_>) -> Result<(), Misfit> {
        match (self, value) {
            (Self::Boolean, value) => {
                let is_true = match value {
                    ValueRef::Null => false,
                    ValueRef::Integer(number) => number != 0,
                    ValueRef::Real(number) => number != 0.0,
                    ValueRef::Text(bytes) => !bytes.is_empty(),
                    ValueRef::Blob(_) => true,
                };
                out.extend_from_slice(if is_true { b"true" } else { b"false" });
            }
            (Self::One, value) => {
                let is_one = number_of(value)? == 1.0;
                out.extend_from_slice(if is_one { b"true" } else { b"false" });
            }
            (Self::Seconds, value) => write_instant(out, number_of(value)? * 1_000.0),
            (Self::Milliseconds, value) => write_instant(out, number_of(value)?),
            (Self::Number, value @ ValueRef::Text(_)) => write_real(out, number_of(value)?),
            (Self::Json, ValueRef::Text(text)) => {
                serde_json::from_slice::<IgnoredAny>(text).map_err(|_| Misfit)?;
                out.extend_from_slice(text);
            }
            // JavaScript reads the text of a number as JSON.
            (Self::Raw | Self::Number | Self::Json, ValueRef::Integer(number)) if is_safe(number) => {
                out.extend_from_slice(number.to_string().as_bytes());
            }
            (Self::Raw | Self::Number | Self::Json, ValueRef::Real(number)) => write_real(out, number),
            (Self::Raw | Self::String, ValueRef::Text(text)) => write_text(out, text),
            (Self::String, ValueRef::Integer(number)) if is_safe(number) => {
                write_text(out, number.to_string().as_bytes());
            }
            (Self::String, ValueRef::Real(number)) => write_text(out, ryu_js::Buffer::new().format(number).as_bytes()),
            _ => return Err(Misfit),
        }
        Ok(())
    }
}

/// A value as a number, NaN when it is a text that is none.
fn number_of(value: ValueRef<'_>) -> Result<f64, Misfit> {
    Ok(match value {
        ValueRef::Integer(number) if is_safe(number) => number as f64,
        ValueRef::Real(number) => number,
        // Of the forms that JavaScript reads as a number, those that a database writes: digits, a fraction, an exponent.
        ValueRef::Text(text) => match str::from_utf8(text).map(str::trim) {
            Ok("") => 0.0,
            Ok(text) if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) => {
                text.parse().unwrap_or(f64::NAN)
            }
            _ => return Err(Misfit),
        },
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Blob(_) => return Err(Misfit),
    })
}

/// Of a fraction of a millisecond nothing is left (ECMA-262, TimeClip).
fn write_instant(out: &mut Vec<u8>, milliseconds: f64) {
    if milliseconds.is_nan() {
        out.extend_from_slice(b"null");
    } else {
        instant::write(out, milliseconds as i64);
    }
}

/// A row that SQLite has stepped to.
pub(crate) struct Data<'r, 's> {
    pub(crate) row: &'r rusqlite::Row<'s>,
    pub(crate) count: usize,
}

impl<'r> Row<Form> for Data<'r, '_> {
    type Value = ValueRef<'r>;

    fn len(&self) -> usize {
        self.count
    }

    fn next(&mut self, at: usize) -> Result<Option<ValueRef<'r>>, Failure> {
        let value = self.row.get_ref(at).map_err(|error| Failure::protocol(error.to_string()))?;
        Ok(if value == ValueRef::Null { None } else { Some(value) })
    }

    fn write(&self, out: &mut Vec<u8>, form: &Form, value: ValueRef<'r>) -> Result<(), Misfit> {
        form.write(out, value)
    }

    fn kind(&self, at: usize) -> String {
        match self.row.get_ref(at) {
            Ok(ValueRef::Integer(_)) => "an integer beyond what JavaScript has exactly",
            Ok(ValueRef::Text(_)) => "a text",
            Ok(ValueRef::Blob(_)) => "a blob",
            _ => "a value",
        }
        .to_owned()
    }
}
