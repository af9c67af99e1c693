//! Which media types are worth compressing.

/// Event streams hold an encoder per client for as long as it listens; only their exact name takes them in.
const EVENT_STREAM: &str = "text/event-stream";

/// A list of media types: `application/json`, `text/*`, or `*+json` for a structured suffix (RFC 6838 §4.2.8).
#[derive(Debug)]
pub(super) struct MediaTypes(Vec<Pattern>);

#[derive(Debug)]
enum Pattern {
    Exact(String),
    /// With its slash.
    Type(String),
    /// With its plus sign.
    Suffix(String),
}

impl MediaTypes {
    /// Reads the patterns; the first that is none is the error.
    pub(super) fn parse(list: &[String]) -> Result<Self, String> {
        let pattern = |text: &String| {
            let lower = text.to_ascii_lowercase();
            let is_name = |name: &str| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
            };
            match lower.split_once('/') {
                Some((kind, "*")) if is_name(kind) => Ok(Pattern::Type(format!("{kind}/"))),
                Some((kind, name)) if is_name(kind) && is_name(name) => Ok(Pattern::Exact(lower)),
                None if lower.strip_prefix("*+").is_some_and(is_name) => Ok(Pattern::Suffix(lower[1..].to_owned())),
                _ => Err(text.clone()),
            }
        };
        list.iter().map(pattern).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the value of a Content-Type field names one of them.
    pub(super) fn hold(&self, content_type: &[u8]) -> bool {
        let end = memchr::memchr(b';', content_type).unwrap_or(content_type.len());
        let Ok(media) = str::from_utf8(content_type[..end].trim_ascii()) else { return false };
        let starts = |prefix: &str| media.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let ends = |suffix: &str| {
            media
                .len()
                .checked_sub(suffix.len())
                .and_then(|at| media.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        };
        let is_events = media.eq_ignore_ascii_case(EVENT_STREAM);
        self.0.iter().any(|pattern| match pattern {
            Pattern::Exact(name) => media.eq_ignore_ascii_case(name),
            Pattern::Type(prefix) => !is_events && starts(prefix),
            Pattern::Suffix(suffix) => ends(suffix),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_name_kind_and_suffix() {
        let list = ["application/json", "text/*", "*+json"].map(str::to_owned);
        let types = MediaTypes::parse(&list).expect("patterns");
        for yes in ["application/json", "APPLICATION/JSON; charset=utf-8", "text/x", "application/problem+json ; a=b"] {
            assert!(types.hold(yes.as_bytes()), "{yes}");
        }
        for no in [
            "image/png",
            "application/jsonp",
            "",
            "text",
            "json",
            "text/event-stream",
            "application/x+jsonx",
            "\u{fffd}",
        ] {
            assert!(!types.hold(no.as_bytes()), "{no}");
        }
        let events = MediaTypes::parse(&["text/event-stream".to_owned()]).expect("a pattern");
        assert!(events.hold(b"text/event-stream"));
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for bad in ["text", "*/*", "*", "text/", "/x", "a/b; c=d", "*+", "te xt/*"] {
            assert_eq!(MediaTypes::parse(&[bad.to_owned()]).err().as_deref(), Some(bad));
        }
    }
}
