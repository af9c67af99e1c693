//! The statements that a connection has prepared.

use std::collections::HashMap;
use std::sync::Arc;

use crate::outcome::Columns;
use crate::statement::Shape;

/// Statements that a connection keeps prepared; beyond, the one that was used longest ago goes.
const MOST: usize = 256;

/// A statement that the server has, or is being asked to have.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) name: String,
    /// None until the server has described it.
    pub(crate) columns: Option<Arc<Columns>>,
    used: u64,
}

/// Prepared statements by what they are.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    known: HashMap<Shape, Prepared>,
    uses: u64,
    names: u64,
}

impl Cache {
    /// One that was described, which counts as a use of it.
    pub(crate) fn find(&mut self, shape: &Shape) -> Option<(&str, &Arc<Columns>)> {
        self.uses += 1;
        let prepared = self.known.get_mut(shape)?;
        prepared.used = self.uses;
        prepared.columns.as_ref().map(|columns| (prepared.name.as_str(), columns))
    }

    /// Whether it is on its way.
    pub(crate) fn has(&self, shape: &Shape) -> bool {
        self.known.contains_key(shape)
    }

    /// Takes in one that is going to be prepared: its name, and that of one to close for it.
    pub(crate) fn add(&mut self, shape: Shape) -> (String, Option<String>) {
        let oldest = || {
            let described = self.known.iter().filter(|(_, prepared)| prepared.columns.is_some());
            described.min_by_key(|(_, prepared)| prepared.used).map(|(shape, _)| shape.clone())
        };
        let evicted = if self.known.len() >= MOST { oldest() } else { None };
        let closed = evicted.and_then(|shape| self.known.remove(&shape)).map(|prepared| prepared.name);
        self.names += 1;
        let name = format!("b{}", self.names);
        self.known.insert(shape, Prepared { name: name.clone(), columns: None, used: self.uses });
        (name, closed)
    }

    pub(crate) fn describe(&mut self, shape: &Shape, columns: &Arc<Columns>) {
        if let Some(prepared) = self.known.get_mut(shape) {
            prepared.columns = Some(columns.clone());
        }
    }

    /// Forgets one; its name, if the server may have it.
    pub(crate) fn remove(&mut self, shape: &Shape) -> Option<String> {
        self.known.remove(shape).map(|prepared| prepared.name)
    }
}
