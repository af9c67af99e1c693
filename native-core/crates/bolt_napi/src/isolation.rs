//! Requests of one batch share a callback scope; what a handler enters with `AsyncLocalStorage.enterWith` must end with its call.
//!
//! There are two implementations of AsyncLocalStorage. The newer one (async context frames, the default from Node 24 on) is contained by
//! making each call a nested callback. The older one writes the store as a symbol property on the resource of the scope, where the next
//! request would find it. Looking for such properties after each call costs more than the call, so the resource has a prototype that
//! notices the first write to a property that is not there, and raises a flag in memory that both sides can see.

use crate::js::{AsyncContext, Js, Reference, Value};

/// Gives `[resource, flag, clean]`.
const SCRIPT: &str = "(() => {
  const flag = new Uint8Array(new ArrayBuffer(1))
  const notice = new Proxy(Object.create(null), {
    set(_target, key, value, resource) {
      flag[0] = 1
      return Reflect.defineProperty(resource, key, { value, writable: true, enumerable: true, configurable: true })
    },
  })
  const resource = Object.create(notice)
  const clean = () => {
    flag[0] = 0
    for (const key of Reflect.ownKeys(resource)) delete resource[key]
  }
  return [resource, flag, clean]
})()";

/// The async context of a server's calls.
#[derive(Debug)]
pub(crate) struct Isolation {
    pub(crate) context: AsyncContext,
    flag: *const u8,
    /// Keeps the flag's memory.
    array: Reference,
    clean: Reference,
}

impl Isolation {
    pub(crate) fn new(js: Js) -> Option<Self> {
        let parts = js.run_script(SCRIPT)?;
        let [resource, array, clean] = [0, 1, 2].map(|at| js.element(parts, at));
        let flag = js.data_of(array)?;
        Some(Self {
            context: js.async_context(resource, "BoltServer"),
            flag,
            array: js.reference(array),
            clean: js.reference(clean),
        })
    }

    /// Takes off the resource what a call left on it.
    #[inline]
    pub(crate) fn clean(&self, js: Js, this: Value) {
        // SAFETY: one byte of an array buffer that `array` keeps alive; only this thread writes to it, from JavaScript.
        if unsafe { self.flag.read_volatile() } != 0 {
            // The function cannot throw; if JavaScript is being terminated, nothing is left to leak into.
            let _ = js.call(js.deref(&self.clean), this, &[]);
        }
    }

    pub(crate) fn release(self, js: Js) {
        js.destroy(self.context);
        js.release(self.array);
        js.release(self.clean);
    }
}
