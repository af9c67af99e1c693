//! What SQLite says about a failure: the names of its result codes ("Result and Error Codes").

use bolt_sql::Failure;
use rusqlite::Error;

/// Primary result codes, from 0.
const CODES: [&str; 29] = [
    "SQLITE_OK",
    "SQLITE_ERROR",
    "SQLITE_INTERNAL",
    "SQLITE_PERM",
    "SQLITE_ABORT",
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_NOMEM",
    "SQLITE_READONLY",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_CORRUPT",
    "SQLITE_NOTFOUND",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_PROTOCOL",
    "SQLITE_EMPTY",
    "SQLITE_SCHEMA",
    "SQLITE_TOOBIG",
    "SQLITE_CONSTRAINT",
    "SQLITE_MISMATCH",
    "SQLITE_MISUSE",
    "SQLITE_NOLFS",
    "SQLITE_AUTH",
    "SQLITE_FORMAT",
    "SQLITE_RANGE",
    "SQLITE_NOTADB",
    "SQLITE_NOTICE",
    "SQLITE_WARNING",
];

/// What of the extended codes a program may want to tell apart; of all others the primary one is told.
const EXTENDED: [(i32, &str); 21] = [
    (261, "SQLITE_BUSY_RECOVERY"),
    (275, "SQLITE_CONSTRAINT_CHECK"),
    (517, "SQLITE_BUSY_SNAPSHOT"),
    (531, "SQLITE_CONSTRAINT_COMMITHOOK"),
    (773, "SQLITE_BUSY_TIMEOUT"),
    (787, "SQLITE_CONSTRAINT_FOREIGNKEY"),
    (1043, "SQLITE_CONSTRAINT_FUNCTION"),
    (1299, "SQLITE_CONSTRAINT_NOTNULL"),
    (1555, "SQLITE_CONSTRAINT_PRIMARYKEY"),
    (1811, "SQLITE_CONSTRAINT_TRIGGER"),
    (2067, "SQLITE_CONSTRAINT_UNIQUE"),
    (2323, "SQLITE_CONSTRAINT_VTAB"),
    (2579, "SQLITE_CONSTRAINT_ROWID"),
    (2835, "SQLITE_CONSTRAINT_PINNED"),
    (3091, "SQLITE_CONSTRAINT_DATATYPE"),
    (262, "SQLITE_LOCKED_SHAREDCACHE"),
    (518, "SQLITE_LOCKED_VTAB"),
    (264, "SQLITE_READONLY_RECOVERY"),
    (776, "SQLITE_READONLY_ROLLBACK"),
    (1032, "SQLITE_READONLY_DBMOVED"),
    (1544, "SQLITE_READONLY_DIRECTORY"),
];

/// An error as data: `code` is the primary result code, `extendedCode` the finer one, `rawCode` its number.
pub(crate) fn reported(error: &Error) -> Failure {
    let (raw, message) = match error {
        Error::SqliteFailure(error, message) => (error.extended_code, message.clone()),
        Error::SqlInputError { error, msg, .. } => (error.extended_code, Some(msg.clone())),
        Error::MultipleStatement => {
            let message = "it is more than one statement; use executeMultiple() for a script";
            return Failure::new("SQLITE_MISUSE", message);
        }
        other => return Failure::new("SQLITE_ERROR", other.to_string()),
    };
    let code = usize::try_from(raw & 0xff).ok().and_then(|at| CODES.get(at)).unwrap_or(&"SQLITE_ERROR");
    let extended = EXTENDED.iter().find(|(number, _)| *number == raw).map_or(*code, |(_, name)| name);
    Failure::reported(vec![
        ("code", (*code).to_owned()),
        ("message", message.unwrap_or_else(|| error.to_string())),
        ("extendedCode", extended.to_owned()),
        ("rawCode", raw.to_string()),
    ])
}

/// Whether the file is locked by somebody else just now.
pub(crate) fn is_busy(failure: &Failure) -> bool {
    matches!(failure.code(), "SQLITE_BUSY" | "SQLITE_LOCKED")
}

/// Whether the statement was stopped.
pub(crate) fn is_interrupted(failure: &Failure) -> bool {
    failure.code() == "SQLITE_INTERRUPT"
}
