//! Files of a folder as responses.
//!
//! Reads files, but knows neither sockets nor requests: the caller hands over the decoded rest of the path and a few fields, and sends
//! what [`StaticFolder::answer`] describes.

mod cache;
mod condition;
mod content_type;
mod folder;
mod locate;
mod range;
mod respond;
mod single;
mod variant;

pub(crate) use condition::is_among;
use std::fs::File;

use bytes::Bytes;

pub use folder::StaticFolder;
pub use single::{FileSpec, answer_file};

use crate::compression::{Accepted, Compression};

pub use crate::schema::CompileError;

/// What of a GET or HEAD request matters; absent fields are `None`, repeated ones are joined by the caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileRequest<'r> {
    /// The part of the path that `*path` matched, percent-decoded once, without leading slash.
    pub path: &'r str,
    /// HEAD: the body is left out, the fields are the same.
    pub head: bool,
    /// `If-None-Match` (RFC 9110 §13.1.2).
    pub if_none_match: Option<&'r [u8]>,
    /// `If-Modified-Since` (RFC 9110 §13.1.3).
    pub if_modified_since: Option<&'r [u8]>,
    /// `Range` (RFC 9110 §14.2).
    pub range: Option<&'r [u8]>,
    /// `If-Range` (RFC 9110 §13.1.5).
    pub if_range: Option<&'r [u8]>,
    /// The rules for content codings; `None`: files are sent as they are.
    pub compression: Option<&'r Compression>,
    /// The codings that the client takes.
    pub accepted: Accepted,
}

/// What to answer.
#[derive(Debug)]
pub enum FileAnswer {
    /// 404: no such file, or none that may be seen.
    NotFound,
    /// A folder with an index was asked for without the final slash: redirect to the same path with it.
    AddSlash,
    /// Send this.
    Response(FileResponse),
}

/// A complete response but for Date and Connection.
#[derive(Debug)]
pub struct FileResponse {
    /// 200, 206, 304 or 416.
    pub status: u16,
    /// Name (lower case) and value; Content-Length is among them, save with 304.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes.
    pub body: FileBody,
}

/// Bytes of a response.
#[derive(Debug)]
pub enum FileBody {
    /// None (HEAD, 304, 416, an empty file).
    Empty,
    /// In memory; shared with the cache.
    Bytes(Bytes),
    /// To be read from an open file as the connection takes them.
    File {
        /// Open for reading.
        file: File,
        /// First byte.
        offset: u64,
        /// Number of bytes, never 0.
        length: u64,
    },
}
