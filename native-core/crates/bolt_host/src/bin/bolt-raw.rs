//! The yardstick of the benchmarks: the same host and engine, with handlers in Rust instead of JavaScript.
//!
//! `bolt-raw PORT PLAN` listens on 127.0.0.1 and prints `listening <port>` once it does. PLAN is an application plan as JSON; the
//! handler of a route is chosen by its path.

use std::process::ExitCode;
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::{Body, Call, Slots, Value};
use bolt_host::{Host, ListenOptions};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The part of a plan that says which handler belongs to which route.
#[derive(Deserialize)]
struct Plan {
    routes: Vec<Route>,
}

#[derive(Deserialize)]
struct Route {
    path: String,
}

#[derive(Clone, Copy)]
enum Handler {
    Message,
    Text,
    User,
    Note,
    Account,
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
    tags: Vec<IgnoredAny>,
}

#[derive(Serialize)]
struct Summary {
    title: String,
    tags: usize,
}

#[derive(Deserialize, Serialize)]
struct Account {
    sub: String,
}

type Fault = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, plan] = &arguments[..] else {
        eprintln!("usage: bolt-raw PORT PLAN  (port 0 takes a free one)");
        return ExitCode::FAILURE;
    };
    match serve(port, plan) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bolt-raw: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(port: &str, plan: &str) -> Result<(), Fault> {
    let handlers = handlers(plan)?;
    let mut host = Host::new(Engine::new(plan, Slots::default())?)?;
    let address = host.listen(&ListenOptions { port: port.parse()?, host: "127.0.0.1".into(), backlog: 1024 })?;
    println!("listening {}", address.port());
    let mut body = Vec::new();
    loop {
        let timeout = host.deadline_at().map(|at| Duration::from_millis(host.until(at)));
        host.turn(timeout)?;
        loop {
            while let Some(call) = host.engine().next_call() {
                answer(host.engine(), call, handlers[call.route as usize], &mut body)?;
            }
            if !host.settle() {
                break;
            }
        }
    }
}

fn handlers(plan: &str) -> Result<Vec<Handler>, Fault> {
    let plan: Plan = serde_json::from_str(plan)?;
    let handler = |route: &Route| match route.path.as_str() {
        "/json" | "/async" => Ok(Handler::Message),
        "/plaintext" => Ok(Handler::Text),
        "/users/:id" => Ok(Handler::User),
        "/notes" => Ok(Handler::Note),
        "/private" => Ok(Handler::Account),
        path => Err(format!("there is no handler for {path}")),
    };
    Ok(plan.routes.iter().map(handler).collect::<Result<_, _>>()?)
}

fn answer(engine: &mut Engine, call: Call, handler: Handler, body: &mut Vec<u8>) -> Result<(), Fault> {
    body.clear();
    match handler {
        Handler::Message => serde_json::to_writer(&mut *body, &Message { message: "Hello, World!" })?,
        Handler::Text => {
            let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
            let sent = engine.respond(call.handle, 200, headers, Body::Bytes(b"Hello, World!"));
            return sent.map(drop).map_err(|fault| format!("{fault:?}").into());
        }
        Handler::User => {
            let inputs = engine.inputs(call.handle).ok_or("the request is over")?;
            let id = match inputs.values.first() {
                Some(Value::Text(start, end)) => &inputs.text[*start as usize..*end as usize],
                _ => "",
            };
            serde_json::to_writer(&mut *body, &User { id })?;
        }
        Handler::Note => {
            let note: Note = serde_json::from_slice(engine.body(call.handle).unwrap_or_default())?;
            serde_json::to_writer(&mut *body, &Summary { title: note.title, tags: note.tags.len() })?;
        }
        Handler::Account => {
            let account: Account = serde_json::from_str(engine.claims(call.handle).unwrap_or_default())?;
            serde_json::to_writer(&mut *body, &account)?;
        }
    }
    engine.complete(call.handle, body);
    Ok(())
}
