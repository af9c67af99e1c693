//! How tasks and their connections end: cancelled, with their host, or after it.

use std::future::Future;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use bolt_host::HostThread;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::drive::{SOON, drive, echo, host, on_both, serve};

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
