//! Small files, kept while they stay as they are.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;

use super::condition::Validators;

/// Bytes kept of one folder, names and an allowance per file included.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Larger files are not kept.
const MAX_FILE: u64 = 1024 * 1024;

/// What one entry takes besides its contents and name.
const OVERHEAD: usize = 512;

/// What tells whether a name still means the same file in the same state. Comparing it with what was seen when the name was resolved
/// saves resolving it again: a link that was bent elsewhere leads to another number on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: SystemTime,
    /// Device, number on it, time of the last change of either contents or properties.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    /// `None` where the system does not tell files apart by number.
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let identity = (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
        Some(Self { size: metadata.len(), modified: metadata.modified().ok()?, identity })
    }

    /// `None` where the system does not tell files apart by number.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    stamp: Stamp,
    pub(super) validators: Validators,
    pub(super) content_type: &'static str,
    pub(super) bytes: Bytes,
}

/// Files by the name they were asked by. When it is full, everything is forgotten.
#[derive(Debug, Default)]
pub(super) struct Contents {
    files: HashMap<PathBuf, Kept>,
    bytes: usize,
}

impl Contents {
    pub(super) fn get(&self, name: &Path, metadata: &Metadata) -> Option<Kept> {
        let kept = self.files.get(name)?;
        (Stamp::of(metadata) == Some(kept.stamp)).then(|| kept.clone())
    }

    pub(super) fn insert(
        &mut self,
        name: &Path,
        metadata: &Metadata,
        validators: &Validators,
        content_type: &'static str,
        bytes: &Bytes,
    ) {
        let Some(stamp) = Stamp::of(metadata).filter(|_| metadata.len() <= MAX_FILE) else { return };
        let size = bytes.len() + name.as_os_str().len() + OVERHEAD;
        if self.bytes + size > MAX_BYTES {
            self.files.clear();
            self.bytes = 0;
        }
        self.bytes += size;
        let kept = Kept { stamp, validators: validators.clone(), content_type, bytes: bytes.clone() };
        if let Some(before) = self.files.insert(name.to_owned(), kept) {
            self.bytes -= before.bytes.len() + name.as_os_str().len() + OVERHEAD;
        }
    }
}
