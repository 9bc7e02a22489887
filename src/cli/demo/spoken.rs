//! The date of a record, as people say it: "the 1970s", "morning of 12 March 2026".
//!
//! Pure: it reads nothing but the record's `date`. What it cannot say, it leaves in TIMEX3.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::calendar::Granularity;
use crate::record::of_word;
use crate::temporal::Modifier;

/// Returns the date in words.
pub fn spoken(date: &Value) -> String {
    let text = |key: &str| date.get(key).and_then(Value::as_str);
    let value = text("value").unwrap_or_default();
    let granularity = text("granularity").and_then(of_word);
    let code = value.get(value.len().saturating_sub(2)..).unwrap_or_default();
    let name = |at: &str| name(at, granularity?, code);
    let is_range = value.contains('/') || value.starts_with('P');
    let words = match (text("start"), text("end")) {
        (Some(start), None) => name(start).map(|start| format!("from {start}")),
        (None, Some(end)) => last_day(end).and_then(|last| name(&last)).map(|last| format!("until {last}")),
        (Some(start), Some(end)) if is_range => last_day(end).and_then(|last| Some(range(name(start)?, &name(&last)?))),
        (Some(start), Some(_)) => name(start).map(|name| modified(text("mod").and_then(of_word), name)),
        (None, None) => None,
    };
    words.unwrap_or_else(|| value.to_owned())
}

/// Returns the name of the period that a day or a time begins; `code` is that of a season or part of a day in TIMEX3.
fn name(at: &str, granularity: Granularity, code: &str) -> Option<String> {
    let day: NaiveDate = at.get(..at.rfind('T').unwrap_or(at.len()))?.parse().ok()?;
    let year = day.year();
    if year < 1 {
        return None;
    }
    Some(match granularity {
        Granularity::Century => format!("the {} century", ordinal(year / 100 + 1)),
        Granularity::Decade => format!("the {}s", year / 10 * 10),
        Granularity::Year => year.to_string(),
        Granularity::Half => format!("{} half of {year}", if day.month() < 7 { "first" } else { "second" }),
        Granularity::Quarter => format!("{} quarter of {year}", ordinal(day.month0() as i32 / 3 + 1)),
        Granularity::Season => format!("{} {year}", season(code)?),
        Granularity::Month => day.format("%B %Y").to_string(),
        Granularity::Week => day.format("week of %-d %B %Y").to_string(),
        Granularity::Weekend => day.format("weekend of %-d %B %Y").to_string(),
        Granularity::Day => day.format("%-d %B %Y").to_string(),
        Granularity::PartOfDay => format!("{} of {}", part_of_day(code)?, day.format("%-d %B %Y")),
        Granularity::Hour | Granularity::Minute | Granularity::Second => {
            time(at)?.format("%-d %B %Y, %H:%M").to_string()
        }
    })
}

fn time(at: &str) -> Option<NaiveDateTime> {
    let zoned = DateTime::parse_from_rfc3339(at).map(|time| time.naive_local());
    zoned.or_else(|_| at.parse()).ok()
}

/// Returns the last day or minute before an exclusive end.
fn last_day(end: &str) -> Option<String> {
    match end.parse::<NaiveDate>() {
        Ok(day) => Some(day.pred_opt()?.to_string()),
        Err(_) => Some(end.to_owned()),
    }
}

/// "8 to 12 May 2026": what both ends share is said once.
fn range(first: String, last: &str) -> String {
    let shared = first.rsplit(' ').zip(last.rsplit(' ')).take_while(|(first, last)| first == last).count();
    let words: Vec<&str> = first.split(' ').collect();
    match words.len().saturating_sub(shared) {
        0 => first,
        own => format!("{} to {last}", words[..own].join(" ")),
    }
}

