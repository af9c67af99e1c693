//! WebSockets: telling JavaScript of them, and what it does with them.

use std::rc::Rc;

use bolt_core::Handle;
use bolt_core::engine::{News, RespondFault, SocketEvent};
use bolt_core::websocket::CloseCode;
use bolt_host::report;

use crate::batch::Entered;
use crate::environment::Request;
use crate::guard;
use crate::headers::Headers;
use crate::js::{Js, Thrown, Value};
use crate::server::Server;

/// Kinds of events, as in binding.d.ts.
mod kind {
    pub(super) const MESSAGE: u32 = 0;
    pub(super) const INVALID: u32 = 1;
    pub(super) const DRAINED: u32 = 2;
    pub(super) const CLOSED: u32 = 3;
}

/// What stands for a number when the socket is over.
const GONE: f64 = -1.0;

impl Server {
    /// Tells JavaScript one thing about a socket. Its next one follows at once, or when the handler's promise is settled.
    #[inline]
    pub(crate) fn tell_socket(&self, js: Js, entered: &Entered, event: SocketEvent) {
        let SocketEvent { handle, news } = event;
        let is_busy = guard::catch(|| self.call_socket(js, entered, handle, &news)).unwrap_or(false);
        let mut host = self.host.borrow_mut();
        let engine = host.engine();
        if is_busy {
            engine.socket_waits(handle);
        } else {
            engine.socket_done(handle);
        }
        if let News::Text(data) | News::Binary(data) = news {
            engine.recycle(data);
        }
    }

    fn call_socket(&self, js: Js, entered: &Entered, handle: Handle, news: &News) -> bool {
        let (kind, data, code) = match news {
            News::Text(data) => (kind::MESSAGE, js.text(str::from_utf8(data).unwrap_or_default()), 0),
            News::Binary(data) => (kind::MESSAGE, js.bytes(data), 0),
            News::Invalid(issues) => (kind::INVALID, js.text(str::from_utf8(issues).unwrap_or_default()), 0),
            News::Drained => (kind::DRAINED, js.undefined(), 0),
            News::Closed(CloseCode(code), reason) => (kind::CLOSED, js.text(reason), *code),
        };
        let arguments = [js.integer(handle.place()), js.integer(kind), data, js.integer(code.into())];
        let isolation = &entered.callbacks.isolation;
        let function = js.deref(&entered.callbacks.socket);
        let answer = js.call_back(&isolation.context, function, entered.this, &arguments);
        isolation.clean(js, entered.this);
        match answer {
            Ok(is_busy) => js.is_true(is_busy),
            Err(Thrown(error)) => {
                if let Some(text) = js.describe(error) {
                    report(format_args!("the callback of sockets threw: {text}"));
                }
                false
            }
        }
    }

    /// Something was done with sockets. Outside a batch what was sent leaves in the next pass, together with whatever else this turn of the
    /// event loop sends; and JavaScript is told what is next from the event loop.
    fn after(self: &Rc<Self>) {
        self.write_soon();
        let has_more = self.host.borrow().has_news() || !self.closing.borrow().is_empty();
        if !self.in_batch.get() && has_more && !self.is_kicked.replace(true) {
            self.come_back();
        }
    }
}

/// The text or bytes of a message in `out`; whether it is text, or `None` when it is neither.
fn message(js: Js, value: Value, out: &mut Vec<u8>) -> Option<bool> {
    if js.get_text(value, out) {
        return Some(true);
    }
    js.get_bytes(value, out).then_some(false)
}

fn no_message(js: Js) -> Value {
    js.throw("invalid-message", "a message is a string or a Uint8Array")
}

pub(crate) fn accept(request: Request<2>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.undefined() };
    let headers = match Headers::read(js, request.arguments[1]) {
        Ok(headers) => headers,
        Err(thrown) => return thrown,
    };
    let accepted = server.answering().engine().accept(handle, headers.pairs());
    match accepted {
        Ok(Some(protocol)) => {
            server.after();
            let object = js.object();
            js.set(object, "place", js.integer(handle.place()));
            js.set(object, "protocol", js.text(&protocol));
            object
        }
        Ok(None) => {
            server.after();
            js.undefined()
        }
        Err(RespondFault::Status | RespondFault::Header) => js.throw(
            "invalid-header",
            "a header name is no token, or a value has control characters such as CR, LF or NUL",
        ),
    }
}

pub(crate) fn socket_done(request: Request<1>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.boolean(false) };
    let done = server.host.borrow_mut().engine().socket_done(handle);
    server.after();
    js.boolean(done)
}

pub(crate) fn socket_send(request: Request<2>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.number(GONE) };
    let mut data = request.environment.message.take();
    let unsent = message(js, request.arguments[1], &mut data).map(|is_text| {
        let unsent = server.answering().engine().socket_send(handle, is_text, &data);
        server.after();
        js.number(unsent.map_or(GONE, |unsent| unsent as f64))
    });
    request.environment.keep_message(data);
    unsent.unwrap_or_else(|| no_message(js))
}

pub(crate) fn socket_buffered(request: Request<1>) -> Value {
    let js = request.js;
    let buffered =
        request.named().and_then(|(server, handle)| server.host.borrow().engine_ref().socket_buffered(handle));
    js.number(buffered.map_or(GONE, |buffered| buffered as f64))
}

pub(crate) fn socket_close(request: Request<3>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.boolean(false) };
    let code = js.get_number(request.arguments[1]).filter(|code| (0.0..65_536.0).contains(code)).unwrap_or(0.0);
    let reason = js.get_string(request.arguments[2]).unwrap_or_default();
    let closed = server.answering().engine().socket_close(handle, CloseCode(code as u16), &reason);
    server.after();
    js.boolean(closed)
}

pub(crate) fn socket_subscribe(request: Request<2>) -> Value {
    let js = request.js;
    let (Some((server, handle)), Some(topic)) = (request.named(), js.get_string(request.arguments[1])) else {
        return js.boolean(false);
    };
    let done = server.host.borrow_mut().engine().subscribe(handle, &topic);
    js.boolean(done)
}

pub(crate) fn socket_unsubscribe(request: Request<2>) -> Value {
    let js = request.js;
    let (Some((server, handle)), Some(topic)) = (request.named(), js.get_string(request.arguments[1])) else {
        return js.boolean(false);
    };
    let done = server.host.borrow_mut().engine().unsubscribe(handle, &topic);
    js.boolean(done)
}

pub(crate) fn socket_publish(request: Request<3>) -> Value {
    let Some((server, handle)) = request.named() else { return request.js.integer(0) };
    publish_to(&request, &server, Some(handle))
}

pub(crate) fn publish(request: Request<3>) -> Value {
    let Some(server) = request.server() else { return Value::NONE };
    publish_to(&request, &server, None)
}

fn publish_to(request: &Request<3>, server: &Rc<Server>, except: Option<Handle>) -> Value {
    let js = request.js;
    let Some(topic) = js.get_string(request.arguments[1]) else { return js.integer(0) };
    let mut data = request.environment.message.take();
    let count = message(js, request.arguments[2], &mut data).map(|is_text| {
        let count = server.answering().engine().publish(&topic, is_text, &data, except);
        server.after();
        js.number(count as f64)
    });
    request.environment.keep_message(data);
    count.unwrap_or_else(|| no_message(js))
}
