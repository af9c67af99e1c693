//! Bodies that come and go piece by piece.

use bolt_core::Handle;
use bolt_core::engine::{Event, Read};
use bytes::Bytes;
use h2::Reason;
use h2::client::Builder;
use http::Request;

use super::rig::Rig;

const TYPE: [(&[u8], &[u8]); 1] = [(b"content-type", b"text/plain")];

fn start(rig: &mut Rig, length: Option<u64>) -> Handle {
    let handle = rig.server.later.pop_front().expect("a call").handle;
    rig.server.engine.start(handle, 200, TYPE.into_iter(), length).expect("sendable").expect("open");
    handle
}

fn push(rig: &mut Rig, handle: Handle, bytes: &[u8]) -> usize {
    rig.server.engine.push(handle, bytes).expect("within its length").expect("open")
}

#[test]
fn a_response_of_unknown_length_is_not_chunked() {
    let mut rig = Rig::new("{}");
    let (response, _) = rig.get("/later");
    let handle = start(&mut rig, None);
    for piece in ["one,", "two,", "three"] {
        push(&mut rig, handle, piece.as_bytes());
        rig.run();
    }
    assert!(rig.server.engine.finish(handle).expect("complete"));
    let got = rig.finish(response).expect("answered");
    assert_eq!(got.body, b"one,two,three");
    assert!(!got.headers.contains_key("content-length") && !got.headers.contains_key("transfer-encoding"));
}

#[test]
fn a_response_that_is_cut_is_reset() {
    for length in [None, Some(100)] {
        let mut rig = Rig::new("{}");
        let (response, _) = rig.get("/later");
        let handle = start(&mut rig, length);
        push(&mut rig, handle, b"half");
        rig.run();
        rig.server.engine.cut(handle);
        let error = rig.finish(response).expect_err("cut");
        assert_eq!(error.reason(), Some(Reason::INTERNAL_ERROR), "{length:?}");
        let (again, _) = rig.get("/json");
        assert_eq!(rig.finish(again).expect("answered").status, 200, "the connection lives");
    }
}

#[test]
fn a_source_is_told_when_a_slow_client_has_taken_what_waited() {
    let mut rig = Rig::with(r#"{"streamBuffer":50000}"#, Builder::new().initial_window_size(20_000));
    let (response, _) = rig.get("/later");
    let handle = start(&mut rig, None);
    let (_, mut body) = rig.head(response).expect("a head");
    assert!(push(&mut rig, handle, &[b'x'; 100_000]) > 50_000);
    rig.run();
    assert_eq!(rig.server.engine.take_event(), None);
    let mut got = 0;
    while rig.server.engine.take_event() != Some((handle, Event::Drained)) {
        got += super::requests::take(&mut rig, &mut body).expect("more");
    }
    assert!((50_000..100_000).contains(&got), "{got}");
    assert!(rig.server.engine.finish(handle).expect("complete"));
    while let Some(count) = super::requests::take(&mut rig, &mut body) {
        got += count;
    }
    assert_eq!(got, 100_000);
}

#[test]
fn a_handler_that_does_not_read_stops_its_client_and_no_other() {
    let mut rig = Rig::new(r#"{"streamBuffer":10000,"bodyBytes":2000000}"#);
    let request = Request::post("http://a.example/stream").body(()).expect("a request");
    let (response, mut stream) = rig.begin(request, false);
    stream.send_data(Bytes::from(vec![b'x'; 1_000_000]), true).expect("sent");
    rig.run();
    let handle = rig.server.later.pop_front().expect("a call").handle;
    let (other, _) = rig.get("/json");
    assert_eq!(rig.finish(other).expect("answered").status, 200);
    let mut sizes = Vec::new();
    loop {
        match rig.server.engine.read(handle, <[u8]>::len) {
            Some(Read::Bytes(count)) => sizes.push(count),
            Some(Read::Nothing) => {}
            Some(Read::End) => break,
            None => panic!("the request is over"),
        }
        rig.run();
    }
    assert_eq!(sizes.iter().sum::<usize>(), 1_000_000);
    assert!(sizes.iter().all(|size| *size < 40_000), "{sizes:?}");
    rig.server.engine.complete(handle, b"{}");
    assert_eq!(rig.finish(response).expect("answered").status, 200);
}

#[test]
fn a_client_that_resets_its_body_ends_the_request() {
    let mut rig = Rig::new("{}");
    let request = Request::post("http://a.example/stream").body(()).expect("a request");
    let (response, mut stream) = rig.begin(request, false);
    stream.send_data(Bytes::from_static(b"half"), false).expect("sent");
    rig.run();
    let handle = rig.server.later.pop_front().expect("a call").handle;
    stream.send_reset(Reason::CANCEL);
    drop((response, stream));
    rig.run();
    assert_eq!(rig.server.engine.take_event(), Some((handle, Event::Aborted)));
    assert!(rig.server.engine.read(handle, |_| ()).is_none());
}

#[test]
fn an_answer_before_the_body_ends_the_stream() {
    let mut rig = Rig::new("{}");
    let request = Request::post("http://a.example/stream").body(()).expect("a request");
    let (response, mut stream) = rig.begin(request, false);
    assert!(rig.server.answer_later());
    assert_eq!(rig.finish(response).expect("answered").status, 200);
    rig.run();
    assert_eq!(rig.server.streams(), 0);
    assert!(stream.send_data(Bytes::from_static(b"late"), true).is_err(), "the client was told");
}
