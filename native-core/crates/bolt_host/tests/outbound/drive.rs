//! Hosts that are driven while they work, and servers that they ask.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use bolt_core::Engine;
use bolt_core::engine::Slots;
use bolt_host::outbound::Outbound;
use bolt_host::{Host, HostThread};

use crate::server::plan;

pub(super) const SOON: Duration = Duration::from_secs(20);

pub(super) fn host() -> Host {
    Host::new(Engine::new(&plan("{}"), Slots::default()).expect("a plan")).expect("a host")
}

/// Drives a host as an event loop does, until `done`.
pub(super) fn drive(host: &mut Host, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < SOON, "not done in time");
        let wait = host.deadline_at().map_or(1_000, |at| host.until(at)).min(1_000);
        host.turn(Some(Duration::from_millis(wait))).expect("a turn");
        while host.settle() {}
    }
}

/// Runs the same on a host in the loop and on one with a thread of its own; `work` gets what it needs to spawn and to say that it is done.
pub(super) fn on_both(work: impl Fn(Outbound, Sender<()>)) {
    let mut host = host();
    let (done, is_done) = channel();
    work(host.outbound().expect("outbound"), done);
    drive(&mut host, || is_done.try_recv().is_ok());

    let mut host = Some(self::host());
    let thread = HostThread::start(&mut host, || {}).expect("a thread");
    let (done, is_done) = channel();
    let outbound = thread.lock().outbound().expect("outbound");
    work(outbound, done);
    is_done.recv_timeout(SOON).expect("done in time");
}

/// A server that sends back what it gets.
pub(super) fn echo() -> SocketAddr {
    serve(|mut stream| {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    })
}

pub(super) fn serve(each: impl Fn(std::net::TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    let each = Arc::new(each);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let each = each.clone();
            std::thread::Builder::new().stack_size(64 * 1024).spawn(move || each(stream)).expect("a thread");
        }
    });
    address
}
