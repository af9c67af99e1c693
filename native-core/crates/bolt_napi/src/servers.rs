//! Servers as a whole: made, asked for their counts, closed.

use std::net::IpAddr;
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::plan::PlanError;
use bolt_host::Host;

use crate::environment::Request;
use crate::js::Value;
use crate::server::Server;

pub(crate) fn create_server(request: Request<4>) -> Value {
    let Request { js, environment, arguments: [plan, dispatch, event, socket] } = request;
    let Some(plan) = js.get_string(plan) else { return js.throw("invalid-plan", "the plan must be JSON text") };
    let made = environment.add(|index, slots| {
        let engine = Engine::new(&plan, slots)?;
        let host = Host::new(engine).map_err(|error| PlanError::invalid("server", error))?;
        Server::new(&environment, index, host, js, [dispatch, event, socket])
            .ok_or_else(|| PlanError::invalid("server", "JavaScript cannot run in this environment"))
    });
    match made {
        Some(Ok(index)) => js.number(index as f64),
        Some(Err(error)) => js.throw(error.code, &error.message),
        None => js.throw("too-many-servers", "1024 servers are open in this thread: close some"),
    }
}

pub(crate) fn close(request: Request<4>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    if server.is_closed.get() {
        let _ = js.call(request.arguments[3], js.undefined(), &[js.integer(0)]);
        return js.undefined();
    }
    let [grace, idle] = [1, 2]
        .map(|at| js.get_number(request.arguments[at]).filter(|ms| ms.is_finite()).unwrap_or(0.0).max(0.0) as u64);
    server.closing.borrow_mut().push(js.reference(request.arguments[3]));
    server.host.borrow_mut().engine().keep_idle(idle);
    server.host.borrow_mut().close(Duration::from_millis(grace));
    server.kick();
    js.undefined()
}

pub(crate) fn inject(request: Request<4>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let mut bytes = Vec::new();
    let peer = js.get_string(request.arguments[2]).and_then(|text| text.parse::<IpAddr>().ok());
    let (true, Some(peer)) = (js.get_bytes(request.arguments[1], &mut bytes), peer) else {
        return js.throw("invalid-argument", "inject takes a Uint8Array and an IP address");
    };
    if server.is_closed.get() {
        return js.throw("server-closed", "inject: the server is closed");
    }
    let id = server.host.borrow_mut().inject(&bytes, peer);
    server.injected.borrow_mut().insert(id, js.reference(request.arguments[3]));
    server.kick();
    js.undefined()
}

pub(crate) fn set_keys(request: Request<3>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let auth = js.get_number(request.arguments[1]).unwrap_or(-1.0);
    let keys = js.get_string(request.arguments[2]).unwrap_or_default();
    let auth = if auth >= 0.0 { auth as usize } else { usize::MAX };
    match server.host.borrow_mut().engine().set_keys(auth, &keys) {
        Ok(()) => js.undefined(),
        Err(error) => js.throw(error.code, &error.message),
    }
}

pub(crate) fn stats(request: Request<1>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let stats = server.host.borrow().engine_ref().stats();
    let object = js.object();
    for (name, value) in [
        ("requests", stats.requests),
        ("nativeAnswers", stats.native_answers),
        ("javascriptCalls", stats.calls),
        ("queries", stats.queries),
        ("connections", stats.connections),
        ("connectionsTotal", stats.accepted),
        ("inFlight", stats.in_flight),
        ("sockets", stats.sockets),
        ("bytesReceived", stats.received),
        ("bytesSent", stats.sent),
    ] {
        js.set(object, name, js.number(value as f64));
    }
    object
}

pub(crate) fn metrics(request: Request<1>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let metrics = server.host.borrow().engine_ref().metrics();
    metrics.map_or(js.undefined(), |text| js.text(&text))
}

pub(crate) fn take_log(request: Request<1>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let log = server.host.borrow_mut().engine().take_log();
    log.map_or(js.undefined(), |text| js.text(&text))
}
