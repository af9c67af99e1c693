//! JavaScript regular expressions (ECMA-262 with the `u` flag, as JSON Schema asks) on the `regex` crate, whose time is linear.
//!
//! What cannot be said there — look-around and back-references — is refused, so that the caller can leave the check to
//! JavaScript.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// ECMA-262 §22.2.2.9: WhiteSpace and LineTerminator.
const SPACE: &str = r"\t-\r\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";

/// A compiled `pattern`.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) source: Box<str>,
    regex: Regex,
}

impl Pattern {
    /// Compiles a JavaScript pattern.
    pub(super) fn compile(source: &str) -> Result<Self, String> {
        let translated = Translation::of(source)?;
        let regex =
            Regex::new(&translated).map_err(|error| format!("the pattern {source:?} cannot be used: {error}"))?;
        Ok(Self { source: source.into(), regex })
    }

    #[inline]
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// A pattern while it is translated.
struct Translation<'s> {
    source: &'s str,
    rest: Peekable<Chars<'s>>,
    out: String,
}

impl<'s> Translation<'s> {
    fn of(source: &'s str) -> Result<String, String> {
        let mut translation = Self { source, rest: source.chars().peekable(), out: String::new() };
        while let Some(next) = translation.rest.next() {
            match next {
                '\\' => translation.escape(false)?,
                '[' => translation.class()?,
                '(' => translation.group()?,
                '{' => translation.quantifier(),
                '.' => translation.out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
                '#' | '&' | '~' | '-' | ' ' | ']' | '}' => translation.literal(next),
                other => translation.out.push(other),
            }
        }
        Ok(translation.out)
    }

    fn refuse<T>(&self, why: &str) -> Result<T, String> {
        Err(format!("the pattern {:?} cannot be used: {why}", self.source))
    }

