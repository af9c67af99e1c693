//! What is asked of PostgreSQL.

use std::sync::Arc;

use crate::rows::Reading;

/// A value in PostgreSQL's text format, and its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// None is NULL.
    pub text: Option<String>,
    /// OID of its type; 0 when PostgreSQL shall infer it.
    pub kind: u32,
}

/// One statement with its parameters, or, by the simple protocol, any number of statements without.
#[derive(Debug, Clone)]
pub struct Statement {
    /// With `$1`, `$2`, … for the parameters.
    pub sql: Arc<str>,
    /// In the order of their numbers.
    pub parameters: Vec<Parameter>,
    /// By the simple protocol.
    pub is_simple: bool,
    /// How its rows become JSON; `None`: with their columns, for whoever does not know them.
    pub reading: Option<Reading>,
}

/// What a statement is known by once it is prepared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) sql: Arc<str>,
    pub(crate) kinds: Box<[u32]>,
}

impl Statement {
    /// A statement by the simple protocol.
    pub fn simple(sql: &str) -> Self {
        Self { sql: sql.into(), parameters: Vec::new(), is_simple: true, reading: None }
    }

    /// Whether nothing is left of it when it fails outside of a transaction, so that it can be sent again: what changes rows alone. Of others, such as
    /// `CALL`, a part may have been committed.
    pub(crate) fn is_atomic(&self) -> bool {
        const ATOMIC: [&str; 6] = ["select", "insert", "update", "delete", "with", "values"];
        let text = self.sql.trim_start();
        let word = text.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
        !self.is_simple && ATOMIC.iter().any(|atomic| word.eq_ignore_ascii_case(atomic))
    }

    pub(crate) fn shape(&self) -> Shape {
        Shape { sql: self.sql.clone(), kinds: self.parameters.iter().map(|parameter| parameter.kind).collect() }
    }
}
