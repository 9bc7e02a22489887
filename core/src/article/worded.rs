//! Publication times as people write them, through the crate `dateparser`. This is its only caller.
//!
//! `dateparser` completes a text from the clock: "2021.02" becomes a day in February, the same day of the month as
//! today, and "6:15pm" a time of today. It is therefore given only texts with year, month and day, and a fixed midnight
//! for those without a time.

use chrono::{Datelike, Month, NaiveTime, Utc, Weekday};

use super::written::Written;

/// Reads a time as people write it, in English or in numbers, without a zone: `dateparser` would keep only the instant, and
/// takes unknown zone names for UTC. What this does not read, [`super::written`] may.
pub(super) fn read(text: &str) -> Option<Written> {
    let whole = month_first(text).or_else(|| numeric(text))?;
    let local = dateparser::parse_with(&whole, &Utc, NaiveTime::MIN).ok()?.naive_utc();
    let weekday: Option<Weekday> = text.split([' ', ',']).find_map(|word| word.parse().ok());
    if weekday.is_some_and(|weekday| weekday != local.weekday()) {
        return None;
    }
    let has_year = numbers(&whole).any(|number| number == format!("{:04}", local.year()));
    // "03/05/2019" is May to some and March to others.
    let day_comes_first_or_second = whole.find(['/', '-', '.']).is_some_and(|at| at < 3);
    let is_ambiguous = day_comes_first_or_second && local.day() <= 12 && local.day() != local.month();
    let has_time = whole.contains([':', '时']);
    (has_year && !is_ambiguous).then_some(Written { local, has_time, zones: Vec::new(), wrong_weekday: None })
}

/// Rewrites a date with the name of a month, in any usual order, as `May 3, 2019 6:35 pm`, which `dateparser` knows.
/// `None` without the name of a month, a day and a year of four digits.
fn month_first(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
    let needless = |word: &&str| word.is_empty() || word.parse::<Weekday>().is_ok();
    let mut words: Vec<&str> = text.split([' ', ',']).filter(|word| !needless(word)).collect();
    // At the end it is the name of a zone.
    let last = words.len().saturating_sub(1);
    words =
        words.into_iter().enumerate().filter(|&(at, word)| word != "at" || at == last).map(|(_, word)| word).collect();
    // The time may come first: "18:35, 3 May 2019".
    let time = words.iter().take_while(|word| word.contains(':') || matches!(**word, "am" | "pm")).count();
    words.rotate_left(time);
    let &[first, second, year, ref time @ ..] = words.as_slice() else { return None };
    let (month, day) = if first.starts_with(|c: char| c.is_ascii_digit()) { (second, first) } else { (first, second) };
    let month = if month.trim_end_matches('.') == "sept" { "sep" } else { month };
    let month: Month = month.trim_end_matches('.').parse().ok()?;
    let day = ["st", "nd", "rd", "th"].iter().find_map(|end| day.strip_suffix(end)).unwrap_or(day);
    let is_whole = (1..=2).contains(&day.len()) && digits(day).is_some() && year.len() == 4 && digits(year).is_some();
    (is_whole && time.iter().all(|word| has_no_name(word) && !word.contains(['+', '-'])))
        .then(|| format!("{} {day}, {year} {}", month.name(), time.join(" ")).trim_end().to_owned())
}

/// Returns a text that is a date in numbers with year, month and day, the year first or last.
fn numeric(text: &str) -> Option<String> {
    let lengths: Vec<usize> = numbers(text).take(3).map(str::len).collect();
    let is_whole = matches!(lengths[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4]);
    let is_time = text.find(':').is_some_and(|at| at < 3);
    (is_whole && !is_time && has_no_name(text) && has_no_offset(text)).then(|| text.to_owned())
}

/// Whether a text in numbers says nothing of a zone: it has no sign but the hyphens of its date.
fn has_no_offset(text: &str) -> bool {
    let clock = text.find(':').unwrap_or(text.len());
    let behind = text.get(clock..).unwrap_or_default();
    !text.contains('+') && !behind.contains('-') && text.matches('-').count() <= 2
}

/// Whether a text has no words other than "am" and "pm", such as a zone name that `dateparser` would take for UTC.
fn has_no_name(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    words.all(|word| word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm"))
}

/// Returns the text if it consists of digits.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Returns the runs of digits.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `dateparser` accepts these and completes them from today's date; the checks before it keep them out.
    #[test]
    fn texts_that_would_be_completed_from_the_clock_are_not_passed_on() {
        for text in ["6:15pm", "18:35", "May 27 02:45:27", "May 6 at 9:24 PM"] {
            assert!(dateparser::parse_with(text, &Utc, NaiveTime::MIN).is_ok(), "{text}");
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2021.02"), None, "dateparser takes it for a day of February on most days");
    }

    #[test]
    fn order_and_spelling_are_normalised() {
        for text in ["3 May 2019", "May 3rd 2019", "Friday, MAY. 3, 2019", "may 3 , 2019"] {
            assert_eq!(month_first(text).as_deref(), Some("May 3, 2019"), "{text}");
        }
        assert_eq!(month_first("6:35 p.m., 3 May 2019").as_deref(), Some("May 3, 2019 6:35 pm"));
        assert_eq!(month_first("3 May 19"), None);
        assert_eq!(month_first("3 May 2019 18:35 CEST"), None);
    }
}
