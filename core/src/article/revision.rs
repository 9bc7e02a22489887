//! The order of an article's revisions.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

/// Compares two revisions, each with the time when it was made, if known.
///
/// Revisions compare as times if both are times, and part by part if neither is, digits as numbers: 9 comes before 10,
/// `1.9` before `1.10`, `a:v2` before `a:v10`. A name and a time, and revisions of the same name, compare by the times when
/// they were made; where one of those is not known, neither is newer.
#[must_use]
pub fn compare_revisions(a: (&str, Option<DateTime<Utc>>), b: (&str, Option<DateTime<Utc>>)) -> Ordering {
    let (time_a, time_b) = (time(a.0), time(b.0));
    let named = match (time_a, time_b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (None, None) => natural(a.0, b.0),
        (Some(_), None) | (None, Some(_)) => Ordering::Equal,
    };
    named.then_with(|| match (a.1.or(time_a), b.1.or(time_b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    })
}

/// Returns the newer of two revisions: its name, rather than a time in place of one, and the later of the times when they
/// were made.
#[must_use]
pub fn newer_revision(
    a: (String, Option<DateTime<Utc>>),
    b: (String, Option<DateTime<Utc>>),
) -> (String, Option<DateTime<Utc>>) {
    let takes_second = match (time(&a.0), time(&b.0)) {
        (Some(_), None) => true,
        (None, Some(_)) => false,
        _ => compare_revisions((&a.0, a.1), (&b.0, b.1)) == Ordering::Less,
    };
    let modified = a.1.max(b.1);
    (if takes_second { b.0 } else { a.0 }, modified)
}

/// Reads a name as a time.
fn time(name: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(name).ok().map(|at| at.to_utc())
}

fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.trim(), b.trim());
    while !a.is_empty() && !b.is_empty() {
        let (x, y) = (part(&mut a), part(&mut b));
        let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit()).then_some(());
        let order = match (number(x), number(y)) {
            (Some(()), Some(())) => {
                let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
            _ => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// Splits off the leading run of digits, or of other characters.
fn part<'l>(label: &mut &'l str) -> &'l str {
    let digits = label.starts_with(|c: char| c.is_ascii_digit());
    let end = label.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(label.len());
    let (part, rest) = label.split_at(end);
    *label = rest;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_compare_as_numbers_strings_or_times() {
        for (older, newer) in [
            ("9", "10"),
            ("0", "00000000000000000000000000000001"),
            ("1.9", "1.10"),
            ("tag:reuters:L1:9", "tag:reuters:L1:10"),
            ("a", "b"),
            ("2", "2a"),
            ("2019-05-03T18:35:00+01:00", "2019-05-03T18:00:00Z"),
        ] {
            assert_eq!(compare_revisions((older, None), (newer, None)), Ordering::Less, "{older} {newer}");
            assert_eq!(compare_revisions((newer, None), (older, None)), Ordering::Greater, "{newer} {older}");
        }
        assert_eq!(
            compare_revisions(("2019-05-03T18:35:00+01:00", None), ("2019-05-03T17:35:00Z", None)),
            Ordering::Equal
        );
        assert_eq!(compare_revisions(("01", None), ("1", None)), Ordering::Equal);
    }

    #[test]
    fn revisions_of_the_same_name_compare_by_their_times() {
        let at = |text: &str| Some(text.parse().expect("a time"));
        let (early, late) = (at("2019-05-03T00:00:00Z"), at("2019-05-04T00:00:00Z"));
        assert_eq!(compare_revisions(("1", early), ("1", late)), Ordering::Less);
        assert_eq!(compare_revisions(("2", early), ("1", late)), Ordering::Greater);
        assert_eq!(compare_revisions(("1", early), ("1", None)), Ordering::Equal);
    }

    #[test]
    fn a_name_and_a_time_compare_by_the_times_when_they_were_made() {
        let at = |text: &str| Some(text.parse().expect("a time"));
        let (early, late) = ("2019-05-03T00:00:00Z", "2019-05-04T00:00:00Z");
        assert_eq!(compare_revisions(("9", at(late)), (early, at(early))), Ordering::Greater);
        assert_eq!(compare_revisions((late, None), ("9", at(early))), Ordering::Greater);
        for number in ["2", "3000"] {
            assert_eq!(compare_revisions((number, None), (early, at(early))), Ordering::Equal, "{number}");
        }
    }

    #[test]
    fn the_newer_of_two_revisions_keeps_a_name_and_the_later_time() {
        let version = |name: &str, at: Option<&str>| (name.to_owned(), at.map(|at| at.parse().expect("a time")));
        let (early, late) = ("2019-05-03T00:00:00Z", "2019-05-04T00:00:00Z");
        for (a, b, newer) in [
            (version("9", None), version("10", None), version("10", None)),
            (version("2", Some(late)), version("1", Some(early)), version("2", Some(late))),
            (version("2", None), version(early, Some(early)), version("2", Some(early))),
            (version("2", Some(early)), version(late, Some(late)), version("2", Some(late))),
            (version(early, Some(early)), version(late, Some(late)), version(late, Some(late))),
        ] {
            assert_eq!(newer_revision(a.clone(), b.clone()), newer);
            assert_eq!(newer_revision(b, a), newer);
        }
    }
}
