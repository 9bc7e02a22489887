//! Parts of a calendar date to a date: what the text leaves open comes from the anchor and the direction.

use chrono::{Datelike, NaiveDate, Weekday};

use super::Value;
use super::context::Context;
use super::story::is_bare;
use crate::calendar::{PartialDate, Unit, nth_weekday_of_month, weekday_in_week_of};
use crate::language::CountedFrom;
use crate::temporal::confidence::Evidence;
use crate::temporal::{Basis, Direction, Fields, FiscalStart, Which};

/// In days.
const HALF_A_YEAR: i64 = 183;

/// How far ahead a month is near, in days.
const SOON: i64 = 45;

/// What the fields come to.
pub(super) fn value(context: &Context<'_>, fields: &Fields) -> Option<Value> {
    let value = first_value(context, fields)?;
    let date = value.date?;
    if let Some(holiday) = &fields.holiday {
        let days = holiday.days();
        return Some(Value { until: if days > 1 { date.step(days - 1) } else { None }, ..value });
    }
    match fiscal(date, context.anchor.fiscal_start).filter(|_| fields.fiscal) {
        Some((first, last)) => {
            Some(Value { spelled: Some(date.value()), date: Some(first), until: Some(last), ..value })
        }
        None => Some(value),
    }
}

/// The first and the last month of a fiscal year, half or quarter that is not the calendar's own: fiscal 2019 from
/// October on is October 2018 to September 2019.
fn fiscal(date: PartialDate, start: FiscalStart) -> Option<(PartialDate, PartialDate)> {
    let months = match date {
        PartialDate::Year(_) => 12,
        PartialDate::Half(..) => 6,
        PartialDate::Quarter(..) => 3,
        _ => return None,
    };
    let late = i64::from(Some(start.month() - 1).filter(|late| *late > 0)?);
    let first = PartialDate::containing(date.first_day()?, Unit::Month).step(late - 12)?;
    Some((first, first.step(months - 1)?))
}

fn first_value(context: &Context<'_>, fields: &Fields) -> Option<Value> {
    if let Some(century) = fields.century {
        return Some(absolute(PartialDate::Century(century)));
    }
    if let Some(decade) = fields.decade {
        // "the eighties", "the '80s": of the century that had them last.
        let decade = if (0..10).contains(&decade) { last_decade(context, decade) } else { decade };
        return Some(absolute(PartialDate::Decade(decade)));
    }
    if let Some(year) = fields.year {
        return Some(absolute(in_year(fields, year)?));
    }
    if let Some(Which { by, from, unit: Some(unit) }) = fields.which {
        return in_unit(context, fields, by, from, unit);
    }
    named(context, fields)
}

fn absolute(date: PartialDate) -> Value {
    Value::date(date, Basis::Absolute, None, vec!["the text gives all of it"])
}

/// The fields within a year.
pub(super) fn in_year(fields: &Fields, year: i32) -> Option<PartialDate> {
    if let Some(holiday) = &fields.holiday {
        return holiday.in_year(year);
    }
    if let Some(quarter) = fields.quarter {
        return PartialDate::year(year).map(|_| PartialDate::Quarter(year, quarter));
    }
    if let Some(half) = fields.half {
        return PartialDate::year(year).map(|_| PartialDate::Half(year, half));
    }
    if let Some(season) = fields.season {
        return PartialDate::year(year).map(|_| PartialDate::Season(year, season));
    }
    let Some(month) = fields.month else { return PartialDate::year(year) };
    if let (Some(nth), Some(weekday)) = (fields.nth, fields.weekday) {
        return nth_weekday_of_month(year, month, weekday, nth).map(PartialDate::Day);
    }
    match fields.day {
        Some(day) => {
            let date = PartialDate::day(year, month, day)?;
            match (fields.week, fields.weekend) {
                (true, _) => date.first_day().map(PartialDate::week_of),
                (_, true) => date.first_day().map(PartialDate::weekend_of),
                _ => Some(date),
            }
        }
        None => PartialDate::month(year, month),
    }
}

