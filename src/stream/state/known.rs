//! What is known of a partition of the changelog.
//!
//! Pure.

use std::collections::VecDeque;
use std::ops::Range;

/// Up to where a partition is known, and which records after that are own ones.
#[derive(Debug, Default)]
pub struct Known {
    /// All records before this offset are known.
    position: i64,
    /// Whether the marker of the own last transaction is at this offset if nobody else has written there.
    before_marker: bool,
    /// The own records after it, of transactions that were committed or aborted.
    own: VecDeque<Range<i64>>,
    /// The end that is to be reached.
    awaited: Option<i64>,
    /// Whether there were only own ones between the position and the records of the batch.
    is_clean: bool,
}

impl Known {
    /// Starts with a partition of which all records before an offset are known.
    pub fn new(position: i64) -> Self {
        Self { position, ..Self::default() }
    }

    /// Returns the offset before which all records are known.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Takes note of a record that was read, and returns whether it was not known. `has_markers`: whether own records are
    /// followed by the marker of their transaction.
    pub fn pass(&mut self, offset: i64, has_markers: bool) -> bool {
        if offset < self.position {
            return false;
        }
        let is_own = self.is_own(offset);
        self.reach(offset + 1);
        // The last one of an own transaction.
        self.before_marker = has_markers && is_own && !self.is_own(offset + 1);
        !is_own
    }

    /// Takes note that all records before an offset are known.
    pub fn reach(&mut self, position: i64) {
        if position > self.position {
            self.position = position;
            self.before_marker = false;
        }
        while self.own.front().is_some_and(|range| range.end <= self.position) {
            self.own.pop_front();
        }
        if self.awaited.is_some_and(|awaited| self.position >= awaited) {
            self.awaited = None;
        }
    }

    /// Asks for an end to be reached. Returns whether it is not reached yet.
    pub fn await_end(&mut self, end: i64) -> bool {
        let is_behind = self.position < end;
        if is_behind {
            self.awaited = self.awaited.max(Some(end));
        }
        is_behind
    }

    /// Takes note that the end of the partition was reached, as it was when it was asked for.
    pub fn reach_end(&mut self) {
        self.reach(self.awaited.unwrap_or(self.position));
    }

    /// Returns whether an end that was asked for is not reached yet.
    pub fn is_behind(&self) -> bool {
        self.awaited.is_some()
    }

    /// Returns whether there is nothing unknown before an end.
    pub fn is_at(&self, end: i64) -> bool {
        self.position >= end || self.before_marker && self.position + 1 == end
    }

    /// Returns whether own records follow what is known, with nothing of others between or among them.
    pub fn is_next(&self, own: &[Range<i64>]) -> bool {
        let [own] = own else { return false };
        let is_next = own.start == self.position || self.before_marker && own.start == self.position + 1;
        is_next && self.own.is_empty()
    }

    /// Returns whether a record is an own one of an earlier batch.
    pub fn is_own(&self, offset: i64) -> bool {
        self.own.iter().any(|range| range.contains(&offset))
    }

    /// Takes note of whether there are only own ones between the position and the records of the batch.
    pub fn set_clean(&mut self, is_clean: bool) {
        self.is_clean = is_clean;
    }

    /// Takes note of the own records of a batch that was committed. `has_markers`: whether a marker follows them.
    pub fn commit(&mut self, own: Vec<Range<i64>>, has_markers: bool) {
        if self.is_next(&own) || self.is_clean {
            self.reach(own.last().map_or(self.position, |range| range.end));
            self.before_marker = has_markers;
        } else {
            self.own.extend(own);
        }
        self.is_clean = false;
    }

    /// Takes note of the own records of a batch that was rolled back: they are nobody else's.
    pub fn abort(&mut self, own: Vec<Range<i64>>) {
        self.own.extend(own);
        self.is_clean = false;
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "a list of ranges may have one")]
mod tests {
    use super::*;

    #[test]
    fn own_records_follow_each_other_over_the_markers_of_their_transactions() {
        let mut known = Known::new(5);
        for (own, is_next) in [(5..8, true), (9..10, true), (12..13, false)] {
            let own = [own];
            assert_eq!(known.is_next(&own), is_next, "{own:?}");
            known.commit(own.to_vec(), true);
        }
        assert_eq!(known.position(), 10, "somebody else may have written at 11");
        assert!(known.is_at(11) && !known.is_at(12));
        // Without transactions there are no markers.
        let mut known = Known::new(5);
        known.commit(vec![5..8], false);
        assert!(known.is_next(&[8..9]) && !known.is_next(&[9..10]));
    }

    #[test]
    fn what_others_wrote_is_not_known_until_it_is_read() {
        let mut known = Known::new(0);
        // Others at 0, 3 and 6; the marker at 5.
        known.commit(vec![1..3, 4..5], true);
        let read: Vec<bool> = [0, 1, 2, 3, 4].map(|offset| known.pass(offset, true)).to_vec();
        assert_eq!(read, [true, false, false, true, false]);
        assert!(known.is_next(&[6..7]), "behind the marker, with nothing between");
        assert!(!known.is_next(&[7..8]) && known.pass(6, true));
        assert!(!known.pass(6, true), "it is known");
    }

    #[test]
    fn where_nothing_of_others_was_found_the_next_records_follow_again() {
        let mut known = Known::new(0);
        known.abort(vec![0..3]);
        assert!(!known.is_next(&[4..5]) && known.is_own(2) && !known.is_own(3));
        known.set_clean(true);
        known.commit(vec![4..5], true);
        assert!(known.is_next(&[6..7]));
    }

    #[test]
    fn an_end_is_reached_by_a_record_or_when_it_is_reported() {
        let mut known = Known::new(0);
        assert!(known.await_end(5) && known.is_behind());
        known.pass(3, true);
        assert!(known.is_behind());
        known.reach_end();
        assert!(!known.is_behind() && known.position() == 5);
        assert!(!known.await_end(4));
    }
}
