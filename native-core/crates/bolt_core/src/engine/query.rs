//! Requests that a database answers: what is asked of it with which parameters, and what becomes of the request. The engine knows no databases;
//! a host takes a [`QueryCall`] and answers it later.

use serde_json::Value as Json;
use xxhash_rust::xxh3::xxh3_128;

use super::answer::Answer;
use super::app::{Handler, Route};
use super::slots::{Handle, Slot, State};
use super::{Body, Context, Engine, Event, Value, body};
use crate::auth::Claims;
use crate::error::{ErrorCode, Refusal};
use crate::plan::{Constant, OnMissing, PlanError, QueryParameter, QueryRoute};
use crate::schema::{JsonLimits, Schema};
use crate::static_files::is_among;

/// A request that a statement answers.
#[derive(Debug)]
pub struct QueryCall {
    /// Names the request in all later calls.
    pub handle: Handle,
    /// Number of the pool, as the plan has it.
    pub pool: usize,
    /// Number of the statement within the pool.
    pub statement: usize,
    /// In the order of the statement.
    pub parameters: Vec<Parameter>,
}

/// A value for a statement. It keeps the kind that it has in the request, for databases that compare by it.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// NULL.
    Null,
    /// A text, JSON among them.
    Text(String),
    /// An integer.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// A boolean.
    Bool(bool),
}

impl Parameter {
    /// As JavaScript's `String` writes it; `None` is NULL.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text),
            Self::Int(number) => Some(number.to_string()),
            Self::Float(number) => Some(number_text(number)),
            Self::Bool(value) => Some(value.to_string()),
        }
    }
}

/// A compiled statement of a route.
#[derive(Debug)]
pub(crate) struct Query {
    /// Method and path, for the log.
    label: String,
    /// One of them must fit the verified claims; empty: any claims do.
    claims: Vec<Schema>,
    pool: usize,
    statement: usize,
    parameters: Vec<QueryParameter>,
    has_tag: bool,
}

impl Query {
    pub(super) fn compile(plan: &QueryRoute, handler: &Handler, at: &str) -> Result<Self, PlanError> {
        let claims = plan.claims.iter().enumerate();
        let claims = claims.map(|(i, schema)| Schema::compile(schema, &format!("{at}: claims[{i}]")));
        let inputs = handler.input_count();
        for (i, parameter) in plan.parameters.iter().enumerate() {
            let fault = match parameter {
                QueryParameter::Input { at } if *at >= inputs => {
                    format!("the request has {inputs} inputs, not one {at}")
                }
                QueryParameter::Body { .. } if handler.body.is_none() => "the route declares no body".to_owned(),
                QueryParameter::Claim { .. } if handler.auths.is_empty() => "the route verifies no claims".to_owned(),
                _ => continue,
            };
            return Err(PlanError::invalid(format!("{at}: parameters[{i}]"), fault));
        }
        Ok(Self {
            label: format!("{} {}", plan.method, plan.path),
            claims: claims.collect::<Result<_, _>>()?,
            pool: plan.pool,
            statement: plan.statement,
            parameters: plan.parameters.clone(),
            has_tag: plan.etag,
        })
    }

    /// The values of a request, or why it is refused.
    fn bind(&self, slot: &Slot, depth: usize) -> Result<Vec<Parameter>, Answer<'static>> {
        if let Some(claims) = &slot.claims {
            let mut issues = Vec::new();
            let mut fits = |schema: &Schema| {
                issues.clear();
                schema.validate_json(claims.text().as_bytes(), JsonLimits { depth }, &mut issues).is_ok()
                    && issues.is_empty()
            };
            if !self.claims.is_empty() && !self.claims.iter().any(&mut fits) {
                return Err(Answer::Unauthorized { invalid: true });
            }
        }
        let mut read = None;
        let bind = |parameter: &QueryParameter| match parameter {
            QueryParameter::Constant { value } => Ok(value.clone().into()),
            QueryParameter::Input { at } => {
                Ok(slot.inputs.get(*at).map_or(Parameter::Null, |value| input(value, &slot.text)))
            }
            QueryParameter::Claim { path, json } => claim(slot.claims.as_ref(), path, *json),
            QueryParameter::Body { name, json } => {
                if read.is_none() {
                    read = Some(parse(&slot.body)?);
                }
                Ok(read
                    .as_ref()
                    .and_then(|body| body.get(name))
                    .map_or(Parameter::Null, |value| json_value(value, *json)))
            }
        };
        self.parameters.iter().map(bind).collect()
    }
}

