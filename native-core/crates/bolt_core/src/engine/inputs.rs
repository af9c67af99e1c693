//! The values a handler receives: parameters, query, headers and cookies as the route declares them.

use super::Engine;
use super::app::Handler;
use super::fields;
use super::problem::PlacedIssue;
use super::slots::{Handle, Slot};
use crate::error::Refusal;
use crate::http::Head;
use crate::routing::Matcher;
use crate::schema::{Input, Part, Place};

/// One value; texts are ranges of [`Inputs::text`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not given.
    Missing,
    /// Text from one offset to another.
    Text(u32, u32),
    /// An integer within ±(2^53 − 1).
    Int(i64),
    /// A finite number.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// Several values of one name.
    List(Vec<Value>),
    /// The whole body, which is valid JSON.
    Body,
}

/// The values of one request.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'e> {
    /// In the order of the plan.
    pub values: &'e [Value],
    /// What texts are ranges of.
    pub text: &'e str,
    /// The request's body.
    pub body: &'e [u8],
}

impl Engine {
    /// The values for the handler of a request.
    #[inline]
    pub fn inputs(&self, handle: Handle) -> Option<Inputs<'_>> {
        let slot = self.cx.slots.get(handle)?;
        Some(Inputs { values: &slot.inputs, text: &slot.text, body: &slot.body })
    }
}

/// Where values come from.
pub(super) struct Source<'r> {
    pub(super) head: &'r Head,
    pub(super) raw: &'r [u8],
    pub(super) matcher: &'r Matcher,
    pub(super) path: &'r [u8],
}

/// Fills a slot with the values and with what is wrong with them.
pub(super) fn read(handler: &Handler, source: &Source<'_>, slot: &mut Slot) -> Result<(), Refusal> {
    let params = (0..handler.names.len()).map(|at| source.matcher.param(source.path, at).unwrap_or_default());
    match &handler.params {
        None => params.for_each(|text| push_text(slot, text)),
        Some(part) => {
            let given: Vec<(&str, &str)> = handler.names.iter().map(String::as_str).zip(params).collect();
            coerce(part, &given, Place::Params, slot);
        }
    }
    if let Some(part) = &handler.query {
        coerce(part, &fields::query(source.head, source.raw)?, Place::Query, slot);
    }
    if let Some(part) = &handler.headers {
        coerce(part, &fields::headers(source.head, source.raw), Place::Headers, slot);
    }
    if let Some(part) = &handler.cookies {
        coerce(part, &fields::cookies(source.head, source.raw), Place::Cookies, slot);
    }
    Ok(())
}

fn coerce<N: AsRef<str>, V: AsRef<str>>(part: &Part, given: &[(N, V)], place: Place, slot: &mut Slot) {
    let (mut inputs, mut issues) = (Vec::with_capacity(part.len()), Vec::new());
    part.coerce(given, &mut inputs, &mut issues);
    slot.issues.extend(issues.into_iter().map(|issue| PlacedIssue { place: place.as_str(), issue }));
    for input in &inputs {
        let value = keep(&mut slot.text, input);
        slot.inputs.push(value);
    }
}

fn push_text(slot: &mut Slot, text: &str) {
    let value = keep_text(&mut slot.text, text);
    slot.inputs.push(value);
}

fn keep(arena: &mut String, input: &Input<'_>) -> Value {
    match input {
        Input::Missing => Value::Missing,
        Input::Str(text) => keep_text(arena, text),
        Input::Int(number) => Value::Int(*number),
        Input::Float(number) => Value::Float(*number),
        Input::Bool(value) => Value::Bool(*value),
        Input::List(members) => Value::List(members.iter().map(|member| keep(arena, member)).collect()),
    }
}

fn keep_text(arena: &mut String, text: &str) -> Value {
    let start = arena.len() as u32;
    arena.push_str(text);
    Value::Text(start, arena.len() as u32)
}
