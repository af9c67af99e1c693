//! Messages both ways, checked and compressed (RFC 6455 §5, RFC 7692).

use bolt_core::engine::{News, SocketEvent};

use crate::client::Client;
use crate::peer::{Peer, ask, frame, plan, text};

#[test]
fn messages_that_came_with_the_request_are_read_once_it_is_accepted() {
    let mut client = Client::new(&plan("{}", "", ""));
    client.send(&[ask(""), frame(0x81, b"early")].concat());
    let handle = client.next_handle().expect("a call");
    assert!(client.engine.next_socket_event().is_none());
    client.engine.accept(handle, std::iter::empty()).expect("sendable").expect("accepted");
    client.send(b"");
    assert!(client.engine.next_socket_event().is_none(), "the handler of open is not done");
    client.engine.socket_done(handle);
    assert_eq!(client.engine.next_socket_event(), Some(SocketEvent { handle, news: text("early") }));
}

#[test]
fn messages_are_told_one_at_a_time_and_in_order() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.send(
        &[frame(0x81, b"one"), frame(0x02, b"tw"), frame(0x89, b"p"), frame(0x80, b"o"), frame(0x81, b"3")].concat(),
    );
    assert_eq!(peer.frames(), [(0x8A, b"p".to_vec())]);
    let engine = &mut peer.client.engine;
    assert_eq!(engine.next_socket_event().expect("news").news, text("one"));
    assert!(engine.next_socket_event().is_none(), "the handler of the first is not done");
    engine.socket_done(peer.handle);
    assert_eq!(engine.next_socket_event().expect("news").news, News::Binary(b"two".to_vec()));
    engine.socket_done(peer.handle);
    assert_eq!(engine.next_socket_event().expect("news").news, text("3"));
}

#[test]
fn a_client_that_is_faster_than_its_handler_is_not_read_from() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let messages = frame(0x82, &[7; 1000]).repeat(200);
    peer.client.send(&messages);
    assert!(!peer.client.engine.wants_input(peer.client.id));
    peer.client.wait(40_000);
    peer.client.wait(40_000);
    assert_eq!(peer.frames(), [], "its silence is not its fault");
    let mut count = 0;
    while let Some(news) = peer.news() {
        assert_eq!(news, News::Binary(vec![7; 1000]));
        peer.client.send(b"");
        count += 1;
    }
    assert_eq!(count, 200);
    assert!(peer.client.engine.wants_input(peer.client.id));
}

#[test]
fn what_is_sent_is_framed_and_its_waiting_bytes_are_told() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    let engine = &mut peer.client.engine;
    assert_eq!(engine.socket_send(peer.handle, true, b"hello"), Some(7));
    assert_eq!(engine.socket_send(peer.handle, false, &[1; 200]), Some(7 + 204));
    assert_eq!(peer.frames(), [(0x81, b"hello".to_vec()), (0x82, vec![1; 200])]);
    assert_eq!(peer.client.engine.socket_buffered(peer.handle), Some(0));
    assert!(peer.news().is_none());
}

#[test]
fn a_drained_socket_is_told_once_after_much_waited() {
    let mut peer = Peer::open(&plan("{}", "", ""), "");
    peer.client.engine.socket_send(peer.handle, false, &[1; 100_000]);
    peer.client.engine.socket_send(peer.handle, false, &[1; 100_000]);
    assert!(peer.news().is_none());
    assert_eq!(peer.frames().len(), 2);
    assert_eq!(peer.all_news(), [News::Drained]);
}

#[test]
fn json_messages_are_checked_before_javascript_sees_them() {
    let schema = r#""message":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#;
    let mut peer = Peer::open(&plan("{}", "", &format!(r#"{schema},"tellsInvalid":true"#)), "");
    for message in [r#"{"n":1}"#, r#"{"n":"x"}"#, "{", "[]"] {
        peer.client.send(&frame(0x81, message.as_bytes()));
    }
    let news = peer.all_news();
    assert_eq!(news[0], text(r#"{"n":1}"#));
    let issues = |news: &News| match news {
        News::Invalid(text) => serde_json::from_slice::<serde_json::Value>(text).expect("JSON"),
        other => serde_json::json!(format!("{other:?}")),
    };
    assert_eq!(issues(&news[1])[0]["path"], "/n");
    assert_eq!(issues(&news[2])[0]["code"], "json");
    assert_eq!(issues(&news[3])[0]["code"], "type");
    peer.client.send(&frame(0x82, b"{}"));
    assert_eq!(peer.frames()[0].1[..2], 1003u16.to_be_bytes());

    let mut strict = Peer::open(&plan("{}", "", schema), "");
    strict.client.send(&frame(0x81, b"{}"));
    assert_eq!(strict.frames()[0].1[..2], 1008u16.to_be_bytes());
}

#[test]
fn compression_is_agreed_on_and_used_from_the_threshold_on() {
    let compression = r#""deflate":{"threshold":20,"contextTakeover":false,"windowBits":15}"#;
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let mut peer = Peer::open(&plan("{}", "", compression), offer);
    assert!(peer.client.text().contains("sec-websocket-extensions: permessage-deflate; server_no_context_takeover"));
    let engine = &mut peer.client.engine;
    engine.subscribe(peer.handle, "t");
    engine.socket_send(peer.handle, true, b"short");
    engine.socket_send(peer.handle, true, &[b'a'; 1000]);
    engine.publish("t", true, &[b'a'; 1000], None);
    let frames = peer.frames();
    assert_eq!(frames[0], (0x81, b"short".to_vec()));
    assert_eq!((frames[1].0, frames[2].0), (0xC1, 0xC1));
    assert_eq!(frames[1].1, frames[2].1);
    // What it sent itself comes back as it was.
    let sent = frame(0xC1, &frames[1].1);
    peer.client.send(&sent);
    assert_eq!(peer.all_news(), [News::Text(vec![b'a'; 1000])]);
    peer.client.send(&frame(0xC1, &[0xFF; 5]));
    assert_eq!(peer.frames()[0].1[..2], 1007u16.to_be_bytes());
}

#[test]
fn an_inflated_message_has_the_same_limit() {
    let compression = r#""messageBytes":900,"deflate":{"threshold":20,"contextTakeover":true,"windowBits":15}"#;
    let mut peer = Peer::open(&plan("{}", "", compression), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    peer.client.engine.socket_send(peer.handle, true, &[b'a'; 901]);
    let bomb = peer.frames().remove(0).1;
    assert!(bomb.len() < 30);
    peer.client.send(&frame(0xC1, &bomb));
    assert_eq!(peer.frames()[0].1[..2], 1009u16.to_be_bytes());
}
