//! How a request's body is delimited (RFC 9112 §6.3), decided so that no other reader can see it differently: anything ambiguous is
//! refused instead of repaired.

use crate::error::{ErrorCode, Refusal};

/// Where the body ends (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// No body.
    #[default]
    None,
    /// After this many bytes, at least one.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// Where a framing below HTTP says so, as HTTP/2 does (RFC 9113 §8.1).
    Outside,
}

/// What the connection-level fields said so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) hosts: usize,
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
    expects_continue: bool,
}

/// The sum of all fields.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) framing: Framing,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

impl Seen {
    /// Takes one field into account.
    #[inline]
    pub(super) fn field(&mut self, name: &str, value: &[u8]) -> Result<(), Refusal> {
        match name.len() {
            4 if name.eq_ignore_ascii_case("host") => self.hosts += 1,
            6 if name.eq_ignore_ascii_case("expect") => self.expect(value)?,
            10 if name.eq_ignore_ascii_case("connection") => self.connection(value),
            14 if name.eq_ignore_ascii_case("content-length") => self.content_length(value)?,
            17 if name.eq_ignore_ascii_case("transfer-encoding") => self.transfer_encoding(value)?,
            _ => {}
        }
        Ok(())
    }

    fn connection(&mut self, value: &[u8]) {
        for option in value.split(|b| *b == b',') {
            let option = option.trim_ascii();
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// RFC 9110 §10.1.1.
    fn expect(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if !value.eq_ignore_ascii_case(b"100-continue") {
            return Err(Refusal::new(
                ErrorCode::ExpectationFailed,
                "The only expectation that can be met is 100-continue.",
            ));
        }
        self.expects_continue = true;
        Ok(())
    }

    fn content_length(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if self.length.is_some() {
            return Err(bad("Content-Length occurs twice."));
        }
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return Err(bad("Content-Length is not a plain number."));
        }
        let length =
            value.iter().try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
        self.length = Some(length.ok_or_else(|| bad("Content-Length is out of range."))?);
        Ok(())
    }

    fn transfer_encoding(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
            return Err(bad("The only Transfer-Encoding that is understood is a single chunked."));
        }
        self.chunked = true;
        Ok(())
    }

    /// Decides; `http10` is the request's version.
    pub(super) fn verdict(&self, http10: bool) -> Result<Verdict, Refusal> {
        let framing = match (self.chunked, self.length) {
            (true, Some(_)) => return Err(bad("Content-Length and Transfer-Encoding exclude each other.")),
            (true, None) if http10 => return Err(bad("HTTP/1.0 has no Transfer-Encoding.")),
            (true, None) => Framing::Chunked,
            (false, None | Some(0)) => Framing::None,
            (false, Some(length)) => Framing::Length(length),
        };
        Ok(Verdict {
            framing,
            keep_alive: !self.close && (!http10 || self.keep_alive),
            expects_continue: self.expects_continue && !http10,
        })
    }
}

fn bad(detail: &str) -> Refusal {
    Refusal::new(ErrorCode::BadRequest, detail)
}
