//! Deadlines. Nothing is scheduled per request: each connection's deadline follows from its state, and a sweep looks at all of them, the
//! less often the more there are.

use super::Engine;
use super::answer::Answer;
use super::connection::{Connection, Incoming, Phase};
use super::upload;
use super::{body, socket};
use crate::error::{ErrorCode, Refusal};
use crate::plan::Limits;

/// Connections that a sweep may look at for each millisecond since the last one: less than a thousandth of a core.
const PER_MILLISECOND: u64 = 64;
/// Deadlines may be missed by this many milliseconds, however many connections there are.
const MOST: u64 = 100;
/// How long a client that sends nothing more may still be read from after the last response.
pub(super) const LINGER: u64 = 1_000;
/// How long requests of a client that closed its sending side are still worked on. Most such clients are gone altogether.
const AFTER_EOF: u64 = 500;
/// How long a client has to answer the end of a WebSocket.
const CLOSING: u64 = 5_000;
/// How long a body may be slower than `limits.bodyRate`.
const BODY_GRACE: u64 = 5_000;

impl Engine {
    /// When [`Engine::on_deadline`] has something to do, in milliseconds of [`Engine::set_time`]; it may turn out to be nothing.
    pub fn next_deadline(&self) -> Option<u64> {
        Some(self.cx.next_sweep).filter(|at| *at != u64::MAX)
    }

    /// Ends whatever took too long.
    pub fn on_deadline(&mut self) {
        let now = self.cx.now;
        if now < self.cx.next_sweep {
            return;
        }
        if self.cx.is_over() {
            self.touch_all();
        }
        let mut next = if self.cx.draining && !self.cx.is_over() { self.cx.idle_until } else { u64::MAX };
        for id in 0..self.connections.capacity() {
            let Some(connection) = self.connections.get(id) else { continue };
            if connection.deadline(&self.app.limits).is_some_and(|deadline| deadline <= now) {
                self.expire(id);
            }
            if let Some(deadline) = self.connections.get(id).and_then(|c| c.deadline(&self.app.limits)) {
                next = next.min(deadline);
            }
        }
        self.cx.next_sweep = if next == u64::MAX { next } else { next.max(now + self.grain()) };
    }

    /// Least time between two sweeps, and so what a deadline may be missed by, in milliseconds.
    fn grain(&self) -> u64 {
        (self.connections.capacity() as u64 / PER_MILLISECOND).clamp(1, MOST)
    }

    fn expire(&mut self, id: usize) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let limits = &self.app.limits;
        if connection.pace.next_look().is_some_and(|next| next <= self.cx.now) {
            connection.look_again(self.cx.now);
            return self.cx.slow.push(id);
        }
        if connection.expire_carrier(self.cx.now) {
            return self.cx.touch(connection);
        }
        if connection.lingering.is_some() || connection.eof.is_some() {
            connection.broken = true;
            return self.cx.touch(connection);
        }
        if matches!(connection.phase, Phase::Socket(_) | Phase::Closing(_)) {
            return socket::expire(connection, &mut self.cx);
        }
        if connection.body_deadline(limits).is_some_and(|deadline| deadline <= self.cx.now)
            && let Phase::Body(Incoming { request, .. }) = &connection.phase
        {
            let detail = format!("The body came slower than {} bytes per second (limits.bodyRate).", limits.body_rate);
            let refusal = Refusal::new(ErrorCode::RequestTimeout, detail);
            let request = *request;
            connection.linger = true;
            match request {
                Some(handle) => upload::fail(connection, &self.app, &mut self.cx, handle, refusal),
                None => connection.broken = true,
            }
            return self.cx.touch(connection);
        }
        if let Some((handle, _)) = connection.awaited() {
            self.cx.tell_aborted(handle);
            let detail =
                format!("The handler did not answer within {} ms (limits.requestTimeout).", limits.request_timeout);
            let answer = Answer::Refuse(Refusal::new(ErrorCode::HandlerTimeout, detail));
            return body::refuse(connection, &self.app, &mut self.cx, handle, answer, false);
        }
        if connection.input.is_empty() {
            connection.broken = true;
            return self.cx.touch(connection);
        }
        let detail =
            format!("The request head was not complete after {} ms (limits.headersTimeout).", limits.headers_timeout);
        let refusal = Refusal::new(ErrorCode::RequestTimeout, detail);
        connection.give_up(&self.app, &mut self.cx, refusal);
    }
}

impl Connection {
    /// When something must have happened.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<u64> {
        if self.broken {
            return None;
        }
        if let Some(since) = self.lingering {
            return Some(since + LINGER);
        }
        // While it is the client that is waited for, nothing else is. With TLS what it did not take may lie below the engine.
        if let Some(next) = self.pace.next_look() {
            return Some(next);
        }
        if !self.is_flushed() {
            return None;
        }
        if let Some(since) = self.eof {
            return Some(since + AFTER_EOF);
        }
        match &self.phase {
            Phase::Carrier(carrier) => carrier.until,
            Phase::Body(_) => [self.body_deadline(limits), self.answer_deadline(limits)].into_iter().flatten().min(),
            Phase::Socket(upgraded) => Some(self.since + upgraded.patience()),
            Phase::Closing(_) => Some(self.since + CLOSING),
            _ if !self.is_settled() => self.answer_deadline(limits),
            Phase::Head if self.input.is_empty() => Some(self.since + limits.keep_alive),
            Phase::Head => Some(self.since + limits.headers_timeout),
            Phase::Upgrade => self.answer_deadline(limits),
            Phase::Ended => Some(self.since + LINGER),
        }
    }

    /// When the handler that everything waits for must have answered. A response that is being sent has none;
    /// how fast its client takes it is looked at in `pace.rs`.
    fn answer_deadline(&self, limits: &Limits) -> Option<u64> {
        let (handle, since) = self.awaited()?;
        let since = match &self.phase {
            // It cannot answer before the body is there, unless it is the handler that does not read.
            Phase::Body(incoming) if incoming.request == Some(handle) => incoming.stopped?,
            _ => since,
        };
        Some(since + limits.request_timeout)
    }

    /// When more of the body at hand must have come; `None` while it is not the client that is waited for.
    fn body_deadline(&self, limits: &Limits) -> Option<u64> {
        let Phase::Body(incoming) = &self.phase else { return None };
        let pace = incoming.got.saturating_mul(1000) / limits.body_rate;
        incoming.stopped.is_none().then(|| incoming.since + BODY_GRACE + pace)
    }
}
