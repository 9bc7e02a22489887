//! Dates that a publisher has marked in its own text (`chron` in NITF): they are trusted over what the words say.

use chrono::{Datelike, FixedOffset, NaiveDate};

use super::{Basis, Resolved};
use crate::calendar::{Granularity, PartialDate};
use crate::text::Span;

/// Gives the expressions of a marked stretch the date that it is marked with, to the grain of their own words: "in May"
/// stays a month. What is finer than a day, and what is no date, stays as it is.
pub fn apply_markup(expressions: &mut [Resolved], marked: Span, day: NaiveDate, offset: FixedOffset) {
    let from = expressions.partition_point(|found| found.expression.span.end <= marked.start);
    for found in expressions.iter_mut().skip(from).take_while(|found| found.expression.span.overlaps(marked)) {
        let date = match found.granularity {
            Some(Granularity::Year) => PartialDate::Year(day.year()),
            // Months are 1 to 12.
            Some(Granularity::Month) => PartialDate::Month(day.year(), u8::try_from(day.month()).unwrap_or(1)),
            Some(Granularity::Day) => PartialDate::Day(day),
            _ => continue,
        };
        found.value = date.value();
        found.interval = date.interval(offset);
        found.edtf = date.edtf();
        found.basis = Basis::Absolute;
        found.reference = None;
        found.steps = vec!["the date that the publisher has marked it with"];
    }
}
