//! JSON Schema compiled to a plan that is run over raw bytes.
//!
//! [`Schema`] validates JSON text without building a DOM, [`Part`] coerces the text values of parameters, queries, headers and
//! cookies. Both report every violation at once as [`Issue`]s; a JSON text that cannot be read at all is a [`JsonFault`].

mod compile;
mod equality;
mod escape;
mod explain;
mod format;
mod in_place;
mod issue;
mod judge;
mod keys;
mod keyword;
mod kinds;
mod literal;
mod node;
mod number;
mod part;
mod pattern;
mod reader;
mod scalar;
mod task;
mod text;
mod validate;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

pub use part::{Part, Place};

/// Most issues that one call reports; beyond it the input is still refused, but no more is said.
pub const MAX_ISSUES: usize = 100;

/// A piece of a plan that cannot be honoured, found while compiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// Where: the caller's `at` followed by the path below it, such as `routes[3].body.properties.title.pattern`.
    pub at: String,
    /// Why, quoting what was given and what is allowed.
    pub reason: String,
}

impl CompileError {
    /// An error at a place.
    pub fn new(at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { at: at.into(), reason: reason.into() }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.reason)
    }
}

impl std::error::Error for CompileError {}

/// One violation of a schema, as `errors[]` of a problem document shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// JSON pointer (RFC 6901) to the offending value; of a missing property to where it should be.
    pub path: String,
    /// The JSON Schema keyword that was violated, such as `minLength`.
    pub code: &'static str,
    /// For people, such as `must be at least 3 characters long`.
    pub message: String,
}

/// Bounds of a JSON text, apart from its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonLimits {
    /// Depth of nested arrays and objects; at most [`JsonLimits::MAX_DEPTH`] is honoured.
    pub depth: usize,
}

impl JsonLimits {
    /// The greatest depth that is honoured: reading recurses on the stack.
    pub const MAX_DEPTH: usize = 256;
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { depth: 64 }
    }
}

/// Why a text is no acceptable JSON (RFC 8259, restricted to I-JSON, RFC 7493).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// Not the grammar of RFC 8259.
    Malformed,
    /// Not UTF-8, or an escaped lone surrogate.
    BadText,
    /// An object with two members of one name.
    DuplicateKey,
    /// Nested deeper than [`JsonLimits::depth`].
    TooDeep,
    /// A number that no finite double represents, such as `1e999`.
    NumberRange,
}

/// Where and why reading a JSON text failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Byte offset in the text.
    pub offset: usize,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FaultKind::Malformed => "not valid JSON",
            FaultKind::BadText => "not valid Unicode text",
            FaultKind::DuplicateKey => "a property name occurs twice",
            FaultKind::TooDeep => "nested too deeply",
            FaultKind::NumberRange => "a number is out of range",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

/// Whether a text is acceptable JSON as [`Schema::validate_json`] reads it, whatever it says.
pub(crate) fn is_json(bytes: &[u8], limits: JsonLimits) -> bool {
    reader::Reader::new(bytes, limits).is_ok_and(|mut reader| reader.skip().and_then(|()| reader.finish()).is_ok())
}

/// A compiled JSON Schema (draft 2020-12).
#[derive(Debug)]
pub struct Schema(node::Plan);

impl Schema {
    /// Compiles a schema document. Refuses whatever would constrain values but cannot be honoured.
    ///
    /// # Errors
    /// Names the place below `at` and the keyword.
    pub fn compile(document: &Value, at: &str) -> Result<Self, CompileError> {
        compile::compile(document, at).map(Self)
    }

    /// Reads one JSON text and appends what violates the schema to `out`; valid when nothing was appended.
    ///
    /// # Errors
    /// The text is no acceptable JSON; then nothing is appended.
    pub fn validate_json(&self, bytes: &[u8], limits: JsonLimits, out: &mut Vec<Issue>) -> Result<(), JsonFault> {
        let reader = reader::Reader::new(bytes, limits)?;
        let issues = issue::Issues::new(out);
        validate::Walk::new(&self.0, reader, issues).run()
    }
}

/// A text value as its schema says.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'v> {
    /// Not given and without default.
    Missing,
    /// Text.
    Str(Cow<'v, str>),
    /// An integer, always within ±(2^53 − 1).
    Int(i64),
    /// A finite number.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// The values of a repeated name; members are never `Missing` or `List`.
    List(Vec<Input<'v>>),
}
