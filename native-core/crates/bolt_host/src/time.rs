//! The clocks the engine is fed with.

use std::time::{Duration, Instant, SystemTime};

/// Milliseconds since the host began, and seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    begin: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { begin: Instant::now() }
    }

    pub(crate) fn now(&self) -> u64 {
        self.begin.elapsed().as_millis() as u64
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }

    /// Tells microseconds since the host began, for those who measure.
    pub(crate) fn micros(&self) -> impl Fn() -> u64 + Send + use<> {
        let begin = self.begin;
        move || begin.elapsed().as_micros() as u64
    }

    pub(crate) fn unix_seconds() -> u64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
    }
}
