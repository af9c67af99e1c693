//! `enum` and `const`, and when two JSON values are equal.

use serde_json::Value;

use super::kinds::Kinds;
use super::scalar::Scalar;

/// The values that are allowed.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// `const` or `enum`, for messages.
    pub(super) keyword: &'static str,
    strings: Vec<Box<str>>,
    numbers: Vec<f64>,
    booleans: [bool; 2],
    null: bool,
    /// Canonical texts of arrays and objects.
    containers: Vec<String>,
    /// For the message: the values as JSON.
    pub(super) shown: String,
}

impl Literals {
    pub(super) fn new(keyword: &'static str, values: &[Value]) -> Self {
        let mut literals = Self { keyword, ..Self::default() };
        for value in values {
            match value {
                Value::Null => literals.null = true,
                Value::Bool(value) => literals.booleans[usize::from(*value)] = true,
                Value::Number(number) => literals.numbers.extend(number.as_f64()),
                Value::String(text) => literals.strings.push(text.as_str().into()),
                container => literals.containers.push(canonical(container)),
            }
        }
        literals.shown = values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        literals
    }

    /// The kinds of the values.
    pub(super) fn kinds(&self) -> Kinds {
        let mut kinds = Kinds::NONE;
        let mut add = |present: bool, kind| {
            if present {
                kinds = kinds.union(kind);
            }
        };
        add(self.null, Kinds::NULL);
        add(self.booleans.contains(&true), Kinds::BOOLEAN);
        add(!self.numbers.is_empty(), Kinds::NUMBER);
        add(!self.strings.is_empty(), Kinds::STRING);
        add(!self.containers.is_empty(), Kinds::ARRAY.union(Kinds::OBJECT));
        kinds
    }

    #[inline]
    pub(super) fn allow(&self, scalar: &Scalar<'_>) -> bool {
        match scalar {
            Scalar::Null => self.null,
            Scalar::Boolean(value) => self.booleans[usize::from(*value)],
            Scalar::Number(number) => self.allow_number(number.value),
            Scalar::Text(text) => self.allow_text(text),
        }
    }

    pub(super) fn allow_number(&self, value: f64) -> bool {
        self.numbers.contains(&value)
    }

    pub(super) fn allow_text(&self, text: &str) -> bool {
        self.strings.iter().any(|string| **string == *text)
    }

    /// Whether an array or object, given as text that was read before, is among the values.
    pub(super) fn allow_container(&self, text: &str) -> bool {
        !self.containers.is_empty()
            && serde_json::from_str(text).is_ok_and(|value| self.containers.contains(&canonical(&value)))
    }
}

/// One text for all writings of an equal value: members sorted, numbers as doubles.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => {
            // Adding zero makes -0 and 0 the same.
            text.push_str(&(number.as_f64().unwrap_or(f64::MAX) + 0.0).to_string());
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            text.push('{');
            for name in names {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(&members[name], text);
                text.push(',');
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Whether two items of an array, given as text that was read before, are equal. An array nested beyond what serde_json reads (128) is
/// refused rather than left unchecked.
pub(super) fn has_duplicates(array: &str) -> bool {
    let Ok(Value::Array(items)) = serde_json::from_str(array) else {
        return true;
    };
    let mut texts: Vec<String> = items.iter().map(canonical).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}
