//! Arithmetic on the calendar: shifting by units, coarsening to a unit.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::partial::monday_of;
use super::{PartialDate, Unit, YEARS};

/// Returns the number of days in a month; `None` if there is no such month.
#[must_use]
pub fn days_in_month(year: i32, month: u8) -> Option<u8> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        _ => return None,
    })
}

/// Returns the `n`th (from 1) such weekday of a month, or the last one if `n` is negative.
#[must_use]
pub fn nth_weekday_of_month(year: i32, month: u8, weekday: Weekday, n: i8) -> Option<NaiveDate> {
    if n >= 0 {
        return NaiveDate::from_weekday_of_month_opt(year, month.into(), weekday, n.try_into().ok()?);
    }
    let last = NaiveDate::from_ymd_opt(year, month.into(), days_in_month(year, month)?.into())?;
    let back = last.weekday().days_since(weekday);
    last.checked_sub_days(Days::new(back.into()))
}

impl PartialDate {
    /// Returns its first day; `None` if chrono has no such day (outside of [`YEARS`]).
    #[must_use]
    pub fn first_day(&self) -> Option<NaiveDate> {
        let of = |year, month: u8| NaiveDate::from_ymd_opt(year, month.into(), 1);
        match *self {
            Self::Century(century) => of(century * 100, 1),
            Self::Decade(decade) => of(decade * 10, 1),
            Self::Year(year) => of(year, 1),
            Self::Half(year, half) => of(year, half * 6 - 5),
            Self::Quarter(year, quarter) => of(year, quarter * 3 - 2),
            Self::Season(year, season) => of(year, season.first_month()),
            Self::Month(year, month) => of(year, month),
            Self::Weekend(monday) => monday.checked_add_days(Days::new(5)),
            Self::Week(day) | Self::Day(day) | Self::PartOfDay(day, _) | Self::Time(day, _) => Some(day),
        }
    }

    /// Returns its unit; a part or a time of a day counts as a day.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self {
            Self::Century(_) => Unit::Century,
            Self::Decade(_) => Unit::Decade,
            Self::Year(_) => Unit::Year,
            Self::Half(..) => Unit::Half,
            Self::Quarter(..) | Self::Season(..) => Unit::Quarter,
            Self::Month(..) => Unit::Month,
            Self::Week(_) => Unit::Week,
            Self::Weekend(_) => Unit::Weekend,
            Self::Day(_) | Self::PartOfDay(..) | Self::Time(..) => Unit::Day,
        }
    }

    /// Returns the whole unit that contains the day.
    #[must_use]
    pub fn containing(day: NaiveDate, unit: Unit) -> Self {
        let (year, month) = (day.year(), day.month() as u8);
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::Day => Self::Day(day),
            Unit::Weekend => Self::weekend_of(day),
            Unit::Week | Unit::Fortnight => Self::week_of(day),
            Unit::Month => Self::Month(year, month),
            Unit::Quarter => Self::Quarter(year, (month - 1) / 3 + 1),
            Unit::Half => Self::Half(year, (month - 1) / 6 + 1),
            Unit::Year => Self::Year(year),
            Unit::Decade => Self::Decade(year.div_euclid(10)),
            Unit::Century | Unit::Millennium => Self::Century(year.div_euclid(100)),
        }
    }

    /// Returns the date that is `count` of its own units later (earlier if negative), at the same granularity.
    #[must_use]
    pub fn step(&self, count: i64) -> Option<Self> {
        // More days than `YEARS` has: no unit can step further, and the years below cannot overflow.
        let n = i32::try_from(count).ok().filter(|n| n.unsigned_abs() <= 10_000_000)?;
        let shifted = match *self {
            Self::Century(century) => Self::Century(century.checked_add(n)?),
            Self::Decade(decade) => Self::Decade(decade.checked_add(n)?),
            Self::Year(year) => Self::Year(year.checked_add(n)?),
            Self::Half(year, half) => {
                let at = year.checked_mul(2)?.checked_add(i32::from(half) - 1)?.checked_add(n)?;
                Self::Half(at.div_euclid(2), at.rem_euclid(2) as u8 + 1)
            }
            Self::Quarter(year, quarter) => {
                let at = year.checked_mul(4)?.checked_add(i32::from(quarter) - 1)?.checked_add(n)?;
                Self::Quarter(at.div_euclid(4), at.rem_euclid(4) as u8 + 1)
            }
            Self::Season(year, season) => Self::Season(year.checked_add(n)?, season),
            Self::Month(year, month) => {
                let at = year.checked_mul(12)?.checked_add(i32::from(month) - 1)?.checked_add(n)?;
                Self::Month(at.div_euclid(12), at.rem_euclid(12) as u8 + 1)
            }
            Self::Week(monday) => Self::Week(shift_day(monday, count.checked_mul(7)?)?),
            Self::Weekend(monday) => Self::Weekend(shift_day(monday, count.checked_mul(7)?)?),
            Self::Day(day) => Self::Day(shift_day(day, count)?),
            Self::PartOfDay(day, part) => Self::PartOfDay(shift_day(day, count)?, part),
            Self::Time(day, clock) => Self::Time(shift_day(day, count)?, clock),
        };
        let years = (*YEARS.start(), *YEARS.end());
        let first = shifted.year_number();
        (years.0 <= first && first <= years.1).then_some(shifted)
    }
}

/// Returns a day moved by `count` units. Months and years keep the day of the month, clamped to the month's length.
#[must_use]
pub fn shift(day: NaiveDate, count: i64, unit: Unit) -> Option<NaiveDate> {
    let months = |each: i64| {
        let total = count.checked_mul(each)?;
        let by = Months::new(u32::try_from(total.unsigned_abs()).ok()?);
        if total < 0 { day.checked_sub_months(by) } else { day.checked_add_months(by) }
    };
    let moved = match unit {
        Unit::Second => shift_day(day, count / 86_400),
        Unit::Minute => shift_day(day, count / 1_440),
        Unit::Hour => shift_day(day, count / 24),
        Unit::Day => shift_day(day, count),
        Unit::Week | Unit::Weekend => shift_day(day, count.checked_mul(7)?),
        Unit::Fortnight => shift_day(day, count.checked_mul(14)?),
        Unit::Month => months(1),
        Unit::Quarter => months(3),
        Unit::Half => months(6),
        Unit::Year => months(12),
        Unit::Decade => months(120),
        Unit::Century => months(1_200),
        Unit::Millennium => months(12_000),
    }?;
    YEARS.contains(&moved.year()).then_some(moved)
}

/// Returns the day `count` days later (earlier if negative).
pub(super) fn shift_day(day: NaiveDate, count: i64) -> Option<NaiveDate> {
    let by = Days::new(count.unsigned_abs());
    let moved = if count < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) }?;
    YEARS.contains(&moved.year()).then_some(moved)
}

/// Returns the day with the given weekday in the ISO week that contains `day`.
#[must_use]
pub fn weekday_in_week_of(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    shift_day(monday_of(day), weekday.num_days_from_monday().into())
}
