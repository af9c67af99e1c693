//! Verified claims, and guards on them.

use std::sync::Arc;

use serde_json::Value;

use super::{CompileError, GuardPlan};

/// Verified claims (RFC 7519 §4); cheap to clone.
#[derive(Debug, Clone)]
pub struct Claims(Arc<(String, Value)>);

impl Claims {
    pub(super) fn new(text: String, value: Value) -> Self {
        Self(Arc::new((text, value)))
    }

    /// The claims as the JSON text that was signed.
    pub fn text(&self) -> &str {
        &self.0.0
    }

    /// The claim of this name, or else the one at this dotted path: names may have dots themselves, as in
    /// `https://example.com/roles`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let claims = &self.0.1;
        let nested = || path.split('.').try_fold(claims, |value, name| value.get(name));
        claims.get(path).or_else(nested)
    }
}

/// A requirement on claims.
#[derive(Debug)]
pub struct Guard {
    claim: Box<str>,
    one_of: Vec<Value>,
}

impl Guard {
    /// Compiles a guard.
    ///
    /// # Errors
    /// An empty path or list, or a value that is no string, number or boolean.
    pub fn compile(plan: &GuardPlan, at: &str) -> Result<Self, CompileError> {
        if plan.claim.split('.').any(str::is_empty) {
            let reason = format!("{:?} is no path of a claim", plan.claim);
            return Err(CompileError::new(format!("{at}.claim"), reason));
        }
        let usable = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
        if plan.one_of.is_empty() || !plan.one_of.iter().all(usable) {
            let reason = "must be a list of at least one string, number or boolean";
            return Err(CompileError::new(format!("{at}.oneOf"), reason));
        }
        Ok(Self { claim: plan.claim.as_str().into(), one_of: plan.one_of.clone() })
    }

    /// Whether the claims satisfy it; a missing claim does not.
    pub fn allows(&self, claims: &Claims) -> bool {
        let wanted = |value: &Value| self.one_of.iter().any(|one| same(one, value));
        match claims.get(&self.claim) {
            Some(Value::Array(members)) => members.iter().any(wanted),
            Some(value) => wanted(value),
            None => false,
        }
    }
}

/// Equal as JavaScript's `===` has it: by type, numbers as doubles.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}
