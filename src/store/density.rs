//! Counts over time: an event counts once, in the bucket in which it starts. One that is longer than a bucket is not
//! known to the grain of the buckets, as a year is no point on 1 January: it counts as `longer`.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::index::{Entry, Index, Wanted};

/// How long a bucket is. Buckets start where the unit does, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 60 minutes.
    Hour,
    /// Midnight to midnight.
    Day,
    /// Monday to Sunday.
    Week,
    /// Of the calendar.
    Month,
    /// Of the calendar.
    Year,
    /// From a year that 10 divides.
    Decade,
    /// From a year that 100 divides.
    Century,
}

impl Unit {
    const ALL: [Self; 7] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year, Self::Decade, Self::Century];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Decade => "decade",
            Self::Century => "century",
        }
    }

    /// About how many seconds it has, at least.
    fn seconds(self) -> i64 {
        const DAY: i64 = 86_400;
        match self {
            Self::Hour => 3600,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 28 * DAY,
            Self::Year => 365 * DAY,
            Self::Decade => 3652 * DAY,
            Self::Century => 36_524 * DAY,
        }
    }

    /// Where the unit around a time begins.
    fn begin(self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = time.date();
        let first = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1);
        let day = match self {
            Self::Hour => return day.and_hms_opt(time.hour(), 0, 0),
            Self::Day => day,
            Self::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))?,
            Self::Month => day.with_day(1)?,
            Self::Year => first(day.year())?,
            Self::Decade => first(day.year().div_euclid(10) * 10)?,
            Self::Century => first(day.year().div_euclid(100) * 100)?,
        };
        Some(day.and_time(NaiveTime::MIN))
    }

    /// Where the next one begins.
    fn next(self, begin: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Hour => begin.checked_add_signed(TimeDelta::hours(1)),
            Self::Day => begin.checked_add_days(Days::new(1)),
            Self::Week => begin.checked_add_days(Days::new(7)),
            Self::Month => begin.checked_add_months(Months::new(1)),
            Self::Year => begin.checked_add_months(Months::new(12)),
            Self::Decade => begin.checked_add_months(Months::new(120)),
            Self::Century => begin.checked_add_months(Months::new(1200)),
        }
    }
}

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Where it begins, in seconds since 1970.
    pub start: i64,
    /// Where it ends, excluded.
    pub end: i64,
    /// How many events start in it.
    pub count: u64,
}

/// Counts over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Density {
    /// From where to where; `None` where nothing is there and nothing was asked for.
    pub span: Option<[i64; 2]>,
    /// How long the buckets are.
    pub unit: Unit,
    /// How many events there are.
    pub total: u64,
    /// How many of them are longer than a bucket.
    pub longer: u64,
    /// The buckets that have any.
    pub buckets: Vec<Bucket>,
}

/// The farthest that is drawn: as far as dates of records can be.
const FAR: i64 = 8_200_000_000_000;

/// Counts the wanted events, in at most so many buckets, if centuries do not need more.
pub fn density(index: &Index, wanted: &Wanted, most: usize) -> Density {
    let [from, to] = span(index, wanted);
    let (Some(from), Some(to)) = (from, to) else {
        let mut total = 0;
        index.each(wanted, |_, _| total += 1);
        return Density { span: None, unit: Unit::Century, total, longer: total, buckets: Vec::new() };
    };
    let (unit, bounds) = bounds(from, to, most);
    let mut counts = vec![0_u64; bounds.len().saturating_sub(1)];
    let (mut total, mut longer) = (0, 0);
    index.each(wanted, |entry, _| {
        total += 1;
        match bucket(&bounds, entry) {
            Some(at) => counts[at] += 1,
            None => longer += 1,
        }
    });
    let buckets = counts.iter().zip(bounds.windows(2)).filter(|(count, _)| **count > 0);
    let buckets = buckets.map(|(count, ends)| Bucket { start: ends[0], end: ends[1], count: *count });
    Density { span: Some([from, to]), unit, total, longer, buckets: buckets.collect() }
}

/// What is asked for, or else from the first known start to the last known end.
fn span(index: &Index, wanted: &Wanted) -> [Option<i64>; 2] {
    let given = |time: i64, open: i64| Some(time).filter(|time| *time != open).map(|time| time.clamp(-FAR, FAR));
    let (from, to) = (given(wanted.from, i64::MIN), given(wanted.to, i64::MAX));
    if from.is_some() && to.is_some() {
        return [from, to];
    }
    let [first, last] = index.span_of(wanted).map_or([None; 2], |ends| ends.map(Some));
    let (from, to) = (from.or(first), to.or(last));
    // One known moment alone still needs some room.
    [from, to.zip(from).map(|(to, from)| to.max(from + 1))]
}

/// The unit that fits, and where its buckets begin and end.
fn bounds(from: i64, to: i64, most: usize) -> (Unit, Vec<i64>) {
    for unit in Unit::ALL {
        // Not laid out when there would be far too many.
        if unit != Unit::Century && (to - from) / (unit.seconds() * 2) > most as i64 {
            continue;
        }
        let bounds = laid(unit, from, to);
        if bounds.len() <= most + 1 || unit == Unit::Century {
            return (unit, bounds);
        }
    }
    (Unit::Century, Vec::new())
}

fn laid(unit: Unit, from: i64, to: i64) -> Vec<i64> {
    let time = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc());
    let first = time(from).and_then(|time| unit.begin(time));
    let begins = std::iter::successors(first, |begin| unit.next(*begin)).map(|begin| begin.and_utc().timestamp());
    let mut bounds = Vec::new();
    for begin in begins {
        bounds.push(begin);
        if begin >= to {
            break;
        }
    }
    bounds
}

/// The bucket in which an event starts, if it is no longer than that. Buckets are of about the same length, so that a
/// guess is never far off.
fn bucket(bounds: &[i64], entry: &Entry) -> Option<usize> {
    let (first, last) = (*bounds.first()?, *bounds.last()?);
    let count = bounds.len().checked_sub(1).filter(|count| *count > 0)?;
    let start = entry.start.clamp(first, last - 1);
    let share = (start - first) as f64 / (last - first) as f64;
    let mut at = ((share * count as f64) as usize).min(count - 1);
    while bounds[at] > start {
        at -= 1;
    }
    while bounds[at + 1] <= start {
        at += 1;
    }
    (entry.end.saturating_sub(entry.start) <= bounds[at + 1] - bounds[at]).then_some(at)
}
