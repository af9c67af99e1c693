//! What JavaScript is told of sockets, in order and one thing at a time for each.

use super::super::Engine;
use super::super::connection::Phase;
use super::super::slots::Handle;
use super::News;

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
        let Some(socket) = self.cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) else { return false };
        socket.is_busy = false;
        if socket.is_told {
            self.cx.slots.release(handle);
            return true;
        }
        if !socket.is_queued && !socket.inbox.is_empty() {
            socket.is_queued = true;
            self.cx.sockets.ready.push_back(handle);
        }
        true
    }

    /// Gives the memory of a message back.
    pub fn recycle(&mut self, data: Vec<u8>) {
        self.cx.sockets.keep(data);
    }
}
