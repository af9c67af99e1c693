//! State of one environment: the main thread or a worker. Nothing here is global, so any number of them can load the binary.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::Rc;

use bolt_core::engine::Handle;
use napi_sys::*;

use crate::batch::Scratch;
use crate::guard;
use crate::js::{Js, Value};
use crate::server::Server;
use crate::uv::Handles;

/// Servers that one environment can have: their number and a request's must fit in 53 bits.
const MAX_SERVERS: usize = 1 << (53 - Handle::BITS);

/// Capacity beyond which the memory of a message or a body is not kept for the next.
const KEEP_MESSAGE: usize = 64 * 1024;

/// One environment.
#[derive(Debug)]
pub(crate) struct Environment {
    env: napi_env,
    servers: RefCell<Vec<Rc<Server>>>,
    pub(crate) scratch: RefCell<Scratch>,
    /// A message or a body on its way to sockets; memory that is used again.
    pub(crate) message: RefCell<Vec<u8>>,
    /// Handles that libuv has not given back yet.
    open: Cell<usize>,
    /// Set when Node tears the environment down; the hook is given back when all handles are closed.
    leaving: Cell<Option<napi_async_cleanup_hook_handle>>,
}

impl Environment {
    /// Makes the state of an environment; it lives until Node finalizes its instance data.
    pub(crate) fn attach(js: Js) -> *mut c_void {
        let env = js.raw();
        let environment = Rc::new(Self {
            env,
            servers: RefCell::default(),
            scratch: RefCell::default(),
            message: RefCell::default(),
            open: Cell::new(0),
            leaving: Cell::new(None),
        });
        let data: *mut c_void = Rc::into_raw(environment).cast_mut().cast();
        // SAFETY: the environment is live; `finalize` gives the one count behind `data` back; the hook runs before that.
        unsafe {
            napi_set_instance_data(env, data, Some(finalize), null_mut());
            napi_add_async_cleanup_hook(env, Some(on_cleanup), data, null_mut());
        }
        data
    }

    pub(crate) fn js(&self) -> Js {
        // SAFETY: the state is only reached from callbacks on the environment's thread while it lives.
        unsafe { Js::new(self.env) }
    }

    /// The server of a number.
    pub(crate) fn server(&self, index: usize) -> Option<Rc<Server>> {
        self.servers.borrow().get(index).cloned()
    }

    /// The server and handle behind a request's number.
    #[inline]
    pub(crate) fn request(&self, number: f64) -> Option<(Rc<Server>, Handle)> {
        if !(0.0..9_007_199_254_740_992.0).contains(&number) {
            return None;
        }
        let bits = number as u64;
        let handle = Handle::from_bits(bits & ((1 << Handle::BITS) - 1));
        Some((self.server((bits >> Handle::BITS) as usize)?, handle))
    }

    /// Adds a server made by `make`, which is given its number; `None` when there are too many. The place of a closed one is used
    /// again only then, and its successor inherits its slots, so that old numbers stay dead.
    pub(crate) fn add<E>(
        self: &Rc<Self>,
        make: impl FnOnce(usize, bolt_core::engine::Slots) -> Result<Server, E>,
    ) -> Option<Result<usize, E>> {
        let mut servers = self.servers.borrow_mut();
        let index =
            if servers.len() < MAX_SERVERS { servers.len() } else { servers.iter().position(|s| s.is_closed.get())? };
        let slots = servers.get(index).map(|old| old.host.borrow_mut().engine().take_slots()).unwrap_or_default();
        let server = match make(index, slots) {
            Ok(server) => Rc::new(server),
            Err(error) => return Some(Err(error)),
        };
        match servers.get_mut(index) {
            Some(place) => *place = server,
            None => servers.push(server),
        }
        Some(Ok(index))
    }

    /// Keeps the memory of a message or a body, unless it was an unusually large one.
    pub(crate) fn keep_message(&self, message: Vec<u8>) {
        if message.capacity() <= KEEP_MESSAGE {
            self.message.replace(message);
        }
    }

