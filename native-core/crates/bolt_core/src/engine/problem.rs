//! Problem documents (RFC 9457).

use serde::Serialize;

use crate::error::Refusal;
use crate::schema::Issue;

/// A violation and the part of the request it is in.
#[derive(Debug)]
pub(crate) struct PlacedIssue {
    /// `body`, `query`, `params`, `headers` or `cookies`.
    pub(crate) place: &'static str,
    pub(crate) issue: Issue,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    code: &'static str,
    #[serde(rename = "requestId")]
    request_id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    r#in: &'static str,
    path: &'a str,
    code: &'static str,
    message: &'a str,
}

/// The document as JSON text.
pub(crate) fn document(refusal: &Refusal, request_id: &[u8], issues: &[PlacedIssue]) -> Vec<u8> {
    let document = Document {
        r#type: "about:blank",
        title: refusal.code.title(),
        status: refusal.code.status(),
        detail: refusal.detail.as_deref(),
        code: refusal.code.code(),
        request_id: str::from_utf8(request_id).unwrap_or_default(),
        errors: issues
            .iter()
            .map(|placed| Entry {
                r#in: placed.place,
                path: &placed.issue.path,
                code: placed.issue.code,
                message: &placed.issue.message,
            })
            .collect(),
    };
    serde_json::to_vec(&document).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn control_characters_stay_valid_json() {
        let refusal = Refusal::new(ErrorCode::BadRequest, "a\u{0}\"\\\u{1f}\n");
        let text = document(&refusal, b"id", &[]);
        let value: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        assert_eq!(value["detail"], "a\u{0}\"\\\u{1f}\n");
        assert_eq!(value["requestId"], "id");
        assert!(value.get("errors").is_none());
    }
}
