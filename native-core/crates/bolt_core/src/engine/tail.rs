//! The rest of a response, made piece by piece as the client takes what came before: never more than a piece of it is in memory twice, and
//! no pass does more than a piece of the work.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::stream::Coding;
use super::{ConnectionId, Engine};
use crate::compression::Encoder;
use crate::http::response::{chunk, last_chunk};

/// How much of a file is read at one time.
const FILE_PIECE: u64 = 128 * 1024;
/// How much of a content is encoded at one time: about a millisecond of gzip.
const ENCODED_PIECE: usize = 64 * 1024;

/// The rest of a response.
#[derive(Debug)]
pub(crate) enum Tail {
    File(FileTail),
    Encoded(Box<EncodedTail>),
}

/// Bytes of an open file.
#[derive(Debug)]
pub(crate) struct FileTail {
    pub(super) file: File,
    pub(super) offset: u64,
    pub(super) left: u64,
}

/// A large content that is encoded.
#[derive(Debug)]
pub(crate) struct EncodedTail {
    pub(super) encoder: Encoder,
    pub(super) content: Vec<u8>,
    pub(super) at: usize,
    pub(super) coding: Coding,
}

/// What of a file is to be sent next.
#[derive(Debug)]
pub struct FilePart<'f> {
    /// The file.
    pub file: &'f File,
    /// Where to begin, bytes from its start.
    pub offset: u64,
    /// Bytes to be sent.
    pub left: u64,
}

impl Engine {
    /// From now on the host sends files of a connection by itself, see [`Engine::file`], as systems do without copying.
    pub fn hand_out_files(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.hands_out_files = true;
        }
    }

    /// What is to be sent once all of [`Engine::output`] is: part of a file, or nothing.
    pub fn file(&self, id: ConnectionId) -> Option<FilePart<'_>> {
        let connection = self.connections.get(id)?;
        match &connection.tail {
            Some(Tail::File(FileTail { file, offset, left })) if connection.hands_out_files && !connection.broken => {
                Some(FilePart { file, offset: *offset, left: *left })
            }
            _ => None,
        }
    }

    /// Notes that so many bytes of [`Engine::file`] were sent. None at all means that the file has become shorter, and ends the connection:
    /// the length was promised.
    pub fn sent_file(&mut self, id: ConnectionId, count: u64) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let Some(Tail::File(tail)) = &mut connection.tail else { return };
        tail.offset += count;
        tail.left = tail.left.saturating_sub(count);
        connection.broken |= count == 0;
        if tail.left == 0 {
            connection.tail = None;
            connection.advance(&mut self.cx);
        }
        self.cx.stats.sent += count;
        self.cx.sweep_by(connection.deadline(&self.app.limits));
    }
}

impl Tail {
    /// Adds the next piece; whether it was the last.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        match self {
            Self::File(file) => file.fill(out),
            Self::Encoded(content) => content.fill(out),
        }
    }
}

impl FileTail {
    fn fill(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let piece = self.left.min(FILE_PIECE);
        self.file.seek(SeekFrom::Start(self.offset))?;
        let read = (&mut self.file).take(piece).read_to_end(out)? as u64;
        if read < piece {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.offset += piece;
        self.left -= piece;
        Ok(self.left == 0)
    }
}

impl EncodedTail {
    fn fill(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let end = (self.at + ENCODED_PIECE).min(self.content.len());
        let (piece, is_last) = (&self.content[self.at..end], end == self.content.len());
        let mut encoded = Vec::with_capacity(ENCODED_PIECE / 2);
        let made = if is_last {
            self.encoder.finish(piece, &mut encoded)
        } else {
            // Without a flush an encoder may keep everything, and then nothing would ever be written.
            self.encoder.push(piece, &mut encoded).and_then(|()| self.encoder.flush(&mut encoded))
        };
        made.map_err(|_| io::Error::other("the encoder failed"))?;
        self.at = end;
        if self.coding == Coding::Chunked {
            chunk(out, &encoded);
            if is_last {
                last_chunk(out);
            }
        } else {
            out.extend_from_slice(&encoded);
        }
        Ok(is_last)
    }
}
