//! Small files, kept while they stay as they are.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;

use super::condition::Validators;
use crate::compression::Coding;

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
    /// The same by coding, once it was asked for; `None` within: it does not get smaller.
    encoded: [Option<Option<Bytes>>; 3],
}

impl Kept {
    fn size(&self, name: &Path) -> usize {
        let encoded = self.encoded.iter().flatten().flatten().map(Bytes::len).sum::<usize>();
        self.bytes.len() + encoded + name.as_os_str().len() + OVERHEAD
    }
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

    /// What was kept of these very contents in a coding.
    pub(super) fn encoded(&self, name: &Path, bytes: &Bytes, coding: Coding) -> Option<Option<Bytes>> {
        let kept = self.files.get(name).filter(|kept| kept.bytes.as_ptr() == bytes.as_ptr())?;
        kept.encoded.get(coding as usize)?.clone()
    }

    /// Keeps contents in a coding beside the contents themselves.
    pub(super) fn keep_encoded(&mut self, name: &Path, bytes: &Bytes, coding: Coding, made: Option<Bytes>) {
        let size = made.as_ref().map_or(0, Bytes::len);
        if self.bytes + size > MAX_BYTES {
            return self.clear();
        }
        let Some(kept) = self.files.get_mut(name).filter(|kept| kept.bytes.as_ptr() == bytes.as_ptr()) else { return };
        if let Some(place) = kept.encoded.get_mut(coding as usize) {
            *place = Some(made);
            self.bytes += size;
        }
    }

    fn clear(&mut self) {
        self.files.clear();
        self.bytes = 0;
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
        let encoded = Default::default();
        let kept = Kept { stamp, validators: validators.clone(), content_type, bytes: bytes.clone(), encoded };
        let size = kept.size(name);
        if self.bytes + size > MAX_BYTES {
            self.clear();
        }
        self.bytes += size;
        if let Some(before) = self.files.insert(name.to_owned(), kept) {
            self.bytes -= before.size(name);
        }
    }
}
