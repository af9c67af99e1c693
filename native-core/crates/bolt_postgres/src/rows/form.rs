//! How a value becomes JSON.

use std::fmt;

use bolt_sql::quote;
use bolt_sql::rows::Misfit;
use serde::Deserialize;

use super::{array, instant, number};

/// How a value in PostgreSQL's text format becomes JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// `t` or `f`.
    Boolean,
    /// The digits; NaN and the infinities, which JSON has not, are null.
    Number,
    /// The text, whatever the type.
    String,
    /// The text is JSON already.
    Json,
    /// A timestamp or a date, as ISO 8601 in UTC with milliseconds (ECMA-262, `Date.prototype.toJSON`). What no `Date` can hold is null.
    Instant,
    /// By its type: booleans, numbers that a double holds, JSON, arrays of them, and texts.
    Raw,
    /// An array, of any dimension; its elements are all of one form.
    Array(Box<Form>),
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Json => f.write_str("JSON"),
            Self::Instant => f.write_str("point in time"),
            Self::Raw => f.write_str("value that can be told by its type alone"),
            Self::Array(form) => write!(f, "array of {form}"),
        }
    }
}

impl Form {
    /// Writes a value of the type with this OID.
    pub(super) fn write(&self, out: &mut Vec<u8>, kind: u32, text: &[u8]) -> Result<(), Misfit> {
        match self {
            Self::Boolean => match text {
                b"t" => out.extend_from_slice(b"true"),
                b"f" => out.extend_from_slice(b"false"),
                _ => return Err(Misfit),
            },
            Self::Number => number::write(out, text)?,
            Self::String => quote(out, text),
            Self::Json => out.extend_from_slice(text),
            Self::Instant => instant::write(out, text)?,
            Self::Raw => raw(kind, text)?.write(out, kind, text)?,
            Self::Array(element) => array::write(out, element, text)?,
        }
        Ok(())
    }
}

/// Types above this OID are of the database, not PostgreSQL's own (`FirstNormalObjectId`).
const FIRST_OWN: u32 = 16_384;

/// The form of a type (`pg_type.dat`) as drivers read it that Drizzle has told to leave dates alone.
fn raw(kind: u32, text: &[u8]) -> Result<Form, Misfit> {
    let array = |form| Form::Array(Box::new(form));
    Ok(match kind {
        16 => Form::Boolean,
        // int2, int4, oid, float4, float8
        21 | 23 | 26 | 700 | 701 => Form::Number,
        114 | 3802 => Form::Json,
        1000 => array(Form::Boolean),
        1005 | 1007 | 1028 | 1021 | 1022 => array(Form::Number),
        199 | 3807 => array(Form::Json),
        // text[], varchar[], bpchar[], name[], int8[], uuid[], time[], timetz[], interval[], inet[], cidr[], macaddr[], macaddr8[]
        1009 | 1015 | 1014 | 1003 | 1016 | 2951 | 1183 | 1270 | 1187 | 1041 | 651 | 1040 | 775 => array(Form::String),
        // bytea and bytea[] would be buffers, whose JSON nobody wants.
        17 | 1001 => return Err(Misfit),
        // An array of an enum looks like this, and so does a text.
        FIRST_OWN.. if text.starts_with(b"{") => return Err(Misfit),
        _ => Form::String,
    })
}
