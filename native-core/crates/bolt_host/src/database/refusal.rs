//! What a client is told when a statement failed. Nothing of the database is in it: its messages name tables and quote values.

use bolt_core::error::{ErrorCode, Refusal};
use bolt_postgres::{Failure, codes};

/// The answer to a request whose statement failed (PostgreSQL manual, "PostgreSQL Error Codes"; SQLite, "Result and Error Codes"). JavaScript has the same table for statements of
/// its own, and a test compares the two.
pub(crate) fn refusal(failure: &Failure) -> Refusal {
    let code = failure.field("extendedCode").unwrap_or(failure.code());
    match code {
        codes::CONNECT_FAILED
        | codes::CONNECT_TIMEOUT
        | codes::CONNECTION_LOST
        | codes::POOL_FULL
        | codes::POOL_TIMEOUT
        | codes::POOL_CLOSED => return unavailable(),
        // Unique, foreign key, exclusion.
        "23505"
        | "23503"
        | "23P01"
        | "SQLITE_CONSTRAINT_UNIQUE"
        | "SQLITE_CONSTRAINT_PRIMARYKEY"
        | "SQLITE_CONSTRAINT_ROWID"
        | "SQLITE_CONSTRAINT_FOREIGNKEY" => {
            return Refusal::new(ErrorCode::Conflict, "The request conflicts with what is stored");
        }
        // Not null, check.
        "23502"
        | "23514"
        | "SQLITE_CONSTRAINT_NOTNULL"
        | "SQLITE_CONSTRAINT_CHECK"
        | "SQLITE_CONSTRAINT_DATATYPE"
        | "SQLITE_MISMATCH"
        | "SQLITE_TOOBIG" => return unusable(),
        // Serialization failure, deadlock, lock not available.
        "40001" | "40P01" | "55P03" => return unavailable(),
        _ => {}
    }
    // Of these there are finer codes as well.
    const UNAVAILABLE: [&str; 6] =
        ["SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT", "SQLITE_FULL", "SQLITE_NOMEM", "SQLITE_CANTOPEN"];
    if UNAVAILABLE.contains(&failure.code()) {
        return unavailable();
    }
    match code.get(..2) {
        // Data exception.
        Some("22") => unusable(),
        // Connection exception, insufficient resources, operator intervention (which has time-outs, too).
        Some("08" | "53" | "57") => unavailable(),
        _ => ErrorCode::Internal.into(),
    }
}

fn unavailable() -> Refusal {
    Refusal::new(ErrorCode::DatabaseUnavailable, "The database cannot be asked at the moment")
}

fn unusable() -> Refusal {
    Refusal::new(ErrorCode::ValidationFailed, "The database refuses a value of the request")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_the_clients_the_moments_or_ours() {
        let answer = |code: &'static str| refusal(&Failure::new(code, "secret")).code;
        assert_eq!(answer("23505"), ErrorCode::Conflict);
        assert_eq!(answer("22P02"), ErrorCode::ValidationFailed);
        assert_eq!(answer("57014"), ErrorCode::DatabaseUnavailable);
        assert_eq!(answer(codes::POOL_FULL), ErrorCode::DatabaseUnavailable);
        assert_eq!(answer("SQLITE_CONSTRAINT_UNIQUE"), ErrorCode::Conflict);
        assert_eq!(answer("SQLITE_CONSTRAINT_NOTNULL"), ErrorCode::ValidationFailed);
        assert_eq!(answer("SQLITE_BUSY"), ErrorCode::DatabaseUnavailable);
        for code in [
            "42P01",
            "SQLITE_ERROR",
            "SQLITE_CONSTRAINT",
            "28000",
            "XX000",
            codes::UNEXPECTED_TYPE,
            codes::PROTOCOL,
            "",
            "2",
        ] {
            assert_eq!(answer(code), ErrorCode::Internal, "{code}");
        }
    }

    #[test]
    fn nothing_of_the_database_is_told() {
        let told = refusal(&Failure::new("23505", "Key (email)=(a@b.c) already exists."));
        assert!(told.detail.is_some_and(|detail| !detail.contains("email")));
    }
}
