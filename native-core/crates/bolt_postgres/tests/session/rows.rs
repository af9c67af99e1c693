//! Statements whose rows are declared beforehand.

use bolt_postgres::rows::{ColumnPlan, Form, Layout, Reading, Shape, bind};
use bolt_postgres::{Statement, codes};

use super::server::*;

fn column(path: &[&str], form: Form, nullable: bool) -> ColumnPlan {
    ColumnPlan { path: path.iter().map(|name| (*name).to_owned()).collect(), form, nullable }
}

/// `id`, and of a joined table `user.name` and `user.age`.
fn joined() -> Vec<ColumnPlan> {
    let user = [column(&["user", "name"], Form::String, true), column(&["user", "age"], Form::Number, false)];
    [column(&["id"], Form::Number, false)].into_iter().chain(user).collect()
}

fn asked(
    shape: Shape,
    plans: &[ColumnPlan],
    types: &[(&str, u32)],
    rows: &[&[Option<&str>]],
) -> Result<String, String> {
    asked_with(bind(&Layout::compile(shape, plans).unwrap(), &mut []).unwrap(), types, rows)
}

fn asked_with(reading: Reading, types: &[(&str, u32)], rows: &[&[Option<&str>]]) -> Result<String, String> {
    let mut session = session();
    session.send(1, Statement { reading: Some(reading), ..statement("select") });
    let rows = rows.iter().flat_map(|values| row(values));
    let told = [message(b'1', &[]), message(b't', &[0, 0]), columns(types), message(b'2', &[])].concat();
    let bytes: Vec<u8> = told.into_iter().chain(rows).chain(complete("SELECT 1")).chain(ready(b'I')).collect();
    session.receive(&bytes).unwrap();
    let done = session.take_done().pop().unwrap();
    done.result.map_err(|failure| format!("{} {}", failure.code(), failure.message()))
}

const TYPES: &[(&str, u32)] = &[("id", 23), ("name", 25), ("age", 23)];

#[test]
fn rows_become_objects_with_objects_of_joined_tables_in_them() {
    let rows: &[&[Option<&str>]] = &[&[Some("1"), Some("a\"\n"), None], &[Some("2"), None, None]];
    let expected = r#"[{"id":1,"user":{"name":"a\"\n","age":null}},{"id":2,"user":null}]"#;
    assert_eq!(asked(Shape::Many, &joined(), TYPES, rows).unwrap(), expected);
}

#[test]
fn a_joined_object_may_stand_before_other_columns() {
    let plans = [joined()[1].clone(), joined()[2].clone(), column(&["id"], Form::Number, false)];
    let types = [TYPES[1], TYPES[2], TYPES[0]];
    let rows: &[&[Option<&str>]] = &[&[None, None, Some("1")], &[Some("a"), Some("3"), Some("2")]];
    let expected = r#"[{"user":null,"id":1},{"user":{"name":"a","age":3},"id":2}]"#;
    assert_eq!(asked(Shape::Many, &plans, &types, rows).unwrap(), expected);
}

