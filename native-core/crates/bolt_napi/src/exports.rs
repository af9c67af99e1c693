//! The functions of binding.d.ts.

use napi_sys::{napi_callback_info, napi_env, napi_value};

use crate::environment::{Environment, Request};
use crate::guard;
use crate::js::{Js, Value};

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

        /// Adds all functions to the module's exports, and the version that they are of.
        pub(crate) fn register(js: Js, exports: Value) {
            let data = Environment::attach(js);
            js.set(exports, "version", js.text(env!("CORE_VERSION")));
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
    "openPool" = open_pool(3);
    "openSqlite" = open_sqlite(3);
    "addStatement" = add_statement(3);
    "query" = query(8);
    "run" = run(6);
    "reserve" = reserve(3);
    "notifications" = notifications(4);
    "copy" = copy(5);
    "copied" = copied(4);
    "release" = release(3);
    "cancel" = cancel(3);
    "closePool" = close_pool(4);
    "poolName" = pool_name(2);
    "watchPool" = watch_pool(3);
    "poolReport" = pool_report(2);
    "takeRecords" = take_records(2);
    "setKeys" = set_keys(3);
    "stats" = stats(1);
    "metrics" = metrics(1);
    "takeLog" = take_log(1);
}

/// Where they are.
mod functions {
    pub(super) use crate::answers::{complete, cut, finish, push, respond, respond_file, set_text, start};
    pub(super) use crate::databases::{
        add_statement, cancel, close_pool, copied, copy, notifications, open_pool, open_sqlite, pool_name, pool_report,
        query, release, reserve, run, take_records, watch_pool,
    };
    pub(super) use crate::listening::{listen, open_listener, set_tls};
    pub(super) use crate::requests::{
        address, body, claims, client_certificate, header, headers, method, read, request_id, scheme, target,
    };
    pub(super) use crate::servers::{close, create_server, inject, metrics, set_keys, stats, take_log};
    pub(super) use crate::sockets::{
        accept, publish, socket_buffered, socket_close, socket_done, socket_publish, socket_send, socket_subscribe,
        socket_unsubscribe,
    };
}