/// The fields within a unit that is itself counted: "March last year", "Tuesday of next week".
fn in_unit(context: &Context<'_>, fields: &Fields, by: i64, from: CountedFrom, unit: Unit) -> Option<Value> {
    let anchor = context.from(from);
    let whole = PartialDate::containing(anchor.0.first_day()?, unit).step(by)?;
    let steps = vec!["its year, month or week is counted from the anchor"];
    let date = match (unit, fields.weekday) {
        (Unit::Week, Some(weekday)) => weekday_in_week_of(whole.first_day()?, weekday).map(PartialDate::Day)?,
        (Unit::Month, Some(weekday)) => {
            let first = whole.first_day()?;
            nth_weekday_of_month(first.year(), first.month() as u8, weekday, fields.nth.unwrap_or(1))
                .map(PartialDate::Day)?
        }
        (Unit::Month, None) => {
            let first = whole.first_day()?;
            PartialDate::day(first.year(), first.month() as u8, fields.day?)?
        }
        _ => in_year(fields, whole.year_number())?,
    };
    Some(Value::counted(anchor, date, steps))
}

/// A name without a year: the one that the direction, or a word such as "last", picks.
fn named(context: &Context<'_>, fields: &Fields) -> Option<Value> {
    let anchor = match fields.which {
        Some(which) => context.from(which.from),
        None => context.from(CountedFrom::Publication),
    };
    if context.is_narrative()
        && is_bare(fields)
        && let Some(date) = context.year_of_story().and_then(|year| in_year(fields, year))
    {
        let steps = vec!["of the year that the story has come to"];
        return Some(Value::date(date, Basis::Narrative, context.last(), steps));
    }
    let choose = Choice {
        anchor: anchor.0.first_day().unwrap_or(context.published()),
        which: fields.which.map(|which| which.by),
        direction: context.reading().direction,
        firm: context.reading().is_firm,
        listed: context.reading().evidence == Evidence::Listed,
        narrative: context.is_narrative() && anchor.1 == Basis::Narrative,
    };
    let date = if let Some(weekday) = fields.weekday.filter(|_| fields.month.is_none()) {
        match fields.day {
            Some(day) => choose.weekday_with_day(weekday, day)?,
            None => choose.weekday(weekday)?,
        }
    } else if let Some(day) = fields.day.filter(|_| fields.month.is_none()) {
        choose.day_of_month(day)?
    } else if fields.weekend && fields.day.is_none() {
        choose.weekend()?
    } else {
        choose.in_years(fields)?
    };
    if let Some(date) = in_story(context, fields, date) {
        let steps = vec!["of the past year that the text gives before it"];
        return Some(Value::date(date, Basis::Narrative, context.past_date(), steps));
    }
    let reason = match fields.which {
        Some(_) => "counted from the anchor by its own word",
        None if choose.narrative => "the next one after the date mentioned last",
        None => context.reading().reason,
    };
    Some(Value::counted(anchor, date, vec![reason]))
}

/// The most days before publication that a date is of the present still, not of the story of the sentence before.
const RECENT: i64 = 60;

/// The first such date from the past date on that the text goes on from, instead of the one near publication.
fn in_story(context: &Context<'_>, fields: &Fields, near: PartialDate) -> Option<PartialDate> {
    let past = context.past_date().filter(|_| is_bare(fields) && fields.quarter.is_none())?;
    let recent = (context.published() - near.first_day()?).num_days() <= RECENT;
    if recent && !context.is_past_in_sentence() {
        return None;
    }
    let year = past.year_number();
    let years = if matches!(past, PartialDate::Year(_)) { year..=year } else { year..=year + 1 };
    let begins = PartialDate::containing(past.first_day()?, Unit::Month).first_day()?;
    let mut dates = years.filter_map(|year| in_year(fields, year));
    let date = dates.find(|date| date.first_day().is_some_and(|day| day >= begins));
    date.filter(|date| date.first_day().is_some_and(|day| day <= context.published()))
}

struct Choice {
    anchor: NaiveDate,
    which: Option<i64>,
    direction: Direction,
    /// Whether a finite verb gives the direction.
    firm: bool,
    /// Whether it opens an entry of a list, and is the nearest one.
    listed: bool,
    narrative: bool,
}

