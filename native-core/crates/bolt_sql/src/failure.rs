//! Why a statement failed, as data.

/// Codes for what no database said itself. PostgreSQL's own, the SQLSTATEs, have five characters; those of SQLite begin with `SQLITE_`.
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
    /// The limit of a page is none (SQLSTATE `invalid_row_count_in_limit_clause`).
    pub const INVALID_LIMIT: &str = "2201W";
}

/// A failure: what the database says about it, or one of [`codes`] with a message for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    fields: Vec<(&'static str, String)>,
}

impl Failure {
    /// One with a code and a message.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { fields: vec![("code", code.to_owned()), ("message", message.into())] }
    }

    /// One against the protocol.
    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(codes::PROTOCOL, message)
    }

    /// What a database reports: names and values, `code` and `message` among them.
    pub fn reported(fields: Vec<(&'static str, String)>) -> Self {
        Self { fields }
    }

    /// A field by its name in [`Failure::to_json`].
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// What the database calls it, or one of [`codes`].
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
