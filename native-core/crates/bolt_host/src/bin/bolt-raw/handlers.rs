//! The handlers of the benchmark's application, known by the path of their route.

use bolt_core::engine::{Body, Call, Inputs, Value};
use bolt_core::plan::AppPlan;
use bolt_core::{Engine, Handle};
use serde::{Deserialize, Serialize};

/// Answers the calls of an engine.
#[derive(Debug)]
pub(crate) struct Handlers {
    by_route: Vec<Handler>,
    body: Vec<u8>,
}

impl Handlers {
    pub(crate) fn new(plan: &AppPlan) -> Self {
        Self { by_route: plan.routes.iter().map(|route| handler(route.path())).collect(), body: Vec::new() }
    }

    pub(crate) fn answer(&mut self, engine: &mut Engine, call: Call) {
        let handler = self.by_route.get(call.route as usize).copied().unwrap_or(Handler::Message);
        answer(engine, handler, call, &mut self.body);
    }
}

/// What a route answers.
#[derive(Debug, Clone, Copy)]
enum Handler {
    Plaintext,
    Message,
    User,
    Note,
    Private,
}

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Serialize)]
struct User<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
struct Note {
    title: String,
    tags: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct Saved<'a> {
    title: &'a str,
    tags: usize,
}

#[derive(Deserialize, Serialize)]
struct Claims {
    sub: String,
}

fn handler(path: &str) -> Handler {
    match path {
        "/plaintext" => Handler::Plaintext,
        "/users/:id" => Handler::User,
        "/notes" => Handler::Note,
        "/private" => Handler::Private,
        _ => Handler::Message,
    }
}

fn answer(engine: &mut Engine, handler: Handler, call: Call, body: &mut Vec<u8>) {
    body.clear();
    let written = match handler {
        Handler::Plaintext => {
            let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
            // The status and the headers are fixed and can be sent, so all that remains is a client that is gone.
            let _ = engine.respond(call.handle, 200, headers, Body::Bytes(b"Hello, World!"));
            return;
        }
        Handler::Message => serde_json::to_writer(&mut *body, &Message { message: "Hello, World!" }),
        Handler::User => serde_json::to_writer(&mut *body, &User { id: first_text(engine.inputs(call.handle)) }),
        Handler::Note => note(engine, call.handle, body),
        Handler::Private => private(engine, call.handle, body),
    };
    match written {
        Ok(()) => engine.complete(call.handle, body),
        Err(_) => engine.fail(call.handle),
    };
}

fn first_text(inputs: Option<Inputs<'_>>) -> &str {
    let found = inputs.and_then(|inputs| match inputs.values.first() {
        Some(Value::Text(start, end)) => inputs.text.get(*start as usize..*end as usize),
        _ => None,
    });
    found.unwrap_or_default()
}

fn note(engine: &Engine, handle: Handle, body: &mut Vec<u8>) -> serde_json::Result<()> {
    let note: Note = serde_json::from_slice(engine.body(handle).unwrap_or_default())?;
    serde_json::to_writer(body, &Saved { title: &note.title, tags: note.tags.len() })
}

fn private(engine: &Engine, handle: Handle, body: &mut Vec<u8>) -> serde_json::Result<()> {
    let claims: Claims = serde_json::from_str(engine.claims(handle).unwrap_or_default())?;
    serde_json::to_writer(body, &claims)
}
