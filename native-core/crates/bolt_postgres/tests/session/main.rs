//! Sessions, by the bytes that servers send.

#![allow(clippy::unwrap_used)]

mod hostile;
mod rows;
mod server;

use bolt_postgres::{Done, Session, Statement, TransactionStatus, codes};
use server::*;

/// Token, and the result or the code of the failure.
fn done(session: &mut Session) -> Vec<(u64, String)> {
    let code = |done: Done| (done.token, done.result.unwrap_or_else(|failure| failure.code().to_owned()));
    session.take_done().into_iter().map(code).collect()
}

fn one(value: &str) -> String {
    format!(r#"{{"columns":[["n",23]],"rows":[[{value}]],"command":"SELECT","count":1}}"#)
}

#[test]
fn a_statement_is_parsed_once_and_bound_from_then_on() {
    let mut session = session();
    session.send(1, statement("select $1"));
    assert_eq!(letters(&mut session), "PDBES");
    session.receive(&described("1")).unwrap();
    session.send(2, statement("select $1"));
    assert_eq!(letters(&mut session), "BES");
    session.receive(&answer("2")).unwrap();
    assert_eq!(done(&mut session), [(1, one("1")), (2, one("2"))]);
}

#[test]
fn answers_go_to_their_statements_in_order_however_they_are_cut() {
    let bytes = [described("1"), [message(b'1', &[]), error("22012"), ready(b'I')].concat(), described("3")].concat();
    for size in 1..20 {
        let mut session = session();
        for (token, sql) in [(1, "a"), (2, "b"), (3, "c")] {
            session.send(token, statement(sql));
        }
        for piece in bytes.chunks(size) {
            session.receive(piece).unwrap();
        }
        assert_eq!(done(&mut session), [(1, one("1")), (2, "22012".to_owned()), (3, one("3"))]);
        assert_eq!(session.in_flight(), 0);
    }
}

#[test]
fn nothing_relies_on_a_statement_before_the_server_has_it() {
    let mut session = session();
    session.send(1, statement("a"));
    session.send(2, statement("a"));
    assert_eq!(letters(&mut session), "PDBESPDBES");
    session.receive(&[error("42601"), ready(b'I'), error("42601"), ready(b'I')].concat()).unwrap();
    session.send(3, statement("a"));
    assert_eq!(letters(&mut session), "PDBES", "what failed is parsed again");
}

#[test]
fn a_statement_whose_plan_changed_is_asked_again_but_not_within_a_transaction() {
    for (status, expected) in [(b'I', "CPDBES"), (b'E', "C")] {
        let mut session = session();
        session.send(1, statement("a"));
        session.receive(&described("1")).unwrap();
        session.send(2, statement("a"));
        letters(&mut session);
        session.receive(&[error("0A000"), ready(status)].concat()).unwrap();
        assert_eq!(letters(&mut session), expected);
        if status == b'I' {
            session.receive(&[message(b'3', &[]), described("2")].concat()).unwrap();
            assert_eq!(done(&mut session), [(1, one("1")), (2, one("2"))]);
        } else {
            assert_eq!(done(&mut session)[1], (2, "0A000".to_owned()));
            assert_eq!(session.status(), TransactionStatus::Failed);
        }
    }
}

#[test]
fn a_statement_that_stays_unknown_is_asked_again_once_only() {
    let mut session = session();
    session.send(1, statement("a"));
    session.receive(&described("1")).unwrap();
    session.send(2, statement("a"));
    session.receive(&[error("26000"), ready(b'I'), message(b'3', &[]), error("26000"), ready(b'I')].concat()).unwrap();
    assert_eq!(done(&mut session)[1], (2, "26000".to_owned()));
}

#[test]
fn the_statement_that_was_used_longest_ago_makes_room() {
    let mut session = session();
    for number in 0..257 {
        session.send(number, statement(&number.to_string()));
        session.receive(&described("1")).unwrap();
    }
    letters(&mut session);
    session.send(300, statement("1"));
    assert_eq!(letters(&mut session), "BES");
    session.receive(&answer("1")).unwrap();
    session.send(301, statement("0"));
    assert_eq!(letters(&mut session), "CPDBES", "0 had to go for 256");
}

#[test]
fn behind_a_pooler_nothing_stays_prepared() {
    let mut session = Session::new(credentials(), false).unwrap();
    session.receive(&signed_in()).unwrap();
    session.output().clear();
    for token in 1..3 {
        session.send(token, statement("a"));
        assert_eq!(letters(&mut session), "PDBES");
        session.receive(&described("1")).unwrap();
    }
}

#[test]
fn simple_statements_give_a_result_each() {
    let mut session = session();
    session.send(1, Statement::simple("select 1; drop table x"));
    assert_eq!(letters(&mut session), "Q");
    let bytes =
        [columns(&[("n", 23)]), row(&[Some("1")]), complete("SELECT 1"), complete("DROP TABLE"), ready(b'I')].concat();
    session.receive(&bytes).unwrap();
    let dropped = r#"{"columns":[],"rows":[],"command":"DROP TABLE","count":null}"#;
    assert_eq!(done(&mut session), [(1, format!("[{},{dropped}]", one("1")))]);
}

#[test]
fn values_are_written_as_their_types_say() {
    let mut session = session();
    session.send(1, Statement::simple("select"));
    let kinds =
        [("b", 16), ("i", 21), ("f", 701), ("g", 700), ("j", 114), ("k", 3802), ("t", 25), ("n\"", 1700), ("z", 25)];
    let values = ["t", "-5", "1e+20", "-Infinity", "[1, {}]", "null", "\u{1}\n\"\\ü", "1.50"];
    let values: Vec<_> = values.iter().map(|value| Some(*value)).chain([None]).collect();
    session.receive(&[columns(&kinds), row(&values), complete("INSERT 0 1"), ready(b'I')].concat()).unwrap();
    let [(_, text)] = done(&mut session).try_into().unwrap();
    let row = r#"[[true,-5,1e+20,"-Infinity",[1, {}],null,"\u0001\n\"\\ü","1.50",null]],"command":"INSERT","count":1}"#;
    assert!(text.contains(row), "{text}");
    assert!(text.contains(r#"["n\"",1700]"#), "{text}");
}

#[test]
fn a_statement_that_cannot_be_written_leaves_nothing_behind() {
    let mut session = session();
    session.send(1, statement("a\0b"));
    assert_eq!(done(&mut session), [(1, codes::PROTOCOL.to_owned())]);
    assert_eq!(letters(&mut session), "");
    session.send(2, statement("a"));
    session.receive(&described("1")).unwrap();
    assert_eq!(done(&mut session), [(2, one("1"))]);
}

#[test]
fn what_was_in_flight_on_a_lost_connection_fails() {
    let mut session = session();
    session.send(1, statement("a"));
    session.send(2, statement("b"));
    session.receive(&error("57P01")).unwrap();
    session.fail(&bolt_postgres::Failure::new(codes::CONNECTION_LOST, "gone"));
    assert_eq!(done(&mut session), [(1, "57P01".to_owned()), (2, codes::CONNECTION_LOST.to_owned())]);
}

#[test]
fn data_to_copy_ends_the_connection_as_what_follows_would_be_taken_for_it() {
    let mut session = session();
    session.send(1, statement("copy x from stdin"));
    assert_eq!(session.receive(&message(b'G', &[0, 0, 0])).unwrap_err().code(), codes::PROTOCOL);
}

#[test]
fn a_server_that_asks_for_a_password_gets_one_and_must_prove_that_it_knows_it() {
    let sasl = |kind: u32, data: &[u8]| message(b'R', &[&kind.to_be_bytes(), data].concat());
    let mut session = Session::new(credentials(), true).unwrap();
    session.output().clear();
    session.receive(&sasl(10, b"SCRAM-SHA-256\0\0")).unwrap();
    assert!(session.output().starts_with(b"p"));
    let failure = session.receive(&sasl(0, b"")).unwrap_err();
    assert!(failure.message().contains("proof"), "{}", failure.message());
}

#[test]
fn without_a_password_the_message_says_where_to_put_one() {
    let mut session = Session::new(bolt_postgres::Credentials { password: None, ..credentials() }, true).unwrap();
    let failure = session.receive(&message(b'R', &3u32.to_be_bytes())).unwrap_err();
    assert!(failure.message().contains("PGPASSWORD"), "{}", failure.message());
}

#[test]
fn statements_wait_until_the_server_is_ready() {
    let mut session = Session::new(credentials(), true).unwrap();
    assert!(session.receive(&ready(b'I')).is_err(), "nobody was signed in");
    let mut session = Session::new(credentials(), true).unwrap();
    assert!(!session.is_ready());
    session.receive(&signed_in()).unwrap();
    assert!(session.is_ready());
}

#[test]
fn what_is_cancelled_in_the_place_of_another_is_sent_again() {
    let mut session = session();
    for (token, sql) in [(1, "a"), (2, "select b"), (3, "select c")] {
        session.send(token, statement(sql));
    }
    assert_eq!(session.cancel_key(), None, "everybody waits");
    assert!(session.abandon(1) && !session.abandon(4));
    assert_eq!(session.cancel_key(), Some((7, 9)));
    session.receive(&described("1")).unwrap();
    letters(&mut session);
    session.receive(&[error("57014"), ready(b'I')].concat()).unwrap();
    session.receive(&described("3")).unwrap();
    assert_eq!(done(&mut session), [(1, one("1")), (3, one("3"))]);
    assert!(letters(&mut session).contains('E'), "the second was sent again");
    session.receive(&described("2")).unwrap();
    assert_eq!(done(&mut session), [(2, one("2"))]);
}

#[test]
fn nothing_is_cancelled_before_what_cannot_be_sent_again() {
    for sql in ["call pay()", "vacuum", "-- select\ncommit"] {
        let mut session = session();
        session.send(1, statement("select a"));
        session.send(2, statement(sql));
        session.abandon(1);
        assert_eq!(session.cancel_key(), None, "{sql}");
    }
}

#[test]
fn a_statement_is_cancelled_a_few_times_and_then_left() {
    let mut session = session();
    session.send(1, statement("select a"));
    session.abandon(1);
    let times = std::iter::from_fn(|| session.cancel_key()).take(10).count();
    assert_eq!(times, 3);
    session.receive(&[error("57014"), ready(b'I')].concat()).unwrap();
    assert_eq!(done(&mut session), [(1, "57014".to_owned())]);
}
