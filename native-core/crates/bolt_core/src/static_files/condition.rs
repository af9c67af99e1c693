//! Conditional requests (RFC 9110 §13).

use std::time::{Duration, SystemTime};

use super::FileRequest;
use crate::compression::Coding;

/// What a file is known by.
#[derive(Debug, Clone)]
pub(super) struct Validators {
    /// An entity tag, with its quotes.
    pub(super) etag: String,
    /// `Last-Modified`.
    pub(super) last_modified: String,
    /// The same, in whole seconds.
    modified: SystemTime,
}

impl Validators {
    /// By size and time of the last change.
    pub(super) fn new(size: u64, modified: SystemTime) -> Self {
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // The year 9999 is the last that the field can say.
        let seconds = since.as_secs().min(253_402_300_799);
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        Self {
            etag: format!("\"{size:x}-{:x}\"", since.as_nanos()),
            last_modified: httpdate::fmt_http_date(modified),
            modified,
        }
    }

    /// Those of a file that holds the same in a coding; the tag says so, as two codings of one file could be alike in all else.
    pub(super) fn in_coding(mut self, coding: Coding) -> Self {
        self.etag.truncate(self.etag.len() - 1);
        self.etag.push('-');
        self.etag.push_str(coding.token());
        self.etag.push('"');
        self
    }

    /// Those of something that means the same, but need not be the same bytes (§8.8.1).
    pub(super) fn weak(mut self) -> Self {
        self.etag.insert_str(0, "W/");
        self
    }

    /// Whether it was changed before another file, by whole seconds.
    pub(super) fn is_older(&self, than: &Self) -> bool {
        self.modified < than.modified
    }

    /// Whether the client has the file already (§13.1.2, §13.1.3): 304.
    pub(super) fn is_known(&self, request: &FileRequest<'_>) -> bool {
        match request.if_none_match {
            Some(tags) => is_among(&self.etag, tags),
            None => request.if_modified_since.and_then(date).is_some_and(|since| self.modified <= since),
        }
    }

    /// Whether `If-Range` lets a range be answered (§13.1.5): the tag must be strong and the same, a date exactly the same.
    pub(super) fn lets_range(&self, if_range: Option<&[u8]>) -> bool {
        match if_range.map(<[u8]>::trim_ascii) {
            None => true,
            Some(tag) if tag.starts_with(b"\"") => tag == self.etag.as_bytes(),
            Some(field) => date(field) == Some(self.modified),
        }
    }
}

/// Weak comparison (§8.8.3.2) of an entity tag with a list of tags, or `*`.
pub(crate) fn is_among(tag: &str, tags: &[u8]) -> bool {
    let own = tag.strip_prefix("W/").unwrap_or(tag).as_bytes();
    let mut rest = tags.trim_ascii();
    if rest == b"*" {
        return true;
    }
    while !rest.is_empty() {
        rest = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(end) = rest.strip_prefix(b"\"").and_then(|inner| memchr::memchr(b'"', inner)) else {
            return false;
        };
        let (tag, after) = rest.split_at(end + 2);
        let after = after.trim_ascii_start();
        // What is no tag ends the list.
        let Some(after) = after.strip_prefix(b",").or(after.is_empty().then_some(after)) else { return false };
        if tag == own {
            return true;
        }
        rest = after.trim_ascii_start();
    }
    false
}

fn date(field: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(field).ok()?.trim()).ok()
}
