//! The frame decoder from outside: messages however they are cut, and what ends a connection.

use bolt_core::websocket::{CloseCode, Decoder, Fault, Item};

const MOST: usize = 1 << 20;

/// A frame as a client sends it; `first` is its first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0xA1, 0x02, 0xF3, 0x54];
    let mut out = vec![first];
    match payload.len() {
        length @ 0..=125 => out.push(0x80 | length as u8),
        length @ 126..=0xFFFF => {
            out.push(0xFE);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(0xFF);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    out.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]));
    out
}

/// Feeds bytes in pieces, as a connection does: what is not used comes again with the next piece.
fn decode(bytes: &[u8], piece: usize, decoder: &mut Decoder) -> Result<Vec<Item>, (Fault, usize)> {
    let (mut items, mut kept, mut seen) = (Vec::new(), Vec::new(), 0);
    for chunk in bytes.chunks(piece) {
        seen += chunk.len();
        kept.extend_from_slice(chunk);
        let mut at = 0;
        loop {
            let (used, item) = decoder.decode(&kept[at..], Vec::new).map_err(|fault| (fault, seen))?;
            at += used;
            items.extend(item);
            if used == 0 || at == kept.len() {
                break;
            }
        }
        kept.drain(..at);
    }
    Ok(items)
}

fn all(bytes: &[u8]) -> Result<Vec<Item>, (Fault, usize)> {
    decode(bytes, usize::MAX, &mut Decoder::new(MOST, false))
}

fn text(data: &str) -> Item {
    Item::Message { is_text: true, is_compressed: false, data: data.as_bytes().to_vec() }
}

fn code_of(bytes: &[u8]) -> u16 {
    all(bytes).expect_err("refused").0.code.0
}

#[test]
fn messages_are_the_same_however_their_bytes_are_cut() {
    let long = "κόσμε ".repeat(12_000);
    let bytes = [
        frame(0x81, b"Hello"),
        frame(0x01, "κό".as_bytes()),
        frame(0x89, b"ping"),
        frame(0x00, b""),
        frame(0x8A, b"pong"),
        frame(0x80, "σμε".as_bytes()),
        frame(0x82, &[0xFF; 130]),
        frame(0x81, long.as_bytes()),
        frame(0x82, b""),
        frame(0x88, b"\x03\xe8bye"),
    ]
    .concat();
    let binary = |data: &[u8]| Item::Message { is_text: false, is_compressed: false, data: data.to_vec() };
    let expected = vec![
        text("Hello"),
        Item::Ping(b"ping".to_vec()),
        Item::Pong,
        text("κόσμε"),
        binary(&[0xFF; 130]),
        text(&long),
        binary(b""),
        Item::Close(CloseCode::NORMAL, "bye".into()),
    ];
    for piece in [1, 2, 3, 5, 7, 13, 64, 1000, 65_536, usize::MAX] {
        let mut decoder = Decoder::new(MOST, false);
        assert_eq!(decode(&bytes, piece, &mut decoder).expect("valid"), expected, "pieces of {piece}");
        assert!(decoder.is_between_messages());
    }
}

