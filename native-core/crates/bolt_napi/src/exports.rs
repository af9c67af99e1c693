//! The functions of binding.d.ts.

use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::{Body, FileOutcome, Read, RespondFault, Started, StreamFault};
use bolt_core::plan::PlanError;
use bolt_core::static_files::FileSpec;
use bolt_host::Host;
use napi_sys::{napi_callback_info, napi_env, napi_value};

use crate::environment::{Environment, Request};
use crate::guard;
use crate::host_cell::HostMut;
use crate::js::{Js, Value};
use crate::server::{self, Server};

/// Declares functions with their number of arguments, wrapped so that no panic leaves them, and `register`.
macro_rules! exports {
    ($($name:literal = $function:ident($count:literal);)*) => {
        $(unsafe extern "C" fn $function(env: napi_env, info: napi_callback_info) -> napi_value {
            let result = guard::catch(|| {
                // SAFETY: only exported by `register`, with the environment's state as data.
                let request = unsafe { Request::<$count>::read(env, info) };
                functions::$function(request)
            });
            // SAFETY: Node called on the environment's thread.
            let js = unsafe { Js::new(env) };
            result.unwrap_or_else(|| js.throw("internal", concat!($name, ": internal error, see the log"))).raw()
        })*

        /// Adds all functions to the module's exports.
        pub(crate) fn register(js: Js, exports: Value) {
            let data = Environment::attach(js);
            $(js.export(exports, $name, Some($function), data);)*
        }
    };
}

exports! {
    "createServer" = create_server(4);
    "listen" = listen(2);
    "openListener" = open_listener(1);
    "setTls" = set_tls(2);
    "close" = close(4);
    "inject" = inject(4);
    "respond" = respond(4);
    "respondFile" = respond_file(7);
    "complete" = complete(2);
    "start" = start(4);
    "push" = push(2);
    "finish" = finish(1);
    "cut" = cut(1);
    "read" = read(1);
    "setText" = set_text(2);
    "method" = method(1);
    "target" = target(1);
    "header" = header(2);
    "headers" = headers(1);
    "address" = address(1);
    "scheme" = scheme(1);
    "clientCertificate" = client_certificate(1);
    "body" = body(1);
    "requestId" = request_id(1);
    "claims" = claims(1);
    "accept" = accept(2);
    "socketDone" = socket_done(1);
    "socketSend" = socket_send(2);
    "socketBuffered" = socket_buffered(1);
    "socketClose" = socket_close(3);
    "socketSubscribe" = socket_subscribe(2);
    "socketUnsubscribe" = socket_unsubscribe(2);
    "socketPublish" = socket_publish(3);
    "publish" = publish(3);
    "setKeys" = set_keys(3);
    "stats" = stats(1);
    "metrics" = metrics(1);
    "takeLog" = take_log(1);
}

/// Asks the engine about a request; undefined when it is over.
#[inline]
fn ask<const N: usize>(
    request: &Request<N>,
    answer: impl FnOnce(&Engine, bolt_core::Handle) -> Option<Value>,
) -> Value {
    let found = request.js.get_number(request.arguments[0]).and_then(|number| request.environment.request(number));
    let value = found.and_then(|(server, handle)| answer(server.host.borrow().engine_ref(), handle));
    value.unwrap_or_else(|| request.js.undefined())
}

pub(crate) mod functions {
    use super::*;
    pub(super) use crate::listening::{listen, open_listener, set_tls};
    pub(super) use crate::sockets::{
        accept, publish, socket_buffered, socket_close, socket_done, socket_publish, socket_send, socket_subscribe,
        socket_unsubscribe,
    };

