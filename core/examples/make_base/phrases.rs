//! Takes CLDR's phrases apart: into words that say which unit is meant, and words that carry them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cldr::Cldr;

/// What the phrases of a language come to.
#[derive(Debug, Default)]
pub struct Phrases {
    /// The words for last, this and next, with -1, 0 and 1.
    pub which: BTreeMap<String, i64>,
    /// Words for days, counted from today.
    pub days: BTreeMap<String, i64>,
    /// Phrases that are no such word beside a unit.
    pub shifts: BTreeMap<String, (String, i64)>,
    /// Forms of weekdays that only stand in phrases.
    pub weekdays: BTreeMap<String, i64>,
    /// What stands before and behind an amount that is counted back, and one that is counted ahead.
    pub counted: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Phrases {
    /// Takes the phrases of a language apart.
    pub fn of(cldr: &Cldr) -> Self {
        let mut phrases = Self::default();
        phrases.find_which(cldr);
        phrases.find_shifts(cldr);
        phrases.find_weekdays(cldr);
        phrases.find_counted(cldr);
        phrases
    }

    /// A word is one of last, this and next if it stands in phrases of that kind alone.
    fn find_which(&mut self, cldr: &Cldr) {
        let mut signs: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for (phrase, sign) in named(cldr) {
            for word in phrase.split(' ') {
                signs.entry(word).or_default().insert(sign);
            }
        }
        let only =
            |word: &str| signs.get(word).filter(|signs| signs.len() == 1).and_then(|signs| signs.first().copied());
        for (phrase, sign) in named(cldr) {
            let own: Vec<&str> =
                phrase.split(' ').filter(|word| only(word) == Some(sign) && !is_name(cldr, word)).collect();
            if let [word] = own.as_slice()
                && beside_name(cldr, phrase, word)
            {
                self.which.insert((*word).to_owned(), sign);
            }
        }
    }

    fn find_shifts(&mut self, cldr: &Cldr) {
        for (phrase, (unit, by)) in &cldr.relative {
            let words: Vec<&str> = phrase.split(' ').collect();
            let which = words.iter().any(|word| self.which.get(*word) == Some(by));
            if unit == "day" && words.len() == 1 && !phrase.contains('-') {
                self.days.insert(phrase.clone(), *by);
            } else if !(which && words.iter().any(|word| cldr.is_unit(word))) && is_date_unit(unit) {
                self.shifts.insert(phrase.clone(), (unit.clone(), *by));
            }
        }
    }

    /// A form of a weekday stands in all phrases of that weekday, and in no other.
    fn find_weekdays(&mut self, cldr: &Cldr) {
        let mut days: BTreeMap<&str, BTreeMap<i64, usize>> = BTreeMap::new();
        for (phrase, (weekday, _)) in &cldr.relative_weekday {
            for word in phrase.split(' ') {
                *days.entry(word).or_default().entry(*weekday).or_default() += 1;
            }
        }
        for (word, days) in days {
            if let (1, Some((weekday, 2..))) = (days.len(), days.first_key_value())
                && word.chars().count() > 2
                && !cldr.weekdays_short.contains_key(word.trim_end_matches('.'))
                && !self.which.contains_key(word)
            {
                self.weekdays.insert(word.to_owned(), *weekday);
            }
        }
    }

    fn find_counted(&mut self, cldr: &Cldr) {
        for (phrase, _, sign) in &cldr.counted {
            let Some((before, behind)) = phrase.split_once("{0}") else { continue };
            let units = cldr.units.keys().filter(|unit| behind.trim_start().starts_with(unit.as_str()));
            let unit = units.max_by_key(|unit| unit.len()).map_or("", String::as_str);
            let behind = behind.trim().strip_prefix(unit).unwrap_or_default();
            let [to_the_left, to_the_right] =
                if *sign < 0 { ["ago_before", "ago_behind"] } else { ["ahead_before", "ahead_behind"] };
            for (place, words) in [(to_the_left, before.trim()), (to_the_right, behind.trim())] {
                let one = !words.is_empty()
                    && !words.contains(['{', '(', '+', '\u{2212}'])
                    && words != "-"
                    && !words.split(' ').any(|word| cldr.is_unit(word));
                if one && (place.ends_with("before") || before.trim().is_empty()) && !unit.is_empty() {
                    self.counted.entry(place).or_default().insert(words.to_owned());
                }
            }
        }
    }
}

/// The phrases that may name last, this and next.
fn named(cldr: &Cldr) -> impl Iterator<Item = (&str, i64)> {
    let units = cldr.relative.iter().filter(|(_, (unit, by))| by.abs() < 2 && unit != "day" && is_date_unit(unit));
    let units = units.map(|(phrase, (_, by))| (phrase.as_str(), *by));
    units.chain(cldr.relative_weekday.iter().map(|(phrase, (_, by))| (phrase.as_str(), *by)))
}

fn is_date_unit(unit: &str) -> bool {
    matches!(unit, "day" | "week" | "month" | "quarter" | "year")
}

fn is_name(cldr: &Cldr, word: &str) -> bool {
    cldr.is_unit(word) || cldr.weekdays.contains_key(word)
}

/// Whether a word stands right beside the name of a unit.
fn beside_name(cldr: &Cldr, phrase: &str, word: &str) -> bool {
    let words: Vec<&str> = phrase.split(' ').collect();
    words.windows(2).any(|two| two.contains(&word) && two.iter().any(|other| *other != word && is_name(cldr, other)))
}
