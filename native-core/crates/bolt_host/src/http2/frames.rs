//! Looks at the headers of the frames that come in, before the protocol does: frames that cost the client nothing and the server something
//! are counted, and a head that trickles in is noticed. The `h2` crate bounds memory; this bounds work.

/// Frames without content that one connection may send at once: PING, SETTINGS, PRIORITY, RST_STREAM, empty DATA, unknown types.
const BURST: u64 = 1_000;
/// How many of them it may send per second in the long run. Each response that was sent completely allows one more.
const PER_SECOND: u64 = 100;
/// Length of the client's connection preface (RFC 9113 §3.4).
const PREFACE: usize = 24;
/// Length of a frame header (RFC 9113 §4.1).
const HEADER: usize = 9;
/// Length of the payload of WINDOW_UPDATE (RFC 9113 §6.9).
const INCREMENT: usize = 4;
/// Bytes of content that may be sent on a connection whose client has not opened its window (RFC 9113 §6.9.2).
const FIRST_WINDOW: u64 = 65_535;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// What is known of the frames of one connection.
#[derive(Debug)]
pub(super) struct Frames {
    /// A frame header, and the increment of a WINDOW_UPDATE.
    header: [u8; HEADER + INCREMENT],
    /// How much of `header` is there.
    filled: usize,
    /// How much of it there has to be.
    wanted: usize,
    /// Bytes of content that the client allows for the connection, from its beginning on.
    window: u64,
    /// Bytes that belong to no frame header: the preface, then payloads.
    skip: usize,
    /// HEADERS came, and their last CONTINUATION did not.
    in_head: bool,
    /// Since when something is incomplete that should come in one go, in milliseconds.
    incomplete: Option<u64>,
    /// A thousandth of a frame each.
    allowance: u64,
    refilled: u64,
}

impl Frames {
    pub(super) fn new(now: u64) -> Self {
        Self {
            // No frame's; so the preface is not taken for the content of a DATA frame.
            header: [u8::MAX; HEADER + INCREMENT],
            filled: 0,
            wanted: HEADER,
            window: FIRST_WINDOW,
            skip: PREFACE,
            in_head: false,
            incomplete: Some(now),
            allowance: BURST * 1_000,
            refilled: now,
        }
    }

    /// Looks at bytes that came in; false when the client sent too many empty frames.
    pub(super) fn scan(&mut self, mut bytes: &[u8], now: u64) -> bool {
        self.refill(now);
        let mut is_fine = true;
        while !bytes.is_empty() {
            if self.skip > 0 {
                let count = self.skip.min(bytes.len());
                self.skip -= count;
                bytes = &bytes[count..];
                continue;
            }
            let count = (self.wanted - self.filled).min(bytes.len());
            self.header[self.filled..self.filled + count].copy_from_slice(&bytes[..count]);
            self.filled += count;
            bytes = &bytes[count..];
            if self.filled == self.wanted {
                is_fine &= self.frame();
            }
        }
        let in_payload = self.skip > 0 && self.header[3] != DATA;
        let is_incomplete = self.in_head || self.filled > 0 || in_payload;
        self.incomplete = if is_incomplete { self.incomplete.or(Some(now)) } else { None };
        is_fine
    }

    fn frame(&mut self) -> bool {
        let [a, b, c, kind, flags, s, t, u, v, increment @ ..] = self.header;
        if self.filled == HEADER + INCREMENT {
            (self.filled, self.wanted) = (0, HEADER);
            self.window += u64::from(u32::from_be_bytes(increment) & 0x7fff_ffff);
            return true;
        }
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if kind == WINDOW_UPDATE && length == INCREMENT && [s & 0x7f, t, u, v] == [0; 4] {
            self.wanted = HEADER + INCREMENT;
            return true;
        }
        self.filled = 0;
        self.skip = length;
        let is_cheap = match kind {
            DATA => length == 0 && flags & END_STREAM == 0,
            HEADERS | CONTINUATION => {
                self.in_head = flags & END_HEADERS == 0;
                false
            }
            WINDOW_UPDATE => false,
            _ => true,
        };
        if is_cheap {
            let rest = self.allowance.checked_sub(1_000);
            self.allowance = rest.unwrap_or_default();
            return rest.is_some();
        }
        true
    }

