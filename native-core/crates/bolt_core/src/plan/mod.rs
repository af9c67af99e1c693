//! The application plan (`native-core/src/plan.ts`) as Rust reads it. Unknown keys are refused, so that a misspelt setting fails the
//! start instead of failing open; every refusal names the route and the field.

mod compression;
mod cors;
mod limits;
mod observe;
mod rate_limits;
mod routes;

pub use compression::{CompressionLevels, CompressionPlan};
pub use cors::CorsPlan;
pub use limits::Limits;
pub use observe::ObservePlan;
pub use rate_limits::{RateKey, RateLimitPlan};
pub use routes::{
    AnswerRoute, BodyPlan, Constant, HandlerRoute, MountRoute, OnMissing, PartPlan, QueryParameter, QueryRoute,
    RoutePlan, SocketCompression, SocketRoute, StaticRoute,
};

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::JwtPlan;
use crate::schema::CompileError;

/// Why a plan was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// `invalid-plan` or `duplicate-route`.
    pub code: &'static str,
    /// What is wrong, beginning with the place.
    pub message: String,
}

impl PlanError {
    /// A plan that is not understood.
    pub fn invalid(at: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { code: "invalid-plan", message: format!("{at}: {reason}") }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PlanError {}

impl From<CompileError> for PlanError {
    fn from(error: CompileError) -> Self {
        Self::invalid(error.at, error.reason)
    }
}

/// A whole application.
#[derive(Debug)]
pub struct AppPlan {
    /// Bounds of requests and connections.
    pub limits: Limits,
    /// Name and value in turn, added to every response that does not set them itself.
    pub security_headers: Vec<String>,
    /// Cross-origin rules; `None`: no cross-origin headers at all.
    pub cors: Option<CorsPlan>,
    /// Rules for compressing responses; `None`: none is.
    pub compression: Option<CompressionPlan>,
    /// CIDR blocks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// Token verifiers, which routes name by index.
    pub auths: Vec<JwtPlan>,
    /// Rate limits, which routes name by index.
    pub rate_limits: Vec<RateLimitPlan>,
    /// What is counted and written down.
    pub observe: ObservePlan,
    /// All routes; `id` is the index.
    pub routes: Vec<RoutePlan>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Outline {
    limits: Value,
    security_headers: Vec<String>,
    cors: Value,
    #[serde(default)]
    compression: Value,
    trusted_proxies: Vec<String>,
    auths: Vec<Value>,
    #[serde(default)]
    rate_limits: Vec<Value>,
    #[serde(default)]
    observe: Option<Value>,
    routes: Vec<Value>,
}

impl AppPlan {
    /// Reads a plan from its JSON text.
    ///
    /// # Errors
    /// Not JSON, or a key or value that is not understood.
    pub fn parse(json: &str) -> Result<Self, PlanError> {
        let outline: Outline = serde_json::from_str(json).map_err(|e| PlanError::invalid("plan", e))?;
        let limits: Limits = read(outline.limits, "limits")?;
        limits.check()?;
        let auths = read_all(outline.auths, "auths")?;
        let observe: ObservePlan = outline.observe.map(|value| read(value, "observe")).transpose()?.unwrap_or_default();
        observe.check()?;
        let rate_limits = read_all(outline.rate_limits, "rateLimits")?;
        let routes =
            outline.routes.into_iter().enumerate().map(|(i, v)| RoutePlan::read(i, v)).collect::<Result<_, _>>()?;
        Ok(Self {
            limits,
            security_headers: outline.security_headers,
            cors: read(outline.cors, "cors")?,
            compression: read(outline.compression, "compression")?,
            trusted_proxies: outline.trusted_proxies,
            auths,
            rate_limits,
            observe,
            routes,
        })
    }
}

fn read_all<T: DeserializeOwned>(values: Vec<Value>, at: &str) -> Result<Vec<T>, PlanError> {
    values.into_iter().enumerate().map(|(i, value)| read(value, &format!("{at}[{i}]"))).collect()
}

fn read<T: DeserializeOwned>(value: Value, at: &str) -> Result<T, PlanError> {
    serde_json::from_value(value).map_err(|e| PlanError::invalid(at, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str =
        r#"{"limits":{},"securityHeaders":[],"cors":null,"trustedProxies":[],"auths":[],"routes":[ROUTES]}"#;

    fn refusal(routes: &str) -> String {
        AppPlan::parse(&EMPTY.replace("ROUTES", routes)).expect_err("refused").message
    }

    #[test]
    fn a_misspelt_key_is_refused_with_route_and_field() {
        let message = refusal(
            r#"{"id":0,"kind":"answer","method":"GET","path":"/x","status":200,"headers":[],"body":"","statsu":1}"#,
        );
        assert!(message.contains("routes[0] GET /x") && message.contains("statsu"), "{message}");
    }

    #[test]
    fn an_unknown_kind_of_route_is_refused_with_the_allowed_ones() {
        let message = refusal(r#"{"id":0,"kind":"anser","method":"GET","path":"/x"}"#);
        assert!(message.contains("anser") && message.contains("handler"), "{message}");
    }

    #[test]
    fn limits_left_out_have_their_defaults() {
        let plan = AppPlan::parse(&EMPTY.replace("ROUTES", "")).expect("a plan");
        assert_eq!(plan.limits.head_bytes, 16 * 1024);
    }
}
