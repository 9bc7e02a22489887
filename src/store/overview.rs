//! The whole of what matches: for a strip above the drawing, with what to show first.

use super::days::Days;
use super::density::{self, Density};
use super::index::IndexEntry;
use super::query::{DAY, Filters, now};
use super::{Error, Store};

/// How many days of news are shown.
const FORTNIGHT: i64 = 14;
/// Up to how many days ago the newest article was published for today to be news.
const FRESH: i64 = 2;
/// Which part of the events may lie before what is shown of results, and after it.
const OUTLIERS: f64 = 0.05;

/// The whole of what matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Counts over the whole span.
    pub density: Density,
    /// The days of news: the fortnight up to the newest publication, or up to today if that is less than two days old.
    pub news: Option<[i64; 2]>,
    /// The days where nearly all lie.
    pub core: Option<[i64; 2]>,
    /// The first and the last publication.
    pub published: Option<[i64; 2]>,
}

impl Store {
    /// Returns an overview of what matches, whenever it is.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn overview(&self, filters: &Filters, fold: bool, max_buckets: usize) -> Result<Overview, Error> {
        let filters = Filters { from: None, to: None, begins: false, ..filters.clone() };
        self.read(|connection| {
            let predicate = self.predicate(connection, &filters)?;
            let mut ends = Ends::default();
            let event = |entry: &IndexEntry| ends.include(entry);
            let density = density::density_and_events(&self.index(), &predicate, fold, max_buckets, event);
            let (published, core) = (ends.published(), ends.core());
            let news = published.map(|[_, newest]| news(newest, now()));
            Ok(Overview { density, news, core, published })
        })
    }
}

/// Where events begin, and when they were published.
#[derive(Default)]
struct Ends {
    /// The first and the last minute of publication.
    published: Option<[i32; 2]>,
    /// How many events begin on each day: those known to the day, and the others.
    fine: Days<u32>,
    coarse: Days<u32>,
}

impl Ends {
    fn include(&mut self, entry: &IndexEntry) {
        let minute = entry.published;
        if minute != i32::MIN {
            let [first, last] = self.published.unwrap_or([minute; 2]);
            self.published = Some([first.min(minute), last.max(minute)]);
        }
        if entry.start != i64::MIN {
            let days = if entry.is_fine() { &mut self.fine } else { &mut self.coarse };
            *days.get_mut(entry.start.div_euclid(DAY)) += 1;
        }
    }

    fn published(&self) -> Option<[i64; 2]> {
        self.published.map(|ends| ends.map(|minute| i64::from(minute) * 60))
    }

    /// Returns the days from the first to the last but for outliers: of events known to the day, if there are any.
    fn core(&self) -> Option<[i64; 2]> {
        core(&self.fine).or_else(|| core(&self.coarse))
    }
}

fn core(days: &Days<u32>) -> Option<[i64; 2]> {
    let days = || days.iter().filter(|(_, events)| **events > 0).map(|(day, events)| (day, *events as usize));
    let skipped = (days().map(|(_, events)| events).sum::<usize>() as f64 * OUTLIERS) as usize;
    let (from, to) = (after(skipped, days())?, after(skipped, days().rev())?);
    Some([from * DAY, (to + 1) * DAY])
}

/// Returns the day of the first event after so many others.
fn after(mut skipped: usize, mut days: impl Iterator<Item = (i64, usize)>) -> Option<i64> {
    let found = days.find(|(_, events)| match skipped.checked_sub(*events) {
        Some(left) => {
            skipped = left;
            false
        }
        None => true,
    });
    found.map(|(day, _)| day)
}

/// Returns the days of news, given the newest publication and the time at which somebody asks.
fn news(newest: i64, now: i64) -> [i64; 2] {
    let is_fresh = newest <= now && now - newest < FRESH * DAY;
    let last = if is_fresh { now } else { newest }.div_euclid(DAY) + 1;
    [(last - FORTNIGHT) * DAY, last * DAY]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_is_where_all_but_a_twentieth_at_either_end_lie() {
        let days = |days: &[(i64, u32)]| {
            let mut counts = Days::default();
            days.iter().for_each(|(day, events)| *counts.get_mut(*day) = *events);
            core(&counts).map(|ends| ends.map(|end| end / DAY))
        };
        assert_eq!(days(&[]), None);
        assert_eq!(days(&[(7, 1)]), Some([7, 8]));
        assert_eq!(days(&[(-90, 1), (1, 10), (5, 28), (80, 1)]), Some([1, 6]), "one of forty far off at either end");
        assert_eq!(days(&[(-90, 3), (1, 37)]), Some([-90, 2]), "three of forty are too many to be outliers");
    }

    #[test]
    fn news_end_today_only_if_the_newest_article_is_less_than_two_days_old() {
        let noon = 100 * DAY + DAY / 2;
        assert_eq!(news(noon, noon + 1000 * DAY), [87 * DAY, 101 * DAY]);
        assert_eq!(news(noon, noon + DAY), [88 * DAY, 102 * DAY]);
        assert_eq!(news(noon, noon + 2 * DAY), [87 * DAY, 101 * DAY]);
        assert_eq!(news(noon, noon - 5 * DAY), [87 * DAY, 101 * DAY], "published in the future");
    }
}
