//! Files that handlers answer with.

use super::slots::{Handle, State};
use super::{Engine, RespondFault, encoding};
use crate::http::Method;
use crate::http::response::{has_body, is_field_name, is_field_value};
use crate::static_files::{FileRequest, FileSpec, answer_file};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOutcome {
    /// It is on its way.
    Sent,
    /// There is none that may be sent; the request is still open.
    Missing,
    /// The request is over.
    Over,
}

impl Engine {
    /// Answers a request with a file. With the status 200 its conditions and ranges count (RFC 9110 §13, §14); `headers` are names and
    /// values, and replace those of the file.
    ///
    /// # Errors
    /// A status or header that cannot be sent, or a status without content; the request is still open then.
    pub fn respond_file<'h>(
        &mut self,
        handle: Handle,
        status: u16,
        headers: impl Iterator<Item = (&'h [u8], &'h [u8])> + Clone,
        spec: &FileSpec<'_>,
    ) -> Result<FileOutcome, RespondFault> {
        if !(200..600).contains(&status) || !has_body(status) {
            return Err(RespondFault::Status);
        }
        let typed = spec.content_type.into_iter().chain([spec.cache_control]);
        if !headers.clone().all(|(name, value)| is_field_name(name) && is_field_value(value))
            || !typed.map(str::as_bytes).all(is_field_value)
        {
            return Err(RespondFault::Header);
        }
        let Some(slot) = self.cx.slots.get(handle).filter(|slot| slot.state == State::Waiting) else {
            return Ok(FileOutcome::Over);
        };
        let (head, raw) = (&slot.head, &slot.raw);
        let is_read = matches!(head.method, Method::Get | Method::Head);
        let value = |name| head.values(raw, name).next().filter(|_| status == 200 && is_read);
        let as_is = headers.clone().any(|(name, _)| name.eq_ignore_ascii_case(b"content-encoding"));
        let answered = answer_file(
            spec,
            &FileRequest {
                path: "",
                head: head.method == Method::Head,
                if_none_match: value("if-none-match"),
                if_modified_since: value("if-modified-since"),
                range: value("range"),
                if_range: value("if-range"),
                compression: self.app.compression.as_ref().filter(|_| !as_is && self.app.compresses(slot.route)),
                accepted: encoding::accepted(head, raw),
            },
        );
        let Some(mut file) = answered else { return Ok(FileOutcome::Missing) };
        if status != 200 {
            file.status = status;
        }
        self.answer_with(handle, false, |writer, out| writer.named_file(out, file, headers));
        Ok(FileOutcome::Sent)
    }
}
