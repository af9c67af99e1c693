//! Why a statement failed, as data.

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

/// Codes for what PostgreSQL did not say itself. Its own, the SQLSTATEs, have five characters.
pub mod codes {
    /// There was no connection, and none could be made.
    pub const CONNECT_FAILED: &str = "CONNECT_FAILED";
    /// Making a connection took longer than allowed.
    pub const CONNECT_TIMEOUT: &str = "CONNECT_TIMEOUT";
    /// The connection was lost while the statement ran or waited on it: whether it took effect is not known.
    pub const CONNECTION_LOST: &str = "CONNECTION_LOST";
    /// As many statements wait as may.
    pub const POOL_FULL: &str = "POOL_FULL";
    /// No connection was free in time.
    pub const POOL_TIMEOUT: &str = "POOL_TIMEOUT";
    /// A transaction would be begun, or was left open, on a connection that others share.
    pub const UNSAFE_TRANSACTION: &str = "UNSAFE_TRANSACTION";
    /// The pool was closed.
    pub const POOL_CLOSED: &str = "POOL_CLOSED";
    /// A statement gives other columns or types than were declared for it.
    pub const UNEXPECTED_TYPE: &str = "UNEXPECTED_TYPE";
    /// The server sent what the protocol does not allow there, or asks for what is not supported.
    pub const PROTOCOL: &str = "PROTOCOL";
}

/// Fields of an ErrorResponse by their letters (manual, "Error and Notice Message Fields"), and what they are called here.
const FIELDS: [(u8, &str); 17] = [
    (b'V', "severity"),
    (b'C', "code"),
    (b'M', "message"),
    (b'D', "detail"),
    (b'H', "hint"),
    (b'P', "position"),
    (b'p', "internalPosition"),
    (b'q', "internalQuery"),
    (b'W', "where"),
    (b's', "schema"),
    (b't', "table"),
    (b'c', "column"),
    (b'd', "dataType"),
    (b'n', "constraint"),
    (b'F', "file"),
    (b'L', "line"),
    (b'R', "routine"),
];

/// A failure: what PostgreSQL says about it, or one of [`codes`] with a message for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    fields: Vec<(&'static str, String)>,
}

impl Failure {
    /// One that PostgreSQL did not report.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { fields: vec![("code", code.to_owned()), ("message", message.into())] }
    }

    pub(crate) fn protocol(message: impl Into<String>) -> Self {
        Self::new(codes::PROTOCOL, message)
    }

    pub(crate) fn reported(mut fields: ErrorFields<'_>) -> Self {
        let mut read = Vec::new();
        while let Ok(Some(field)) = fields.next() {
            let name = FIELDS.iter().find(|(letter, _)| *letter == field.type_()).map(|(_, name)| *name);
            if let Some(name) = name {
                read.push((name, String::from_utf8_lossy(field.value_bytes()).into_owned()));
            }
        }
        Self { fields: read }
    }

    /// A field by its name in [`Failure::to_json`].
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// The SQLSTATE, or one of [`codes`].
    pub fn code(&self) -> &str {
        self.field("code").unwrap_or_default()
    }

    /// For people.
    pub fn message(&self) -> &str {
        self.field("message").unwrap_or_default()
    }

    /// An object with what is known: `code`, `message`, `severity`, `detail`, `constraint` and so on, all of them strings.
    pub fn to_json(&self) -> String {
        let fields = self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        serde_json::Value::Object(fields.collect()).to_string()
    }
}
