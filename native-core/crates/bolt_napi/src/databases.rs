//! Databases: pools of connections on a server's host, and what is asked of them.

use std::rc::Rc;
use std::time::Duration;

use bolt_host::database::{Pool, PoolOptions, StatementPlan};
use bolt_host::postgres::{Parameter, Statement};

use crate::environment::Request;
use crate::js::{Js, Value};
use crate::server::Server;

pub(crate) fn open_pool(request: Request<3>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let options = js.get_string(request.arguments[1]).unwrap_or_default();
    let options: Result<PoolOptions, _> = serde_json::from_str(&options);
    let opened =
        options.map_err(|error| error.to_string()).and_then(|options| server.host.borrow_mut().open_pool(options));
    match opened {
        Ok(number) => {
            server.settle.borrow_mut().push(js.reference(request.arguments[2]));
            js.number(number as f64)
        }
        Err(message) => js.throw("invalid-database", &message),
    }
}

pub(crate) fn query(request: Request<8>) -> Value {
    let js = request.js;
    let Request { arguments: [_, _, _, sql, parameters, types, lane, simple], .. } = request;
    let Some(sql) = js.get_string(sql) else {
        return js.throw("invalid-argument", "query: the statement is no string");
    };
    let Some(parameters) = read_parameters(js, parameters, types) else {
        return js.throw("invalid-argument", "query: parameters are strings or null, each with a type or none of them");
    };
    let statement = Statement { sql: sql.into(), parameters, is_simple: js.get_boolean(simple), reading: None };
    let lane = number(js, lane);
    with_pool(&request, |pool, token| pool.query(token, statement, lane))
}

pub(crate) fn add_statement(request: Request<3>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let plan = js.get_string(request.arguments[2]).unwrap_or_default();
    let plan: Result<StatementPlan, _> = serde_json::from_str(&plan);
    let host = server.host.borrow();
    let Some(pool) = host.pool(number(js, request.arguments[1]) as usize) else { return unknown_pool(js) };
    match plan.map_err(|error| error.to_string()).and_then(|plan| pool.add_statement(&plan)) {
        Ok(number) => js.number(number as f64),
        Err(message) => js.throw("invalid-statement", &message),
    }
}

pub(crate) fn run(request: Request<6>) -> Value {
    let js = request.js;
    let Request { arguments: [_, _, _, statement, parameters, lane], .. } = request;
    let Some(parameters) = read_texts(js, parameters) else {
        return js.throw("invalid-argument", "run: parameters are strings or null");
    };
    let (statement, lane) = (number(js, statement) as usize, number(js, lane));
    let mut is_known = true;
    let asked = with_pool(&request, |pool, token| is_known = pool.run(token, statement, parameters, lane));
    if is_known { asked } else { js.throw("unknown-statement", "there is no statement with this number") }
}

pub(crate) fn reserve(request: Request<3>) -> Value {
    with_pool(&request, Pool::reserve)
}

pub(crate) fn release(request: Request<3>) -> Value {
    with_pool(&request, Pool::release)
}

pub(crate) fn cancel(request: Request<3>) -> Value {
    with_pool(&request, Pool::cancel)
}

pub(crate) fn close_pool(request: Request<4>) -> Value {
    let grace = Duration::from_millis(number(request.js, request.arguments[3]));
    with_pool(&request, |pool, token| pool.close(token, grace))
}

/// Does something with the pool of the second argument and the number of the third, and lets it go on.
fn with_pool<const N: usize>(request: &Request<N>, work: impl FnOnce(&Pool, u64)) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let found = {
        let host = server.host.borrow();
        let pool = host.pool(number(js, request.arguments[1]) as usize);
        pool.map(|pool| work(pool, number(js, request.arguments[2]))).is_some()
    };
    if !found {
        return unknown_pool(js);
    }
    go_on(&server);
    js.undefined()
}

/// Tasks that were woken run at the end of the batch; outside of one the host is kicked by their wakers, and needs its handles.
fn go_on(server: &Rc<Server>) {
    if server.in_batch.get() {
        return;
    }
    if server.host.borrow().has_news() || !server.closing.borrow().is_empty() {
        server.kick();
    } else if server.join_loop() {
        server.refresh();
    }
}

fn unknown_pool(js: Js) -> Value {
    js.throw("unknown-pool", "there is no database with this number")
}

fn read_texts(js: Js, texts: Value) -> Option<Vec<Option<String>>> {
    let read = |at: usize| {
        let value = js.element(texts, at);
        if js.is_null(value) { Some(None) } else { js.get_string(value).map(Some) }
    };
    (0..js.array_length(texts)?).map(read).collect()
}

fn read_parameters(js: Js, texts: Value, types: Value) -> Option<Vec<Parameter>> {
    let texts = read_texts(js, texts)?;
    let count = texts.len();
    let has_types = !js.is_undefined(types);
    if has_types && js.array_length(types)? != count {
        return None;
    }
    let read = |(at, text)| {
        let kind = if has_types { js.get_number(js.element(types, at))? as u32 } else { 0 };
        Some(Parameter { text, kind })
    };
    texts.into_iter().enumerate().map(read).collect()
}

fn number(js: Js, value: Value) -> u64 {
    js.get_number(value).filter(|number| number.is_finite()).unwrap_or(0.0).max(0.0) as u64
}
