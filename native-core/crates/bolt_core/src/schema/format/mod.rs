//! The formats of JSON Schema (draft 2020-12 validation §7.3), as assertions.

mod address;
mod duration;
mod known;
mod time;
mod uri;

/// A format and its check.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    pub(super) name: &'static str,
    check: fn(&str) -> bool,
}

/// Checked when a schema names the format without a pattern of its own.
const FORMATS: [Format; 12] = [
    Format { name: "date", check: time::date },
    Format { name: "date-time", check: time::date_time },
    Format { name: "duration", check: duration::duration },
    Format { name: "email", check: address::email },
    Format { name: "hostname", check: address::hostname },
    Format { name: "ipv4", check: address::ipv4 },
    Format { name: "ipv6", check: address::ipv6 },
    Format { name: "time", check: time::time },
    Format { name: "uri", check: uri::uri },
    Format { name: "uri-reference", check: uri::uri_reference },
    Format { name: "uuid", check: known::uuid },
    Format { name: "json-string", check: known::json },
];

/// What to check of a string with `format` and perhaps `pattern`.
pub(super) enum Choice {
    /// The check says all that format and pattern say.
    Both(Format),
    /// The format's check; a pattern is to be checked as well.
    Format(Format),
    /// The pattern alone says what the format means.
    Pattern,
    /// Nothing to check: the format is a hint for people or tools.
    Nothing,
    /// A format that nothing here can check.
    Unknown,
}

impl Format {
    #[inline]
    pub(super) fn matches(&self, text: &str) -> bool {
        (self.check)(text)
    }

    /// Decides by name and pattern. Where both are given, the pattern of `email` wins: address syntaxes differ, and the pattern is
    /// the author's word.
    /// `has_patterns`: whether members of an `allOf` beside it have patterns, as Zod writes several of them.
    pub(super) fn choose(name: &str, pattern: Option<&str>, has_patterns: bool) -> Choice {
        let by_name = FORMATS.iter().find(|format| format.name == name);
        match pattern {
            Some(pattern) => match known::by_pattern(name, pattern) {
                Some(format) => Choice::Both(format),
                None => match by_name {
                    Some(format) if name != "email" => Choice::Format(*format),
                    _ => Choice::Pattern,
                },
            },
            None => match by_name {
                _ if has_patterns && name == "email" => Choice::Pattern,
                Some(format) => Choice::Format(*format),
                None if has_patterns => Choice::Pattern,
                None if matches!(name, "binary" | "password" | "textarea") => Choice::Nothing,
                None => Choice::Unknown,
            },
        }
    }

    /// Names that [`Format::choose`] can check, for an error message.
    pub(super) fn names() -> String {
        FORMATS.map(|format| format.name).join(", ")
    }
}
