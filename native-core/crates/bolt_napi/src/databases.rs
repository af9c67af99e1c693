//! Databases: pools of connections on a server's host, and what is asked of them.

use std::rc::Rc;
use std::time::Duration;

use bolt_core::engine::Parameter;
use bolt_host::Host;
use bolt_host::database::{Database, Message, PoolOptions, SqliteOptions, WatchPlan};
use serde::de::DeserializeOwned;

use crate::environment::Request;
use crate::js::{Js, Value};
use crate::server::Server;

pub(crate) fn open_pool(request: Request<3>) -> Value {
    open(request, |host, options: PoolOptions| host.open_pool(options))
}

pub(crate) fn open_sqlite(request: Request<3>) -> Value {
    open(request, |host, options: SqliteOptions| host.open_sqlite(options))
}

fn open<O: DeserializeOwned>(request: Request<3>, open: fn(&mut Host, O) -> Result<usize, String>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let options = js.get_string(request.arguments[1]).unwrap_or_default();
    let options = serde_json::from_str(&options).map_err(|error| error.to_string());
    let opened = options.and_then(|options| open(&mut server.host.borrow_mut(), options));
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
    let (Some(parameters), Some(kinds)) = (read_texts(js, parameters), read_kinds(js, types)) else {
        return js.throw("invalid-argument", "query: parameters are strings or null, each with a type or none of them");
    };
    if !kinds.is_empty() && kinds.len() != parameters.len() {
        return js.throw("invalid-argument", "query: there are not as many types as parameters");
    }
    let message = Message { sql, parameters, kinds, is_script: js.is_true(simple) };
    let lane = number(js, lane);
    with_database(&request, |database, token| database.query(token, message, lane))
}

pub(crate) fn add_statement(request: Request<3>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let plan = js.get_string(request.arguments[2]).unwrap_or_default();
    let host = server.host.borrow();
    let Some(database) = host.database(number(js, request.arguments[1]) as usize) else { return unknown_database(js) };
    match database.add_statement(&plan) {
        Ok(number) => js.number(number as f64),
        Err(message) => js.throw("invalid-statement", &message),
    }
}

pub(crate) fn run(request: Request<6>) -> Value {
    let js = request.js;
    let Request { arguments: [_, _, _, statement, parameters, lane], .. } = request;
    let Some(parameters) = read_values(js, parameters) else {
        return js.throw("invalid-argument", "run: parameters are strings, numbers, booleans or null");
    };
    let (statement, lane) = (number(js, statement) as usize, number(js, lane));
    let mut is_known = true;
    let asked = with_database(&request, |database, token| is_known = database.run(token, statement, parameters, lane));
    if is_known { asked } else { js.throw("unknown-statement", "there is no statement with this number") }
}

pub(crate) fn reserve(request: Request<3>) -> Value {
    with_database(&request, Database::reserve)
}

pub(crate) fn notifications(request: Request<4>) -> Value {
    let lane = number(request.js, request.arguments[3]);
    with_database(&request, |database, token| database.notifications(token, lane))
}

pub(crate) fn copy(request: Request<5>) -> Value {
    let js = request.js;
    let Some(sql) = js.get_string(request.arguments[3]) else {
        return js.throw("invalid-argument", "copy: the statement is no string");
    };
    let lane = number(js, request.arguments[4]);
    with_database(&request, |database, token| database.copy(token, &sql, lane))
}

pub(crate) fn copied(request: Request<4>) -> Value {
    let lane = number(request.js, request.arguments[3]);
    with_database(&request, |database, token| database.copied(token, lane))
}

pub(crate) fn release(request: Request<3>) -> Value {
    with_database(&request, Database::release)
}

pub(crate) fn cancel(request: Request<3>) -> Value {
    with_database(&request, Database::cancel)
}

pub(crate) fn close_pool(request: Request<4>) -> Value {
    let grace = Duration::from_millis(number(request.js, request.arguments[3]));
    with_database(&request, |database, token| database.close(token, grace))
}

pub(crate) fn pool_name(request: Request<2>) -> Value {
    ask(request.js, request.server(), request.arguments[1], |js, database| js.text(&database.name()))
}

pub(crate) fn watch_pool(request: Request<3>) -> Value {
    let js = request.js;
    let plan = js.get_string(request.arguments[2]).unwrap_or_default();
    match serde_json::from_str::<WatchPlan>(&plan) {
        Ok(plan) => ask(request.js, request.server(), request.arguments[1], |js, database| {
            database.watch(plan);
            js.undefined()
        }),
        Err(error) => js.throw("invalid-argument", &format!("watchPool: {error}")),
    }
}

pub(crate) fn pool_report(request: Request<2>) -> Value {
    ask(request.js, request.server(), request.arguments[1], |js, database| text(js, database.report()))
}

pub(crate) fn take_records(request: Request<2>) -> Value {
    ask(request.js, request.server(), request.arguments[1], |js, database| text(js, database.take_records()))
}

/// Asks a database by its number what needs no connection.
fn ask(js: Js, server: Option<Rc<Server>>, at: Value, work: impl FnOnce(Js, &Database) -> Value) -> Value {
    let Some(server) = server else { return Value::NONE };
    let host = server.host.borrow();
    match host.database(number(js, at) as usize) {
        Some(database) => work(js, database),
        None => unknown_database(js),
    }
}

fn text(js: Js, text: Option<String>) -> Value {
    text.map_or(js.undefined(), |text| js.text(&text))
}

/// Does something with the database of the second argument and the number of the third, and lets it go on.
fn with_database<const N: usize>(request: &Request<N>, work: impl FnOnce(&Database, u64)) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let found = {
        let host = server.host.borrow();
        let database = host.database(number(js, request.arguments[1]) as usize);
        database.map(|database| work(database, number(js, request.arguments[2]))).is_some()
    };
    if !found {
        return unknown_database(js);
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

fn unknown_database(js: Js) -> Value {
    js.throw("unknown-database", "there is no database with this number")
}

fn read_texts(js: Js, texts: Value) -> Option<Vec<Option<String>>> {
    let read = |at: usize| {
        let value = js.element(texts, at);
        if js.is_null(value) { Some(None) } else { js.get_string(value).map(Some) }
    };
    (0..js.array_length(texts)?).map(read).collect()
}

/// Undefined is none.
fn read_kinds(js: Js, kinds: Value) -> Option<Vec<u32>> {
    if js.is_undefined(kinds) {
        return Some(Vec::new());
    }
    (0..js.array_length(kinds)?).map(|at| Some(js.get_number(js.element(kinds, at))? as u32)).collect()
}

fn read_values(js: Js, values: Value) -> Option<Vec<Parameter>> {
    let read = |at: usize| {
        let value = js.element(values, at);
        if js.is_null(value) {
            return Some(Parameter::Null);
        }
        let number = || js.get_number(value).filter(|number| number.is_finite()).map(Parameter::Float);
        let boolean = || js.get_boolean(value).map(Parameter::Bool);
        js.get_string(value).map(Parameter::Text).or_else(number).or_else(boolean)
    };
    (0..js.array_length(values)?).map(read).collect()
}

fn number(js: Js, value: Value) -> u64 {
    js.get_number(value).filter(|number| number.is_finite()).unwrap_or(0.0).max(0.0) as u64
}
