//! Counts over time: an event counts once, in the bucket in which it starts. One that is longer than a bucket cannot be
//! placed in it, just as a year is not a point on 1 January: it counts as `longer`.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::happenings::Place;
use super::index::{Index, IndexEntry, Predicate};
use crate::calendar::Granularity;

/// How long a bucket is. Buckets start where the calendar unit does, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketSize {
    /// 60 minutes.
    Hour,
    /// Midnight to midnight.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// Ten years, from a year divisible by 10.
    Decade,
    /// A hundred years, from a year divisible by 100.
    Century,
}

impl BucketSize {
    /// All of them, from short to long.
    pub const ALL: [Self; 7] =
        [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year, Self::Decade, Self::Century];

    /// The name in responses: that of the granularity.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => Granularity::Hour,
            Self::Day => Granularity::Day,
            Self::Week => Granularity::Week,
            Self::Month => Granularity::Month,
            Self::Year => Granularity::Year,
            Self::Decade => Granularity::Decade,
            Self::Century => Granularity::Century,
        }
        .name()
    }

    /// The fewest seconds it has, roughly.
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

    /// Returns the start of the bucket that holds a time.
    fn floor(self, time: NaiveDateTime) -> Option<NaiveDateTime> {
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

    /// Returns the start of the next bucket.
    fn next(self, start: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Hour => start.checked_add_signed(TimeDelta::hours(1)),
            Self::Day => start.checked_add_days(Days::new(1)),
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month => start.checked_add_months(Months::new(1)),
            Self::Year => start.checked_add_months(Months::new(12)),
            Self::Decade => start.checked_add_months(Months::new(120)),
            Self::Century => start.checked_add_months(Months::new(1200)),
        }
    }
}

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Its start, in seconds since 1970.
    pub start: i64,
    /// Its end, exclusive.
    pub end: i64,
    /// How many events start in it.
    pub count: u64,
}

/// Counts over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Density {
    /// The range that the buckets cover; `None` where there are no events and no range was requested.
    pub range: Option<[i64; 2]>,
    /// How long the buckets are.
    pub size: BucketSize,
    /// How many events match.
    pub total: u64,
    /// How many of them are longer than a bucket.
    pub longer: u64,
    /// How many of them have an open end.
    pub open: u64,
    /// The buckets that are not empty.
    pub buckets: Vec<Bucket>,
}

/// The furthest time that is drawn: as far as dates of records can go.
const FURTHEST: i64 = 8_200_000_000_000;

/// Counts the matching events in at most `max_buckets` buckets, or in more if centuries need more; with `fold`, those that
/// report the same once.
pub fn density(index: &Index, predicate: &Predicate, fold: bool, max_buckets: usize) -> Density {
    density_and_events(index, predicate, fold, max_buckets, |_| {})
}

/// The same, and calls `event` for each matching event.
pub fn density_and_events(
    index: &Index,
    predicate: &Predicate,
    fold: bool,
    max_buckets: usize,
    event: impl FnMut(&IndexEntry),
) -> Density {
    let [from, to] = range(index, predicate);
    let (Some(from), Some(to)) = (from, to) else {
        let mut total = 0;
        index.events_and_items(predicate, fold, event, |_| total += 1);
        return Density { range: None, size: BucketSize::Century, total, longer: total, open: 0, buckets: Vec::new() };
    };
    let buckets = Buckets::new(from, to, max_buckets);
    let mut counts = vec![0_u64; buckets.len()];
    let (mut total, mut longer, mut open) = (0, 0, 0);
    index.events_and_items(predicate, fold, event, |item| {
        total += 1;
        open += u64::from(item.entry.is_open());
        match buckets.of(item.place) {
            Some(at) => counts[at] += 1,
            None => longer += 1,
        }
    });
    let buckets_of = buckets.counted(&counts);
    Density { range: Some([from, to]), size: buckets.size, total, longer, open, buckets: buckets_of }
}

/// The requested range; an end that was not requested is the first known start or the last known end.
pub fn range(index: &Index, predicate: &Predicate) -> [Option<i64>; 2] {
    let given =
        |time: i64, open: i64| Some(time).filter(|time| *time != open).map(|time| time.clamp(-FURTHEST, FURTHEST));
    let (from, to) = (given(predicate.from, i64::MIN), given(predicate.to, i64::MAX));
    if from.is_some() && to.is_some() {
        return [from, to];
    }
    let [first, last] = index.extent_of(predicate).map_or([None; 2], |ends| ends.map(Some));
    let (from, to) = (from.or(first), to.or(last));
    // A single known moment still needs some width.
    [from, to.zip(from).map(|(to, from)| to.max(from + 1))]
}

/// Chooses the bucket size and lays out the bounds of the buckets.
fn bounds(from: i64, to: i64, max_buckets: usize) -> (BucketSize, Vec<i64>) {
    for size in BucketSize::ALL {
        // Not laid out where there would be far too many.
        if size != BucketSize::Century && (to - from) / (size.seconds() * 2) > max_buckets as i64 {
            continue;
        }
        let bounds = lay_out(size, from, to);
        if bounds.len() <= max_buckets + 1 || size == BucketSize::Century {
            return (size, bounds);
        }
    }
    (BucketSize::Century, Vec::new())
}

fn lay_out(size: BucketSize, from: i64, to: i64) -> Vec<i64> {
    let time = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc());
    let first = time(from).and_then(|time| size.floor(time));
    let starts = std::iter::successors(first, |start| size.next(*start)).map(|start| start.and_utc().timestamp());
    let mut bounds = Vec::new();
    for start in starts {
        bounds.push(start);
        if start >= to {
            break;
        }
    }
    bounds
}

/// Buckets of one size, side by side.
pub struct Buckets {
    size: BucketSize,
    bounds: Vec<i64>,
    /// How many of them a second is, roughly.
    per_second: f64,
}

impl Buckets {
    /// Lays out at most so many buckets, or more if centuries need more.
    pub fn new(from: i64, to: i64, max_buckets: usize) -> Self {
        let (size, bounds) = bounds(from, to, max_buckets);
        let seconds = bounds.first().zip(bounds.last()).map_or(1, |(first, last)| (last - first).max(1));
        let per_second = bounds.len().saturating_sub(1) as f64 / seconds as f64;
        Self { size, bounds, per_second }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    /// Returns those that are not empty.
    pub fn counted(&self, counts: &[u64]) -> Vec<Bucket> {
        let buckets = counts.iter().zip(self.bounds.windows(2)).filter(|(count, _)| **count > 0);
        buckets.map(|(count, ends)| Bucket { start: ends[0], end: ends[1], count: *count }).collect()
    }

    /// The bucket in which an event starts, unless the event is longer than it.
    fn of(&self, place: Place) -> Option<usize> {
        // One without a date starts in none.
        if place.start == i64::MIN {
            return None;
        }
        let at = self.start(place)?;
        (place.end.saturating_sub(place.start) <= self.bounds[at + 1] - self.bounds[at]).then_some(at)
    }

    /// The bucket in which an event starts, or the first one if it starts before that. Buckets are of about the same length,
    /// so that the first guess is never far off.
    pub fn start(&self, place: Place) -> Option<usize> {
        let bounds = &self.bounds;
        let (first, last) = (*bounds.first()?, *bounds.last()?);
        let count = Some(self.len()).filter(|count| *count > 0)?;
        let start = place.start.clamp(first, last - 1);
        let mut at = (((start - first) as f64 * self.per_second) as usize).min(count - 1);
        while bounds[at] > start {
            at -= 1;
        }
        while bounds[at + 1] <= start {
            at += 1;
        }
        Some(at)
    }
}
