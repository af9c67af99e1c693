//! One batch: whatever a pass found is handed to JavaScript in one callback scope. Closing the scope runs the microtasks, in which
//! handlers answer by `respond`; what they answered is then written, once per connection.

use std::rc::Rc;

use bolt_core::engine::{Call, Handle as RequestHandle};
use bolt_host::database::Settled;
use bolt_host::{Budget, Host, report};

use crate::guard;
use crate::js::{Js, Reference, Scope, Thrown, Value};
use crate::server::{Callbacks, Server};
use crate::values;

/// Calls in one scope. What asynchronous handlers go on with runs when it closes, all at once, so that is a moment to look at the clock.
const CALLS: usize = 256;
/// What a handler costs beside a request that needs none.
const COST: u32 = 4;

/// The JavaScript side of a batch; opened when it is first needed.
pub(crate) struct Entered {
    scope: Scope,
    pub(crate) callbacks: Rc<Callbacks>,
    dispatch: Value,
    pub(crate) this: Value,
}

impl Server {
    /// Does `first` with the host, then everything that follows from it.
    pub(crate) fn batch(self: &Rc<Self>, first: impl FnOnce(&mut Host)) {
        if self.is_closed.get() {
            return;
        }
        first(&mut self.host.borrow_mut());
        if self.in_batch.replace(true) {
            return;
        }
        let _leave = Leave(self);
        let _working = self.host.thread().is_none().then(|| self.host.borrow().work());
        self.is_kicked.set(false);
        let Some(environment) = self.environment.upgrade() else { return };
        let js = environment.js();
        let mut scratch = environment.scratch.take();
        let mut budget = Budget::new();
        loop {
            let mut entered = None;
            self.run_calls(js, &mut entered, &mut scratch, &mut budget);
            self.tell_sockets(js, &mut entered, &mut budget);
            self.tell_events(js, &mut entered, &mut budget);
            self.deliver(js, &mut entered);
            self.settle_statements(js, &mut entered);
            if let Some(Entered { scope, .. }) = entered {
                js.close(scope);
            }
            let more = self.settle();
            if !more && !self.host.borrow().has_news() {
                break;
            }
            if budget.is_spent() {
                self.come_back();
                break;
            }
        }
        environment.scratch.replace(scratch);
        self.finish(js);
        self.refresh();
    }

