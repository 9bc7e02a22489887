//! Units counted from an anchor.

use chrono::{NaiveDate, NaiveTime, TimeDelta, Timelike};

use super::context::Context;
use super::{Value, value_of};
use crate::calendar::{Clock, PartialDate, Unit, shift as shift_day};
use crate::language::{CountedFrom, Reference};
use crate::temporal::{Amount, Basis, Meaning, TimexType};

/// "last year", "the following day", "the quarter".
pub(super) fn shift(context: &Context<'_>, by: i64, unit: Unit, from: CountedFrom) -> Option<Value> {
    if unit == Unit::Quarter && by == 0 && from == CountedFrom::Narrative {
        return told_quarter(context);
    }
    let (mut anchor, basis) = context.anchor_for(unit, from);
    let count = |anchor: PartialDate| PartialDate::containing(anchor.first_day()?, unit).step(by);
    if basis == Basis::Narrative && by > 0 {
        anchor = context.anchor_that_fits(anchor, count);
    }
    Some(Value::counted((anchor, basis), count(anchor)?, vec!["a whole unit, counted from the anchor"]))
}

/// The quarter under discussion: the one mentioned last, else the last one that ended before publication.
fn told_quarter(context: &Context<'_>) -> Option<Value> {
    let published = context.published();
    let (quarter, anchor) = match context.quarter() {
        Some(quarter) => (quarter, (quarter, Basis::Narrative)),
        None => {
            let last = PartialDate::containing(published, Unit::Quarter).step(-1)?;
            (last, (PartialDate::Day(published), Basis::Relative))
        }
    };
    Some(Value::counted(anchor, quarter, vec!["the quarter under discussion"]))
}

/// "the year-ago quarter" (of the one under discussion), "the 1988 period"; where no quarter is, the whole year.
pub(super) fn same_period(
    context: &Context<'_>,
    year: Option<i32>,
    quarter: Option<u8>,
    period: bool,
) -> Option<Value> {
    let discussed = match (context.quarter(), context.compared()) {
        (Some(quarter), _) if period => quarter,
        (_, Some(compared)) => compared,
        (None, None) if period && year.is_none() => {
            PartialDate::containing(context.published(), Unit::Quarter).step(-1)?
        }
        _ => PartialDate::containing(context.published(), Unit::Year),
    };
    let year = year.unwrap_or(discussed.year_number() - 1);
    let date = match (quarter, discussed) {
        (Some(quarter), _) | (None, PartialDate::Quarter(_, quarter)) => PartialDate::Quarter(year, quarter),
        _ => PartialDate::year(year)?,
    };
    Some(Value::counted((discussed, Basis::Narrative), date, vec!["the period under discussion, in another year"]))
}

