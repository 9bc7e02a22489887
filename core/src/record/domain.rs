//! The words of records from the domain types, converted by hand: a new variant there does not compile until it has a
//! word here.

use super::{Basis, Granularity, Modifier, PublishedFrom, Status, TimexType};
use crate::article::Reference;
use crate::{calendar, event, temporal};

impl From<event::Status> for Status {
    fn from(status: event::Status) -> Self {
        match status {
            event::Status::Happened => Self::Happened,
            event::Status::Ongoing => Self::Ongoing,
            event::Status::Planned => Self::Planned,
            event::Status::Possible => Self::Possible,
            event::Status::Denied => Self::Denied,
        }
    }
}

impl From<calendar::Granularity> for Granularity {
    fn from(granularity: calendar::Granularity) -> Self {
        match granularity {
            calendar::Granularity::Century => Self::Century,
            calendar::Granularity::Decade => Self::Decade,
            calendar::Granularity::Year => Self::Year,
            calendar::Granularity::Half => Self::Half,
            calendar::Granularity::Quarter => Self::Quarter,
            calendar::Granularity::Season => Self::Season,
            calendar::Granularity::Month => Self::Month,
            calendar::Granularity::Week => Self::Week,
            calendar::Granularity::Weekend => Self::Weekend,
            calendar::Granularity::Day => Self::Day,
            calendar::Granularity::PartOfDay => Self::PartOfDay,
            calendar::Granularity::Hour => Self::Hour,
            calendar::Granularity::Minute => Self::Minute,
            calendar::Granularity::Second => Self::Second,
        }
    }
}

impl From<temporal::TimexType> for TimexType {
    fn from(timex: temporal::TimexType) -> Self {
        match timex {
            temporal::TimexType::Date => Self::Date,
            temporal::TimexType::Time => Self::Time,
            temporal::TimexType::Duration => Self::Duration,
            temporal::TimexType::Set => Self::Set,
        }
    }
}

impl From<temporal::Modifier> for Modifier {
    fn from(modifier: temporal::Modifier) -> Self {
        match modifier {
            temporal::Modifier::Start => Self::Start,
            temporal::Modifier::Mid => Self::Mid,
            temporal::Modifier::End => Self::End,
            temporal::Modifier::Approx => Self::Approx,
            temporal::Modifier::Before => Self::Before,
            temporal::Modifier::After => Self::After,
            temporal::Modifier::LessThan => Self::LessThan,
            temporal::Modifier::MoreThan => Self::MoreThan,
            temporal::Modifier::EqualOrLess => Self::EqualOrLess,
            temporal::Modifier::EqualOrMore => Self::EqualOrMore,
        }
    }
}

impl From<temporal::Basis> for Basis {
    fn from(basis: temporal::Basis) -> Self {
        match basis {
            temporal::Basis::Absolute => Self::Absolute,
            temporal::Basis::Relative => Self::Relative,
            temporal::Basis::Narrative => Self::Narrative,
            temporal::Basis::Publication => Self::Publication,
        }
    }
}

impl From<Reference> for PublishedFrom {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::FirstCreated => Self::FirstCreated,
            Reference::ContentCreated => Self::ContentCreated,
            Reference::VersionCreated => Self::VersionCreated,
            Reference::Dateline => Self::Dateline,
            Reference::Envelope => Self::Envelope,
            Reference::Given => Self::Given,
            Reference::Record => Self::Record,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages, filters and exports use the names of the domain, records those of the record: they are the same.
    #[test]
    fn both_sides_have_the_same_words() {
        for status in event::Status::ALL {
            assert_eq!(Status::from(status).name(), status.name());
        }
        for granularity in calendar::Granularity::ALL {
            assert_eq!(Granularity::from(granularity).name(), granularity.name());
        }
        for basis in temporal::Basis::ALL {
            assert_eq!(Basis::from(basis).name(), basis.name());
        }
        let modifiers = temporal::Modifier::ALL;
        for modifier in modifiers {
            assert_eq!(Modifier::from(modifier).name(), modifier.name());
        }
        assert_eq!(modifiers.map(Modifier::from).as_slice(), Modifier::ALL);
        use temporal::TimexType::{Date, Duration, Set, Time};
        assert_eq!([Date, Time, Duration, Set].map(TimexType::from).as_slice(), TimexType::ALL);
        assert_eq!(
            [Date, Time, Duration, Set].map(temporal::TimexType::name),
            [0, 1, 2, 3].map(|at: usize| TimexType::ALL[at].name())
        );
        use Reference::{ContentCreated, Dateline, Envelope, FirstCreated, Given, Record, VersionCreated};
        for reference in [FirstCreated, ContentCreated, VersionCreated, Dateline, Envelope, Given, Record] {
            assert_eq!(PublishedFrom::from(reference).name(), reference.name());
        }
    }
}
