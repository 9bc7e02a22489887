//! Whether "3/5/2019" is in May or in March: decided once a document, from its other dates.
//!
//! Recognising leaves the order of such a pair open; behind this step none is open any more.

use super::{Expression, Fields, Meaning, ParsedPassage};
use crate::text::{Shape, Span};

/// Settles the order of every pair of numbers that may be day and month either way. Gives back the first of them
/// where nothing showed the order and month first, as most of what is written in English has it, was assumed.
pub(super) fn settle(
    passage: &ParsedPassage<'_>,
    expressions: &mut [Expression],
    region: Option<bool>,
) -> Option<Span> {
    let order = order_of(passage, expressions, region);
    let mut open = None;
    for expression in expressions {
        let Some(fields) = fields_mut(&mut expression.meaning) else { continue };
        let Some((first, second)) = fields.numeric.take() else { continue };
        let day_first = order.unwrap_or(false);
        (fields.day, fields.month) = if day_first { (Some(first), Some(second)) } else { (Some(second), Some(first)) };
        if order.is_none() && first != second {
            open.get_or_insert(expression.span);
        }
    }
    open
}

/// The order that a document uses: by its dates that can be read one way only, else by its region, else by dots
/// between the numbers, which only those write who put the day first.
fn order_of(passage: &ParsedPassage<'_>, expressions: &[Expression], region: Option<bool>) -> Option<bool> {
    let (mut day_first, mut month_first, mut dots) = (0, 0, false);
    for expression in expressions {
        for token in passage.tokens.get(expression.first..expression.end).unwrap_or_default() {
            let text = token.of(passage.text);
            let mut numbers = text.split(['-', '/', '.']).map_while(|number| number.parse::<u32>().ok());
            let (Shape::Date, Some(first @ 1..=31), Some(second)) = (token.shape, numbers.next(), numbers.next())
            else {
                continue;
            };
            day_first += usize::from(first > 12 && second <= 12);
            month_first += usize::from(first <= 12 && second > 12);
            dots |= text.contains('.');
        }
    }
    if day_first == month_first { region.or(dots.then_some(true)) } else { Some(day_first > month_first) }
}

/// The calendar date in a meaning, wherever it stands.
pub(super) fn fields_mut(meaning: &mut Meaning) -> Option<&mut Fields> {
    match meaning {
        Meaning::Calendar(fields) => Some(fields),
        Meaning::Clock { day: Some(inner), .. }
        | Meaning::PartOfDay { day: Some(inner), .. }
        | Meaning::Count { anchor: Some(inner), .. }
        | Meaning::PartOfPeriod { of: Some(inner), .. }
        | Meaning::Ending { last: inner, .. } => fields_mut(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Region;
    use super::super::tests::{passage, values};
    use super::*;

    fn read(text: &str, tag: &str) -> (Vec<String>, bool) {
        passage(text, |passage| {
            let tagged = values(passage, Region::of_article(tag, None, chrono_tz::UTC));
            (tagged.0, tagged.1.order_open.is_some())
        })
    }

    #[test]
    fn a_date_that_can_be_read_one_way_only_decides_for_all() {
        assert_eq!(read("On 3/5/2019 and on 13/5/2019.", "en-US").0, ["2019-05-03", "2019-05-13"]);
        assert_eq!(read("On 3/5/2019 and on 5/13/2019.", "en-GB").0, ["2019-03-05", "2019-05-13"]);
        let mixed = "On 13/5/2019, 14/5/2019 and 5/15/2019 and 3/5/2019.";
        assert_eq!(read(mixed, "en").0[3], "2019-05-03", "the more frequent order wins");
    }

    #[test]
    fn then_the_region_decides_then_dots() {
        for (tag, value) in [("en-US", "2019-03-05"), ("en-GB", "2019-05-03"), ("en_au", "2019-05-03")] {
            assert_eq!(read("On 3/5/2019.", tag), (vec![value.to_owned()], false), "{tag}");
        }
        assert_eq!(read("On 3.5.2019.", "en-US").0, ["2019-03-05"]);
        assert_eq!(
            read("On 3.5.2019, before 6/7/2019.", "en"),
            (vec!["2019-05-03".into(), "2019-07-06".into()], false)
        );
        assert_eq!(read("At 3 p.m. on 3/5/2019.", "en-Latn-IE").0, ["2019-05-03T15:00"]);
    }

    #[test]
    fn where_nothing_decides_months_come_first_and_the_first_such_date_is_told() {
        assert_eq!(read("On 3/5/2019.", "en"), (vec!["2019-03-05".into()], true));
        assert!(!read("On 2019-05-03 and 5/5/2019.", "en").1, "these can be read one way only");
        let open = |text: &str| passage(text, |passage| values(passage, None).1.order_open);
        assert_eq!(open("On 5/5/2019 and 3/5/2019 and 4/5/2019."), Some(Span::new(16, 24)));
    }
}
