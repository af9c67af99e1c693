//! Lines about faults of our own.

use std::fmt;
use std::io::Write;

/// Writes a line to standard error. One that nobody reads any more is no reason to panic, as `eprintln!` would.
pub fn report(line: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "bolt: {line}");
}
