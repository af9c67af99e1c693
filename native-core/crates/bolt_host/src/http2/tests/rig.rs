//! An engine, a session, and a client that speaks to it through memory.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bolt_core::engine::{Call, ConnectionId, Slots};
use bolt_core::{Engine, Fate};
use bytes::{Buf, Bytes};
use h2::client::{Builder, Connection, ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request};

use super::super::Http2;
use super::super::pipe::Pipe;

/// A plan with these limits, and handlers for GET and POST `/json`, and for GET `/later` and POST `/stream`, which takes its body piece by piece.
pub(crate) fn plan(limits: &str) -> String {
    let routes = [("GET", "/json"), ("POST", "/json"), ("GET", "/later"), ("POST", "/stream")];
    let routes: Vec<_> = routes
        .iter()
        .enumerate()
        .map(|(id, (method, path))| {
            format!(
                r#"{{"id":{id},"kind":"handler","method":"{method}","path":"{path}","params":null,"query":null,"headers":null,"cookies":null,
                "body":null,"bodyBytes":null,"auths":[],"onMissing":"reject","askCookies":[],"guards":[],"streamBody":{},"status":200}}"#,
                *path == "/stream"
            )
        })
        .collect();
    format!(
        r#"{{"limits":{limits},"securityHeaders":[],"cors":null,"trustedProxies":[],"auths":[],"routes":[{}]}}"#,
        routes.join(",")
    )
}

/// More than any exchange of the tests takes.
const MOST_PASSES: usize = 100_000;

/// The side of the server.
pub(super) struct Server {
    pub(super) engine: Engine,
    pub(super) carrier: ConnectionId,
    pub(super) http2: Http2,
    pub(super) now: u64,
    /// Calls of `/later` and `/stream`, which nobody answered.
    pub(super) later: VecDeque<Call>,
    /// Bytes that were written in all.
    pub(super) written: usize,
    /// Answers to `/json`; a body is sent back.
    pub(super) answer: Vec<u8>,
}

impl Server {
    pub(super) fn new(limits: &str) -> Self {
        let mut engine = Engine::new(&plan(limits), Slots::default()).expect("a plan");
        engine.set_time(1_000, 1);
        let carrier = engine.open("192.0.2.7".parse().expect("an address"));
        let http2 = Http2::new(&mut engine, carrier, false);
        Self { engine, carrier, http2, now: 1_000, later: VecDeque::new(), written: 0, answer: b"{}".to_vec() }
    }

    /// Gives it bytes, runs the calls, and takes its bytes.
    pub(super) fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        if !bytes.is_empty() {
            self.http2.receive(&mut self.engine, self.carrier, bytes);
        }
        let mut out = Vec::new();
        for _ in 0..MOST_PASSES {
            self.run_calls();
            let mut is_quiet = true;
            while let Some(id) = self.engine.take_touched() {
                is_quiet = false;
                self.http2.touch(id);
            }
            let output = self.http2.output(&mut self.engine, self.carrier);
            let count = output.len();
            out.extend_from_slice(output);
            self.http2.wrote(count);
            if is_quiet && count == 0 {
                self.written += out.len();
                return out;
            }
        }
        panic!("the connection does not come to rest");
    }

    fn run_calls(&mut self) {
        while let Some(call) = self.engine.next_call() {
            if call.route >= 2 {
                self.later.push_back(call);
                continue;
            }
            let body = self.engine.body(call.handle).map(<[u8]>::to_vec).filter(|body| !body.is_empty());
            self.engine.complete(call.handle, body.as_deref().unwrap_or(&self.answer));
        }
    }

    /// Answers the oldest call of `/later`; false when it is over.
    pub(super) fn answer_later(&mut self) -> bool {
        let call = self.later.pop_front().expect("a call");
        self.engine.complete(call.handle, b"\"late\"")
    }

    pub(super) fn pass(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.engine.set_time(self.now, self.now / 1_000);
        self.engine.on_deadline();
    }

    /// Lets time pass, and looks at clients whose time has come as a host does.
    pub(super) fn look(&mut self, milliseconds: u64) {
        self.pass(milliseconds);
        while let Some(exchange) = self.engine.take_slow() {
            let taken = self.http2.progress(exchange);
            self.engine.judge(exchange, taken);
        }
    }

    pub(super) fn fate(&mut self) -> Fate {
        assert!(self.http2.output(&mut self.engine, self.carrier).is_empty());
        self.http2.fate(&self.engine, self.carrier)
    }

    /// Streams that are open.
    pub(super) fn streams(&self) -> usize {
        self.http2.streams.len()
    }
}

