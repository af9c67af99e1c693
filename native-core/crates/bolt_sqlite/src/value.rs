//! Values on their way in and out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bolt_sql::quote;
use rusqlite::types::{Value, ValueRef};

/// Integers beyond are not what a JavaScript number keeps (ECMA-262, `Number.MAX_SAFE_INTEGER`).
const SAFE: u64 = (1 << 53) - 1;

/// Whether JavaScript has an integer exactly.
pub(crate) fn is_safe(number: i64) -> bool {
    number.unsigned_abs() <= SAFE
}

/// Writes a number as `JSON.stringify` does; what JSON has not is null.
pub(crate) fn write_real(out: &mut Vec<u8>, number: f64) {
    if number.is_finite() {
        out.extend_from_slice(ryu_js::Buffer::new().format_finite(number).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// Writes a text; what is no UTF-8 in it is replaced.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    quote(out, String::from_utf8_lossy(text).as_bytes());
}

/// Writes a value so that nothing is lost: what JSON has not is an object with one letter: `i` an integer that JavaScript has not, `r` an infinity, `b` bytes in
/// base64.
pub(crate) fn write_whole(out: &mut Vec<u8>, value: ValueRef<'_>) {
    let mut wrap = |name: char, text: &str| out.extend_from_slice(format!("{{\"{name}\":\"{text}\"}}").as_bytes());
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        ValueRef::Integer(number) if is_safe(number) => out.extend_from_slice(number.to_string().as_bytes()),
        ValueRef::Integer(number) => wrap('i', &number.to_string()),
        // JSON has it, although `JSON.stringify` does not write it.
        ValueRef::Real(number) if number == 0.0 && number.is_sign_negative() => out.extend_from_slice(b"-0"),
        ValueRef::Real(number) if number.is_finite() => write_real(out, number),
        ValueRef::Real(number) => wrap('r', if number > 0.0 { "Infinity" } else { "-Infinity" }),
        ValueRef::Text(text) => write_text(out, text),
        ValueRef::Blob(bytes) => wrap('b', &BASE64_STANDARD.encode(bytes)),
    }
}

/// Bytes that come as base64.
pub fn decode_blob(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

/// What JavaScript takes for true, as libsql binds booleans: 1.0 or 0.0. NULL stays.
pub fn truth(value: &Value) -> Value {
    let is_true = match value {
        Value::Null => return Value::Null,
        Value::Integer(number) => *number != 0,
        Value::Real(number) => *number != 0.0 && !number.is_nan(),
        Value::Text(text) => !text.is_empty(),
        Value::Blob(_) => true,
    };
    Value::Real(if is_true { 1.0 } else { 0.0 })
}
