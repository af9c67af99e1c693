//! The grammar of JSON (RFC 8259, restricted to I-JSON, RFC 7493) over checked UTF-8, one token at a time.

use std::borrow::Cow;

use super::keys::Keys;
use super::number::{Digits, Number};
use super::{FaultKind, JsonFault, JsonLimits};

/// A string token: the text between the quotes as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawText<'b> {
    pub(super) raw: &'b str,
    pub(super) escaped: bool,
}

impl<'b> RawText<'b> {
    /// The text that it means; borrowed unless it has escapes.
    #[inline]
    pub(super) fn decode(self) -> Cow<'b, str> {
        if self.escaped { Cow::Owned(super::escape::unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

/// A position in a JSON text.
#[derive(Clone)]
pub(super) struct Reader<'b> {
    text: &'b str,
    bytes: &'b [u8],
    pub(super) at: usize,
    depth: usize,
    max_depth: usize,
}

impl<'b> Reader<'b> {
    /// Checks that the bytes are UTF-8; the rest is checked while reading.
    pub(super) fn new(bytes: &'b [u8], limits: JsonLimits) -> Result<Self, JsonFault> {
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| JsonFault {
            kind: FaultKind::BadText,
            offset: std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len),
        })?;
        let max_depth = limits.depth.min(JsonLimits::MAX_DEPTH);
        Ok(Self { text, bytes, at: 0, depth: 0, max_depth })
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    #[cold]
    pub(super) fn fault<T>(&self, kind: FaultKind) -> Result<T, JsonFault> {
        Err(JsonFault { kind, offset: self.at })
    }

    #[cold]
    pub(super) fn malformed<T>(&self) -> Result<T, JsonFault> {
        self.fault(FaultKind::Malformed)
    }

    /// The text from an earlier position to here.
    #[inline]
    fn since(&self, start: usize) -> &'b str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Another reader, at the beginning of the value that was read last.
    pub(super) fn back_at(&self, start: usize) -> Self {
        Self { at: start, ..self.clone() }
    }

    /// The next byte that is no whitespace, without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Takes one byte if it is the next after whitespace.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes an opening bracket that was peeked.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), JsonFault> {
        if self.depth >= self.max_depth {
            return self.fault(FaultKind::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// After a member: true at a comma, false at the closing bracket, which is taken too.
    #[inline]
    pub(super) fn more(&mut self, close: u8) -> Result<bool, JsonFault> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.leave();
                Ok(false)
            }
            _ => self.malformed(),
        }
    }

    /// Takes the closing bracket of an empty container.
    pub(super) fn empty(&mut self, close: u8) -> bool {
        let empty = self.peek() == Some(close);
        if empty {
            self.leave();
        }
        empty
    }

    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    /// Takes exactly these bytes, if they are next after whitespace.
    #[inline]
    pub(super) fn take_all(&mut self, bytes: &[u8]) -> bool {
        self.peek();
        let found = self.bytes.get(self.at..self.at + bytes.len()) == Some(bytes);
        self.at += if found { bytes.len() } else { 0 };
        found
    }