    fn enter<'e>(&self, js: Js, entered: &'e mut Option<Entered>) -> Option<&'e Entered> {
        if entered.is_none() {
            let callbacks = self.callbacks.borrow().clone()?;
            let scope = js.open(&callbacks.isolation.context);
            let dispatch = js.deref(&callbacks.dispatch);
            let this = js.resource(&callbacks.isolation.context);
            *entered = Some(Entered { scope, callbacks, dispatch, this });
        }
        entered.as_ref()
    }

    fn run_calls(&self, js: Js, entered: &mut Option<Entered>, scratch: &mut Scratch, budget: &mut Budget) {
        if !self.host.borrow().engine_ref().has_calls() {
            return;
        }
        let Some(entered) = self.enter(js, entered) else { return };
        for _ in 0..CALLS {
            if budget.spend(COST) {
                return;
            }
            let mut current = None;
            match guard::catch(|| self.run_call(js, entered, scratch, &mut current)) {
                Some(true) => {}
                Some(false) => return,
                None => {
                    if let Some(handle) = current {
                        self.host.borrow_mut().engine().fail(handle);
                    }
                }
            }
        }
    }

    /// Runs the handler of the next request, whose handle is left in `current`; false when there is none.
    #[inline]
    fn run_call(&self, js: Js, entered: &Entered, scratch: &mut Scratch, current: &mut Option<RequestHandle>) -> bool {
        let Scratch { arguments, text } = scratch;
        let handle = {
            let mut host = self.host.borrow_mut();
            let Some(Call { handle, route }) = host.engine().next_call() else { return false };
            *current = Some(handle);
            arguments.clear();
            arguments.push(js.integer(route));
            arguments.push(js.number(self.number(handle)));
            let Some(inputs) = host.engine_ref().inputs(handle) else { return true };
            values::push_inputs(js, &inputs, arguments);
            handle
        };
        let isolation = &entered.callbacks.isolation;
        let answer = js.call_back(&isolation.context, entered.dispatch, entered.this, arguments);
        isolation.clean(js, entered.this);
        match answer {
            Ok(answer) => {
                if js.get_text(answer, text) {
                    self.host.borrow_mut().engine().complete(handle, text);
                }
            }
            Err(Thrown(error)) => {
                if let Some(text) = js.describe(error) {
                    report(format_args!("dispatch threw, the request is answered with 500: {text}"));
                }
                self.host.borrow_mut().engine().fail(handle);
            }
        }
        true
    }

    fn tell_sockets(&self, js: Js, entered: &mut Option<Entered>, budget: &mut Budget) {
        for _ in 0..CALLS {
            if budget.spend(COST) {
                return;
            }
            let Some(event) = self.host.borrow_mut().engine().next_socket_event() else { return };
            let Some(entered) = self.enter(js, entered) else { return };
            self.tell_socket(js, entered, event);
        }
    }

    fn tell_events(&self, js: Js, entered: &mut Option<Entered>, budget: &mut Budget) {
        while !budget.spend(COST) {
            let Some((handle, event)) = self.host.borrow_mut().engine().take_event() else { return };
            let Some(entered) = self.enter(js, entered) else { return };
            let arguments = [js.number(self.number(handle)), js.integer(values::event_kind(event))];
            self.tell(js, entered, &entered.callbacks.event, &arguments);
        }
    }

    fn deliver(&self, js: Js, entered: &mut Option<Entered>) {
        loop {
            let Some((id, response)) = self.host.borrow_mut().take_injected() else { return };
            let Some(done) = self.injected.borrow_mut().remove(&id) else { continue };
            let Some(entered) = self.enter(js, entered) else { return };
            self.tell(js, entered, &done, &[values::injected(js, &response)]);
            js.release(done);
        }
    }

    fn settle_statements(&self, js: Js, entered: &mut Option<Entered>) {
        let settled = self.host.borrow_mut().take_settled();
        for (pool, settled) in settled {
            let Some(entered) = self.enter(js, entered) else { return };
            let Some(settle) = self.settle.borrow().get(pool).map(|settle| js.deref(settle)) else { continue };
            for Settled { token, result, .. } in settled {
                let (kind, text) = result.map_or_else(|failure| (1, failure.to_json()), |text| (0, text));
                self.call(js, entered, settle, &[js.number(token as f64), js.integer(kind), js.text(&text)]);
            }
        }
    }

    fn tell(&self, js: Js, entered: &Entered, function: &Reference, arguments: &[Value]) {
        self.call(js, entered, js.deref(function), arguments);
    }

    /// Calls a function whose failure nobody here can handle.
    fn call(&self, js: Js, entered: &Entered, function: Value, arguments: &[Value]) {
        let isolation = &entered.callbacks.isolation;
        let told = js.call_back(&isolation.context, function, entered.this, arguments);
        isolation.clean(js, entered.this);
        if let Err(Thrown(error)) = told
            && let Some(text) = js.describe(error)
        {
            report(format_args!("a callback threw: {text}"));
        }
    }

    /// Ends the server once it was closed and all connections are gone.
    fn finish(&self, js: Js) {
        if self.closing.borrow().is_empty() {
            return;
        }
        let Some(cut) = self.host.borrow_mut().finish() else { return };
        let mut entered = None;
        while self.host.borrow().engine_ref().has_socket_events() {
            self.tell_sockets(js, &mut entered, &mut Budget::new());
        }
        while self.host.borrow().engine_ref().has_events() {
            self.tell_events(js, &mut entered, &mut Budget::new());
        }
        self.settle_statements(js, &mut entered);
        self.deliver(js, &mut entered);
        let waiting = std::mem::take(&mut *self.closing.borrow_mut());
        for done in waiting {
            if let Some(entered) = self.enter(js, &mut entered) {
                self.tell(js, entered, &done, &[js.integer(cut as u32)]);
            }
            js.release(done);
        }
        if let Some(Entered { scope, .. }) = entered {
            js.close(scope);
        }
        self.is_closed.set(true);
        self.leave_loop();
        // The server itself stays, so that numbers of its requests stay dead; libuv lets go of a descriptor at once.
        self.host.borrow_mut().retire();
        if let Some(callbacks) = self.callbacks.borrow_mut().take().and_then(Rc::into_inner) {
            for settle in self.settle.take() {
                js.release(settle);
            }
            js.release(callbacks.dispatch);
            js.release(callbacks.event);
            js.release(callbacks.socket);
            callbacks.isolation.release(js);
        }
    }
}

/// Memory that is used again by every batch.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    arguments: Vec<Value>,
    text: Vec<u8>,
}

/// Ends the batch, also when it panicked.
struct Leave<'s>(&'s Server);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.in_batch.set(false);
    }
}
