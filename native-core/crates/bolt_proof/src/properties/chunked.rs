//! The decoder of chunks against one that is written for clarity, and against itself in pieces.

use bolt_core::http::chunked::Decoder;

use crate::dice::Dice;

/// The body and how many bytes it took; `None` while it is not complete.
type Decoded = Option<(Vec<u8>, usize)>;

pub(super) fn check(input: &[u8]) {
    // What fits in all bounds; the bounds have tests of their own.
    let input = &input[..input.len().min(4_000)];
    let whole = decode(std::iter::once(input));
    let mut dice = Dice::of(input);
    let cut = dice.roll(input.len() + 1);
    let (first, second) = input.split_at(cut);
    assert_eq!(decode([first, second].into_iter()), whole, "cut at {cut}");
    assert_eq!(decode(input.chunks(1)), whole, "byte by byte");
    if let Ok(Some((body, used))) = &whole {
        assert_eq!(plainly(&input[..*used]), Some((body.clone(), *used)), "another decoder sees another body");
    }
    if let Some((body, used)) = plainly(input) {
        assert_eq!(whole, Ok(Some((body, used))), "refused, though it is sound");
    }
}

fn decode<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Result<Decoded, ()> {
    let (mut decoder, mut body, mut used) = (Decoder::default(), Vec::new(), 0);
    for piece in pieces {
        let sink = |data: &[u8]| {
            body.extend_from_slice(data);
            Ok(())
        };
        used += decoder.feed(piece, sink).map_err(|_| ())?;
        if decoder.is_done() {
            return Ok(Some((body, used)));
        }
    }
    Ok(None)
}

/// RFC 9112 §7.1 line by line.
fn plainly(input: &[u8]) -> Decoded {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = line(input, at)?;
        at += line.len() + 2;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let rest = line[digits..].trim_ascii_start();
        let blank = line.len() - digits - rest.len();
        let extension = rest.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..));
        let spaces = line[digits..digits + blank].iter().all(|byte| matches!(byte, b' ' | b'\t'));
        let ended = rest.is_empty() && blank == 0 || rest.first() == Some(&b';');
        if !(1..=12).contains(&digits) || !extension || !spaces || !ended {
            return None;
        }
        let size = usize::from_str_radix(str::from_utf8(&line[..digits]).ok()?, 16).ok()?;
        if size == 0 {
            return trailers(input, at).map(|end| (body, end));
        }
        body.extend_from_slice(input.get(at..at.checked_add(size)?)?);
        at += size;
        if input.get(at..at + 2)? != b"\r\n" {
            return None;
        }
        at += 2;
    }
}

/// A line without its CRLF, in which neither stands alone.
fn line(input: &[u8], at: usize) -> Option<&[u8]> {
    let rest = input.get(at..)?;
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    Some(&rest[..end]).filter(|line| !line.iter().any(|byte| matches!(byte, b'\r' | b'\n')))
}

/// Where the trailers end.
fn trailers(input: &[u8], mut at: usize) -> Option<usize> {
    // As many as are taken, and the empty line.
    for _ in 0..=32 {
        let line = line(input, at)?;
        at += line.len() + 2;
        if line.is_empty() {
            return Some(at);
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = line[..colon].iter().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b));
        let value = line[colon + 1..].iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..));
        if colon == 0 || !name || !value {
            return None;
        }
    }
    None
}
