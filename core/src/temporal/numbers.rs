//! Numbers in words and digits, and the TIMEX3 spelling of lengths of time.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Timelike};

use super::LexedPassage;
use super::meaning::{Amount, Fields, Meaning};
use crate::calendar::{Clock, Unit};
use crate::language::{Class, Value};
use crate::text::{Shape, Token};

/// The number of an ordinal or a plain small number: "15th", "third", "twenty-first", "3".
pub(super) fn ordinal(passage: &LexedPassage<'_>, tokens: &[Token]) -> Option<u32> {
    let lexicon = &passage.pack.lexicon;
    let grammar = &passage.pack.grammar;
    let classes =
        [grammar.ordinal, grammar.quarter_number, grammar.tens, grammar.hour_word, grammar.roman, grammar.century_word];
    let mut sum = 0;
    for token in tokens {
        sum += match token.shape {
            Shape::Digits { value, .. } => value,
            Shape::Ordinal => digits_of(token.of(passage.text)).parse().ok()?,
            Shape::Mark(_) => 0,
            _ => classes.iter().find_map(|&class| match lexicon.value(token, class) {
                Some(Value::Number(number)) => u32::try_from(*number).ok(),
                _ => None,
            })?,
        };
    }
    Some(sum)
}

/// The digits that a number starts with.
fn digits_of(number: &str) -> &str {
    number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default()
}

/// How many: "two and a half", "5 1/2", "a couple of", "twenty-five", "three hundred", "several".
pub(super) fn amount(passage: &LexedPassage<'_>, tokens: &[Token]) -> Option<Amount> {
    let lexicon = &passage.pack.lexicon;
    let grammar = &passage.pack.grammar;
    let is = |token: &Token, class: Class| lexicon.has(token, class);
    let number = |token: &Token, class: Class| match lexicon.value(token, class) {
        Some(Value::Number(number)) => u32::try_from(*number).ok(),
        _ => None,
    };
    let (mut count, mut part, mut any) = (0u32, 0u32, false);
    for token in tokens {
        let text = token.of(passage.text);
        match token.shape {
            Shape::Digits { .. } if count > 0 => break,
            Shape::Digits { value, .. } => count = value,
            Shape::Grouped => {
                let point = if lexicon.writing().decimal_comma { ',' } else { '.' };
                let whole = text.split(point).next()?;
                count = whole.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()?;
            }
            Shape::Decimal => {
                let (whole, decimals) = text.split_once(['.', ','])?;
                count = whole.parse().ok()?;
                let tenths: f64 = format!("0.{decimals}").parse().ok()?;
                // Below one, so the product is below 60.
                part = (tenths * 60.0).round() as u32;
            }
            Shape::Fraction => {
                let (over, under) = match text {
                    "½" => (1, 2),
                    "¼" => (1, 4),
                    "¾" => (3, 4),
                    _ => text.split_once('/').and_then(|(a, b)| Some((a.parse::<u32>().ok()?, b.parse().ok()?)))?,
                };
                part = over.checked_mul(60)?.checked_div(under).filter(|&part| part < 60)?;
            }
            Shape::Mark(_) => continue,
            _ if is(token, grammar.vague_amount) || is(token, grammar.number_of) || is(token, grammar.dozens) => {
                return Some(Amount::Open);
            }
            _ if is(token, grammar.couple) => count = 2,
            _ if is(token, grammar.and_a_half) => (count, part) = (number(token, grammar.and_a_half)?, 30),
            _ if is(token, grammar.half) => part = 60 / number(token, grammar.half)?,
            _ if is(token, grammar.scale) => count = count.max(1).checked_mul(number(token, grammar.scale)?)?,
            // "two or three", "10 to 15", "10-15": the first is what annotators write.
            _ if count > 0 && (is(token, grammar.or_word) || is(token, grammar.to_word)) => break,
            _ => count = count.checked_add(number(token, grammar.cardinal).unwrap_or(0))?,
        }
        any |= count > 0 || part > 0;
    }
    Some(if any { Amount::Exact { count, part } } else { Amount::whole(1) })
}

/// The TIMEX3 value of a length: `P3W`, `PT5H30M`, `PXY`. Parts of a unit are written in the next smaller one.
pub(super) fn period(amount: Amount, unit: Unit) -> String {
    let (letter, times, clock) = match unit {
        Unit::Second => ("S", 1, true),
        Unit::Minute => ("M", 1, true),
        Unit::Hour => ("H", 1, true),
        Unit::Day => ("D", 1, false),
        Unit::Weekend => ("WE", 1, false),
        Unit::Week => ("W", 1, false),
        Unit::Fortnight => ("W", 2, false),
        Unit::Month => ("M", 1, false),
        Unit::Quarter => ("M", 3, false),
        Unit::Half => ("M", 6, false),
        Unit::Year => ("Y", 1, false),
        Unit::Decade => ("Y", 10, false),
        Unit::Century => ("Y", 100, false),
        Unit::Millennium => ("Y", 1000, false),
    };
    let time = if clock { "T" } else { "" };
    match amount {
        Amount::Open => {
            let letter = match unit {
                Unit::Century => "C",
                Unit::Quarter => "Q",
                Unit::Millennium => "L",
                _ => letter,
            };
            format!("P{time}X{letter}")
        }
        Amount::Exact { count, part } => {
            let whole = u64::from(count) * times + u64::from(part) * times / 60;
            let rest = if times == 1 { part } else { 0 };
            let (smaller, per) = match unit {
                Unit::Year => ("M", 12),
                Unit::Day => ("TH", 24),
                Unit::Hour => ("M", 60),
                Unit::Minute => ("S", 60),
                Unit::Week => ("D", 7),
                Unit::Month => ("D", 30),
                _ => ("", 0),
            };
            let small = rest * per / 60;
            let lead = if whole > 0 || small == 0 { format!("{whole}{letter}") } else { String::new() };
            let (mark, name) = smaller.strip_prefix('T').map_or(("", smaller), |name| ("T", name));
            if small > 0 { format!("P{time}{lead}{mark}{small}{name}") } else { format!("P{time}{lead}") }
        }
    }
}

/// A year of two digits: up to 40 in this century, above in the last. Fixed, so that the answer is the same on any day.
pub(super) fn full_year(year: i32) -> i32 {
    if year <= 40 { 2000 + year } else { 1900 + year }
}

/// A date and time in ISO 8601.
pub(super) fn date_time(text: &str) -> Option<Meaning> {
    let zoned = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"));
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let plain = text.trim_end_matches('Z');
    let (time, offset): (NaiveDateTime, _) = match zoned {
        Ok(time) => (time.naive_local(), Some(*time.offset())),
        Err(_) => (formats.iter().find_map(|format| NaiveDateTime::parse_from_str(plain, format).ok())?, None),
    };
    let seconds = plain.split('T').nth(1)?.matches(':').count() > 1;
    let clock = Clock {
        hour: time.hour() as u8,
        minute: Some(time.minute() as u8),
        second: seconds.then_some(time.second() as u8),
        offset,
    };
    Some(Meaning::Clock { clock, day: Some(Box::new(Meaning::Calendar(Box::new(fields(time.date()))))) })
}

fn fields(day: NaiveDate) -> Fields {
    use chrono::Datelike;
    Fields { year: Some(day.year()), month: Some(day.month() as u8), day: Some(day.day() as u8), ..Fields::default() }
}
