//! When each key may go on. The table has a fixed size: where it is full, a newcomer takes the place of the key that has used least and
//! goes on from that one's account (as in Space-Saving, Metwally et al. 2005). So nobody is ever counted short: whoever was pushed out
//! finds at least its own account again. A flood of made-up keys can make strangers wait; it cannot give anybody more than the limit.

/// Keys that one probe looks at.
const WAYS: usize = 8;
/// Probes; with 16 bytes a key a full table has 1 MiB.
const SETS: usize = 8 * 1024;

/// Accounts by hashed key.
#[derive(Debug)]
pub(crate) struct Table {
    /// Key and theoretical arrival time in microseconds. Zeroed memory, of which the kernel hands out only what is used.
    accounts: Vec<[u64; 2]>,
    sets: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self::with_sets(SETS)
    }
}

impl Table {
    fn with_sets(sets: usize) -> Self {
        Self { accounts: vec![[0; 2]; sets * WAYS], sets }
    }

    /// Counts one request of a key, or says in how many microseconds there will be room for one. Every request costs `interval`; an
    /// account may run ahead of `now` by `allowance`.
    pub(crate) fn take(&mut self, key: u64, now: u64, interval: u64, allowance: u64) -> Result<(), u64> {
        let first = (key as usize % self.sets) * WAYS;
        let set = &mut self.accounts[first..first + WAYS];
        let mut at = 0;
        for (way, [other, arrival]) in set.iter().enumerate() {
            if *other == key {
                at = way;
                break;
            }
            if *arrival < set[at][1] {
                at = way;
            }
        }
        let next = set[at][1].max(now) + interval;
        let limit = now + allowance;
        if next > limit {
            return Err(next - limit);
        }
        set[at] = [key, next];
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    /// How many of `count` requests at `now` are let in at three a second.
    fn let_in(table: &mut Table, key: u64, now: u64, count: usize) -> usize {
        (0..count).filter(|_| table.take(key, now, SECOND / 3, SECOND).is_ok()).count()
    }

    #[test]
    fn a_key_gets_its_burst_and_then_its_rate() {
        let mut table = Table::default();
        assert_eq!(let_in(&mut table, 7, 0, 10), 3);
        assert_eq!(let_in(&mut table, 8, 0, 10), 3);
        assert_eq!(let_in(&mut table, 7, SECOND / 3, 10), 1);
        assert_eq!(let_in(&mut table, 7, 10 * SECOND, 10), 3);
    }

    #[test]
    fn a_refusal_says_when_there_is_room_and_costs_nothing() {
        let mut table = Table::default();
        assert_eq!(let_in(&mut table, 7, 0, 3), 3);
        let wait = table.take(7, 0, SECOND / 3, SECOND).expect_err("over the limit");
        for _ in 0..10 {
            assert_eq!(table.take(7, 0, SECOND / 3, SECOND), Err(wait));
        }
        assert!(table.take(7, wait - 1, SECOND / 3, SECOND).is_err());
        assert!(table.take(7, wait, SECOND / 3, SECOND).is_ok());
    }

    #[test]
    fn a_key_that_was_pushed_out_is_still_limited() {
        let mut table = Table::with_sets(1);
        assert_eq!(let_in(&mut table, 1, 0, 3), 3);
        for stranger in 2..1000 {
            let_in(&mut table, stranger, 0, 3);
        }
        assert_eq!(let_in(&mut table, 1, 0, 3), 0);
        let all: usize = (1..1000).map(|key| let_in(&mut table, key, SECOND / 3, 3)).sum();
        assert!(all <= WAYS, "{all} of made-up keys in a full table");
    }

    #[test]
    fn quiet_keys_make_room_for_newcomers() {
        let mut table = Table::with_sets(1);
        for key in 1..=100 {
            assert_eq!(let_in(&mut table, key, key * 2 * SECOND, 5), 3, "key {key}");
        }
    }
}
