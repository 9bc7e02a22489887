//! A match and its named parts to a meaning. The parts are read by what their words say in the lexicon.

mod calendar;
mod clock;
mod parts;
mod periods;

use std::ops::Range;

use parts::Parts;

use super::LexedPassage;
use super::meaning::{Amount, Expression, Fields, Meaning, Which};
use super::numbers;
use super::resolved::Modifier;
use crate::calendar::{PartOfDay, Season, Unit};
use crate::language::{CountedFrom, Register, Rule, Slot, Symbol, Template, Value};
use crate::text::Span;

/// Appends what the match says: one expression, or two where it joins two dates. False where its numbers are
/// impossible.
pub(super) fn interpret(
    passage: &LexedPassage<'_>,
    rule: &Rule,
    tokens: Range<usize>,
    symbols: &[Symbol],
    sentence: usize,
    expressions: &mut Vec<Expression>,
) -> bool {
    let parts = Parts::of(passage, rule, &tokens, symbols);
    let found = expressions.len();
    let mut push = |first: usize, end: usize, span: Span, meaning: Meaning| {
        expressions.push(Expression {
            span,
            first,
            end,
            sentence,
            rule: rule.id,
            history_only: rule.register == Register::History,
            needs_modifier: rule.needs_modifier,
            meaning,
            modifier: rule.modifier.or_else(|| parts.approximation()),
        });
    };
    let whole = passage.span(tokens.start, tokens.end);
    match &rule.template {
        Template::List => {
            let pairs = parts.clocks().map(Vec::from).or_else(|| parts.pairs());
            for (meaning, range) in pairs.or_else(|| parts.listed(&tokens)).into_iter().flatten() {
                push(range.start, range.end, passage.span(range.start, range.end), meaning);
            }
        }
        Template::Years => {
            for (year, span) in parts.years(whole).into_iter().flatten() {
                let fields = Fields { year: Some(year), ..Fields::default() };
                push(tokens.start, tokens.end, span, Meaning::Calendar(Box::new(fields)));
            }
        }
        template => {
            if let Some(meaning) = parts.meaning(template, &tokens) {
                push(tokens.start, tokens.end, whole, meaning);
            }
        }
    }
    expressions.len() > found
}

