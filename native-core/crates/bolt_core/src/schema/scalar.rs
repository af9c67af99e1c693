//! Rules for values that are no containers; used for JSON and for text parameters alike.

use std::borrow::Cow;

use super::JsonFault;
use super::issue::{Issues, Path};
use super::kinds::Kinds;
use super::node::{Node, NodeId, NumberRules, Plan, StringRules};
use super::number::Number;
use super::reader::Reader;

/// A value that is no container.
#[derive(Debug, Clone)]
pub(super) enum Scalar<'b> {
    Null,
    Boolean(bool),
    Number(Number<'b>),
    Text(Cow<'b, str>),
}

impl<'b> Scalar<'b> {
    /// Reads a value that is no container; `first` is its first byte, which was peeked.
    #[inline]
    pub(super) fn read(reader: &mut Reader<'b>, first: u8) -> Result<Self, JsonFault> {
        Ok(match first {
            b'"' => Self::Text(reader.string()?.decode()),
            b'-' | b'0'..=b'9' => Self::Number(reader.number()?),
            b't' => {
                reader.word("true")?;
                Self::Boolean(true)
            }
            b'f' => {
                reader.word("false")?;
                Self::Boolean(false)
            }
            b'n' => {
                reader.word("null")?;
                Self::Null
            }
            _ => return reader.malformed(),
        })
    }

    #[inline]
    pub(super) fn kind(&self) -> Kinds {
        match self {
            Self::Null => Kinds::NULL,
            Self::Boolean(_) => Kinds::BOOLEAN,
            Self::Number(number) if number.is_integer() => Kinds::INTEGER,
            Self::Number(_) => Kinds::FRACTION,
            Self::Text(_) => Kinds::STRING,
        }
    }
}

/// Whether a scalar satisfies a schema.
pub(super) fn passes(plan: &Plan, id: NodeId, scalar: &Scalar<'_>) -> bool {
    let node = plan.node(id);
    node.allows(scalar) && node.joined.as_ref().is_none_or(|joined| joined.holds(|id| passes(plan, id, scalar)))
}

/// Says why a scalar does not satisfy a schema; nothing when it does.
pub(super) fn report(plan: &Plan, id: NodeId, scalar: &Scalar<'_>, path: &Path<'_>, issues: &mut Issues<'_>) {
    let node = plan.node(id);
    node.report(scalar, path, issues);
    let Some(joined) = &node.joined else { return };
    for &id in &joined.all {
        report(plan, id, scalar, path, issues);
    }
    let passing = |ids: &[NodeId]| ids.iter().filter(|&&id| passes(plan, id, scalar)).count();
    let mut union = |ids: &[NodeId], code| {
        let mut candidates = ids.iter().filter(|&&id| plan.node(id).kinds.meets(scalar.kind()));
        match (candidates.next(), candidates.next()) {
            (Some(&only), None) => report(plan, only, scalar, path, issues),
            _ => issues.no_branch(code, path),
        }
    };
    if !joined.any.is_empty() && passing(&joined.any) == 0 {
        union(&joined.any, "anyOf");
    }
    match passing(&joined.one) {
        1 => {}
        _ if joined.one.is_empty() => {}
        0 => union(&joined.one, "oneOf"),
        _ => issues.several_branches(path),
    }
    if joined.not.is_some_and(|id| passes(plan, id, scalar)) {
        issues.forbidden(path);
    }
}

impl Node {
    /// Whether a scalar satisfies the rules of this node itself.
    #[inline]
    pub(super) fn allows(&self, scalar: &Scalar<'_>) -> bool {
        match scalar {
            Scalar::Number(number) => self.allows_number(number),
            Scalar::Text(text) => self.allows_text(text),
            scalar => {
                self.kinds.meets(scalar.kind()) && self.literals.as_ref().is_none_or(|literals| literals.allow(scalar))
            }
        }
    }

    /// [`Node::allows`] for a text.
    #[inline]
    pub(super) fn allows_text(&self, text: &str) -> bool {
        self.kinds.meets(Kinds::STRING)
            && self.literals.as_ref().is_none_or(|literals| literals.allow_text(text))
            && self.string.as_ref().is_none_or(|rules| rules.hold(text))
    }

    /// [`Node::allows`] for a number.
    #[inline]
    pub(super) fn allows_number(&self, number: &Number<'_>) -> bool {
        let kind = if number.is_integer() { Kinds::INTEGER } else { Kinds::FRACTION };
        self.kinds.meets(kind)
            && self.literals.as_ref().is_none_or(|literals| literals.allow_number(number.value))
            && self.number.as_ref().is_none_or(|rules| rules.hold(number))
    }

    /// Says which of the rules of this node itself a scalar violates.
    pub(super) fn report(&self, scalar: &Scalar<'_>, path: &Path<'_>, issues: &mut Issues<'_>) {
        if !self.kinds.meets(scalar.kind()) {
            return issues.wrong_type(self.kinds, path);
        }
        if let Some(literals) = self.literals.as_ref().filter(|literals| !literals.allow(scalar)) {
            return issues.not_literal(literals, path);
        }
        match scalar {
            Scalar::Number(number) => {
                if let Some(rules) = &self.number {
                    rules.report(number, path, issues);
                }
            }
            Scalar::Text(text) => {
                if let Some(rules) = &self.string {
                    rules.report(text, path, issues);
                }
            }
            _ => {}
        }
    }
}

impl NumberRules {
    #[inline]
    fn hold(&self, number: &Number<'_>) -> bool {
        self.minimum.is_none_or(|limit| number.value >= limit)
            && self.maximum.is_none_or(|limit| number.value <= limit)
            && self.above.is_none_or(|limit| number.value > limit)
            && self.below.is_none_or(|limit| number.value < limit)
            && self.divisor.as_ref().is_none_or(|divisor| divisor.divides(number))
    }

    fn report(&self, number: &Number<'_>, path: &Path<'_>, issues: &mut Issues<'_>) {
        if let Some(limit) = self.minimum.filter(|&limit| number.value < limit) {
            issues.push("minimum", path, || format!("must be at least {limit}"));
        }
        if let Some(limit) = self.maximum.filter(|&limit| number.value > limit) {
            issues.push("maximum", path, || format!("must be at most {limit}"));
        }
        if let Some(limit) = self.above.filter(|&limit| number.value <= limit) {
            issues.push("exclusiveMinimum", path, || format!("must be greater than {limit}"));
        }
        if let Some(limit) = self.below.filter(|&limit| number.value >= limit) {
            issues.push("exclusiveMaximum", path, || format!("must be less than {limit}"));
        }
        if let Some(divisor) = self.divisor.as_ref().filter(|divisor| !divisor.divides(number)) {
            issues.push("multipleOf", path, || format!("must be a multiple of {}", divisor.value));
        }
    }
}

impl StringRules {
    #[inline]
    fn hold(&self, text: &str) -> bool {
        !self.too_short(text)
            && !self.too_long(text)
            && self.format.as_ref().is_none_or(|format| format.matches(text))
            && self.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
    }

    /// A code point takes one to four bytes, so that most texts need not be counted.
    #[inline]
    fn too_short(&self, text: &str) -> bool {
        text.len() < self.min || (text.len() / 4 < self.min && text.chars().count() < self.min)
    }

    #[inline]
    fn too_long(&self, text: &str) -> bool {
        self.max.is_some_and(|max| text.len() > max && text.chars().count() > max)
    }

    fn report(&self, text: &str, path: &Path<'_>, issues: &mut Issues<'_>) {
        if self.too_short(text) {
            issues.push("minLength", path, || match self.min {
                1 => "must not be empty".to_owned(),
                min => format!("must be at least {min} characters long"),
            });
        }
        if let Some(max) = self.max.filter(|_| self.too_long(text)) {
            issues.push("maxLength", path, || format!("must be at most {max} characters long"));
        }
        if let Some(format) = self.format.as_ref().filter(|format| !format.matches(text)) {
            issues.push("format", path, || format!("must be a valid {}", format.name));
        }
        if let Some(pattern) = self.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
            issues.push("pattern", path, || format!("must match the pattern {}", pattern.source));
        }
    }
}
