//! The last outcomes of a source, as bits: whether too many of them were bad, though never enough in a row.

use crate::limits::{OUTLIER_OUTCOMES, OUTLIER_OUTCOMES_MIN, OUTLIER_PERCENT};

/// Newest outcome in the lowest bit; set where it was bad.
#[derive(Clone, Copy, Default)]
pub(super) struct Window {
    bad: u32,
    length: u32,
}

const _: () = assert!(OUTLIER_OUTCOMES <= u32::BITS && OUTLIER_OUTCOMES_MIN <= OUTLIER_OUTCOMES);

impl Window {
    pub(super) fn handle_outcome(&mut self, bad: bool) {
        let mask = u32::MAX >> (u32::BITS - OUTLIER_OUTCOMES);
        self.bad = (self.bad << 1 | u32::from(bad)) & mask;
        self.length = (self.length + 1).min(OUTLIER_OUTCOMES);
    }

    /// Whether it fails more often than a source may that is asked at all.
    pub(super) fn is_outlier(self) -> bool {
        self.length >= OUTLIER_OUTCOMES_MIN && self.bad.count_ones() * 100 >= self.length * OUTLIER_PERCENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcomes: &str, expected: bool) {
        let mut window = Window::default();
        outcomes.chars().for_each(|outcome| window.handle_outcome(outcome == 'x'));
        assert_eq!(window.is_outlier(), expected, "{outcomes}");
    }

    #[test]
    fn half_of_enough_is_too_many() {
        check("xxxx", false);
        check("x.x.x.x.x", false);
        check("x.x.x.x.x.", true);
        check("x..x..x..x..x..x..x..x..", false);
        check("xxxxxxxxxx....................", false);
        check("xxxxxxxxxxxxxxxxxxxx..........", true);
    }
}