/// "the early 1990s", "late January 2026", "about 1974".
fn modified(modifier: Option<Modifier>, name: String) -> String {
    let before = |word: &str| match name.strip_prefix("the ") {
        Some(rest) => format!("the {word}{rest}"),
        None => format!("{word}{name}"),
    };
    match modifier {
        Some(Modifier::Start) => before("early "),
        Some(Modifier::Mid) => before("mid-"),
        Some(Modifier::End) => before("late "),
        Some(Modifier::Before) => format!("before {name}"),
        Some(Modifier::After) => format!("after {name}"),
        Some(Modifier::Approx) => format!("about {name}"),
        _ => name,
    }
}

fn season(code: &str) -> Option<&'static str> {
    Some(match code {
        "SP" => "spring",
        "SU" => "summer",
        "FA" => "autumn",
        "WI" => "winter",
        _ => return None,
    })
}

fn part_of_day(code: &str) -> Option<&'static str> {
    Some(match code {
        "MO" => "morning",
        "MI" => "midday",
        "AF" => "afternoon",
        "EV" => "evening",
        "NI" => "night",
        "DT" => "day",
        _ => return None,
    })
}

fn ordinal(number: i32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_as_people_say_them() {
        for (granularity, value, start, end, words) in [
            ("century", "18", Some("1800-01-01"), Some("1900-01-01"), "the 19th century"),
            ("decade", "197", Some("1970-01-01"), Some("1980-01-01"), "the 1970s"),
            ("year", "1887", Some("1887-01-01"), Some("1888-01-01"), "1887"),
            ("half", "2026-H2", Some("2026-07-01"), Some("2027-01-01"), "second half of 2026"),
            ("quarter", "2025-Q4", Some("2025-10-01"), Some("2026-01-01"), "4th quarter of 2025"),
            ("season", "2025-FA", Some("2025-09-01"), Some("2025-12-01"), "autumn 2025"),
            ("month", "2026-03", Some("2026-03-01"), Some("2026-04-01"), "March 2026"),
            ("week", "2026-W10", Some("2026-03-02"), Some("2026-03-09"), "week of 2 March 2026"),
            ("weekend", "2026-W10-WE", Some("2026-03-07"), Some("2026-03-09"), "weekend of 7 March 2026"),
            ("day", "2026-03-12", Some("2026-03-12"), Some("2026-03-13"), "12 March 2026"),
            (
                "part-of-day",
                "2026-03-12TMO",
                Some("2026-03-12T06:00:00+00:00"),
                Some("2026-03-12T12:00:00+00:00"),
                "morning of 12 March 2026",
            ),
            (
                "minute",
                "2026-03-11T15:42",
                Some("2026-03-11T15:42:00+00:00"),
                Some("2026-03-11T15:43:00+00:00"),
                "11 March 2026, 15:42",
            ),
            ("day", "2026-05-08/2026-05-12", Some("2026-05-08"), Some("2026-05-13"), "8 to 12 May 2026"),
            ("month", "2014-03/2018-05", Some("2014-03-01"), Some("2018-06-01"), "March 2014 to May 2018"),
            ("month", "P3M", Some("2025-10-01"), Some("2026-01-01"), "October to December 2025"),
            ("decade", "195", None, Some("1960-01-01"), "until the 1950s"),
            ("year", "2019", Some("2019-01-01"), None, "from 2019"),
            ("year", "BC0044", Some("-0043-01-01"), Some("-0042-01-01"), "BC0044"),
        ] {
            let date = json!({"granularity": granularity, "value": value, "start": start, "end": end, "mod": null});
            assert_eq!(spoken(&date), words);
        }
    }

    #[test]
    fn a_part_of_a_period_is_named() {
        for (granularity, start, code, words) in [
            ("decade", "1990-01-01", "START", "the early 1990s"),
            ("month", "2026-01-01", "END", "late January 2026"),
            ("year", "1974-01-01", "APPROX", "about 1974"),
        ] {
            let date = json!({"granularity": granularity, "value": "", "start": start, "end": start, "mod": code});
            assert_eq!(spoken(&date), words);
        }
    }
}
