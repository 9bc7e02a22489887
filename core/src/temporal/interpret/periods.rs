//! Parts of periods: "the first nine months of", "the last Monday before".

use std::ops::Range;

use chrono::Weekday;

use super::parts::Parts;
use crate::calendar::Unit;
use crate::language::Slot;
use crate::temporal::meaning::{Amount, Meaning, Part, Piece, Place};
use crate::temporal::numbers;

impl Parts<'_> {
    /// Which part of a period the match is.
    pub(super) fn part_of_period(&self, tokens: &Range<usize>) -> Option<Meaning> {
        let nth = match (self.tokens(Slot::Nth), self.range(Slot::LastNth), self.range(Slot::BeforeLast)) {
            (Some(tokens), ..) => i64::from(numbers::ordinal(self.passage, tokens).filter(|nth| *nth > 0)?),
            (_, Some(_), _) => -1,
            (_, _, Some(_)) => -2,
            _ => 1,
        };
        let weekday = self.number(Slot::Weekday, self.classes().weekday);
        let piece = match weekday {
            Some(day) => Piece::Weekday(Weekday::try_from(u8::try_from(day - 1).ok()?).ok()?),
            None if self.range(Slot::Half).is_some() => Piece::Unit(Unit::Half),
            None => Piece::Unit(self.unit(Slot::Unit).filter(|unit| !unit.is_clock())?),
        };
        let count = match self.tokens(Slot::Amount).map(|tokens| numbers::amount(self.passage, tokens)) {
            None => None,
            Some(Some(Amount::Exact { count, part: 0 })) => Some(count),
            Some(_) => return None,
        };
        let place = match self.text(Slot::Sign) {
            None => Place::Within,
            Some(word) if word.starts_with(['b', 'B', 'p', 'P']) => Place::Before,
            Some(_) => Place::After,
        };
        let tail = match (self.range(Slot::Of), self.range(Slot::Sign)) {
            (Some(range), _) | (_, Some(range)) => tokens.end - range.start,
            _ => 0,
        };
        Some(Meaning::PartOfPeriod { part: Part { nth, count, piece, place }, of: None, tail })
    }
}
