//! "Wednesday, Independence Day", "Easter Monday, 24 April 1916": where the day of a feast stands beside its name, the day
//! says when it was. Which day a country keeps it on need not be known.

use super::drop_it;
use crate::temporal::{Dropped, Expression, Fields, Meaning, ParsedPassage};

/// How many tokens stand between a feast and the day that it falls on at most: "will fall on", "this year falls on".
const FALLS: usize = 4;

/// Joins the names of feasts to the days beside them.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let mut joined: Vec<Expression> = Vec::with_capacity(expressions.len());
    for expression in expressions {
        if let Some(last) = joined.last_mut()
            && last.sentence == expression.sentence
            && last.end + 1 == expression.first
            && passage.has(last.end, passage.pack.grammar.comma)
        {
            let day_behind = is_feast(&last.meaning) && is_day(&expression.meaning);
            if day_behind || is_day(&last.meaning) && is_feast(&expression.meaning) {
                if day_behind {
                    last.meaning = expression.meaning;
                    last.rule = expression.rule;
                }
                last.end = expression.end;
                last.span = passage.span(last.first, last.end);
                continue;
            }
        }
        if let Some(feast) = joined.pop_if(|last| is_feast(&last.meaning) && falls_on(passage, last, &expression)) {
            drop_it(&feast, "feasts", "the day on which it falls stands behind it", dropped);
        }
        joined.push(expression);
    }
    joined
}

/// "Mother's Day falls on March 10", "Easter is on April 9": the day says when the feast is, which is the news.
fn falls_on(passage: &ParsedPassage<'_>, feast: &Expression, day: &Expression) -> bool {
    let grammar = &passage.pack.grammar;
    let gap = feast.end..day.first;
    let falls = gap.clone().any(|at| passage.has(at, grammar.falling) || passage.has(at, grammar.be_present));
    let on = day.first > 0 && passage.has(day.first - 1, grammar.clock_preposition);
    feast.sentence == day.sentence && (2..=FALLS).contains(&gap.len()) && falls && on && is_day(&day.meaning)
}

/// Whether the name of a feast is all that is said.
fn is_feast(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Calendar(fields)
        if fields.holiday.is_some() && Fields { holiday: None, ..(**fields).clone() } == Fields::default())
}

/// Whether a day is named.
fn is_day(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Calendar(fields)
        if fields.holiday.is_none() && (fields.day.is_some() || fields.weekday.is_some()))
}
