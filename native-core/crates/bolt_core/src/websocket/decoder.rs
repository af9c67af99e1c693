//! From bytes to messages: frames in pieces, messages in fragments, control frames in between.

use super::close::{self, CloseCode, Fault};
use super::frame::{Header, MAX_CONTROL, Opcode};
use super::mask::unmask;

/// Something that is complete.
#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// A message; compressed ones are still to be inflated, and their text to be looked at.
    Message {
        /// Text, which is UTF-8 unless compressed, or bytes.
        is_text: bool,
        /// Whether it has to go through an [`Inflater`](super::Inflater).
        is_compressed: bool,
        /// All of it.
        data: Vec<u8>,
    },
    /// To be answered with a pong of the same payload.
    Ping(Vec<u8>),
    /// A pong.
    Pong,
    /// The end: code and reason.
    Close(CloseCode, String),
}

/// A frame whose payload is being read.
#[derive(Debug)]
struct Current {
    header: Header,
    /// Payload bytes so far.
    got: u64,
}

/// A message of which some frames have come.
#[derive(Debug)]
struct Partial {
    is_text: bool,
    is_compressed: bool,
    data: Vec<u8>,
    /// How much of a text is known to be UTF-8.
    valid: usize,
}

/// Reads what one client sends.
#[derive(Debug)]
pub struct Decoder {
    /// Most bytes of a message, compressed or not.
    max_message: usize,
    may_compress: bool,
    current: Option<Current>,
    message: Option<Partial>,
    control: Vec<u8>,
}

impl Decoder {
    /// A decoder at the beginning of a connection. `may_compress`: permessage-deflate was agreed on.
    pub fn new(max_message: usize, may_compress: bool) -> Self {
        Self { max_message, may_compress, current: None, message: None, control: Vec::new() }
    }

    /// Reads at most to the end of one frame: how many bytes that were, and what is complete now. 0 bytes: the head of a frame is not
    /// complete, come back with more. `buffer` gives memory for a message.
    ///
    /// # Errors
    /// A breach of the protocol, text that is no UTF-8, or a message that is too large; each as early as it can be known.
    pub fn decode(&mut self, bytes: &[u8], buffer: impl FnOnce() -> Vec<u8>) -> Result<(usize, Option<Item>), Fault> {
        let (mut current, head) = match self.current.take() {
            Some(current) => (current, 0),
            None => match Header::read(bytes, self.may_compress)? {
                None => return Ok((0, None)),
                Some((header, size)) => {
                    self.begin(&header, buffer)?;
                    (Current { header, got: 0 }, size)
                }
            },
        };
        let left = current.header.length - current.got;
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - head);
        self.append(&current, &bytes[head..head + take])?;
        current.got += take as u64;
        let is_complete = current.got == current.header.length;
        let item = if is_complete { self.end(&current.header)? } else { None };
        if !is_complete {
            self.current = Some(current);
        }
        Ok((head + take, item))
    }

    /// Whether nothing of a frame or message is under way.
    pub fn is_between_messages(&self) -> bool {
        self.current.is_none() && self.message.is_none()
    }

    /// Checks a new frame against the message under way.
    fn begin(&mut self, header: &Header, buffer: impl FnOnce() -> Vec<u8>) -> Result<(), Fault> {
        if header.opcode.is_control() {
            self.control.clear();
            return Ok(());
        }
        match (&self.message, header.opcode) {
            (None, Opcode::Continuation) => return Err(Fault::protocol("a continuation of no message")),
            (Some(_), Opcode::Text | Opcode::Binary) => {
                return Err(Fault::protocol("a new message inside of another"));
            }
            _ => {}
        }
        let so_far = self.message.as_ref().map_or(0, |message| message.data.len());
        if header.length > self.max_message.saturating_sub(so_far) as u64 {
            return Err(Self::TOO_BIG);
        }
        self.message.get_or_insert_with(|| Partial {
            is_text: header.opcode == Opcode::Text,
            is_compressed: header.compressed,
            data: buffer(),
            valid: 0,
        });
        Ok(())
    }

    /// Why a message over the limit ends the connection.
    pub const TOO_BIG: Fault = Fault { code: CloseCode::TOO_BIG, reason: "a message over limits.messageBytes" };

    fn append(&mut self, current: &Current, bytes: &[u8]) -> Result<(), Fault> {
        let header = &current.header;
        // Only the offset within four bytes counts.
        let offset = (current.got % 4) as usize;
        if header.opcode.is_control() {
            debug_assert!(self.control.len() + bytes.len() <= MAX_CONTROL);
            push(&mut self.control, bytes, header.mask, offset);
            return Ok(());
        }
        let Some(message) = &mut self.message else { return Ok(()) };
        push(&mut message.data, bytes, header.mask, offset);
        if message.is_text && !message.is_compressed { message.check_text() } else { Ok(()) }
    }

    fn end(&mut self, header: &Header) -> Result<Option<Item>, Fault> {
        match header.opcode {
            Opcode::Ping => return Ok(Some(Item::Ping(std::mem::take(&mut self.control)))),
            Opcode::Pong => return Ok(Some(Item::Pong)),
            Opcode::Close => {
                let (code, reason) = close::read(&self.control)?;
                return Ok(Some(Item::Close(code, reason.to_owned())));
            }
            _ if !header.fin => return Ok(None),
            _ => {}
        }
        let Some(Partial { is_text, is_compressed, data, valid }) = self.message.take() else { return Ok(None) };
        if is_text && !is_compressed && valid < data.len() {
            return Err(NOT_TEXT);
        }
        Ok(Some(Item::Message { is_text, is_compressed, data }))
    }
}

pub(crate) const NOT_TEXT: Fault = Fault::invalid("a text message that is not UTF-8");

impl Partial {
    /// Looks at what of the text is new. A character that is not complete yet is looked at again with the next bytes.
    fn check_text(&mut self) -> Result<(), Fault> {
        match simdutf8::compat::from_utf8(&self.data[self.valid..]) {
            Ok(_) => self.valid = self.data.len(),
            Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
            Err(_) => return Err(NOT_TEXT),
        }
        Ok(())
    }
}

#[inline]
fn push(out: &mut Vec<u8>, bytes: &[u8], mask: [u8; 4], offset: usize) {
    let start = out.len();
    out.extend_from_slice(bytes);
    unmask(&mut out[start..], mask, offset);
}
