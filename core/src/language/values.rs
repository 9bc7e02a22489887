//! The values that the words of a class may have: a pack with "wek" for a unit or a thirteenth month does not compile.

use std::ops::RangeInclusive;

use super::lexicon::{Lexicon, Value};
use super::nearest::unknown;
use crate::calendar::{PartOfDay, Season, Unit};

/// The kind of values in a class.
enum Kind {
    Number(RangeInclusive<i64>),
    Unit,
    Season,
    PartOfDay,
}

/// The classes whose values code reads.
const KINDS: [(&str, Kind); 28] = [
    ("UNIT", Kind::Unit),
    ("SINGULAR", Kind::Unit),
    ("PLURAL", Kind::Unit),
    ("PERIOD", Kind::Unit),
    ("SEASON", Kind::Season),
    ("PART", Kind::PartOfDay),
    ("NIGHTS", Kind::PartOfDay),
    ("MONTH", Kind::Number(1..=12)),
    ("MONTH_LOWER", Kind::Number(1..=12)),
    ("WEEKDAY", Kind::Number(1..=7)),
    ("WEEKDAYSHORT", Kind::Number(1..=7)),
    ("WEEKDAYS", Kind::Number(1..=7)),
    ("QUARTERTH", Kind::Number(1..=4)),
    ("ORDINAL", Kind::Number(1..=100)),
    ("ROMAN", Kind::Number(1..=40)),
    ("CARDINAL", Kind::Number(0..=99)),
    ("ANDAHALF", Kind::Number(1..=9)),
    ("TEENS", Kind::Number(10..=19)),
    ("TENS", Kind::Number(10..=90)),
    ("HOURWORD", Kind::Number(1..=12)),
    ("MERIDIEM", Kind::Number(0..=12)),
    ("NOON", Kind::Number(0..=24)),
    ("DECADEWORD", Kind::Number(10..=90)),
    ("DEICTIC", Kind::Number(-7..=7)),
    ("LAST", Kind::Number(-1..=-1)),
    ("NEXT", Kind::Number(1..=1)),
    ("ZONE", Kind::Number(-14 * 60..=14 * 60)),
    ("ZONEPLACE", Kind::Number(-14 * 60..=14 * 60)),
];

/// Checks the values of every class that code reads.
///
/// # Errors
/// If a word has no value, or one that its class does not allow. The message names the class, the word and the nearest
/// name.
pub(super) fn check(lexicon: &Lexicon) -> Result<(), String> {
    for (name, kind) in &KINDS {
        let Some(class) = lexicon.class(name) else { continue };
        for (word, value) in lexicon.words_of(class) {
            let wrong = value.map_or_else(|| Some("it has no value".to_owned()), |value| kind.refuse(value));
            if let Some(wrong) = wrong {
                return Err(format!("{name}: `{word}`: {wrong}"));
            }
        }
    }
    Ok(())
}

impl Kind {
    /// Returns what is wrong with a value, if anything.
    fn refuse(&self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Number(range), Value::Number(number)) => {
                (!range.contains(number)).then(|| format!("{number} is not from {} to {}", range.start(), range.end()))
            }
            (Self::Number(_), Value::Name(name)) => Some(format!("`{name}` is not a number")),
            (_, Value::Number(number)) => Some(format!("{number} is not a name")),
            (Self::Unit, Value::Name(name)) => refused("unit", name, Unit::ALL.map(Unit::name)),
            (Self::Season, Value::Name(name)) => refused("season", name, Season::ALL.map(Season::name)),
            (Self::PartOfDay, Value::Name(name)) => refused("part of a day", name, PartOfDay::ALL.map(PartOfDay::name)),
        }
    }
}

fn refused<const N: usize>(what: &str, name: &str, all: [&str; N]) -> Option<String> {
    (!all.contains(&name)).then(|| unknown(what, name, all.into_iter()))
}
