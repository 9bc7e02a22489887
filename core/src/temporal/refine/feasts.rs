//! "Wednesday, Independence Day", "Easter Monday, 24 April 1916": where the day of a feast stands beside its name, the day
//! says when it was. Which day a country keeps it on need not be known.

use crate::temporal::{Dropped, Expression, Fields, Meaning, ParsedPassage};

/// Joins the names of feasts to the days beside them.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
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
        joined.push(expression);
    }
    joined
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
