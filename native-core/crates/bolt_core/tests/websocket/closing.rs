//! How sockets end (RFC 6455 §7): closed by either side, broken off, lost.

use bolt_core::Fate;
use bolt_core::engine::{Call, Event, News, SocketEvent};
use bolt_core::websocket::CloseCode;

use crate::peer::{Peer, another, ask, close_frame, closed, frame, plan, text};

#[test]
fn a_client_too_slow_for_its_messages_is_closed_with_1013() {
    let mut peer = Peer::open(&plan("{}", "", r#""bufferedBytes":1000"#), "");
    let engine = &mut peer.client.engine;
    for _ in 0..3 {
        assert!(engine.socket_send(peer.handle, false, &[1; 5000]).is_some(), "it has not been tried yet");
    }
    engine.wrote(peer.client.id, 2 * 5004 + 3000);
    assert!(engine.socket_send(peer.handle, false, b"x").is_none(), "it was, and 2004 bytes were not taken");
    assert_eq!(engine.socket_send(peer.handle, false, b"x"), None);
    // The rest of the frame that was begun still goes out.
    peer.client.engine.wrote(peer.client.id, 2004);
    let frames = peer.frames();
    assert_eq!(frames.last().expect("a frame").1[..2], 1013u16.to_be_bytes());
    assert!(matches!(peer.all_news()[..], [News::Closed(CloseCode::TRY_LATER, _)]));
}

#[test]
fn a_client_that_closes_is_answered_with_its_code_after_what_its_last_messages_lead_to() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&[frame(0x81, b"last"), frame(0x88, b"\x0f\xa0bye"), frame(0x81, b"ignored")].concat());
    assert_eq!(peer.frames(), []);
    let engine = &mut peer.client.engine;
    assert_eq!(engine.next_socket_event().expect("news").news, text("last"));
    assert!(engine.socket_send(peer.handle, true, b"answer").is_some());
    engine.socket_done(peer.handle);
    assert_eq!(peer.frames(), [(0x81, b"answer".to_vec()), (0x88, b"\x0f\xa0bye".to_vec())]);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Linger);
    assert_eq!(peer.client.engine.socket_send(peer.handle, true, b"late"), None);
    assert_eq!(peer.all_news(), [closed(4000, "bye")]);
    assert!(!peer.client.engine.socket_done(peer.handle), "its number is dead");
}

#[test]
fn a_handler_at_work_when_the_client_closes_is_told_and_may_still_answer() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x81, b"slow"));
    assert!(peer.client.engine.next_socket_event().is_some());
    peer.client.send(&close_frame(1000));
    assert_eq!(peer.client.engine.take_event(), Some((peer.handle, Event::Aborted)));
    assert!(peer.client.engine.socket_send(peer.handle, true, b"answer").is_some());
    peer.client.engine.socket_done(peer.handle);
    assert_eq!(peer.frames(), [(0x81, b"answer".to_vec()), (0x88, b"\x03\xe8".to_vec())]);
    assert_eq!(peer.all_news(), [closed(1000, "")]);

    // The other way round: the close is known when the handler turns out to take its time.
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&[frame(0x81, b"slow"), close_frame(1000)].concat());
    assert!(peer.client.engine.next_socket_event().is_some());
    peer.client.engine.socket_waits(peer.handle);
    assert_eq!(peer.client.engine.take_event(), Some((peer.handle, Event::Aborted)));
    peer.client.engine.remove(peer.client.id);
    peer.client.engine.socket_done(peer.handle);
    assert_eq!(peer.all_news(), [closed(1000, "")], "the code of the client, although the connection was lost");
}

#[test]
fn a_close_frame_without_a_code_is_answered_by_one() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x88, b""));
    assert_eq!(peer.frames(), [(0x88, Vec::new())]);
    assert_eq!(peer.all_news(), [closed(1005, "")]);
}

#[test]
fn closing_forgets_what_was_not_seen_and_waits_for_the_client() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&[frame(0x81, b"one"), frame(0x81, b"two")].concat());
    assert_eq!(peer.news(), Some(text("one")));
    assert!(peer.client.engine.socket_close(peer.handle, CloseCode(4001), "enough"));
    assert!(!peer.client.engine.socket_close(peer.handle, CloseCode(4001), "again"));
    assert_eq!(peer.frames(), [(0x88, b"\x0f\xa1enough".to_vec())]);
    assert_eq!(peer.all_news(), [closed(4001, "enough")]);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Open);
    peer.client.send(&[frame(0x81, b"still"), close_frame(4001)].concat());
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Linger);
    assert_eq!(peer.frames(), []);
}

