//! How often something took how long.

/// Counts by upper bounds, which whoever notes something keeps.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// By index of the bound; the last one is beyond all bounds.
    pub buckets: Vec<u64>,
    /// Of all that was noted, microseconds.
    pub sum: u64,
}

impl Histogram {
    /// An empty one for so many bounds.
    pub fn new(bounds: usize) -> Self {
        Self { buckets: vec![0; bounds + 1], sum: 0 }
    }

    /// Something took so long; `bounds` are those it was made for, in microseconds and rising.
    pub fn note(&mut self, bounds: &[u64], micros: u64) {
        let at = bounds.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket += 1;
        }
        self.sum += micros;
    }
}
