//! Clients that do not open their windows.

use bolt_core::engine::Event;
use h2::Reason;
use h2::client::Builder;

use super::rig::Rig;

/// Milliseconds between two looks at a client.
const LOOK: u64 = 30_000;

#[test]
fn a_stream_without_a_window_is_reset_and_the_connection_lives() {
    let mut rig = Rig::with("{}", Builder::new().initial_window_size(0));
    rig.server.answer = vec![b'x'; 1_000];
    let (response, _) = rig.get("/json");
    let (status, mut body) = rig.head(response).expect("a head");
    assert_eq!(status, 200);
    rig.server.look(LOOK);
    rig.run();
    assert_eq!(rig.server.streams(), 1, "the first look only notes where it is");
    rig.server.look(LOOK);
    rig.run();
    assert_eq!(rig.server.streams(), 0);
    let error = super::requests::failure(&mut rig, &mut body).expect("reset");
    assert_eq!(error.reason(), Some(Reason::ENHANCE_YOUR_CALM));
    rig.server.answer.clear();
    let (again, _) = rig.get("/json");
    assert_eq!(rig.finish(again).expect("answered").status, 200);
}

#[test]
fn a_stream_that_rests_with_an_open_window_is_left_alone() {
    let mut rig = Rig::new(r#"{"keepAlive":1000000,"requestTimeout":1000000}"#);
    let (response, _) = rig.get("/later");
    let handle = rig.server.later.pop_front().expect("a call").handle;
    let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
    rig.server.engine.start(handle, 200, headers, None).expect("sendable");
    let (_, mut body) = rig.head(response).expect("a head");
    for _ in 0..5 {
        rig.server.look(2 * LOOK);
        rig.server.engine.push(handle, b"tick").expect("within its length");
        assert_eq!(super::requests::take(&mut rig, &mut body), Some(4));
    }
    assert_eq!(rig.server.engine.take_event(), None);
}

#[test]
fn streams_that_wait_for_one_another_count_together() {
    // The windows of the streams are open; that of the connection is the client's to open, and both share it.
    let mut rig = Rig::with("{}", Builder::new().initial_window_size(1_000_000));
    rig.server.answer = vec![b'x'; 150_000];
    let (first, _) = rig.get("/json");
    let (second, _) = rig.get("/json");
    let (_, mut quick) = rig.head(first).expect("a head");
    let (_, mut waiting) = rig.head(second).expect("a head");
    for _ in 0..3 {
        // Twice, as the client opens its window once it has taken half of it.
        for _ in 0..2 {
            super::requests::take(&mut rig, &mut quick).expect("more");
        }
        rig.run();
        rig.server.look(LOOK);
        rig.run();
    }
    assert_eq!(rig.server.streams(), 2);
    // Now nothing moves any more.
    rig.server.look(LOOK);
    rig.server.look(LOOK);
    rig.run();
    assert_eq!(rig.server.streams(), 0);
    assert!(super::requests::failure(&mut rig, &mut waiting).is_some());
}

#[test]
fn the_handler_of_a_stream_that_nobody_reads_is_aborted() {
    let mut rig = Rig::with(r#"{"requestTimeout":1000000}"#, Builder::new().initial_window_size(0));
    let (response, _) = rig.get("/later");
    let handle = rig.server.later.pop_front().expect("a call").handle;
    let headers = [(&b"content-type"[..], &b"text/plain"[..])].into_iter();
    rig.server.engine.start(handle, 200, headers, None).expect("sendable");
    rig.server.engine.push(handle, b"tick").expect("within its length");
    let _body = rig.head(response).expect("a head");
    for _ in 0..2 {
        rig.server.look(LOOK);
        rig.run();
    }
    assert_eq!(rig.server.engine.take_event(), Some((handle, Event::Aborted)));
}
