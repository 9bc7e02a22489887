//! The whole of what matches: for a strip above the drawing, with what to show first.

use rustc_hash::FxHashMap;

use super::density::{self, Density};
use super::index::{Index, Predicate};
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
            let density = density::density(&self.index(), &predicate, fold, max_buckets);
            let (published, core) = ends(&self.index(), &predicate);
            let news = published.map(|[_, newest]| news(newest, now()));
            Ok(Overview { density, news, core, published })
        })
    }
}

/// Returns the first and the last publication, and the days from the first to the last but for outliers: of events known to
/// the day, if there are any.
fn ends(index: &Index, predicate: &Predicate) -> (Option<[i64; 2]>, Option<[i64; 2]>) {
    let (mut first, mut last) = (i32::MAX, i32::MIN);
    let (mut fine, mut coarse) = (Days::default(), Days::default());
    index.for_each(predicate, |entry, _| {
        if entry.published != i32::MIN {
            (first, last) = (first.min(entry.published), last.max(entry.published));
        }
        if entry.start != i64::MIN {
            let days = if entry.is_fine() { &mut fine } else { &mut coarse };
            // As far as dates of records can go, days have fewer bits.
            *days.entry(entry.start.div_euclid(DAY) as i32).or_default() += 1;
        }
    });
    let published = (first <= last).then(|| [first, last].map(|minute| i64::from(minute) * 60));
    (published, core(if fine.is_empty() { coarse } else { fine }))
}

/// How many events begin on each day: a century has few days beside its events.
type Days = FxHashMap<i32, usize>;

fn core(days: Days) -> Option<[i64; 2]> {
    let mut days: Vec<(i32, usize)> = days.into_iter().collect();
    days.sort_unstable();
    let skipped = (days.iter().map(|(_, events)| *events).sum::<usize>() as f64 * OUTLIERS) as usize;
    let from = after(skipped, days.iter())?;
    let to = after(skipped, days.iter().rev())?;
    Some([i64::from(from) * DAY, (i64::from(to) + 1) * DAY])
}

/// Returns the day of the first event after so many others.
fn after<'a>(mut skipped: usize, mut days: impl Iterator<Item = &'a (i32, usize)>) -> Option<i32> {
    let found = days.find(|(_, events)| match skipped.checked_sub(*events) {
        Some(left) => {
            skipped = left;
            false
        }
        None => true,
    });
    found.map(|(day, _)| *day)
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
        let days = |days: &[(i32, usize)]| core(days.iter().copied().collect()).map(|ends| ends.map(|end| end / DAY));
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