impl Parts<'_> {
    /// What a match of one expression says.
    fn meaning(&self, template: &Template, tokens: &Range<usize>) -> Option<Meaning> {
        Some(match template {
            Template::Calendar => Meaning::Calendar(Box::new(self.fields()?)),
            Template::Shift { unit, by, from } => self.shift(*unit, *by, *from)?,
            Template::Count { sign, from } => self.count(*sign, *from, tokens)?,
            Template::SamePeriod => {
                let fields = self.fields()?;
                Meaning::SamePeriod {
                    year: fields.year,
                    quarter: fields.quarter,
                    period: self.range(Slot::Named).is_some(),
                }
            }
            Template::Length { window } => self.length(*window)?,
            Template::Within => match self.length(0)? {
                Meaning::Length { amount, unit, .. } => Meaning::Within { amount, unit },
                meaning => meaning,
            },
            Template::Repeat { value } => Meaning::Repeat(value.clone().or_else(|| self.repetition())?),
            Template::Vague { value } => Meaning::Vague(*value),
            Template::Clock => match self.clock()? {
                Meaning::Clock { clock, day: None } if self.range(Slot::Month).is_some() => {
                    Meaning::Clock { clock, day: Some(Box::new(Meaning::Calendar(Box::new(self.fields()?)))) }
                }
                clock => clock,
            },
            Template::PartOfDay { by, from } => self.part_of_day(*by, *from)?,
            Template::Modifier { modifier } => Meaning::Modifier(*modifier),
            Template::PartOfPeriod => self.part_of_period(tokens)?,
            Template::Nothing => Meaning::Nothing,
            Template::List | Template::Years => return None,
        })
    }

    fn shift(&self, unit: Option<Unit>, by: Option<i64>, from: CountedFrom) -> Option<Meaning> {
        if self.range(Slot::Anaphor).is_some() {
            // "the quarter" is the one under discussion; "the year" is the one of publication, or in a history the one mentioned last.
            let unit = self.unit(Slot::Anaphor)?;
            let narrative = matches!(unit, Unit::Quarter | Unit::Day);
            let from = if narrative { CountedFrom::Narrative } else { CountedFrom::Sentence };
            return Some(Meaning::Shift { by: by?, unit, from });
        }
        if let Some(day) = self.number(Slot::Day, self.classes().deictic) {
            return Some(Meaning::Shift { by: day, unit: Unit::Day, from: CountedFrom::Publication });
        }
        if let Some(season) = self.word(Slot::Season, self.classes().season).and_then(Season::from_name) {
            let which = Some(Which { by: by?, from: CountedFrom::Publication, unit: None });
            return Some(Meaning::Calendar(Box::new(Fields { which, season: Some(season), ..Fields::default() })));
        }
        if self.range(Slot::Weekday).is_some() || self.range(Slot::Month).is_some() {
            let which = Some(Which { by: by?, from: CountedFrom::Publication, unit: None });
            return Some(Meaning::Calendar(Box::new(Fields { which, ..self.fields()? })));
        }
        let unit = match unit {
            Some(unit) => unit,
            None => self.unit(Slot::Unit)?,
        };
        let which = self.which();
        let mut from = which.map_or(from, |which| which.from);
        if unit <= Unit::Day && self.tells_the_next() {
            from = CountedFrom::Narrative;
        }
        Some(Meaning::Shift { by: by.or(which.map(|which| which.by))?, unit, from })
    }

    /// "the next day" follows the day mentioned last, "next day" and "next year" follow publication. Where a language has no
    /// articles, the next day is that of the story: publication's is "tomorrow".
    fn tells_the_next(&self) -> bool {
        let Some(which) = self.range(Slot::Which) else { return false };
        let determiner = self.classes().determiner;
        let article = which.start.checked_sub(1).is_some_and(|before| self.passage.has(before, determiner))
            || self.passage.pack.lexicon.words_of(determiner).next().is_none();
        article && self.number(Slot::Which, self.classes().next).is_some()
    }

    fn count(&self, sign: i64, from: CountedFrom, tokens: &Range<usize>) -> Option<Meaning> {
        let sign = match self.text(Slot::Sign) {
            Some(word) if word.starts_with(['b', 'B', 'p', 'P']) => -1,
            Some(_) => 1,
            None => sign,
        };
        let tail = self.range(Slot::Sign).map_or(0, |range| tokens.end - range.start);
        let amount = match self.tokens(Slot::Amount) {
            Some(tokens) => numbers::amount(self.passage, tokens)?,
            None if self.range(Slot::Half).is_some() => Amount::Exact { count: 1, part: 30 },
            None if self.number_is_plural() => Amount::Open,
            None => Amount::whole(1),
        };
        if self.range(Slot::Weekday).is_some() || self.range(Slot::Day).is_some() {
            return self.count_from_day(amount, sign, from);
        }
        if let Some(part) = self.word(Slot::Unit, self.classes().part_of_day).and_then(PartOfDay::from_name) {
            // "the night before"
            let day = Meaning::Shift { by: sign, unit: Unit::Day, from };
            return Some(Meaning::PartOfDay { part, day: Some(Box::new(day)) });
        }
        let amount = self.and_a_half(amount);
        Some(Meaning::Count { amount, unit: self.unit(Slot::Unit)?, sign, from, anchor: None, tail })
    }

    /// "two Sundays ago", "a week tomorrow", "a fortnight on Tuesday".
    fn count_from_day(&self, amount: Amount, sign: i64, from: CountedFrom) -> Option<Meaning> {
        let anchor = match self.number(Slot::Day, self.classes().deictic) {
            Some(by) => Meaning::Shift { by, unit: Unit::Day, from },
            None => Meaning::Calendar(Box::new(self.fields()?)),
        };
        let (amount, unit, sign, anchor) = match (self.range(Slot::Unit), amount, anchor) {
            // "a week yesterday" lies behind.
            (Some(_), _, anchor @ Meaning::Shift { by: -1, .. }) => (amount, self.unit(Slot::Unit)?, -1, anchor),
            (Some(_), _, anchor) => (amount, self.unit(Slot::Unit)?, sign, anchor),
            // The first of several Sundays is the nearest one.
            (None, Amount::Exact { count: count @ 1.., part: 0 }, Meaning::Calendar(mut fields)) => {
                fields.which = Some(Which { by: sign, from, unit: None });
                (Amount::whole(count - 1), Unit::Week, sign, Meaning::Calendar(fields))
            }
            _ => return None,
        };
        Some(Meaning::Count { amount, unit, sign, from, anchor: Some(Box::new(anchor)), tail: 0 })
    }

    fn length(&self, window: i64) -> Option<Meaning> {
        if let Some(tokens) = self.tokens(Slot::Whole) {
            let lexicon = &self.passage.pack.lexicon;
            let class = self.classes().unit;
            let unit = tokens.iter().find_map(|token| lexicon.value(token, class))?;
            let Value::Name(unit) = unit else { return None };
            return Some(Meaning::Length {
                amount: Amount::Exact { count: 1, part: 30 },
                unit: Unit::from_name(unit)?,
                window,
            });
        }
        let unit = self.unit(Slot::Unit)?;
        let amount = match (self.small(Slot::Amount, self.classes().length_word), self.tokens(Slot::Amount)) {
            (Some(0), _) => Amount::Open,
            (Some(count), _) => Amount::whole(count),
            (None, Some(tokens)) => numbers::amount(self.passage, tokens)?,
            (None, None) if self.number_is_plural() => Amount::Open,
            (None, None) => Amount::whole(1),
        };
        Some(Meaning::Length { amount: self.and_a_half(amount), unit, window })
    }

    /// "un año y medio": an amount with a half behind its unit.
    fn and_a_half(&self, amount: Amount) -> Amount {
        match amount {
            Amount::Exact { count, part: 0 } if self.range(Slot::Half).is_some() => Amount::Exact { count, part: 30 },
            amount => amount,
        }
    }

    fn number_is_plural(&self) -> bool {
        self.value(Slot::Unit, self.classes().plural).is_some()
    }

    fn repetition(&self) -> Option<String> {
        if let Some(value) = self.word(Slot::Often, self.classes().adverbial) {
            return Some(value.to_owned());
        }
        if let Some(day) = self
            .number(Slot::Weekday, self.classes().weekday)
            .or_else(|| self.number(Slot::Weekday, self.classes().weekday_plural))
        {
            let part = self.word(Slot::Part, self.classes().parts_of_day).map(part_code).unwrap_or_default();
            return Some(format!("XXXX-WXX-{day}{part}"));
        }
        if let Some(month) = self.number(Slot::Month, self.classes().month) {
            return Some(format!("XXXX-{month:02}"));
        }
        if let Some(season) = self.word(Slot::Season, self.classes().season) {
            let code = match season {
                "spring" => "SP",
                "summer" => "SU",
                "autumn" => "FA",
                _ => "WI",
            };
            return Some(format!("XXXX-{code}"));
        }
        if let Some(part) = self.word(Slot::Part, self.classes().part_of_day) {
            return Some(format!("XXXX-XX-XX{}", part_code(part)));
        }
        let amount = match self.tokens(Slot::Amount) {
            Some(tokens) => numbers::amount(self.passage, tokens)?,
            None => Amount::whole(1),
        };
        Some(numbers::period(amount, self.unit(Slot::Unit)?))
    }

    /// The modifier that a word of approximation in the match gives.
    fn approximation(&self) -> Option<Modifier> {
        let Some(words) = self.text(Slot::Approximation).map(str::to_ascii_lowercase) else {
            let classes = [self.classes().couple, self.classes().or_word, self.classes().to_word];
            let mut words = self.range(Slot::Amount)?;
            let open = words.any(|at| classes.iter().any(|&class| self.passage.has(at, class)));
            return open.then_some(Modifier::Approx);
        };
        Some(match words.split_ascii_whitespace().next()? {
            "more" | "over" | "well" => Modifier::MoreThan,
            "less" | "fewer" | "under" | "nearly" | "almost" => Modifier::LessThan,
            "at" if words.ends_with("most") => Modifier::EqualOrLess,
            "at" | "as" => Modifier::EqualOrMore,
            "up" | "no" | "within" => Modifier::EqualOrLess,
            "just" if words.ends_with("over") => Modifier::MoreThan,
            "just" => Modifier::LessThan,
            _ => Modifier::Approx,
        })
    }
}

/// How TIMEX3 spells a part of the day, behind its day.
fn part_code(name: &str) -> &'static str {
    match name {
        "morning" => "TMO",
        "afternoon" => "TAF",
        "evening" => "TEV",
        "night" => "TNI",
        _ => "TDT",
    }
}
