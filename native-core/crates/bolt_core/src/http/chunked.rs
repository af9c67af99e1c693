//! Decoder of the chunked transfer coding (RFC 9112 §7.1). Extensions and trailers are read, bounded and thrown away.

use crate::error::{ErrorCode, Refusal};

/// Most bytes of extensions and of trailers, each over the whole body.
const MAX_OVERHEAD: usize = 8 * 1024;
/// Most trailer fields.
const MAX_TRAILERS: usize = 32;
/// Most hex digits of a chunk size: 2^48 is more than any limit allows.
const MAX_DIGITS: u8 = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size {
        digits: u8,
    },
    /// White space after the size; an extension must follow.
    Space,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    Trailers,
    Done,
}

/// Where in a body the decoder is.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    size: u64,
    extensions: usize,
    trailers: Vec<u8>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { state: State::Size { digits: 0 }, size: 0, extensions: 0, trailers: Vec::new() }
    }
}

impl Decoder {
    /// Whether the last byte of the body was read.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Bytes of the chunk at hand that are still to come.
    pub fn announced(&self) -> u64 {
        if self.state == State::Data { self.size } else { 0 }
    }

    /// Reads on, hands over data with `sink`, returns how many bytes were used: all, unless the body ended.
    ///
    /// # Errors
    /// The coding is malformed or out of bounds, or `sink` refused.
    pub fn feed(&mut self, input: &[u8], mut sink: impl FnMut(&[u8]) -> Result<(), Refusal>) -> Result<usize, Refusal> {
        let mut at = 0;
        while at < input.len() && self.state != State::Done {
            if self.state == State::Data {
                let take = usize::try_from(self.size).unwrap_or(usize::MAX).min(input.len() - at);
                sink(&input[at..at + take])?;
                self.size -= take as u64;
                at += take;
                if self.size == 0 {
                    self.state = State::DataCr;
                }
            } else {
                self.state = self.step(input[at])?;
                at += 1;
            }
        }
        Ok(at)
    }

    fn step(&mut self, byte: u8) -> Result<State, Refusal> {
        Ok(match (self.state, byte) {
            (State::Size { digits }, byte) => self.size_byte(digits, byte)?,
            (State::Space, b' ' | b'\t') => self.extension_byte(State::Space)?,
            (State::Space, b';') => self.extension_byte(State::Extension)?,
            (State::Extension, b'\r') => State::SizeLf,
            (State::Extension, b'\t' | 0x20..=0x7e | 0x80..) => self.extension_byte(State::Extension)?,
            (State::SizeLf, b'\n') if self.size == 0 => State::Trailers,
            (State::SizeLf, b'\n') => State::Data,
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Size { digits: 0 },
            (State::Trailers, byte) => self.trailer_byte(byte)?,
            _ => return Err(bad("The chunked body is malformed.")),
        })
    }

    fn size_byte(&mut self, digits: u8, byte: u8) -> Result<State, Refusal> {
        if let Some(value) = char::from(byte).to_digit(16) {
            if digits == MAX_DIGITS {
                return Err(bad("A chunk size has too many digits."));
            }
            self.size = (if digits == 0 { 0 } else { self.size << 4 }) | u64::from(value);
            return Ok(State::Size { digits: digits + 1 });
        }
        match byte {
            _ if digits == 0 => Err(bad("A chunk has no size.")),
            b'\r' => Ok(State::SizeLf),
            b';' => self.extension_byte(State::Extension),
            b' ' | b'\t' => self.extension_byte(State::Space),
            _ => Err(bad("A chunk size is not hexadecimal.")),
        }
    }

    fn extension_byte(&mut self, next: State) -> Result<State, Refusal> {
        self.extensions += 1;
        if self.extensions > MAX_OVERHEAD {
            return Err(bad("The chunk extensions are too long."));
        }
        Ok(next)
    }

    fn trailer_byte(&mut self, byte: u8) -> Result<State, Refusal> {
        self.trailers.push(byte);
        if self.trailers.len() > MAX_OVERHEAD {
            return Err(Refusal::new(ErrorCode::HeadersTooLarge, "The trailers of the chunked body are too large."));
        }
        let section = self.trailers.as_slice();
        if byte != b'\n' {
            return Ok(State::Trailers);
        }
        if !section.ends_with(b"\r\n") {
            return Err(bad("A trailer line ends in LF without CR."));
        }
        if section != b"\r\n" && !section.ends_with(b"\r\n\r\n") {
            return Ok(State::Trailers);
        }
        let mut table = [httparse::EMPTY_HEADER; MAX_TRAILERS];
        match httparse::parse_headers(section, &mut table) {
            Ok(httparse::Status::Complete(_)) => Ok(State::Done),
            _ => Err(bad("The trailers of the chunked body are malformed.")),
        }
    }
}

fn bad(detail: &str) -> Refusal {
    Refusal::new(ErrorCode::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `input` in pieces of `step` bytes; the decoded body and the bytes that were left.
    fn decode(input: &[u8], step: usize) -> Option<(Vec<u8>, usize)> {
        let (mut decoder, mut body, mut used) = (Decoder::default(), Vec::new(), 0);
        for piece in input.chunks(step) {
            used += decoder
                .feed(piece, |data| {
                    body.extend_from_slice(data);
                    Ok(())
                })
                .ok()?;
            if decoder.is_done() {
                return Some((body, input.len() - used));
            }
        }
        None
    }

    #[test]
    fn reads_the_same_in_pieces_of_any_size() {
        let input = b"4;a=\"b\"\r\nWiki\r\n5 ;x\r\npedia\r\n0\r\nT: 1\r\nU: 2\r\n\r\nGET";
        for step in 1..input.len() {
            assert_eq!(
                decode(input, step),
                Some((b"Wikipedia".to_vec(), if step == 1 { 3 } else { decode(input, step).expect("ok").1 }))
            );
        }
        assert_eq!(decode(input, input.len()), Some((b"Wikipedia".to_vec(), 3)));
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("1;{}\r\n", "x".repeat(9000));
        for bad in [
            "\r\n",
            "g\r\n",
            "-1\r\n",
            "+1\r\n",
            "0x1\r\n",
            "1\n",
            "1\ra",
            "1 \r\n",
            "1\r\naX",
            "1\r\na\n",
            "1\r\na\rX",
            ";\r\n",
            "1;\n\r\n",
            "1;\0\r\n",
            "1234567890abc\r\n",
            "0\r\nA\r\n\r\n",
            "0\r\nA : b\r\n\r\n",
            "0\r\nA: b\n\r\n",
            "0\r\n\n",
            "0\r\n A: b\r\n\r\n",
            "0\r\nA: b\r\n c\r\n\r\n",
            &long,
        ] {
            assert!(Decoder::default().feed(bad.as_bytes(), |_| Ok(())).is_err(), "{bad:?}");
        }
    }
}
