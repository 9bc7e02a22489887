//! Where a partition is read from: at what is committed, as far as the log has it.
//!
//! Must not know how it is read.

/// Where a partition is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The offset of the first message.
    pub offset: i64,
    /// The position that the log does not have: an earlier one than `offset` if retention removed the messages in between, a
    /// later one if the log has gone back.
    pub moved_from: Option<i64>,
}

impl Start {
    /// Returns where a partition is read from whose log has the offsets from `low` to before `high`, if everything before
    /// `position` was read; `None` if nothing was.
    #[must_use]
    pub fn within(position: Option<i64>, (low, high): (i64, i64)) -> Self {
        match position {
            Some(offset) if (low..=high).contains(&offset) => Self { offset, moved_from: None },
            // A log that has gone back has begun anew, or comes from elsewhere: nobody knows what of it was read.
            moved_from => Self { offset: low, moved_from },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(position: Option<i64>) -> (i64, Option<i64>) {
        let Start { offset, moved_from } = Start::within(position, (10, 20));
        (offset, moved_from)
    }

    #[test]
    fn a_position_that_the_log_has_is_kept() {
        assert_eq!([10, 15, 20].map(|at| within(Some(at))), [(10, None), (15, None), (20, None)]);
    }

    #[test]
    fn without_a_position_reading_starts_at_the_start_of_the_log() {
        assert_eq!(within(None), (10, None));
    }

    #[test]
    fn a_position_that_the_log_does_not_have_is_moved_to_its_start() {
        assert_eq!([9, 21].map(|at| within(Some(at))), [(10, Some(9)), (10, Some(21))]);
    }
}
