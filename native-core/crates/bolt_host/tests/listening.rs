//! Where a host can listen, and what becomes of the places it listened on.
#![cfg(unix)]

#[path = "support/server.rs"]
mod server;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bolt_core::Engine;
use bolt_core::engine::Slots;
use bolt_host::{Bound, Host, ListenOptions, Listener, Place};
use server::{Server, answer_json, plan};

const GET: &[u8] = b"GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A folder of its own for a test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bolt-listen-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("made");
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("app.sock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn at(path: &Path) -> ListenOptions {
    let at = Place::Unix { path: path.to_str().expect("text").to_owned(), mode: None };
    ListenOptions { at, ..ListenOptions::tcp("", 0) }
}

fn ask(mut stream: impl Read + Write) -> String {
    stream.write_all(GET).expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("read");
    answer
}

fn is_socket(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}

#[test]
fn a_unix_domain_socket_serves_and_its_file_goes_with_the_server() {
    let folder = Folder::new("serves");
    let server = Server::start_at(at(&folder.socket()), &plan("{}"), |engine, call| {
        let address = engine.address(call.handle).map(|address| address.to_string()).unwrap_or_default();
        engine.complete(call.handle, address.as_bytes());
    });
    assert_eq!(server.bound, Bound::Path(folder.socket()));
    let answer = ask(UnixStream::connect(folder.socket()).expect("connected"));
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\n127.0.0.1"), "{answer}");
    assert_eq!(server.close(Duration::from_secs(1)), 0);
    assert!(!folder.socket().exists());
}

