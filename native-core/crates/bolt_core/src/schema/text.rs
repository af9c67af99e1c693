//! What a text means where a schema asks for a number or a boolean.
//!
//! | schema | accepted texts | refused, for example |
//! |---|---|---|
//! | `integer` | JSON integers within ±(2^53 − 1): `0`, `-7`, `42`, `-0` (as 0) | `+5`, `007`, `1.0`, `1e3`, `0x10`, `1_000`, ` 5`, `9007199254740992`, empty |
//! | `number` | finite JSON numbers: the above, `1.50`, `1e3`, `-2.5E-1` | `.5`, `5.`, `NaN`, `Infinity`, `1e999`, `1,5`, ` 5`, empty |
//! | `boolean` | `true`, `false` | `TRUE`, `1`, `0`, `yes`, `on`, empty |
//! | `string`, or no type | everything | – |
//! | several types | the first of boolean, number, string that the whole schema accepts | – |
//! | `null` | nothing | `null` |

use std::borrow::Cow;

use super::Input;
use super::issue::{Issues, Path};
use super::kinds::Kinds;
use super::node::{NodeId, Plan};
use super::number::{MAX_SAFE, Number};
use super::reader::Reader;
use super::scalar::{Scalar, passes, report};

/// The input that a text means, or `None` after saying why it means none. `kinds` are those that the schema may accept.
pub(super) fn read<'v>(
    plan: &Plan,
    id: NodeId,
    kinds: Kinds,
    text: Cow<'v, str>,
    path: &Path<'_>,
    issues: &mut Issues<'_>,
) -> Option<Input<'v>> {
    if kinds != Kinds::ALL {
        if let Some(value) = boolean(&text).filter(|_| kinds.meets(Kinds::BOOLEAN)) {
            let scalar = Scalar::Boolean(value);
            if passes(plan, id, &scalar) {
                return Some(Input::Bool(value));
            }
            if !kinds.meets(Kinds::STRING) {
                report(plan, id, &scalar, path, issues);
                return None;
            }
        }
        if let Some(number) = number(&text, kinds) {
            let scalar = Scalar::Number(number);
            if passes(plan, id, &scalar) {
                return Some(input(number.value, kinds));
            }
            if !kinds.meets(Kinds::STRING) {
                report(plan, id, &scalar, path, issues);
                return None;
            }
        }
        if !kinds.meets(Kinds::STRING) {
            issues.wrong_type(kinds.without_null(), path);
            return None;
        }
    }
    let scalar = Scalar::Text(Cow::Borrowed(&*text));
    if passes(plan, id, &scalar) {
        return Some(Input::Str(text));
    }
    report(plan, id, &scalar, path, issues);
    None
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The number of a text that is one as a whole; an integer where fractions are not wanted.
fn number(text: &str, kinds: Kinds) -> Option<Number<'_>> {
    if !kinds.meets(Kinds::NUMBER) {
        return None;
    }
    let number = Reader::whole_number(text)?;
    let is_plain = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let is_safe = number.value.abs() <= MAX_SAFE;
    (kinds.meets(Kinds::FRACTION) || (is_plain && is_safe)).then_some(number)
}

/// A number as the input of a schema that accepts `kinds`.
pub(super) fn input(value: f64, kinds: Kinds) -> Input<'static> {
    if kinds.meets(Kinds::FRACTION) {
        return Input::Float(value);
    }
    #[expect(clippy::cast_possible_truncation, reason = "an integer within ±(2^53 − 1)")]
    Input::Int(value as i64)
}
