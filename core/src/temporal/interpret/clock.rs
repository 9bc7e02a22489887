//! Times and parts of a day.

use std::ops::Range;

use super::parts::Parts;
use crate::calendar::{Clock, PartOfDay, Unit};
use crate::language::{CountedFrom, Slot};
use crate::temporal::meaning::{Amount, Meaning, offset_minutes};
use crate::temporal::numbers;

impl Parts<'_> {
    pub(super) fn clock(&self) -> Option<Meaning> {
        if let Some(text) = self.text(Slot::DateTime) {
            return numbers::date_time(text);
        }
        let zone = self.number(Slot::Zone, self.classes().zone);
        let zone = zone.or_else(|| self.number(Slot::Zone, self.classes().zone_place));
        let offset = match zone {
            Some(minutes) => Some(offset_minutes(minutes)?),
            None => None,
        };
        let (hour, minute, second) = self.hour_and_minute()?;
        let later = self.number(Slot::Meridiem, self.classes().meridiem).or_else(|| {
            match self.word(Slot::Part, self.classes().part_of_day)? {
                "morning" => Some(0),
                "night" if hour < 6 => Some(0),
                _ => Some(12),
            }
        });
        let hour = match later {
            Some(later) if hour <= 12 => hour % 12 + u8::try_from(later).ok()?,
            Some(0) => return None,
            _ => hour,
        };
        Some(Meaning::Clock { clock: Clock { hour, minute, second, offset }, day: self.clock_day()? })
    }

    /// The day in a match of a time: "Thu Oct 26 11:00:09 EDT 2023", "1645 yesterday".
    fn clock_day(&self) -> Option<Option<Box<Meaning>>> {
        if self.range(Slot::Month).is_some() || self.range(Slot::Weekday).is_some() {
            return Some(Some(Box::new(Meaning::Calendar(Box::new(self.fields()?)))));
        }
        let shift = |by| Meaning::Shift { by, unit: Unit::Day, from: CountedFrom::Publication };
        Some(self.number(Slot::Day, self.classes().deictic).map(|by| Box::new(shift(by))))
    }

    fn hour_and_minute(&self) -> Option<(u8, Option<u8>, Option<u8>)> {
        if let Some(sign) = self.text(Slot::Sign) {
            let before =
                self.range(Slot::Sign).is_some_and(|at| self.passage.has(at.start, self.classes().hour_before));
            return self.past_the_hour(before || sign.eq_ignore_ascii_case("to"));
        }
        if let Some(hour) = self.small(Slot::Noon, self.classes().noon) {
            return Some((hour, Some(0), None));
        }
        if let Some(text) = self.text(Slot::Military) {
            let whole: u16 = text.parse().ok()?;
            if !self.is_time(&self.range(Slot::Military)?) {
                return None;
            }
            return Some(((whole / 100) as u8, Some((whole % 100) as u8), None));
        }
        if let Some(text) = self.text(Slot::Clock).or_else(|| self.text(Slot::Point)) {
            let mut numbers = text.split([':', '.', ',']).map_while(|number| number.parse::<u8>().ok());
            let (hour, minute) = (numbers.next()?, numbers.next()?);
            return (hour <= 24 && minute < 60).then_some((hour, Some(minute), numbers.next()));
        }
        let hour = match self.number(Slot::Hour, self.classes().hour_word) {
            Some(hour) => u8::try_from(hour).ok()?,
            None => self.text(Slot::Hour)?.parse().ok()?,
        };
        let minute = match self.tokens(Slot::Minutes) {
            Some(minutes) => u8::try_from(numbers::ordinal(self.passage, minutes)?).ok()?,
            None => 0,
        };
        (minute < 60).then_some((hour, Some(minute), None))
    }

    /// Whether four digits are a time: by a word with them, or by what happens then ("left at 1645").
    fn is_time(&self, digits: &Range<usize>) -> bool {
        let verb = digits.start.checked_sub(2);
        *digits != self.whole || verb.is_some_and(|verb| self.passage.has(verb, self.classes().clock_verb))
    }

    /// Two hours of which only the second gives its half of the day: "7-9pm" is from 19 to 21, "11 to 2 p.m." from 11; or two
    /// of the whole day: German "von 9 bis 14 Uhr".
    pub(super) fn clocks(&self) -> Option<[(Meaning, Range<usize>); 2]> {
        let read = |name, most: u8| {
            let mut numbers = self.text(name)?.split([':', '.']).map(|number| number.parse::<u8>().ok());
            let (hour, minute) = (numbers.next()??, numbers.next().unwrap_or(Some(0))?);
            (hour <= most && minute < 60).then_some((hour, minute))
        };
        let clock = |hour, minute| {
            let clock = Clock { hour, minute: Some(minute), second: None, offset: None };
            Meaning::Clock { clock, day: None }
        };
        let (start, end) = (self.range(Slot::From)?, self.range(Slot::Until)?);
        let Some(meridiem) = self.range(Slot::Meridiem) else {
            let (from, until) = (read(Slot::From, 24)?, read(Slot::Until, 24)?);
            let (start, end) = (self.whole.start..start.end, end.start..self.whole.end);
            return Some([(clock(from.0, from.1), start), (clock(until.0, until.1), end)]);
        };
        let later = u8::try_from(self.number(Slot::Meridiem, self.classes().meridiem)?).ok()?;
        let (from, until) = (read(Slot::From, 12)?, read(Slot::Until, 12)?);
        let (from, until) = ((from.0 % 12, from.1), (until.0 % 12, until.1));
        let first = if from < until { later } else { 12 - later };
        Some([(clock(from.0 + first, from.1), start), (clock(until.0 + later, until.1), end.start..meridiem.end)])
    }

    /// "half past six", "ten to three".
    fn past_the_hour(&self, before: bool) -> Option<(u8, Option<u8>, Option<u8>)> {
        let minutes = match self.number(Slot::PartOfHour, self.classes().half) {
            Some(half) => 60 / u32::try_from(half).ok()?,
            None => match numbers::amount(self.passage, self.tokens(Slot::Minutes)?)? {
                Amount::Exact { count, part: 0 } => count,
                _ => return None,
            },
        };
        let hour = match self.number(Slot::Hour, self.classes().hour_word) {
            Some(hour) => u32::try_from(hour).ok()?,
            None => self.text(Slot::Hour)?.parse().ok()?,
        };
        let all = if before { (hour * 60).checked_sub(minutes)? } else { hour * 60 + minutes };
        (minutes < 60 && hour <= 24).then_some(((all / 60 % 24) as u8, Some((all % 60) as u8), None))
    }

    pub(super) fn part_of_day(&self, by: Option<i64>, from: Option<CountedFrom>) -> Option<Meaning> {
        let part = match self.range(Slot::Night) {
            Some(_) => PartOfDay::Night,
            None => self.word(Slot::Part, self.classes().part_of_day).and_then(PartOfDay::from_name)?,
        };
        let shift = |by, from| Meaning::Shift { by, unit: Unit::Day, from };
        let day = if self.range(Slot::Weekday).is_some() || self.range(Slot::Holiday).is_some() {
            Some(Meaning::Calendar(Box::new(self.fields()?)))
        } else if let Some(day) = self.number(Slot::Day, self.classes().deictic) {
            Some(shift(day, CountedFrom::Publication))
        } else if let Some(which) = self.which() {
            Some(shift(which.by, if self.tells_the_next() { CountedFrom::Narrative } else { which.from }))
        } else {
            let night = self.range(Slot::Night).is_some();
            let alone = if night { CountedFrom::Publication } else { CountedFrom::Sentence };
            by.map(|by| shift(by, from.unwrap_or(alone)))
        };
        Some(Meaning::PartOfDay { part, day: day.map(Box::new) })
    }
}
