//! Parts of a period: "the first nine months of 2018", "the last week of March", "the three months ended March 31".

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::context::Context;
use super::{Value, value_of};
use crate::calendar::{PartialDate, Unit, shift};
use crate::temporal::meaning::{Part, Piece, Place};
use crate::temporal::numbers::period;
use crate::temporal::{Amount, Basis, Direction, Meaning, Modifier, TimexType};

/// The days of a period: the first, and the one behind the last.
type Days2 = (NaiveDate, NaiveDate);

/// A part of the period that the text names.
pub(super) fn value(context: &Context<'_>, part: Part, of: &Meaning) -> Option<Value> {
    let whole = value_of(context, of)?;
    let date = whole.date?;
    let days = days(context, &whole)?;
    let mut steps = whole.steps.clone();
    steps.push("a part of the period");
    let found = match (part.place, part.piece) {
        (Place::Within, Piece::Weekday(weekday)) => single(PartialDate::Day(weekday_in(days, weekday, part.nth)?)),
        (place, Piece::Weekday(weekday)) => single(PartialDate::Day(weekday_beside(days, weekday, part.nth, place)?)),
        (_, Piece::Unit(unit)) => match part.count {
            Some(count) if count > 1 => several(days, unit, part.nth, count)?,
            _ => one(date, days, unit, part.nth)?,
        },
    };
    let spelled = match found.spelled {
        Spelled::Date => None,
        Spelled::Whole => Some(whole.spelled.unwrap_or_else(|| date.value())),
        Spelled::Length(amount, unit) => Some(period(amount, unit)),
    };
    let timex = if matches!(found.spelled, Spelled::Length(..)) { TimexType::Duration } else { TimexType::Date };
    let (basis, reference) = (whole.basis, whole.reference);
    Some(Value {
        timex,
        spelled,
        date: Some(found.first),
        until: found.last,
        modifier: found.modifier,
        basis,
        reference,
        steps,
    })
}

/// "In the first nine months": of the year that has come so far last, in a report of what was.
pub(super) fn of_the_year(context: &Context<'_>, part: Part) -> Option<Value> {
    let (Piece::Unit(unit), Some(count)) = (part.piece, part.count) else { return None };
    let length = Value::spelled(TimexType::Duration, period(Amount::whole(count), unit));
    if context.is_narrative() || context.reading().direction == Direction::Future {
        return Some(length);
    }
    let published = context.published();
    let year = context.year_told().unwrap_or(published.year());
    let months = |year| {
        let days = (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?);
        several(days, unit, part.nth, count)
    };
    let over = |found: &Found| found.last.and_then(|last| last.first_day()).is_some_and(|last| last < published);
    let found = months(year).filter(over).or_else(|| months(year - 1))?;
    Some(Value {
        date: Some(found.first),
        until: found.last,
        basis: Basis::Relative,
        reference: Some(PartialDate::Day(published)),
        steps: vec!["of the last year in which they were over before publication"],
        ..length
    })
}

/// An amount of units that ends with a date.
pub(super) fn ending(context: &Context<'_>, amount: Amount, unit: Unit, last: &Meaning) -> Option<Value> {
    let length = Value::spelled(TimexType::Duration, period(amount, unit));
    let Amount::Exact { count, part: 0 } = amount else { return Some(length) };
    let Some(last) = value_of(context, last) else { return Some(length) };
    let Some((_, end)) = days(context, &last) else { return Some(length) };
    let Some(start) = shift(end, -i64::from(count), unit) else { return Some(length) };
    let month_wise = unit >= Unit::Month && start.day() == 1 && end.day() == 1;
    let grain = if month_wise { Unit::Month } else { Unit::Day };
    let final_day = end.checked_sub_days(Days::new(1))?;
    if unit == Unit::Quarter && count == 1 {
        // One that ends within a calendar quarter is that in which most of it lies.
        let quarter = PartialDate::containing(start.checked_add_days(Days::new(45))?, unit);
        let date = Value::date(quarter, last.basis, last.reference, last.steps);
        if quarter.first_day() == Some(start) {
            return Some(date);
        }
        let (first, until) = (PartialDate::containing(start, grain), PartialDate::containing(final_day, grain));
        return Some(Value { spelled: Some(quarter.value()), date: Some(first), until: Some(until), ..date });
    }
    Some(Value {
        date: Some(PartialDate::containing(start, grain)),
        until: Some(PartialDate::containing(final_day, grain)),
        basis: last.basis,
        reference: last.reference,
        steps: vec!["an amount of units that ends with the date behind it"],
        ..length
    })
}

