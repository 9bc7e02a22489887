//! How sure a value is: how often values that are computed the same way are right.
//!
//! The figures are shares of right values among the dated events of one half of each annotated corpus, rounded, and
//! for what is rare or annotated oddly what one would expect of the next newspaper. `dateline eval` prints how they
//! hold on the texts that it is given.

use super::{Context, Value};
use crate::calendar::{Granularity, Unit};
use crate::temporal::{Basis, Expression, Meaning, Modifier};

/// What "about" and "nearly" take away.
const APPROXIMATE: f32 = 0.05;

/// How sure the value of an expression is, 0 to 1.
pub(super) fn of(context: &Context<'_>, expression: &Expression, value: &Value, modifier: Option<Modifier>) -> f32 {
    let sure = match value.basis {
        Basis::Publication => 0.95,
        Basis::Absolute => absolute(value),
        Basis::Relative => relative(context, &expression.meaning),
        Basis::Narrative => narrative(&expression.meaning),
    };
    if modifier == Some(Modifier::Approx) { sure - APPROXIMATE } else { sure }
}

/// Told in full: a bare number of four digits is a year less surely than what has a month.
fn absolute(value: &Value) -> f32 {
    match value.date.map(|date| date.granularity()) {
        Some(Granularity::Century | Granularity::Decade | Granularity::Year) => 0.9,
        _ => 0.98,
    }
}

/// Counted from publication.
fn relative(context: &Context<'_>, meaning: &Meaning) -> f32 {
    match meaning {
        Meaning::Shift { unit: Unit::Day, .. } => 0.98,
        Meaning::Shift { unit: Unit::Month | Unit::Quarter, .. } => 0.96,
        Meaning::Shift { unit: Unit::Year, .. } => 0.84,
        Meaning::Shift { .. } => 0.7,
        Meaning::Calendar(fields) if fields.which.is_some() => 0.93,
        Meaning::Calendar(_) => context.reading().sure,
        Meaning::Clock { day: Some(_), .. } | Meaning::Length { .. } => 0.8,
        Meaning::PartOfDay { .. } => 0.78,
        Meaning::Clock { day: None, .. } | Meaning::Count { .. } => 0.58,
        _ => 0.75,
    }
}

/// Counted from a date told before, which may be another one than the reader takes.
fn narrative(meaning: &Meaning) -> f32 {
    match meaning {
        Meaning::Calendar(_) => 0.85,
        Meaning::SamePeriod { .. } => 0.72,
        Meaning::Clock { .. } | Meaning::PartOfDay { .. } => 0.65,
        _ => 0.57,
    }
}
