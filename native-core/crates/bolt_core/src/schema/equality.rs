//! When two JSON values are equal: numbers by their value as doubles, objects whatever the order of their members.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::ops::Range;

use serde_json::Value;

use super::JsonFault;
use super::reader::Reader;
use super::scalar::Scalar;

/// Whether the value where the reader stands, which was read before, equals another. Stops at the first difference, so that it costs no
/// more than the other is long.
pub(super) fn equals(reader: &mut Reader<'_>, other: &Value) -> bool {
    let Some(first) = reader.peek() else { return false };
    match other {
        Value::Null => reader.word("null").is_ok(),
        Value::Bool(value) => reader.word(if *value { "true" } else { "false" }).is_ok(),
        Value::Number(number) => reader.number().is_ok_and(|read| Some(read.value) == number.as_f64()),
        Value::String(text) => first == b'"' && reader.string().is_ok_and(|read| *read.decode() == **text),
        Value::Array(items) => first == b'[' && equals_array(reader, items).unwrap_or(false),
        Value::Object(members) => first == b'{' && equals_object(reader, members).unwrap_or(false),
    }
}

fn equals_array(reader: &mut Reader<'_>, others: &[Value]) -> Result<bool, JsonFault> {
    let mut others = others.iter();
    reader.enter()?;
    let mut goes_on = !reader.empty(b']');
    while goes_on {
        if !others.next().is_some_and(|other| equals(reader, other)) {
            return Ok(false);
        }
        goes_on = reader.more(b']')?;
    }
    Ok(others.next().is_none())
}

fn equals_object(reader: &mut Reader<'_>, others: &serde_json::Map<String, Value>) -> Result<bool, JsonFault> {
    let mut count = 0;
    reader.enter()?;
    let mut goes_on = !reader.empty(b'}');
    while goes_on {
        let key = reader.key()?;
        if !others.get(&*key).is_some_and(|other| equals(reader, other)) {
            return Ok(false);
        }
        count += 1;
        goes_on = reader.more(b'}')?;
    }
    // No name occurs twice.
    Ok(count == others.len())
}

/// Which arrays of a text have two equal items (`uniqueItems`).
///
/// All arrays inside of one are searched together with it, in one pass: each value is read once, however deep it lies. Values are
/// compared by 128 bits of a hash with a random key, so that nobody can choose two that only seem equal.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    keys: RandomState,
    /// What of the text was searched last.
    searched: Range<usize>,
    /// Where the arrays in it begin that have equal items, ascending.
    found: Vec<usize>,
}

