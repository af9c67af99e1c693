//! Tasks and connections that the host opens itself, driven in the loop and on a thread.

#[path = "support/server.rs"]
mod server;

use std::future::{Future, poll_fn};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use bolt_core::Engine;
use bolt_core::engine::Slots;
use bolt_host::outbound::{Outbound, Stream};
use bolt_host::{Bound, Host, HostThread, ListenOptions, Listener};
use server::plan;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SOON: Duration = Duration::from_secs(20);

fn host() -> Host {
    Host::new(Engine::new(&plan("{}"), Slots::default()).expect("a plan")).expect("a host")
}

/// Drives a host as an event loop does, until `done`.
fn drive(host: &mut Host, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < SOON, "not done in time");
        let wait = host.deadline_at().map_or(1_000, |at| host.until(at)).min(1_000);
        host.turn(Some(Duration::from_millis(wait))).expect("a turn");
        while host.settle() {}
    }
}

/// Runs the same on a host in the loop and on one with a thread of its own; `work` gets what it needs to spawn and to say that it is done.
fn on_both(work: impl Fn(Outbound, Sender<()>)) {
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
fn echo() -> SocketAddr {
    serve(|mut stream| {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    })
}

fn serve(each: impl Fn(std::net::TcpStream) + Send + Sync + 'static) -> SocketAddr {
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

/// A whole client of HTTP/1.1 with keep-alive, as far as these tests need one.
async fn get(stream: &mut Stream, path: &str) -> std::io::Result<(u16, Vec<u8>)> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await?;
    let mut received = Vec::new();
    loop {
        if stream.read_buf(&mut received).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut fields);
        let Ok(httparse::Status::Complete(head)) = response.parse(&received) else { continue };
        let length = response.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|field| str::from_utf8(field.value).ok()?.parse::<usize>().ok());
        let end = head + length.unwrap_or_default();
        if received.len() >= end {
            return Ok((response.code.unwrap_or_default(), received[head..end].to_vec()));
        }
    }
}

#[test]
fn a_stream_is_what_protocol_libraries_ask_for() {
    fn is_fit<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static>() {}
    is_fit::<Stream>();
}

#[test]
fn bytes_come_back_over_tcp() {
    let address = echo();
    on_both(|outbound, done| {
        outbound.clone().spawn(async move {
            let mut stream = outbound.connect_tcp(address).await.expect("connected");
            for round in 0..10u8 {
                let sent = vec![round; 20_000];
                stream.write_all(&sent).await.expect("written");
                let mut got = vec![0; sent.len()];
                stream.read_exact(&mut got).await.expect("read");
                assert_eq!(got, sent);
            }
            stream.shutdown().await.expect("shut");
            assert_eq!(stream.read(&mut [0; 16]).await.expect("the end"), 0);
            done.send(()).expect("awaited");
        });
    });
}

#[cfg(unix)]
#[test]
fn bytes_come_back_over_a_unix_domain_socket() {
    let path = std::env::temp_dir().join(format!("bolt-outbound-{}.sock", std::process::id()));
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 5];
            stream.read_exact(&mut buffer).expect("read");
            stream.write_all(&buffer).expect("written");
        }
    });
    on_both(|outbound, done| {
        let path = path.clone();
        outbound.clone().spawn(async move {
            let mut stream = outbound.connect_unix(path).await.expect("connected");
            stream.write_all(b"hello").await.expect("written");
            let mut got = Vec::new();
            stream.read_to_end(&mut got).await.expect("read");
            assert_eq!(got, b"hello");
            done.send(()).expect("awaited");
        });
    });
    std::fs::remove_file(path).expect("removed");
}

#[test]
fn a_small_http_client_asks_our_own_server_again_and_again() {
    let server = server::Server::start(&plan("{}"), server::answer_json);
    let address = server.address();
    on_both(|outbound, done| {
        outbound.clone().spawn(async move {
            let mut stream = outbound.connect_tcp(address).await.expect("connected");
            for _ in 0..100 {
                assert_eq!(get(&mut stream, "/json").await.expect("answered"), (200, b"{}".to_vec()));
            }
            assert_eq!(get(&mut stream, "/none").await.expect("answered").0, 404);
            done.send(()).expect("awaited");
        });
    });
}

