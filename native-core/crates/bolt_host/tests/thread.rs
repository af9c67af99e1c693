//! A host on a thread of its own, with handlers on another one.

#[path = "support/server.rs"]
mod server;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use bolt_core::Engine;
use bolt_core::engine::Slots;
use bolt_host::{Bound, Host, HostThread, ListenOptions, Listener};
use server::{answer_json, plan};

const GET: &[u8] = b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n";
const NONE: &[u8] = b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n";
const SOON: Duration = Duration::from_secs(10);

/// A listening host on a thread, and its bell.
fn start(limits: &str) -> (HostThread, SocketAddr, Receiver<()>) {
    let (ring, bell) = channel();
    let (thread, address) = start_with(limits, move || {
        // Nobody listens any more when a test is over.
        let _ = ring.send(());
    });
    (thread, address, bell)
}

fn start_with(limits: &str, ring: impl Fn() + Send + 'static) -> (HostThread, SocketAddr) {
    let mut host = Host::new(Engine::new(&plan(limits), Slots::default()).expect("a plan")).expect("a host");
    let listener = Listener::open(&ListenOptions::tcp("127.0.0.1", 0)).expect("opened");
    let Bound::Ip(address) = host.listen(listener).expect("listening") else { unreachable!("a port was asked for") };
    let mut host = Some(host);
    let thread = HostThread::start(&mut host, ring).expect("a thread");
    assert!(host.is_none());
    (thread, address)
}

/// Runs what waits for handlers, as JavaScript's thread does: the host is not kept meanwhile.
fn run_calls(thread: &HostThread) -> usize {
    thread.heed();
    let mut count = 0;
    loop {
        let Some(call) = thread.lock().engine().next_call() else { break };
        answer_json(thread.lock().engine(), call);
        count += 1;
    }
    thread.wake();
    count
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(SOON)).expect("set");
    stream
}

fn status(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).expect("read");
    String::from_utf8_lossy(&buffer[..count.min(12)]).into_owned()
}

#[test]
fn answers_that_need_no_handler_do_not_wait_for_handlers() {
    let (_thread, address, bell) = start("{}");
    let mut busy = connect(address);
    busy.write_all(GET).expect("written");
    bell.recv_timeout(SOON).expect("a call");
    // Nobody runs it. All the same:
    let mut other = connect(address);
    for _ in 0..3 {
        other.write_all(NONE).expect("written");
        assert_eq!(status(&mut other), "HTTP/1.1 404");
    }
}

