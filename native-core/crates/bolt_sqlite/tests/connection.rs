//! A connection, on real files.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use bolt_sql::rows::Shape;
use bolt_sqlite::{Alarm, ColumnPlan, Connection, Failure, Form, Layout, Parameter, Place, Read, Statement};
use tempfile::TempDir;

const SOON: Duration = Duration::from_millis(50);
const ENDLESS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn place(&self) -> Place {
        Place::File(self.0.path().join("a ?#%.db"))
    }

    fn open(&self) -> Connection {
        Connection::open(&self.place(), Alarm::default()).unwrap()
    }

    fn reader(&self) -> Connection {
        Connection::open_reader(&self.place(), Alarm::default()).unwrap()
    }
}

fn statement(sql: &str, parameters: &[Parameter]) -> Statement {
    Statement { parameters: parameters.to_vec(), is_script: false, ..Statement::script(sql) }
}

fn run(connection: &Connection, sql: &str) -> Result<String, Failure> {
    connection.run(&statement(sql, &[]), SOON)
}

fn code(result: Result<String, Failure>) -> String {
    result.unwrap_err().code().to_owned()
}

#[test]
fn values_of_every_kind_are_told_apart() {
    let files = Files::new();
    let connection = files.open();
    let values = [
        Parameter::Null,
        Parameter::Integer(i64::MAX),
        Parameter::Integer(-7),
        Parameter::Real(1.0),
        Parameter::Real(-0.0),
        Parameter::Real(f64::NEG_INFINITY),
        Parameter::Text("a\"\n\0é".to_owned()),
        Parameter::Blob(vec![0, 255]),
    ];
    let result = connection.run(&statement("select ?, ?, ?, ?, ?, ?, ?, ?", &values), SOON).unwrap();
    let rows = r#""rows":[[null,{"i":"9223372036854775807"},-7,1,-0,{"r":"-Infinity"},"a\"\n\u0000é",{"b":"AP8="}]]"#;
    assert!(result.contains(rows), "{result}");
}

#[test]
fn rows_become_what_their_columns_say() {
    let forms = [Form::Raw, Form::One, Form::Boolean, Form::String, Form::Number, Form::Seconds, Form::Milliseconds];
    let column = |(at, form): (usize, &Form)| ColumnPlan { path: vec![format!("c{at}")], form: *form, nullable: false };
    let columns: Vec<_> = forms.iter().enumerate().map(column).collect();
    let layout = Layout::compile(Shape::One, &columns).unwrap();
    let read = |sql: &str| {
        let reading = Some(layout.bind(|_| None).unwrap());
        let files = Files::new();
        files.open().run(&Statement { reading, ..statement(sql, &[]) }, SOON)
    };
    let expected = r#"{"c0":1.5,"c1":true,"c2":true,"c3":"7","c4":12.5,"c5":"1970-01-02T00:00:00.000Z","c6":"1969-12-31T23:59:59.999Z"}"#;
    assert_eq!(read("select 1.5, 1, 'x', 7, '12.5', 86400, -1").unwrap(), expected);
    let nulls = r#"{"c0":null,"c1":null,"c2":null,"c3":null,"c4":null,"c5":null,"c6":null}"#;
    assert_eq!(read("select null, null, null, null, null, null, null").unwrap(), nulls);
    assert_eq!(read("select 1 where false").unwrap(), "null");
    for sql in ["select x'00', 1, 1, 1, 1, 1, 1", "select 9007199254740993, 1, 1, 1, 1, 1, 1", "select 1"] {
        assert_eq!(code(read(sql)), "UNEXPECTED_TYPE", "{sql}");
    }
}

#[test]
fn a_reader_begins_nothing_that_writes_or_that_only_the_writer_knows() {
    let files = Files::new();
    let writer = files.open();
    run(&writer, "create table t (a unique)").unwrap();
    run(&writer, "create temp table own (a)").unwrap();
    let mut reader = files.reader();
    for sql in [
        "insert into t values (1) returning a",
        "with x as (select 1) insert into t select * from x",
        "begin",
        "pragma foreign_keys",
        "select last_insert_rowid()",
        "select Changes()",
        "select * from own",
        "selec 1",
        "attach 'x' as y",
        "",
    ] {
        assert!(matches!(reader.read(&statement(sql, &[]), SOON), Read::Writes), "{sql}");
    }
    assert!(matches!(reader.read(&statement("select * from t", &[]), SOON), Read::Done(Ok(_))));
    // Even if it were begun.
    assert_eq!(code(run(&reader, "insert into t values (1)")), "SQLITE_READONLY");
}

#[test]
fn a_read_is_given_up_after_its_time() {
    let files = Files::new();
    let mut reader = files.reader();
    let since = Instant::now();
    assert!(matches!(reader.read(&statement(ENDLESS, &[]), Duration::from_millis(5)), Read::Late));
    assert!(since.elapsed() < Duration::from_secs(2));
    assert!(matches!(reader.read(&statement("select 1", &[]), SOON), Read::Done(Ok(_))));
}

#[test]
fn a_statement_is_stopped_from_another_thread() {
    let files = Files::new();
    let connection = files.open();
    let alarm = connection.alarm().clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        alarm.cancel();
    });
    assert_eq!(code(run(&connection, ENDLESS)), "SQLITE_INTERRUPT");
    stopper.join().unwrap();
    connection.alarm().allow();
    assert!(run(&connection, "select 1").is_ok());
}

#[test]
fn a_locked_file_is_waited_for_and_no_longer_than_said() {
    let files = Files::new();
    let (one, other) = (files.open(), files.open());
    one.use_wal(SOON);
    run(&one, "create table t (a)").unwrap();
    run(&one, "begin immediate").unwrap();
    let since = Instant::now();
    assert_eq!(code(run(&other, "insert into t values (1)")), "SQLITE_BUSY");
    assert!((SOON..Duration::from_secs(5)).contains(&since.elapsed()));
    assert!(run(&other, "select * from t").is_ok(), "readers do not wait");
    one.reset();
    assert!(!one.is_in_transaction());
    assert!(run(&other, "insert into t values (1)").is_ok());
}

#[test]
fn tables_that_change_are_read_as_they_are_now() {
    let files = Files::new();
    let (writer, mut reader) = (files.open(), files.reader());
    run(&writer, "create table t (a)").unwrap();
    run(&writer, "insert into t values (1)").unwrap();
    let all = statement("select * from t", &[]);
    assert!(matches!(reader.read(&all, SOON), Read::Done(Ok(text)) if text.contains(r#"[["a",""]],"rows":[[1]]"#)));
    run(&writer, "alter table t add column b text default 'x'").unwrap();
    let after = reader.read(&all, SOON);
    let expected = r#"[["a",""],["b","TEXT"]],"rows":[[1,"x"]]"#;
    assert!(matches!(&after, Read::Done(Ok(text)) if text.contains(expected)), "{after:?}");
}

#[test]
fn memory_is_shared_by_name_and_gone_with_the_last_connection() {
    let place = Place::Memory("bolt-test".to_owned());
    let open = || Connection::open(&place, Alarm::default()).unwrap();
    let (one, other) = (open(), open());
    run(&one, "create table t (a)").unwrap();
    assert!(run(&other, "select * from t").is_ok());
    drop((one, other));
    assert_eq!(code(run(&open(), "select * from t")), "SQLITE_ERROR");
}
