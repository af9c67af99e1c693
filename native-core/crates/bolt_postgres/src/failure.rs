//! What PostgreSQL says about a failure.

use bolt_sql::Failure;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

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

/// The failure that an ErrorResponse reports.
pub(crate) fn reported(mut fields: ErrorFields<'_>) -> Failure {
    let mut read = Vec::new();
    while let Ok(Some(field)) = fields.next() {
        let name = FIELDS.iter().find(|(letter, _)| *letter == field.type_()).map(|(_, name)| *name);
        if let Some(name) = name {
            read.push((name, String::from_utf8_lossy(field.value_bytes()).into_owned()));
        }
    }
    Failure::reported(read)
}
