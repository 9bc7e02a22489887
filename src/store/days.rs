//! Values by day, for sums over all events: a pass over a million of them spends most of its time on looking up days, so
//! that is done without hashing.

use std::collections::VecDeque;

/// How many days a page has.
const PAGE: usize = 256;

/// A value for each day since 1970 or before. Pages without a value of their own take no room.
#[derive(Debug)]
pub struct Days<T> {
    /// The number of the first page.
    first: i64,
    pages: VecDeque<Option<Box<[T; PAGE]>>>,
}

impl<T> Default for Days<T> {
    fn default() -> Self {
        Self { first: 0, pages: VecDeque::new() }
    }
}

impl<T: Copy + Default> Days<T> {
    /// Returns the value of a day.
    pub fn get(&self, day: i64) -> Option<&T> {
        let page = usize::try_from(page_of(day) - self.first).ok()?;
        Some(&self.pages.get(page)?.as_deref()?[at(day)])
    }

    /// Returns the value of a day, to be changed.
    pub fn get_mut(&mut self, day: i64) -> &mut T {
        let page = page_of(day);
        if self.pages.is_empty() {
            self.first = page;
        }
        while page < self.first {
            self.first -= 1;
            self.pages.push_front(None);
        }
        let page = (page - self.first) as usize;
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || None);
        }
        &mut self.pages[page].get_or_insert_with(|| Box::new([T::default(); PAGE]))[at(day)]
    }

    /// Returns the days with their values, in order; among them days without a value of their own.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &T)> {
        self.pages.iter().enumerate().flat_map(move |(page, values)| {
            let first = (self.first + page as i64) * PAGE as i64;
            let values = values.as_deref().map_or(&[][..], |values| &values[..]);
            values.iter().enumerate().map(move |(at, value)| (first + at as i64, value))
        })
    }
}

fn page_of(day: i64) -> i64 {
    day.div_euclid(PAGE as i64)
}

fn at(day: i64) -> usize {
    day.rem_euclid(PAGE as i64) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_day_has_its_own_value(days in proptest::collection::vec(-100_000_i64..100_000, 0..60)) {
            let (mut counts, mut expected) = (Days::<u32>::default(), std::collections::BTreeMap::new());
            for day in &days {
                *counts.get_mut(*day) += 1;
                *expected.entry(*day).or_insert(0) += 1;
            }
            let counted: Vec<_> = counts.iter().filter(|(_, count)| **count > 0).map(|(day, count)| (day, *count)).collect();
            prop_assert_eq!(counted, expected.iter().map(|(day, count)| (*day, *count)).collect::<Vec<_>>());
            for day in days.iter().flat_map(|day| [*day, day + 1, day - 300]) {
                prop_assert_eq!(counts.get(day).copied().unwrap_or_default(), expected.get(&day).copied().unwrap_or_default());
            }
        }
    }
}
