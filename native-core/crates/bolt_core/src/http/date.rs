//! The Date field (RFC 9110 §6.6.1), rendered once a second.

use std::time::{Duration, SystemTime};

/// A complete field line, `date: …\r\n` (RFC 9110 §6.6.1), for the current second.
#[derive(Debug)]
pub struct DateLine {
    second: u64,
    line: [u8; Self::LEN],
}

impl DateLine {
    const LEN: usize = 6 + 29 + 2;

    /// A line for a time in seconds since 1970.
    pub fn new(second: u64) -> Self {
        let mut line = [0; Self::LEN];
        line[..6].copy_from_slice(b"date: ");
        line[Self::LEN - 2..].copy_from_slice(b"\r\n");
        let mut date = Self { second, line };
        date.render();
        date
    }

    /// Moves to another second, if it is one.
    pub fn set(&mut self, second: u64) {
        if second != self.second {
            self.second = second;
            self.render();
        }
    }

    /// Seconds since 1970.
    pub fn second(&self) -> u64 {
        self.second
    }

    /// The field line.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    fn render(&mut self) {
        let text = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(self.second));
        self.line[6..Self::LEN - 2].copy_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_clock() {
        let mut date = DateLine::new(784_111_777);
        assert_eq!(date.line(), b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
        date.set(784_111_778);
        assert_eq!(date.line(), b"date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
    }
}
