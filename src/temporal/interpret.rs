//! A match and its named parts to a meaning. The parts are read by what their words say in the lexicon.

use std::ops::Range;

use chrono::Weekday;

use super::Document;
use super::holiday::Holiday;
use super::meaning::{Amount, Expression, Fields, Meaning, Which, offset_minutes};
use super::numbers;
use super::resolved::Modifier;
use crate::calendar::{Clock, PartOfDay, Season, Unit};
use crate::language::{CountedFrom, Rule, Template, Value};
use crate::text::{Span, Token};

/// The named parts of a match.
struct Parts<'p> {
    document: &'p Document<'p>,
    parts: Vec<(&'p str, Range<usize>)>,
}

/// Appends what the match says: one expression, or two where it joins two dates. False where its numbers are
/// impossible.
pub(super) fn interpret(
    document: &Document<'_>,
    rule: &Rule,
    tokens: Range<usize>,
    symbols: &[u8],
    sentence: usize,
    expressions: &mut Vec<Expression>,
) -> bool {
    let mut parts = rule.parts(&symbols[tokens.clone()]);
    for (_, range) in &mut parts {
        *range = range.start + tokens.start..range.end + tokens.start;
    }
    let parts = Parts { document, parts };
    let found = expressions.len();
    let mut push = |first: usize, end: usize, span: Span, meaning: Meaning| {
        let modifier = parts.approximation();
        expressions.push(Expression { span, first, end, sentence, rule: rule.id, meaning, modifier });
    };
    let whole = document.span(tokens.start, tokens.end);
    match &rule.template {
        Template::Days => {
            for (meaning, range) in parts.days(&tokens).into_iter().flatten() {
                push(range.start, range.end, document.span(range.start, range.end), meaning);
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
            Template::Shift { unit, by } => self.shift(unit.as_deref(), *by)?,
            Template::Count { sign, from } => self.count(*sign, *from, tokens)?,
            Template::Length { window } => self.length(*window)?,
            Template::Repeat { value } => Meaning::Repeat(value.clone().or_else(|| self.repetition())?),
            Template::Vague { value } => Meaning::Vague(value.clone()),
            Template::Clock => self.clock()?,
            Template::PartOfDay { by } => self.part_of_day(*by)?,
            Template::Modifier { modifier } => Meaning::Modifier(Modifier::from_name(modifier)?),
            Template::Nothing => Meaning::Nothing,
            Template::Days | Template::Years => return None,
        })
    }

    fn range(&self, name: &str) -> Option<Range<usize>> {
        self.parts.iter().find(|(part, _)| *part == name).map(|(_, range)| range.clone())
    }

    fn tokens(&self, name: &str) -> Option<&[Token]> {
        self.document.tokens.get(self.range(name)?)
    }

    fn text(&self, name: &str) -> Option<&str> {
        let range = self.range(name)?;
        Some(self.document.span(range.start, range.end).of(self.document.text))
    }

    /// What the first word of a part says within a class.
    fn value(&self, name: &str, class: &str) -> Option<&Value> {
        let lexicon = &self.document.pack.lexicon;
        let class = lexicon.class(class)?;
        self.tokens(name)?.iter().find_map(|token| lexicon.value(token, class))
    }

    fn number(&self, name: &str, class: &str) -> Option<i64> {
        match self.value(name, class)? {
            Value::Number(number) => Some(*number),
            Value::Name(_) => None,
        }
    }

    fn word(&self, name: &str, class: &str) -> Option<&str> {
        match self.value(name, class)? {
            Value::Name(word) => Some(word),
            Value::Number(_) => None,
        }
    }

    fn small<T: TryFrom<i64>>(&self, name: &str, class: &str) -> Option<T> {
        self.number(name, class).and_then(|number| T::try_from(number).ok())
    }

    fn unit(&self, name: &str) -> Option<Unit> {
        Unit::from_name(self.word(name, "UNIT").or_else(|| self.word(name, "SINGULAR"))?)
    }

    fn which(&self) -> Option<Which> {
        let unit = match self.range("named") {
            Some(_) => Some(self.unit("named")?),
            None => None,
        };
        for (class, from) in [
            ("LAST", CountedFrom::Published),
            ("NEXT", CountedFrom::Published),
            ("THIS", CountedFrom::Published),
            ("TOLD", CountedFrom::Told),
        ] {
            if let Some(by) = self.number("which", class) {
                return Some(Which { by, from, unit });
            }
        }
        None
    }

    fn fields(&self) -> Option<Fields> {
        let mut fields = Fields { which: self.which(), ..Fields::default() };
        if fields.which.is_none() && self.range("named").is_some() {
            fields.which = Some(Which { by: 0, from: CountedFrom::Told, unit: self.unit("named") });
        }
        fields.year = self.year()?;
        fields.month = self.small("month", "MONTH").or_else(|| self.small("month", "MONTH_LOWER"));
        fields.day = match self.tokens("day") {
            Some(tokens) => Some(numbers::ordinal(self.document, tokens).filter(|day| (1..=31).contains(day))? as u8),
            None => None,
        };
        let name = self.number("weekday", "WEEKDAY").or_else(|| self.number("weekday", "WEEKDAYSHORT"));
        fields.weekday = name.and_then(weekday);
        fields.season = self.word("season", "SEASON").and_then(season);
        fields.quarter = self.small("quarter", "QUARTERTH");
        fields.half = self.half()?;
        if let Some(text) = self.text("digit") {
            let digit: u8 = text.parse().ok()?;
            match self.text_has_h() {
                true => fields.half = Some(Some(digit).filter(|half| (1..=2).contains(half))?),
                false => fields.quarter = Some(Some(digit).filter(|quarter| (1..=4).contains(quarter))?),
            }
        }
        fields.nth = self.nth()?;
        fields.week = self.text_starts_week();
        fields.weekend = self.range("weekend").is_some();
        fields.decade = self.decade();
        fields.century = self.century()?;
        fields.holiday = match self.text("holiday") {
            Some(text) => Some(Holiday::from_name(&plain_name(text))?),
            None => None,
        };
        self.numeric(&mut fields)?;
        Some(fields)
    }

    /// The outer `None` refuses the match.
    #[expect(clippy::option_option, reason = "no year told, and an impossible year, are two things")]
    fn year(&self) -> Option<Option<i32>> {
        if let Some(text) = self.text("year") {
            let year: i32 = text.parse().ok()?;
            let era = self.number("era", "ERA");
            let year = if text.len() == 2 && era.is_none() { numbers::full_year(year) } else { year };
            let before = era.is_some_and(|era| era < 0);
            return Some(Some(if before { 1 - year } else { year }));
        }
        if self.range("spoken").is_none() || self.range("decadeword").is_some() {
            return Some(None);
        }
        let spoken = |name| self.number(name, "TENS").or_else(|| self.number(name, "TEENS"));
        let century = spoken("spoken")?;
        let rest = spoken("decade").or_else(|| spoken("teen"))? + self.number("unit", "CARDINAL").unwrap_or(0);
        let year = century * 100 + rest;
        Some(Some(i32::try_from(year).ok().filter(|year| (1000..2200).contains(year))?))
    }

    #[expect(clippy::option_option, reason = "no half told, and an impossible half, are two things")]
    fn half(&self) -> Option<Option<u8>> {
        if self.range("halflast").is_some() {
            return Some(Some(2));
        }
        match self.range("half") {
            None => Some(None),
            Some(_) => match self.small::<u8>("half", "QUARTERTH")? {
                half @ 1..=2 => Some(Some(half)),
                4 => Some(Some(2)),
                _ => None,
            },
        }
    }

    #[expect(clippy::option_option, reason = "no number told, and an impossible one, are two things")]
    fn nth(&self) -> Option<Option<i8>> {
        if self.range("nthlast").is_some() {
            return Some(Some(-1));
        }
        match self.tokens("nth") {
            None => Some(None),
            Some(tokens) => match numbers::ordinal(self.document, tokens)? {
                nth @ 1..=5 => Some(Some(nth as i8)),
                _ => None,
            },
        }
    }

    fn text_has_h(&self) -> bool {
        let before = self.range("digit").and_then(|digit| digit.start.checked_sub(1));
        before.is_some_and(|before| self.document.word(before).eq_ignore_ascii_case("h"))
    }

    fn text_starts_week(&self) -> bool {
        // "the week of March 6": the rule has a month and a day behind the word.
        let Some(month) = self.range("month") else { return false };
        let Some(day) = self.range("day") else { return false };
        let first = month.start.min(day.start);
        let lexicon = &self.document.pack.lexicon;
        let week = lexicon.class("=week");
        (first.saturating_sub(4)..first)
            .filter_map(|at| self.document.tokens.get(at))
            .any(|token| week.is_some_and(|week| lexicon.has(token, week)))
            && self.parts.iter().all(|(_, range)| range.start >= first.saturating_sub(2))
            && self.range("named").is_none()
    }

    fn decade(&self) -> Option<i32> {
        if self.range("decadeword").is_some() {
            let tens = i32::try_from(self.number("decadeword", "DECADEWORD")?).ok()? / 10;
            let century = self.number("spoken", "TEENS").or_else(|| self.number("spoken", "TENS"));
            return Some(
                century.and_then(|century| i32::try_from(century).ok()).map_or(tens, |century| century * 10 + tens),
            );
        }
        if self.range("spoken").is_some() {
            return None;
        }
        let at = self.range("decade")?.start;
        let short = self.tokens("decade")?.first()?.span.range().len() == 3;
        let led =
            self.range("article").is_some() || at.checked_sub(1).is_some_and(|at| self.document.is(at, "MODWORD"));
        if short && !led {
            // "80s" alone is as often an age or a temperature.
            return None;
        }
        let digits: String = self.text("decade")?.chars().filter(char::is_ascii_digit).collect();
        let year: i32 = digits.parse().ok()?;
        (year % 10 == 0).then_some(year / 10)
    }

    #[expect(clippy::option_option, reason = "no century told, and an impossible one, are two things")]
    fn century(&self) -> Option<Option<i32>> {
        let Some(tokens) = self.tokens("century") else { return Some(None) };
        let number = i32::try_from(numbers::ordinal(self.document, tokens)?).ok().filter(|n| (1..=40).contains(n))?;
        let before = self.number("era", "ERA").is_some_and(|era| era < 0);
        Some(Some(if before { -number } else { number - 1 }))
    }

    /// Dates in digits. The order of day and month stays open here where the numbers do not tell it.
    fn numeric(&self, fields: &mut Fields) -> Option<()> {
        if let Some(text) = self.text("yearmonth") {
            let mut numbers = text.split(['-', '/']).map_while(|number| number.parse::<i32>().ok());
            fields.year = numbers.next();
            fields.month = numbers.next().and_then(|month| u8::try_from(month).ok());
            return fields.month.map(|_| ());
        }
        let Some(text) = self.text("date") else {
            return if fields.decade.is_none() && self.range("decade").is_some() && self.range("spoken").is_none() {
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

    fn shift(&self, unit: Option<&str>, by: Option<i64>) -> Option<Meaning> {
        if self.range("told").is_some() {
            // "the quarter" is the one told of; "the year" is the one of publication, or in a history the one told.
            let unit = self.unit("told")?;
            let from = if unit == Unit::Quarter { CountedFrom::Told } else { CountedFrom::Sentence };
            return Some(Meaning::Shift { by: by?, unit, from });
        }
        if let Some(day) = self.number("day", "DEICTIC") {
            return Some(Meaning::Shift { by: day, unit: Unit::Day, from: CountedFrom::Published });
        }
        if let Some(season) = self.word("season", "SEASON").and_then(season) {
            let which = Some(Which { by: by?, from: CountedFrom::Published, unit: None });
            return Some(Meaning::Calendar(Box::new(Fields { which, season: Some(season), ..Fields::default() })));
        }
        let unit = match unit {
            Some(name) => Unit::from_name(name)?,
            None => self.unit("unit")?,
        };
        let which = self.which();
        let mut from = which.map_or(CountedFrom::Published, |which| which.from);
        if self.tells_the_next() && unit <= Unit::Day {
            from = CountedFrom::Told;
        }
        Some(Meaning::Shift { by: by.or(which.map(|which| which.by))?, unit, from })
    }

    /// "the next day" follows the day told, "next day" and "next year" follow publication.
    fn tells_the_next(&self) -> bool {
        let Some(which) = self.range("which") else { return false };
        let article = which.start.checked_sub(1).is_some_and(|before| self.document.is(before, "DET"));
        article && self.number("which", "NEXT").is_some()
    }

    fn count(&self, sign: i64, from: CountedFrom, tokens: &Range<usize>) -> Option<Meaning> {
        let has_unit = self.range("unit").is_some();
        if !has_unit {
            let quarter = self.small("quarter", "QUARTERTH");
            return Some(Meaning::YearEarlier { quarter, period: self.range("named").is_some() });
        }
        let sign = match self.text("sign") {
            Some(word) if word.starts_with(['b', 'B', 'p', 'P']) => -1,
            Some(_) => 1,
            None => sign,
        };
        let tail = self.range("sign").map_or(0, |range| tokens.end - range.start);
        let amount = match self.tokens("amount") {
            Some(tokens) => numbers::amount(self.document, tokens)?,
            None if self.range("half").is_some() => Amount::Exact { count: 1, part: 30 },
            None => Amount::whole(1),
        };
        if let Some(part) = self.word("unit", "PART").and_then(part) {
            // "the night before"
            let day = Meaning::Shift { by: sign, unit: Unit::Day, from };
            return Some(Meaning::PartOfDay { part, day: Some(Box::new(day)) });
        }
        Some(Meaning::Count { amount, unit: self.unit("unit")?, sign, from, anchor: None, tail })
    }

    fn length(&self, window: i64) -> Option<Meaning> {
        if let Some(tokens) = self.tokens("whole") {
            let lexicon = &self.document.pack.lexicon;
            let class = lexicon.class("UNIT")?;
            let unit = tokens.iter().find_map(|token| lexicon.value(token, class))?;
            let Value::Name(unit) = unit else { return None };
            return Some(Meaning::Length {
                amount: Amount::Exact { count: 1, part: 30 },
                unit: Unit::from_name(unit)?,
                window,
            });
        }
        let unit = self.unit("unit")?;
        let amount = match self.tokens("amount") {
            Some(tokens) => numbers::amount(self.document, tokens)?,
            None if self.number_is_plural() => Amount::Open,
            None => Amount::whole(1),
        };
        Some(Meaning::Length { amount, unit, window })
    }

    fn number_is_plural(&self) -> bool {
        self.value("unit", "PLURAL").is_some()
    }

    fn repetition(&self) -> Option<String> {
        if let Some(value) = self.word("often", "ADVERBIAL") {
            return Some(value.to_owned());
        }
        if let Some(day) = self.number("weekday", "WEEKDAY").or_else(|| self.number("weekday", "WEEKDAYS")) {
            let part = self.word("part", "NIGHTS").map(part_code).unwrap_or_default();
            return Some(format!("XXXX-WXX-{day}{part}"));
        }
        if let Some(month) = self.number("month", "MONTH") {
            return Some(format!("XXXX-{month:02}"));
        }
        if let Some(season) = self.word("season", "SEASON") {
            let code = match season {
                "spring" => "SP",
                "summer" => "SU",
                "autumn" => "FA",
                _ => "WI",
            };
            return Some(format!("XXXX-{code}"));
        }
        if let Some(part) = self.word("part", "PART") {
            return Some(format!("XXXX-XX-XX{}", part_code(part)));
        }
        let amount = match self.tokens("amount") {
            Some(tokens) => numbers::amount(self.document, tokens)?,
            None => Amount::whole(1),
        };
        Some(numbers::period(amount, self.unit("unit")?))
    }

    fn clock(&self) -> Option<Meaning> {
        if let Some(text) = self.text("datetime") {
            return numbers::date_time(text);
        }
        let zone = self.number("zone", "ZONE");
        let offset = match zone {
            Some(minutes) => Some(offset_minutes(minutes)?),
            None => None,
        };
        let (hour, minute, second) = self.hour_and_minute()?;
        let later = self.number("meridiem", "MERIDIEM").or_else(|| match self.word("part", "PART")? {
            "morning" => Some(0),
            "night" if hour < 6 => Some(0),
            _ => Some(12),
        });
        let hour = match later {
            Some(later) if hour <= 12 => hour % 12 + u8::try_from(later).ok()?,
            Some(0) => return None,
            _ => hour,
        };
        let hour = if hour == 24 { 0 } else { hour };
        Some(Meaning::Clock { clock: Clock { hour, minute, second, offset }, day: None })
    }

    fn hour_and_minute(&self) -> Option<(u8, Option<u8>, Option<u8>)> {
        if let Some(sign) = self.text("sign") {
            return self.past_the_hour(sign.eq_ignore_ascii_case("to"));
        }
        if let Some(hour) = self.small("noon", "NOON") {
            return Some((hour, Some(0), None));
        }
        if let Some(text) = self.text("military") {
            let whole: u16 = text.parse().ok()?;
            return Some(((whole / 100) as u8, Some((whole % 100) as u8), None));
        }
        if let Some(text) = self.text("clock").or_else(|| self.text("point")) {
            let mut numbers = text.split([':', '.']).map_while(|number| number.parse::<u8>().ok());
            let (hour, minute) = (numbers.next()?, numbers.next()?);
            return (hour <= 24 && minute < 60).then_some((hour, Some(minute), numbers.next()));
        }
        let hour = match self.number("hour", "HOURWORD") {
            Some(hour) => u8::try_from(hour).ok()?,
            None => self.text("hour")?.parse().ok()?,
        };
        Some((hour, Some(0), None))
    }

    /// "half past six", "ten to three".
    fn past_the_hour(&self, before: bool) -> Option<(u8, Option<u8>, Option<u8>)> {
        let minutes = match self.number("partof", "HALF") {
            Some(half) => 60 / u32::try_from(half).ok()?,
            None => match numbers::amount(self.document, self.tokens("minutes")?)? {
                Amount::Exact { count, part: 0 } => count,
                _ => return None,
            },
        };
        let hour = match self.number("hour", "HOURWORD") {
            Some(hour) => u32::try_from(hour).ok()?,
            None => self.text("hour")?.parse().ok()?,
        };
        let all = if before { (hour * 60).checked_sub(minutes)? } else { hour * 60 + minutes };
        (minutes < 60 && hour <= 24).then_some(((all / 60 % 24) as u8, Some((all % 60) as u8), None))
    }

    fn part_of_day(&self, by: Option<i64>) -> Option<Meaning> {
        let part = match self.range("night") {
            Some(_) => PartOfDay::Night,
            None => self.word("part", "PART").and_then(part)?,
        };
        let shift = |by, from| Meaning::Shift { by, unit: Unit::Day, from };
        let day = if self.range("weekday").is_some() {
            Some(Meaning::Calendar(Box::new(self.fields()?)))
        } else if let Some(day) = self.number("day", "DEICTIC") {
            Some(shift(day, CountedFrom::Published))
        } else if let Some(which) = self.which() {
            Some(shift(which.by, if self.tells_the_next() { CountedFrom::Told } else { which.from }))
        } else {
            let from = if self.range("night").is_some() { CountedFrom::Published } else { CountedFrom::Sentence };
            by.map(|by| shift(by, from))
        };
        Some(Meaning::PartOfDay { part, day: day.map(Box::new) })
    }

    /// Two years in one token, each with the digits that tell it.
    fn years(&self, whole: Span) -> Option<[(i32, Span); 2]> {
        let text = self.text("years")?;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let first = digits(text);
        let last = text.len()
            - text
                .rfind(|c: char| !c.is_ascii_digit())
                .map(|at| at + text[at..].chars().next().map_or(1, char::len_utf8))?;
        let (from, to): (i32, i32) = (text[..first].parse().ok()?, text[text.len() - last..].parse().ok()?);
        let to = if to < 100 { from / 100 * 100 + to } else { to };
        let (start, end) = (whole.start as usize, whole.end as usize);
        (from < to).then(|| [(from, Span::new(start, start + first)), (to, Span::new(end - last, end))])
    }

    /// Two days of one month, each with its tokens; the month's own stand with the day beside it.
    fn days(&self, tokens: &Range<usize>) -> Option<[(Meaning, Range<usize>); 2]> {
        let fields = self.fields()?;
        let day = |name| numbers::ordinal(self.document, self.tokens(name)?).filter(|day| (1..=31).contains(day));
        let date = |day: u32| Meaning::Calendar(Box::new(Fields { day: Some(day as u8), ..fields.clone() }));
        let (first, last) = (self.range("firstday")?, self.range("lastday")?);
        let month_leads = self.range("month")?.start < first.start;
        let first = if month_leads { tokens.start..first.end } else { first };
        let last = last.start..if month_leads { last.end } else { tokens.end };
        Some([(date(day("firstday")?), first), (date(day("lastday")?), last)])
    }

    /// The modifier that a word of approximation in the match gives.
    fn approximation(&self) -> Option<Modifier> {
        let Some(words) = self.text("approx").map(str::to_ascii_lowercase) else {
            let couple = self.range("amount")?.any(|at| self.document.is(at, "=couple"));
            return couple.then_some(Modifier::Approx);
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

fn weekday(number: i64) -> Option<Weekday> {
    Weekday::try_from(u8::try_from(number - 1).ok()?).ok()
}

fn season(name: &str) -> Option<Season> {
    Some(match name {
        "spring" => Season::Spring,
        "summer" => Season::Summer,
        "autumn" => Season::Autumn,
        "winter" => Season::Winter,
        _ => return None,
    })
}

fn part(name: &str) -> Option<PartOfDay> {
    Some(match name {
        "morning" => PartOfDay::Morning,
        "afternoon" => PartOfDay::Afternoon,
        "evening" => PartOfDay::Evening,
        "night" => PartOfDay::Night,
        "daytime" => PartOfDay::Daytime,
        _ => return None,
    })
}

/// A feast's name as the table has it: lower case, no possessive endings, no dots.
fn plain_name(text: &str) -> String {
    let lower = text.to_lowercase().replace('’', "'").replace("'s", "").replace(['\'', '.'], "");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
