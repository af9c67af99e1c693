//! The keywords of JSON Schema, draft 2020-12: which there are, and what their values must be.

use serde_json::{Map, Value};

use super::CompileError;
use super::compile::Compiler;
use super::format::{Choice, Format};
use super::kinds::Kinds;
use super::literal::Literals;
use super::node::{Member, NumberRules, StringRules};
use super::number::Divisor;
use super::pattern::Pattern;

/// Keywords about arrays.
pub(super) const ARRAY: [&str; 5] = ["prefixItems", "items", "minItems", "maxItems", "uniqueItems"];

/// Keywords about objects.
pub(super) const OBJECT: [&str; 7] = [
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
];

/// The other keywords that constrain values.
const RULES: [&str; 18] = [
    "type",
    "enum",
    "const",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "$ref",
    "$defs",
];

/// Keywords that only inform; `x-…` too.
const ANNOTATIONS: [&str; 17] = [
    "$schema",
    "$id",
    "id",
    "$comment",
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "externalDocs",
    "discriminator",
];

/// Whether a keyword says nothing about which values are valid.
pub(super) fn is_annotation(name: &str) -> bool {
    ANNOTATIONS.contains(&name) || name.starts_with("x-")
}

/// Whether a keyword is neither understood nor an annotation.
pub(super) fn is_refused(name: &str) -> bool {
    !(is_annotation(name) || RULES.contains(&name) || ARRAY.contains(&name) || OBJECT.contains(&name))
        && name != "definitions"
}

/// The keywords of one schema object.
pub(super) struct Keywords<'k, 'd> {
    pub(super) schema: &'d Map<String, Value>,
    pub(super) pointer: &'k str,
    pub(super) at: &'k Compiler<'d>,
}

