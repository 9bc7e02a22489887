//! The order of an article's revisions.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

/// Compares two revisions, each with the time when it was made, if known.
///
/// Revisions compare as times if both are times, else part by part, digits as numbers: 9 comes before 10, `1.9` before
/// `1.10`, `a:v2` before `a:v10`. Revisions of the same name compare by their times.
#[must_use]
pub fn compare_revisions(a: (&str, Option<DateTime<Utc>>), b: (&str, Option<DateTime<Utc>>)) -> Ordering {
    let time = |label: &str| DateTime::parse_from_rfc3339(label).ok();
    let named = match (time(a.0), time(b.0)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => natural(a.0, b.0),
    };
    named.then_with(|| match (a.1, b.1) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    })
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
}
