//! Whatever text PostgreSQL gives for a value, the row is valid JSON, or the statement fails. A form that promises a kind of value keeps the promise.

use bolt_postgres::rows::{ColumnPlan, Form, Layout, Shape, bind};
use bolt_postgres::{Statement, codes};
use serde_json::Value;

use crate::postgres;

/// OIDs whose values are read by their type, and of a text.
const TYPES: [u32; 8] = [16, 20, 23, 701, 1007, 1009, 1184, 25];

/// The first byte chooses form and type, the rest is the value.
pub(super) fn check(input: &[u8]) {
    let Some((choice, value)) = input.split_first() else { return };
    let value = &value[..value.len().min(4_000)];
    let scalar = match choice % 5 {
        0 => Form::Boolean,
        1 => Form::Number,
        2 => Form::String,
        3 => Form::Instant,
        _ => Form::Raw,
    };
    let form = if choice & 0x80 == 0 { scalar } else { Form::Array(Box::new(scalar)) };
    let kind = TYPES[usize::from(choice >> 4) % TYPES.len()];
    let column = ColumnPlan { path: vec!["v".to_owned()], form: form.clone(), nullable: false };
    let Ok(layout) = Layout::compile(Shape::One, &[column]) else { panic!("one column is a layout") };
    let mut session = postgres::session();
    let Ok(reading) = bind(&layout, &mut []) else { panic!("it is no page") };
    session.send(1, Statement { reading: Some(reading), ..postgres::statement() });
    if session.receive(&postgres::answer(kind, value)).is_err() {
        // What is no UTF-8 is nothing that this server may send.
        return assert!(str::from_utf8(value).is_err());
    }
    let Some(done) = session.take_done().pop() else { panic!("the statement is over") };
    match done.result {
        Ok(text) => {
            let Ok(row) = serde_json::from_str::<Value>(&text) else { panic!("no JSON: {text}") };
            check_kind(&form, &row["v"]);
            if form == Form::String {
                assert_eq!(row["v"].as_str().map(str::as_bytes), Some(value));
            }
        }
        Err(failure) => assert_eq!(failure.code(), codes::UNEXPECTED_TYPE),
    }
}

fn check_kind(form: &Form, value: &Value) {
    let is_kept = match form {
        Form::Boolean => value.is_boolean(),
        Form::Number => value.is_number() || value.is_null(),
        Form::String => value.is_string(),
        Form::Instant => value.is_null() || value.as_str().is_some_and(|text| text.ends_with('Z') && text.len() >= 24),
        Form::Raw | Form::Json => true,
        Form::Array(element) => return check_elements(element, value),
    };
    assert!(is_kept, "{form} gave {value}");
}

fn check_elements(element: &Form, value: &Value) {
    let Value::Array(values) = value else { panic!("no list: {value}") };
    for value in values {
        match value {
            Value::Null => {}
            Value::Array(_) => check_elements(element, value),
            value => check_kind(element, value),
        }
    }
}
