//! Statements that would leave a transaction open on a connection that others share.

/// Whether a text does nothing but begin a transaction: its first word decides, behind blanks and comments. Where other statements follow, one of
/// them may end it; what is left open then is found out afterwards.
pub(super) fn begins(sql: &str) -> bool {
    let text = after_comments(sql);
    let (statement, others) = text.split_once(';').unwrap_or((text, ""));
    if !after_comments(others).is_empty() {
        return false;
    }
    let mut words = statement.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let mut next_is = |word: &str| words.next().is_some_and(|next| next.eq_ignore_ascii_case(word));
    let first = statement.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("begin"));
    if first {
        return next_is("begin");
    }
    statement.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("start"))
        && next_is("start")
        && next_is("transaction")
}

/// Leaves out what PostgreSQL does: blanks, `-- …`, and `/* … */`, which nest.
fn after_comments(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once(['\n', '\r']).map_or("", |(_, after)| after);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = after_nested(comment);
        } else {
            return rest;
        }
    }
}

fn after_nested(comment: &str) -> &str {
    let (mut rest, mut depth) = (comment, 1);
    while depth > 0 {
        let Some(at) = rest.find(['*', '/']) else { return "" };
        rest = &rest[at..];
        let (step, length) = if rest.starts_with("*/") {
            (-1, 2)
        } else if rest.starts_with("/*") {
            (1, 2)
        } else {
            (0, 1)
        };
        depth += step;
        rest = &rest[length..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn transactions_are_recognised_behind_comments() {
        for sql in [
            "begin",
            "BEGIN;",
            " \n begin work",
            "-- so\nbegin isolation level serializable",
            "/* a /* b */ c */ Begin",
            "/**/start transaction",
            "START\n TRANSACTION read only",
            "--\r begin",
            "begin; -- and nothing else",
        ] {
            assert!(begins(sql), "{sql}");
        }
        for sql in [
            "",
            "beginning",
            "select 1 -- begin",
            "/* begin",
            "/* begin */ commit",
            "start",
            "starting",
            "é",
            "-- begin",
            "/* /* */ begin",
            "begin; select 1; commit",
        ] {
            assert!(!begins(sql), "{sql}");
        }
    }
}