#[test]
fn deadlines_do_not_wait_for_handlers() {
    let (thread, address, bell) = start(r#"{"requestTimeout":100,"headersTimeout":100}"#);
    let (mut slow, mut stuck) = (connect(address), connect(address));
    slow.write_all(&GET[..20]).expect("written");
    stuck.write_all(GET).expect("written");
    bell.recv_timeout(SOON).expect("a call");
    assert_eq!(status(&mut stuck), "HTTP/1.1 504");
    assert_eq!(status(&mut slow), "HTTP/1.1 408");
    thread.heed();
    bell.recv_timeout(SOON).or_else(|_| if thread.lock().has_news() { Ok(()) } else { Err(()) }).expect("told");
}

#[test]
fn answers_from_another_thread_are_written_at_once() {
    let (thread, address, bell) = start("{}");
    let mut stream = connect(address);
    for _ in 0..100 {
        stream.write_all(GET).expect("written");
        bell.recv_timeout(SOON).expect("a call");
        assert_eq!(run_calls(&thread), 1);
        assert_eq!(status(&mut stream), "HTTP/1.1 200");
    }
}

#[test]
fn the_bell_rings_once_until_somebody_looks() {
    let (thread, address, bell) = start("{}");
    let mut streams: Vec<_> = (0..20).map(|_| connect(address)).collect();
    for stream in &mut streams {
        stream.write_all(GET).expect("written");
    }
    let begin = Instant::now();
    while thread.lock().engine().stats().requests < 20 {
        assert!(begin.elapsed() < SOON);
        std::thread::yield_now();
    }
    bell.recv_timeout(SOON).expect("rung");
    assert!(bell.try_recv().is_err(), "once for all of them");
    assert_eq!(run_calls(&thread), 20);
    for stream in &mut streams {
        assert_eq!(status(stream), "HTTP/1.1 200");
    }
    streams[0].write_all(GET).expect("written");
    bell.recv_timeout(SOON).expect("rung again");
}

#[test]
fn closing_ends_idle_connections_and_tells_when_all_are_gone() {
    let (thread, address, bell) = start("{}");
    let (mut idle, mut busy) = (connect(address), connect(address));
    busy.write_all(GET).expect("written");
    bell.recv_timeout(SOON).expect("a call");
    thread.lock().close(SOON);
    thread.wake();
    assert_eq!(idle.read(&mut [0; 16]).expect("closed"), 0);
    assert_eq!(thread.lock().finish(), None);
    run_calls(&thread);
    assert_eq!(status(&mut busy), "HTTP/1.1 200");
    bell.recv_timeout(SOON).expect("told");
    assert_eq!(thread.lock().finish(), Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn what_does_not_end_in_time_is_cut_although_nobody_looks() {
    let (thread, address, bell) = start("{}");
    let mut stuck = connect(address);
    stuck.write_all(GET).expect("written");
    bell.recv_timeout(SOON).expect("a call");
    thread.lock().close(Duration::from_millis(50));
    thread.wake();
    assert_eq!(stuck.read(&mut [0; 16]).expect("closed"), 0);
    assert_eq!(thread.lock().finish(), Some(1));
}

#[test]
fn an_injected_request_is_answered_without_a_socket() {
    let (thread, _, bell) = start("{}");
    let peer = "192.0.2.1".parse().expect("an address");
    let ids = [GET, NONE].map(|request| thread.lock().inject(request, peer));
    thread.wake();
    let mut answered = Vec::new();
    while answered.len() < 2 {
        bell.recv_timeout(SOON).expect("news");
        run_calls(&thread);
        while let Some((id, response)) = thread.lock().take_injected() {
            answered.push((id, response.status));
        }
    }
    answered.sort_unstable();
    assert_eq!(answered, [(ids[0], 200), (ids[1], 404)]);
}

#[test]
fn a_bell_that_panics_leaves_the_thread_alive() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (thread, address) = start_with("{}", {
        let calls = calls.clone();
        move || assert!(calls.fetch_add(1, Ordering::SeqCst) > 0, "the first one")
    });
    let mut stream = connect(address);
    stream.write_all(GET).expect("written");
    let begin = Instant::now();
    while calls.load(Ordering::SeqCst) == 0 {
        assert!(begin.elapsed() < SOON);
        std::thread::yield_now();
    }
    run_calls(&thread);
    assert_eq!(status(&mut stream), "HTTP/1.1 200");
}

#[test]
fn stopping_under_load_ends_the_thread_and_all_connections() {
    for _ in 0..20 {
        let (thread, address, bell) = start("{}");
        let thread = Arc::new(thread);
        let clients: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(move || {
                    let Ok(mut stream) = TcpStream::connect(address) else { return };
                    let mut buffer = [0; 4096];
                    while stream.write_all(GET).is_ok() && stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
                })
            })
            .collect();
        let handlers = std::thread::spawn({
            let thread = thread.clone();
            move || {
                while bell.recv().is_ok() {
                    run_calls(&thread);
                }
            }
        });
        while thread.lock().engine().stats().requests < 200 {
            std::thread::yield_now();
        }
        thread.stop();
        // With the thread its bell is gone, and with the last owner of the host its sockets.
        handlers.join().expect("ended");
        assert!(Arc::into_inner(thread).is_some());
        for client in clients {
            client.join().expect("ended");
        }
    }
}

#[test]
fn there_is_no_thread_without_a_host() {
    assert!(HostThread::start(&mut None, || {}).is_err());
}
