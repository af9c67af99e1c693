//! Tasks: when they run, in which order, and who wakes them.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use bolt_host::{Bound, ListenOptions, Listener};

use crate::drive::{drive, host, on_both};

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
