//! Compression of messages (RFC 7692 §7.2).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::Decoder;
use super::close::Fault;
use super::extension::MAX_WINDOW;

/// What ends each flushed piece of deflate; it is not sent (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];
/// Level of compression: messages are small and many, so time counts for more than the last percent.
const LEVEL: u32 = 3;
/// Least room that output is given at one time.
const PIECE: usize = 1024;

const CORRUPT: Fault = Fault::invalid("a compressed message that cannot be read");

/// Inflates messages. It holds up to 40 KiB; without context takeover one serves all connections.
#[derive(Debug)]
pub struct Inflater(Decompress);

impl Default for Inflater {
    fn default() -> Self {
        // A larger window than the client's reads what a smaller one wrote.
        Self(Decompress::new_with_window_bits(false, MAX_WINDOW))
    }
}

impl Inflater {
    /// Inflates a message to the end of `out`. `keeps`: the next one may refer to this one.
    ///
    /// # Errors
    /// No deflate, or more than `most` bytes: it stops there, so that a small message cannot cost much time or memory.
    pub fn message(&mut self, data: &[u8], out: &mut Vec<u8>, most: usize, keeps: bool) -> Result<(), Fault> {
        let read = match self.feed(data, out, most) {
            Ok(true) => Ok(()),
            Ok(false) => self.feed(&TAIL, out, most).map(|_| ()),
            Err(fault) => Err(fault),
        };
        if !keeps || read.is_err() {
            self.0.reset(false);
        }
        read
    }

    /// Whether the input ended with a block that says it is the last, which needs no tail.
    fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>, most: usize) -> Result<bool, Fault> {
        loop {
            if out.len() == out.capacity() {
                out.reserve(PIECE.max(input.len().saturating_mul(2)).min(most.saturating_sub(out.len()) + 1));
            }
            let before = self.0.total_in();
            let status = self.0.decompress_vec(input, out, FlushDecompress::Sync).map_err(|_| CORRUPT)?;
            input = &input[(self.0.total_in() - before) as usize..];
            if out.len() > most {
                return Err(Decoder::TOO_BIG);
            }
            match status {
                // More may follow a last block: then it is a stream of its own (RFC 7692 §7.2.3.5).
                Status::StreamEnd => {
                    self.0.reset(false);
                    if input.is_empty() {
                        return Ok(true);
                    }
                }
                _ if out.len() == out.capacity() => {}
                _ if input.is_empty() => return Ok(false),
                Status::Ok => {}
                Status::BufError => return Err(CORRUPT),
            }
        }
    }
}

/// Deflates messages. It holds about 256 KiB; without context takeover one serves all connections.
#[derive(Debug)]
pub struct Deflater(Compress);

impl Deflater {
    /// A deflater with a window of so many bits, 9 to 15.
    pub fn new(window: u8) -> Self {
        Self(Compress::new_with_window_bits(Compression::new(LEVEL), false, window))
    }

    /// Deflates a message to the end of `out`. `keeps`: the next one may refer to this one.
    pub fn message(&mut self, mut data: &[u8], out: &mut Vec<u8>, keeps: bool) {
        loop {
            if out.len() == out.capacity() {
                out.reserve(PIECE.max(data.len() / 4));
            }
            let before = self.0.total_in();
            // The library fails only when it is used after its end, and this stream has none.
            let Ok(_) = self.0.compress_vec(data, out, FlushCompress::Sync) else { break };
            data = &data[(self.0.total_in() - before) as usize..];
            if data.is_empty() && out.len() < out.capacity() {
                break;
            }
        }
        if out.ends_with(&TAIL) {
            out.truncate(out.len() - TAIL.len());
        }
        if !keeps {
            self.0.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1 << 20;

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Deflater::new(15).message(data, &mut out, false);
        out
    }

    fn inflated(data: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        Inflater::default().message(data, &mut out, MOST, false).map(|()| out)
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let hello = Ok(b"Hello".to_vec());
        // §7.2.3.1: one block; §7.2.3.3: stored; §7.2.3.4: a last block and an empty one; §7.2.3.5: two blocks.
        for bytes in [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
            &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        ] {
            assert_eq!(inflated(bytes), hello, "{bytes:x?}");
        }
    }

    #[test]
    fn messages_of_any_size_survive_both_ways() {
        for size in [0, 1, 2, 125, 126, 1000, 1023, 1024, 1025, 65_535, 300_000] {
            let data: Vec<u8> = (0..size).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            assert_eq!(inflated(&deflated(&data)).expect("readable"), data, "{size}");
        }
    }

    #[test]
    fn context_makes_repetitions_small_and_is_needed_to_read_them() {
        let (mut deflater, mut inflater) = (Deflater::new(15), Inflater::default());
        let message = br#"{"type":"tick","symbol":"ABCDEF","bid":101.25,"ask":101.5}"#;
        let mut sizes = Vec::new();
        for _ in 0..3 {
            let (mut small, mut back) = (Vec::new(), Vec::new());
            deflater.message(message, &mut small, true);
            inflater.message(&small, &mut back, MOST, true).expect("readable");
            assert_eq!(back, message);
            sizes.push(small.len());
        }
        assert!(sizes[1] * 4 < sizes[0], "{sizes:?}");
        let mut small = Vec::new();
        deflater.message(message, &mut small, true);
        assert!(inflated(&small).is_err(), "it refers to what this side never saw");
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let bomb = deflated(&vec![0; 50 << 20]);
        assert!(bomb.len() < 300_000);
        let mut out = Vec::new();
        let fault = Inflater::default().message(&bomb, &mut out, MOST, false).expect_err("too big");
        assert_eq!(fault, Decoder::TOO_BIG);
        assert!(out.capacity() <= 4 * MOST, "{}", out.capacity());
    }

    #[test]
    fn what_is_no_deflate_is_refused_and_does_not_spoil_the_next_message() {
        let mut inflater = Inflater::default();
        let mut out = Vec::new();
        assert_eq!(inflater.message(&[0xFF; 20], &mut out, MOST, true), Err(CORRUPT));
        out.clear();
        inflater.message(&deflated(b"Hello"), &mut out, MOST, true).expect("readable");
        assert_eq!(out, b"Hello");
    }

    #[test]
    fn small_windows_are_kept_to() {
        let data: Vec<u8> = (0..200u32).flat_map(|n| n.to_string().into_bytes()).collect::<Vec<_>>().repeat(20);
        for window in 9..=15 {
            let mut small = Vec::new();
            Deflater::new(window).message(&data, &mut small, false);
            let mut back = Vec::new();
            let mut narrow = Inflater(Decompress::new_with_window_bits(false, window));
            narrow.message(&small, &mut back, MOST, false).expect("readable with that window");
            assert_eq!(back, data, "{window}");
        }
    }
}