impl From<Constant> for Parameter {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::Null => Self::Null,
            Constant::Text(text) => Self::Text(text),
            Constant::Number(number) => Self::Float(number),
        }
    }
}

/// Values of a handler's inputs that are scalars; only these are declared as parameters.
fn input(value: &Value, text: &str) -> Parameter {
    match value {
        Value::Text(from, to) => match text.get(*from as usize..*to as usize) {
            Some(text) => Parameter::Text(text.to_owned()),
            None => Parameter::Null,
        },
        Value::Int(number) => Parameter::Int(*number),
        Value::Float(number) => Parameter::Float(*number),
        Value::Bool(value) => Parameter::Bool(*value),
        Value::Missing | Value::List(_) | Value::Body => Parameter::Null,
    }
}

/// A claim must be there: without it a statement about one's own would be about nobody's.
fn claim(claims: Option<&Claims>, path: &str, json: bool) -> Result<Parameter, Answer<'static>> {
    match claims.and_then(|claims| claims.get(path)).map(|value| json_value(value, json)) {
        None | Some(Parameter::Null) => Err(Answer::Refuse(ErrorCode::Forbidden.into())),
        Some(value) => Ok(value),
    }
}

fn parse(body: &[u8]) -> Result<Json, Answer<'static>> {
    if body.is_empty() {
        return Ok(Json::Null);
    }
    let refused = |_| Answer::Refuse(Refusal::new(ErrorCode::MalformedJson, "The body is nested too deeply."));
    serde_json::from_slice(body).map_err(refused)
}

/// A JSON value as a parameter. `json`: of one that is JSON itself. Objects and lists are JSON anyway.
fn json_value(value: &Json, json: bool) -> Parameter {
    match value {
        Json::Null => Parameter::Null,
        Json::String(text) if !json => Parameter::Text(text.clone()),
        Json::Bool(value) if !json => Parameter::Bool(*value),
        Json::Number(number) if !json => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Parameter::Int(number),
            (None, Some(number)) => Parameter::Float(number),
            (None, None) => Parameter::Text(number.to_string()),
        },
        value => Parameter::Text(value.to_string()),
    }
}

/// A number as JavaScript writes it, as far as PostgreSQL tells a difference: 1.0 is the integer 1.
fn number_text(number: f64) -> String {
    /// From here on JavaScript writes exponents (ECMA-262, `Number::toString`).
    const LONGEST: f64 = 1e21;
    if number == 0.0 {
        "0".to_owned()
    } else if number.fract() == 0.0 && number.abs() < LONGEST {
        format!("{number:.0}")
    } else {
        format!("{number:?}")
    }
}

impl Handler {
    /// How many values come before the body.
    fn input_count(&self) -> usize {
        let parts = [&self.query, &self.headers, &self.cookies];
        self.names.len() + parts.into_iter().flatten().map(|part| part.len()).sum::<usize>()
    }

    /// Whether a database answers this request, and not JavaScript: that is asked who is there when no token told.
    pub(super) fn is_query_of(&self, slot: &Slot) -> bool {
        self.statement.is_some() && (slot.claims.is_some() || self.on_missing == OnMissing::Reject)
    }
}

impl Engine {
    /// Whether there are requests for databases, or some that nobody waits for any more.
    pub fn has_queries(&self) -> bool {
        !self.cx.queries.is_empty() || !self.cx.abandoned.is_empty()
    }

    /// The next request for a database, in order of arrival. Those that are refused for their claims are answered on the way.
    pub fn next_query(&mut self) -> Option<QueryCall> {
        while let Some(handle) = self.cx.queries.pop_front() {
            let Some(slot) = self.cx.slots.get(handle) else { continue };
            let Some(query) = query_of(&self.app.routes, slot) else { continue };
            let (pool, statement) = (query.pool, query.statement);
            match query.bind(slot, self.app.limits.json_depth) {
                Ok(parameters) => {
                    self.cx.stats.queries += 1;
                    return Some(QueryCall { handle, pool, statement, parameters });
                }
                Err(answer) => self.answer_query(handle, answer),
            }
        }
        None
    }

