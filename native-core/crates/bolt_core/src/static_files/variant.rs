//! Which representation of a file a client gets: as it is, compressed beforehand beside it, or compressed now.

use std::path::Path;

use bytes::Bytes;

use super::respond::{Content, Source};
use super::{FileRequest, StaticFolder};
use crate::compression::{Coding, Compression};

/// Files beyond this size are not compressed while a request waits, bytes; a file beside them is the way.
const ENCODE_MOST: usize = 1024 * 1024;

impl StaticFolder {
    /// The representation of a file that suits the client best.
    pub(super) fn variant(&self, request: &FileRequest<'_>, relative: &Path, mut content: Content) -> Content {
        let Some(rules) = request.compression.filter(|rules| rules.takes(content.content_type.as_bytes())) else {
            return content;
        };
        content.varies = true;
        if request.accepted.is_none() {
            return content;
        }
        match rules.choose_ready(&request.accepted).find_map(|coding| self.sibling(request, relative, coding, &content))
        {
            Some(sibling) => sibling,
            None => self.encoded_now(request, rules, relative, content),
        }
    }

    /// The file beside, if it was made of the one that is there: an older one is left from another build.
    fn sibling(
        &self,
        request: &FileRequest<'_>,
        relative: &Path,
        coding: Coding,
        original: &Content,
    ) -> Option<Content> {
        let mut name = relative.as_os_str().to_owned();
        name.push(coding.suffix());
        let content =
            self.content(request, Path::new(&name)).filter(|found| !found.validators.is_older(&original.validators))?;
        Some(Content {
            validators: content.validators.in_coding(coding),
            content_type: original.content_type,
            coding: Some(coding),
            ranges: true,
            varies: true,
            source: content.source,
        })
    }

    fn encoded_now(
        &self,
        request: &FileRequest<'_>,
        rules: &Compression,
        relative: &Path,
        content: Content,
    ) -> Content {
        encode(request, rules, content, |coding, bytes| {
            let kept = self.contents.try_borrow().ok().and_then(|contents| contents.encoded(relative, bytes, coding));
            kept.unwrap_or_else(|| {
                let made = rules.whole(coding, bytes).map(Bytes::from);
                if let Ok(mut contents) = self.contents.try_borrow_mut() {
                    contents.keep_encoded(relative, bytes, coding, made.clone());
                }
                made
            })
        })
    }
}

/// Compresses a file in memory, unless a part of it is asked for: ranges are those of the file as it is.
pub(super) fn encode(
    request: &FileRequest<'_>,
    rules: &Compression,
    content: Content,
    make: impl FnOnce(Coding, &Bytes) -> Option<Bytes>,
) -> Content {
    let made = match &content.source {
        Source::Bytes(bytes) if request.range.is_none() && (rules.min_bytes()..=ENCODE_MOST).contains(&bytes.len()) => {
            rules.choose(&request.accepted).and_then(|coding| Some((coding, make(coding, bytes)?)))
        }
        _ => None,
    };
    match made {
        // What an encoder makes may differ from one version to the next, so its tag is weak.
        Some((coding, bytes)) => Content {
            validators: content.validators.weak(),
            coding: Some(coding),
            ranges: false,
            source: Source::Bytes(bytes),
            ..content
        },
        None => content,
    }
}