#[test]
fn a_server_is_asked_by_the_host_that_serves_it() {
    let mut host = host();
    let bound = host.listen(Listener::open(&ListenOptions::tcp("127.0.0.1", 0)).expect("opened")).expect("listening");
    let Bound::Ip(address) = bound else { unreachable!("a port was asked for") };
    let (outbound, (done, is_done)) = (host.outbound().expect("outbound"), channel());
    outbound.clone().spawn(async move {
        let mut stream = outbound.connect_tcp(address).await.expect("connected");
        done.send(get(&mut stream, "/none").await.expect("answered").0).expect("awaited");
    });
    drive(&mut host, || is_done.try_recv().is_ok_and(|status| status == 404));
}

#[test]
fn failures_to_connect_are_errors() {
    let refused = TcpListener::bind("127.0.0.1:0").expect("bound").local_addr().expect("an address");
    on_both(|outbound, done| {
        outbound.clone().spawn(async move {
            let error = outbound.connect_tcp(refused).await.expect_err("nobody there");
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
            #[cfg(unix)]
            outbound.connect_unix("/nowhere/at/all.sock").await.expect_err("nobody there");
            done.send(()).expect("awaited");
        });
    });
}

#[test]
fn a_peer_that_resets_is_an_error_and_no_wait() {
    let address = serve(|stream| {
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("set");
    });
    on_both(|outbound, done| {
        outbound.clone().spawn(async move {
            if let Ok(mut stream) = outbound.connect_tcp(address).await {
                stream.read(&mut [0; 16]).await.expect_err("reset");
            }
            done.send(()).expect("awaited");
        });
    });
}

#[test]
fn a_writer_waits_for_a_slow_reader() {
    let address = serve(|mut stream| {
        let mut sum = 0;
        let mut buffer = vec![0; 1024 * 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            sum += count;
            std::thread::yield_now();
        }
        let _ = stream.write_all(sum.to_string().as_bytes());
    });
    on_both(|outbound, done| {
        outbound.clone().spawn(async move {
            let mut stream = outbound.connect_tcp(address).await.expect("connected");
            stream.write_all(&vec![1; 30_000_000]).await.expect("written");
            stream.shutdown().await.expect("shut");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("read");
            assert_eq!(answer, "30000000");
            done.send(()).expect("awaited");
        });
    });
}

#[test]
fn a_thousand_tasks_have_a_connection_each() {
    let server = server::Server::start(&plan("{}"), server::answer_json);
    let address = server.address();
    on_both(|outbound, done| {
        let left = Arc::new(AtomicUsize::new(1000));
        for _ in 0..1000 {
            let (outbound, left, done) = (outbound.clone(), left.clone(), done.clone());
            outbound.clone().spawn(async move {
                let mut stream = outbound.connect_tcp(address).await.expect("connected");
                for _ in 0..3 {
                    assert_eq!(get(&mut stream, "/json").await.expect("answered").0, 200);
                    outbound.sleep(Duration::from_millis(1)).await;
                }
                if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                    done.send(()).expect("awaited");
                }
            });
        }
    });
    server.wait_for(|stats| stats.connections == 0);
}

#[test]
fn sleeping_is_never_early_and_in_order() {
    on_both(|outbound, done| {
        let begin = Instant::now();
        let order = Arc::new(Mutex::new(Vec::new()));
        for wait in [60u64, 20, 40, 0] {
            let (outbound, order, done) = (outbound.clone(), order.clone(), done.clone());
            outbound.clone().spawn(async move {
                outbound.sleep(Duration::from_millis(wait)).await;
                assert!(begin.elapsed() >= Duration::from_millis(wait));
                let mut order = order.lock().expect("unpoisoned");
                order.push(wait);
                if order.len() == 4 {
                    assert_eq!(*order, [0, 20, 40, 60]);
                    done.send(()).expect("awaited");
                }
            });
        }
    });
}

