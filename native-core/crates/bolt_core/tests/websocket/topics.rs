//! Topics: who subscribes and unsubscribes, and who is told.

use crate::peer::{Peer, another, plan};

#[test]
fn a_published_message_reaches_all_subscribers_but_the_excepted() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let second = another(&mut peer.client, "");
    let engine = &mut peer.client.engine;
    assert_eq!(engine.publish("news", true, b"nobody", None), 0);
    for handle in [peer.handle, second.1] {
        assert!(engine.subscribe(handle, "news") && engine.subscribe(handle, "news"));
    }
    assert!(engine.subscribe(second.1, "other"));
    assert_eq!(engine.publish("news", true, b"all", None), 2);
    assert_eq!(engine.publish("news", true, b"others", Some(peer.handle)), 1);
    assert_eq!(engine.publish("other", true, b"second", None), 1);
    assert_eq!(engine.output(second.0).len(), 5 + 8 + 8);
    assert!(engine.unsubscribe(peer.handle, "news") && !engine.unsubscribe(peer.handle, "news"));
    assert_eq!(engine.publish("news", true, b"x", None), 1);
    engine.remove(second.0);
    assert_eq!(engine.publish("news", true, b"x", None), 0);
    assert!(!engine.subscribe(second.1, "news"));
    assert_eq!(peer.frames(), [(0x81, b"all".to_vec())]);
}

#[test]
fn subscribers_may_come_and_go_in_any_order() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let mut others: Vec<_> = (0..50).map(|_| another(&mut peer.client, "")).collect();
    for (at, (_, handle)) in others.iter().enumerate() {
        for topic in ["a", "b", "c"].iter().take(1 + at % 3) {
            peer.client.engine.subscribe(*handle, topic);
        }
    }
    let mut left = (50, 33, 16);
    for step in 0..50 {
        let at = (step * 7) % others.len();
        let (id, handle) = others.remove(at);
        let in_b = peer.client.engine.unsubscribe(handle, "b");
        left.1 -= usize::from(in_b);
        let before = peer.client.engine.publish("c", false, b"", None);
        peer.client.engine.remove(id);
        let after = peer.client.engine.publish("c", false, b"", None);
        left.2 -= before - after;
        left.0 -= 1;
        assert_eq!(peer.client.engine.publish("a", false, b"", None), left.0, "step {step}");
        assert_eq!(peer.client.engine.publish("b", false, b"", None), left.1, "step {step}");
    }
    assert_eq!(left, (0, 0, 0));
}

const TOO_SLOW_BYTES: usize = 2 + "too slow to take what it is sent (limits.bufferedBytes)".len();

#[test]
fn a_slow_subscriber_is_closed_and_the_others_are_served() {
    let mut peer = Peer::open(&plan("{}", "", r#""bufferedBytes":1000"#), "");
    let slow = another(&mut peer.client, "");
    let engine = &mut peer.client.engine;
    engine.subscribe(peer.handle, "t");
    engine.subscribe(slow.1, "t");
    assert_eq!(engine.publish("t", false, &[0; 2000], None), 2);
    // One client takes what it is sent, the other nothing.
    let count = engine.output(peer.client.id).len();
    engine.wrote(peer.client.id, count);
    engine.wrote(slow.0, 100);
    assert_eq!(engine.publish("t", false, b"x", None), 1);
    assert_eq!(engine.publish("t", false, b"x", None), 1);
    let output = peer.client.engine.output(slow.0);
    assert_eq!(output[output.len() - TOO_SLOW_BYTES..][..2], 1013u16.to_be_bytes());
}
