//! Writes the words of a language as `base.toml` has them.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::cldr::Cldr;
use crate::phrases::Phrases;

/// The longest abbreviation of a unit that is not to be trusted alone, in characters.
const SHORT: usize = 3;

/// The longest number in one word that news spell out, in characters; what is longer is an inflected compound.
const LONG: usize = 18;

/// Returns the text of `base.toml`.
pub fn base(cldr: &Cldr) -> String {
    let phrases = Phrases::of(cldr);
    let mut text = "# Generated from Unicode CLDR 48 by core/examples/make_base; what CLDR lacks goes to words.toml.\n\
                    # Copyright © 1991-2025 Unicode, Inc., under the Unicode License v3, which is in the file NOTICE.\n\n"
        .to_owned();
    let _ = writeln!(text, "[writing]\norder = \"{}\"", cldr.order());
    list_phrases(&phrases, &mut text);

    let months = plain(&cldr.months);
    let short = |words: &BTreeMap<String, i64>, long: &BTreeMap<String, i64>| {
        let short = plain(words).into_iter().filter(|(word, _)| !long.contains_key(word));
        short.map(|(word, number)| (format!("{word}."), number)).collect::<BTreeMap<_, _>>()
    };
    let mut weekdays = plain(&cldr.weekdays);
    weekdays.extend(phrases.weekdays.clone());
    table(&mut text, "MONTH", &months);
    table(&mut text, "MONTHABBR", &short(&cldr.months_short, &months));
    list(&mut text, "ORDINALNOUN", months.keys().chain(short(&cldr.months_short, &months).keys()));
    table(&mut text, "WEEKDAY", &weekdays);
    table(&mut text, "WEEKDAYSHORT", &short(&cldr.weekdays_short, &weekdays));
    table(&mut text, "DEICTIC", &phrases.days.iter().filter(|(_, by)| by.abs() < 8).collect());
    for (class, sign) in [("LAST", -1), ("THIS", 0), ("NEXT", 1)] {
        table(&mut text, class, &phrases.which.iter().filter(|(_, by)| **by == sign).collect());
    }
    let units = units(cldr);
    table(&mut text, "UNIT", &units.iter().map(|(word, unit)| (word, format!("\"{unit}\""))).collect());
    for (class, name) in [("YEARWORD", "year"), ("QUARTERWORD", "quarter"), ("CENTURYWORD", "century")] {
        let words: Vec<&String> =
            units.iter().filter(|(_, unit)| unit.as_str() == name).map(|(word, _)| *word).collect();
        list(&mut text, class, words.into_iter());
    }
    let cardinals = plain(&cldr.cardinals);
    table(&mut text, "CARDINAL", &cardinals.iter().filter(|(_, number)| **number < 100).collect());
    table(&mut text, "SCALE", &cardinals.iter().filter(|(_, number)| **number == 100).collect());
    table(&mut text, "ORDINAL", &plain(&cldr.ordinals));
    text
}

/// The words of one table that are one word, and no abbreviation with a figure.
fn plain(words: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
    let one = |word: &str| {
        !word.contains([' ', '\u{a0}', '-', '{', '(', '/'])
            && !word.chars().any(|letter| letter.is_ascii_digit())
            && word.chars().count() <= LONG
    };
    let words = words.iter().map(|(word, number)| (word.trim_end_matches('.').to_owned(), *number));
    words.filter(|(word, _)| one(word) && !word.is_empty()).collect()
}

/// The units, without abbreviations that are words of other kinds as well.
fn units(cldr: &Cldr) -> BTreeMap<&String, &String> {
    let phrases = cldr.counted.iter().map(|(phrase, ..)| phrase).chain(cldr.relative.keys());
    let written: Vec<&str> = phrases.flat_map(|phrase| phrase.split(' ')).collect();
    let unspaced = |word: &str| word.chars().all(|letter| letter > '\u{2e80}');
    let trusted = |word: &str| word.chars().count() > SHORT || unspaced(word) || written.contains(&word);
    cldr.units.iter().filter(|(word, _)| !word.contains([' ', '.', '/', '-']) && trusted(word)).collect()
}

fn list_phrases(phrases: &Phrases, text: &mut String) {
    text.push_str("\n[phrases]\n");
    for (place, words) in &phrases.counted {
        let words: Vec<String> = words.iter().map(|words| quoted(words)).collect();
        let _ = writeln!(text, "{place} = [{}]", words.join(", "));
    }
    if phrases.shifts.is_empty() {
        return;
    }
    text.push_str("\n[shifts]\n");
    for (phrase, (unit, by)) in &phrases.shifts {
        let _ = writeln!(text, "{} = {{ unit = \"{unit}\", by = {by} }}", quoted(phrase));
    }
}

/// Writes a table of words by their value, one line for each.
fn table<W: AsRef<str>, V: Display>(text: &mut String, class: &str, words: &BTreeMap<W, V>) {
    if words.is_empty() {
        return;
    }
    let mut by_value: Vec<(String, Vec<&str>)> = Vec::new();
    for (word, value) in words {
        let value = value.to_string();
        match by_value.iter_mut().find(|(other, _)| *other == value) {
            Some((_, words)) => words.push(word.as_ref()),
            None => by_value.push((value, vec![word.as_ref()])),
        }
    }
    by_value.sort_by_key(|(value, _)| value.parse::<i64>().unwrap_or(0));
    let _ = writeln!(text, "\n[{class}]");
    for (value, words) in by_value {
        let _ = writeln!(text, "{} = {value}", quoted(&words.join(" ")));
    }
}

fn list<'w>(text: &mut String, class: &str, words: impl Iterator<Item = &'w String>) {
    let words: Vec<String> = words.map(|word| quoted(word)).collect();
    if !words.is_empty() {
        // A list stands in front of the tables.
        text.insert_str(text.find("[writing]").unwrap_or(0), &format!("{class} = [{}]\n\n", words.join(", ")));
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
