//! How streams and connections end.

use bolt_core::Fate;
use bolt_core::engine::Event;
use h2::Reason;
use h2::client::Builder;

use super::rig::{Rig, Server};
use crate::http2::PREFACE;

#[test]
fn a_stream_that_the_client_resets_aborts_its_handler() {
    let mut rig = Rig::new("{}");
    let (response, mut stream) = rig.get("/later");
    assert_eq!(rig.server.engine.stats().in_flight, 1);
    stream.send_reset(Reason::CANCEL);
    drop((response, stream));
    rig.run();
    assert!(matches!(rig.server.engine.take_event(), Some((_, Event::Aborted))));
    assert!(!rig.server.answer_later());
    assert_eq!((rig.server.streams(), rig.server.engine.stats().in_flight), (0, 0));
}

#[test]
fn a_handler_without_an_answer_is_timed_out_and_the_connection_lives() {
    let mut rig = Rig::new(r#"{"requestTimeout":1000}"#);
    let (response, _) = rig.get("/later");
    rig.server.pass(1_100);
    assert_eq!(rig.finish(response).expect("answered").status, 504);
    let (response, _) = rig.get("/json");
    assert_eq!(rig.finish(response).expect("answered").status, 200);
}

#[test]
fn a_body_that_is_too_slow_is_timed_out() {
    let mut rig = Rig::new(r#"{"bodyRate":1000}"#);
    let request = http::Request::post("http://a.example/json").body(()).expect("a request");
    let (response, _stream) = rig.begin(request, false);
    rig.server.pass(6_000);
    assert_eq!(rig.finish(response).expect("answered").status, 408);
}

#[test]
fn draining_finishes_what_is_under_way_and_refuses_the_rest() {
    let mut rig = Rig::new("{}");
    let (response, _) = rig.get("/later");
    rig.server.engine.drain();
    rig.server.http2.drain(&mut rig.server.engine, rig.server.carrier);
    rig.run();
    assert_eq!(rig.server.fate(), Fate::Open);
    assert!(rig.server.answer_later());
    assert_eq!(rig.finish(response).expect("answered").body, b"\"late\"");
    rig.run();
    assert_eq!(rig.server.fate(), Fate::Linger);
}

#[test]
fn draining_ends_an_idle_connection() {
    let mut rig = Rig::new("{}");
    rig.server.http2.drain(&mut rig.server.engine, rig.server.carrier);
    rig.run();
    assert_eq!(rig.server.fate(), Fate::Linger);
    assert!(matches!(rig.ended, Some(Ok(()))), "{:?}", rig.ended);
}

#[test]
fn an_idle_connection_is_told_and_closed() {
    let mut rig = Rig::new(r#"{"keepAlive":5000}"#);
    let (response, _) = rig.get("/json");
    rig.finish(response).expect("answered");
    rig.server.pass(4_000);
    rig.run();
    assert_eq!(rig.server.fate(), Fate::Open);
    rig.server.pass(1_200);
    rig.run();
    assert_eq!(rig.server.fate(), Fate::Linger);
    assert!(matches!(rig.ended, Some(Ok(()))), "{:?}", rig.ended);
}

#[test]
fn pings_do_not_keep_an_idle_connection() {
    let mut rig = Rig::new(r#"{"keepAlive":5000}"#);
    for _ in 0..6 {
        rig.server.pass(1_000);
        rig.server.exchange(&[0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
    assert_ne!(rig.server.fate(), Fate::Open);
}

#[test]
fn a_handshake_that_does_not_go_on_is_timed_out() {
    let mut server = Server::new(r#"{"headersTimeout":1000}"#);
    server.exchange(&PREFACE[..10]);
    server.pass(1_100);
    server.exchange(&[]);
    assert_eq!(server.fate(), Fate::Linger);
}

#[test]
fn a_head_that_trickles_in_is_timed_out() {
    let mut rig = Rig::new(r#"{"headersTimeout":1000}"#);
    for _ in 0..3 {
        rig.server.exchange(&[0]);
        rig.server.pass(600);
        rig.server.exchange(&[]);
    }
    assert_eq!(rig.server.fate(), Fate::Linger);
}

#[test]
fn a_client_that_is_gone_aborts_all_its_requests() {
    let mut rig = Rig::new("{}");
    let begun: Vec<_> = (0..3).map(|_| rig.get("/later")).collect();
    rig.server.http2.end_of_input(&mut rig.server.engine, rig.server.carrier);
    rig.server.exchange(&[]);
    assert_eq!(rig.server.engine.stats().in_flight, 0);
    assert_eq!(std::iter::from_fn(|| rig.server.engine.take_event()).count(), 3);
    assert_eq!(rig.server.fate(), Fate::Close);
    drop(begun);
}

#[test]
fn a_client_that_takes_nothing_from_the_socket_is_cut() {
    let mut rig = Rig::with("{}", Builder::new().initial_window_size(1_000_000));
    rig.server.answer = vec![b'x'; 50_000];
    let (carrier, engine) = (rig.server.carrier, &mut rig.server.engine);
    rig.server.http2.receive(engine, carrier, &super::floods::get(1, "/json"));
    let call = engine.next_call().expect("a call");
    engine.complete(call.handle, &rig.server.answer);
    rig.server.http2.touch(engine.take_touched().expect("touched"));
    assert!(!rig.server.http2.output(engine, carrier).is_empty());
    engine.blocked(carrier);
    rig.server.pass(30_000);
    assert_eq!(rig.server.engine.take_slow(), Some(carrier));
    rig.server.engine.judge(carrier, Some(0));
    assert_eq!(rig.server.http2.fate(&rig.server.engine, carrier), Fate::Reset);
}
