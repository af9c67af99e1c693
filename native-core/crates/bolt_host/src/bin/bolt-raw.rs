//! The yardstick of the benchmarks: the same host and engine, with handlers in Rust instead of JavaScript.
//!
//! `bolt-raw PORT` listens on 127.0.0.1, prints the port once it does, and answers `/json`, `/plaintext`, `/users/:id` and `POST /echo`
//! from handlers, `/static` natively.

use std::process::ExitCode;
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::{Body, Slots, Value};
use bolt_host::{Host, ListenOptions};

/// The routes; a handler is known by its index.
fn plan() -> String {
    let handler = |id: usize, method: &str, path: &str| {
        format!(
            r#"{{"id":{id},"kind":"handler","method":"{method}","path":"{path}","params":null,"query":null,"headers":null,"cookies":null,
            "body":null,"bodyBytes":null,"auths":[],"onMissing":"reject","askCookies":[],"guards":[],"status":200}}"#
        )
    };
    let routes = [
        handler(0, "GET", "/json"),
        handler(1, "GET", "/plaintext"),
        handler(2, "GET", "/users/:id"),
        handler(3, "POST", "/echo"),
        r#"{"id":4,"kind":"answer","method":"GET","path":"/static","status":200,"headers":["content-type","application/json"],
        "body":"{\"message\":\"Hello, World!\"}"}"#
            .to_owned(),
    ];
    let routes = routes.join(",");
    format!(
        r#"{{"limits":{{}},"securityHeaders":[],"cors":null,"trustedProxies":[],"auths":[],"routes":[{routes}]}}"#
    )
}

fn main() -> ExitCode {
    let Some(port) = std::env::args().nth(1).and_then(|port| port.parse().ok()) else {
        eprintln!("usage: bolt-raw PORT  (0 takes a free one)");
        return ExitCode::FAILURE;
    };
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bolt-raw: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(port: u16) -> Result<(), Box<dyn std::error::Error>> {
    let mut host = Host::new(Engine::new(&plan(), Slots::default())?)?;
    let address = host.listen(&ListenOptions { port, host: "127.0.0.1".into(), backlog: 1024 })?;
    println!("{}", address.port());
    let mut body = Vec::new();
    loop {
        let timeout = host.next_deadline().map(Duration::from_millis);
        host.turn(timeout)?;
        loop {
            while let Some(call) = host.engine().next_call() {
                let engine = host.engine();
                body.clear();
                match call.route {
                    1 => {
                        let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
                        let _ = engine.respond(call.handle, 200, headers, Body::Bytes(b"Hello, World!"));
                        continue;
                    }
                    2 => {
                        if let Some(inputs) = engine.inputs(call.handle)
                            && let Some(Value::Text(start, end)) = inputs.values.first()
                        {
                            serde_json::to_writer(&mut body, &serde_json::json!({ "id": inputs.text[*start as usize..*end as usize] }))?;
                        }
                    }
                    3 => body.extend_from_slice(engine.body(call.handle).unwrap_or_default()),
                    _ => serde_json::to_writer(&mut body, &serde_json::json!({ "message": "Hello, World!" }))?,
                }
                engine.complete(call.handle, &body);
            }
            if !host.settle() {
                break;
            }
        }
    }
}
