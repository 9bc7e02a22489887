//! Dates known to a grain: units, partial dates, half-open intervals and the arithmetic between them.
//!
//! Built on chrono's proleptic Gregorian calendar. This module must not know text, languages or articles: nothing
//! here reads a word, and nothing here knows what "today" is.

mod arithmetic;
mod interval;
mod partial;
mod reckoning;
mod spell;
mod unit;

pub use arithmetic::{days_in_month, nth_weekday_of_month, shift, weekday_in_week_of};
pub use interval::{Bound, Interval};
pub use partial::{Clock, PartOfDay, PartialDate, Season};
pub use reckoning::{easter, hebrew, islamic, new_moon_from, orthodox_easter};
pub use unit::{Granularity, Unit};

/// The years that are dealt in: what four digits and a sign can spell, in whole centuries, so that the decade, century
/// and ISO week of each of their days can be spelled too.
pub const YEARS: std::ops::RangeInclusive<i32> = -9900..=9999;