/// What makes two values equal, given those of their items and members.
#[derive(Hash)]
enum Shape<'s> {
    Null,
    Boolean(bool),
    Number(u64),
    Text(&'s str),
    Array(&'s [u128]),
    /// The sum of its members' fingerprints, which their order does not change.
    Object(u128),
}

impl Repeats {
    /// Searches the array where the reader stands, unless an array around it was searched before. In a text that turns out not to be
    /// JSON nothing is found; whoever reads it next finds that out as well.
    pub(super) fn search(&mut self, mut reader: Reader<'_>) {
        let start = reader.at;
        if self.searched.contains(&start) {
            return;
        }
        self.found.clear();
        let is_json = self.value(&mut reader).is_ok();
        self.searched = start..if is_json { reader.at } else { reader.len() };
        self.found.sort_unstable();
    }

    /// Whether the array that begins there has equal items. It must have been searched.
    pub(super) fn are_in(&self, start: usize) -> bool {
        self.found.binary_search(&start).is_ok()
    }

    /// Reads a value and notes the arrays with equal items in it; its fingerprint.
    fn value(&mut self, reader: &mut Reader<'_>) -> Result<u128, JsonFault> {
        match reader.peek() {
            Some(b'[') => self.array(reader),
            Some(b'{') => self.object(reader),
            Some(first) => Ok(match Scalar::read(reader, first)? {
                Scalar::Null => self.fingerprint(Shape::Null),
                Scalar::Boolean(value) => self.fingerprint(Shape::Boolean(value)),
                // Adding zero makes -0 and 0 the same.
                Scalar::Number(number) => self.fingerprint(Shape::Number((number.value + 0.0).to_bits())),
                Scalar::Text(text) => self.fingerprint(Shape::Text(&text)),
            }),
            None => reader.malformed(),
        }
    }

    fn array(&mut self, reader: &mut Reader<'_>) -> Result<u128, JsonFault> {
        let start = reader.at;
        let mut items = Vec::new();
        reader.enter()?;
        let mut goes_on = !reader.empty(b']');
        while goes_on {
            items.push(self.value(reader)?);
            goes_on = reader.more(b']')?;
        }
        let fingerprint = self.fingerprint(Shape::Array(&items));
        items.sort_unstable();
        if items.windows(2).any(|pair| pair[0] == pair[1]) {
            self.found.push(start);
        }
        Ok(fingerprint)
    }

    fn object(&mut self, reader: &mut Reader<'_>) -> Result<u128, JsonFault> {
        let mut sum = 0u128;
        reader.enter()?;
        let mut goes_on = !reader.empty(b'}');
        while goes_on {
            let key = reader.key()?;
            let value = self.value(reader)?;
            sum = sum.wrapping_add(self.fingerprint((key, value)));
            goes_on = reader.more(b'}')?;
        }
        Ok(self.fingerprint(Shape::Object(sum)))
    }

    fn fingerprint(&self, of: impl Hash) -> u128 {
        let mut hasher = self.keys.build_hasher();
        of.hash(&mut hasher);
        let low = hasher.finish();
        hasher.write_u8(0);
        u128::from(hasher.finish()) << 64 | u128::from(low)
    }
}

#[cfg(test)]
mod tests {
    use super::super::JsonLimits;
    use super::*;

    fn reader(text: &str) -> Reader<'_> {
        Reader::new(text.as_bytes(), JsonLimits::default()).expect("text")
    }

    #[test]
    fn values_are_equal_however_they_are_written() {
        let same = [
            ("null", "null"),
            ("1", "1.0"),
            ("-0", "0.0"),
            ("100", "1e2"),
            (r#""A""#, r#""\u0041""#),
            ("[]", " [ ] "),
            (r#"{"a":1,"b":[2]}"#, r#"{ "b": [2.0], "a": 1 }"#),
        ];
        let other = [
            ("1", "\"1\""),
            ("0", "false"),
            ("null", "false"),
            ("[]", "{}"),
            ("[1,2]", "[2,1]"),
            ("[1]", "[1,1]"),
            ("[[1],2]", "[[1,2]]"),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            (r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#),
        ];
        for (one, two, is_same) in
            same.iter().map(|(a, b)| (a, b, true)).chain(other.iter().map(|(a, b)| (a, b, false)))
        {
            for (one, two) in [(one, two), (two, one)] {
                let value: Value = serde_json::from_str(two).expect("JSON");
                assert_eq!(equals(&mut reader(one), &value), is_same, "{one} {two}");
                let mut repeats = Repeats::default();
                repeats.search(reader(&format!("[{one},{two}]")));
                assert_eq!(repeats.are_in(0), is_same, "{one} {two}");
            }
        }
    }

    #[test]
    fn arrays_inside_of_one_are_searched_with_it() {
        let text = "[[1,1],[[2,3],[2,3]],{\"a\":[4,4,5]}]";
        let mut repeats = Repeats::default();
        repeats.search(reader(text));
        assert_eq!(repeats.searched, 0..text.len());
        assert_eq!(repeats.found, [1, 7, 26]);
        // Another search within it would forget what was found outside.
        let mut inner = reader(text);
        inner.at = 7;
        repeats.search(inner);
        assert_eq!(repeats.searched, 0..text.len());
    }

    #[test]
    fn a_text_that_is_no_json_is_searched_once() {
        let text = "[[[1,1],";
        let mut repeats = Repeats::default();
        repeats.search(reader(text));
        assert_eq!(repeats.searched, 0..text.len());
    }
}
