//! Node-API, raw: each method is one or two calls of it. The only place with unsafe code besides `uv.rs` and `environment.rs`.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use napi_sys::*;

/// An environment, on its own thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Js(napi_env);

#[repr(transparent)]
/// A JavaScript value; valid until the handle scope in which it was made closes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value(napi_value);

/// A value kept alive until it is released.
#[derive(Debug)]
pub(crate) struct Reference(napi_ref);

/// What runs calls into JavaScript that nobody there waits for: async context and the resource it belongs to.
#[derive(Debug)]
pub(crate) struct AsyncContext {
    context: napi_async_context,
    resource: Reference,
}

/// An open handle scope and callback scope. Closing it runs `process.nextTick` callbacks and microtasks.
#[derive(Debug)]
pub(crate) struct Scope {
    handles: napi_handle_scope,
    callback: napi_callback_scope,
}

/// A call ended with an exception, or JavaScript cannot run any more.
#[derive(Debug)]
pub(crate) struct Thrown(pub(crate) Value);

impl Value {
    pub(crate) const NONE: Self = Self(null_mut());

    pub(crate) fn from_raw(value: napi_value) -> Self {
        Self(value)
    }

    pub(crate) fn raw(self) -> napi_value {
        self.0
    }
}

/// Calls a Node-API function that gives one value.
macro_rules! value {
    ($($call:tt)*) => {{
        let mut result = null_mut();
        // SAFETY: `Js` is only made from a live environment on its own thread; arguments outlive the call; the result pointer is ours.
        unsafe { $($call)*(&mut result) };
        Value(result)
    }};
}

impl Js {
    /// # Safety
    /// `env` must be live, and the value must only be used on its thread while it lives, with a handle scope open.
    pub(crate) unsafe fn new(env: napi_env) -> Self {
        Self(env)
    }

    pub(crate) fn raw(self) -> napi_env {
        self.0
    }

    pub(crate) fn undefined(self) -> Value {
        value!((|r| napi_get_undefined(self.0, r)))
    }

    pub(crate) fn boolean(self, value: bool) -> Value {
        value!((|r| napi_get_boolean(self.0, value, r)))
    }

    pub(crate) fn number(self, value: f64) -> Value {
        value!((|r| napi_create_double(self.0, value, r)))
    }

    pub(crate) fn integer(self, value: u32) -> Value {
        value!((|r| napi_create_uint32(self.0, value, r)))
    }

    /// Text; one byte per character inside V8 when it is ASCII.
    #[inline]
    pub(crate) fn text(self, text: &str) -> Value {
        if text.is_ascii() {
            return self.latin1(text.as_bytes());
        }
        value!((|r| napi_create_string_utf8(self.0, text.as_ptr().cast(), text.len() as isize, r)))
    }

    /// Bytes, each one a character of the same number: how header fields are read (RFC 9110 §5.5).
    #[inline]
    pub(crate) fn latin1(self, bytes: &[u8]) -> Value {
        value!((|r| napi_create_string_latin1(self.0, bytes.as_ptr().cast(), bytes.len() as isize, r)))
    }

    pub(crate) fn array(self, length: usize) -> Value {
        value!((|r| napi_create_array_with_length(self.0, length, r)))
    }

    pub(crate) fn set_element(self, array: Value, at: usize, value: Value) {
        // SAFETY: as in `value!`; both are values of this environment.
        unsafe { napi_set_element(self.0, array.0, at as u32, value.0) };
    }

    pub(crate) fn element(self, array: Value, at: usize) -> Value {
        value!((|r| napi_get_element(self.0, array.0, at as u32, r)))
    }

    /// The length of an array; `None` for anything else.
    pub(crate) fn array_length(self, value: Value) -> Option<usize> {
        let mut length = 0;
        // SAFETY: as in `value!`.
        let status = unsafe { napi_get_array_length(self.0, value.0, &mut length) };
        (status == Status::napi_ok).then_some(length as usize)
    }

    pub(crate) fn object(self) -> Value {
        value!((|r| napi_create_object(self.0, r)))
    }

    pub(crate) fn set(self, object: Value, name: &str, value: Value) {
        let key = self.text(name);
        // SAFETY: as in `value!`; all are values of this environment.
        unsafe { napi_set_property(self.0, object.0, key.0, value.0) };
    }

