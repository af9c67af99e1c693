//! What a server says, in bytes (PostgreSQL manual, "Message Formats").

use bolt_postgres::{Credentials, Parameter, Session, Statement};

/// A message: its letter, its length, what it holds.
pub(crate) fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![letter];
    bytes.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn signed_in() -> Vec<u8> {
    let key = [7u32.to_be_bytes(), 9u32.to_be_bytes()].concat();
    [message(b'R', &0u32.to_be_bytes()), message(b'K', &key), ready(b'I')].concat()
}

pub(crate) fn ready(status: u8) -> Vec<u8> {
    message(b'Z', &[status])
}

pub(crate) fn columns(columns: &[(&str, u32)]) -> Vec<u8> {
    let mut body = (columns.len() as u16).to_be_bytes().to_vec();
    for (name, kind) in columns {
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(&[0; 7]);
        body.extend_from_slice(&kind.to_be_bytes());
        body.extend_from_slice(&[0; 8]);
    }
    message(b'T', &body)
}

pub(crate) fn row(values: &[Option<&str>]) -> Vec<u8> {
    let mut body = (values.len() as u16).to_be_bytes().to_vec();
    for value in values {
        body.extend_from_slice(&value.map_or(-1, |value| value.len() as i32).to_be_bytes());
        body.extend_from_slice(value.unwrap_or_default().as_bytes());
    }
    message(b'D', &body)
}

pub(crate) fn complete(tag: &str) -> Vec<u8> {
    message(b'C', &[tag.as_bytes(), &[0]].concat())
}

pub(crate) fn error(code: &str) -> Vec<u8> {
    message(b'E', format!("SERROR\0C{code}\0Mno\0\0").as_bytes())
}

/// The answer to a statement that had to be parsed first, with a column `n` of int4.
pub(crate) fn described(value: &str) -> Vec<u8> {
    let parsed = [message(b'1', &[]), message(b't', &[0, 0]), columns(&[("n", 23)])].concat();
    [parsed, answer(value)].concat()
}

/// The answer to a statement that was prepared already.
pub(crate) fn answer(value: &str) -> Vec<u8> {
    [message(b'2', &[]), row(&[Some(value)]), complete("SELECT 1"), ready(b'I')].concat()
}

pub(crate) fn credentials() -> Credentials {
    let text = |text: &str| text.to_owned();
    Credentials {
        user: text("me"),
        password: Some(text("pencil")),
        database: text("d"),
        application: text("a"),
        options: None,
    }
}

/// A session that has signed in, and whose output is empty.
pub(crate) fn session() -> Session {
    let mut session = Session::new(credentials(), true).expect("no NUL");
    session.receive(&signed_in()).expect("it is what a server says");
    session.output().clear();
    session
}

pub(crate) fn statement(sql: &str) -> Statement {
    Statement {
        sql: sql.into(),
        parameters: vec![Parameter { text: Some("1".into()), kind: 0 }],
        is_simple: false,
        reading: None,
    }
}

/// Letters of the messages that wait to be sent.
pub(crate) fn letters(session: &mut Session) -> String {
    let output = session.output();
    let mut letters = String::new();
    while !output.is_empty() {
        let length = u32::from_be_bytes([output[1], output[2], output[3], output[4]]) as usize;
        letters.push(char::from(output[0]));
        let _ = output.split_to(length + 1);
    }
    letters
}