impl Choice {
    /// "last Friday" is never today, "Friday" may be; "this Friday" is the one of this week.
    fn weekday(&self, weekday: Weekday) -> Option<PartialDate> {
        let back = i64::from((self.anchor.weekday().num_days_from_monday() + 7 - weekday.num_days_from_monday()) % 7);
        let days = match (self.which, self.direction) {
            (Some(by @ ..=-1), _) => 7 * (by + 1) - (if back == 0 { 7 } else { back }),
            (Some(by @ 1..), _) => 7 * by - back,
            (Some(_), _) => return self.this_weekday(weekday),
            (None, _) if self.narrative => (7 - back) % 7,
            (None, Direction::Past) => -back,
            (None, Direction::Future) if back == 0 => 0,
            (None, Direction::Future) => 7 - back,
        };
        PartialDate::Day(self.anchor).step(days)
    }

    /// "this Friday": the one of this week, but where the tense of its clause is against that, the last or the next one.
    fn this_weekday(&self, weekday: Weekday) -> Option<PartialDate> {
        let day = weekday_in_week_of(self.anchor, weekday)?;
        let weeks = match self.direction {
            Direction::Past if self.firm && day > self.anchor => -1,
            Direction::Future if self.firm && day < self.anchor => 1,
            _ => 0,
        };
        PartialDate::Day(day).step(7 * weeks)
    }

    /// Whether a day by its number comes after the anchor: as the word before it says, else as its clause has it.
    fn looks_ahead(&self) -> bool {
        match self.which {
            Some(by) if by != 0 => by > 0,
            _ => self.narrative || self.direction == Direction::Future,
        }
    }

    /// "Friday the 12th": the nearest month, in the direction, in which it is one.
    fn weekday_with_day(&self, weekday: Weekday, day: u8) -> Option<PartialDate> {
        let step = if self.looks_ahead() { 1 } else { -1 };
        let mut month = PartialDate::containing(self.anchor, Unit::Month);
        for _ in 0..24 {
            let first = month.first_day()?;
            if let Some(PartialDate::Day(date)) = PartialDate::day(first.year(), first.month() as u8, day)
                && date.weekday() == weekday
            {
                return Some(PartialDate::Day(date));
            }
            month = month.step(step)?;
        }
        None
    }

    /// "the 14th": the first month, in the direction, in which the day comes.
    fn day_of_month(&self, day: u8) -> Option<PartialDate> {
        let ahead = self.looks_ahead();
        let mut month = PartialDate::containing(self.anchor, Unit::Month);
        for _ in 0..4 {
            let first = month.first_day()?;
            if let Some(PartialDate::Day(date)) = PartialDate::day(first.year(), first.month() as u8, day)
                && (date == self.anchor || (date > self.anchor) == ahead)
            {
                return Some(PartialDate::Day(date));
            }
            month = month.step(if ahead { 1 } else { -1 })?;
        }
        None
    }

    fn weekend(&self) -> Option<PartialDate> {
        let this = PartialDate::weekend_of(self.anchor);
        let by = match (self.which, self.direction) {
            (Some(by), _) => by,
            (None, Direction::Future) => 0,
            // On a Saturday or Sunday the weekend is the one that is on.
            (None, Direction::Past) => -i64::from(self.anchor.weekday().num_days_from_monday() < 5),
        };
        this.step(by)
    }

