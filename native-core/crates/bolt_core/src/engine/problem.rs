//! Problem documents (RFC 9457).

use crate::error::Refusal;
use crate::schema::Issue;

/// A violation and the part of the request it is in.
#[derive(Debug)]
pub(crate) struct PlacedIssue {
    /// `body`, `query`, `params`, `headers` or `cookies`.
    pub(crate) place: &'static str,
    pub(crate) issue: Issue,
}

/// The document as JSON text. Written by hand: titles and codes never need escapes, and this is the whole work of a refusal.
pub(crate) fn document(refusal: &Refusal, request_id: &[u8], issues: &[PlacedIssue]) -> Vec<u8> {
    let code = refusal.code;
    let mut out = Vec::with_capacity(256 + 160 * issues.len());
    out.extend_from_slice(b"{\"type\":\"about:blank\",\"title\":\"");
    out.extend_from_slice(code.title().as_bytes());
    out.extend_from_slice(b"\",\"status\":");
    out.extend_from_slice(itoa::Buffer::new().format(code.status()).as_bytes());
    if let Some(detail) = &refusal.detail {
        member(&mut out, b",\"detail\":", detail);
    }
    out.extend_from_slice(b",\"code\":\"");
    out.extend_from_slice(code.code().as_bytes());
    out.push(b'"');
    member(&mut out, b",\"requestId\":", str::from_utf8(request_id).unwrap_or_default());
    for (at, PlacedIssue { place, issue }) in issues.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b",\"errors\":[{\"in\":\"" } else { b",{\"in\":\"" });
        out.extend_from_slice(place.as_bytes());
        out.push(b'"');
        member(&mut out, b",\"path\":", &issue.path);
        member(&mut out, b",\"code\":", issue.code);
        member(&mut out, b",\"message\":", &issue.message);
        out.push(b'}');
    }
    out.extend_from_slice(if issues.is_empty() { b"}" } else { b"]}" });
    out
}

/// A key with its colon, and a text as a JSON string.
fn member(out: &mut Vec<u8>, key: &[u8], text: &str) {
    out.extend_from_slice(key);
    // Without a way out of the loop the compiler looks at many bytes at once.
    let is_plain = text.bytes().fold(true, |plain, byte| plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\'));
    if is_plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // Writing a text to memory cannot fail.
        let _ = serde_json::to_writer(out, text);
    }
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

    #[test]
    fn issues_are_listed_in_order_with_their_place() {
        let issue = |path: &str| Issue { path: path.into(), code: "format", message: "must be a \"uuid\"".into() };
        let placed = |path| PlacedIssue { place: "body", issue: issue(path) };
        let text = document(&ErrorCode::ValidationFailed.into(), b"id\"", &[placed("/a"), placed("/b\\c")]);
        let value: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let entry =
            |path| serde_json::json!({ "in": "body", "path": path, "code": "format", "message": "must be a \"uuid\"" });
        assert_eq!(
            value,
            serde_json::json!({
                "type": "about:blank", "title": "Validation Failed", "status": 422, "code": "validation-failed",
                "requestId": "id\"", "errors": [entry("/a"), entry("/b\\c")],
            })
        );
    }
}
