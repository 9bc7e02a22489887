//! The dateline of a story ("LONDON, May 3 (Reuters) -") and the stamp of a page ("3 May 2019 Last updated at 14:07
//! GMT"): their dates say when it was written, not when anything was.

use chrono::NaiveDate;

use super::{Basis, ParsedPassage, Resolved};
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

/// Marks the dates of stamps and that of a dateline as those of publication.
pub(super) fn mark(passage: &ParsedPassage<'_>, dates: &mut [Resolved], published: NaiveDate) {
    dates
        .chunk_by_mut(|one, other| one.expression.sentence == other.expression.sentence)
        .for_each(|dates| mark_stamp(passage, dates, published));
    let opening = dates.iter_mut().take_while(|date| date.expression.first < OPENING);
    for date in opening {
        if is_near(date, published) && is_place(passage, date.expression.first) && is_end(passage, date.expression.end)
        {
            date.basis = Basis::Publication;
            date.steps.push("it is the date of the dateline");
            return;
        }
    }
}

/// Marks the dates of a stamp: a whole date with a time of day, or, where a sentence starts with them, either with a
/// word such as "updated". A headline may stand before a stamp.
fn mark_stamp(passage: &ParsedPassage<'_>, dates: &mut [Resolved], published: NaiveDate) {
    let grammar = &passage.pack.grammar;
    let Some(first) = dates.first().map(|date| &date.expression) else { return };
    let start = passage.sentences.get(first.sentence).map_or(first.first, |sentence| sentence.start);
    let stamped = |at: &usize| passage.has(*at, grammar.stamp);
    let mut at = (start..first.first).find(stamped).unwrap_or(first.first);
    while at > start && (passage.has(at - 1, grammar.last) || passage.has(at - 1, grammar.clock_preposition)) {
        at -= 1;
    }
    let opens = at == start;
    // "He died on 3 May 2019 at 14:07.", "He died Friday 3 May 2019 14:07, aged 90.": within a sentence, or where one
    // starts with it, a date with its time is none of the page.
    let led = at < first.first && !stamped(&at) && passage.has(at, grammar.clock_preposition)
        || at > start && passage.has(at - 1, grammar.time_preposition);
    let title = passage.tokens.get(at).is_some_and(|token| token.shape.is_capital()) && !led;
    let (mut count, mut whole, mut clock, mut word) = (0, false, false, false);
    loop {
        if let Some(date) = dates.get(count).filter(|date| date.expression.first == at && is_written(date, published)) {
            let year = |at: usize| matches!(passage.tokens[at].shape, Shape::Digits { count: 4, .. });
            let month = |at: usize| passage.has(at, grammar.month);
            let mut tokens = at..date.expression.end;
            whole |= tokens.clone().any(year) && tokens.any(month) || passage.tokens[at].shape == Shape::Date;
            clock |= date.granularity != Some(Granularity::Day);
            (at, count) = (date.expression.end, count + 1);
            continue;
        }
        // "14.07 BST"
        let figure = passage.tokens.get(at).is_some_and(|token| token.shape.is_figure());
        if figure && passage.has(at + 1, grammar.zone) {
            (at, clock) = (at + 2, true);
            continue;
        }
        let led = passage.has(at, grammar.last) || passage.has(at, grammar.clock_preposition);
        let mark =
            passage.tokens.get(at).is_some_and(|token| matches!(token.shape, Shape::Mark(':' | ',' | '|' | '-')));
        let stamped = passage.has(at, grammar.stamp);
        if !(led || mark || stamped) {
            break;
        }
        word |= stamped;
        at += 1;
    }
    let shape = passage.tokens.get(at).map(|token| token.shape);
    let apart = shape.is_none_or(|shape| shape.is_capital() || matches!(shape, Shape::Break | Shape::Mark('(' | '[')));
    let dated = whole && clock && if word { opens || title || apart } else { apart && !led };
    if dated || word && opens && (whole || clock) || whole && is_date_of_issue(passage, start, at) {
        for date in dates.iter_mut().take(count) {
            date.basis = Basis::Publication;
            date.steps.push("it is the date of a stamp");
        }
    }
}