    /// A month, day, quarter, half, season or feast, in the year that the direction picks.
    fn in_years(&self, fields: &Fields) -> Option<PartialDate> {
        let in_year = |year| in_year(fields, year);
        // In January and February the season that began in December is the one that is on.
        let begun = fields.season.and_then(|_| in_year(self.anchor.year() - 1)).filter(|date| self.holds_anchor(date));
        let year = self.anchor.year() - i32::from(begun.is_some());
        let this = in_year(year).or_else(|| in_year(year - 1))?;
        let start = this.first_day()?;
        let current = self.holds_anchor(&this);
        let by = match self.which {
            Some(by @ ..=-1) if current || start > self.anchor => i32::try_from(by).ok()?,
            Some(by @ ..=-1) => i32::try_from(by).ok()? + 1,
            Some(1) if !current && start > self.anchor => 0,
            Some(1) => 1,
            Some(_) => 0,
            None if self.narrative => i32::from(!current && start < self.anchor && self.months_behind(start) > 2),
            None if current => 0,
            None => self.towards(start, fields),
        };
        // "Monday, Oct. 26": the nearest year in which it is one, unless the one of the direction is near.
        let day = |by: i32| in_year(year + by).and_then(|date| date.first_day());
        let away = |by: i32| day(by).map_or(i64::MAX, |day| (day - self.anchor).num_days().abs());
        let agrees = |by: i32| fields.day.is_some() && day(by).map(|day| day.weekday()) == fields.weekday;
        let agreeing = [-1, 0, 1].into_iter().filter(|&other| agrees(other)).min_by_key(|&other| away(other));
        let by = agreeing.filter(|&other| !agrees(by) && away(other) < away(by)).unwrap_or(by);
        // 29 February: the nearest year that has one.
        (0..8).find_map(|more| in_year(year + by + if by < 0 { -more } else { more }))
    }

    /// The year that the direction picks, or the nearest one. Nobody leaves the year out of a date that is far away
    /// while the same date of another year is near: so a day is the nearest one, whatever the tense, unless both are
    /// about as far; a month follows the tense.
    fn towards(&self, start: NaiveDate, fields: &Fields) -> i32 {
        let days = (start - self.anchor).num_days();
        if self.listed {
            return if days > HALF_A_YEAR { -1 } else { i32::from(days < -HALF_A_YEAR) };
        }
        let tense = match self.direction {
            Direction::Past if days > 0 => -1,
            Direction::Future if days < 0 => 1,
            _ => 0,
        };
        let near = if tense < 0 && self.firm && (fields.day.is_some() || fields.month.is_some()) {
            false
        } else if fields.day.is_some() || fields.holiday.is_some() {
            days.abs() <= if tense < 0 { 125 } else { 45 }
        } else if fields.quarter.is_some() {
            // One that has begun or just ended is the one reported on, even where its report looks ahead.
            tense > 0 && days.abs() <= 130
        } else {
            // "opened registrations for May", said in April: that of last year is "last May".
            fields.month.is_some() && tense < 0 && days <= SOON
        };
        if near { 0 } else { tense }
    }

    fn holds_anchor(&self, date: &PartialDate) -> bool {
        let start = date.first_day();
        let after = date.step(1).and_then(|next| next.first_day());
        match (start, after) {
            // A season steps by years; it lasts three months.
            (Some(start), Some(_)) if matches!(date, PartialDate::Season(..)) => {
                let end = start.checked_add_months(chrono::Months::new(3));
                start <= self.anchor && end.is_some_and(|end| self.anchor < end)
            }
            (Some(start), Some(after)) => start <= self.anchor && self.anchor < after,
            _ => false,
        }
    }

    fn months_behind(&self, start: NaiveDate) -> i32 {
        self.anchor.month() as i32 - start.month() as i32
    }
}

/// The last decade of these tens that had begun at publication.
fn last_decade(context: &Context<'_>, tens: i32) -> i32 {
    let this = context.published().year().div_euclid(10);
    let candidate = this.div_euclid(10) * 10 + tens;
    if candidate > this { candidate - 10 } else { candidate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_is_named_for_the_year_that_it_ends_in() {
        let months = |date, start| {
            fiscal(date, FiscalStart::new(start).unwrap())
                .map(|(first, last)| format!("{}/{}", first.value(), last.value()))
        };
        assert_eq!(months(PartialDate::Year(2019), 10).as_deref(), Some("2018-10/2019-09"));
        assert_eq!(months(PartialDate::Quarter(2019, 4), 10).as_deref(), Some("2019-07/2019-09"));
        assert_eq!(months(PartialDate::Half(2019, 1), 4).as_deref(), Some("2018-04/2018-09"));
        assert_eq!(months(PartialDate::Year(2019), 1), None);
    }
}
