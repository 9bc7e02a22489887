//! Time units and date granularities.

use serde::Deserialize;

/// A unit in which time is counted ("three *weeks* ago").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weekends.
    Weekend,
    /// ISO weeks, Monday to Sunday.
    Week,
    /// Two weeks.
    Fortnight,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Half years.
    Half,
    /// Years.
    Year,
    /// Ten years.
    Decade,
    /// A hundred years.
    Century,
    /// A thousand years.
    Millennium,
}

impl Unit {
    /// All of them, from short to long.
    pub const ALL: [Self; 14] = [
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Weekend,
        Self::Week,
        Self::Fortnight,
        Self::Month,
        Self::Quarter,
        Self::Half,
        Self::Year,
        Self::Decade,
        Self::Century,
        Self::Millennium,
    ];

    /// The name in the data files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Weekend => "weekend",
            Self::Week => "week",
            Self::Fortnight => "fortnight",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Year => "year",
            Self::Decade => "decade",
            Self::Century => "century",
            Self::Millennium => "millennium",
        }
    }

    /// The unit of this name in the data files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// Whether it is shorter than a day (and so written after a `T`).
    #[must_use]
    pub fn is_clock(self) -> bool {
        self < Self::Day
    }
}

/// The unit to which a date is known, from coarse to fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Granularity {
    /// A hundred years.
    Century,
    /// Ten years.
    Decade,
    /// A year.
    Year,
    /// Half a year.
    Half,
    /// A quarter.
    Quarter,
    /// Spring, summer, autumn or winter.
    Season,
    /// A month.
    Month,
    /// An ISO week.
    Week,
    /// Saturday and Sunday.
    Weekend,
    /// A day.
    Day,
    /// Morning, afternoon, evening, night.
    PartOfDay,
    /// An hour.
    Hour,
    /// A minute.
    Minute,
    /// A second.
    Second,
}

impl Granularity {
    /// All of them, from coarse to fine.
    pub const ALL: [Self; 14] = [
        Self::Century,
        Self::Decade,
        Self::Year,
        Self::Half,
        Self::Quarter,
        Self::Season,
        Self::Month,
        Self::Week,
        Self::Weekend,
        Self::Day,
        Self::PartOfDay,
        Self::Hour,
        Self::Minute,
        Self::Second,
    ];

    /// Whether it is a day, or finer.
    #[must_use]
    pub fn is_day_or_finer(self) -> bool {
        matches!(self, Self::Day | Self::PartOfDay | Self::Hour | Self::Minute | Self::Second)
    }

    /// Returns the name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Century => "century",
            Self::Decade => "decade",
            Self::Year => "year",
            Self::Half => "half",
            Self::Quarter => "quarter",
            Self::Season => "season",
            Self::Month => "month",
            Self::Week => "week",
            Self::Weekend => "weekend",
            Self::Day => "day",
            Self::PartOfDay => "part-of-day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }
}
