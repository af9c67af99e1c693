//! Where servers listen: opening, handing over, telling JavaScript.

use bolt_host::{Bound, InputOutput, ListenError, ListenOptions, Listener, Place, Protocols, TlsOptions};

use crate::environment::Request;
use crate::js::{Js, Value};

pub(crate) fn listen(request: Request<2>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let listened = options(js, request.arguments[1]).and_then(|options| {
        let protocols = Protocols::of(&options)?;
        let listener = listener(&options)?;
        let joined = match options.io {
            InputOutput::Loop => server.join_loop(),
            InputOutput::Thread => server.move_to_thread(),
        };
        if !joined {
            let message = "listen: the event loop takes no more handles, or the system has no thread left".to_owned();
            return Err(ListenError { code: "ELISTEN", message });
        }
        let mut host = server.host.borrow_mut();
        *host.protocols() = protocols;
        host.listen(listener)
    });
    match listened {
        Ok(bound) => {
            server.refresh();
            describe(js, &bound)
        }
        Err(error) => js.throw(error.code, &error.message),
    }
}

pub(crate) fn set_tls(request: Request<2>) -> Value {
    let js = request.js;
    let Some(server) = request.server() else { return Value::NONE };
    let options = TlsOptions::parse(&js.get_string(request.arguments[1]).unwrap_or_default());
    match options.and_then(|options| server.host.borrow_mut().protocols().set_tls(&options)) {
        Ok(()) => js.undefined(),
        Err(error) => js.throw("ETLS", &error.to_string()),
    }
}

#[cfg(unix)]
pub(crate) fn open_listener(request: Request<1>) -> Value {
    use std::os::fd::IntoRawFd;

    let js = request.js;
    match options(js, request.arguments[0]).and_then(|options| Listener::open(&options)) {
        Ok(listener) => {
            let opened = describe(js, listener.bound());
            js.set(opened, "fd", js.integer(listener.into_descriptor().into_raw_fd().cast_unsigned()));
            opened
        }
        Err(error) => js.throw(error.code, &error.message),
    }
}

#[cfg(not(unix))]
pub(crate) fn open_listener(request: Request<1>) -> Value {
    request.js.throw("ENOTSUP", "openListener: sockets cannot be handed to other processes on this platform")
}

fn options(js: Js, json: Value) -> Result<ListenOptions, ListenError> {
    ListenOptions::parse(&js.get_string(json).unwrap_or_default())
}

fn listener(options: &ListenOptions) -> Result<Listener, ListenError> {
    match options.at {
        Place::Descriptor(number) => inherit(number),
        _ => Listener::open(options),
    }
}

#[cfg(unix)]
fn inherit(number: i32) -> Result<Listener, ListenError> {
    use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};

    if number < 0 {
        return Err(ListenError { code: "EINVAL", message: format!("listen: {number} is no descriptor") });
    }
    // SAFETY: not -1. Whether it is open the kernel says, and nothing but that is done with it before it has.
    let listener = Listener::inherit(unsafe { BorrowedFd::borrow_raw(number) })?;
    // SAFETY: an open socket, which JavaScript gives away by `listen`: the listener has a descriptor of its own by now.
    drop(unsafe { OwnedFd::from_raw_fd(number) });
    Ok(listener)
}

#[cfg(not(unix))]
fn inherit(number: i32) -> Result<Listener, ListenError> {
    let message = format!("listen: descriptor {number}: sockets are not inherited by number on this platform");
    Err(ListenError { code: "ENOTSUP", message })
}

/// `Listening` of binding.d.ts.
fn describe(js: Js, bound: &Bound) -> Value {
    let object = js.object();
    match bound {
        Bound::Ip(address) => {
            js.set(object, "host", js.text(&address.ip().to_string()));
            js.set(object, "port", js.integer(address.port().into()));
        }
        Bound::Path(path) => js.set(object, "path", js.text(&path.to_string_lossy())),
    }
    object
}