    pub(super) fn create_server(request: Request<4>) -> Value {
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

    pub(super) fn close(request: Request<4>) -> Value {
        let js = request.js;
        let server = match server::named(&request) {
            Ok(server) => server,
            Err(thrown) => return thrown,
        };
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

    pub(super) fn inject(request: Request<4>) -> Value {
        let js = request.js;
        let server = match server::named(&request) {
            Ok(server) => server,
            Err(thrown) => return thrown,
        };
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

    pub(super) fn respond(request: Request<4>) -> Value {
        let Request { js, environment, arguments: [handle, status, headers, body] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.boolean(false) };
        let status = js.get_number(status).filter(|s| (0.0..1000.0).contains(s)).unwrap_or(0.0) as u16;
        let Some(headers) = read_headers(js, headers) else {
            return js.throw("invalid-header", "a header value has characters beyond U+00FF, or is no string");
        };
        let mut content = Vec::new();
        let has_content = !js.is_undefined(body);
        if has_content && !js.get_text(body, &mut content) && !js.get_bytes(body, &mut content) {
            return js.throw("invalid-body", "a body is a string or a Uint8Array");
        }
        let body = if has_content { Body::Bytes(&content) } else { Body::None };
        let answered = server.answering().engine().respond(handle, status, headers.pairs(), body);
        match answered {
            Ok(answered) => {
                if answered && !server.in_batch.get() {
                    server.flush();
                }
                js.boolean(answered)
            }
            Err(fault) => throw_respond(js, status, fault),
        }
    }

    pub(super) fn respond_file(request: Request<7>) -> Value {
        let Request { js, environment, arguments: [handle, status, headers, path, root, content_type, cache_control] } =
            request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.text("over") };
        let status = js.get_number(status).filter(|s| (0.0..1000.0).contains(s)).unwrap_or(0.0) as u16;
        let Some(headers) = read_headers(js, headers) else {
            return js.throw("invalid-header", "a header value has characters beyond U+00FF, or is no string");
        };
        let (Some(path), root, content_type) = (js.get_string(path), js.get_string(root), js.get_string(content_type))
        else {
            return js.throw("invalid-path", "the path of a file is a string");
        };
        let cache_control = js.get_string(cache_control).unwrap_or_default();
        let spec = FileSpec {
            path: &path,
            root: root.as_deref(),
            content_type: content_type.as_deref(),
            cache_control: &cache_control,
        };
        let answered = server.answering().engine().respond_file(handle, status, headers.pairs(), &spec);
        match answered {
            Ok(outcome) => {
                if outcome == FileOutcome::Sent && !server.in_batch.get() {
                    server.flush();
                }
                js.text(match outcome {
                    FileOutcome::Sent => "sent",
                    FileOutcome::Missing => "missing",
                    FileOutcome::Over => "over",
                })
            }
            Err(fault) => throw_respond(js, status, fault),
        }
    }

    fn throw_respond(js: Js, status: u16, fault: RespondFault) -> Value {
        match fault {
            RespondFault::Status => {
                js.throw("invalid-status", &format!("status {status} cannot be sent: 200 to 599 can"))
            }
            RespondFault::Header => js.throw(
                "invalid-header",
                "a header name is no token, or a value has control characters such as CR, LF or NUL",
            ),
        }
    }

    pub(super) fn start(request: Request<4>) -> Value {
        let Request { js, environment, arguments: [handle, status, headers, length] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.undefined() };
        let status = js.get_number(status).filter(|s| (0.0..1000.0).contains(s)).unwrap_or(0.0) as u16;
        let Some(headers) = read_headers(js, headers) else {
            return js.throw("invalid-header", "a header value has characters beyond U+00FF, or is no string");
        };
        let length = js.get_number(length).filter(|length| *length >= 0.0).map(|length| length as u64);
        let started = server.answering().engine().start(handle, status, headers.pairs(), length);
        match started {
            Ok(started) => {
                server.write_soon();
                started.map_or_else(|| js.undefined(), |started| js.boolean(started == Started::Open))
            }
            Err(fault) => throw_respond(js, status, fault),
        }
    }

    pub(super) fn push(request: Request<2>) -> Value {
        let Request { js, environment, arguments: [handle, chunk] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.number(-1.0) };
        let push = |bytes: &[u8]| server.answering().engine().push(handle, bytes);
        let mut text = Vec::new();
        let pushed = js.with_bytes(chunk, push).or_else(|| js.get_text(chunk, &mut text).then(|| push(&text)));
        match pushed {
            Some(Ok(unsent)) => {
                server.write_soon();
                unsent.map_or_else(|| js.number(-1.0), |unsent| js.number(unsent as f64))
            }
            Some(Err(fault)) => throw_stream(js, fault),
            None => js.throw("invalid-chunk", "a chunk is a string or a Uint8Array"),
        }
    }

    pub(super) fn finish(request: Request<1>) -> Value {
        let Request { js, environment, arguments: [handle] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.boolean(false) };
        let finished = server.answering().engine().finish(handle);
        server.write_soon();
        finished.map_or_else(|fault| throw_stream(js, fault), |finished| js.boolean(finished))
    }

    fn throw_stream(js: Js, fault: StreamFault) -> Value {
        match fault {
            StreamFault::Encoder => js.throw("internal", "the content could not be compressed"),
            StreamFault::TooLong => js.throw("invalid-length", "the content is longer than its Content-Length"),
            StreamFault::TooShort(missing) => {
                js.throw("invalid-length", &format!("the content is {missing} bytes shorter than its Content-Length"))
            }
        }
    }

    pub(super) fn cut(request: Request<1>) -> Value {
        let Request { js, environment, arguments: [handle] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.boolean(false) };
        let done = server.answering().engine().cut(handle);
        server.write_soon();
        js.boolean(done)
    }

    pub(super) fn read(request: Request<1>) -> Value {
        let Request { js, environment, arguments: [handle] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.undefined() };
        let read = server.answering().engine().read(handle, |bytes| js.bytes(bytes));
        // The connection may be read from again, or the client told to go on.
        server.write_soon();
        match read {
            Some(Read::Bytes(bytes)) => bytes,
            Some(Read::End) => js.null(),
            Some(Read::Nothing) | None => js.undefined(),
        }
    }

    pub(super) fn complete(request: Request<2>) -> Value {
        let Request { js, environment, arguments: [handle, text] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let Some((server, handle)) = found else { return js.boolean(false) };
        let mut content = Vec::new();
        if !js.get_text(text, &mut content) {
            return js.throw("invalid-body", "complete takes a string");
        }
        let completed = server.answering().engine().complete(handle, &content);
        if completed && !server.in_batch.get() {
            server.flush();
        }
        js.boolean(completed)
    }

    pub(super) fn set_text(request: Request<2>) -> Value {
        let Request { js, environment, arguments: [handle, is_text] } = request;
        let found = js.get_number(handle).and_then(|number| environment.request(number));
        let is_text = js.get_boolean(is_text);
        let done = found.is_some_and(|(server, handle)| server.host.borrow_mut().engine().set_text(handle, is_text));
        js.boolean(done)
    }

    pub(super) fn method(request: Request<1>) -> Value {
        ask(&request, |engine, handle| engine.method(handle).map(|method| request.js.latin1(method)))
    }

    pub(super) fn target(request: Request<1>) -> Value {
        ask(&request, |engine, handle| engine.target(handle).map(|target| request.js.latin1(&target)))
    }

    pub(super) fn header(request: Request<2>) -> Value {
        let Some(name) = request.js.get_string(request.arguments[1]) else { return request.js.undefined() };
        ask(&request, |engine, handle| engine.header(handle, &name).map(|value| request.js.latin1(&value)))
    }

    pub(super) fn headers(request: Request<1>) -> Value {
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

    pub(super) fn address(request: Request<1>) -> Value {
        ask(&request, |engine, handle| engine.address(handle).map(|address| request.js.text(&address.to_string())))
    }

    pub(super) fn scheme(request: Request<1>) -> Value {
        ask(&request, |engine, handle| {
            let scheme = if engine.security(handle)?.is_some() { "https" } else { "http" };
            Some(request.js.text(scheme))
        })
    }

    pub(super) fn client_certificate(request: Request<1>) -> Value {
        ask(&request, |engine, handle| {
            let certificate = engine.security(handle)??.certificate.as_deref()?;
            Some(request.js.bytes(certificate))
        })
    }

    pub(super) fn body(request: Request<1>) -> Value {
        ask(&request, |engine, handle| engine.body(handle).map(|body| request.js.bytes(body)))
    }

    pub(super) fn request_id(request: Request<1>) -> Value {
        ask(&request, |engine, handle| engine.request_id(handle).map(|id| request.js.latin1(&id)))
    }

    pub(super) fn claims(request: Request<1>) -> Value {
        ask(&request, |engine, handle| engine.claims(handle).map(|claims| request.js.text(claims)))
    }

    pub(super) fn set_keys(request: Request<3>) -> Value {
        let js = request.js;
        let server = match server::named(&request) {
            Ok(server) => server,
            Err(thrown) => return thrown,
        };
        let auth = js.get_number(request.arguments[1]).unwrap_or(-1.0);
        let keys = js.get_string(request.arguments[2]).unwrap_or_default();
        let auth = if auth >= 0.0 { auth as usize } else { usize::MAX };
        match server.host.borrow_mut().engine().set_keys(auth, &keys) {
            Ok(()) => js.undefined(),
            Err(error) => js.throw(error.code, &error.message),
        }
    }

    pub(super) fn stats(request: Request<1>) -> Value {
        let js = request.js;
        let server = match server::named(&request) {
            Ok(server) => server,
            Err(thrown) => return thrown,
        };
        let stats = server.host.borrow().engine_ref().stats();
        let object = js.object();
        for (name, value) in [
            ("requests", stats.requests),
            ("nativeAnswers", stats.native_answers),
            ("javascriptCalls", stats.calls),
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

    pub(super) fn metrics(request: Request<1>) -> Value {
        let js = request.js;
        let server = match server::named(&request) {
            Ok(server) => server,
            Err(thrown) => return thrown,
        };
        let metrics = server.host.borrow().engine_ref().metrics();
        metrics.map_or(js.undefined(), |text| js.text(&text))
    }

    pub(super) fn take_log(request: Request<1>) -> Value {
        let js = request.js;
        let server = match server::named(&request) {
            Ok(server) => server,
            Err(thrown) => return thrown,
        };
        let log = server.host.borrow_mut().engine().take_log();
        log.map_or(js.undefined(), |text| js.text(&text))
    }

    /// Names and values in turn, as Latin-1; `None` when one of them is no such string.
    pub(crate) fn read_headers(js: Js, list: Value) -> Option<Headers> {
        let mut headers = Headers::default();
        if js.is_undefined(list) {
            return Some(headers);
        }
        let mut text = Vec::with_capacity(1024);
        for at in 0..js.array_length(list)? & !1 {
            if !js.get_text(js.element(list, at), &mut text) {
                return None;
            }
            if text.is_ascii() {
                headers.text.extend_from_slice(&text);
            } else {
                for character in str::from_utf8(&text).ok()?.chars() {
                    headers.text.push(u8::try_from(u32::from(character)).ok()?);
                }
            }
            headers.ends.push(headers.text.len());
        }
        Some(headers)
    }
}

/// Header fields as JavaScript gave them, in one piece.
#[derive(Default)]
pub(crate) struct Headers {
    text: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<usize>,
}

impl Headers {
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let texts = starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end]);
        texts.clone().step_by(2).zip(texts.skip(1).step_by(2))
    }
}

impl Server {
    /// The host for an answer. Outside a batch nothing else has brought the clocks up to date.
    pub(crate) fn answering(&self) -> HostMut<'_> {
        let mut host = self.host.borrow_mut();
        if !self.in_batch.get() {
            host.set_time();
        }
        host
    }

    /// Has what was sent in pieces written at the end of the batch. Outside of one the event loop comes back for it, so that all pieces of this
    /// moment become one write.
    pub(crate) fn write_soon(self: &Rc<Self>) {
        if self.in_batch.get() {
            return;
        }
        if self.host.thread().is_some() {
            self.settle();
        } else if !self.is_kicked.get() && self.host.borrow().engine_ref().has_touched() {
            self.is_kicked.set(true);
            self.kick();
        }
    }

    /// Writes what was answered outside a batch. JavaScript is not entered from here: that waits for the event loop.
    fn flush(self: &Rc<Self>) {
        let more = self.settle();
        if more || self.host.borrow().has_news() || !self.closing.borrow().is_empty() {
            self.kick();
        } else {
            self.refresh();
        }
    }
}