#[test]
fn text_that_is_no_utf8_is_refused_with_the_first_byte_that_shows_it() {
    // Autobahn 6.4.3: a code point over U+10FFFF; its second byte decides.
    let bad = [b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5".as_slice(), b"\xf4\x90\x80\x80", b"edited"].concat();
    let bytes = frame(0x81, &bad);
    let (fault, seen) = decode(&bytes, 1, &mut Decoder::new(MOST, false)).expect_err("refused");
    assert_eq!(fault.code, CloseCode::INVALID_DATA);
    assert_eq!(seen, 6 + 11 + 2);
}

#[test]
fn a_character_may_be_cut_between_frames_but_not_by_the_end() {
    let whole = [frame(0x01, b"\xe2\x82"), frame(0x80, b"\xac")].concat();
    assert_eq!(all(&whole).expect("valid"), [text("€")]);
    let cut = [frame(0x01, b"\xe2\x82"), frame(0x80, b"")].concat();
    assert_eq!(all(&cut).expect_err("refused").0.code, CloseCode::INVALID_DATA);
    for bad in [&b"\x80"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xff", b"\xe0\x80\xaf"] {
        assert_eq!(code_of(&frame(0x81, bad)), 1007, "{bad:x?}");
    }
}

#[test]
fn fragments_out_of_order_break_the_protocol() {
    assert_eq!(code_of(&frame(0x80, b"x")), 1002);
    assert_eq!(code_of(&frame(0x00, b"x")), 1002);
    assert_eq!(code_of(&[frame(0x01, b"a"), frame(0x81, b"b")].concat()), 1002);
    assert_eq!(code_of(&[frame(0x81, b"a"), frame(0x80, b"b")].concat()), 1002);
}

#[test]
fn a_message_over_the_limit_is_refused_when_it_is_announced() {
    let mut decoder = Decoder::new(100, false);
    let head = &frame(0x82, &[0; 101])[..6];
    assert_eq!(decode(head, 1, &mut decoder).expect_err("refused").0, Decoder::TOO_BIG);
    let parts = [frame(0x02, &[0; 60]), frame(0x80, &[0; 41])].concat();
    let (fault, seen) = decode(&parts, 1, &mut Decoder::new(100, false)).expect_err("refused");
    assert_eq!((fault, seen), (Decoder::TOO_BIG, 66 + 6));
    let exact = [frame(0x02, &[0; 60]), frame(0x80, &[0; 40])].concat();
    assert_eq!(decode(&exact, 9, &mut Decoder::new(100, false)).expect("valid").len(), 1);
    // The highest length there is.
    let huge = [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4];
    assert_eq!(all(&huge).expect_err("refused").0, Decoder::TOO_BIG);
}

#[test]
fn announcing_a_large_message_costs_no_memory() {
    let head = [0x82, 0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4, 9];
    let mut decoder = Decoder::new(usize::MAX, false);
    let mut given = 0;
    let (used, item) = decoder
        .decode(&head, || {
            given += 1;
            Vec::new()
        })
        .expect("valid");
    assert_eq!((used, item, given), (head.len(), None, 1));
}

#[test]
fn only_the_first_frame_of_a_message_may_be_compressed_and_only_when_agreed() {
    assert_eq!(code_of(&frame(0xC1, b"x")), 1002);
    let compressed = |bytes: &[u8]| decode(bytes, 3, &mut Decoder::new(MOST, true));
    let items = compressed(&[frame(0x41, b"\xff"), frame(0x80, b"\xfe")].concat()).expect("text is looked at later");
    assert_eq!(items, [Item::Message { is_text: true, is_compressed: true, data: vec![0xFF, 0xFE] }]);
    assert!(compressed(&[frame(0x41, b"a"), frame(0xC0, b"b")].concat()).is_err());
    assert!(compressed(&frame(0xC9, b"a")).is_err());
}

#[test]
fn random_bytes_never_panic_and_end_in_a_fault_or_a_wait() {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..20_000 {
        let length = (random() % 60) as usize;
        let mut bytes: Vec<u8> = (0..length).map(|_| random() as u8).collect();
        // Half of them begin like frames, so that more than the first byte is reached.
        if random() % 2 == 0 && length > 1 {
            bytes[0] = [0x81, 0x01, 0x82, 0x80, 0x89, 0x88, 0xC1][(random() % 7) as usize];
            bytes[1] |= 0x80;
        }
        let piece = 1 + (random() % 8) as usize;
        let whole = decode(&bytes, usize::MAX, &mut Decoder::new(1000, true));
        let pieces = decode(&bytes, piece, &mut Decoder::new(1000, true));
        let code = |(fault, _): (Fault, usize)| fault.code;
        assert_eq!(whole.map_err(code), pieces.map_err(code), "{bytes:x?} in pieces of {piece}");
    }
}
