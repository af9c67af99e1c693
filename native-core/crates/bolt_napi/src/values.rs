//! Conversion of the engine's values.

use bolt_core::engine::{Event, Inputs, Value as Input};
use bolt_host::Injected;

use crate::js::{Js, Value};

/// The arguments of a handler behind route and handle, appended to `out`.
pub(crate) fn push_inputs(js: Js, inputs: &Inputs<'_>, out: &mut Vec<Value>) {
    out.extend(inputs.values.iter().map(|value| convert(js, value, inputs)));
}

fn convert(js: Js, value: &Input, inputs: &Inputs<'_>) -> Value {
    match value {
        Input::Missing => js.undefined(),
        Input::Text(start, end) => js.text(inputs.text.get(*start as usize..*end as usize).unwrap_or_default()),
        Input::Int(number) => js.number(*number as f64),
        Input::Float(number) => js.number(*number),
        Input::Bool(value) => js.boolean(*value),
        Input::Body => js.text(str::from_utf8(inputs.body).unwrap_or_default()),
        Input::List(members) => {
            let array = js.array(members.len());
            for (at, member) in members.iter().enumerate() {
                js.set_element(array, at, convert(js, member, inputs));
            }
            array
        }
    }
}

/// `EventKind` of binding.d.ts.
pub(crate) fn event_kind(event: Event) -> u32 {
    match event {
        Event::Aborted => 0,
        Event::Readable => 1,
        Event::Drained => 2,
    }
}

/// `InjectedResponse` of binding.d.ts.
pub(crate) fn injected(js: Js, response: &Injected) -> Value {
    let headers = js.array(response.headers.len() * 2);
    for (at, (name, value)) in response.headers.iter().enumerate() {
        js.set_element(headers, at * 2, js.text(name));
        js.set_element(headers, at * 2 + 1, js.latin1(value));
    }
    let object = js.object();
    js.set(object, "status", js.integer(response.status.into()));
    js.set(object, "headers", headers);
    js.set(object, "body", js.bytes(&response.body));
    object
}