    /// Whether Node tears the environment down.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.get().is_some()
    }

    /// Opens a server's handles on the event loop: those for its host in the loop, or, when that is on a thread, the bell.
    pub(crate) fn open_handles(&self, server: &Rc<Server>, on_thread: bool) -> Option<Handles> {
        let mut event_loop = null_mut();
        // SAFETY: the environment is live, and this is its thread.
        if unsafe { napi_get_uv_event_loop(self.env, &mut event_loop) } != Status::napi_ok {
            return None;
        }
        let handles = if on_thread {
            // SAFETY: the loop of this thread, live as the environment is.
            unsafe { Handles::listen_for_bell(event_loop, server) }
        } else {
            #[cfg(unix)]
            // SAFETY: as above; the host keeps the descriptor as long as it lives, and the handles keep the server with its host.
            unsafe {
                Handles::watch(event_loop, server.host.borrow().descriptor()?, server)
            }
            #[cfg(not(unix))]
            None
        }?;
        self.open.set(self.open.get() + handles.count());
        Some(handles)
    }

    pub(crate) fn handle_closed(&self) {
        self.open.set(self.open.get() - 1);
        self.leave_when_done();
    }

    fn leave_when_done(&self) {
        if self.open.get() == 0
            && let Some(hook) = self.leaving.replace(None)
        {
            // SAFETY: given by Node to `on_cleanup`, removed once as it was taken out of the cell.
            unsafe { napi_remove_async_cleanup_hook(hook) };
        }
    }
}

/// Node tears the environment down (exit, end of a worker, `terminate()`), perhaps in the middle of a batch: handles that stayed open
/// would abort the process.
unsafe extern "C" fn on_cleanup(hook: napi_async_cleanup_hook_handle, data: *mut c_void) {
    guard::catch(|| {
        // SAFETY: `data` is the count of `attach`, which `finalize` gives back only after this hook was removed.
        let environment = unsafe { &*data.cast::<Environment>() };
        environment.leaving.set(Some(hook));
        let servers = environment.servers.borrow().clone();
        for server in servers {
            server.is_closed.set(true);
            server.leave_loop();
        }
        environment.leave_when_done();
    });
}

unsafe extern "C" fn finalize(_env: napi_env, data: *mut c_void, _hint: *mut c_void) {
    guard::catch(|| {
        // SAFETY: the count that `attach` gave away; Node calls this once.
        drop(unsafe { Rc::from_raw(data.cast::<Environment>().cast_const()) });
    });
}

/// What a function that JavaScript calls is given.
pub(crate) struct Request<const N: usize> {
    pub(crate) js: Js,
    pub(crate) environment: Rc<Environment>,
    /// Missing arguments are undefined.
    pub(crate) arguments: [Value; N],
}

impl<const N: usize> Request<N> {
    /// # Safety
    /// Only in a callback that was exported with the pointer of [`Environment::attach`] as its data.
    pub(crate) unsafe fn read(env: napi_env, info: napi_callback_info) -> Self {
        let (mut raw, mut count, mut data) = ([null_mut(); N], N, null_mut());
        // SAFETY: Node calls exported functions with a live environment on its thread; `raw` has room for `count` values. The data is
        // the environment's state, which outlives every function.
        unsafe {
            napi_get_cb_info(env, info, &mut count, raw.as_mut_ptr(), null_mut(), &mut data);
            let environment: *const Environment = data.cast();
            Rc::increment_strong_count(environment);
            Self { js: Js::new(env), environment: Rc::from_raw(environment), arguments: raw.map(Value::from_raw) }
        }
    }

    /// The server that the first argument names. Where there is none, an error was thrown: return to JavaScript at once.
    pub(crate) fn server(&self) -> Option<Rc<Server>> {
        let number = self.js.get_number(self.arguments[0]);
        let server = number.and_then(|number| self.environment.server(number as usize));
        if server.is_none() {
            self.js.throw("unknown-server", "there is no server with this number");
        }
        server
    }

    /// The server and handle of the request that the first argument names.
    #[inline]
    pub(crate) fn named(&self) -> Option<(Rc<Server>, Handle)> {
        self.js.get_number(self.arguments[0]).and_then(|number| self.environment.request(number))
    }
}