/// How the value of a part is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spelled {
    /// As the date that it is.
    Date,
    /// As the whole, which a modifier narrows.
    Whole,
    /// As a length of time.
    Length(Amount, Unit),
}

/// The dates of a part.
struct Found {
    first: PartialDate,
    last: Option<PartialDate>,
    spelled: Spelled,
    modifier: Option<Modifier>,
}

fn single(date: PartialDate) -> Found {
    Found { first: date, last: None, spelled: Spelled::Date, modifier: None }
}

fn days(context: &Context<'_>, whole: &Value) -> Option<Days2> {
    let offset = context.anchor.offset;
    let start = whole.date?.interval(offset)?.start?;
    let end = whole.until.or(whole.date)?.interval(offset)?.end?;
    Some((start.local().date(), end.local().date()))
}

/// The nth such weekday of a period.
fn weekday_in((start, end): Days2, weekday: Weekday, nth: i64) -> Option<NaiveDate> {
    let date = if nth > 0 {
        let first = start.checked_add_days(Days::new(weekday.days_since(start.weekday()).into()))?;
        shift(first, nth - 1, Unit::Week)?
    } else {
        let before = end.checked_sub_days(Days::new(1))?;
        let last = before.checked_sub_days(Days::new(before.weekday().days_since(weekday).into()))?;
        shift(last, nth + 1, Unit::Week)?
    };
    (start..end).contains(&date).then_some(date)
}

/// The nth such weekday before or behind a period.
fn weekday_beside((start, end): Days2, weekday: Weekday, nth: i64, place: Place) -> Option<NaiveDate> {
    if place == Place::Before {
        let last = start.checked_sub_days(Days::new(1))?;
        let nearest = last.checked_sub_days(Days::new(last.weekday().days_since(weekday).into()))?;
        return shift(nearest, 1 - nth, Unit::Week);
    }
    let nearest = end.checked_add_days(Days::new(weekday.days_since(end.weekday()).into()))?;
    shift(nearest, nth - 1, Unit::Week)
}

/// Several units from the start or the end.
fn several((start, end): Days2, unit: Unit, nth: i64, count: u32) -> Option<Found> {
    let count_signed = i64::from(count);
    let (from, to) = if nth > 0 {
        let from = shift(start, (nth - 1) * count_signed, unit)?;
        (from, shift(from, count_signed, unit)?)
    } else {
        let to = shift(end, (nth + 1) * count_signed, unit)?;
        (shift(to, -count_signed, unit)?, to)
    };
    let last = to.checked_sub_days(Days::new(1))?;
    if from < start || to > end {
        return None;
    }
    let grain = match unit {
        Unit::Month | Unit::Quarter | Unit::Half if from.day() == 1 => Unit::Month,
        Unit::Year | Unit::Decade | Unit::Century if from.ordinal() == 1 => Unit::Year,
        _ => Unit::Day,
    };
    Some(Found {
        first: PartialDate::containing(from, grain),
        last: Some(PartialDate::containing(last, grain)),
        spelled: Spelled::Length(Amount::whole(count), unit),
        modifier: None,
    })
}

/// One unit of the period. The first week is the one that holds the first day, the last week the one that holds the last.
fn one(whole: PartialDate, days: Days2, unit: Unit, nth: i64) -> Option<Found> {
    let (start, end) = days;
    let date = match unit {
        Unit::Half => return half(whole, days, nth),
        Unit::Quarter if matches!(whole, PartialDate::Century(_)) => return quarter_of_century(whole, nth),
        Unit::Week => {
            let day =
                if nth > 0 { shift(start, 7 * (nth - 1), Unit::Day)? } else { shift(end, 7 * nth + 6, Unit::Day)? };
            PartialDate::week_of(day)
        }
        Unit::Weekend => {
            let saturday = weekday_in(days, Weekday::Sat, nth)?;
            PartialDate::weekend_of(saturday)
        }
        Unit::Day | Unit::Month | Unit::Quarter | Unit::Year | Unit::Decade | Unit::Century => {
            let from = if nth > 0 { shift(start, nth - 1, unit)? } else { shift(end, nth, unit)? };
            PartialDate::containing(from, unit)
        }
        _ => return None,
    };
    let first = date.first_day()?;
    let inside = if unit == Unit::Week { first < end } else { (start..end).contains(&first) };
    (inside && unit <= whole.unit()).then(|| single(date))
}

