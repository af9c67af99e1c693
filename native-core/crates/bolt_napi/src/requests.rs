//! What handlers ask about their requests.

use bolt_core::Engine;
use bolt_core::engine::Read;

use crate::environment::Request;
use crate::js::Value;

/// Asks the engine about a request; undefined when it is over.
#[inline]
fn ask<const N: usize>(
    request: &Request<N>,
    answer: impl FnOnce(&Engine, bolt_core::Handle) -> Option<Value>,
) -> Value {
    let value = request.named().and_then(|(server, handle)| answer(server.host.borrow().engine_ref(), handle));
    value.unwrap_or_else(|| request.js.undefined())
}

pub(crate) fn method(request: Request<1>) -> Value {
    ask(&request, |engine, handle| engine.method(handle).map(|method| request.js.latin1(method)))
}

pub(crate) fn target(request: Request<1>) -> Value {
    ask(&request, |engine, handle| engine.target(handle).map(|target| request.js.latin1(&target)))
}

pub(crate) fn header(request: Request<2>) -> Value {
    let Some(name) = request.js.get_string(request.arguments[1]) else { return request.js.undefined() };
    ask(&request, |engine, handle| engine.header(handle, &name).map(|value| request.js.latin1(&value)))
}

pub(crate) fn headers(request: Request<1>) -> Value {
    let js = request.js;
    ask(&request, |engine, handle| {
        let array = js.array(0);
        for (at, (name, value)) in engine.headers(handle)?.enumerate() {
            js.set_element(array, at * 2, js.text(&name));
            js.set_element(array, at * 2 + 1, js.latin1(value));
        }
        Some(array)
    })
}

pub(crate) fn address(request: Request<1>) -> Value {
    ask(&request, |engine, handle| engine.address(handle).map(|address| request.js.text(&address.to_string())))
}

pub(crate) fn scheme(request: Request<1>) -> Value {
    ask(&request, |engine, handle| {
        let scheme = if engine.security(handle)?.is_some() { "https" } else { "http" };
        Some(request.js.text(scheme))
    })
}

pub(crate) fn client_certificate(request: Request<1>) -> Value {
    ask(&request, |engine, handle| {
        let certificate = engine.security(handle)??.certificate.as_deref()?;
        Some(request.js.bytes(certificate))
    })
}

pub(crate) fn body(request: Request<1>) -> Value {
    ask(&request, |engine, handle| engine.body(handle).map(|body| request.js.bytes(body)))
}

pub(crate) fn request_id(request: Request<1>) -> Value {
    ask(&request, |engine, handle| engine.request_id(handle).map(|id| request.js.latin1(&id)))
}

pub(crate) fn claims(request: Request<1>) -> Value {
    ask(&request, |engine, handle| engine.claims(handle).map(|claims| request.js.text(claims)))
}

pub(crate) fn read(request: Request<1>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.undefined() };
    let read = server.answering().engine().read(handle, |bytes| js.bytes(bytes));
    // The connection may be read from again, or the client told to go on.
    server.write_soon();
    match read {
        Some(Read::Bytes(bytes)) => bytes,
        Some(Read::End) => js.null(),
        Some(Read::Nothing) | None => js.undefined(),
    }
}
