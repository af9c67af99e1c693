//! The Node binding of `@bolt-app/core`, as `native-core/src/binding.d.ts` declares it: convert, call, convert. What to do with a
//! request is decided in `bolt_core`; this crate only moves values between it and JavaScript, in batches.

mod answers;
mod batch;
mod databases;
mod environment;
mod exports;
mod guard;
mod headers;
mod host_cell;
mod isolation;
mod js;
mod libuv;
mod listening;
mod requests;
mod server;
mod servers;
mod sockets;
mod uv;
mod values;

use napi_sys::{napi_env, napi_value};

/// The Node-API version that the binary needs.
#[unsafe(no_mangle)]
pub extern "C" fn node_api_module_get_api_version_v1() -> i32 {
    8
}

/// Called by Node for each environment (the main thread, each worker) that loads the binary.
///
/// # Safety
/// Node calls it on the environment's thread with a live environment and the module's exports object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn napi_register_module_v1(env: napi_env, exports: napi_value) -> napi_value {
    // SAFETY: Node hands over a live environment, on its own thread, with a handle scope open.
    let js = unsafe { js::Js::new(env) };
    guard::catch(|| {
        #[cfg(windows)]
        if let Err(why) = libuv::connect() {
            js.throw("internal", why);
            return;
        }
        exports::register(js, js::Value::from_raw(exports));
    });
    exports
}
