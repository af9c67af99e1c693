//! The libuv handles of a server. With its host in the loop: a poll on the host's descriptor and a timer for its deadlines. With its host
//! on a thread: what that thread rings.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ffi::c_int;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use crate::guard;
use crate::libuv::*;
use crate::server::Server;

const UV_ASYNC: c_int = 1;
#[cfg(unix)]
const UV_POLL: c_int = 8;
#[cfg(unix)]
const UV_TIMER: c_int = 13;
#[cfg(unix)]
const UV_READABLE: c_int = 1;

/// The open handles of a server.
#[derive(Debug)]
pub(crate) struct Handles {
    event_loop: Loop,
    /// Has the loop come back to the server: a poll, or an async handle.
    waker: Handle,
    timer: Option<Handle>,
    bell: Option<Arc<Bell>>,
}

/// Has the event loop come back to a server, from any thread.
#[derive(Debug)]
pub(crate) struct Bell(Mutex<Option<Async>>);

/// An open async handle.
#[derive(Debug)]
struct Async(Handle);

// SAFETY: `uv_async_send`, the only thing done with it, may be called from any thread while the handle is open.
unsafe impl Send for Async {}

impl Bell {
    /// Rings; several times before the loop comes are as good as one.
    pub(crate) fn ring(&self) {
        if let Some(Async(handle)) = &*self.handle() {
            // SAFETY: open, as the lock is held and `silence` comes before it is closed.
            unsafe { uv_async_send(*handle) };
        }
    }

    fn silence(&self) {
        self.handle().take();
    }

    fn handle(&self) -> std::sync::MutexGuard<'_, Option<Async>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handles {
    /// Opens poll and timer on the loop; the poll reports when `fd` is readable. Neither keeps the loop alive yet.
    ///
    /// # Safety
    /// `event_loop` must be the live loop of the current thread, and `fd` must stay open until [`Handles::close`].
    #[cfg(unix)]
    pub(crate) unsafe fn watch(event_loop: Loop, fd: c_int, server: &Rc<Server>) -> Option<Self> {
        // SAFETY: both are fresh memory of the size libuv asks for; what the caller promises covers the rest.
        unsafe {
            let poll = allocate(UV_POLL);
            if uv_poll_init(event_loop, poll, fd) != 0 {
                free(poll, UV_POLL);
                return None;
            }
            let timer = allocate(UV_TIMER);
            uv_timer_init(event_loop, timer);
            adopt(poll, server);
            adopt(timer, server);
            uv_poll_start(poll, UV_READABLE, on_readable);
            Some(Self { event_loop, waker: poll, timer: Some(timer), bell: None })
        }
    }

    /// Opens a bell on the loop. It does not keep the loop alive yet.
    ///
    /// # Safety
    /// `event_loop` must be the live loop of the current thread.
    pub(crate) unsafe fn listen_for_bell(event_loop: Loop, server: &Rc<Server>) -> Option<Self> {
        // SAFETY: fresh memory of the size libuv asks for, on the loop of this thread.
        unsafe {
            let waker = allocate(UV_ASYNC);
            if uv_async_init(event_loop, waker, on_ring) != 0 {
                free(waker, UV_ASYNC);
                return None;
            }
            adopt(waker, server);
            let bell = Some(Arc::new(Bell(Mutex::new(Some(Async(waker))))));
            Some(Self { event_loop, waker, timer: None, bell })
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        1 + usize::from(self.timer.is_some())
    }

    /// What the thread of the host rings.
    pub(crate) fn bell(&self) -> Option<&Arc<Bell>> {
        self.bell.as_ref()
    }

    /// Whether they keep the loop, and so the process, alive.
    pub(crate) fn keep_alive(&self, yes: bool) {
        // SAFETY: the handles are open; referring twice is the same as once.
        unsafe { if yes { uv_ref(self.waker) } else { uv_unref(self.waker) } }
    }

    /// Has the timer, if there is one, fire once, after so many milliseconds.
    pub(crate) fn start_timer(&self, timeout: u64) {
        let Some(timer) = self.timer else { return };
        // SAFETY: the handle and its loop are open, on this thread.
        unsafe {
            uv_update_time(self.event_loop);
            uv_timer_start(timer, on_time, timeout, 0);
        }
    }

    /// Closes all; the server is told by [`Server::handle_closed`] for each.
    pub(crate) fn close(self) {
        if let Some(bell) = &self.bell {
            bell.silence();
        }
        for handle in std::iter::once(self.waker).chain(self.timer) {
            // SAFETY: open until now, closed once as `self` is taken. uv_close stops it at once; memory is freed in the callback.
            unsafe { uv_close(handle, on_closed) };
        }
    }
}

/// Gives a handle its server, of which it owns one count until its close callback. It does not keep the loop alive yet.
///
/// # Safety
/// The handle was just initialised, on the loop of this thread.
unsafe fn adopt(handle: Handle, server: &Rc<Server>) {
    // SAFETY: as the caller promises.
    unsafe {
        uv_handle_set_data(handle, Rc::into_raw(server.clone()).cast_mut().cast());
        uv_unref(handle);
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
    // SAFETY: the data was set by `adopt` to a count of the server that is given back in `on_closed` only.
    unsafe {
        let server: *const Server = uv_handle_get_data(handle).cast();
        Rc::increment_strong_count(server);
        Rc::from_raw(server)
    }
}

extern "C" fn on_ring(handle: Handle) {
    guard::catch(|| server_of(handle).on_ring());
}

#[cfg(unix)]
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