impl<'d> Keywords<'_, 'd> {
    fn wrong<T>(&self, keyword: &str, reason: &str) -> Result<T, CompileError> {
        Err(self.at.error(self.pointer, keyword, reason))
    }

    fn text(&self, keyword: &str) -> Result<Option<&'d str>, CompileError> {
        match self.schema.get(keyword) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => self.wrong(keyword, "must be a string"),
        }
    }

    fn limit(&self, keyword: &str) -> Result<Option<f64>, CompileError> {
        match self.schema.get(keyword) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64()),
            Some(_) => self.wrong(keyword, "must be a number"),
        }
    }

    /// A number of items, characters or properties; `2.0` is one too.
    pub(super) fn count(&self, keyword: &str) -> Result<Option<usize>, CompileError> {
        match self.limit(keyword)? {
            None => Ok(None),
            Some(count) if count >= 0.0 && count.fract() == 0.0 && count <= super::number::MAX_SAFE =>
            {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just checked")]
                Ok(Some(count as usize))
            }
            Some(_) => self.wrong(keyword, "must be an integer that is not negative"),
        }
    }

    pub(super) fn flag(&self, keyword: &str) -> Result<bool, CompileError> {
        match self.schema.get(keyword) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => self.wrong(keyword, "must be true or false"),
        }
    }

    /// `type`: a name or a list of names.
    pub(super) fn kinds(&self) -> Result<Kinds, CompileError> {
        let names = match self.schema.get("type") {
            None => return Ok(Kinds::ALL),
            Some(Value::Array(names)) if !names.is_empty() => names.as_slice(),
            Some(name) => std::slice::from_ref(name),
        };
        let mut kinds = Kinds::NONE;
        for name in names {
            let Some(kind) = name.as_str().and_then(Kinds::named) else {
                return self.wrong("type", &format!("{name} is not a type of JSON Schema"));
            };
            kinds = kinds.union(kind);
        }
        Ok(kinds)
    }

    pub(super) fn literals(&self) -> Result<Option<Literals>, CompileError> {
        let listed = match self.schema.get("enum") {
            None => None,
            Some(Value::Array(values)) => Some(values),
            Some(_) => return self.wrong("enum", "must be a list of values"),
        };
        Ok(match (listed, self.schema.get("const")) {
            (None, None) => None,
            (Some(values), None) => Some(Literals::new("enum", values)),
            (None, Some(value)) => Some(Literals::new("const", std::slice::from_ref(value))),
            (Some(_), Some(_)) => return self.wrong("const", "must not stand beside enum"),
        })
    }

    pub(super) fn number(&self) -> Result<Option<NumberRules>, CompileError> {
        let divisor = match self.limit("multipleOf")? {
            Some(divisor) if divisor <= 0.0 => return self.wrong("multipleOf", "must be greater than 0"),
            divisor => divisor.map(Divisor::new),
        };
        let rules = NumberRules {
            minimum: self.limit("minimum")?,
            maximum: self.limit("maximum")?,
            above: self.limit("exclusiveMinimum")?,
            below: self.limit("exclusiveMaximum")?,
            divisor,
        };
        let limits = [rules.minimum, rules.maximum, rules.above, rules.below];
        let any = rules.divisor.is_some() || limits.iter().any(Option::is_some);
        Ok(any.then_some(rules))
    }

    /// `kinds`: those that `type` allows; the formats of numbers are hints for tools.
    pub(super) fn string(&self, kinds: Kinds) -> Result<Option<StringRules>, CompileError> {
        let (format, pattern) = (self.text("format")?, self.text("pattern")?);
        let mut rules = StringRules {
            min: self.count("minLength")?.unwrap_or(0),
            max: self.count("maxLength")?,
            ..StringRules::default()
        };
        let mut by_regex = pattern;
        if let Some(name) = format.filter(|_| kinds.meets(Kinds::STRING)) {
            let members = self.schema.get("allOf").and_then(Value::as_array);
            let has_patterns = members.is_some_and(|list| list.iter().any(|member| member.get("pattern").is_some()));
            match Format::choose(name, pattern, has_patterns) {
                Choice::Both(format) => {
                    rules.format = Some(format);
                    by_regex = None;
                }
                Choice::Format(format) => rules.format = Some(format),
                Choice::Pattern | Choice::Nothing => {}
                Choice::Unknown => {
                    let known = Format::names();
                    return self.wrong("format", &format!("{name:?} cannot be checked; known are {known}"));
                }
            }
        }
        if let Some(source) = by_regex {
            let pattern = Pattern::compile(source).map_err(|why| self.at.error(self.pointer, "pattern", why))?;
            rules.pattern = Some(pattern);
        }
        let any = rules.min > 0 || rules.max.is_some() || rules.format.is_some() || rules.pattern.is_some();
        Ok(any.then_some(rules))
    }

    /// Names under `properties`.
    pub(super) fn declared(&self) -> Result<Vec<&'d String>, CompileError> {
        match self.schema.get("properties") {
            None => Ok(Vec::new()),
            Some(Value::Object(properties)) => Ok(properties.keys().collect()),
            Some(_) => self.wrong("properties", "must be an object of schemas"),
        }
    }

    /// Every name that `properties` or `required` mentions, sorted; the schemas are filled in later.
    pub(super) fn members(&self) -> Result<Vec<Member>, CompileError> {
        let required = match self.schema.get("required") {
            None => Some(Vec::new()),
            Some(Value::Array(names)) => names.iter().map(Value::as_str).collect(),
            Some(_) => None,
        };
        let Some(required) = required else {
            return self.wrong("required", "must be a list of property names");
        };
        let declared = self.declared()?;
        let mut names: Vec<&str> = declared.iter().map(|name| name.as_str()).chain(required.iter().copied()).collect();
        names.sort_unstable();
        names.dedup();
        let member = |name: &str| Member::new(name, required.contains(&name));
        Ok(names.into_iter().map(member).collect())
    }

    /// The patterns of `patternProperties`.
    pub(super) fn patterns(&self) -> Result<Vec<(&'d String, Pattern)>, CompileError> {
        let sources = match self.schema.get("patternProperties") {
            None => return Ok(Vec::new()),
            Some(Value::Object(properties)) => properties.keys(),
            Some(_) => return self.wrong("patternProperties", "must be an object of schemas"),
        };
        let compile = |source: &'d String| match Pattern::compile(source) {
            Ok(pattern) => Ok((source, pattern)),
            Err(why) => self.wrong("patternProperties", &why),
        };
        sources.map(compile).collect()
    }
}