    /// A member name and its colon.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Cow<'b, str>, JsonFault> {
        if self.peek() != Some(b'"') {
            return self.malformed();
        }
        let key = self.string()?.decode();
        if self.take(b':') { Ok(key) } else { self.malformed() }
    }

    /// A string whose opening quote was peeked.
    #[inline]
    pub(super) fn string(&mut self) -> Result<RawText<'b>, JsonFault> {
        let start = self.at + 1;
        self.at = start;
        let mut escaped = false;
        loop {
            self.skip_plain();
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let raw = self.text.get(start..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(RawText { raw, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return self.malformed(),
            }
        }
    }

    /// Steps over bytes that are no quote, backslash or control character, eight at a time.
    #[inline]
    fn skip_plain(&mut self) {
        const LOW: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
        while let Some(chunk) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*chunk);
            let control = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
            let special = zero(word ^ (LOW * 0x22)) | zero(word ^ (LOW * 0x5c)) | control;
            if special != 0 {
                self.at += (special.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
        while matches!(self.bytes.get(self.at), Some(&byte) if byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }

    /// An escape sequence; of a surrogate pair both halves.
    #[cold]
    fn escape(&mut self) -> Result<(), JsonFault> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => match self.unit(self.at + 2) {
                None => self.malformed(),
                Some(0xd800..=0xdbff) => {
                    let low = self.bytes.get(self.at + 6..self.at + 8) == Some(b"\\u");
                    match self.unit(self.at + 8) {
                        Some(0xdc00..=0xdfff) if low => {
                            self.at += 12;
                            Ok(())
                        }
                        _ => self.fault(FaultKind::BadText),
                    }
                }
                Some(0xdc00..=0xdfff) => self.fault(FaultKind::BadText),
                Some(_) => {
                    self.at += 6;
                    Ok(())
                }
            },
            _ => self.malformed(),
        }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        super::escape::hex4(self.bytes.get(at..at + 4)?)
    }

    /// A number whose first byte was peeked.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Number<'b>, JsonFault> {
        let start = self.at;
        let mut digits = Digits::default();
        self.at += usize::from(self.bytes.get(start) == Some(&b'-'));
        let first = self.bytes.get(self.at);
        self.digits(&mut digits);
        if digits.count == 0 || (digits.count > 1 && first == Some(&b'0')) {
            return self.malformed();
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            let whole = digits.count;
            self.at += 1;
            self.digits(&mut digits);
            digits.decimals = digits.count - whole;
            if digits.decimals == 0 {
                return self.malformed();
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            digits.exponent = true;
            self.exponent()?;
        }
        let number = Number::read(self.since(start), digits);
        if number.value.is_finite() {
            return Ok(number);
        }
        self.at = start;
        self.fault(FaultKind::NumberRange)
    }

    #[inline]
    fn digits(&mut self, digits: &mut Digits) {
        while let Some(byte @ b'0'..=b'9') = self.bytes.get(self.at) {
            // Wraps only where the value is read in another way.
            digits.mantissa = digits.mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            digits.count += 1;
            self.at += 1;
        }
    }

    fn exponent(&mut self) -> Result<(), JsonFault> {
        self.at += 1;
        self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
        let mut digits = Digits::default();
        self.digits(&mut digits);
        if digits.count == 0 { self.malformed() } else { Ok(()) }
    }

    /// The number that a text is as a whole, without any space around it.
    pub(super) fn whole_number(text: &'b str) -> Option<Number<'b>> {
        let mut reader = Self { text, bytes: text.as_bytes(), at: 0, depth: 0, max_depth: 0 };
        let number = reader.number().ok()?;
        (reader.at == text.len()).then_some(number)
    }

    /// `true`, `false` or `null`.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> Result<(), JsonFault> {
        if self.bytes.get(self.at..self.at + word.len()) == Some(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            self.malformed()
        }
    }

    /// Only whitespace may follow the value.
    pub(super) fn finish(&mut self) -> Result<(), JsonFault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.malformed(),
        }
    }

    /// A value of which only the grammar matters.
    pub(super) fn skip(&mut self) -> Result<(), JsonFault> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'[') => self.skip_array(),
            Some(b'{') => self.skip_object(),
            _ => self.malformed(),
        }
    }

    fn skip_array(&mut self) -> Result<(), JsonFault> {
        self.enter()?;
        if self.empty(b']') {
            return Ok(());
        }
        loop {
            self.skip()?;
            if !self.more(b']')? {
                return Ok(());
            }
        }
    }

    fn skip_object(&mut self) -> Result<(), JsonFault> {
        self.enter()?;
        if self.empty(b'}') {
            return Ok(());
        }
        let mut keys = Keys::default();
        loop {
            let start = self.at;
            let key = self.key()?;
            keys.insert(key, start)?;
            self.skip()?;
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }
}
