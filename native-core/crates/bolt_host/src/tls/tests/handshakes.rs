//! How connections begin, and which do not.

use bolt_core::Fate;
use rustls::{AlertDescription, Error, HandshakeKind, ProtocolVersion};

use super::super::Version;
use super::rig::{Authority, Client, Rig, client_auth, options};

#[test]
fn both_versions_carry_http1() {
    let authority = Authority::new("A");
    for (versions, expected) in [
        (&[&rustls::version::TLS13][..], ProtocolVersion::TLSv1_3),
        (&[&rustls::version::TLS12], ProtocolVersion::TLSv1_2),
    ] {
        let mut rig = Rig::new(&options(&authority), &Client { versions, ..Client::of(&authority) });
        for _ in 0..2 {
            assert!(rig.get().starts_with("HTTP/1.1 200 OK\r\n"));
        }
        assert_eq!(rig.client.protocol_version(), Some(expected));
    }
}

#[test]
fn an_old_client_is_refused_where_only_the_newest_version_is_spoken() {
    let authority = Authority::new("A");
    let mut options = options(&authority);
    options.min_version = Version::Tls13;
    let old = Client { versions: &[&rustls::version::TLS12], ..Client::of(&authority) };
    let mut rig = Rig::new(&options, &old);
    assert_eq!(rig.run(), Err(Error::AlertReceived(AlertDescription::ProtocolVersion)));
    assert_eq!(rig.fate(), Fate::Linger);
}

#[test]
fn a_client_chooses_the_protocol_inside() {
    let authority = Authority::new("A");
    for (offered, chosen) in
        [(&[&b"h2"[..], b"http/1.1"][..], Some(&b"h2"[..])), (&[b"http/1.1"], Some(b"http/1.1")), (&[], None)]
    {
        let mut rig = Rig::new(&options(&authority), &Client { protocols: offered, ..Client::of(&authority) });
        rig.run().expect("understood");
        assert_eq!(rig.client.alpn_protocol(), chosen);
    }
    let other = Client { protocols: &[b"spdy/3"], ..Client::of(&authority) };
    let refused = Rig::new(&options(&authority), &other).run();
    assert_eq!(refused, Err(Error::AlertReceived(AlertDescription::NoApplicationProtocol)));
    let without = options(&authority).build(false).expect("a configuration");
    let both = Client { protocols: &[b"h2", b"http/1.1"], ..Client::of(&authority) };
    let mut rig = Rig::with(without, both.config(), "{}");
    rig.run().expect("understood");
    assert_eq!(rig.client.alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[test]
fn a_second_connection_resumes_the_first() {
    let authority = Authority::new("A");
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let client = Client { versions, ..Client::of(&authority) }.config();
        let server = options(&authority).build(true).expect("a configuration");
        let mut kinds = Vec::new();
        for _ in 0..2 {
            let mut rig = Rig::with(server.clone(), client.clone(), "{}");
            assert!(rig.get().contains("200 OK"));
            kinds.push(rig.client.handshake_kind());
        }
        assert_eq!(kinds, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]);
        // The keys of tickets end with their configuration.
        let mut rig = Rig::with(options(&authority).build(true).expect("a configuration"), client, "{}");
        rig.get();
        assert_eq!(rig.client.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn a_client_proves_who_it_is() {
    let (authority, clients) = (Authority::new("A"), Authority::new("C"));
    let mut options = options(&authority);
    options.client_auth = client_auth(&clients, true);
    let certificate = clients.issue(&["client.example"]);
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let client = Client { certificate: Some(certificate.clone()), versions, ..Client::of(&authority) };
        let mut rig = Rig::new(&options, &client);
        rig.client.writer();
        rig.run().expect("understood");
        std::io::Write::write_all(&mut rig.client.writer(), b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n").expect("written");
        let mut sent = Vec::new();
        while rig.client.wants_write() {
            rig.client.write_tls(&mut sent).expect("written");
        }
        rig.tls.receive(&mut rig.engine, rig.id, &sent);
        let call = rig.engine.next_call().expect("a call");
        let known =
            rig.engine.security(call.handle).flatten().expect("TLS").certificate.clone().expect("a certificate");
        assert!(known.windows(14).any(|bytes| bytes == b"client.example"));
    }
}

#[test]
fn a_client_without_the_right_certificate_is_refused() {
    let (authority, clients, others) = (Authority::new("A"), Authority::new("C"), Authority::new("O"));
    let mut options = options(&authority);
    for required in [true, false] {
        options.client_auth = client_auth(&clients, required);
        let wrong = Client { certificate: Some(others.issue(&["x"])), ..Client::of(&authority) };
        let mut rig = Rig::new(&options, &wrong);
        assert!(matches!(rig.run(), Err(Error::AlertReceived(_))), "{required}");
        assert_eq!(rig.engine.stats().requests, 0);
        let mut rig = Rig::new(&options, &Client::of(&authority));
        let is_refused = rig.run() == Err(Error::AlertReceived(AlertDescription::CertificateRequired));
        assert_eq!(is_refused, required);
        if !required {
            assert!(rig.get().contains("200 OK"));
        }
    }
}

#[test]
fn a_handshake_that_does_not_go_on_is_timed_out() {
    let authority = Authority::new("A");
    let server = options(&authority).build(true).expect("a configuration");
    let mut rig = Rig::with(server, Client::of(&authority).config(), r#"{"headersTimeout":1000}"#);
    rig.tls.receive(&mut rig.engine, rig.id, &[22, 3, 1]);
    rig.pass(1_100);
    rig.pass(1_100);
    assert_eq!(rig.fate(), Fate::Close);
}

#[test]
fn a_client_that_goes_away_in_the_handshake_is_forgotten() {
    let authority = Authority::new("A");
    let mut rig = Rig::new(&options(&authority), &Client::of(&authority));
    rig.tls.receive(&mut rig.engine, rig.id, &[22, 3, 1]);
    rig.tls.end_of_input(&mut rig.engine, rig.id);
    assert_eq!(rig.fate(), Fate::Close);
}
