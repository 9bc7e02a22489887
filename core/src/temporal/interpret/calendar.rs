//! The parts of a calendar date.

use std::ops::Range;

use chrono::{NaiveDate, Weekday};

use super::parts::Parts;
use crate::calendar::Season;
use crate::language::{CountedFrom, Slot, plain_name};
use crate::temporal::holiday::Holiday;
use crate::temporal::meaning::{Amount, Fields, Meaning, Which};
use crate::temporal::numbers;
use crate::text::Span;

impl Parts<'_> {
    pub(super) fn which(&self) -> Option<Which> {
        let unit = match self.range(Slot::Named) {
            Some(_) => Some(self.unit(Slot::Named)?),
            None => None,
        };
        let grammar = &self.passage.pack.grammar;
        for (class, from) in [
            (grammar.last, CountedFrom::Publication),
            (grammar.next, CountedFrom::Publication),
            (grammar.this, CountedFrom::Publication),
            (grammar.anaphoric, CountedFrom::Narrative),
        ] {
            if let Some(by) = self.number(Slot::Which, class) {
                return Some(Which { by, from, unit });
            }
        }
        None
    }

    pub(super) fn fields(&self) -> Option<Fields> {
        let mut fields = Fields { which: self.which(), ..Fields::default() };
        if fields.which.is_none() && self.range(Slot::Named).is_some() {
            fields.which = Some(Which { by: 0, from: CountedFrom::Narrative, unit: self.unit(Slot::Named) });
        }
        fields.year = self.year()?;
        fields.month = self
            .small(Slot::Month, self.classes().month)
            .or_else(|| self.small(Slot::Month, self.classes().month_lower))
            .or_else(|| self.small(Slot::Month, self.classes().month_short))
            .or_else(|| self.month_in_digits());
        fields.day = match self.tokens(Slot::Day) {
            Some(tokens) => Some(numbers::ordinal(self.passage, tokens).filter(|day| (1..=31).contains(day))? as u8),
            None => None,
        };
        let name = self
            .number(Slot::Weekday, self.classes().weekday)
            .or_else(|| self.number(Slot::Weekday, self.classes().weekday_short))
            .or_else(|| self.number(Slot::Weekday, self.classes().weekday_plural));
        fields.weekday = name.and_then(weekday);
        fields.season = self.word(Slot::Season, self.classes().season).and_then(Season::from_name);
        fields.quarter = match self.tokens(Slot::Quarter) {
            Some(tokens) => Some(numbers::ordinal(self.passage, tokens).filter(|nth| (1..=4).contains(nth))? as u8),
            None => None,
        };
        fields.half = self.half()?;
        if let Some(text) = self.text(Slot::Digit) {
            let digit: u8 = text.parse().ok()?;
            match self.text_has_h() {
                true => fields.half = Some(Some(digit).filter(|half| (1..=2).contains(half))?),
                false => fields.quarter = Some(Some(digit).filter(|quarter| (1..=4).contains(quarter))?),
            }
        }
        fields.nth = self.nth()?;
        fields.week = self.range(Slot::Week).is_some();
        fields.weekend = self.range(Slot::Weekend).is_some();
        fields.decade = self.decade();
        fields.century = self.century()?;
        fields.holiday = match self.range(Slot::Holiday) {
            Some(range) => Some(self.holiday(range)?),
            None => None,
        };
        fields.fiscal = self.range(Slot::Fiscal).is_some();
        self.numeric(&mut fields)?;
        Some(fields)
    }

    /// A month that its number names, as in "3月" and "tháng 3".
    fn month_in_digits(&self) -> Option<u8> {
        self.text(Slot::Month)?.parse().ok().filter(|month| (1..=12).contains(month))
    }

    /// The feast of a name. The "of" behind it may be a word of another name: "Thanksgiving of 2020", "Day of the Dead".
    fn holiday(&self, name: Range<usize>) -> Option<Holiday> {
        let named = |end| {
            let text = self.passage.span(name.start, end).of(self.passage.text);
            Holiday::named(&self.passage.pack.feasts, &plain_name(text))
        };
        let last = name.end - 1;
        named(name.end).or_else(|| named(last).filter(|_| self.passage.has(last, self.classes().of)))
    }

    /// The outer `None` refuses the match.
    #[expect(clippy::option_option, reason = "no year given, and an impossible year, are two things")]
    fn year(&self) -> Option<Option<i32>> {
        if let Some(text) = self.text(Slot::Year) {
            let text = text.trim_start_matches(['\'', '’', '‘']);
            let year: i32 = text.parse().ok()?;
            let is_short = text.len() == 2 && self.range(Slot::Era).is_none();
            return Some(Some(if is_short { numbers::full_year(year) } else { self.in_era(year) }));
        }
        if let Some(rest) = self.tokens(Slot::Rest) {
            let Amount::Exact { count, part: 0 } = numbers::amount(self.passage, rest)? else { return None };
            return Some(Some(i32::try_from(count).ok().filter(|rest| *rest < 100)? + 2000));
        }
        if let Some(span) = self.text(Slot::Span) {
            // "the winter of 1941-42" is that of 1941.
            return Some(Some(span.get(..4)?.parse().ok()?));
        }
        if self.range(Slot::Spoken).is_none() || self.range(Slot::DecadeWord).is_some() {
            return Some(None);
        }
        let spoken = |name| self.number(name, self.classes().tens).or_else(|| self.number(name, self.classes().teens));
        let century = spoken(Slot::Spoken)?;
        let rest = spoken(Slot::Decade).or_else(|| spoken(Slot::Teen))?
            + self.number(Slot::Unit, self.classes().cardinal).unwrap_or(0);
        let year = century * 100 + rest;
        Some(Some(i32::try_from(year).ok().filter(|year| (1000..2200).contains(year))?))
    }

    fn is_before_christ(&self) -> bool {
        self.number(Slot::Era, self.classes().era).is_some_and(|era| era < 0)
    }

    /// A year as its era counts it, astronomically.
    fn in_era(&self, year: i32) -> i32 {
        if self.is_before_christ() { 1 - year } else { year }
    }

    #[expect(clippy::option_option, reason = "no half given, and an impossible half, are two things")]
    fn half(&self) -> Option<Option<u8>> {
        if self.range(Slot::LastHalf).is_some() {
            return Some(Some(2));
        }
        match self.range(Slot::Half) {
            None => Some(None),
            Some(range) => match numbers::ordinal(self.passage, self.passage.tokens.get(range)?)? {
                half @ 1..=2 => Some(Some(half as u8)),
                4 => Some(Some(2)),
                _ => None,
            },
        }
    }

    #[expect(clippy::option_option, reason = "no number given, and an impossible one, are two things")]
    fn nth(&self) -> Option<Option<i8>> {
        if self.range(Slot::LastNth).is_some() {
            return Some(Some(-1));
        }
        match self.tokens(Slot::Nth) {
            None => Some(None),
            Some(tokens) => match numbers::ordinal(self.passage, tokens)? {
                nth @ 1..=5 => Some(Some(nth as i8)),
                _ => None,
            },
        }
    }

    /// "H1", "1H": a half, where "Q1" and "1Q" are quarters.
    fn text_has_h(&self) -> bool {
        let Some(digit) = self.range(Slot::Digit) else { return false };
        let beside = [digit.start.checked_sub(2), digit.start.checked_sub(1), Some(digit.end)];
        beside.into_iter().flatten().any(|at| self.passage.word(at).eq_ignore_ascii_case("h"))
    }

    fn decade(&self) -> Option<i32> {
        if self.range(Slot::DecadeWord).is_some() {
            let tens = i32::try_from(self.number(Slot::DecadeWord, self.classes().decade_word)?).ok()? / 10;
            let century = self
                .number(Slot::Spoken, self.classes().teens)
                .or_else(|| self.number(Slot::Spoken, self.classes().tens));
            return Some(
                century.and_then(|century| i32::try_from(century).ok()).map_or(tens, |century| century * 10 + tens),
            );
        }
        if self.range(Slot::Spoken).is_some() {
            return None;
        }
        let at = self.range(Slot::Decade)?.start;
        let text = self.text(Slot::Decade)?;
        let short = text.len() < "1980s".len() && text.starts_with(|first: char| first.is_ascii_digit());
        let led = self.range(Slot::Article).is_some()
            || at.checked_sub(1).is_some_and(|at| self.passage.has(at, self.classes().part_word));
        if short && !led {
            // "80s" alone is as often an age or a temperature, "740s" a machine.
            return None;
        }
        let digits: String = self.text(Slot::Decade)?.chars().filter(char::is_ascii_digit).collect();
        let year: i32 = digits.parse().ok()?;
        (year % 10 == 0).then_some(if self.is_before_christ() { -(year / 10) - 1 } else { year / 10 })
    }

    #[expect(clippy::option_option, reason = "no century given, and an impossible one, are two things")]
    fn century(&self) -> Option<Option<i32>> {
        let Some(tokens) = self.tokens(Slot::Century) else { return Some(None) };
        let number = i32::try_from(numbers::ordinal(self.passage, tokens)?).ok()?;
        // Swedish "1800-talet": the century that has these years.
        let number = if number >= 1000 && number % 100 == 0 { number / 100 + 1 } else { number };
        let number = Some(number).filter(|number| (1..=40).contains(number))?;
        Some(Some(if self.is_before_christ() { -number } else { number - 1 }))
    }

    /// Dates in digits. The order of day and month stays open here where the numbers do not show it.
    fn numeric(&self, fields: &mut Fields) -> Option<()> {
        if let Some(text) = self.text(Slot::YearMonth) {
            let numbers: Vec<i32> = text.split(['-', '/']).map_while(|number| number.parse().ok()).collect();
            let &[first, second] = numbers.as_slice() else { return None };
            // "in 04/2016": without a word of time it may be any number of a year.
            let leads = self.whole.start.checked_sub(1);
            if first < 100 && !leads.is_some_and(|at| self.passage.has(at, self.classes().time_preposition)) {
                return None;
            }
            let (year, month) = if first < 100 { (second, first) } else { (first, second) };
            (fields.year, fields.month) = (Some(year), u8::try_from(month).ok());
            return fields.month.map(|_| ());
        }
        let Some(text) = self.text(Slot::Date) else {
            return if fields.decade.is_none()
                && self.range(Slot::Decade).is_some()
                && self.range(Slot::Spoken).is_none()
            {
                None
            } else {
                Some(())
            };
        };
        if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            fields.year = text[..4].parse().ok();
            fields.month = text[4..6].parse().ok();
            fields.day = text[6..].parse().ok();
            return Some(());
        }
        if let Some((day, week)) = iso_day(text) {
            use chrono::Datelike;
            fields.week = week;
            (fields.year, fields.month, fields.day) =
                (Some(day.year()), Some(day.month() as u8), Some(day.day() as u8));
            return Some(());
        }
        let numbers: Vec<i32> = text.split(['-', '/', '.']).map_while(|number| number.parse().ok()).collect();
        let &[first, second, third] = numbers.as_slice() else { return None };
        let small = |number: i32| u8::try_from(number).ok().filter(|number| (1..=31).contains(number));
        if first > 31 {
            fields.year = Some(first);
            fields.month = Some(small(second).filter(|&month| month <= 12)?);
            fields.day = Some(small(third)?);
            return Some(());
        }
        fields.year = Some(if third < 100 { numbers::full_year(third) } else { third });
        let (first, second) = (small(first)?, small(second)?);
        match (first > 12, second > 12) {
            (true, true) => return None,
            (true, false) => (fields.day, fields.month) = (Some(first), Some(second)),
            (false, true) => (fields.month, fields.day) = (Some(first), Some(second)),
            (false, false) => fields.numeric = Some((first, second)),
        }
        Some(())
    }

    /// Two years in one token, each with its own digits, or two that share an era.
    pub(super) fn years(&self, whole: Span) -> Option<[(i32, Span); 2]> {
        if let (Some(first), Some(last)) = (self.range(Slot::FirstYear), self.range(Slot::LastYear)) {
            let year = |name| Some(self.in_era(self.text(name)?.parse().ok()?));
            let (from, to) = (year(Slot::FirstYear)?, year(Slot::LastYear)?);
            // "from 1938 to 40"
            let short = self.range(Slot::Era).is_none() && to < 100;
            let to = if short { from / 100 * 100 + to } else { to };
            let [first, last] = [self.passage.span(first.start, first.end), self.passage.span(last.start, last.end)];
            return (from < to).then_some([(from, first), (to, Span::new(last.start as usize, whole.end as usize))]);
        }
        let text = self.text(Slot::Years)?;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let first = digits(text);
        let last = text.len()
            - text
                .rfind(|c: char| !c.is_ascii_digit())
                .map(|at| at + text[at..].chars().next().map_or(1, char::len_utf8))?;
        // "04/2016" is a month.
        if first < 3 {
            return None;
        }
        let (from, to): (i32, i32) = (text[..first].parse().ok()?, text[text.len() - last..].parse().ok()?);
        let month = to <= 12;
        let to = if to < 100 { from / 100 * 100 + to } else { to };
        if month && to != from + 1 {
            // "2007-08" may be two years, "2007-05" is a month.
            return None;
        }
        let (start, end) = (whole.start as usize, whole.end as usize);
        (from < to).then(|| [(from, Span::new(start, start + first)), (to, Span::new(end - last, end))])
    }

    /// The numbers of a list, each as the part that the list is called for ("3, 5 and 7 June": days of June), with its
    /// tokens: what leads the list stands with the first of them, what ends it with the last.
    pub(super) fn listed(&self, tokens: &Range<usize>) -> Option<Vec<(Meaning, Range<usize>)>> {
        let fields = self.fields()?;
        let (name, range) =
            [Slot::Days, Slot::Centuries, Slot::Quarters].iter().find_map(|&slot| Some((slot, self.range(slot)?)))?;
        // "i" joins in Catalan and Polish, and is a Roman numeral as well.
        let joins = |at: usize| self.passage.has(at, self.classes().join);
        let number = |at: usize| match joins(at) {
            true => None,
            false => numbers::ordinal(self.passage, self.passage.tokens.get(at..at + 1)?),
        };
        let numbers: Vec<(usize, u8)> =
            range.filter_map(|at| Some((at, u8::try_from(number(at)?).ok().filter(|number| *number > 0)?))).collect();
        let last = numbers.len().checked_sub(1)?;
        let determined = self.passage.has(tokens.start, self.classes().determiner);
        let month_leads = self.range(Slot::Month).is_some_and(|month| month.start == tokens.start);
        let mut listed = Vec::with_capacity(numbers.len());
        for (index, &(at, number)) in numbers.iter().enumerate() {
            let mut fields = fields.clone();
            match name {
                Slot::Days => fields.day = Some(Some(number).filter(|day| *day <= 31)?),
                Slot::Quarters => fields.quarter = Some(Some(number).filter(|quarter| *quarter <= 4)?),
                _ => fields.century = Some(i32::from(number) - 1),
            }
            let start = if index == 0 && (month_leads || determined) { tokens.start } else { at };
            let end = if index == last { tokens.end } else { at + 1 };
            listed.push((Meaning::Calendar(Box::new(fields)), start..end));
        }
        Some(listed)
    }

    /// Dates of month and day in digits, one or two: "5-22 to 5-28".
    pub(super) fn pairs(&self) -> Option<Vec<(Meaning, Range<usize>)>> {
        let date = |name| {
            let mut range = self.range(name)?;
            let weekday = self.number(Slot::Weekday, self.classes().weekday);
            let weekday = weekday.or_else(|| self.number(Slot::Weekday, self.classes().weekday_short));
            if name == Slot::From {
                range.start = self.whole.start;
            }
            let mut numbers = self.text(name)?.split(['-', '/']).map_while(|number| number.trim().parse::<u8>().ok());
            let (first, second) = (numbers.next().filter(|n| (1..=31).contains(n))?, numbers.next()?);
            let mut fields = Fields { weekday: weekday.and_then(self::weekday), ..Fields::default() };
            match (first > 12, (1..=12).contains(&second), (13..=31).contains(&second)) {
                (true, true, _) => (fields.day, fields.month) = (Some(first), Some(second)),
                (false, _, true) => (fields.month, fields.day) = (Some(first), Some(second)),
                (false, true, _) => fields.numeric = Some((first, second)),
                _ => return None,
            }
            Some((Meaning::Calendar(Box::new(fields)), range))
        };
        let from = date(Slot::From)?;
        Some(match self.range(Slot::Until) {
            Some(_) => vec![from, date(Slot::Until)?],
            None => vec![from],
        })
    }
}

/// The day of `2019-123` and `2019-W18-3`, the Monday of the week `2019-W18`.
fn iso_day(text: &str) -> Option<(NaiveDate, bool)> {
    let mut parts = text.split('-');
    let (year, second, day) = (parts.next()?.parse().ok()?, parts.next()?, parts.next());
    if let Some(week) = second.strip_prefix('W') {
        let weekday = day.map_or(Some(1), |day| day.parse().ok()).and_then(weekday)?;
        return Some((NaiveDate::from_isoywd_opt(year, week.parse().ok()?, weekday)?, day.is_none()));
    }
    let day = second.parse().ok().filter(|_| second.len() == 3)?;
    NaiveDate::from_yo_opt(year, day).map(|day| (day, false))
}

fn weekday(number: i64) -> Option<Weekday> {
    Weekday::try_from(u8::try_from(number - 1).ok()?).ok()
}