/// A response as the client got it.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Both sides, with bytes that go from one to the other.
pub(super) struct Rig {
    pub(super) server: Server,
    pipe: Pipe,
    connection: Pin<Box<Connection<Pipe, Bytes>>>,
    send: SendRequest<Bytes>,
    /// How the client's connection ended.
    pub(super) ended: Option<Result<(), h2::Error>>,
}

impl Rig {
    pub(super) fn new(limits: &str) -> Self {
        Self::with(limits, Builder::new().initial_max_send_streams(1_000))
    }

    pub(super) fn with(limits: &str, builder: &Builder) -> Self {
        let pipe = Pipe::default();
        let mut handshake = pin!(builder.handshake(pipe.clone()));
        let Poll::Ready(Ok((send, connection))) = handshake.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("the client waits for nothing")
        };
        let mut rig = Self { server: Server::new(limits), pipe, connection: Box::pin(connection), send, ended: None };
        rig.run();
        rig
    }

    /// Lets both sides go on until neither has anything to say.
    pub(super) fn run(&mut self) {
        loop {
            if self.ended.is_none()
                && let Poll::Ready(end) = self.connection.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                self.ended = Some(end);
            }
            let mut sent = Vec::new();
            self.pipe.swap_outgoing(&mut sent);
            let answer = self.server.exchange(&sent);
            if sent.is_empty() && answer.is_empty() {
                return;
            }
            self.pipe.receive(&answer);
        }
    }

    /// Begins a request; its body is sent by what comes back.
    pub(super) fn begin(&mut self, request: Request<()>, ended: bool) -> (ResponseFuture, SendStream<Bytes>) {
        let begun = self.send.send_request(request, ended).expect("sent");
        self.run();
        begun
    }

    pub(super) fn get(&mut self, path: &str) -> (ResponseFuture, SendStream<Bytes>) {
        self.begin(Request::get(format!("http://a.example{path}")).body(()).expect("a request"), true)
    }

    /// A complete exchange.
    pub(super) fn ask(&mut self, request: Request<()>, body: &[u8]) -> Result<Got, h2::Error> {
        let (response, mut stream) = self.begin(request, body.is_empty());
        if !body.is_empty() {
            stream.send_data(Bytes::copy_from_slice(body), true).expect("sent");
        }
        self.finish(response)
    }

    /// Reads a response to its end.
    pub(super) fn finish(&mut self, response: ResponseFuture) -> Result<Got, h2::Error> {
        let mut response = pin!(response);
        let response = self.wait(|cx| response.as_mut().poll(cx))?;
        let (head, mut stream) = response.into_parts();
        let mut body = Vec::new();
        while let Some(data) = self.wait(|cx| stream.poll_data(cx)) {
            let data = data?;
            body.extend_from_slice(data.chunk());
            stream.flow_control().release_capacity(data.len())?;
        }
        Ok(Got { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Only the head, and the body to be read later.
    pub(super) fn head(&mut self, response: ResponseFuture) -> Result<(u16, RecvStream), h2::Error> {
        let mut response = pin!(response);
        let response = self.wait(|cx| response.as_mut().poll(cx))?;
        Ok((response.status().as_u16(), response.into_body()))
    }

    fn wait<T>(&mut self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
        for _ in 0..10_000 {
            if let Poll::Ready(value) = poll(&mut Context::from_waker(Waker::noop())) {
                return value;
            }
            self.run();
        }
        panic!("nothing came")
    }
}
