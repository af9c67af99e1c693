//! One file that a handler names.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::folder::{read_at_once, read_file};
use super::respond::respond;
use super::variant::encode;
use super::{FileRequest, FileResponse, content_type, locate};

/// What a handler says about the file.
#[derive(Debug, Clone, Copy)]
pub struct FileSpec<'s> {
    /// An absolute path, or one relative to `root`.
    pub path: &'s str,
    /// The folder that the file must lie in. Without one the path is taken as it is.
    pub root: Option<&'s str>,
    /// Content-Type; `None`: by the extension.
    pub content_type: Option<&'s str>,
    /// Cache-Control; empty for none.
    pub cache_control: &'s str,
}

/// Answers with a file; `None` when there is none, or none that may be seen.
pub fn answer_file(spec: &FileSpec<'_>, request: &FileRequest<'_>) -> Option<FileResponse> {
    let path = locate(spec)?;
    let own_type = content_type::of(&path);
    let content_type = spec.content_type.unwrap_or(own_type).to_owned();
    let mut content = read_file(&path, own_type, read_at_once(request, &content_type))?;
    if let Some(rules) = request.compression.filter(|rules| rules.takes(content_type.as_bytes())) {
        content.varies = true;
        content = encode(request, rules, content, |coding, bytes| rules.whole(coding, bytes).map(Bytes::from));
    }
    Some(respond(request, content, &content_type, spec.cache_control))
}

fn locate(spec: &FileSpec<'_>) -> Option<PathBuf> {
    let Some(root) = spec.root else { return Some(PathBuf::from(spec.path)) };
    let relative = locate::relative(spec.path).filter(|_| !spec.path.ends_with('/'))?;
    locate::resolve(&Path::new(root).canonicalize().ok()?, &relative)
}