/// "two weeks ago", "three years later", "two days after March 5": at the grain of the unit.
pub(super) fn count(
    context: &Context<'_>,
    amount: Amount,
    unit: Unit,
    sign: i64,
    from: CountedFrom,
    anchor: Option<&Meaning>,
) -> Option<Value> {
    let Amount::Exact { count, part } = amount else {
        let value = if sign < 0 { "PAST_REF" } else { "FUTURE_REF" };
        return Some(Value::spelled(TimexType::Date, value.to_owned()));
    };
    let named = anchor.is_some();
    let (mut anchor, basis, mut reference) = match anchor {
        Some(meaning) => {
            let value = value_of(context, meaning)?;
            (value.date?, value.basis, value.reference)
        }
        None => {
            let (anchor, basis) = context.anchor_for(unit, from);
            // "the day after he was elected": nothing that was mentioned says when that was.
            if from == CountedFrom::Following && basis == Basis::Relative {
                let value = if sign < 0 { Reference::PastRef } else { Reference::FutureRef };
                return Some(Value::spelled(TimexType::Date, value.name().to_owned()));
            }
            (anchor, basis, Some(anchor))
        }
    };
    let steps = vec!["an amount of units, counted from the anchor, at the grain of the unit"];
    // In a report of quarters "a year earlier" is the same quarter of the year before.
    let one_year = unit == Unit::Year && amount == Amount::whole(1) && sign < 0 && !named && !context.is_narrative();
    if one_year && context.compared().is_some() {
        return same_period(context, None, None, false);
    }
    let by = sign.checked_mul(i64::from(count))?;
    if let (true, PartialDate::Time(day, clock)) = (unit.is_clock(), anchor) {
        let value = beside_clock(day, clock, by, sign * i64::from(part), unit)?;
        return Some(Value::date(value, basis, reference, steps));
    }
    if let (true, Basis::Relative, Some(time)) = (unit.is_clock(), basis, context.anchor.time) {
        return clock_from(context, time, by, sign * i64::from(part), unit);
    }
    let count = |anchor: PartialDate| shift_day(anchor.first_day()?, by, unit);
    if !named && basis == Basis::Narrative && by > 0 {
        anchor = context.anchor_that_fits(anchor, |anchor| count(anchor).map(PartialDate::Day));
        reference = Some(anchor);
    }
    let day = count(anchor)?;
    let part_of = shift_day(day, sign * i64::from(part * parts(unit).1 / 60), parts(unit).0)?;
    let date = match unit {
        Unit::Second | Unit::Minute | Unit::Hour => PartialDate::Day(part_of),
        Unit::Year if part > 0 && !named => PartialDate::containing(part_of, Unit::Month),
        Unit::Decade | Unit::Century | Unit::Millennium => PartialDate::containing(part_of, Unit::Year),
        // From a day that is named, a day comes out: "a week before 3 June"; so from any unit that is finer.
        _ if named && anchor.unit() < unit => PartialDate::containing(part_of, anchor.unit()),
        _ => PartialDate::containing(part_of, unit),
    };
    Some(Value::date(date, basis, reference, steps))
}

/// So many hours, minutes or seconds, and sixtieths of one more.
fn amount_of_time(by: i64, sixtieths: i64, unit: Unit) -> Option<TimeDelta> {
    let (each, sixtieth) = match unit {
        Unit::Hour => (TimeDelta::hours(1), TimeDelta::minutes(1)),
        Unit::Minute => (TimeDelta::minutes(1), TimeDelta::seconds(1)),
        _ => (TimeDelta::seconds(1), TimeDelta::zero()),
    };
    let whole = each.checked_mul(i32::try_from(by).ok()?)?;
    whole.checked_add(&sixtieth.checked_mul(i32::try_from(sixtieths).ok()?)?)
}

/// "two hours before midnight", from the time that is named.
fn beside_clock(day: NaiveDate, clock: Clock, by: i64, sixtieths: i64, unit: Unit) -> Option<PartialDate> {
    let (minute, second) = (clock.minute.unwrap_or(0), clock.second.unwrap_or(0));
    let time = day.and_hms_opt(clock.hour.into(), minute.into(), second.into())?;
    let moved = time.checked_add_signed(amount_of_time(by, sixtieths, unit)?)?;
    let second = (unit == Unit::Second || clock.second.is_some()).then_some(moved.second() as u8);
    let clock = Clock { hour: moved.hour() as u8, minute: Some(moved.minute() as u8), second, ..clock };
    Some(PartialDate::Time(moved.date(), clock))
}

/// "two hours ago", from the time of publication.
fn clock_from(context: &Context<'_>, time: NaiveTime, by: i64, sixtieths: i64, unit: Unit) -> Option<Value> {
    let moved = context.published().and_time(time).checked_add_signed(amount_of_time(by, sixtieths, unit)?)?;
    let second = (unit == Unit::Second).then_some(moved.second() as u8);
    let clock = Clock { hour: moved.hour() as u8, minute: Some(moved.minute() as u8), second, offset: None };
    let steps = vec!["an amount of time, counted from the time of publication"];
    let published = (PartialDate::Day(context.published()), Basis::Relative);
    Some(Value::counted(published, PartialDate::Time(moved.date(), clock), steps))
}

/// The unit in which a part of the unit is written, and how many make a whole one.
fn parts(unit: Unit) -> (Unit, u32) {
    match unit {
        Unit::Year => (Unit::Month, 12),
        Unit::Month => (Unit::Day, 30),
        Unit::Week => (Unit::Day, 7),
        Unit::Decade => (Unit::Year, 10),
        Unit::Century => (Unit::Year, 100),
        _ => (Unit::Day, 0),
    }
}
