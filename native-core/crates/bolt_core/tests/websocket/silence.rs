//! Time: clients that say nothing, and clients that take nothing.

use bolt_core::Fate;
use bolt_core::engine::News;
use bolt_core::websocket::CloseCode;

use crate::peer::{Peer, closed, frame, plan};

#[test]
fn a_silent_client_is_asked_and_then_closed() {
    let mut peer = Peer::open(&plan("{}", "", r#""idleTimeout":1000"#), "");
    peer.frames();
    peer.client.wait(499);
    assert_eq!(peer.frames(), []);
    peer.client.wait(101);
    assert_eq!(peer.frames(), [(0x89, Vec::new())]);
    peer.client.send(&frame(0x8A, b""));
    peer.client.wait(600);
    assert_eq!(peer.frames(), [(0x89, Vec::new())], "a pong is a sign of life");
    peer.client.wait(500);
    assert_eq!(peer.frames()[0].1[..2], 1001u16.to_be_bytes());
    assert!(matches!(peer.all_news()[..], [News::Closed(CloseCode::GOING_AWAY, _)]));
}

#[test]
fn without_pings_only_what_the_client_sends_counts() {
    let mut peer = Peer::open(&plan("{}", "", r#""idleTimeout":1000,"ping":false"#), "");
    peer.frames();
    peer.client.wait(900);
    assert_eq!(peer.frames(), []);
    peer.client.wait(200);
    assert_eq!(peer.frames()[0].1[..2], 1001u16.to_be_bytes());
}

#[test]
fn a_client_that_does_not_read_is_cut_and_its_handler_told_why() {
    let mut peer = Peer::open(&plan(r#"{"sendRate":100,"socketIdle":1000000}"#, "", ""), "");
    peer.client.takes = 0;
    peer.client.engine.socket_send(peer.handle, false, &[1; 5_000]);
    peer.client.pump();
    peer.client.wait(30_000);
    peer.client.take_more(2_000);
    peer.client.wait(30_000);
    assert_eq!(peer.client.engine.fate(peer.client.id), Fate::Reset);
    assert_eq!(peer.all_news(), [closed(1006, "too slow to take what it is sent (limits.sendRate)")]);
}

#[test]
fn a_client_that_reads_and_is_sent_nothing_has_no_clock_but_that_of_its_silence() {
    let mut peer = Peer::open(&plan(r#"{"sendRate":1000000,"socketIdle":1000000}"#, "", ""), "");
    for _ in 0..8 {
        peer.client.wait(60_000);
        peer.client.engine.socket_send(peer.handle, true, b"tick");
        peer.client.pump();
    }
    assert!(!peer.client.is_ended());
}
