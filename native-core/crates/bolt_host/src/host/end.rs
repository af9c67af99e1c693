//! The end of a host: no more connections, then none, then nothing of the system.

use std::time::Duration;

use super::Host;
use super::connections::Link;
use crate::database::Database;

impl Host {
    /// Stops accepting and ends each connection after what it is waiting for; those that are left after `grace` are cut by
    /// [`Host::finish`].
    pub fn close(&mut self, grace: Duration) {
        self.set_time();
        self.listener = None;
        self.accept_at = None;
        self.closing.get_or_insert(self.clock.now().saturating_add(grace.as_millis() as u64));
        self.engine.drain();
        for id in 0..self.links.len() {
            if let Some(Some(Link::Socket { socket, .. })) = self.links.get_mut(id) {
                socket.session.drain(&mut self.engine, id);
            }
        }
    }

    /// Once closed: the number of connections that had to be cut, as soon as all are gone and no database is waited for, or the grace is over.
    pub fn finish(&mut self) -> Option<usize> {
        if self.finished.is_none() {
            let deadline = self.closing?;
            let left = self.engine.connections();
            if self.is_busy() && self.clock.now() < deadline {
                return None;
            }
            for id in self.engine.connection_ids().collect::<Vec<_>>() {
                self.remove(id);
            }
            self.databases.iter().for_each(Database::cut);
            self.finished = Some(left);
        }
        self.finished
    }

    /// Whether there is a connection, or somebody who waits for a database.
    pub(super) fn is_busy(&self) -> bool {
        !self.engine.is_empty() || self.databases.iter().any(Database::is_busy)
    }

    /// Gives back what the host has of the system; once finished, it has no use for it. What the engine knows stays.
    pub fn retire(&mut self) {
        self.databases = Vec::new();
        self.clear_tasks();
        self.outbound = None;
        self.listener = None;
        self.poller = None;
        self.system = None;
        self.buffer = Box::default();
    }

    /// Drops all tasks in the order in which they were spawned, and all timers; nothing can be spawned from then on. Happens also when the
    /// host is dropped.
    pub fn clear_tasks(&self) {
        if let Some(outbound) = &self.outbound {
            outbound.clear();
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.clear_tasks();
    }
}
