//! Which statements run for long, as far as they were seen to.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a statement may run before nothing is put behind it any more.
pub(super) const PATIENCE: Duration = Duration::from_millis(5);
/// Statements that are remembered; beyond, a new one is not until another has become quick.
const MOST: usize = 256;
/// Weight of the last run in the mean. One long run, as when the machine was busy elsewhere, does not make a statement slow; one of 20 ms does.
const WEIGHT: f64 = 0.25;

/// Exponential moving averages of those that ran for longer than [`PATIENCE`] once, in seconds. Most pools have none, and then it costs nothing.
#[derive(Debug, Default)]
pub(super) struct Durations(HashMap<Arc<str>, f64>);

impl Durations {
    /// Whether a statement is to keep to the connections for slow ones.
    pub(super) fn is_slow(&self, sql: &str) -> bool {
        !self.0.is_empty() && self.0.get(sql).is_some_and(|mean| *mean > PATIENCE.as_secs_f64())
    }

    /// A statement ran for so long.
    pub(super) fn note(&mut self, sql: &Arc<str>, ran: Duration) {
        let is_long = ran > PATIENCE;
        if !is_long && self.0.is_empty() {
            return;
        }
        if let Some(mean) = self.0.get_mut(sql) {
            *mean += (ran.as_secs_f64() - *mean) * WEIGHT;
            if *mean < PATIENCE.as_secs_f64() * WEIGHT {
                self.0.remove(sql);
            }
        } else if is_long && self.0.len() < MOST {
            self.0.insert(sql.clone(), ran.as_secs_f64() * WEIGHT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(runs: &[u64]) -> bool {
        let mut durations = Durations::default();
        let sql: Arc<str> = "select 1".into();
        for ms in runs {
            durations.note(&sql, Duration::from_millis(*ms));
        }
        durations.is_slow(&sql)
    }

    #[test]
    fn a_statement_is_slow_by_its_mean_and_becomes_quick_again() {
        assert!(!after(&[]) && !after(&[1, 1, 1]) && !after(&[6, 1, 1]));
        assert!(after(&[30]) && after(&[8, 8, 8, 8, 8, 8]));
        assert!(!after(&[30, 1, 1, 1]));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut durations = Durations::default();
        for number in 0..2 * MOST {
            durations.note(&number.to_string().into(), Duration::from_secs(1));
        }
        assert_eq!(durations.0.len(), MOST);
        durations.note(&"0".into(), Duration::ZERO);
        (0..50).for_each(|_| durations.note(&"0".into(), Duration::ZERO));
        assert_eq!(durations.0.len(), MOST - 1);
    }
}