/// Whether a whole date is printed before everything else, on a line of its own or in figures before a headline: "03/05/2019
/// Mill closes".
fn is_date_of_issue(passage: &ParsedPassage<'_>, start: usize, end: usize) -> bool {
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let is_first = (0..start).all(|at| shape(at) == Some(Shape::Break));
    let is_figures = shape(start) == Some(Shape::Date) && end == start + 1;
    is_first && shape(end).is_some_and(|next| next == Shape::Break || is_figures && next.is_capital())
}

/// Whether it is a day, or a time of a day, on which the story may have been written.
fn is_written(date: &Resolved, published: NaiveDate) -> bool {
    let fine = date.granularity.is_some_and(|granularity| granularity >= Granularity::Day);
    // The zone of a page may be a day ahead of that of the publication time.
    fine && (is_recent(date, published) || published.succ_opt().is_some_and(|next| is_recent(date, next)))
}

/// Whether it is a day, that of publication or one just before.
fn is_near(date: &Resolved, published: NaiveDate) -> bool {
    date.granularity == Some(Granularity::Day) && is_recent(date, published)
}

fn is_recent(date: &Resolved, published: NaiveDate) -> bool {
    let start = date.interval.and_then(|interval| interval.start);
    start.is_some_and(|start| (0..=AGE).contains(&(published - start.local().date()).num_days()))
}

/// Whether a paragraph starts with nothing but capitalised words before this token.
fn is_place(passage: &ParsedPassage<'_>, end: usize) -> bool {
    let before = passage.tokens.get(end.saturating_sub(PLACE)..end).unwrap_or_default();
    let start = before.iter().rposition(|token| token.shape == Shape::Break).map(|at| at + 1);
    let Some(start) = start.or((end <= PLACE).then_some(0)) else { return false };
    let place = before.get(start..).unwrap_or_default();
    place.iter().any(|token| token.shape.is_capital())
        && place.iter().all(|token| {
            token.shape.is_capital() || matches!(token.shape, Shape::Mark(',' | '.' | '/' | '(' | ')' | '-' | '\''))
        })
}

/// Whether a dash follows, perhaps behind an agency in brackets.
fn is_end(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let mut at = at + usize::from(shape(at) == Some(Shape::Mark(',')));
    if shape(at) == Some(Shape::Mark('(')) {
        let Some(close) = (at..at + AGENCY).find(|&at| shape(at) == Some(Shape::Mark(')'))) else { return false };
        at = close + 1;
    }
    matches!(shape(at), Some(Shape::Mark('-' | '–' | '—' | '_')))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{passage, values};
    use super::*;

    /// Which of the dates of a text, published on Friday, 3 May 2019, are datelines.
    fn datelines(text: &str) -> Vec<bool> {
        let basis = |date: &Resolved| date.basis == Basis::Publication;
        passage(text, |passage| values(passage, None).1.expressions.iter().map(basis).collect())
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
    fn the_dates_of_a_stamp_are_those_of_publication() {
        for (text, count) in [
            ("3 May 2019 Last updated at 14:07 GMT Help The mill has closed.", 2),
            ("Friday 3 May 2019 14.07 BST The mill has closed.", 1),
            ("Updated: May 3, 2019", 1),
            ("2019-05-03 Mill closes for good.", 1),
            ("2019-05-03\n\nThe mill has closed.", 1),
            ("3 May 2019\n\nThe mill has closed.", 1),
            ("Mill closes for good Friday 3 May 2019 14.07 BST The mill has closed.", 1),
        ] {
            assert_eq!(datelines(text), vec![true; count], "{text}");
        }
        for text in
            ["At 14:07 GMT the mill closed.", "The page was last updated at 14:07.", "May 3 2019 was a bad day."]
        {
            assert_eq!(datelines(text), [false], "{text}");
        }
    }

    #[test]
    fn a_day_with_its_time_in_a_sentence_is_no_stamp() {
        for text in [
            "A man died on Friday 3 May 2019 at 14:07.",
            "On 2 May 2019 at 14:07 GMT a bridge fell.",
            "The bridge fell Thursday, May 2, 2019 at 14:07, police said.",
            "The page was updated on 3 May 2019 at 14:07 by its author.",
        ] {
            assert_eq!(datelines(text), [false], "{text}");
        }
    }

    #[test]
    fn other_dates_are_what_they_are() {
        for text in [
            "Mill closes\n\n2019-05-03 Its owner blames the river.",
            "2019-05-03 was a bad day.",
            "2019-04-03 Mill closes for good.",
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
