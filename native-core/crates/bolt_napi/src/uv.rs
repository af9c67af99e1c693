//! The two libuv handles of a server: a poll on the host's descriptor and a timer for its deadlines.
//!
//! libuv is part of Node and has a stable ABI within a major version; handles are opaque, of a size it tells itself.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ffi::{c_int, c_void};
use std::rc::Rc;

use crate::guard;
use crate::server::Server;

const UV_POLL: c_int = 8;
const UV_TIMER: c_int = 13;
const UV_READABLE: c_int = 1;

type Loop = *mut napi_sys::uv_loop_s;
type Handle = *mut c_void;

unsafe extern "C" {
    fn uv_handle_size(kind: c_int) -> usize;
    fn uv_handle_set_data(handle: Handle, data: *mut c_void);
    fn uv_handle_get_data(handle: Handle) -> *mut c_void;
    fn uv_handle_get_type(handle: Handle) -> c_int;
    fn uv_poll_init(event_loop: Loop, handle: Handle, fd: c_int) -> c_int;
    fn uv_poll_start(handle: Handle, events: c_int, callback: extern "C" fn(Handle, c_int, c_int)) -> c_int;
    fn uv_timer_init(event_loop: Loop, handle: Handle) -> c_int;
    fn uv_timer_start(handle: Handle, callback: extern "C" fn(Handle), timeout: u64, repeat: u64) -> c_int;
    fn uv_ref(handle: Handle);
    fn uv_unref(handle: Handle);
    fn uv_close(handle: Handle, callback: extern "C" fn(Handle));
    fn uv_update_time(event_loop: Loop);
}

/// The open handles of a server.
#[derive(Debug)]
pub(crate) struct Handles {
    event_loop: Loop,
    poll: Handle,
    timer: Handle,
}

impl Handles {
    /// Opens both on the loop; the poll reports when `fd` is readable. Neither keeps the loop alive yet.
    ///
    /// # Safety
    /// `event_loop` must be the live loop of the current thread, and `fd` must stay open until [`Handles::close`].
    pub(crate) unsafe fn open(event_loop: Loop, fd: c_int, server: &Rc<Server>) -> Option<Self> {
        // SAFETY: both are fresh memory of the size libuv asks for; what the caller promises covers the rest. Each handle owns one count
        // of the server until its close callback.
        unsafe {
            let poll = allocate(UV_POLL);
            if uv_poll_init(event_loop, poll, fd) != 0 {
                free(poll, UV_POLL);
                return None;
            }
            let timer = allocate(UV_TIMER);
            uv_timer_init(event_loop, timer);
            for handle in [poll, timer] {
                uv_handle_set_data(handle, Rc::into_raw(server.clone()).cast_mut().cast());
                uv_unref(handle);
            }
            uv_poll_start(poll, UV_READABLE, on_readable);
            Some(Self { event_loop, poll, timer })
        }
    }

    /// Whether they keep the loop, and so the process, alive.
    pub(crate) fn keep_alive(&self, yes: bool) {
        // SAFETY: the handles are open; referring twice is the same as once.
        unsafe { if yes { uv_ref(self.poll) } else { uv_unref(self.poll) } }
    }

    /// Has the timer fire once, after so many milliseconds.
    pub(crate) fn start_timer(&self, timeout: u64) {
        // SAFETY: the handle and its loop are open, on this thread.
        unsafe {
            uv_update_time(self.event_loop);
            uv_timer_start(self.timer, on_time, timeout, 0);
        }
    }

    /// Closes both; the server is told by [`Server::handle_closed`] for each.
    pub(crate) fn close(self) {
        // SAFETY: open until now, closed once as `self` is taken. uv_close stops the poll at once; memory is freed in the callback.
        unsafe {
            uv_close(self.poll, on_closed);
            uv_close(self.timer, on_closed);
        }
    }
}

fn layout(kind: c_int) -> Layout {
    // SAFETY: a pure function of libuv.
    let size = unsafe { uv_handle_size(kind) };
    // The sizes are a few hundred bytes, so this cannot fail; 16 is the alignment malloc would give.
    Layout::from_size_align(size.max(16), 16).unwrap_or(Layout::new::<[u128; 64]>())
}

fn allocate(kind: c_int) -> Handle {
    let layout = layout(kind);
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc_zeroed(layout) };
    if memory.is_null() {
        handle_alloc_error(layout);
    }
    memory.cast()
}

/// # Safety
/// `handle` is from [`allocate`] with the same kind, and libuv does not know it any more.
unsafe fn free(handle: Handle, kind: c_int) {
    // SAFETY: allocated with this very layout.
    unsafe { dealloc(handle.cast(), layout(kind)) }
}

/// The server of a handle, counted once more.
fn server_of(handle: Handle) -> Rc<Server> {
    // SAFETY: the data was set by `Handles::open` to a count of the server that is given back in `on_closed` only.
    unsafe {
        let server: *const Server = uv_handle_get_data(handle).cast();
        Rc::increment_strong_count(server);
        Rc::from_raw(server)
    }
}

extern "C" fn on_readable(handle: Handle, _status: c_int, _events: c_int) {
    guard::catch(|| server_of(handle).on_readable());
}

extern "C" fn on_time(handle: Handle) {
    guard::catch(|| server_of(handle).on_time());
}

extern "C" fn on_closed(handle: Handle) {
    guard::catch(|| {
        // SAFETY: the last callback of a handle: its count of the server and its memory are given back here, once.
        let server = unsafe {
            let server: *const Server = uv_handle_get_data(handle).cast();
            free(handle, uv_handle_get_type(handle));
            Rc::from_raw(server)
        };
        server.handle_closed();
    });
}
