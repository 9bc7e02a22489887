//! Which kind of evidence a value rests on.

use super::{Context, Value};
use crate::calendar::{Granularity, Unit};
use crate::temporal::confidence::Evidence;
use crate::temporal::{Basis, Meaning};

/// What the value of an expression of this meaning rests on.
pub(super) fn of(context: &Context<'_>, meaning: &Meaning, value: &Value) -> Evidence {
    match value.basis {
        Basis::Publication => Evidence::Dateline,
        Basis::Absolute => match value.date.map(|date| date.granularity()) {
            Some(Granularity::Century | Granularity::Decade | Granularity::Year) => Evidence::BareYear,
            _ => Evidence::FullDate,
        },
        Basis::Relative => match meaning {
            Meaning::Shift { unit: Unit::Day, .. } => Evidence::DeicticDay,
            Meaning::Shift { unit: Unit::Month | Unit::Quarter, .. } => Evidence::DeicticMonth,
            Meaning::Shift { unit: Unit::Year, .. } => Evidence::DeicticYear,
            Meaning::Shift { .. } => Evidence::DeicticOther,
            Meaning::Calendar(fields) if fields.which.is_some() => Evidence::NamedWithShift,
            Meaning::Calendar(_) => context.reading().evidence,
            Meaning::Clock { day: Some(_), .. } | Meaning::Length { .. } => Evidence::LengthOrClock,
            Meaning::PartOfDay { .. } => Evidence::PartOfDay,
            Meaning::Clock { day: None, .. } | Meaning::Count { .. } => Evidence::Counted,
            _ => Evidence::Other,
        },
        Basis::Narrative => match meaning {
            Meaning::Calendar(_) => Evidence::NarrativeDate,
            Meaning::SamePeriod { .. } => Evidence::NarrativePeriod,
            Meaning::Clock { .. } | Meaning::PartOfDay { .. } => Evidence::NarrativeClock,
            _ => Evidence::NarrativeOther,
        },
    }
}