#[test]
fn clients_of_a_unix_domain_socket_are_not_counted_by_address() {
    let folder = Folder::new("counted");
    let server = Server::start_at(at(&folder.socket()), &plan(r#"{"connectionsPerAddress":1}"#), answer_json);
    let _first = UnixStream::connect(folder.socket()).expect("connected");
    server.wait_for(|stats| stats.connections == 1);
    assert!(ask(UnixStream::connect(folder.socket()).expect("connected")).starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn a_socket_file_has_the_permissions_asked_for() {
    let folder = Folder::new("mode");
    let options = ListenOptions {
        at: Place::Unix { path: folder.socket().to_str().expect("text").to_owned(), mode: Some(0o620) },
        ..ListenOptions::tcp("", 0)
    };
    let _listener = Listener::open(&options).expect("opened");
    let mode = std::fs::metadata(folder.socket()).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o620);
}

#[test]
fn a_socket_file_that_a_dead_process_left_behind_is_replaced() {
    let folder = Folder::new("stale");
    drop(UnixListener::bind(folder.socket()).expect("bound"));
    assert!(is_socket(&folder.socket()), "std leaves its file behind");
    let listener = Listener::open(&at(&folder.socket())).expect("opened");
    assert!(UnixStream::connect(folder.socket()).is_ok());
    drop(listener);
    assert!(!folder.socket().exists());
}

#[test]
fn a_socket_that_somebody_answers_on_is_left_alone() {
    let folder = Folder::new("live");
    let live = UnixListener::bind(folder.socket()).expect("bound");
    let error = Listener::open(&at(&folder.socket())).expect_err("in use");
    assert_eq!(error.code, "EADDRINUSE");
    drop(UnixStream::connect(folder.socket()).expect("still there"));
    drop(live);
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let folder = Folder::new("file");
    std::fs::write(folder.socket(), "precious").expect("written");
    let error = Listener::open(&at(&folder.socket())).expect_err("refused");
    assert_eq!(error.code, "EEXIST");
    assert!(error.message.contains("no socket"), "{error}");
    assert_eq!(std::fs::read_to_string(folder.socket()).expect("there"), "precious");
    std::os::unix::fs::symlink(folder.socket(), folder.0.join("link.sock")).expect("linked");
    assert_eq!(Listener::open(&at(&folder.0.join("link.sock"))).expect_err("refused").code, "EEXIST");
}

#[test]
fn a_socket_file_of_a_successor_stays() {
    let folder = Folder::new("successor");
    let old = Listener::open(&at(&folder.socket())).expect("opened");
    std::fs::remove_file(folder.socket()).expect("removed");
    let _successor = UnixListener::bind(folder.socket()).expect("bound");
    drop(old);
    assert!(is_socket(&folder.socket()));
}

#[test]
fn a_path_that_is_too_long_or_has_no_folder_is_refused_in_a_sentence() {
    let long = Listener::open(&at(Path::new(&format!("/tmp/{}", "x".repeat(120))))).expect_err("too long");
    assert_eq!(long.code, "EINVAL");
    assert!(long.message.contains("1 to 107 bytes"), "{long}");
    assert_eq!(Listener::open(&at(Path::new("/nowhere/at/all.sock"))).expect_err("no folder").code, "ENOENT");
}

#[test]
fn a_socket_opened_elsewhere_serves_by_its_descriptor() {
    let opened = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = opened.local_addr().expect("an address");
    let mut host = host();
    let bound = host.listen(Listener::inherit(opened.as_fd()).expect("inherited")).expect("listening");
    assert_eq!(bound, Bound::Ip(address));
    assert!(serve_one(&mut host, address).starts_with("HTTP/1.1 200 OK"));
    // The other end of the story: the host gives its descriptor back on close, the one it was given stays its giver's.
    host.close(Duration::ZERO);
    assert!(opened.local_addr().is_ok());
}

#[test]
fn a_descriptor_that_does_not_listen_is_refused_and_stays_open() {
    let file = std::fs::File::open("/dev/null").expect("opened");
    assert_eq!(Listener::inherit(file.as_fd()).expect_err("no socket").code, "EINVAL");
    let (client, _other) = UnixStream::pair().expect("a pair");
    assert_eq!(Listener::inherit(client.as_fd()).expect_err("not listening").code, "EINVAL");
    assert!(file.metadata().is_ok() && client.local_addr().is_ok());
}

#[test]
fn a_connection_waits_in_an_opened_listener_until_a_host_takes_it_over() {
    let listener = Listener::open(&ListenOptions::tcp("127.0.0.1", 0)).expect("opened");
    let Bound::Ip(address) = *listener.bound() else { unreachable!("a port was asked for") };
    let mut client = TcpStream::connect(address).expect("queued");
    client.write_all(GET).expect("written");
    let descriptor = listener.into_descriptor();
    let mut host = host();
    host.listen(Listener::inherit(descriptor.as_fd()).expect("inherited")).expect("listening");
    run_until(&mut host, |host| host.engine_ref().stats().requests == 1 && host.engine_ref().connections() == 0);
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("read");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[test]
fn a_port_is_shared_only_by_those_who_say_so() {
    let shared = |port| ListenOptions {
        at: Place::Tcp { host: "127.0.0.1".into(), port, reuse_port: true },
        ..ListenOptions::tcp("", 0)
    };
    let first = Listener::open(&shared(0)).expect("opened");
    let Bound::Ip(address) = *first.bound() else { unreachable!("a port was asked for") };
    Listener::open(&shared(address.port())).expect("shared");
    let error = Listener::open(&ListenOptions::tcp("127.0.0.1", address.port())).expect_err("not shared");
    assert_eq!(error.code, "EADDRINUSE");
}

#[test]
fn small_answers_of_inherited_and_own_listeners_are_not_held_back() {
    let opened = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let listener = Listener::inherit(opened.as_fd()).expect("inherited");
    assert!(socket2::SockRef::from(&opened).tcp_nodelay().expect("asked"));
    drop(listener);
    let own = Listener::open(&ListenOptions::tcp("127.0.0.1", 0)).expect("opened").into_descriptor();
    assert!(socket2::SockRef::from(&own).tcp_nodelay().expect("asked"));
}

#[test]
fn options_are_refused_when_something_in_them_is_not_understood() {
    for wrong in [
        r#"{}"#,
        r#"{"at":{"tcp":{"host":"a","port":70000}}}"#,
        r#"{"at":{"tcp":{"host":"a","port":1,"prot":2}}}"#,
        r#"{"at":{"unix":{"path":"a"},"descriptor":1}}"#,
        r#"{"at":{"descriptor":1},"more":1}"#,
    ] {
        assert_eq!(ListenOptions::parse(wrong).expect_err(wrong).code, "EINVAL");
    }
    let parsed = ListenOptions::parse(r#"{"at":{"tcp":{"host":"::1","port":1,"reusePort":true}},"backlog":5}"#);
    assert_eq!(parsed.expect("understood").backlog, 5);
}

fn host() -> Host {
    Host::new(Engine::new(&plan("{}"), Slots::default()).expect("a plan")).expect("a host")
}

fn run_until(host: &mut Host, done: impl Fn(&Host) -> bool) {
    for _ in 0..10_000 {
        if done(host) {
            return;
        }
        host.turn(Some(Duration::from_millis(1))).expect("a turn");
        while let Some(call) = host.engine().next_call() {
            answer_json(host.engine(), call);
        }
        host.settle();
    }
    unreachable!("nothing happened in time");
}

fn serve_one(host: &mut Host, address: std::net::SocketAddr) -> String {
    let client = std::thread::spawn(move || ask(TcpStream::connect(address).expect("connected")));
    run_until(host, |host| host.engine_ref().stats().requests == 1 && host.engine_ref().connections() == 0);
    client.join().expect("asked")
}
