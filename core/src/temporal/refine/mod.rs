//! Expressions to better expressions: one file a refiner, one ordered list.
//!
//! Each takes the expressions of a document in order and gives them back in order; what it takes away it reports.

mod clock_days;
mod clocks;
mod endings;
mod false_dates;
mod feasts;
mod following;
mod lengths;
mod modifiers;
mod nowadays;
mod offsets;
mod periods;
mod ranges;
mod shared_week;
mod shared_year;
mod streets;
mod tagged;

pub(super) use clock_days::is_reported;

use super::{DropStage, Dropped, Expression, ParsedPassage};

type Refiner = fn(&ParsedPassage<'_>, Vec<Expression>, &mut Vec<Dropped>) -> Vec<Expression>;

/// The order, with its reasons.
const REFINERS: [Refiner; 13] = [
    // First, so that nothing below is joined to a name that is no date.
    false_dates::refine,
    // An hour and ten minutes are one length to everything below.
    lengths::refine,
    // Before modifiers, which drop "the year" where nothing makes it a date.
    periods::refine,
    // Before dates are joined to each other, since a modifier belongs to the nearest one.
    modifiers::refine,
    // A date with its modifier ends a length: "the year to end-March".
    endings::refine,
    // Times of day need the date beside them, with its modifier.
    clocks::refine,
    // "two days after March 5" takes in a date that is whole by now.
    following::refine,
    // "two years and four months ago", "ten years ago this week": they take in what stands beside a whole offset.
    offsets::refine,
    // A day beside the name of its feast says all.
    feasts::refine,
    // Last: they look at pairs of finished dates.
    shared_week::refine,
    shared_year::refine,
    ranges::refine,
    // A time takes its day from any date that is whole by now.
    clock_days::refine,
];

/// Those that need no list of verbs: for languages without.
const WITHOUT_LISTS: [Refiner; 13] = [
    // First, so that nothing below is joined to what is no date.
    tagged::refine,
    streets::refine,
    false_dates::refine_years,
    lengths::refine,
    periods::refine,
    modifiers::refine,
    clocks::refine,
    feasts::refine,
    shared_week::refine,
    shared_year::refine,
    ranges::refine,
    clock_days::refine,
    // Whether an article names days is known when all of its dates are whole.
    nowadays::refine,
];

/// Runs every refiner that the language has what it takes for.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    let refiners: &[Refiner] = if passage.pack.reads_forms() { &WITHOUT_LISTS } else { &REFINERS };
    refiners.iter().fold(expressions, |expressions, refiner| refiner(passage, expressions, dropped))
}

fn drop_it(expression: &Expression, refiner: &'static str, reason: &'static str, dropped: &mut Vec<Dropped>) {
    dropped.push(Dropped { span: expression.span, rule: expression.rule, stage: DropStage::Refine(refiner), reason });
}

/// Drops the expressions for which there is a reason to.
fn drop_those(
    mut expressions: Vec<Expression>,
    refiner: &'static str,
    dropped: &mut Vec<Dropped>,
    reason: impl Fn(&Expression) -> Option<&'static str>,
) -> Vec<Expression> {
    expressions.retain(|expression| {
        let reason = reason(expression);
        if let Some(reason) = reason {
            drop_it(expression, refiner, reason, dropped);
        }
        reason.is_none()
    });
    expressions
}
