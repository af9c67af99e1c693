//! What goes through a connection, and how it ends.

use bolt_core::Fate;

use super::rig::{Authority, Client, Rig, options};

fn rig() -> Rig {
    let authority = Authority::new("A");
    Rig::new(&options(&authority), &Client::of(&authority))
}

#[test]
fn records_that_trickle_in_are_understood() {
    let mut rig = rig();
    rig.piece = 1;
    assert!(rig.get().starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn a_large_response_arrives_and_little_of_it_waits() {
    let mut rig = rig();
    rig.run().expect("understood");
    rig.answer = vec![b'x'; 2_000_000];
    let mut sent = Vec::new();
    std::io::Write::write_all(&mut rig.client.writer(), b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n").expect("written");
    while rig.client.wants_write() {
        rig.client.write_tls(&mut sent).expect("written");
    }
    rig.tls.receive(&mut rig.engine, rig.id, &sent);
    let call = rig.engine.next_call().expect("a call");
    rig.engine.complete(call.handle, &rig.answer);
    let first = rig.tls.output(&mut rig.engine, rig.id).len();
    assert!((60_000..80_000).contains(&first), "{first}");
    assert_eq!(rig.tls.output(&mut rig.engine, rig.id).len(), first, "nothing is added to what a client does not take");
    rig.received.clear();
    rig.run().expect("understood");
    assert!(rig.received.len() > 2_000_000);
}

#[test]
fn the_end_of_a_response_is_not_cut_off_while_its_client_takes_it() {
    for request in
        ["GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /json HTTP/1.1\r\nHost: a\r\n\r\n"]
    {
        let mut rig = rig();
        rig.run().expect("understood");
        let mut sent = Vec::new();
        std::io::Write::write_all(&mut rig.client.writer(), request.as_bytes()).expect("written");
        while rig.client.wants_write() {
            rig.client.write_tls(&mut sent).expect("written");
        }
        rig.tls.receive(&mut rig.engine, rig.id, &sent);
        let call = rig.engine.next_call().expect("a call");
        rig.engine.complete(call.handle, &[b'x'; 50_000]);
        // The engine has nothing more; what the client did not take is encrypted already.
        assert!(rig.tls.output(&mut rig.engine, rig.id).len() > 50_000);
        rig.engine.blocked(rig.id);
        for _ in 0..6 {
            rig.pass(20_000);
            assert_eq!(rig.tls.fate(&rig.engine, rig.id), Fate::Open, "{request}");
        }
        rig.run().expect("understood");
        rig.engine.unblocked(rig.id);
        rig.pass(500);
        assert!(rig.tls.fate(&rig.engine, rig.id) != Fate::Close, "idle only from now on");
    }
}

#[test]
fn a_connection_ends_with_close_notify() {
    let mut rig = rig();
    let answer = rig.send(b"GET /json HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
    assert!(answer.contains("connection: close"));
    assert!(rig.client.process_new_packets().expect("understood").peer_has_closed());
    assert_eq!(rig.fate(), Fate::Linger);
}

#[test]
fn a_client_that_ends_its_side_still_gets_its_answer() {
    let mut rig = rig();
    rig.run().expect("understood");
    rig.client.send_close_notify();
    rig.run().expect("understood");
    assert_eq!(rig.fate(), Fate::Close);
    let mut rig = self::rig();
    rig.run().expect("understood");
    std::io::Write::write_all(&mut rig.client.writer(), b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n").expect("written");
    rig.client.send_close_notify();
    rig.run().expect("understood");
    assert!(String::from_utf8_lossy(&rig.received).contains("200 OK"));
    assert_eq!(rig.fate(), Fate::Close);
}

#[test]
fn bytes_that_were_changed_end_the_connection() {
    let mut rig = rig();
    rig.run().expect("understood");
    rig.tls.receive(
        &mut rig.engine,
        rig.id,
        &[23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
    );
    assert!(!rig.tls.output(&mut rig.engine, rig.id).is_empty(), "an alert");
    assert_eq!(rig.fate(), Fate::Linger);
}

#[test]
fn an_idle_connection_is_closed_like_one_without_tls() {
    let mut rig = rig();
    assert!(rig.get().contains("200 OK"));
    rig.pass(66_000);
    assert_eq!(rig.fate(), Fate::Close);
}

#[test]
fn draining_ends_a_connection_with_close_notify() {
    let mut rig = rig();
    assert!(rig.get().contains("200 OK"));
    rig.engine.drain();
    rig.tls.drain(&mut rig.engine, rig.id);
    rig.run().expect("understood");
    assert!(rig.client.process_new_packets().expect("understood").peer_has_closed());
    assert_ne!(rig.fate(), Fate::Open);
}

#[test]
fn random_bytes_never_panic() {
    let authority = Authority::new("A");
    let (server, client) = (options(&authority).build(true).expect("a configuration"), Client::of(&authority).config());
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for round in 0..300 {
        let mut rig = Rig::with(server.clone(), client.clone(), "{}");
        if round % 2 == 0 {
            rig.run().expect("understood");
        }
        for _ in 0..6 {
            let payload: Vec<u8> = (0..random() % 80).map(|_| random() as u8).collect();
            let kind = 20 + (random() % 5) as u8;
            let record = [&[kind, 3, 3, 0, payload.len() as u8][..], &payload].concat();
            rig.tls.receive(&mut rig.engine, rig.id, if random() % 3 == 0 { &payload } else { &record });
            rig.take();
        }
        rig.tls.end_of_input(&mut rig.engine, rig.id);
        rig.take();
        rig.tls.abandon(&mut rig.engine);
        rig.engine.remove(rig.id);
        assert_eq!(rig.engine.stats().connections, 0);
    }
}