/// "the first half of the 1990s", "the second half of March": the halves of a year have a value of their own.
fn half(whole: PartialDate, (start, end): Days2, nth: i64) -> Option<Found> {
    let second = match nth {
        1 => false,
        2 | -1 => true,
        _ => return None,
    };
    if let PartialDate::Year(year) = whole {
        return Some(single(PartialDate::Half(year, if second { 2 } else { 1 })));
    }
    let middle = match whole {
        PartialDate::Century(_) => shift(start, 50, Unit::Year)?,
        PartialDate::Decade(_) => shift(start, 5, Unit::Year)?,
        PartialDate::Month(..) => start.checked_add_days(Days::new(15))?,
        _ => shift(start, (end - start).num_days() / 2, Unit::Day)?,
    };
    let (from, to) = if second { (middle, end) } else { (start, middle) };
    narrowed(whole, from, to, if second { Modifier::End } else { Modifier::Start })
}

/// "the third quarter of the 19th century": 25 years.
fn quarter_of_century(whole: PartialDate, nth: i64) -> Option<Found> {
    let nth = if nth < 0 { nth + 5 } else { nth };
    let from = shift(whole.first_day()?, 25 * (nth - 1), Unit::Year)?;
    let modifier = match nth {
        1 => Modifier::Start,
        2 | 3 => Modifier::Mid,
        4 => Modifier::End,
        _ => return None,
    };
    narrowed(whole, from, shift(from, 25, Unit::Year)?, modifier)
}

/// A stretch of a whole that has no value of its own.
fn narrowed(whole: PartialDate, from: NaiveDate, to: NaiveDate, modifier: Modifier) -> Option<Found> {
    let last = to.checked_sub_days(Days::new(1))?;
    let grain = if whole.unit() > Unit::Year { Unit::Year } else { Unit::Day };
    Some(Found {
        first: PartialDate::containing(from, grain),
        last: Some(PartialDate::containing(last, grain)),
        spelled: Spelled::Whole,
        modifier: Some(modifier),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_month(year: i32, month: u8) -> (PartialDate, Days2) {
        let whole = PartialDate::month(year, month).unwrap();
        let start = whole.first_day().unwrap();
        (whole, (start, shift(start, 1, Unit::Month).unwrap()))
    }

    #[test]
    fn every_part_lies_within_its_period() {
        for month in 1..=12 {
            let (whole, days) = of_month(2020, month);
            for nth in [1, 2, 3, 4, -1, -2] {
                for unit in [Unit::Day, Unit::Weekend] {
                    let first = one(whole, days, unit, nth).unwrap().first.first_day().unwrap();
                    assert!((days.0..days.1).contains(&first), "{month} {nth} {unit:?}");
                }
                let week = one(whole, days, Unit::Week, nth).unwrap().first.first_day().unwrap();
                assert!(week < days.1 && shift(week, 7, Unit::Day).unwrap() > days.0, "{month} {nth}");
                for weekday in [Weekday::Mon, Weekday::Fri, Weekday::Sun] {
                    let day = weekday_in(days, weekday, nth).unwrap();
                    assert!((days.0..days.1).contains(&day) && day.weekday() == weekday);
                }
            }
            let halves = [1, 2].map(|nth| half(whole, days, nth).unwrap());
            let [first, second] = halves.map(|half| (half.first.first_day().unwrap(), half.last.unwrap()));
            assert_eq!(first.0, days.0);
            assert_eq!(first.1.step(1).unwrap().first_day().unwrap(), second.0);
            assert_eq!(second.1.step(1).unwrap().first_day().unwrap(), days.1);
        }
    }

    #[test]
    fn a_part_that_does_not_fit_is_none() {
        let (whole, days) = of_month(2019, 2);
        assert!(one(whole, days, Unit::Day, 29).is_none());
        assert!(one(whole, days, Unit::Year, 1).is_none());
        assert!(several(days, Unit::Month, 1, 2).is_none());
        assert!(weekday_in(days, Weekday::Mon, 5).is_none());
    }

    #[test]
    fn the_first_week_holds_the_first_day_and_the_last_week_the_last() {
        let (whole, days) = of_month(2023, 2);
        let week = |nth| one(whole, days, Unit::Week, nth).unwrap().first.value();
        assert_eq!([week(1), week(2), week(-1)], ["2023-W05", "2023-W06", "2023-W09"]);
    }
}
