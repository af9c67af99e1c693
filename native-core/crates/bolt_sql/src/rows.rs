//! Rows as JSON objects, the way a statement that is known beforehand wants them. How a single value becomes JSON is for each database to say: `F` is
//! the form of a column.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use crate::failure::{Failure, codes};
use crate::quote::quote;

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
pub struct ColumnPlan<F> {
    /// Where its value goes in a row: a name, or the name of an object and one within it.
    pub path: Vec<String>,
    /// How it becomes JSON.
    pub form: F,
    /// Of the first column of an object: when it is NULL, so is the object.
    pub nullable: bool,
}

/// How the rows of a statement become JSON.
#[derive(Debug)]
pub struct Layout<F> {
    shape: Shape,
    columns: Vec<Column<F>>,
}

#[derive(Debug)]
struct Column<F> {
    name: String,
    form: F,
    /// What stands before the value: `{"id":`, `,"notes":{"id":`.
    before: Box<[u8]>,
    /// What ends with it: `}` for an object, and for the row.
    after: &'static [u8],
    /// Of an object that is null when this is: what to write in its place, and how many columns it has.
    object: Option<(Box<[u8]>, usize)>,
}

impl<F: Clone> Layout<F> {
    /// Compiles a layout.
    ///
    /// # Errors
    /// A sentence for people: no columns, a path that is none, an object whose columns are not side by side, or a name that is there twice.
    pub fn compile(shape: Shape, plans: &[ColumnPlan<F>]) -> Result<Arc<Self>, String> {
        if plans.is_empty() {
            return Err("a statement without columns has no rows to answer with".to_owned());
        }
        let mut columns = Vec::with_capacity(plans.len());
        let mut seen: Vec<&[String]> = Vec::new();
        let mut at = 0;
        while let Some(plan) = plans.get(at) {
            let is_within = |other: &&ColumnPlan<F>| other.path.len() == 2 && other.path.first() == plan.path.first();
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

    /// What becomes of the rows of one run. `raise` is asked, if they are a page, to raise the parameter of this index by one, and for what it was.
    ///
    /// # Errors
    /// The limit of a page is no number.
    pub fn bind(self: &Arc<Self>, raise: impl FnOnce(usize) -> Option<u32>) -> Result<Reading<F>, Failure> {
        let most = match self.shape {
            Shape::Page { limit, .. } => raise(limit).map(|count| count as usize).ok_or_else(|| {
                Failure::new(codes::INVALID_LIMIT, "the limit of a page is no whole number of at least 0")
            })?,
            Shape::Many | Shape::One => usize::MAX,
        };
        Ok(Reading { layout: self.clone(), most })
    }
}

/// What becomes of the rows of one run of a statement.
#[derive(Debug, Clone)]
pub struct Reading<F> {
    layout: Arc<Layout<F>>,
    /// Rows that are kept.
    most: usize,
}

impl<F: Clone> Column<F> {
    /// The column at `place` among the `count` of its object, or alone.
    fn new(plan: &ColumnPlan<F>, is_first: bool, place: usize, count: usize) -> Self {
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
pub struct Objects {
    text: Vec<u8>,
    count: usize,
    /// Where the cursor of the last row is.
    cursor: Range<usize>,
}

impl Objects {
    /// Writes a row.
    ///
    /// # Errors
    /// It has not as many columns as were declared, or a value that is not what was.
    pub fn push<F: fmt::Display, R: Row<F>>(&mut self, reading: &Reading<F>, row: &mut R) -> Result<(), Failure> {
        let Reading { layout, most } = reading;
        let columns = &layout.columns;
        if row.len() != columns.len() {
            let (got, wanted) = (row.len(), columns.len());
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
        let mut at = 0;
        while let Some(column) = columns.get(at) {
            let value = row.next(at)?;
            at += 1;
            if let (None, Some((null, count))) = (&value, &column.object) {
                self.text.extend_from_slice(null);
                for skipped in at..at + count - 1 {
                    row.next(skipped)?;
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
                Some(value) => row.write(&mut self.text, &column.form, value).map_err(|_| {
                    unexpected(format!("column {:?} has {} that is no {}", column.name, row.kind(at - 1), column.form))
                })?,
            }
            if cursor == Some(at - 1) {
                self.cursor = start..self.text.len();
            }
            self.text.extend_from_slice(column.after);
        }
        Ok(())
    }

    /// The rows as JSON.
    pub fn finish<F>(self, reading: &Reading<F>) -> Result<String, Failure> {
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

/// The row that a database gave, read column by column.
pub trait Row<F> {
    /// A value that is not NULL.
    type Value;

    /// How many columns it has.
    fn len(&self) -> usize;

    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a column; asked once for each, in order. `None` is NULL.
    ///
    /// # Errors
    /// The database does not keep to its protocol.
    fn next(&mut self, at: usize) -> Result<Option<Self::Value>, Failure>;

    /// Writes the value that was asked for last.
    ///
    /// # Errors
    /// It does not have the form.
    fn write(&self, out: &mut Vec<u8>, form: &F, value: Self::Value) -> Result<(), Misfit>;

    /// What kind of value a column has, for a message: "a blob".
    fn kind(&self, at: usize) -> String;
}

/// A value that does not have the form which it is asked for in.
#[derive(Debug)]
pub struct Misfit;

fn unexpected(message: String) -> Failure {
    Failure::new(codes::UNEXPECTED_TYPE, message)
}
