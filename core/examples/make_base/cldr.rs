//! The reduced form of CLDR's data of a language.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What CLDR knows of the dates of a language.
#[derive(Debug, Deserialize)]
pub struct Cldr {
    /// Full names of months, in all forms, with their number.
    pub months: BTreeMap<String, i64>,
    /// Short names of months.
    pub months_short: BTreeMap<String, i64>,
    /// Names of weekdays; Monday is 1.
    pub weekdays: BTreeMap<String, i64>,
    /// Short names of weekdays.
    pub weekdays_short: BTreeMap<String, i64>,
    /// Units in all cases and numbers.
    pub units: BTreeMap<String, String>,
    /// Words and phrases for units counted from today: "last week", -1.
    pub relative: BTreeMap<String, (String, i64)>,
    /// Phrases for weekdays of the last, this and the next week.
    pub relative_weekday: BTreeMap<String, (i64, i64)>,
    /// How amounts are counted from today: "{0} days ago", the unit, -1.
    pub counted: Vec<(String, String, i64)>,
    /// Numbers in words.
    pub cardinals: BTreeMap<String, i64>,
    /// Ordinals in words.
    pub ordinals: BTreeMap<String, i64>,
    /// Patterns of dates.
    pub patterns: BTreeMap<String, String>,
}

impl Cldr {
    /// Whether a word names a unit.
    pub fn is_unit(&self, word: &str) -> bool {
        self.units.contains_key(word)
    }

    /// The order of day, month and year in a short date.
    pub fn order(&self) -> &'static str {
        let pattern = self.patterns.get("dfshort").map(String::as_str).unwrap_or_default();
        let place = |letter: char| pattern.find(letter).unwrap_or(usize::MAX);
        let (day, month, year) = (place('d'), place('M'), place('y'));
        if year < day {
            "ymd"
        } else if month < day {
            "mdy"
        } else {
            "dmy"
        }
    }
}
