//! Rows as JSON objects, the way a statement that is known beforehand wants them. Values come in PostgreSQL's text format, with `DateStyle` ISO.

mod array;
mod form;
mod instant;
mod number;

use std::ops::Range;
use std::sync::Arc;

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::DataRowBody;
use serde::Deserialize;

use crate::failure::{Failure, codes};
use crate::quote::quote;
pub use form::Form;

/// What a statement gives: a list of rows, one, or a page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A list.
    Many,
    /// The first row, or null.
    One,
    /// An object with the list `items`, and with `nextCursor` when there are more rows: the value of a column in the last of the items.
    Page {
        /// Index of the parameter that says how many rows a page has. One more is asked for, which tells whether there are more.
        limit: usize,
        /// Index of the column.
        cursor: usize,
    },
}

/// A column of a statement (`QueryColumn` of `binding.d.ts`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ColumnPlan {
    /// Where its value goes in a row: a name, or the name of an object and one within it.
    pub path: Vec<String>,
    /// How it becomes JSON.
    pub form: Form,
    /// Of the first column of an object: when it is NULL, so is the object.
    pub nullable: bool,
}

/// How the rows of a statement become JSON.
#[derive(Debug)]
pub struct Layout {
    shape: Shape,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    name: String,
    form: Form,
    /// What stands before the value: `{"id":`, `,"notes":{"id":`.
    before: Box<[u8]>,
    /// What ends with it: `}` for an object, and for the row.
    after: &'static [u8],
    /// Of an object that is null when this is: what to write in its place, and how many columns it has.
    object: Option<(Box<[u8]>, usize)>,
}

impl Layout {
    /// Compiles a layout.
    ///
    /// # Errors
    /// A sentence for people: no columns, a path that is none, an object whose columns are not side by side, or a name that is there twice.
    pub fn compile(shape: Shape, plans: &[ColumnPlan]) -> Result<Arc<Self>, String> {
        if plans.is_empty() {
            return Err("a statement without columns has no rows to answer with".to_owned());
        }
        let mut columns = Vec::with_capacity(plans.len());
        let mut seen: Vec<&[String]> = Vec::new();
        let mut at = 0;
        while let Some(plan) = plans.get(at) {
            let is_within = |other: &&ColumnPlan| other.path.len() == 2 && other.path.first() == plan.path.first();
            let count = match plan.path.len() {
                1 => 1,
                2 => plans[at..].iter().take_while(is_within).count(),
                count => return Err(format!("the path of column {at} has {count} names, allowed are 1 and 2")),
            };
            let name = &plan.path[..1];
            if seen.contains(&name) {
                return Err(format!("{:?} is there twice, or its columns are not side by side", plan.path[0]));
            }
            seen.push(name);
            for (place, plan) in plans[at..at + count].iter().enumerate() {
                if plans[at..at + place].iter().any(|earlier| earlier.path == plan.path) {
                    return Err(format!("{:?} is there twice", plan.path.join(".")));
                }
                columns.push(Column::new(plan, at + place == 0, place, count));
            }
            at += count;
        }
        if let Some(last) = columns.last_mut() {
            last.after = if plans[plans.len() - 1].path.len() == 2 { b"}}" } else { b"}" };
        }
        if let Shape::Page { cursor, .. } = shape
            && plans.get(cursor).is_none_or(|plan| plan.path.len() != 1)
        {
            return Err(format!("column {cursor}, the cursor, is none of the row's own"));
        }
        Ok(Arc::new(Self { shape, columns }))
    }

    /// What becomes of the rows of a statement with these parameters, of which that for the limit of a page is raised by one.
    ///
    /// # Errors
    /// The limit of a page is no number.
    pub fn bind(self: &Arc<Self>, parameters: &mut [Option<String>]) -> Result<Reading, Failure> {
        let mut most = usize::MAX;
        if let Shape::Page { limit, .. } = self.shape {
            let value = parameters.get_mut(limit).and_then(Option::as_mut);
            let count = value.as_ref().and_then(|text| text.parse::<u32>().ok());
            let (Some(value), Some(count)) = (value, count) else {
                return Err(Failure::new(INVALID_LIMIT, "the limit of a page is no whole number of at least 0"));
            };
            *value = (u64::from(count) + 1).to_string();
            most = count as usize;
        }
        Ok(Reading { layout: self.clone(), most })
    }
}

/// SQLSTATE of a limit that is none (`invalid_row_count_in_limit_clause`).
const INVALID_LIMIT: &str = "2201W";

/// What becomes of the rows of one run of a statement.
#[derive(Debug, Clone)]
pub struct Reading {
    layout: Arc<Layout>,
    /// Rows that are kept.
    most: usize,
}