#[test]
fn a_client_that_does_not_answer_a_close_is_cut() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.engine.socket_close(peer.handle, CloseCode::NORMAL, "");
    peer.frames();
    peer.client.wait(4_900);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Open);
    peer.client.wait(200);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Close);
}

#[test]
fn codes_that_stand_for_something_cannot_be_sent() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    for code in [0, 999, 1005, 1006, 1015, 2000, 5000] {
        assert!(!peer.client.engine.socket_close(peer.handle, CloseCode(code), ""), "{code}");
    }
    assert_eq!(peer.frames(), []);
}

#[test]
fn a_breach_of_the_protocol_ends_the_socket_with_its_code() {
    let cases: [(&[u8], u16); 5] = [
        (&[0x81, 0x01, b'x'], 1002),
        (&frame(0xC1, b"x"), 1002),
        (&frame(0x81, b"\xff"), 1007),
        (&frame(0x88, b"\x03"), 1002),
        (&frame(0x82, &[0; 101]), 1009),
    ];
    for (bytes, code) in cases {
        let mut peer = Peer::open(&plan("{}", "", r#""messageBytes":100"#), "");
        peer.client.send(&[frame(0x81, b"before"), bytes.to_vec(), frame(0x81, b"after")].concat());
        let news = peer.all_news();
        assert_eq!(news[0], text("before"));
        assert!(matches!(&news[1..], [News::Closed(got, _)] if got.0 == code), "{news:?}");
        let frames = peer.frames();
        assert_eq!(frames.len(), 1, "{bytes:x?}");
        assert_eq!(frames[0].1[..2], code.to_be_bytes(), "{bytes:x?}");
        assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Linger);
    }
}

#[test]
fn a_lost_connection_is_told_after_the_messages_that_came() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x81, b"last"));
    peer.client.engine.end_of_input(peer.client.id);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Close);
    peer.client.engine.remove(peer.client.id);
    assert_eq!(peer.client.engine.socket_send(peer.handle, true, b"late"), None);
    assert_eq!(peer.all_news(), [text("last"), closed(1006, "")]);
}

#[test]
fn a_handler_that_runs_when_the_connection_is_lost_is_told_at_once() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(&frame(0x81, b"slow"));
    assert!(peer.client.engine.next_socket_event().is_some());
    peer.client.engine.remove(peer.client.id);
    assert_eq!(peer.client.engine.take_event(), Some((peer.handle, Event::Aborted)));
    assert!(peer.client.engine.next_socket_event().is_none());
    peer.client.engine.socket_done(peer.handle);
    assert_eq!(peer.all_news(), [closed(1006, "")]);
}

#[test]
fn a_server_that_drains_closes_its_sockets_with_1012_and_takes_no_more() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let other = peer.client.engine.open("127.0.0.1".parse().expect("an address"));
    peer.client.engine.receive(other, &ask(""));
    let Call { handle: late, .. } = peer.client.engine.next_call().expect("a call");
    peer.client.engine.drain();
    assert_eq!(peer.frames()[0].1[..2], 1012u16.to_be_bytes());
    assert!(matches!(peer.all_news()[..], [News::Closed(CloseCode::RESTART, _)]));
    assert!(peer.client.engine.accept(late, std::iter::empty()).expect("sendable").is_none());
    assert!(peer.client.engine.output(other).starts_with(b"HTTP/1.1 503 "));
    peer.client.send(&close_frame(1012));
    assert_ne!(peer.client.engine.fate(peer.client.id), Fate::Open);
}

#[test]
fn sockets_are_not_in_flight_and_their_slots_come_back() {
    let mut peer = Peer::open(&plan(r#"{"inFlight":1}"#, "", ""), "");
    let others: Vec<_> = (0..20).map(|_| another(&mut peer.client, "")).collect();
    assert_eq!(peer.client.engine.stats().in_flight, 0);
    for (id, _) in &others {
        peer.client.engine.remove(*id);
    }
    assert_eq!(peer.client.engine.stats().sockets, 21);
    while let Some(SocketEvent { handle, .. }) = peer.client.engine.next_socket_event() {
        peer.client.engine.socket_done(handle);
    }
    assert_eq!(peer.client.engine.stats().sockets, 1);
    let (_, again) = another(&mut peer.client, "");
    assert!(others.iter().any(|(_, handle)| handle.place() == again.place() && *handle != again));
    assert_eq!(peer.client.engine.socket_send(others[0].1, true, b"late"), None);
}

#[test]
fn a_panic_of_ours_ends_the_socket_and_nothing_else() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.frames();
    peer.client.engine.fail_connection(peer.client.id);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Close);
    assert_eq!(peer.frames(), []);
    assert_eq!(peer.all_news(), [closed(1006, "")]);
}
