//! What a statement gave, as JSON.

use rusqlite::types::ValueRef;
use rusqlite::{Error, Statement};

use crate::value::write_whole;
use bolt_sql::quote;

/// Rows with whatever is in them.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<u8>);

impl Rows {
    pub(crate) fn push(&mut self, row: &rusqlite::Row<'_>, count: usize) -> Result<(), Error> {
        self.0.extend_from_slice(if self.0.is_empty() { b"[" } else { b",[" });
        for at in 0..count {
            if at > 0 {
                self.0.push(b',');
            }
            let value: ValueRef<'_> = row.get_ref(at)?;
            write_whole(&mut self.0, value);
        }
        self.0.push(b']');
        Ok(())
    }

    /// An object with `columns` (name and declared type), `rows`, `changes` and `lastId`. As by libsql, a statement with columns tells no changes.
    pub(crate) fn finish(self, statement: &Statement<'_>, changes: u64, last_id: i64) -> String {
        let mut text = Vec::from(*b"{\"columns\":[");
        for (at, column) in statement.columns().enumerate() {
            text.extend_from_slice(if at == 0 { b"[" } else { b",[" });
            quote(&mut text, column.name().as_bytes());
            text.push(b',');
            quote(&mut text, column.decl_type().unwrap_or_default().as_bytes());
            text.push(b']');
        }
        text.extend_from_slice(b"],\"rows\":[");
        text.extend_from_slice(&self.0);
        let (changes, last_id) = match statement.column_count() {
            0 => (changes, format!("\"{last_id}\"")),
            _ => (0, "null".to_owned()),
        };
        text.extend_from_slice(format!("],\"changes\":{changes},\"lastId\":{last_id}}}").as_bytes());
        String::from_utf8_lossy(&text).into_owned()
    }
}