    /// One character that stands for itself, whatever the regex crate would make of it.
    fn literal(&mut self, character: char) {
        self.out.push_str(&format!("\\x{{{:x}}}", u32::from(character)));
    }

    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.out.push('?');
        match self.rest.next() {
            Some(':') => self.out.push(':'),
            Some('<') if !matches!(self.rest.peek(), Some('=' | '!')) => self.out.push('<'),
            Some('=' | '!' | '<') => return self.refuse("look-around is not supported"),
            _ => return self.refuse("this kind of group is not supported"),
        }
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,5}`; any other brace stands for itself, as it does without the `u` flag.
    fn quantifier(&mut self) {
        let text: String = self.rest.clone().take_while(|&next| next != '}').collect();
        let is_count = |count: &str| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let (least, most) = text.split_once(',').unwrap_or((&text, ""));
        let is_closed = self.rest.clone().nth(text.chars().count()) == Some('}');
        if !is_closed || !is_count(least) || !(most.is_empty() || is_count(most)) {
            return self.literal('{');
        }
        for _ in 0..=text.len() {
            self.rest.next();
        }
        self.out.push('{');
        self.out.push_str(&text);
        self.out.push('}');
    }

    fn class(&mut self) -> Result<(), String> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            // `[^]` is everything, `[]` nothing.
            self.out.push_str(if negated { r"[\s\S]" } else { r"[^\s\S]" });
            return Ok(());
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        loop {
            match self.rest.next() {
                None => return self.refuse("a class is not closed"),
                Some(']') => break,
                Some('\\') => self.escape(true)?,
                Some('-') if self.rest.peek() == Some(&']') || self.out.ends_with(['[', '^']) => self.literal('-'),
                Some('-') => self.out.push('-'),
                Some(next) if next.is_alphanumeric() => self.out.push(next),
                Some(next) => self.literal(next),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        let Some(next) = self.rest.next() else {
            return self.refuse("it ends with a backslash");
        };
        match next {
            'd' => self.set("0-9", false, in_class),
            'D' => self.set("0-9", true, in_class),
            'w' => self.set("0-9A-Za-z_", false, in_class),
            'W' => self.set("0-9A-Za-z_", true, in_class),
            's' => self.set(SPACE, false, in_class),
            'S' => self.set(SPACE, true, in_class),
            'b' if in_class => self.literal('\u{8}'),
            'b' => self.out.push_str("(?-u:\\b)"),
            'B' if !in_class => self.out.push_str("(?:(?-u:\\B))"),
            't' => self.literal('\t'),
            'n' => self.literal('\n'),
            'v' => self.literal('\u{b}'),
            'f' => self.literal('\u{c}'),
            'r' => self.literal('\r'),
            '0' if !matches!(self.rest.peek(), Some('0'..='9')) => self.literal('\0'),
            '0'..='9' | 'k' => return self.refuse("back-references are not supported"),
            'x' => self.code_point(2)?,
            'u' => self.unicode()?,
            'c' => match self.rest.next() {
                Some(letter) if letter.is_ascii_alphabetic() => self.literal(char::from(letter as u8 % 32)),
                _ => return self.refuse("\\c must be followed by a letter"),
            },
            'p' | 'P' => self.property(next)?,
            other => self.literal(other),
        }
        Ok(())
    }

    fn set(&mut self, members: &str, negated: bool, in_class: bool) {
        let caret = if negated { "^" } else { "" };
        match (in_class, negated) {
            (true, false) => self.out.push_str(members),
            _ => self.out.push_str(&format!("[{caret}{members}]")),
        }
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..digits {
            value = value * 16 + self.rest.next()?.to_digit(16)?;
        }
        Some(value)
    }

    fn code_point(&mut self, digits: usize) -> Result<(), String> {
        match self.hex(digits).and_then(char::from_u32) {
            Some(character) => self.literal(character),
            None => return self.refuse("an escape is not complete"),
        }
        Ok(())
    }

    /// `\u{1f600}`, `\u0041` or a surrogate pair of two.
    fn unicode(&mut self) -> Result<(), String> {
        if self.rest.next_if_eq(&'{').is_some() {
            let digits: String = self.rest.by_ref().take_while(|&next| next != '}').collect();
            return match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                Some(character) => {
                    self.literal(character);
                    Ok(())
                }
                None => self.refuse("\\u{…} is no code point"),
            };
        }
        match self.hex(4) {
            Some(high @ 0xd800..=0xdbff) => {
                let escaped = self.rest.next() == Some('\\') && self.rest.next() == Some('u');
                match self.hex(4) {
                    Some(low @ 0xdc00..=0xdfff) if escaped => {
                        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        self.literal(char::from_u32(code).unwrap_or('\u{fffd}'));
                        Ok(())
                    }
                    _ => self.refuse("half a surrogate pair matches no valid text"),
                }
            }
            Some(code) => match char::from_u32(code) {
                Some(character) => {
                    self.literal(character);
                    Ok(())
                }
                None => self.refuse("half a surrogate pair matches no valid text"),
            },
            None => self.refuse("an escape is not complete"),
        }
    }

    /// `\p{…}`: names are common to both but for emoji sequences, which the regex crate refuses itself.
    fn property(&mut self, letter: char) -> Result<(), String> {
        if self.rest.next_if_eq(&'{').is_none() {
            return self.refuse("\\p must be followed by a name in braces");
        }
        let name: String = self.rest.by_ref().take_while(|&next| next != '}').collect();
        self.out.push_str(&format!("\\{letter}{{{name}}}"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn reads_patterns_as_javascript_does() {
        let cases: &[(&str, &str, bool)] = &[
            (r"^\d+$", "42", true),
            (r"^\d+$", "٤٢", false),
            (r"^\w+$", "aé", false),
            (r"^\W$", "é", true),
            (r"^\s$", "\u{feff}", true),
            (r"^\s$", "\u{85}", false),
            (r"^\S$", "\u{85}", true),
            (r"^[\s\d]$", "\u{2028}", true),
            (r"^[^\d\s]$", "x", true),
            (r"^[\W]$", "é", true),
            ("^.$", "\u{2028}", false),
            ("^.$", "\u{85}", true),
            ("^.$", "😀", true),
            ("^a$", "a\n", false),
            (r"^a\/b.*", "a/bc", true),
            (r"^[a-z-]+$", "a-b", true),
            (r"^[-a]+$", "-a", true),
            (r"^[a&&b]+$", "&", true),
            (r"^[a--b]$", "`", false),
            (r"^[[]$", "[", true),
            (r"^[~~#]+$", "#~", true),
            (r"^[^]$", "\n", true),
            (r"^[]$", "a", false),
            (r"^\u0041\x42\u{43}$", "ABC", true),
            (r"^\ud83d\ude00$", "😀", true),
            (r"^[\ud83d\ude00]$", "😀", true),
            (r"^\cJ$", "\n", true),
            (r"^[\b]$", "\u{8}", true),
            (r"\bfoo\b", "a foo b", true),
            (r"\bfoo\b", "éfoo", true),
            (r"^(?<year>\d{4})$", "2026", true),
            (r"^a{2,3}$", "aaa", true),
            (r"^(?:a|b)+?$", "ab", true),
            (r"^\p{L}+$", "é", true),
            ("^a b#c$", "a b#c", true),
            (r"^\$\{\}\.\-$", "${}.-", true),
            (r"^\0$", "\0", true),
            (r"^\_\q$", "_q", true),
            (r"^{a}$", "{a}", true),
            (r"^a{,3}$", "a{,3}", true),
            (r"^a{2$", "a{2", true),
            (r"^a{2,x}$", "a{2,x}", true),
            (r"^a{2,}$", "aaa", true),
            (r"^(?:é{2}){1,2}$", "éééé", true),
        ];
        for (source, text, expected) in cases {
            match Pattern::compile(source) {
                Ok(pattern) => assert_eq!(pattern.matches(text), *expected, "{source} on {text:?}"),
                // An empty or odd range is an error on both sides or only here; never a wrong answer.
                Err(reason) => assert!(*source == r"^[a--b]$", "{source}: {reason}"),
            }
        }
    }

    #[test]
    fn refuses_what_linear_time_cannot_do() {
        for source in [
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?<!a)",
            r"(a)\1",
            r"(?<n>a)\k<n>",
            "(",
            "[a",
            r"\",
            r"\u12",
            r"\ud83d",
            "(?i:a)",
            "(a{999}){999}",
            r"\p{NoSuch}",
            r"\p",
            "*",
        ] {
            assert!(Pattern::compile(source).is_err(), "{source}");
        }
    }
}
