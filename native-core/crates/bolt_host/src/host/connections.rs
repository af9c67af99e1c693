//! Connections of a host, from accepting to removing them.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bolt_core::engine::ConnectionId;
use mio::{Interest, Token};

use super::Host;
use crate::accept::{Accepted, Pause};
use crate::budget::Budget;
use crate::memory::{Injected, Memory};
use crate::session::Session;
use crate::socket::{Next, Socket};

/// How long accepting pauses when file descriptors run out, in milliseconds.
const ACCEPT_PAUSE: u64 = 100;

/// What is behind a connection number.
#[derive(Debug)]
pub(super) enum Link {
    Socket { socket: Socket, counted: bool },
    Memory(Memory),
}

impl Host {
    /// Sends one request through an in-memory connection that seems to come from `peer`; the response is found by
    /// [`Host::take_injected`] once calls have run and [`Host::settle`] was called.
    pub fn inject(&mut self, bytes: &[u8], peer: IpAddr) -> ConnectionId {
        self.set_time();
        let id = self.engine.open(peer);
        self.link(id, Link::Memory(Memory::new(bytes)));
        self.engine.receive(id, bytes);
        if self.engine.is_waiting_for_input(id) {
            self.engine.end_of_input(id);
        }
        id
    }

    /// A response to an injected request, and the number that [`Host::inject`] gave.
    pub fn take_injected(&mut self) -> Option<(ConnectionId, Injected)> {
        self.injected.pop()
    }

    fn link(&mut self, id: ConnectionId, link: Link) {
        if self.links.len() <= id {
            self.links.resize_with(id + 1, || None);
        }
        self.links[id] = Some(link);
    }

    pub(super) fn accept(&mut self) {
        let Some(listener) = &self.listener else { return };
        let mut accepted = Vec::new();
        let limits = self.engine.limits();
        let pause = self.gate.accept(listener, limits, self.engine.connections(), |one| accepted.push(one));
        for one in accepted {
            match one {
                Accepted::Connection(stream, peer) => {
                    let id = self.engine.open(peer);
                    self.add(id, Socket::new(stream, Session::new(&self.protocols), peer), true);
                }
                // Without its handshake, which is the most expensive part, a client of TLS can be told nothing.
                Accepted::TooMany(..) if self.protocols.has_tls() => {}
                Accepted::TooMany(stream, peer, detail) => {
                    let id = self.engine.open_refused(peer, detail);
                    self.add(id, Socket::new(stream, Session::Http1, peer), false);
                }
                Accepted::Dropped => {}
            }
        }
        match pause {
            Pause::Empty => {}
            Pause::Again => {
                self.accept_at = Some(self.clock.now());
                self.kick();
            }
            Pause::Exhausted => self.accept_at = Some(self.clock.now() + ACCEPT_PAUSE),
        }
    }

    fn add(&mut self, id: ConnectionId, mut socket: Socket, counted: bool) {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registered = self.register(socket.stream.source(), Token(id), interest);
        socket.session.opened(&mut self.engine, id);
        self.link(id, Link::Socket { socket, counted });
        if registered.is_err() {
            self.remove(id);
        }
    }

    /// Reads from a connection. A panic on the way (a bug of ours) costs that connection, not the server.
    pub(super) fn read(&mut self, id: ConnectionId, budget: &mut Budget) {
        let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) else { return };
        let (engine, buffer) = (&mut self.engine, &mut self.buffer);
        let before = engine.stats().requests;
        let next = catch_unwind(AssertUnwindSafe(|| socket.read(engine, id, buffer)));
        budget.spend((self.engine.stats().requests - before) as u32);
        match next {
            Ok(Next::Wait) => {}
            Ok(Next::Again) => self.again(id),
            Ok(Next::Close) => self.remove(id),
            Err(_) if self.engine.is_carrier(id) => self.remove(id),
            Err(_) => self.engine.fail_connection(id),
        }
    }

    pub(super) fn write(&mut self, id: ConnectionId) {
        let next = match self.links.get_mut(id) {
            Some(Some(Link::Socket { socket, .. })) => {
                let engine = &mut self.engine;
                catch_unwind(AssertUnwindSafe(|| socket.write(engine, id))).unwrap_or(Next::Close)
            }
            Some(Some(Link::Memory(memory))) => match memory.take(&mut self.engine, id) {
                Some(response) => {
                    self.injected.push((id, response));
                    Next::Close
                }
                None => Next::Wait,
            },
            _ => return,
        };
        match next {
            Next::Wait => {}
            Next::Again => self.again(id),
            Next::Close => self.remove(id),
        }
    }

    pub(super) fn remove(&mut self, id: ConnectionId) {
        match self.links.get_mut(id).and_then(Option::take) {
            // Closing the descriptor takes it out of the poll.
            Some(Link::Socket { mut socket, counted }) => {
                socket.session.abandon(&mut self.engine);
                if counted {
                    self.gate.leave(socket.peer);
                }
            }
            Some(Link::Memory(_)) if !self.injected.iter().any(|(done, _)| *done == id) => {
                self.injected.push((id, Injected::default()));
            }
            _ => {}
        }
        self.engine.remove(id);
    }
}
