//! The whole of what matches: for a strip above the drawing, with what to show first.

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
    let (mut fine, mut coarse) = (Vec::new(), Vec::new());
    index.for_each(predicate, |entry, _| {
        if entry.published != i32::MIN {
            (first, last) = (first.min(entry.published), last.max(entry.published));
        }
        if entry.start != i64::MIN {
            let days = if entry.is_fine() { &mut fine } else { &mut coarse };
            // As far as dates of records can go, days have fewer bits.
            days.push(entry.start.div_euclid(DAY) as i32);
        }
    });
    let published = (first <= last).then(|| [first, last].map(|minute| i64::from(minute) * 60));
    (published, core(if fine.is_empty() { coarse } else { fine }))
}

fn core(mut days: Vec<i32>) -> Option<[i64; 2]> {
    let skipped = (days.len() as f64 * OUTLIERS) as usize;
    let last = days.len().checked_sub(1 + skipped)?;
    let from = *days.select_nth_unstable(skipped).1;
    let to = *days.select_nth_unstable(last).1;
    Some([i64::from(from) * DAY, (i64::from(to) + 1) * DAY])
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
    fn news_end_today_only_if_the_newest_article_is_less_than_two_days_old() {
        let noon = 100 * DAY + DAY / 2;
        assert_eq!(news(noon, noon + 1000 * DAY), [87 * DAY, 101 * DAY]);
        assert_eq!(news(noon, noon + DAY), [88 * DAY, 102 * DAY]);
        assert_eq!(news(noon, noon + 2 * DAY), [87 * DAY, 101 * DAY]);
        assert_eq!(news(noon, noon - 5 * DAY), [87 * DAY, 101 * DAY], "published in the future");
    }
}
