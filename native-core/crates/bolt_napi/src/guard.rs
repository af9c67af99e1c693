//! Panics must not leave a function that C calls: that would abort the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`; `None` when it panicked. The panic hook has written its line to stderr by then. State is behind cells that a panic
/// leaves released, so looking at it afterwards is fine.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
