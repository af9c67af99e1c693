//! What is asked of SQLite.

use std::sync::Arc;

use crate::rows::Reading;
use rusqlite::types::Value;

/// One statement with its parameters, or a script of any number of statements without.
#[derive(Debug, Clone)]
pub struct Statement {
    /// With `?` or `?1` for the parameters.
    pub sql: Arc<str>,
    /// In the order of their numbers. Those that are missing are NULL, those beyond the last place are ignored, as by libsql.
    pub parameters: Vec<Value>,
    /// Whether `sql` may hold several statements.
    pub is_script: bool,
    /// How its rows become JSON; `None`: with their columns, for whoever does not know them.
    pub reading: Option<Reading>,
}

impl Statement {
    /// A script.
    pub fn script(sql: &str) -> Self {
        Self { sql: sql.into(), parameters: Vec::new(), is_script: true, reading: None }
    }
}
