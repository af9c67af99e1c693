//! The yardstick of the benchmarks: the same engine as under Node, with handlers in Rust instead of JavaScript. `PLAN` is a file with `AppPlan` as JSON.
//!
//! - `bolt-raw serve PORT PLAN` listens on 127.0.0.1 (port 0 takes a free one) and prints `listening <port>` once it does.
//! - `bolt-raw count PLAN REQUEST TIMES` feeds the bytes of a file to the engine so often, without a socket or a clock: whoever counts its
//!   instructions counts the same number every time.
//! - `bolt-raw floor PORT` is no HTTP server: see `floor.rs`.

mod count;
mod floor;
mod handlers;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::Slots;
use bolt_core::plan::AppPlan;
use bolt_host::{Bound, Host, ListenOptions, Listener};

use handlers::Handlers;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["serve", port, plan] => serve(port, plan),
        ["count", plan, request, times] => count::run(plan, request, times),
        ["floor", port] => floor::serve(port),
        _ => Err("usage: bolt-raw serve PORT PLAN, bolt-raw count PLAN REQUEST TIMES, or bolt-raw floor PORT".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bolt-raw: {error}");
            ExitCode::FAILURE
        }
    }
}

fn load(plan: &str) -> Result<(Engine, Handlers), Box<dyn Error>> {
    let plan = std::fs::read_to_string(plan)?;
    Ok((Engine::new(&plan, Slots::default())?, Handlers::new(&AppPlan::parse(&plan)?)))
}

fn serve(port: &str, plan: &str) -> Result<(), Box<dyn Error>> {
    let (engine, mut handlers) = load(plan)?;
    let mut host = Host::new(engine)?;
    if let Bound::Ip(address) = host.listen(Listener::open(&ListenOptions::tcp("127.0.0.1", port.parse()?))?)? {
        println!("listening {}", address.port());
    }
    loop {
        let timeout = host.deadline_at().map(|at| Duration::from_millis(host.until(at)));
        host.turn(timeout)?;
        loop {
            host.run_calls(|engine, call| handlers.answer(engine, call));
            if !host.settle() {
                break;
            }
        }
    }
}
