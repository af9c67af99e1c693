//! Header fields of responses.

use crate::js::{Js, Value};

/// Header fields as JavaScript gave them, in one piece.
#[derive(Default)]
pub(crate) struct Headers {
    text: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<usize>,
}

impl Headers {
    /// Reads names and values in turn, as Latin-1; what was thrown when one of them is no such string.
    pub(crate) fn read(js: Js, list: Value) -> Result<Self, Value> {
        Self::latin1(js, list)
            .ok_or_else(|| js.throw("invalid-header", "a header value has characters beyond U+00FF, or is no string"))
    }

    fn latin1(js: Js, list: Value) -> Option<Self> {
        let mut headers = Self::default();
        if js.is_undefined(list) {
            return Some(headers);
        }
        let mut text = Vec::with_capacity(1024);
        for at in 0..js.array_length(list)? & !1 {
            if !js.get_text(js.element(list, at), &mut text) {
                return None;
            }
            if text.is_ascii() {
                headers.text.extend_from_slice(&text);
            } else {
                for character in str::from_utf8(&text).ok()?.chars() {
                    headers.text.push(u8::try_from(u32::from(character)).ok()?);
                }
            }
            headers.ends.push(headers.text.len());
        }
        Some(headers)
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let texts = starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end]);
        texts.clone().step_by(2).zip(texts.skip(1).step_by(2))
    }
}