    fn refill(&mut self, now: u64) {
        self.allowance = (self.allowance + (now - self.refilled) * PER_SECOND).min(BURST * 1_000);
        self.refilled = now;
    }

    /// A response was sent completely.
    pub(super) fn reward(&mut self) {
        self.allowance = (self.allowance + 1_000).min(BURST * 1_000);
    }

    /// How many bytes of content the client allows for the connection, from its beginning on.
    pub(super) fn window(&self) -> u64 {
        self.window
    }

    /// Since when the client owes the rest of a frame or head.
    pub(super) fn incomplete(&self) -> Option<u64> {
        self.incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, length: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, length, kind, flags, 0, 0, 0, 1];
        bytes.resize(HEADER + usize::from(length), 0xff);
        bytes
    }

    fn started() -> Frames {
        let mut frames = Frames::new(0);
        assert!(frames.scan(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0));
        frames
    }

    #[test]
    fn floods_of_empty_frames_are_noticed_however_they_are_cut() {
        for kind in [2, 3, 4, 6, 99] {
            let flood = frame(kind, 0, 8).repeat(BURST as usize + 1);
            assert!(!started().scan(&flood, 0), "{kind}");
            let mut frames = started();
            let all = flood.chunks(7).map(|piece| frames.scan(piece, 0)).filter(|fine| !fine).count();
            assert_eq!(all, 1, "{kind}");
        }
        assert!(!started().scan(&frame(DATA, 0, 0).repeat(BURST as usize + 1), 0));
    }

    #[test]
    fn frames_with_a_purpose_are_not_counted() {
        let mut frames = started();
        for (kind, flags, length) in
            [(DATA, 0, 1), (DATA, END_STREAM, 0), (HEADERS, END_HEADERS, 5), (WINDOW_UPDATE, 0, 4)]
        {
            assert!(frames.scan(&frame(kind, flags, length).repeat(5_000), 0));
        }
    }

    #[test]
    fn the_allowance_comes_back_with_time_and_with_responses() {
        let mut frames = started();
        assert!(frames.scan(&frame(6, 0, 8).repeat(BURST as usize), 0));
        assert!(frames.scan(&frame(6, 0, 8), 10), "one more after 10 ms");
        frames.reward();
        assert!(frames.scan(&frame(3, 0, 4), 10), "one more after a response");
        assert!(!frames.scan(&frame(6, 0, 8), 10));
    }

    #[test]
    fn the_window_of_the_connection_is_known_however_its_frames_are_cut() {
        let update = |stream: u8, increment: u8| vec![0, 0, 4, WINDOW_UPDATE, 0, 0, 0, 0, stream, 0, 0, 0, increment];
        let bytes = [update(0, 7), update(1, 50), frame(6, 0, 8), update(0, 200)].concat();
        for size in [1, 5, 10, 13, 100] {
            let mut frames = started();
            assert_eq!(frames.window(), 65_535);
            assert!(bytes.chunks(size).all(|piece| frames.scan(piece, 0)));
            assert_eq!((frames.window(), frames.incomplete()), (65_742, None), "{size}");
        }
    }

    #[test]
    fn a_head_that_trickles_in_has_a_beginning() {
        let mut frames = started();
        assert_eq!(frames.incomplete(), None);
        frames.scan(&frame(HEADERS, 0, 3), 5);
        frames.scan(&frame(CONTINUATION, 0, 3), 9);
        assert_eq!(frames.incomplete(), Some(5));
        frames.scan(&frame(CONTINUATION, END_HEADERS, 0), 12);
        assert_eq!(frames.incomplete(), None);
        frames.scan(&frame(HEADERS, END_HEADERS, 9)[..12], 20);
        assert_eq!(frames.incomplete(), Some(20));
        let mut frames = started();
        frames.scan(&frame(DATA, 0, 9)[..12], 20);
        assert_eq!(frames.incomplete(), None, "the rate of bodies is the engine's");
    }
}
