//! The yardstick of the benchmarks: the same host and engine as under Node, with handlers in Rust instead of JavaScript.
//!
//! `bolt-raw PORT PLAN` listens on 127.0.0.1 (port 0 takes a free one), prints `listening <port>` once it does, and answers the routes of the plan
//! (a file with `AppPlan` as JSON) with the handlers below, which are known by the route's path.

use std::process::ExitCode;
use std::time::Duration;

use bolt_core::engine::{Body, Call, Inputs, Slots, Value};
use bolt_core::plan::{AppPlan, RoutePlan};
use bolt_core::{Engine, Handle};
use bolt_host::{Bound, Host, ListenOptions, Listener};
use serde::{Deserialize, Serialize};

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

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(plan)) = (arguments.next().and_then(|port| port.parse().ok()), arguments.next()) else {
        eprintln!("usage: bolt-raw PORT PLAN");
        return ExitCode::FAILURE;
    };
    match std::fs::read_to_string(&plan).map_err(Into::into).and_then(|plan| serve(port, &plan)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bolt-raw: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(port: u16, plan: &str) -> Result<(), Box<dyn std::error::Error>> {
    let handlers: Vec<Handler> = AppPlan::parse(plan)?.routes.iter().map(handler).collect();
    let mut host = Host::new(Engine::new(plan, Slots::default())?)?;
    let bound = host.listen(Listener::open(&ListenOptions::tcp("127.0.0.1", port))?)?;
    if let Bound::Ip(address) = bound {
        println!("listening {}", address.port());
    }
    let mut body = Vec::new();
    loop {
        let timeout = host.deadline_at().map(|at| Duration::from_millis(host.until(at)));
        host.turn(timeout)?;
        loop {
            host.run_calls(|engine, call| {
                let handler = handlers.get(call.route as usize).copied().unwrap_or(Handler::Message);
                answer(engine, handler, call, &mut body);
            });
            if !host.settle() {
                break;
            }
        }
    }
}

fn handler(route: &RoutePlan) -> Handler {
    match route.path() {
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
