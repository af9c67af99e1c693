//! Answers of handlers: whole ones, files, and those in pieces.

use bolt_core::engine::{Body, FileOutcome, RespondFault, Started, StreamFault};
use bolt_core::static_files::FileSpec;

use crate::environment::Request;
use crate::headers::Headers;
use crate::js::{Js, Value};

pub(crate) fn respond(request: Request<4>) -> Value {
    let Request { js, arguments: [_, status, headers, body], .. } = request;
    let Some((server, handle)) = request.named() else { return js.boolean(false) };
    let status = status_of(js, status);
    let headers = match Headers::read(js, headers) {
        Ok(headers) => headers,
        Err(thrown) => return thrown,
    };
    let mut content = request.environment.message.take();
    let has_content = !js.is_undefined(body);
    if has_content && !js.get_text(body, &mut content) && !js.get_bytes(body, &mut content) {
        return js.throw("invalid-body", "a body is a string or a Uint8Array");
    }
    let body = if has_content { Body::Bytes(&content) } else { Body::None };
    let answered = server.answering().engine().respond(handle, status, headers.pairs(), body);
    request.environment.keep_message(content);
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

pub(crate) fn respond_file(request: Request<7>) -> Value {
    let Request { js, arguments: [_, status, headers, path, root, content_type, cache_control], .. } = request;
    let Some((server, handle)) = request.named() else { return js.text("over") };
    let status = status_of(js, status);
    let headers = match Headers::read(js, headers) {
        Ok(headers) => headers,
        Err(thrown) => return thrown,
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
        RespondFault::Status => js.throw("invalid-status", &format!("status {status} cannot be sent: 200 to 599 can")),
        RespondFault::Header => js.throw(
            "invalid-header",
            "a header name is no token, or a value has control characters such as CR, LF or NUL",
        ),
    }
}

pub(crate) fn start(request: Request<4>) -> Value {
    let Request { js, arguments: [_, status, headers, length], .. } = request;
    let Some((server, handle)) = request.named() else { return js.undefined() };
    let status = status_of(js, status);
    let headers = match Headers::read(js, headers) {
        Ok(headers) => headers,
        Err(thrown) => return thrown,
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

pub(crate) fn push(request: Request<2>) -> Value {
    let Request { js, arguments: [_, chunk], .. } = request;
    let Some((server, handle)) = request.named() else { return js.number(-1.0) };
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

pub(crate) fn finish(request: Request<1>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.boolean(false) };
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

pub(crate) fn cut(request: Request<1>) -> Value {
    let js = request.js;
    let Some((server, handle)) = request.named() else { return js.boolean(false) };
    let done = server.answering().engine().cut(handle);
    server.write_soon();
    js.boolean(done)
}

pub(crate) fn complete(request: Request<2>) -> Value {
    let Request { js, arguments: [_, text], .. } = request;
    let Some((server, handle)) = request.named() else { return js.boolean(false) };
    let mut content = request.environment.message.take();
    if !js.get_text(text, &mut content) {
        return js.throw("invalid-body", "complete takes a string");
    }
    let completed = server.answering().engine().complete(handle, &content);
    request.environment.keep_message(content);
    if completed && !server.in_batch.get() {
        server.flush();
    }
    js.boolean(completed)
}

pub(crate) fn set_text(request: Request<2>) -> Value {
    let Request { js, arguments: [_, is_text], .. } = request;
    let is_text = js.is_true(is_text);
    let done =
        request.named().is_some_and(|(server, handle)| server.host.borrow_mut().engine().set_text(handle, is_text));
    js.boolean(done)
}

/// A status; 0, which the engine refuses, for anything else.
fn status_of(js: Js, value: Value) -> u16 {
    js.get_number(value).filter(|status| (0.0..1000.0).contains(status)).unwrap_or(0.0) as u16
}
