//! Request ids: the client's own if it is presentable, else a random prefix of this engine and a counter.

use std::hash::{BuildHasher, RandomState};

use crate::http::Span;

/// Longest id that is taken over from a client.
const MAX_GIVEN: usize = 128;

/// The id of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestId {
    /// Sent by the client, at this place of its head.
    Given(Span),
    /// Made here.
    Made(u64),
}

impl Default for RequestId {
    fn default() -> Self {
        Self::Made(0)
    }
}

/// Makes ids.
#[derive(Debug)]
pub(crate) struct RequestIds {
    /// 16 hex digits and a dash.
    prefix: [u8; 17],
    next: u64,
}

impl Default for RequestIds {
    fn default() -> Self {
        let mut prefix = [b'-'; 17];
        let random = RandomState::new().hash_one(std::process::id());
        prefix[..16].copy_from_slice(format!("{random:016x}").as_bytes());
        Self { prefix, next: 1 }
    }
}

impl RequestIds {
    /// The id for a request whose `x-request-id` is `given`, if it has one.
    pub(crate) fn choose(&mut self, raw: &[u8], given: Option<Span>) -> RequestId {
        if let Some(span) = given {
            let text = span.slice(raw);
            if (1..=MAX_GIVEN).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic) {
                return RequestId::Given(span);
            }
        }
        let id = RequestId::Made(self.next);
        self.next += 1;
        id
    }

    /// Appends the text of an id.
    #[inline]
    pub(crate) fn write(&self, out: &mut Vec<u8>, raw: &[u8], id: RequestId) {
        match id {
            RequestId::Given(span) => out.extend_from_slice(span.slice(raw)),
            RequestId::Made(number) => {
                out.extend_from_slice(&self.prefix);
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
        }
    }
}
