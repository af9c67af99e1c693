//! The response for a file that was found.

use std::fs::File;

use bytes::Bytes;

use super::condition::Validators;
use super::range::{self, Range};
use super::{FileBody, FileRequest, FileResponse};
use crate::compression::Coding;

/// A file that may be sent.
pub(super) struct Content {
    pub(super) validators: Validators,
    pub(super) content_type: &'static str,
    /// How `source` is encoded.
    pub(super) coding: Option<Coding>,
    /// Whether parts of it can be asked for.
    pub(super) ranges: bool,
    /// Whether another client may get the file in another coding.
    pub(super) varies: bool,
    pub(super) source: Source,
}

impl Content {
    /// A file as it is.
    pub(super) fn new(validators: Validators, content_type: &'static str, source: Source) -> Self {
        Self { validators, content_type, coding: None, ranges: true, varies: false, source }
    }
}

/// Where the bytes are.
pub(super) enum Source {
    Bytes(Bytes),
    /// With its size.
    File(File, u64),
}

impl Source {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, size) => *size,
        }
    }

    /// `length` bytes from `offset` on; both lie within the size.
    fn body(self, offset: u64, length: u64) -> FileBody {
        match self {
            Self::File(file, _) => FileBody::File { file, offset, length },
            Self::Bytes(bytes) => {
                let limit = |at: u64| usize::try_from(at).map_or(bytes.len(), |at| at.min(bytes.len()));
                FileBody::Bytes(bytes.slice(limit(offset)..limit(offset + length)))
            }
        }
    }
}

/// 304, 416, 206 or 200.
pub(super) fn respond(
    request: &FileRequest<'_>,
    content: Content,
    content_type: &str,
    cache_control: &str,
) -> FileResponse {
    let Content { validators, coding, ranges, varies, source, .. } = content;
    let mut headers = Vec::with_capacity(9);
    headers.push(("etag", validators.etag.clone()));
    headers.push(("last-modified", validators.last_modified.clone()));
    if !cache_control.is_empty() {
        headers.push(("cache-control", cache_control.to_owned()));
    }
    if varies {
        headers.push(("vary", "accept-encoding".to_owned()));
    }
    if validators.is_known(request) {
        return FileResponse { status: 304, headers, body: FileBody::Empty };
    }
    if ranges {
        headers.push(("accept-ranges", "bytes".to_owned()));
    }
    let size = source.size();
    let range = match request.range {
        // RFC 9110 §14.2: only GET has ranges.
        Some(field) if !request.head && validators.lets_range(request.if_range) => range::parse(field, size),
        _ => Range::Whole,
    };
    let (status, offset, length) = match range {
        Range::Unsatisfiable => {
            headers.push(("content-range", format!("bytes */{size}")));
            headers.push(("content-length", "0".to_owned()));
            return FileResponse { status: 416, headers, body: FileBody::Empty };
        }
        Range::Whole => (200, 0, size),
        Range::Part(first, last) => {
            headers.push(("content-range", format!("bytes {first}-{last}/{size}")));
            (206, first, last - first + 1)
        }
    };
    if let Some(coding) = coding {
        headers.push(("content-encoding", coding.token().to_owned()));
    }
    headers.push(("content-type", content_type.to_owned()));
    headers.push(("content-length", length.to_string()));
    let body = if request.head || length == 0 { FileBody::Empty } else { source.body(offset, length) };
    FileResponse { status, headers, body }
}
