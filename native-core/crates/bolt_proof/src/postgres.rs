//! A session that has signed in, and what servers say to it (PostgreSQL manual, "Message Formats").

use bolt_postgres::{Credentials, Session, Statement};

/// A message: its letter, its length, what it holds.
fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 4).to_be_bytes();
    [&[letter], &length[..], body].concat()
}

/// A session to which statements may be sent.
pub(crate) fn session() -> Session {
    let text = |text: &str| text.to_owned();
    let credentials =
        Credentials { user: text("me"), password: None, database: text("d"), application: text("a"), options: None };
    let Ok(mut session) = Session::new(credentials, true) else { panic!("there is no NUL in the credentials") };
    let signed_in = [message(b'R', &0u32.to_be_bytes()), message(b'Z', b"I")].concat();
    assert!(session.receive(&signed_in).is_ok() && session.is_ready(), "it is what servers say");
    session
}

/// A statement without parameters.
pub(crate) fn statement() -> Statement {
    Statement { sql: "select".into(), parameters: Vec::new(), is_simple: false, reading: None }
}

/// The answer to a statement that was parsed just now, with one value of a type.
pub(crate) fn answer(kind: u32, value: &[u8]) -> Vec<u8> {
    let columns = [&1u16.to_be_bytes()[..], b"v\0", &[0; 6], &kind.to_be_bytes(), &[0; 8]].concat();
    let row = [&1u16.to_be_bytes()[..], &(value.len() as u32).to_be_bytes(), value].concat();
    let told = [message(b'1', &[]), message(b't', &[0, 0]), message(b'T', &columns), message(b'2', &[])];
    let given = [message(b'D', &row), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")];
    [told.concat(), given.concat()].concat()
}
