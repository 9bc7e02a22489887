//! Half-open intervals: the time that a partial date covers.

use chrono::{Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::{Clock, PartOfDay, PartialDate};

/// One end of an interval, at the granularity of the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The start of a day, without a zone.
    Day(NaiveDate),
    /// A time, with its offset.
    Time(NaiveDateTime, FixedOffset),
}

/// The time from `start`, included, to `end`, excluded. `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Included.
    pub start: Option<Bound>,
    /// Excluded.
    pub end: Option<Bound>,
}

impl Bound {
    /// Returns it as a local time.
    #[must_use]
    pub fn local(&self) -> NaiveDateTime {
        match *self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Time(time, _) => time,
        }
    }
}

impl PartialDate {
    /// Returns the interval that it covers. Times take the offset that the text names, else `offset`, the article's.
    /// `None` if an end is beyond chrono's range.
    #[must_use]
    pub fn interval(&self, offset: FixedOffset) -> Option<Interval> {
        let day = |first: NaiveDate| Some(Bound::Day(first));
        let (start, end) = match *self {
            Self::PartOfDay(date, part) => part_of_day(date, part, offset)?,
            Self::Time(date, clock) => time(date, clock, offset)?,
            Self::Weekend(_) => {
                let saturday = self.first_day()?;
                (day(saturday), day(saturday.checked_add_days(Days::new(2))?))
            }
            Self::Season(..) => {
                let first = self.first_day()?;
                (day(first), day(first.checked_add_months(chrono::Months::new(3))?))
            }
            _ => (day(self.first_day()?), day(self.after()?)),
        };
        Some(Interval { start, end })
    }

    /// Returns the first day after it. Not through `step`, which refuses to leave the supported years.
    fn after(&self) -> Option<NaiveDate> {
        let first = self.first_day()?;
        let months = |n| first.checked_add_months(chrono::Months::new(n));
        match self {
            Self::Century(_) => months(1200),
            Self::Decade(_) => months(120),
            Self::Year(_) => months(12),
            Self::Half(..) => months(6),
            Self::Quarter(..) | Self::Season(..) => months(3),
            Self::Month(..) => months(1),
            Self::Week(_) => first.checked_add_days(Days::new(7)),
            Self::Weekend(_) => first.checked_add_days(Days::new(2)),
            Self::Day(_) | Self::PartOfDay(..) | Self::Time(..) => first.checked_add_days(Days::new(1)),
        }
    }
}

type Ends = (Option<Bound>, Option<Bound>);

fn part_of_day(date: NaiveDate, part: PartOfDay, offset: FixedOffset) -> Option<Ends> {
    let (from, to) = part.hours();
    let at = |hour: u8| {
        let time = date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::hours(hour.into()))?;
        Some(Bound::Time(time, offset))
    };
    Some((Some(at(from)?), Some(at(to)?)))
}

fn time(date: NaiveDate, clock: Clock, offset: FixedOffset) -> Option<Ends> {
    let offset = clock.offset.unwrap_or(offset);
    let (minute, second) = (clock.minute.unwrap_or(0), clock.second.unwrap_or(0));
    let start = date.and_hms_opt(clock.hour.into(), minute.into(), second.into())?;
    let long = match (clock.minute, clock.second) {
        (None, _) => TimeDelta::hours(1),
        (Some(_), None) => TimeDelta::minutes(1),
        (Some(_), Some(_)) => TimeDelta::seconds(1),
    };
    Some((Some(Bound::Time(start, offset)), Some(Bound::Time(start.checked_add_signed(long)?, offset))))
}
