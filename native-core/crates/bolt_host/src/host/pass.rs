//! Passes of a host: what a wait found, deadlines, tasks, and after the calls the output.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::{Call, ConnectionId};
use mio::Token;
use mio::event::Event;

use super::connections::Link;
use super::{Host, LISTENER, WAKER};
use crate::budget::Budget;
use crate::database::Database;
use crate::outbound::{FIRST_TOKEN, Outbound, Working};
use crate::poller::Poller;

impl Host {
    /// One pass: waits at most `timeout`, accepts, reads, and looks at deadlines. Calls and output are left in the engine.
    ///
    /// # Errors
    /// The poll itself failed, or was taken out.
    pub fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let Some(mut poller) = self.poller.take() else { return Err(io::Error::other("the host has no poller")) };
        let waited = poller.wait(timeout);
        if waited.is_ok() {
            self.handle(&poller);
        }
        self.poller = Some(poller);
        waited
    }

    /// Takes the poller out, for somebody who waits by himself and then calls [`Host::handle`].
    pub fn take_poller(&mut self) -> Option<Poller> {
        self.poller.take()
    }

    /// Accepts and reads as a wait found, and looks at deadlines. Calls and output are left in the engine.
    pub fn handle(&mut self, poller: &Poller) {
        self.set_time();
        if let Some(outbound) = &self.outbound {
            outbound.begin_pass();
        }
        let mut budget = Budget::new();
        self.read_again(&mut budget);
        for event in poller.events() {
            match event.token() {
                WAKER => {}
                LISTENER => self.accept(),
                Token(FIRST_TOKEN..) => {
                    if let Some(outbound) = &self.outbound {
                        outbound.on_event(event);
                    }
                }
                Token(id) => self.on_event(id, event, &mut budget),
            }
        }
        self.look_at_deadlines();
        self.run_tasks();
    }

    /// Reads from the connections that earlier passes left for this one.
    fn read_again(&mut self, budget: &mut Budget) {
        for _ in 0..self.again.len() {
            if budget.spend(1) {
                break;
            }
            let Some(id) = self.again.pop_front() else { break };
            if let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) {
                socket.is_queued = false;
            }
            self.read(id, budget);
            self.engine.touch(id);
        }
        if !self.again.is_empty() {
            self.kick();
        }
    }

    /// What a wait found out about a connection's socket.
    fn on_event(&mut self, id: ConnectionId, event: &Event, budget: &mut Budget) {
        let mut is_awaited = false;
        if let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) {
            is_awaited = socket.blocked && event.is_writable();
            socket.hung_up |= event.is_read_closed();
            socket.readable |= event.is_readable() || event.is_read_closed();
        }
        if budget.spend(1) {
            // Told once only, so it must not be lost.
            self.again(id);
        } else {
            if event.is_readable() || event.is_read_closed() {
                self.read(id, budget);
            }
            if is_awaited {
                self.write(id);
            }
        }
        // Reset by the client. While its input is left in the socket, no read would find out.
        if event.is_write_closed() && !self.engine.wants_input(id) {
            self.remove(id);
        }
    }

    /// Looks at deadlines only; to be called at [`Host::deadline_at`].
    pub fn on_time(&mut self) {
        self.set_time();
        if let Some(outbound) = &self.outbound {
            outbound.begin_pass();
        }
        self.look_at_deadlines();
    }

    fn look_at_deadlines(&mut self) {
        if let Some(outbound) = &self.outbound {
            outbound.on_time();
        }
        self.engine.on_deadline();
        while let Some(id) = self.engine.take_slow() {
            self.judge(id);
        }
        if self.accept_at.is_some_and(|at| at <= self.clock.now()) {
            self.accept_at = None;
            self.accept();
        }
    }

    /// Tells the engine how fast a client takes what it is sent.
    fn judge(&mut self, id: ConnectionId) {
        let carrier = self.engine.carrier(id);
        let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(carrier.unwrap_or(id)) else { return };
        let taken = match carrier {
            None => socket.progress(),
            // Of a connection that takes too little nobody knows which of its streams would go on.
            Some(_) if socket.blocked => None,
            Some(_) => socket.session.progress(id),
        };
        self.engine.judge(id, taken);
    }

    /// When [`Host::on_time`] has something to do, in milliseconds since the host began.
    pub fn deadline_at(&self) -> Option<u64> {
        let closing = self.closing.filter(|_| self.finished.is_none() && self.is_busy());
        let outbound = self.outbound.as_ref().and_then(Outbound::deadline_at);
        [self.engine.next_deadline(), self.accept_at, closing, outbound].into_iter().flatten().min()
    }

    /// Milliseconds until a time of [`Host::deadline_at`].
    pub fn until(&self, at: u64) -> u64 {
        at.saturating_sub(self.clock.now())
    }

    /// Whether there are calls, injected responses or ended requests to hand on.
    pub fn has_news(&self) -> bool {
        self.engine.has_calls()
            || self.engine.has_events()
            || self.engine.has_socket_events()
            || !self.injected.is_empty()
            || self.databases.iter().any(Database::has_settled)
    }

    /// Runs a handler for each request that waits for one. A handler that panics answers 500; the panic hook has written its line by then.
    pub fn run_calls(&mut self, mut handler: impl FnMut(&mut Engine, Call)) {
        while let Some(call) = self.engine.next_call() {
            if catch_unwind(AssertUnwindSafe(|| handler(&mut self.engine, call))).is_err() {
                self.engine.fail(call.handle);
            }
        }
    }

    /// After the calls of a pass: runs tasks, writes what there is, once per connection, and lets waiting input go on. True when there are
    /// calls again.
    pub fn settle(&mut self) -> bool {
        self.run_tasks();
        let mut budget = Budget::new();
        loop {
            let Some(id) = self.engine.take_touched() else {
                // Once all exchanges of a connection have said what they have, it is written once.
                if let Some(carrier) = self.carriers.pop() {
                    self.engine.touch(carrier);
                    continue;
                }
                // What was read just now may be for a database, and refused on the way there.
                if self.engine.has_queries() {
                    self.run_tasks();
                    continue;
                }
                break;
            };
            if let Some(carrier) = self.engine.carrier(id) {
                self.touch_exchange(carrier, id);
                continue;
            }
            self.write(id);
            let before = self.engine.stats().requests;
            if catch_unwind(AssertUnwindSafe(|| self.engine.resume(id))).is_err() {
                self.engine.fail_connection(id);
            }
            if let Some(Some(Link::Socket { socket, .. })) = self.links.get(id)
                && socket.readable
                && socket.session.wants_input(&self.engine, id)
            {
                self.again(id);
            }
            if budget.spend(1 + (self.engine.stats().requests - before) as u32) {
                self.kick();
                break;
            }
        }
        let has_calls = self.engine.has_calls();
        if !has_calls {
            self.end_pass();
        }
        has_calls
    }

    fn touch_exchange(&mut self, carrier: ConnectionId, exchange: ConnectionId) {
        if let Some(Some(Link::Socket { socket, .. })) = self.links.get(carrier) {
            socket.session.touch(exchange);
            if self.carriers.last() != Some(&carrier) {
                self.carriers.push(carrier);
            }
        }
    }

    /// Says that its thread looks at no sockets, as while JavaScript runs, until what this gives is dropped.
    pub fn work(&self) -> Option<Working> {
        self.outbound.as_ref().map(Outbound::work)
    }

    /// From now on this thread drives the host.
    pub(crate) fn move_here(&self) {
        if let Some(outbound) = &self.outbound {
            outbound.move_here();
        }
    }

    /// From here on nobody looks at tasks without being kicked.
    pub(crate) fn end_pass(&self) {
        if let Some(outbound) = &self.outbound {
            outbound.end_pass();
        }
    }

    /// Has the next pass look at a socket again.
    pub(super) fn again(&mut self, id: ConnectionId) {
        let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) else { return };
        if !std::mem::replace(&mut socket.is_queued, true) {
            if self.again.is_empty() {
                self.kick();
            }
            self.again.push_back(id);
        }
    }
}
