//! What JavaScript is told of sockets, in order and one thing at a time for each.

use super::super::connection::Phase;
use super::super::slots::Handle;
use super::super::{Engine, Event};
use super::{News, read};

/// News of one socket.
#[derive(Debug, PartialEq, Eq)]
pub struct SocketEvent {
    /// Which one.
    pub handle: Handle,
    /// What.
    pub news: News,
}

impl Engine {
    /// Whether [`Engine::next_socket_event`] has something.
    pub fn has_socket_events(&self) -> bool {
        !self.cx.sockets.ready.is_empty()
    }

    /// The next thing to tell. The socket's next one comes after [`Engine::socket_done`].
    pub fn next_socket_event(&mut self) -> Option<SocketEvent> {
        while let Some(handle) = self.cx.sockets.ready.pop_front() {
            let Some(slot) = self.cx.slots.get_mut(handle) else { continue };
            let Some(socket) = &mut slot.socket else { continue };
            socket.is_queued = false;
            let Some(news) = socket.inbox.pop_front() else { continue };
            socket.is_busy = true;
            socket.inbox_bytes -= news.bytes();
            socket.is_told = matches!(news, News::Closed(..));
            let is_full = socket.is_full();
            if let Some(connection) = self.connections.get_mut(slot.connection)
                && let Phase::Socket(upgraded) = &mut connection.phase
                && upgraded.handle == handle
                && upgraded.is_full
                && !is_full
            {
                upgraded.is_full = false;
                self.cx.touch(connection);
            }
            return Some(SocketEvent { handle, news });
        }
        None
    }

    /// JavaScript is done with what it was told of a socket, or with opening it. After [`News::Closed`] its number is dead then. False when it
    /// was dead before.
    pub fn socket_done(&mut self, handle: Handle) -> bool {
        let Some(slot) = self.cx.slots.get_mut(handle) else { return false };
        let Some(socket) = slot.socket.as_mut() else { return false };
        socket.is_busy = false;
        if socket.is_told {
            self.cx.slots.release(handle);
            return true;
        }
        if !socket.inbox.is_empty() {
            if !socket.is_queued {
                socket.is_queued = true;
                self.cx.sockets.ready.push_back(handle);
            }
        } else if let Some((code, reason)) = socket.ending.take()
            && let Some(connection) = self.connections.get_mut(slot.connection)
        {
            read::conclude(connection, &mut self.cx, handle, code, &reason);
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
        true
    }

    /// JavaScript takes its time with what it was told of a socket. If the socket is about to end, its handler should know.
    pub fn socket_waits(&mut self, handle: Handle) {
        let socket = self.cx.slots.get(handle).and_then(|slot| slot.socket.as_ref());
        if socket.is_some_and(|socket| socket.ending.is_some()) {
            self.cx.events.push_back((handle, Event::Aborted));
        }
    }

    /// Gives the memory of a message back.
    pub fn recycle(&mut self, data: Vec<u8>) {
        self.cx.sockets.keep(data);
    }
}
