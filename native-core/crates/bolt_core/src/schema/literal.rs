//! `enum` and `const`.

use serde_json::Value;

use super::equality::equals;
use super::kinds::Kinds;
use super::reader::Reader;
use super::scalar::Scalar;

/// Characters of values that a message lists: it may be said of many values of one request.
const SHOWN: usize = 256;

/// The values that are allowed.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// `const` or `enum`, for messages.
    pub(super) keyword: &'static str,
    /// Sorted.
    strings: Vec<Box<str>>,
    /// Sorted; zero is positive.
    numbers: Vec<f64>,
    booleans: [bool; 2],
    null: bool,
    /// Arrays and objects.
    containers: Vec<Value>,
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
                Value::Number(number) => literals.numbers.extend(number.as_f64().map(unsigned_zero)),
                Value::String(text) => literals.strings.push(text.as_str().into()),
                container => literals.containers.push(container.clone()),
            }
        }
        literals.strings.sort_unstable();
        literals.numbers.sort_unstable_by(f64::total_cmp);
        literals.shown = shown(values);
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
        let value = unsigned_zero(value);
        self.numbers.binary_search_by(|number| number.total_cmp(&value)).is_ok()
    }

    pub(super) fn allow_text(&self, text: &str) -> bool {
        self.strings.binary_search_by(|string| (**string).cmp(text)).is_ok()
    }

    /// Whether the array or object where a reader stands, which was read before, is among the values.
    pub(super) fn allow_container(&self, reader: &Reader<'_>) -> bool {
        self.containers.iter().any(|container| equals(&mut reader.clone(), container))
    }
}

/// Adding zero makes -0 and 0 the same.
fn unsigned_zero(value: f64) -> f64 {
    value + 0.0
}

/// As many of the values as a message should list.
fn shown(values: &[Value]) -> String {
    let mut shown = String::new();
    for (at, value) in values.iter().enumerate() {
        let text = value.to_string();
        if at > 0 && shown.len() + text.len() > SHOWN {
            shown.push_str(&format!(" or {} other values", values.len() - at));
            break;
        }
        shown.push_str(if at == 0 { "" } else { ", " });
        shown.extend(text.chars().take(SHOWN));
        if text.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_of_a_long_list_is_found() {
        let values: Vec<Value> =
            (0..1000).flat_map(|n| [json!(n), json!(f64::from(n) + 0.5), json!(n.to_string())]).collect();
        let literals = Literals::new("enum", &values);
        for n in 0..1000 {
            assert!(literals.allow_number(f64::from(n)) && literals.allow_number(f64::from(n) + 0.5));
            assert!(literals.allow_text(&n.to_string()));
        }
        assert!(literals.allow_number(-0.0));
        assert!(!literals.allow_number(1000.0) && !literals.allow_number(0.25) && !literals.allow_number(-1.0));
        assert!(!literals.allow_text("1000") && !literals.allow_text("") && !literals.allow_text("00"));
    }

    #[test]
    fn a_message_lists_a_few_values_and_counts_the_others() {
        assert_eq!(shown(&[json!("a"), json!(1), json!(null)]), r#""a", 1, null"#);
        let many: Vec<Value> = (100..1100).map(Value::from).collect();
        let text = shown(&many);
        assert!(text.starts_with("100, 101, ") && text.ends_with(" or 948 other values"), "{text}");
        let long = shown(&[json!("é".repeat(1000)), json!(2)]);
        assert!(long.ends_with("é… or 1 other values") && long.chars().count() < 300, "{long}");
    }
}
