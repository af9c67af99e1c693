//! Requests made up from the grammar of RFC 9112, and mutations of them: what is nearly right is what readers disagree on.

use crate::dice::Dice;

const METHODS: [&str; 10] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", "PROPFIND", "M-SEARCH"];
const TARGETS: [&str; 14] = [
    "/",
    "/a",
    "/a?b=c",
    "/a//b/../c",
    "/%41%2f",
    "/a;b=c@d",
    "/?",
    "/a?b?c",
    "/a|b",
    "/a[]{}'",
    "http://a/b",
    "http://b:81/c?d",
    "http://a",
    "https://[::1]:443/x",
];
const NAMES: [&str; 18] = [
    "Accept",
    "X",
    "x",
    "Cookie",
    "Connection",
    "Content-Length",
    "Transfer-Encoding",
    "Host",
    "Expect",
    "Upgrade",
    "TE",
    "Trailer",
    "Content-Type",
    "!#$%&'*+-.^_`|~1",
    "Transfer_Encoding",
    "Content-Encoding",
    "Keep-Alive",
    "Set-Cookie",
];
const VALUES: [&str; 22] = [
    "",
    "a",
    "a b\tc",
    "\"a",
    "0",
    "3",
    "5",
    "+5",
    "0x5",
    "5, 5",
    "chunked",
    "Chunked",
    "gzip, chunked",
    "chunked, gzip",
    "identity",
    "close",
    "keep-alive",
    "100-continue",
    "a:80",
    "[::1]",
    "\u{e9}",
    "h2c",
];
/// What framing turns on.
const PIECES: [&[u8]; 40] = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n\n",
    b"\0",
    b" ",
    b"\t",
    b"\x0b",
    b"\x0c",
    b"\x7f",
    b"\x80",
    b"\xa0",
    b"\xff",
    b":",
    b";",
    b",",
    b"=",
    b"\"",
    b"%",
    b"/",
    b"?",
    b"#",
    b"0",
    b"1",
    b"f",
    b"-",
    b"+",
    b"x",
    b"\r\n ",
    b"\r\n\t",
    b" :",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"GET / ",
    b"\r\nContent-Length: 4",
    b"\r\nTransfer-Encoding: chunked",
    b"\r\nTransfer-Encoding: x",
    b"\r\nConnection: close",
    b"0\r\n\r\n",
];

/// One to four requests, most of them well-formed, with up to four mutations.
pub fn stream(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=dice.roll(4) {
        request(dice, &mut bytes);
    }
    if dice.one_in(5) {
        return bytes;
    }
    for _ in 0..dice.roll(5) {
        mutate(dice, &mut bytes);
    }
    bytes
}

fn request(dice: &mut Dice, out: &mut Vec<u8>) {
    if dice.one_in(12) {
        out.extend_from_slice(b"\r\n");
    }
    let version = if dice.one_in(10) { "HTTP/1.0" } else { "HTTP/1.1" };
    out.extend_from_slice(format!("{} {} {version}\r\n", dice.pick(&METHODS), dice.pick(&TARGETS)).as_bytes());
    if !dice.one_in(20) {
        out.extend_from_slice(b"Host: a\r\n");
    }
    for _ in 0..dice.roll(4) {
        let name = *dice.pick(&NAMES);
        // Fields that decide the framing come below, so that most requests stay sound.
        if dice.one_in(4) || !matches!(name, "Host" | "Content-Length" | "Transfer-Encoding" | "Connection" | "Expect")
        {
            let space = *dice.pick(&["", " ", "\t", "  "]);
            out.extend_from_slice(
                format!("{name}:{space}{}{}\r\n", dice.pick(&VALUES), dice.pick(&["", "", " ", "\t"])).as_bytes(),
            );
        }
    }
    match dice.roll(4) {
        0 => out.extend_from_slice(b"\r\n"),
        1 => {
            let length = dice.roll(40);
            out.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
            out.extend((0..length).map(|_| dice.byte()));
        }
        2 => {
            out.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            chunks(dice, out);
        }
        _ => {
            let body = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
            out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
            out.extend_from_slice(body);
        }
    }
}

fn chunks(dice: &mut Dice, out: &mut Vec<u8>) {
    for _ in 0..dice.roll(4) {
        let length = 1 + dice.roll(20);
        let extension = *dice.pick(&["", "", ";a", ";a=b", ";a=\"b c\"", " ;a"]);
        let zeroes = *dice.pick(&["", "", "0", "00"]);
        out.extend_from_slice(format!("{zeroes}{length:x}{extension}\r\n").as_bytes());
        out.extend((0..length).map(|_| *dice.pick(b"abc\r\n0")));
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(
        dice.pick(&["0\r\n\r\n", "0\r\n\r\n", "000\r\n\r\n", "0;x\r\n\r\n", "0\r\nT: u\r\n\r\n"]).as_bytes(),
    );
}

/// Changes a place.
pub fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.roll(bytes.len() + 1);
    let piece = *dice.pick(&PIECES);
    let some = (at + 1 + dice.roll(6)).min(bytes.len());
    match dice.roll(8) {
        0 | 1 => drop(bytes.splice(at..at, piece.iter().copied())),
        2 => drop(bytes.splice(at..(at + 1).min(bytes.len()), piece.iter().copied())),
        3 => drop(bytes.drain(at..some)),
        4 if at < bytes.len() => bytes[at] = dice.byte(),
        5 => {
            let copied = bytes[at..some].to_vec();
            bytes.splice(at..at, copied);
        }
        // At the place that matters most: behind a line end.
        6 => {
            let ends: Vec<usize> = (1..bytes.len()).filter(|at| bytes[at - 1] == b'\n').collect();
            if !ends.is_empty() {
                let at = *dice.pick(&ends);
                bytes.splice(at..at, piece.iter().copied());
            }
        }
        _ => {
            let lines: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\r').collect();
            if !lines.is_empty() {
                let at = *dice.pick(&lines);
                bytes.splice(at..(at + dice.roll(3)).min(bytes.len()), piece.iter().copied());
            }
        }
    }
}
