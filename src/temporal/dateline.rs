//! The dateline of a story ("LONDON, May 3 (Reuters) -"): its date says when it was written, not when anything was.

use chrono::NaiveDate;

use super::{Basis, Document, Resolved};
use crate::calendar::Granularity;
use crate::text::Shape;

/// How many tokens of a body are its opening. A headline may stand before the dateline.
const OPENING: usize = 60;
/// How many tokens of a paragraph may stand before the date of its dateline: places, an agency.
const PLACE: usize = 10;
/// How many tokens an agency in brackets may have.
const AGENCY: usize = 6;
/// How long before publication a story may have been written, in days.
const AGE: i64 = 2;

/// Marks the date of a dateline as one of publication.
pub(super) fn mark(document: &Document<'_>, dates: &mut [Resolved], published: NaiveDate) {
    let opening = dates.iter_mut().take_while(|date| date.expression.first < OPENING);
    for date in opening {
        if is_near(date, published)
            && is_place(document, date.expression.first)
            && is_end(document, date.expression.end)
        {
            date.basis = Basis::Publication;
            date.steps.push("it is the date of the dateline");
            return;
        }
    }
}

/// Whether it is a day, that of publication or one just before.
fn is_near(date: &Resolved, published: NaiveDate) -> bool {
    let start =
        date.interval.and_then(|interval| interval.start).filter(|_| date.granularity == Some(Granularity::Day));
    start.is_some_and(|start| (0..=AGE).contains(&(published - start.local().date()).num_days()))
}

/// Whether a paragraph starts with nothing but capitalised words before this token.
fn is_place(document: &Document<'_>, end: usize) -> bool {
    let before = document.tokens.get(end.saturating_sub(PLACE)..end).unwrap_or_default();
    let start = before.iter().rposition(|token| token.shape == Shape::Break).map(|at| at + 1);
    let Some(start) = start.or((end <= PLACE).then_some(0)) else { return false };
    let place = before.get(start..).unwrap_or_default();
    place.iter().any(|token| token.shape.is_capital())
        && place.iter().all(|token| {
            token.shape.is_capital() || matches!(token.shape, Shape::Mark(',' | '.' | '/' | '(' | ')' | '-' | '\''))
        })
}

/// Whether a dash follows, perhaps behind an agency in brackets.
fn is_end(document: &Document<'_>, at: usize) -> bool {
    let shape = |at: usize| document.tokens.get(at).map(|token| token.shape);
    let mut at = at + usize::from(shape(at) == Some(Shape::Mark(',')));
    if shape(at) == Some(Shape::Mark('(')) {
        let Some(close) = (at..at + AGENCY).find(|&at| shape(at) == Some(Shape::Mark(')'))) else { return false };
        at = close + 1;
    }
    matches!(shape(at), Some(Shape::Mark('-' | '–' | '—' | '_')))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{document, values};
    use super::*;

    /// Which of the dates of a text, published on Friday, 3 May 2019, are datelines.
    fn datelines(text: &str) -> Vec<bool> {
        let basis = |date: &Resolved| date.basis == Basis::Publication;
        document(text, |document| values(document, None).1.expressions.iter().map(basis).collect())
    }

    #[test]
    fn the_date_between_a_place_and_a_dash_is_that_of_publication() {
        for text in [
            "LONDON, May 3 (Reuters) - Shares fell.",
            "Washington, May 2 -- The bill was passed.",
            "SAN JOSÉ, Costa Rica, 1 May 2019 – A volcano woke.",
            "BEIJING, May 3 (Xinhua) — A train left.",
            "NEW YORK (AP), Friday, May 3, 2019 _ A bridge fell.",
            "Bridge falls, and nobody is hurt\n\nLEEDS, England, May 3 (PA) - A bridge fell.",
        ] {
            assert_eq!(datelines(text), [true], "{text}");
        }
    }

    #[test]
    fn other_dates_are_what_they_are() {
        for text in [
            "LONDON, April 29 - A date long past.",
            "LONDON, May 4 - A date to come.",
            "LONDON, May 2019 - No day.",
            "It fell in London, May 3 - the day of the fair.",
            "Shares fell on May 3 - the worst day.",
            "May 3 - the day of the fair.",
            "LONDON, May 3 was a bad day.",
            "LONDON, May 3 (a bad day for all of the markets there) - fell.",
        ] {
            assert_eq!(datelines(text), [false], "{text}");
        }
        assert_eq!(datelines("LONDON, May 3 - He left on May 3."), [true, false]);
        let late = "He ran and ran. ".repeat(20) + "\n\nLONDON, May 3 - A second story.";
        assert_eq!(datelines(&late), [false]);
    }
}