#[test]
fn one_row_is_the_first_or_null() {
    let rows: &[&[Option<&str>]] = &[&[Some("1"), None, None], &[Some("2"), None, None]];
    assert_eq!(asked(Shape::One, &joined(), TYPES, rows).unwrap(), r#"{"id":1,"user":null}"#);
    assert_eq!(asked(Shape::One, &joined(), TYPES, &[]).unwrap(), "null");
    assert_eq!(asked(Shape::Many, &joined(), TYPES, &[]).unwrap(), "[]");
}

#[test]
fn a_page_has_a_cursor_when_there_are_more_rows() {
    let page = |limit: &str, rows: &[&[Option<&str>]]| {
        let layout = Layout::compile(Shape::Page { limit: 1, cursor: 0 }, &joined()).unwrap();
        let mut parameters = [None, Some(limit.to_owned())];
        let reading = bind(&layout, &mut parameters).map_err(|failure| failure.code().to_owned())?;
        asked_with(reading, TYPES, rows).map(|text| (parameters[1].clone().unwrap(), text))
    };
    let rows: &[&[Option<&str>]] = &[&[Some("1"), None, None], &[Some("2"), None, None], &[Some("3"), None, None]];
    let told = |more: &str, next: &str| {
        (more.to_owned(), format!(r#"{{"items":[{{"id":1,"user":null}},{{"id":2,"user":null}}]{next}}}"#))
    };
    assert_eq!(page("2", rows), Ok(told("3", r#","nextCursor":2"#)));
    assert_eq!(page("2", &rows[..2]), Ok(told("3", "")));
    assert_eq!(page("2", &[]), Ok(("3".to_owned(), r#"{"items":[]}"#.to_owned())));
    assert_eq!(page("0", &rows[..1]), Ok(("1".to_owned(), r#"{"items":[]}"#.to_owned())));
    for limit in ["-1", "1.5", "x", "", "4294967296"] {
        assert_eq!(page(limit, rows), Err("2201W".to_owned()), "{limit}");
    }
}

#[test]
fn a_value_of_another_form_fails_the_statement_and_names_the_column() {
    let rows: &[&[Option<&str>]] = &[&[Some("1"), None, None], &[Some("x"), None, None]];
    let failure = asked(Shape::Many, &joined(), TYPES, rows).unwrap_err();
    assert_eq!(
        failure,
        format!("{} column \"id\" has a value of the type with OID 23 that is no number", codes::UNEXPECTED_TYPE)
    );
    let failure = asked(Shape::Many, &joined(), &TYPES[..2], &[&[Some("1"), None]]).unwrap_err();
    assert!(failure.contains("2 columns where 3 are declared"), "{failure}");
}

#[test]
fn values_without_a_declared_type_are_what_their_type_says() {
    let raw = |name| column(&[name], Form::Raw, false);
    let plans = [raw("int8"), raw("int4"), raw("bool"), raw("json"), raw("int4s"), raw("text"), raw("float8")];
    let types = [("", 20), ("", 23), ("", 16), ("", 114), ("", 1007), ("", 25), ("", 701)];
    let values = ["9007199254740993", "-5", "t", "{\"a\": 1}", "{1,NULL}", "{1}", "NaN"].map(Some);
    let expected = r#"[{"int8":"9007199254740993","int4":-5,"bool":true,"json":{"a": 1},"int4s":[1,null],"text":"{1}","float8":null}]"#;
    assert_eq!(asked(Shape::Many, &plans, &types, &[&values]).unwrap(), expected);
}

#[test]
fn what_cannot_be_told_by_its_type_is_refused() {
    for (kind, value) in [(17, "\\x00"), (16_400, "{a}")] {
        let failure = asked(Shape::One, &[column(&["v"], Form::Raw, false)], &[("v", kind)], &[&[Some(value)]]);
        assert!(failure.unwrap_err().contains(&format!("OID {kind}")));
    }
}

#[test]
fn a_layout_that_has_no_json_is_refused() {
    let name = |path: &[&str]| column(path, Form::String, false);
    let refused = |plans: &[ColumnPlan]| Layout::compile(Shape::Many, plans).unwrap_err();
    assert!(refused(&[]).contains("without columns"));
    assert!(refused(&[name(&[])]).contains("0 names"));
    assert!(refused(&[name(&["a", "b", "c"])]).contains("3 names"));
    assert!(refused(&[name(&["a"]), name(&["a"])]).contains("\"a\" is there twice"));
    assert!(refused(&[name(&["a", "b"]), name(&["a", "b"])]).contains("\"a.b\" is there twice"));
    assert!(
        Layout::compile(Shape::Page { limit: 0, cursor: 1 }, &joined()).unwrap_err().contains("column 1, the cursor")
    );
    assert!(refused(&[name(&["a", "b"]), name(&["c"]), name(&["a", "d"])]).contains("not side by side"));
}
