//! The functions of libuv that the binding calls. libuv is part of Node and has a stable ABI within a major version; handles are opaque,
//! of a size it tells itself.
//!
//! Most systems look for them in the whole process when they load the library. Windows wants to know the file that has them, and Node's may
//! have any name (that of an application packed into one executable): there they are looked up by hand, as napi-sys does with Node-API's.

use std::ffi::{c_int, c_void};

pub(crate) type Loop = *mut napi_sys::uv_loop_s;
pub(crate) type Handle = *mut c_void;

macro_rules! functions {
    ($($(#[$only:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        #[cfg(not(windows))]
        unsafe extern "C" {
            $($(#[$only])* pub(crate) fn $name($($argument: $type),*) $(-> $result)?;)*
        }

        /// Where they are in this process.
        #[cfg(windows)]
        struct Found {
            $($(#[$only])* $name: unsafe extern "C" fn($($type),*) $(-> $result)?,)*
        }

        #[cfg(windows)]
        impl Found {
            fn look_up() -> Result<Self, String> {
                // SAFETY: what it returns, which keeps Node loaded, is never dropped; and it runs once, before anything of Node-API does.
                let node = std::mem::ManuallyDrop::new(unsafe { napi_sys::setup() });
                Ok(Self {
                    $($(#[$only])* $name: {
                        // SAFETY: the type is that of the declaration in uv.h.
                        let symbol = unsafe { node.get(concat!(stringify!($name), "\0").as_bytes()) };
                        *symbol.map_err(|_| concat!("this Node does not export ", stringify!($name)))?
                    },)*
                })
            }
        }

        $(
            /// # Safety
            /// As libuv's documentation says of it; [`connect`] came before.
            #[cfg(windows)]
            $(#[$only])*
            pub(crate) unsafe fn $name($($argument: $type),*) $(-> $result)? {
                match FOUND.get() {
                    // SAFETY: as the caller promises.
                    Some(Ok(found)) => unsafe { (found.$name)($($argument),*) },
                    _ => unreachable!("connect() came first, and nothing was registered when it failed"),
                }
            }
        )*
    };
}

functions! {
    fn uv_handle_size(kind: c_int) -> usize;
    fn uv_handle_set_data(handle: Handle, data: *mut c_void);
    fn uv_handle_get_data(handle: Handle) -> *mut c_void;
    fn uv_handle_get_type(handle: Handle) -> c_int;
    fn uv_async_init(event_loop: Loop, handle: Handle, callback: extern "C" fn(Handle)) -> c_int;
    fn uv_async_send(handle: Handle) -> c_int;
    #[cfg(unix)]
    fn uv_poll_init(event_loop: Loop, handle: Handle, fd: c_int) -> c_int;
    #[cfg(unix)]
    fn uv_poll_start(handle: Handle, events: c_int, callback: extern "C" fn(Handle, c_int, c_int)) -> c_int;
    #[cfg(unix)]
    fn uv_timer_init(event_loop: Loop, handle: Handle) -> c_int;
    fn uv_timer_start(handle: Handle, callback: extern "C" fn(Handle), timeout: u64, repeat: u64) -> c_int;
    fn uv_ref(handle: Handle);
    fn uv_unref(handle: Handle);
    fn uv_close(handle: Handle, callback: extern "C" fn(Handle));
    fn uv_update_time(event_loop: Loop);
}

#[cfg(windows)]
static FOUND: std::sync::OnceLock<Result<Found, String>> = std::sync::OnceLock::new();

/// Finds Node's functions, those of Node-API as well, the first time that it is called. Nothing else of either may be called before.
///
/// # Errors
/// A sentence, when Node does not export all that are needed of libuv.
///
/// # Panics
/// When the process exports no Node-API at all, so that JavaScript cannot be told.
#[cfg(windows)]
pub(crate) fn connect() -> Result<(), &'static str> {
    FOUND.get_or_init(Found::look_up).as_ref().map(|_| ()).map_err(String::as_str)
}
