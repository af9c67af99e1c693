//! Frames (RFC 6455 §5.2): reading the head of a client's, writing a server's.

use super::close::Fault;

/// Largest payload of a control frame (RFC 6455 §5.5).
pub const MAX_CONTROL: usize = 125;
const FIN: u8 = 0x80;
const RSV1: u8 = 0x40;
const RSV_OTHERS: u8 = 0x30;
const MASKED: u8 = 0x80;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opcode {
    /// More of the message that a frame before began.
    Continuation,
    /// UTF-8.
    Text,
    /// Bytes.
    Binary,
    /// The end.
    Close,
    /// Asks for a pong.
    Ping,
    /// Answers a ping.
    Pong,
}

impl Opcode {
    fn read(bits: u8) -> Result<Self, Fault> {
        Ok(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return Err(Fault::protocol("a reserved opcode")),
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xA,
        }
    }

    /// Whether it is about the connection and not part of a message.
    pub fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The head of a client's frame (RFC 6455 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Whether it is the last of its message.
    pub fin: bool,
    /// Whether the message it begins is compressed (RFC 7692 §6).
    pub compressed: bool,
    /// What it is.
    pub opcode: Opcode,
    /// What its payload is masked with.
    pub mask: [u8; 4],
    /// Payload bytes.
    pub length: u64,
}

impl Header {
    /// Reads a head; `None` when it is not complete. With the head comes its own length.
    ///
    /// # Errors
    /// A frame that a client must not send. It is refused as soon as its bytes show it.
    #[inline]
    pub fn read(bytes: &[u8], may_compress: bool) -> Result<Option<(Self, usize)>, Fault> {
        let Some(&first) = bytes.first() else { return Ok(None) };
        let (fin, compressed) = (first & FIN != 0, first & RSV1 != 0);
        let opcode = Opcode::read(first & 0x0F)?;
        if first & RSV_OTHERS != 0 || (compressed && !may_compress) {
            return Err(Fault::protocol("a reserved bit without an extension that uses it"));
        }
        if compressed && !matches!(opcode, Opcode::Text | Opcode::Binary) {
            return Err(Fault::protocol("only the first frame of a message says that it is compressed"));
        }
        if opcode.is_control() && !fin {
            return Err(Fault::protocol("a control frame in fragments"));
        }
        let Some(&second) = bytes.get(1) else { return Ok(None) };
        if second & MASKED == 0 {
            return Err(Fault::protocol("a frame without a mask"));
        }
        let short = second & !MASKED;
        if opcode.is_control() && usize::from(short) > MAX_CONTROL {
            return Err(Fault::protocol("a control frame over 125 bytes"));
        }
        let Some((length, at)) = length(bytes, short)? else { return Ok(None) };
        let Some(mask) = bytes.get(at..at + 4) else { return Ok(None) };
        let mask = [mask[0], mask[1], mask[2], mask[3]];
        Ok(Some((Self { fin, compressed, opcode, mask, length }, at + 4)))
    }
}

/// The payload length and where it ends.
fn length(bytes: &[u8], short: u8) -> Result<Option<(u64, usize)>, Fault> {
    let (length, at, least) = match short {
        126 => {
            let Some(field) = bytes.get(2..4) else { return Ok(None) };
            (u64::from(u16::from_be_bytes([field[0], field[1]])), 4, 126)
        }
        127 => {
            let Some(field) = bytes.get(2..).and_then(<[u8]>::first_chunk::<8>) else { return Ok(None) };
            (u64::from_be_bytes(*field), 10, 65_536)
        }
        short => (u64::from(short), 2, 0),
    };
    if length < least {
        return Err(Fault::protocol("a length in more bytes than it needs"));
    }
    if length > i64::MAX as u64 {
        return Err(Fault::protocol("a length with the highest bit set"));
    }
    Ok(Some((length, at)))
}

/// Appends a whole unmasked frame, as a server sends it (RFC 6455 §5.1).
#[inline]
pub fn write(out: &mut Vec<u8>, opcode: Opcode, compressed: bool, payload: &[u8]) {
    out.reserve(payload.len() + 10);
    out.push(FIN | if compressed { RSV1 } else { 0 } | opcode.bits());
    match payload.len() {
        length @ 0..=125 => out.push(length as u8),
        length @ 126..=0xFFFF => {
            out.push(126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<(Header, usize)>, Fault> {
        Header::read(bytes, false)
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let (header, size) = read(&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f]).expect("valid").expect("complete");
        assert_eq!(size, 6);
        assert_eq!((header.fin, header.opcode, header.length), (true, Opcode::Text, 5));
        assert_eq!(header.mask, [0x37, 0xfa, 0x21, 0x3d]);
    }

    #[test]
    fn a_head_in_pieces_is_complete_with_its_last_byte() {
        let long = [0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4];
        for end in 0..long.len() {
            assert_eq!(read(&long[..end]), Ok(None), "{end} bytes");
        }
        assert_eq!(read(&long).expect("valid").expect("complete").0.length, 65_536);
    }

    #[test]
    fn what_no_client_may_send_is_refused_by_its_first_bytes() {
        let cases: [(&[u8], &str); 8] = [
            (&[0x83], "opcode"),
            (&[0x8B], "opcode"),
            (&[0xC1], "reserved bit"),
            (&[0x91], "reserved bit"),
            (&[0x09], "fragments"),
            (&[0x81, 0x05], "without a mask"),
            (&[0x89, 0xFE], "125"),
            (&[0x81, 0xFE, 0, 125], "more bytes"),
        ];
        for (bytes, part) in cases {
            let fault = read(bytes).expect_err("refused");
            assert!(fault.reason.contains(part), "{bytes:x?}: {}", fault.reason);
        }
        let highest = [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0];
        assert!(read(&highest).is_err());
    }

    #[test]
    fn lengths_are_written_in_as_few_bytes_as_they_need() {
        for (length, head) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut out = Vec::new();
            write(&mut out, Opcode::Binary, false, &vec![7; length]);
            assert_eq!(out.len(), head + length);
        }
    }
}
