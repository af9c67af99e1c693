//! Statements that are known before they are run.

use std::sync::Arc;

use bolt_core::engine::Parameter as Given;
use bolt_sql::Failure;
use bolt_sql::rows::Shape;
use bolt_sqlite::{ColumnPlan, Layout, Parameter, Statement, truth};
use serde::Deserialize;

/// A statement and what its rows look like (`QueryStatement` of `binding.d.ts`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementPlan {
    sql: String,
    shape: Shape,
    columns: Vec<ColumnPlan>,
    /// Parameters that are truth values, whatever they come as.
    #[serde(default)]
    booleans: Vec<usize>,
}

#[derive(Debug)]
struct Known {
    sql: Arc<str>,
    layout: Arc<Layout>,
    booleans: Vec<usize>,
}

/// The statements of a pool, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Statements(Vec<Known>);

impl Statements {
    /// Takes one in, as JSON; its number.
    pub(super) fn add(&mut self, plan: &str) -> Result<usize, String> {
        let plan: StatementPlan = serde_json::from_str(plan).map_err(|error| error.to_string())?;
        let layout = Layout::compile(plan.shape, &plan.columns)?;
        self.0.push(Known { sql: plan.sql.into(), layout, booleans: plan.booleans });
        Ok(self.0.len() - 1)
    }

    /// A statement with these parameters; `None` when there is none of this number.
    pub(super) fn bind(&self, number: usize, given: Vec<Given>) -> Option<Result<Statement, Failure>> {
        let Known { sql, layout, booleans } = self.0.get(number)?;
        let mut parameters: Vec<Parameter> = given.into_iter().map(bound).collect();
        for at in booleans {
            if let Some(value) = parameters.get_mut(*at) {
                *value = truth(value);
            }
        }
        let reading = layout.bind(|limit| raise(parameters.get_mut(limit)?));
        let statement = |reading| Statement { sql: sql.clone(), parameters, is_script: false, reading: Some(reading) };
        Some(reading.map(statement))
    }
}

/// A value as libsql binds it: every number and boolean is REAL.
fn bound(value: Given) -> Parameter {
    match value {
        Given::Null => Parameter::Null,
        Given::Text(text) => Parameter::Text(text),
        Given::Int(number) => Parameter::Real(number as f64),
        Given::Float(number) => Parameter::Real(number),
        Given::Bool(value) => Parameter::Real(if value { 1.0 } else { 0.0 }),
    }
}

/// Adds one to the limit of a page, which may come as a text; what it was.
fn raise(value: &mut Parameter) -> Option<u32> {
    let count = match value {
        Parameter::Real(number) if number.fract() == 0.0 && (0.0..f64::from(u32::MAX)).contains(number) => {
            Some(*number as u32)
        }
        Parameter::Text(text) => text.parse().ok(),
        _ => None,
    }?;
    *value = Parameter::Real(f64::from(count) + 1.0);
    Some(count)
}