    /// Answers a request with the rows of its statement, as JSON. False when the request is over.
    pub fn complete_query(&mut self, handle: Handle, rows: &[u8]) -> bool {
        let Some(slot) = self.cx.slots.get_mut(handle).filter(|slot| slot.state == State::Querying) else {
            return false;
        };
        slot.state = State::Waiting;
        self.cx.stats.native_answers += 1;
        let has_tag = query_of(&self.app.routes, slot).is_some_and(|query| query.has_tag);
        if has_tag { self.complete_tagged(handle, rows) } else { self.complete(handle, rows) }
    }

    /// Answers with rows and their entity tag, or 304 when the client has them (RFC 9110 §13.1.2). The tag is weak, as what is sent may be compressed.
    fn complete_tagged(&mut self, handle: Handle, rows: &[u8]) -> bool {
        let tag = format!("W/\"{:032x}\"", xxh3_128(rows));
        let is_known = self.header(handle, "if-none-match").is_some_and(|tags| is_among(&tag, &tags));
        let field: (&[u8], &[u8]) = (b"etag", tag.as_bytes());
        let answered = if is_known {
            self.respond(handle, 304, [field].into_iter(), Body::None)
        } else {
            let content_type: (&[u8], &[u8]) = (b"content-type", b"application/json");
            self.respond(handle, 200, [content_type, field].into_iter(), Body::Bytes(rows))
        };
        answered.unwrap_or(false)
    }

    /// Refuses a request whose statement gave nothing, or failed.
    pub fn refuse_query(&mut self, handle: Handle, refusal: Refusal) {
        self.answer_query(handle, Answer::Refuse(refusal));
    }

    fn answer_query(&mut self, handle: Handle, answer: Answer<'_>) {
        let Some(slot) = self.cx.slots.get(handle).filter(|slot| slot.state == State::Querying) else { return };
        let Some(connection) = self.connections.get_mut(slot.connection) else { return };
        body::refuse(connection, &self.app, &mut self.cx, handle, answer, false);
    }

    /// Method and path of a request's route, for the log.
    pub fn query_label(&self, handle: Handle) -> Option<&str> {
        let slot = self.cx.slots.get(handle)?;
        query_of(&self.app.routes, slot).map(|query| query.label.as_str())
    }

    /// The id of a request's route.
    pub fn query_route(&self, handle: Handle) -> Option<u32> {
        self.cx.slots.get(handle).map(|slot| slot.route)
    }

    /// A request that a database works on, or will, and nobody waits for any more; and the number of the pool.
    pub fn take_abandoned(&mut self) -> Option<(Handle, usize)> {
        while let Some((handle, route)) = self.cx.abandoned.pop() {
            if let Some(Route::Handler(handler)) = self.app.routes.get(route as usize)
                && let Some(query) = &handler.statement
            {
                return Some((handle, query.pool));
            }
        }
        None
    }
}

fn query_of<'r>(routes: &'r [Route], slot: &Slot) -> Option<&'r Query> {
    match routes.get(slot.route as usize) {
        Some(Route::Handler(handler)) => handler.statement.as_deref(),
        _ => None,
    }
}

impl Context {
    /// Tells whoever works on a request that it is over.
    pub(super) fn tell_aborted(&mut self, handle: Handle) {
        let Some(slot) = self.slots.get(handle) else { return };
        if slot.state == State::Querying {
            self.abandoned.push((handle, slot.route));
        } else if slot.state.is_with_handler() {
            self.events.push_back((handle, Event::Aborted));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_texts_that_javascript_would_send() {
        let text = |json: &str, is_json| json_value(&serde_json::from_str(json).expect("JSON"), is_json).into_text();
        let cases =
            [("1.0", "1"), ("-0.0", "0"), ("1.5", "1.5"), ("1e21", "1e21"), ("true", "true"), ("\"a\\n\"", "a\n")];
        for (json, expected) in cases {
            assert_eq!(text(json, false).as_deref(), Some(expected));
        }
        assert_eq!(text("9223372036854775807", false).as_deref(), Some("9223372036854775807"));
        assert_eq!(text("[1,\"a\"]", false).as_deref(), Some("[1,\"a\"]"));
        assert_eq!(text("\"a\"", true).as_deref(), Some("\"a\""));
        assert_eq!(text("null", true), None);
    }
}