impl Column {
    /// The column at `place` among the `count` of its object, or alone.
    fn new(plan: &ColumnPlan, is_first: bool, place: usize, count: usize) -> Self {
        let mut before = Vec::new();
        if place == 0 {
            before.push(if is_first { b'{' } else { b',' });
            quote(&mut before, plan.path[0].as_bytes());
            before.push(b':');
        }
        let object = (place == 0 && plan.path.len() == 2 && plan.nullable).then(|| {
            let mut null = before.clone();
            null.extend_from_slice(b"null");
            (null.into_boxed_slice(), count)
        });
        if let Some(inner) = plan.path.get(1) {
            before.push(if place == 0 { b'{' } else { b',' });
            quote(&mut before, inner.as_bytes());
            before.push(b':');
        }
        let ends_object = plan.path.len() == 2 && place + 1 == count;
        Self {
            name: plan.path.join("."),
            form: plan.form.clone(),
            before: before.into_boxed_slice(),
            after: if ends_object { b"}" } else { b"" },
            object,
        }
    }
}

/// Rows on their way into a text.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    text: Vec<u8>,
    count: usize,
    /// Where the cursor of the last row is.
    cursor: Range<usize>,
}

impl Objects {
    /// Writes a row; `types` are the OIDs of its columns.
    ///
    /// # Errors
    /// A value that is not what was declared.
    pub(crate) fn push(&mut self, reading: &Reading, types: &[u32], row: &DataRowBody) -> Result<(), Failure> {
        let Reading { layout, most } = reading;
        let columns = &layout.columns;
        if types.len() != columns.len() {
            let (got, wanted) = (types.len(), columns.len());
            return Err(unexpected(format!("the statement gives {got} columns where {wanted} are declared")));
        }
        self.count += 1;
        if self.count > *most || (self.count > 1 && layout.shape == Shape::One) {
            return Ok(());
        }
        if self.count > 1 {
            self.text.push(b',');
        }
        let cursor = match layout.shape {
            Shape::Page { cursor, .. } => Some(cursor),
            Shape::Many | Shape::One => None,
        };
        let data = row.buffer();
        let mut ranges = row.ranges();
        let mut next = || {
            let range = ranges.next().map_err(|error| Failure::protocol(error.to_string()))?;
            let range = range.ok_or_else(misfit)?;
            range.map(|range| data.get(range).ok_or_else(misfit)).transpose()
        };
        let mut at = 0;
        while let (Some(column), Some(kind)) = (columns.get(at), types.get(at)) {
            let value = next()?;
            at += 1;
            if let (None, Some((null, count))) = (value, &column.object) {
                self.text.extend_from_slice(null);
                for _ in 1..*count {
                    next()?;
                }
                at += count - 1;
                // Its last column may have ended the row as well.
                if at == columns.len() {
                    self.text.push(b'}');
                }
                continue;
            }
            self.text.extend_from_slice(&column.before);
            let start = self.text.len();
            match value {
                None => self.text.extend_from_slice(b"null"),
                Some(value) => column.form.write(&mut self.text, *kind, value).map_err(|_| column.refusal(*kind))?,
            }
            if cursor == Some(at - 1) {
                self.cursor = start..self.text.len();
            }
            self.text.extend_from_slice(column.after);
        }
        Ok(())
    }

    /// The rows as JSON.
    pub(crate) fn finish(self, reading: &Reading) -> Result<String, Failure> {
        let Self { mut text, count, cursor } = self;
        match reading.layout.shape {
            Shape::One if count == 0 => text.extend_from_slice(b"null"),
            Shape::One => {}
            Shape::Many => {
                text.insert(0, b'[');
                text.push(b']');
            }
            Shape::Page { .. } => {
                let next = text.get(cursor).filter(|next| count > reading.most && !next.is_empty()).map(<[u8]>::to_vec);
                text.splice(0..0, *b"{\"items\":[");
                text.push(b']');
                if let Some(next) = next {
                    text.extend_from_slice(b",\"nextCursor\":");
                    text.extend_from_slice(&next);
                }
                text.push(b'}');
            }
        }
        String::from_utf8(text).map_err(|_| Failure::protocol("a value is not UTF-8"))
    }
}

impl Column {
    #[cold]
    fn refusal(&self, kind: u32) -> Failure {
        let Self { name, form, .. } = self;
        unexpected(format!("column {name:?} has a value of the type with OID {kind} that is no {form}"))
    }
}

/// A value that does not have the form which it is asked for in.
#[derive(Debug)]
pub(crate) struct Misfit;

fn unexpected(message: String) -> Failure {
    Failure::new(codes::UNEXPECTED_TYPE, message)
}

fn misfit() -> Failure {
    Failure::protocol("a row does not fit its columns")
}