#[test]
fn tasks_run_in_the_order_they_became_ready() {
    on_both(|outbound, done| {
        let order = Arc::new(Mutex::new(Vec::new()));
        for number in 0..50 {
            let (order, done, mut turns) = (order.clone(), done.clone(), 0);
            outbound.spawn(poll_fn(move |cx| {
                let mut order = order.lock().expect("unpoisoned");
                order.push(number);
                turns += 1;
                if turns < 3 {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if number == 49 {
                    let expected: Vec<_> = (0..50).chain(0..50).chain(0..50).collect();
                    assert_eq!(*order, expected);
                    done.send(()).expect("awaited");
                }
                Poll::Ready(())
            }));
        }
    });
}

#[test]
fn tasks_that_never_rest_leave_room_for_requests() {
    let mut host = host();
    let bound = host.listen(Listener::open(&ListenOptions::tcp("127.0.0.1", 0)).expect("opened")).expect("listening");
    let Bound::Ip(address) = bound else { unreachable!("a port was asked for") };
    host.outbound().expect("outbound").spawn(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    }));
    let client = std::thread::spawn(move || {
        let mut stream = std::net::TcpStream::connect(address).expect("connected");
        stream.write_all(b"GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("read");
        answer
    });
    drive(&mut host, || client.is_finished());
    assert!(client.join().expect("asked").starts_with("HTTP/1.1 404"));
}

#[test]
fn a_task_is_woken_from_another_thread() {
    on_both(|outbound, done| {
        let mailbox: Arc<Mutex<(bool, Option<Waker>)>> = Arc::default();
        let posted = mailbox.clone();
        outbound.spawn(async move {
            poll_fn(|cx| {
                let mut mailbox = mailbox.lock().expect("unpoisoned");
                if mailbox.0 {
                    return Poll::Ready(());
                }
                mailbox.1 = Some(cx.waker().clone());
                Poll::Pending
            })
            .await;
            done.send(()).expect("awaited");
        });
        std::thread::spawn(move || {
            loop {
                let mut mailbox = posted.lock().expect("unpoisoned");
                if let Some(waker) = mailbox.1.take() {
                    mailbox.0 = true;
                    drop(mailbox);
                    return waker.wake();
                }
                drop(mailbox);
                std::thread::yield_now();
            }
        });
    });
}

#[test]
fn a_waker_that_outlives_its_task_wakes_no_other() {
    let mut host = host();
    let outbound = host.outbound().expect("outbound");
    let kept: Arc<Mutex<Option<Waker>>> = Arc::default();
    let keep = kept.clone();
    outbound.spawn(poll_fn(move |cx| {
        *keep.lock().expect("unpoisoned") = Some(cx.waker().clone());
        Poll::Ready(())
    }));
    drive(&mut host, || kept.lock().expect("unpoisoned").is_some());
    let polls = Arc::new(AtomicUsize::new(0));
    let count = polls.clone();
    outbound.spawn(poll_fn(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Poll::Pending
    }));
    drive(&mut host, || polls.load(Ordering::SeqCst) == 1);
    kept.lock().expect("unpoisoned").take().expect("kept").wake();
    outbound.kick();
    for _ in 0..3 {
        host.turn(Some(Duration::ZERO)).expect("a turn");
        host.settle();
    }
    assert_eq!(polls.load(Ordering::SeqCst), 1, "the second task has the place of the first");
}

#[test]
fn a_task_that_panics_leaves_the_others_alone() {
    on_both(|outbound, done| {
        let broken = outbound.spawn(async { assert!(std::hint::black_box(false), "on purpose") });
        outbound.spawn(async move {
            assert!(broken.is_over());
            done.send(()).expect("awaited");
        });
    });
}

/// Counts how often it was dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_cancelled_task_is_dropped_with_its_connection_wherever_it_waits() {
    let (gone, is_gone) = channel();
    let gone = Mutex::new(gone);
    let address = serve(move |mut stream| {
        let mut buffer = [0; 16];
        while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
        gone.lock().expect("unpoisoned").send(()).expect("awaited");
    });
    on_both(|outbound, done| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let (witness, connected) = (Dropped(dropped.clone()), Arc::new(AtomicUsize::new(0)));
        let (ready, spawner) = (connected.clone(), outbound.clone());
        let task = outbound.spawn(async move {
            let _witness = witness;
            let mut stream = spawner.connect_tcp(address).await.expect("connected");
            ready.store(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 16]).await;
        });
        let sleeper = outbound.clone();
        outbound.spawn(async move {
            while connected.load(Ordering::SeqCst) == 0 {
                sleeper.sleep(Duration::from_millis(1)).await;
            }
            task.cancel();
            assert!(task.is_over());
            assert_eq!(dropped.load(Ordering::SeqCst), 1);
            task.cancel();
            done.send(()).expect("awaited");
        });
    });
    for _ in 0..2 {
        is_gone.recv_timeout(SOON).expect("the connection is closed");
    }
}

