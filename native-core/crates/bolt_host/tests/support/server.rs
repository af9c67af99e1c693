//! A host on a thread of its own, with a handler in Rust.
#![allow(dead_code, reason = "each test file uses its part of it")]

use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bolt_core::Engine;
use bolt_core::engine::{Call, Slots, Stats};
use bolt_host::{Bound, Host, ListenOptions, Listener};

/// A plan with these limits and a handler for GET and POST `/json`.
pub(crate) fn plan(limits: &str) -> String {
    let route = |id: usize, method: &str| {
        format!(
            r#"{{"id":{id},"kind":"handler","method":"{method}","path":"/json","params":null,"query":null,"headers":null,"cookies":null,
            "body":null,"bodyBytes":null,"auths":[],"onMissing":"reject","askCookies":[],"guards":[],"streamBody":false,"status":200}}"#
        )
    };
    format!(
        r#"{{"limits":{limits},"securityHeaders":[],"cors":null,"trustedProxies":[],"auths":[],"routes":[{},{}]}}"#,
        route(0, "GET"),
        route(1, "POST")
    )
}

/// The simplest handler.
pub(crate) fn answer_json(engine: &mut Engine, call: Call) {
    engine.complete(call.handle, b"{}");
}

enum Order {
    Stats(Sender<Stats>),
    Close(Duration, Sender<usize>),
}

/// A running host.
pub(crate) struct Server {
    pub(crate) bound: Bound,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(plan: &str, handler: impl FnMut(&mut Engine, Call) + Send + 'static) -> Self {
        Self::start_at(ListenOptions::tcp("127.0.0.1", 0), plan, handler)
    }

    pub(crate) fn start_at(
        options: ListenOptions,
        plan: &str,
        handler: impl FnMut(&mut Engine, Call) + Send + 'static,
    ) -> Self {
        let plan = plan.to_owned();
        let (started, address) = channel();
        let (orders, inbox) = channel();
        let thread = std::thread::spawn(move || {
            let mut host = Host::new(Engine::new(&plan, Slots::default()).expect("a plan")).expect("a host");
            let listener = Listener::open(&options).expect("opened");
            started.send(host.listen(listener).expect("listening")).expect("awaited");
            run(&mut host, &inbox, handler);
        });
        Self { bound: address.recv().expect("listening"), orders, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let Bound::Ip(address) = self.bound else { unreachable!("a Unix domain socket has no address") };
        address
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        stream
    }

    pub(crate) fn stats(&self) -> Stats {
        let (answer, stats) = channel();
        self.orders.send(Order::Stats(answer)).expect("running");
        stats.recv().expect("running")
    }

    /// Waits until the counters satisfy `condition`.
    pub(crate) fn wait_for(&self, condition: impl Fn(Stats) -> bool) {
        let begin = Instant::now();
        while !condition(self.stats()) {
            assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", self.stats());
            std::thread::yield_now();
        }
    }

    /// Closes and waits for the end; the number of connections that were cut.
    pub(crate) fn close(mut self, grace: Duration) -> usize {
        let (answer, cut) = channel();
        self.orders.send(Order::Close(grace, answer)).expect("running");
        let cut = cut.recv().expect("running");
        self.thread.take().map(JoinHandle::join);
        cut
    }
}

fn run(host: &mut Host, inbox: &Receiver<Order>, mut handler: impl FnMut(&mut Engine, Call)) {
    let mut closed: Option<Sender<usize>> = None;
    loop {
        match inbox.try_recv() {
            Ok(Order::Stats(answer)) => answer.send(host.engine().stats()).expect("awaited"),
            Ok(Order::Close(grace, answer)) => {
                host.close(grace);
                closed = Some(answer);
            }
            Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
            Err(std::sync::mpsc::TryRecvError::Empty) => {}
        }
        host.turn(Some(Duration::from_millis(2))).expect("a turn");
        loop {
            host.run_calls(&mut handler);
            if !host.settle() {
                break;
            }
        }
        if let Some(cut) = host.finish() {
            if let Some(answer) = closed.take() {
                answer.send(cut).expect("awaited");
            }
            return;
        }
    }
}
