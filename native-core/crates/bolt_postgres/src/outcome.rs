//! What a statement gave, as JSON: written while the rows arrive, so that nothing of them is kept twice.

use std::io;
use std::sync::Arc;

use bolt_sql::quote;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};

/// OIDs of the types whose text is written as something else than a JSON string (`pg_type.dat`).
mod oids {
    pub(super) const BOOL: u32 = 16;
    pub(super) const INT2: u32 = 21;
    pub(super) const INT4: u32 = 23;
    pub(super) const OID: u32 = 26;
    pub(super) const JSON: u32 = 114;
    pub(super) const FLOAT4: u32 = 700;
    pub(super) const FLOAT8: u32 = 701;
    pub(super) const JSONB: u32 = 3802;
}

/// How a value becomes JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Bool,
    Integer,
    Float,
    Json,
    Text,
}

/// The columns of a result.
#[derive(Debug)]
pub(crate) struct Columns {
    forms: Vec<Form>,
    /// OIDs.
    pub(crate) types: Vec<u32>,
    /// `[["id",23],["title",25]]`
    json: String,
}

impl Columns {
    pub(crate) fn none() -> Arc<Self> {
        Arc::new(Self { forms: Vec::new(), types: Vec::new(), json: "[]".to_owned() })
    }

    pub(crate) fn read(description: &RowDescriptionBody) -> io::Result<Arc<Self>> {
        let (mut forms, mut types) = (Vec::new(), Vec::new());
        let mut json = Vec::from(*b"[");
        let mut fields = description.fields();
        while let Some(field) = fields.next()? {
            if !forms.is_empty() {
                json.push(b',');
            }
            json.push(b'[');
            quote(&mut json, field.name().as_bytes());
            json.extend_from_slice(format!(",{}]", field.type_oid()).as_bytes());
            types.push(field.type_oid());
            forms.push(match field.type_oid() {
                oids::BOOL => Form::Bool,
                oids::INT2 | oids::INT4 | oids::OID => Form::Integer,
                oids::FLOAT4 | oids::FLOAT8 => Form::Float,
                oids::JSON | oids::JSONB => Form::Json,
                _ => Form::Text,
            });
        }
        json.push(b']');
        Ok(Arc::new(Self { forms, types, json: into_text(json)? }))
    }
}

/// Rows on their way into a text.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    text: Vec<u8>,
    count: usize,
}

impl Rows {
    /// Writes a row.
    ///
    /// # Errors
    /// It does not fit the columns, or a value is not what its type promises.
    pub(crate) fn push(&mut self, columns: &Columns, row: &DataRowBody) -> io::Result<()> {
        let data = row.buffer();
        let mut ranges = row.ranges();
        self.text.extend_from_slice(if self.count == 0 { b"[" } else { b",[" });
        self.count += 1;
        for (at, form) in columns.forms.iter().enumerate() {
            if at > 0 {
                self.text.push(b',');
            }
            match ranges.next()?.ok_or_else(misfit)? {
                None => self.text.extend_from_slice(b"null"),
                Some(range) => write(&mut self.text, *form, data.get(range).ok_or_else(misfit)?)?,
            }
        }
        self.text.push(b']');
        if ranges.next()?.is_some() { Err(misfit()) } else { Ok(()) }
    }

    /// The result as an object: `columns`, `rows`, and of the command's tag (`INSERT 0 2`) the word and the count.
    pub(crate) fn finish(self, columns: &Columns, tag: &str) -> io::Result<String> {
        let (words, count) = tag.rsplit_once(' ').unwrap_or((tag, ""));
        let (command, count) = match count.parse::<u64>() {
            // INSERT has an OID in between, always 0 since PostgreSQL 12.
            Ok(count) => (words.split(' ').next().unwrap_or(words), count.to_string()),
            Err(_) => (tag, "null".to_owned()),
        };
        let mut text = Vec::with_capacity(self.text.len() + columns.json.len() + 64);
        text.extend_from_slice(b"{\"columns\":");
        text.extend_from_slice(columns.json.as_bytes());
        text.extend_from_slice(b",\"rows\":[");
        text.extend_from_slice(&self.text);
        text.extend_from_slice(b"],\"command\":");
        quote(&mut text, command.as_bytes());
        text.extend_from_slice(b",\"count\":");
        text.extend_from_slice(count.as_bytes());
        text.push(b'}');
        into_text(text)
    }
}

fn write(out: &mut Vec<u8>, form: Form, value: &[u8]) -> io::Result<()> {
    match form {
        Form::Bool => out.extend_from_slice(if value == b"t" { b"true" } else { b"false" }),
        Form::Integer if value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') => {
            out.extend_from_slice(value)
        }
        Form::Integer => return Err(misfit()),
        // Infinity and NaN are no JSON.
        Form::Float if value.last().is_some_and(u8::is_ascii_digit) => out.extend_from_slice(value),
        Form::Float | Form::Text => quote(out, value),
        Form::Json => out.extend_from_slice(value),
    }
    Ok(())
}

fn misfit() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a row does not fit its columns")
}

fn into_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a value is not UTF-8"))
}
