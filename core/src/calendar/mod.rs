//! Dates with a granularity: units, partial dates, half-open intervals and the arithmetic on them.
//!
//! Built on chrono's proleptic Gregorian calendar. This module must not know text, languages or articles: it reads no
//! words and does not know what "today" is.

mod arithmetic;
mod format;
mod interval;
mod other_calendars;
mod partial;
mod unit;

pub use arithmetic::{days_in_month, nth_weekday_of_month, shift, weekday_in_week_of};
pub use interval::{Bound, Interval};
pub use other_calendars::{easter, hebrew, islamic, new_moon_from, orthodox_easter};
pub use partial::{Clock, PartOfDay, PartialDate, Season};
pub use unit::{Granularity, Unit};

/// The supported years: those that four digits and a sign can express, in whole centuries, so that the decade, century
/// and ISO week of each of their days can be expressed too.
pub const YEARS: std::ops::RangeInclusive<i32> = -9900..=9999;
