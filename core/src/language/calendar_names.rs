//! The names of months and weekdays in all languages, for times in fields, whose language is not known.

use std::sync::LazyLock;

use chrono::Weekday;
use rustc_hash::FxHashMap;

use super::{Pack, Value, packs};

/// A word in lower case, to its number; `None` where languages disagree.
type Numbers = FxHashMap<String, Option<u8>>;

static MONTHS: LazyLock<Numbers> = LazyLock::new(|| numbers(&["MONTH", "MONTH_LOWER"]));
static WEEKDAYS: LazyLock<Numbers> = LazyLock::new(|| numbers(&["WEEKDAY", "WEEKDAYSHORT"]));

fn numbers(classes: &[&str]) -> Numbers {
    let mut numbers = Numbers::default();
    for (word, number) in packs().flat_map(|pack| classes.iter().flat_map(|class| words(pack, class))) {
        let known = numbers.entry(word.to_lowercase()).or_insert(Some(number));
        *known = known.filter(|known| *known == number);
    }
    numbers
}

fn words<'p>(pack: &'p Pack, class: &str) -> impl Iterator<Item = (&'p str, u8)> {
    let words = pack.lexicon.class(class).map(|class| pack.lexicon.words_of(class));
    words.into_iter().flatten().filter_map(|(word, value)| match value? {
        Value::Number(number) => Some((word, u8::try_from(*number).ok()?)),
        Value::Name(_) => None,
    })
}

/// Returns the number of the month that a word names in any language, without the dot of an abbreviation.
#[must_use]
pub fn month_named(word: &str) -> Option<u32> {
    MONTHS.get(&word.to_lowercase()).copied().flatten().map(u32::from)
}

/// Returns the weekday that a word names in any language, without the dot of an abbreviation.
#[must_use]
pub fn weekday_named(word: &str) -> Option<Weekday> {
    let number = WEEKDAYS.get(&word.to_lowercase()).copied().flatten()?;
    Weekday::try_from(number.checked_sub(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_weekdays_are_known_by_full_and_short_names() {
        for (word, number) in [("January", 1), ("sept", 9), ("SEP", 9), ("may", 5), ("Dec", 12)] {
            assert_eq!(month_named(word), Some(number), "{word}");
        }
        for (word, weekday) in
            [("Thurs", Weekday::Thu), ("thu", Weekday::Thu), ("MON", Weekday::Mon), ("sunday", Weekday::Sun)]
        {
            assert_eq!(weekday_named(word), Some(weekday), "{word}");
        }
        assert_eq!((month_named("Monday"), weekday_named("May")), (None, None));
    }
}
