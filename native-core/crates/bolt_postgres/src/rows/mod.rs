//! The rows of a statement that is known beforehand. Values come in PostgreSQL's text format, with `DateStyle` ISO.

mod array;
mod form;
mod instant;
mod number;

use std::ops::Range;
use std::sync::Arc;

use bolt_sql::Failure;
use bolt_sql::rows::{Misfit, Row};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{DataRowBody, DataRowRanges};

pub use bolt_sql::rows::Shape;
pub use form::Form;

/// A column of a statement, and how its values become JSON.
pub type ColumnPlan = bolt_sql::rows::ColumnPlan<Form>;
/// How the rows of a statement become JSON.
pub type Layout = bolt_sql::rows::Layout<Form>;
/// What becomes of the rows of one run of a statement.
pub type Reading = bolt_sql::rows::Reading<Form>;

/// What becomes of the rows of a statement with these parameters, of which that for the limit of a page is raised by one.
///
/// # Errors
/// The limit of a page is no number.
pub fn bind(layout: &Arc<Layout>, parameters: &mut [Option<String>]) -> Result<Reading, Failure> {
    layout.bind(|limit| {
        let text = parameters.get_mut(limit)?.as_mut()?;
        let count = text.parse::<u32>().ok()?;
        *text = (u64::from(count) + 1).to_string();
        Some(count)
    })
}

/// A row, and the OIDs of its columns.
pub(crate) struct Data<'r> {
    pub(crate) types: &'r [u32],
    body: &'r DataRowBody,
    ranges: DataRowRanges<'r>,
}

impl<'r> Data<'r> {
    pub(crate) fn new(types: &'r [u32], body: &'r DataRowBody) -> Self {
        Self { types, body, ranges: body.ranges() }
    }

    fn slice(&self, range: Range<usize>) -> Result<&'r [u8], Failure> {
        self.body.buffer().get(range).ok_or_else(misfit)
    }
}

impl<'r> Row<Form> for Data<'r> {
    /// With the OID of its type.
    type Value = (u32, &'r [u8]);

    fn len(&self) -> usize {
        self.types.len()
    }

    fn next(&mut self, at: usize) -> Result<Option<Self::Value>, Failure> {
        let range = self.ranges.next().map_err(|error| Failure::protocol(error.to_string()))?;
        let kind = *self.types.get(at).ok_or_else(misfit)?;
        range.ok_or_else(misfit)?.map(|range| Ok((kind, self.slice(range)?))).transpose()
    }

    fn write(&self, out: &mut Vec<u8>, form: &Form, (kind, text): Self::Value) -> Result<(), Misfit> {
        form.write(out, kind, text)
    }

    fn kind(&self, at: usize) -> String {
        format!("a value of the type with OID {}", self.types.get(at).copied().unwrap_or_default())
    }
}

fn misfit() -> Failure {
    Failure::protocol("a row does not fit its columns")
}