/// Does something when dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn teardown_drops_tasks_in_order_and_takes_no_more() {
    let mut host = host();
    let outbound = host.outbound().expect("outbound");
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..10 {
        let (order, again) = (order.clone(), outbound.clone());
        // What a task spawns when it is dropped comes too late.
        let witness = OnDrop(move || {
            order.lock().expect("unpoisoned").push(number);
            assert!(number == 3 || again.spawn(std::future::pending()).is_over());
        });
        tasks.push(outbound.spawn(async move {
            let _witness = witness;
            std::future::pending::<()>().await;
        }));
    }
    // Places are used again in another order than that of the tasks. Before the teardown spawning is fine.
    tasks[3].cancel();
    let last = order.clone();
    outbound.spawn({
        let witness = OnDrop(move || last.lock().expect("unpoisoned").push(10));
        async move {
            let _witness = witness;
            std::future::pending::<()>().await;
        }
    });
    host.turn(Some(Duration::ZERO)).expect("a turn");
    host.settle();
    drop(host);
    assert_eq!(*order.lock().expect("unpoisoned"), [3, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn teardown_under_load_leaves_nothing_behind() {
    let address = echo();
    for round in 0..10 {
        let mut host = Some(host());
        let thread = HostThread::start(&mut host, || {}).expect("a thread");
        let outbound = thread.lock().outbound().expect("outbound");
        let dropped = Arc::new(AtomicUsize::new(0));
        let echoed = Arc::new(AtomicUsize::new(0));
        for _ in 0..50 {
            let (outbound, witness, echoed) = (outbound.clone(), Dropped(dropped.clone()), echoed.clone());
            outbound.clone().spawn(async move {
                let _witness = witness;
                loop {
                    let work = async {
                        let mut stream = outbound.connect_tcp(address).await?;
                        let mut buffer = [0; 64];
                        for _ in 0..100 {
                            stream.write_all(&[1; 64]).await?;
                            stream.read_exact(&mut buffer).await?;
                            echoed.fetch_add(1, Ordering::SeqCst);
                        }
                        Ok::<_, std::io::Error>(())
                    };
                    if work.await.is_err() {
                        return;
                    }
                }
            });
        }
        let begin = Instant::now();
        while echoed.load(Ordering::SeqCst) < 500 {
            assert!(begin.elapsed() < SOON);
            std::thread::yield_now();
        }
        // Both ways to go: the tasks first, or everything at once.
        if round % 2 == 0 {
            thread.lock().clear_tasks();
            assert_eq!(dropped.load(Ordering::SeqCst), 50);
        }
        drop(thread);
        assert_eq!(dropped.load(Ordering::SeqCst), 50);
        assert!(outbound.spawn(std::future::pending()).is_over());
    }
}

#[test]
fn a_stream_that_outlives_its_host_still_closes() {
    let address = echo();
    let mut host = host();
    let (give, take) = channel();
    let outbound = host.outbound().expect("outbound");
    outbound.clone().spawn(async move {
        give.send(outbound.connect_tcp(address).await.expect("connected")).expect("awaited");
    });
    let mut stream = None;
    drive(&mut host, || {
        stream = stream.take().or_else(|| take.try_recv().ok());
        stream.is_some()
    });
    drop(host);
    let mut stream = stream.expect("connected");
    let write = stream.write(b"x").poll_now();
    assert!(write.is_some_and(|written| written.is_ok()), "the socket itself is sound");
}

trait PollNow: Future + Sized {
    fn poll_now(self) -> Option<Self::Output> {
        let mut future = std::pin::pin!(self);
        match future.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

impl<F: Future> PollNow for F {}
