//! A folder that is served.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;

use super::cache::Contents;
use super::condition::Validators;
use super::respond::{Content, Source, respond};
use super::{CompileError, FileAnswer, FileRequest, content_type, locate};

/// Files up to this size are read at once, and kept. Larger ones the system sends without copying, or the connection reads what it takes.
const READ_AT_ONCE: u64 = 64 * 1024;
/// The same for files that may have to be compressed.
const READ_TO_ENCODE: u64 = 1024 * 1024;

/// A folder that is served.
#[derive(Debug)]
pub struct StaticFolder {
    root: PathBuf,
    cache_control: String,
    index: Option<String>,
    pub(super) contents: RefCell<Contents>,
}

impl StaticFolder {
    /// Opens a folder. `cache_control` is sent as given, empty for none; `index` is the file served for a folder.
    ///
    /// # Errors
    /// No such folder, or a `cache_control` or `index` that cannot be used.
    pub fn open(root: &str, cache_control: &str, index: Option<&str>, at: &str) -> Result<Self, CompileError> {
        let wrong = |field: &str, reason: String| Err(CompileError::new(format!("{at}.{field}"), reason));
        let path = match Path::new(root).canonicalize() {
            Ok(path) if path.is_dir() => path,
            Ok(_) => return wrong("root", format!("{root:?} is not a folder")),
            Err(error) => return wrong("root", format!("{root:?} cannot be opened: {error}")),
        };
        if cache_control.bytes().any(|byte| !(b' '..=b'~').contains(&byte)) {
            return wrong("cacheControl", format!("{cache_control:?} is not a header value"));
        }
        let is_name = |name: &&str| !name.is_empty() && !name.contains('/') && locate::relative(name).is_some();
        if let Some(name) = index.filter(|name| !is_name(name)) {
            return wrong("index", format!("{name:?} is not a file name that may be served"));
        }
        Ok(Self {
            root: path,
            cache_control: cache_control.to_owned(),
            index: index.map(str::to_owned),
            contents: RefCell::default(),
        })
    }

    /// Answers one request; reads the disk.
    pub fn answer(&self, request: &FileRequest<'_>) -> FileAnswer {
        let Some(mut relative) = locate::relative(request.path) else {
            return FileAnswer::NotFound;
        };
        let asks_folder = request.path.is_empty() || request.path.ends_with('/');
        if asks_folder {
            let Some(index) = &self.index else { return FileAnswer::NotFound };
            relative.push(index);
        }
        match self.content(request, &relative) {
            Some(content) => {
                let content = self.variant(request, &relative, content);
                let content_type = content.content_type;
                FileAnswer::Response(respond(request, content, content_type, &self.cache_control))
            }
            None if !asks_folder && self.is_folder_with_index(&relative) => FileAnswer::AddSlash,
            None => FileAnswer::NotFound,
        }
    }

    fn is_folder_with_index(&self, relative: &Path) -> bool {
        let index = self.index.as_ref().and_then(|index| locate::resolve(&self.root, &relative.join(index)));
        index.is_some_and(|path| path.is_file())
    }

    /// A file that may be seen, from memory if it is as it was.
    pub(super) fn content(&self, request: &FileRequest<'_>, relative: &Path) -> Option<Content> {
        let metadata = self.root.join(relative).metadata().ok()?;
        // Looked at before opening, which could hang on a pipe or reach a device.
        if !metadata.is_file() {
            return None;
        }
        let kept = self.contents.try_borrow().ok().and_then(|contents| contents.get(relative, &metadata));
        if let Some(kept) = kept {
            return Some(Content::new(kept.validators, kept.content_type, Source::Bytes(kept.bytes)));
        }
        let path = locate::resolve(&self.root, relative)?;
        let content_type = content_type::of(relative);
        let content = read_file(&path, content_type, read_at_once(request, content_type))?;
        if let (Source::Bytes(bytes), Ok(mut contents)) = (&content.source, self.contents.try_borrow_mut()) {
            contents.insert(relative, &metadata, &content.validators, content.content_type, bytes);
        }
        Some(content)
    }
}

/// Up to which size a file of this type is read at once.
pub(super) fn read_at_once(request: &FileRequest<'_>, content_type: &str) -> u64 {
    let is_encoded = request.compression.is_some_and(|rules| rules.takes(content_type.as_bytes()));
    if is_encoded { READ_TO_ENCODE } else { READ_AT_ONCE }
}

/// A file from the disk, its content up to `most` bytes; what was opened counts, not what the name means by then.
pub(super) fn read_file(path: &Path, content_type: &'static str, most: u64) -> Option<Content> {
    if !path.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let validators = Validators::new(metadata.len(), modified);
    if metadata.len() > most {
        return Some(Content::new(validators, content_type, Source::File(file, metadata.len())));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
    file.by_ref().take(most).read_to_end(&mut bytes).ok()?;
    Some(Content::new(validators, content_type, Source::Bytes(Bytes::from(bytes))))
}
