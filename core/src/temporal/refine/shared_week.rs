//! "Monday and Tuesday last week": the weekdays of a list share the week that stands behind the last of them.

use crate::calendar::Unit;
use crate::temporal::{Dropped, Expression, Fields, Meaning, ParsedPassage, Which};

/// Gives weekdays the week of the one behind them.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    // From the end, so that a list of any length hands it on.
    for at in (1..expressions.len()).rev() {
        let (before, rest) = expressions.split_at_mut(at);
        let (Some(first), Some(second)) = (before.last_mut(), rest.first()) else { continue };
        let (Some(week), true) = (week(&second.meaning), listed(passage, first.end, second.first)) else { continue };
        if let Meaning::Calendar(fields) = &mut first.meaning
            && fields.weekday.is_some()
            && (Fields { weekday: None, ..(**fields).clone() }) == Fields::default()
        {
            fields.which = Some(week);
        }
    }
    expressions
}

/// The week that a weekday is of.
fn week(meaning: &Meaning) -> Option<Which> {
    let Meaning::Calendar(fields) = meaning else { return None };
    fields.which.filter(|which| fields.weekday.is_some() && which.unit == Some(Unit::Week))
}

/// Only a comma or a word that joins stands between them.
fn listed(passage: &ParsedPassage<'_>, from: usize, to: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let joins = |at| passage.has(at, grammar.join) || passage.has(at, grammar.comma);
    (1..=2).contains(&to.saturating_sub(from)) && (from..to).all(joins)
}
