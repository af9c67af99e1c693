//! Streams to servers, of others and of ours.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use bolt_host::outbound::Stream;
use bolt_host::{Bound, ListenOptions, Listener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::drive::{drive, echo, host, on_both, serve};
use crate::server::{self, plan};

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
