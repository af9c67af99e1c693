//! Cross-origin resource sharing (the Fetch standard, "CORS protocol"). It is decided before anything else about a request, so that
//! refusals carry the fields too: without them a script only sees a network error.

use crate::http::response::{self, field};
use crate::plan::{CorsPlan, PlanError};

/// Compiled rules.
#[derive(Debug)]
pub(crate) struct Cors {
    any: bool,
    origins: Vec<String>,
    /// Field lines after an allowed origin.
    response: Vec<u8>,
    /// More field lines of a preflight answer.
    preflight: Vec<u8>,
}

impl Cors {
    pub(crate) fn compile(plan: &CorsPlan) -> Result<Self, PlanError> {
        let any = plan.origins.iter().any(|origin| origin == "*");
        if any && plan.credentials {
            return Err(PlanError::invalid("cors.credentials", "cannot be true with the origin *: list the origins"));
        }
        if any && plan.origins.len() > 1 {
            return Err(PlanError::invalid("cors.origins", "* stands alone"));
        }
        if let Some(bad) = plan.origins.iter().find(|origin| !is_origin(origin)) {
            return Err(PlanError::invalid(
                "cors.origins",
                format!("{bad:?} is no origin such as https://app.example, null or *"),
            ));
        }
        let lists = [
            ("methods", &plan.methods),
            ("allowHeaders", &plan.allow_headers),
            ("exposeHeaders", &plan.expose_headers),
        ];
        for (name, list) in lists {
            if let Some(bad) = list.iter().find(|text| !response::is_field_name(text.as_bytes())) {
                return Err(PlanError::invalid(format!("cors.{name}"), format!("{bad:?} is no token")));
            }
        }
        let mut cors = Self { any, origins: plan.origins.clone(), response: Vec::new(), preflight: Vec::new() };
        if plan.credentials {
            field(&mut cors.response, b"access-control-allow-credentials", b"true");
        }
        if !plan.expose_headers.is_empty() {
            field(&mut cors.response, b"access-control-expose-headers", plan.expose_headers.join(", ").as_bytes());
        }
        field(&mut cors.preflight, b"access-control-allow-methods", plan.methods.join(", ").as_bytes());
        if !plan.allow_headers.is_empty() {
            field(&mut cors.preflight, b"access-control-allow-headers", plan.allow_headers.join(", ").as_bytes());
        }
        field(&mut cors.preflight, b"access-control-max-age", plan.max_age.to_string().as_bytes());
        Ok(cors)
    }

    fn allows(&self, origin: &[u8]) -> bool {
        self.any || self.origins.iter().any(|allowed| allowed.as_bytes() == origin)
    }

    /// Appends the fields of any response. Unless every origin gets the same answer, caches must know that it depends on it.
    pub(crate) fn write(&self, out: &mut Vec<u8>, origin: Option<&[u8]>) {
        if !self.any {
            field(out, b"vary", b"Origin");
        }
        if let Some(origin) = origin.filter(|origin| self.allows(origin)) {
            field(out, b"access-control-allow-origin", if self.any { b"*" } else { origin });
            out.extend_from_slice(&self.response);
        }
    }

    /// Appends the further fields of a preflight answer.
    pub(crate) fn write_preflight(&self, out: &mut Vec<u8>, origin: Option<&[u8]>) {
        if origin.is_some_and(|origin| self.allows(origin)) {
            out.extend_from_slice(&self.preflight);
        }
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.split_once("://").map(|(_, host)| host);
    text == "*"
        || text == "null"
        || host.is_some_and(|h| !h.is_empty() && !h.contains(['/', '*', '?', '#']) && !h.contains(char::is_whitespace))
}
