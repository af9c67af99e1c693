//! One stream: a request that goes into an exchange of the engine as fast as the engine takes it, and its response that comes out as fast as
//! the client takes it.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bolt_core::engine::ConnectionId;
use bolt_core::{Engine, Fate};
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};

use super::head;
use super::ready::StreamReady;

/// Most bytes of a response that are copied at one time.
const PIECE: usize = 64 * 1024;

/// What became of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It waits for the client or the engine.
    Waiting,
    /// The response was handed over completely.
    Done,
    /// It ended before that.
    Lost,
}

/// One stream and its exchange.
pub(super) struct Stream {
    pub(super) exchange: ConnectionId,
    pub(super) ready: Arc<StreamReady>,
    waker: Waker,
    /// What is still to come of the request.
    request: Option<RecvStream>,
    response: Outgoing,
    /// Bytes of content that were handed to the protocol.
    handed: u64,
    /// The client has no window for what there is.
    is_blocked: bool,
    /// What was handed over of this stream and of all of them when the client was last looked at, since it blocked.
    reached: Option<(u64, u64)>,
}

/// How far the response is.
enum Outgoing {
    Head(SendResponse<Bytes>),
    Body(SendStream<Bytes>),
}

impl Stream {
    pub(super) fn new(
        ready: Arc<StreamReady>,
        exchange: ConnectionId,
        request: Option<RecvStream>,
        respond: SendResponse<Bytes>,
    ) -> Self {
        let waker = Waker::from(ready.clone());
        Self {
            exchange,
            ready,
            waker,
            request,
            response: Outgoing::Head(respond),
            handed: 0,
            is_blocked: false,
            reached: None,
        }
    }

    /// What was handed over of this stream and of all of them, `all` by now, since this was last asked while the stream was blocked; `None`
    /// the first time.
    pub(super) fn progress(&mut self, all: u64) -> Option<(u64, u64)> {
        let (own_before, all_before) = self.reached.replace((self.handed, all))?;
        Some((self.handed - own_before, all - all_before))
    }

    /// Does what can be done in both directions; `handed` counts the content of all streams.
    pub(super) fn serve(&mut self, engine: &mut Engine, handed: &mut u64) -> Progress {
        self.ready.clear();
        let waker = self.waker.clone();
        let mut cx = Context::from_waker(&waker);
        if self.response.is_reset(&mut cx) || self.take_request(engine, &mut cx).is_err() {
            return Progress::Lost;
        }
        match self.send_response(engine, handed, &mut cx) {
            // The body of a request that the engine is done with is not read; dropping it tells the client so (RFC 9113 §8.1).
            Ok(progress) => progress,
            Err(_) => Progress::Lost,
        }
    }

    /// Takes the body in as far as the engine wants it; only then does the client's window open again.
    fn take_request(&mut self, engine: &mut Engine, cx: &mut Context<'_>) -> Result<(), h2::Error> {
        while let Some(request) = &mut self.request {
            if !engine.wants_input(self.exchange) {
                return Ok(());
            }
            match request.poll_data(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Some(data)) => {
                    let data = data?;
                    engine.receive(self.exchange, &data);
                    request.flow_control().release_capacity(data.len())?;
                }
                Poll::Ready(None) => {
                    // Trailers are bounded like heads, and of no use to anybody.
                    let Poll::Ready(trailers) = request.poll_trailers(cx) else { return Ok(()) };
                    trailers?;
                    self.request = None;
                    engine.end_of_body(self.exchange);
                }
            }
        }
        Ok(())
    }

    fn send_response(
        &mut self,
        engine: &mut Engine,
        handed: &mut u64,
        cx: &mut Context<'_>,
    ) -> Result<Progress, h2::Error> {
        loop {
            if engine.is_cut(self.exchange) {
                let is_too_slow = engine.is_too_slow(self.exchange);
                self.response.reset(if is_too_slow { Reason::ENHANCE_YOUR_CALM } else { Reason::INTERNAL_ERROR });
                return Ok(Progress::Lost);
            }
            let output = engine.output(self.exchange);
            let is_over = is_over(engine, self.exchange);
            match &mut self.response {
                Outgoing::Head(_) if output.is_empty() && !is_over => return Ok(Progress::Waiting),
                Outgoing::Head(respond) => {
                    let Some((length, response)) = head::read_response(output) else {
                        self.response.reset(Reason::INTERNAL_ERROR);
                        return Ok(Progress::Lost);
                    };
                    engine.wrote(self.exchange, length);
                    if response.status().is_informational() {
                        respond.send_informational(response)?;
                        continue;
                    }
                    let is_over = self::is_over(engine, self.exchange);
                    let body = respond.send_response(response, is_over)?;
                    self.response = Outgoing::Body(body);
                    if is_over {
                        return Ok(Progress::Done);
                    }
                }
                Outgoing::Body(body) if output.is_empty() => {
                    if is_over {
                        body.send_data(Bytes::new(), true)?;
                        return Ok(Progress::Done);
                    }
                    return Ok(Progress::Waiting);
                }
                Outgoing::Body(body) => {
                    let Some(room) = room(body, output.len(), cx)? else {
                        if !std::mem::replace(&mut self.is_blocked, true) {
                            self.reached = None;
                            engine.blocked(self.exchange);
                        }
                        return Ok(Progress::Waiting);
                    };
                    let count = output.len().min(room);
                    let data = Bytes::copy_from_slice(&output[..count]);
                    engine.wrote(self.exchange, count);
                    let is_over = self::is_over(engine, self.exchange);
                    body.send_data(data, is_over)?;
                    self.handed += count as u64;
                    *handed += count as u64;
                    if is_over {
                        return Ok(Progress::Done);
                    }
                    if self.is_blocked && engine.output(self.exchange).is_empty() {
                        self.is_blocked = false;
                        engine.unblocked(self.exchange);
                    }
                }
            }
        }
    }
}

/// Whether nothing follows what was taken of an exchange's output.
fn is_over(engine: &Engine, exchange: ConnectionId) -> bool {
    engine.output(exchange).is_empty() && engine.fate(exchange) != Fate::Open && !engine.is_cut(exchange)
}

/// How many bytes the client's windows allow for now; `None`: wait.
fn room(body: &mut SendStream<Bytes>, wanted: usize, cx: &mut Context<'_>) -> Result<Option<usize>, h2::Error> {
    body.reserve_capacity(wanted.min(PIECE));
    loop {
        if body.capacity() > 0 {
            return Ok(Some(body.capacity().min(PIECE)));
        }
        match body.poll_capacity(cx) {
            Poll::Pending => return Ok(None),
            Poll::Ready(Some(room)) => room?,
            Poll::Ready(None) => return Err(Reason::CANCEL.into()),
        };
    }
}

impl Outgoing {
    fn is_reset(&mut self, cx: &mut Context<'_>) -> bool {
        match self {
            Self::Head(respond) => respond.poll_reset(cx).is_ready(),
            Self::Body(body) => body.poll_reset(cx).is_ready(),
        }
    }

    fn reset(&mut self, reason: Reason) {
        match self {
            Self::Head(respond) => respond.send_reset(reason),
            Self::Body(body) => body.send_reset(reason),
        }
    }
}
