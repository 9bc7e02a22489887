//! The names of months and weekdays in all languages, for times in fields, whose language is not known.

use std::sync::LazyLock;

use chrono::Weekday;
use rustc_hash::FxHashMap;

use super::lexicon::Value;
use super::words::{ClassWords, Words};
use super::{Source, en, languages};

/// A word in lower case, to its number; `None` where languages disagree.
type Numbers = FxHashMap<String, Option<u8>>;

const MONTH: [&str; 3] = ["MONTH", "MONTH_LOWER", "MONTHABBR"];
const WEEKDAY: [&str; 2] = ["WEEKDAY", "WEEKDAYSHORT"];

/// English names win, since most feeds have them whatever their language; the words of the others are read when they are
/// needed.
static ENGLISH: LazyLock<[Numbers; 2]> = LazyLock::new(|| numbers(std::iter::once(&en::SOURCE)));
static OTHERS: LazyLock<[Numbers; 2]> =
    LazyLock::new(|| numbers(languages().filter(|source| source.language != en::SOURCE.language)));

/// The months and the weekdays of some languages.
fn numbers<'s>(sources: impl Iterator<Item = &'s Source>) -> [Numbers; 2] {
    let mut numbers = [Numbers::default(), Numbers::default()];
    // A test compiles every pack, so that no words are unreadable.
    for words in sources.filter_map(|source| Words::parse(source.base, source.words).ok()) {
        for (numbers, classes) in numbers.iter_mut().zip([&MONTH[..], &WEEKDAY[..]]) {
            classes.iter().filter_map(|class| words.classes.get(*class)).for_each(|words| add(numbers, words));
        }
    }
    numbers
}

fn add(numbers: &mut Numbers, words: &ClassWords) {
    let ClassWords::Values(words) = words else { return };
    for (key, value) in words {
        let Value::Number(number) = value else { continue };
        let Ok(number) = u8::try_from(*number) else { continue };
        for word in key.split(' ') {
            let known = numbers.entry(word.trim_end_matches('.').to_lowercase()).or_insert(Some(number));
            *known = known.filter(|known| *known == number);
        }
    }
}

fn number(place: usize, word: &str) -> Option<u8> {
    let word = word.to_lowercase();
    match ENGLISH[place].get(&word) {
        Some(number) => *number,
        None => OTHERS[place].get(&word).copied().flatten(),
    }
}

/// Returns the number of the month that a word names in any language, without the dot of an abbreviation.
#[must_use]
pub fn month_named(word: &str) -> Option<u32> {
    number(0, word).map(u32::from)
}

/// Returns the weekday that a word names in any language, without the dot of an abbreviation.
#[must_use]
pub fn weekday_named(word: &str) -> Option<Weekday> {
    Weekday::try_from(number(1, word)?.checked_sub(1)?).ok()
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

    #[test]
    fn months_and_weekdays_of_other_languages_are_known_as_well() {
        for (word, number) in [("Mai", 5), ("août", 8), ("febrero", 2), ("сентября", 9), ("μαρτίου", 3)]
        {
            assert_eq!(month_named(word), Some(number), "{word}");
        }
        assert_eq!(month_named("listopada"), None, "it is November in Polish and October in Croatian");
        assert_eq!([weekday_named("Montag"), weekday_named("vendredi")], [Some(Weekday::Mon), Some(Weekday::Fri)]);
    }
}