    /// A Uint8Array with a copy of the bytes.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Value {
        let mut data: *mut c_void = null_mut();
        let buffer = value!((|r| napi_create_arraybuffer(self.0, bytes.len(), &mut data, r)));
        if !data.is_null() && !bytes.is_empty() {
            // SAFETY: Node allocated `bytes.len()` bytes at `data`, and nothing else points there yet.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast(), bytes.len()) };
        }
        value!((|r| napi_create_typedarray(self.0, TypedarrayType::uint8_array, bytes.len(), buffer.0, 0, r)))
    }

    pub(crate) fn get_number(self, value: Value) -> Option<f64> {
        let mut number = 0.0;
        // SAFETY: as in `value!`.
        let status = unsafe { napi_get_value_double(self.0, value.0, &mut number) };
        (status == Status::napi_ok).then_some(number)
    }

    pub(crate) fn get_boolean(self, value: Value) -> Option<bool> {
        let mut result = false;
        // SAFETY: as in `value!`.
        let status = unsafe { napi_get_value_bool(self.0, value.0, &mut result) };
        (status == Status::napi_ok).then_some(result)
    }

    /// Whether a value is `true`.
    pub(crate) fn is_true(self, value: Value) -> bool {
        self.get_boolean(value) == Some(true)
    }

    pub(crate) fn null(self) -> Value {
        value!((|r| napi_get_null(self.0, r)))
    }

    pub(crate) fn is_undefined(self, value: Value) -> bool {
        let mut kind = 0;
        // SAFETY: as in `value!`.
        let status = unsafe { napi_typeof(self.0, value.0, &mut kind) };
        status != Status::napi_ok || kind == ValueType::napi_undefined
    }

    pub(crate) fn is_null(self, value: Value) -> bool {
        let mut kind = 0;
        // SAFETY: as in `value!`.
        let status = unsafe { napi_typeof(self.0, value.0, &mut kind) };
        status == Status::napi_ok && kind == ValueType::napi_null
    }

    /// Replaces `out` by a string's UTF-8 text; false, and nothing done, when the value is no string.
    #[inline]
    pub(crate) fn get_text(self, value: Value, out: &mut Vec<u8>) -> bool {
        out.clear();
        if out.capacity() < 1024 {
            out.reserve(1024);
        }
        let mut length = 0;
        // SAFETY: as in `value!`; Node writes at most `capacity` bytes, the last of them NUL.
        let status = unsafe {
            napi_get_value_string_utf8(self.0, value.0, out.as_mut_ptr().cast(), out.capacity(), &mut length)
        };
        if status != Status::napi_ok {
            return false;
        }
        // A character has at most four bytes: with less room than that left the text may have been cut.
        if length + 5 > out.capacity() {
            // SAFETY: without a buffer only the length is told.
            unsafe { napi_get_value_string_utf8(self.0, value.0, null_mut(), 0, &mut length) };
            out.reserve(length + 1);
            // SAFETY: as above, now with room for all of it.
            unsafe {
                napi_get_value_string_utf8(self.0, value.0, out.as_mut_ptr().cast(), out.capacity(), &mut length)
            };
        }
        // SAFETY: Node initialised `length` bytes, which is less than the capacity.
        unsafe { out.set_len(length) };
        true
    }

    /// A string, if it is one.
    pub(crate) fn get_string(self, value: Value) -> Option<String> {
        let mut text = Vec::new();
        self.get_text(value, &mut text).then(|| String::from_utf8_lossy(&text).into_owned())
    }

    /// Appends the bytes of a typed array to `out`; false when the value is none.
    pub(crate) fn get_bytes(self, value: Value, out: &mut Vec<u8>) -> bool {
        self.with_bytes(value, |bytes| out.extend_from_slice(bytes)).is_some()
    }

    /// Looks at the bytes of a typed array; `None` when the value is none. No JavaScript may run in `look`.
    pub(crate) fn with_bytes<T>(self, value: Value, look: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let (mut kind, mut length, mut data) = (0, 0, null_mut());
        // SAFETY: as in `value!`; results that do not matter may be null.
        let status = unsafe {
            napi_get_typedarray_info(self.0, value.0, &mut kind, &mut length, &mut data, null_mut(), null_mut())
        };
        if status != Status::napi_ok
            || !matches!(kind, TypedarrayType::uint8_array | TypedarrayType::uint8_clamped_array)
        {
            return None;
        }
        if length == 0 || data.is_null() {
            return Some(look(&[]));
        }
        // SAFETY: Node says that `length` bytes live at `data`; no JavaScript runs while they are looked at.
        Some(look(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }))
    }

    /// Calls a function with undefined as `this`.
    #[inline]
    pub(crate) fn call(self, function: Value, this: Value, arguments: &[Value]) -> Result<Value, Thrown> {
        let mut result = null_mut();
        // SAFETY: as in `value!`; `Value` is a transparent wrapper in memory, see the assertion below.
        let status = unsafe {
            napi_call_function(self.0, this.0, function.0, arguments.len(), arguments.as_ptr().cast(), &mut result)
        };
        if status == Status::napi_ok {
            return Ok(Value(result));
        }
        Err(self.thrown())
    }

    pub(crate) fn reference(self, value: Value) -> Reference {
        let mut reference = null_mut();
        // SAFETY: as in `value!`; the value is a function or object.
        unsafe { napi_create_reference(self.0, value.0, 1, &mut reference) };
        Reference(reference)
    }

    pub(crate) fn deref(self, reference: &Reference) -> Value {
        value!((|r| napi_get_reference_value(self.0, reference.0, r)))
    }

    pub(crate) fn release(self, reference: Reference) {
        // SAFETY: a `Reference` is only made by `reference` and released once, as it is taken by value.
        unsafe { napi_delete_reference(self.0, reference.0) };
    }

    /// Throws an Error with a `code`.
    pub(crate) fn throw(self, code: &str, message: &str) -> Value {
        let (code, message) = (self.text(code), self.text(message));
        let error = value!((|r| napi_create_error(self.0, code.0, message.0, r)));
        // SAFETY: as in `value!`.
        unsafe { napi_throw(self.0, error.0) };
        Value::NONE
    }

    /// The text of a thrown value, its stack if it has one; `None` when JavaScript is being ended.
    pub(crate) fn describe(self, thrown: Value) -> Option<String> {
        if thrown.0.is_null() {
            return None;
        }
        let key = self.text("stack");
        let stack = value!((|r| napi_get_property(self.0, thrown.0, key.0, r)));
        let text = if stack.0.is_null() { None } else { self.get_string(stack) };
        text.or_else(|| self.get_string(value!((|r| napi_coerce_to_string(self.0, thrown.0, r)))))
    }

    /// Calls a function as a callback of its own within the open scope, so that it has an async context of its own.
    #[inline]
    pub(crate) fn call_back(
        self,
        context: &AsyncContext,
        function: Value,
        this: Value,
        arguments: &[Value],
    ) -> Result<Value, Thrown> {
        let mut result = null_mut();
        // SAFETY: as in `call`.
        let status = unsafe {
            let (count, first) = (arguments.len(), arguments.as_ptr().cast());
            napi_make_callback(self.0, context.context, this.0, function.0, count, first, &mut result)
        };
        if status == Status::napi_ok { Ok(Value(result)) } else { Err(self.thrown()) }
    }

    fn thrown(self) -> Thrown {
        Thrown(value!((|r| napi_get_and_clear_last_exception(self.0, r))))
    }

    /// Evaluates a script of our own; `None` when it failed.
    pub(crate) fn run_script(self, source: &str) -> Option<Value> {
        let source = self.text(source);
        let value = value!((|r| napi_run_script(self.0, source.0, r)));
        (!value.0.is_null()).then_some(value)
    }

    /// Where the bytes of a Uint8Array are; valid while it lives, as its buffer is not resizable.
    pub(crate) fn data_of(self, array: Value) -> Option<*const u8> {
        let (mut kind, mut length, mut data) = (0, 0, null_mut());
        // SAFETY: as in `value!`; results that do not matter may be null.
        let status = unsafe {
            napi_get_typedarray_info(self.0, array.0, &mut kind, &mut length, &mut data, null_mut(), null_mut())
        };
        (status == Status::napi_ok && !data.is_null()).then_some(data.cast_const().cast())
    }

    pub(crate) fn async_context(self, resource: Value, name: &str) -> AsyncContext {
        let name = self.text(name);
        let mut context = null_mut();
        // SAFETY: as in `value!`.
        unsafe { napi_async_init(self.0, resource.0, name.0, &mut context) };
        AsyncContext { context, resource: self.reference(resource) }
    }

    pub(crate) fn destroy(self, context: AsyncContext) {
        // SAFETY: made by `async_context` and destroyed once, as it is taken by value.
        unsafe { napi_async_destroy(self.0, context.context) };
        self.release(context.resource);
    }

    /// The resource of a context; also what its callbacks get as `this`, which must be an object.
    pub(crate) fn resource(self, context: &AsyncContext) -> Value {
        self.deref(&context.resource)
    }

    /// Opens a scope for calls into JavaScript from the event loop.
    pub(crate) fn open(self, context: &AsyncContext) -> Scope {
        let (mut handles, mut callback) = (null_mut(), null_mut());
        // SAFETY: as in `value!`; closed in reverse order by `close`.
        unsafe { napi_open_handle_scope(self.0, &mut handles) };
        let resource = self.resource(context);
        // SAFETY: as above; the context lives as long as the server that has it.
        unsafe { napi_open_callback_scope(self.0, resource.0, context.context, &mut callback) };
        Scope { handles, callback }
    }

    /// Closes a scope; what its microtasks threw goes the way of any uncaught exception.
    pub(crate) fn close(self, scope: Scope) {
        // SAFETY: opened by `open`, closed once and in reverse order.
        unsafe {
            napi_close_callback_scope(self.0, scope.callback);
            let mut pending = false;
            napi_is_exception_pending(self.0, &mut pending);
            if pending {
                let mut error = null_mut();
                napi_get_and_clear_last_exception(self.0, &mut error);
                napi_fatal_exception(self.0, error);
            }
            napi_close_handle_scope(self.0, scope.handles);
        }
    }

    /// Adds a function to an object. `callback` is called by Node with `data`.
    pub(crate) fn export(self, exports: Value, name: &str, callback: napi_callback, data: *mut c_void) {
        let function = value!((|r| napi_create_function(self.0, null(), 0, callback, data, r)));
        self.set(exports, name, function);
    }
}

/// Arguments are handed to Node as an array of the pointers inside the values.
const _: () = assert!(size_of::<Value>() == size_of::<napi_value>() && align_of::<Value>() == align_of::<napi_value>());
