//! Statements that are known before they are run.

use std::sync::Arc;

use bolt_postgres::rows::{ColumnPlan, Layout, Shape, bind};
use bolt_postgres::{Failure, Parameter, Statement};
use serde::Deserialize;

use super::transactions;

/// A statement and what its rows look like (`QueryStatement` of `binding.d.ts`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementPlan {
    sql: String,
    shape: Shape,
    columns: Vec<ColumnPlan>,
}

/// The statements of a pool, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Statements(Vec<(Arc<str>, Arc<Layout>)>);

impl Statements {
    /// Takes one in, as JSON; its number.
    pub(super) fn add(&mut self, plan: &str) -> Result<usize, String> {
        let plan: StatementPlan = serde_json::from_str(plan).map_err(|error| error.to_string())?;
        if transactions::begins(&plan.sql) {
            return Err("a statement that is known beforehand cannot begin a transaction".to_owned());
        }
        let layout = Layout::compile(plan.shape, &plan.columns)?;
        self.0.push((plan.sql.as_str().into(), layout));
        Ok(self.0.len() - 1)
    }

    /// A statement with these parameters, whose types PostgreSQL infers; `None` when there is none of this number.
    pub(super) fn bind(
        &self,
        number: usize,
        mut parameters: Vec<Option<String>>,
    ) -> Option<Result<Statement, Failure>> {
        let (sql, layout) = self.0.get(number)?;
        let reading = bind(layout, &mut parameters);
        let parameters = parameters.into_iter().map(|text| Parameter { text, kind: 0 }).collect();
        let statement = |reading| Statement { sql: sql.clone(), parameters, is_simple: false, reading: Some(reading) };
        Some(reading.map(statement))
    }
}
