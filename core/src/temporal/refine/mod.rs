//! Expressions to better expressions: one file a refiner, one ordered list.
//!
//! Each takes the expressions of a document in order and gives them back in order; what it takes away it tells.

mod clock_days;
mod clocks;
mod false_dates;
mod following;
mod lengths;
mod modifiers;
mod ranges;
mod shared_year;

pub(super) use clock_days::is_reported;

use super::{Dropped, Expression, ParsedPassage};

type Refiner = fn(&ParsedPassage<'_>, Vec<Expression>, &mut Vec<Dropped>) -> Vec<Expression>;

/// The order, with its reasons.
const REFINERS: [Refiner; 8] = [
    // First, so that nothing below is joined to a name that is no date.
    false_dates::refine,
    // An hour and ten minutes are one length to everything below.
    lengths::refine,
    // Before dates are joined to each other, since a modifier belongs to the nearest one.
    modifiers::refine,
    // Times of day need the date beside them, with its modifier.
    clocks::refine,
    // "two days after March 5" takes in a date that is whole by now.
    following::refine,
    // Last: they look at pairs of finished dates.
    shared_year::refine,
    ranges::refine,
    // A time takes its day from any date that is whole by now.
    clock_days::refine,
];

/// Runs every refiner.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    expressions: Vec<Expression>,
    dropped: &mut Vec<Dropped>,
) -> Vec<Expression> {
    REFINERS.iter().fold(expressions, |expressions, refiner| refiner(passage, expressions, dropped))
}

fn drop_it(expression: &Expression, refiner: &'static str, reason: &'static str, dropped: &mut Vec<Dropped>) {
    dropped.push(Dropped { span: expression.span, rule: expression.rule, refiner, reason });
}
