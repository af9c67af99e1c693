//! How fast clients take what they are sent. A host says when one does not take all that there is, and when it has. In between it is looked at
//! now and then: whoever took less than `limits.sendRate` allows since the last look is cut off. Without anything unsent there is no clock, and
//! how much of what the system took has reached the client only the host can tell.

use super::connection::{Connection, Phase};
use super::{ConnectionId, Engine, socket};

/// Milliseconds between two looks at a client. The first one only notes where it is, so that one that stops is cut after one to two of them.
const WINDOW: u64 = 30_000;

/// What is known of how fast a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pace {
    /// Nothing waits for it.
    #[default]
    Free,
    /// It did not take all that there was, and is looked at then.
    Measured { next: u64 },
    /// It was too slow.
    TooSlow,
}

impl Pace {
    pub(super) fn next_look(self) -> Option<u64> {
        match self {
            Self::Measured { next } => Some(next),
            Self::Free | Self::TooSlow => None,
        }
    }
}

impl Connection {
    /// Has the client looked at once more.
    pub(super) fn look_again(&mut self, now: u64) {
        self.pace = Pace::Measured { next: now + WINDOW };
    }
}

impl Engine {
    /// A client did not take all that there is for it, and it is the client that is waited for.
    pub fn blocked(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id)
            && connection.pace == Pace::Free
        {
            connection.look_again(self.cx.now);
            self.cx.sweep_by(connection.pace.next_look());
        }
    }

    /// It has taken all of it.
    pub fn unblocked(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id)
            && connection.pace != Pace::TooSlow
        {
            connection.pace = Pace::Free;
            // It could neither be idle nor be over before.
            if connection.is_idle() || matches!(connection.phase, Phase::Ended) {
                connection.since = self.cx.now;
            }
            self.cx.sweep_by(connection.deadline(&self.app.limits));
        }
    }

    /// A connection to be looked at: [`Engine::judge`] wants to know how much its client took since the last look.
    pub fn take_slow(&mut self) -> Option<ConnectionId> {
        self.cx.slow.pop()
    }

    /// Cuts a client off that took fewer bytes since the last look than `limits.sendRate` asks for. `None` does not cut it: this was the first
    /// look, or it is not what is waited for.
    pub fn judge(&mut self, id: ConnectionId, taken: Option<u64>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let least = self.app.limits.send_rate.saturating_mul(WINDOW / 1000);
        if taken.is_some_and(|taken| taken < least) {
            connection.pace = Pace::TooSlow;
            connection.broken = true;
            socket::too_slow(connection, &mut self.cx);
            self.cx.touch(connection);
        }
    }

    /// Whether a connection was given up because its client was too slow.
    pub fn is_too_slow(&self, id: ConnectionId) -> bool {
        self.connections.get(id).is_some_and(|connection| connection.pace == Pace::TooSlow)
    }
}
