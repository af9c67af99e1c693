//! What a plan wants to know about answers.

use serde::Deserialize;

use super::PlanError;

/// `ObservePlan` of `plan.ts`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObservePlan {
    /// Upper bounds of the buckets of all histograms, microseconds, ascending; `None`: nothing is counted by route.
    pub bounds: Option<Vec<u64>>,
    /// Whether a line is kept for each request until it is taken.
    pub log: bool,
}

impl ObservePlan {
    /// Refuses bounds that no value could be sorted by.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        let is_sorted = self.bounds.as_ref().is_none_or(|bounds| bounds.is_sorted_by(|one, next| one < next));
        if is_sorted { Ok(()) } else { Err(PlanError::invalid("observe.bounds", "must ascend")) }
    }
}
