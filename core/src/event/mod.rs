//! Resolved dates to events: trigger, status, summary, names, repeats, identity.
//!
//! This module must not know how dates were recognised, nor how records look.

mod antecedent;
mod date_removal;
mod edition;
mod identity;
mod names;
mod repeat;
mod reporting;
mod status;
mod summary;
#[cfg(test)]
mod tests;
mod trigger;
mod undatable;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use chrono::NaiveDate;

use crate::syntax::ParsedPassage;
use crate::temporal::{Basis, Resolved, TimexType, confidence};
use crate::text::Span;

/// A dated statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// A pure function of article id, normalised sentence, expression and occurrence numbers.
    pub id: String,
    /// Which of the extraction's expressions dates it.
    pub expression: usize,
    /// Where a range ends: the expression that tells its end.
    pub until: Option<usize>,
    /// Which end of the time told is open.
    pub open: Option<Open>,
    /// The sentence.
    pub sentence: Span,
    /// The word of the event, where one was found.
    pub trigger: Option<Span>,
    /// The clause of the event, without the date.
    pub summary: String,
    /// The people, organisations and places in the statement, in the order of the text.
    pub names: Vec<String>,
    /// Where else the article makes the same statement.
    pub also_at: Vec<Repeat>,
    /// Whether it is told as done, planned, possible.
    pub status: Status,
    /// From 0 to 1.
    pub confidence: f32,
}

/// The id of an event that a feed announces in fields of its own: `date` as it is told there.
#[must_use]
pub fn id_of_occasion(article: &str, sentence: &str, date: &str) -> String {
    identity::id(article, &identity::normalised(sentence), 0, date, 0)
}

/// Another place where a statement is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The sentence.
    pub sentence: Span,
    /// Which of the extraction's expressions dates it there.
    pub expression: usize,
    /// Where a range ends.
    pub until: Option<usize>,
    /// The word of the event, where one was found.
    pub trigger: Option<Span>,
}

/// The end of a stretch of time that a text leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// "until Friday": it is not told since when.
    Start,
    /// "since 2016", "from 2016 onwards": it is not told how long.
    End,
}

/// How a statement is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// As done.
    Happened,
    /// As going on at publication.
    Ongoing,
    /// As planned or due.
    Planned,
    /// As possible.
    Possible,
    /// As not so.
    Denied,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Happened, Self::Ongoing, Self::Planned, Self::Possible, Self::Denied];

    /// As records spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Happened => "happened",
            Self::Ongoing => "ongoing",
            Self::Planned => "planned",
            Self::Possible => "possible",
            Self::Denied => "denied",
        }
    }
}

/// The most events of one sentence. More dates than this are a table or a list, and every event carries its sentence:
/// without a bound a megabyte of dates would make half a gigabyte of records.
const MOST_IN_A_SENTENCE: usize = 24;

/// Ties dates to what happened then, one passage of an article after the other.
#[derive(Debug)]
pub struct Attacher<'a> {
    /// The article's id.
    article: &'a str,
    published: NaiveDate,
    detail: Detail,
    dates: Vec<Resolved>,
    events: Vec<Event>,
    /// How many dates and events were there when dates without an event were forgotten last.
    told: (usize, usize),
    /// How many dates made no event because their sentence is crowded with them.
    crowded: usize,
    /// How often each sentence was seen.
    seen: HashMap<String, usize>,
}

/// Which events are told, and which dates are kept beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The dates of events alone: a very long text may tell of many more.
    Events,
    /// All dates.
    Dates,
    /// All dates; and references that name no date ("now") and lengths of time make events as well.
    Undated,
}

/// What a [`Attacher`] found.
#[derive(Debug)]
pub struct Attached {
    /// The dates, in the order of the text.
    pub dates: Vec<Resolved>,
    /// The events, in the order of the text, each statement once.
    pub events: Vec<Event>,
    /// How many dates made no event because their sentence is crowded with them.
    pub crowded: usize,
}

impl<'a> Attacher<'a> {
    /// For an article of this id, published on that day.
    #[must_use]
    pub fn new(article: &'a str, published: NaiveDate, detail: Detail) -> Self {
        let (dates, events, seen) = (Vec::new(), Vec::new(), HashMap::new());
        Self { article, published, detail, dates, events, told: (0, 0), crowded: 0, seen }
    }

    /// Tells of a passage and its dates.
    pub fn attach(&mut self, passage: &ParsedPassage<'_>, dates: Vec<Resolved>) {
        if self.detail == Detail::Events {
            self.drop_dates_without_event();
        }
        let before = self.dates.len();
        let mut rest = &*dates;
        while let Some(first) = rest.first() {
            let index = first.expression.sentence;
            let count = rest.iter().take_while(|date| date.expression.sentence == index).count();
            let offset = before + dates.len() - rest.len();
            let Some(sentence) = passage.sentences.get(index) else { break };
            let (here, behind) = rest.split_at(count);
            rest = behind;
            let here = here.get(..MOST_IN_A_SENTENCE).unwrap_or(here);
            self.crowded += count - here.len();
            let span = summary::sentence_span(passage, sentence);
            let seen = self.seen.entry(identity::normalised(span.of(passage.text)));
            let number = match &seen {
                Entry::Occupied(before) => *before.get(),
                Entry::Vacant(_) => 0,
            };
            let (article, published, undated) = (self.article, self.published, self.detail == Detail::Undated);
            let told =
                DatedSentence { passage, sentence, span, normalised: seen.key(), number, article, published, undated };
            told.events(here, offset, &mut self.events);
            *seen.or_default() += 1;
        }
        if before == 0 {
            self.dates = dates;
        } else {
            self.dates.extend(dates);
        }
    }

    /// Forgets those dates of the passages before that no event is on.
    fn drop_dates_without_event(&mut self) {
        let (dates, events) = self.told;
        let events = self.events.get_mut(events..).unwrap_or_default();
        let mut told = vec![false; self.dates.len() - dates];
        for event in &*events {
            [Some(event.expression), event.until].into_iter().flatten().for_each(|at| told[at - dates] = true);
        }
        let places = told.iter().scan(dates, |next, told| {
            let place = *next;
            *next += usize::from(*told);
            Some(place)
        });
        let places: Vec<usize> = places.collect();
        for event in events {
            event.expression = places[event.expression - dates];
            event.until = event.until.map(|until| places[until - dates]);
        }
        let mut told = told.into_iter();
        let mut last = self.dates.split_off(dates);
        last.retain(|_| told.next() == Some(true));
        self.dates.append(&mut last);
        self.told = (self.dates.len(), self.events.len());
    }

    /// What was found in the article of this text.
    #[must_use]
    pub fn finish(self, text: &str) -> Attached {
        let events = repeat::told_once(self.events, text, &self.dates);
        Attached { dates: self.dates, events, crowded: self.crowded }
    }
}

/// One sentence with its dates.
struct DatedSentence<'t> {
    passage: &'t ParsedPassage<'t>,
    sentence: &'t Range<usize>,
    span: Span,
    /// Its text with white space folded.
    normalised: &'t str,
    /// How many equal sentences stand before it.
    number: usize,
    article: &'t str,
    published: NaiveDate,
    undated: bool,
}

impl DatedSentence<'_> {
    fn events(&self, dates: &[Resolved], offset: usize, events: &mut Vec<Event>) {
        if !dates.iter().any(|date| self.makes_event(date)) {
            return;
        }
        let passage = self.passage;
        let verbs = passage.verbs(self.sentence);
        let seeker = trigger::Seeker::new(passage, self.sentence, verbs, self.published);
        let written = dates.iter().filter(|date| date.basis == Basis::Publication);
        let opening = written.map(|date| date.expression.end).max().unwrap_or_default();
        let mut seen: Vec<String> = Vec::with_capacity(dates.len());
        let mut at = 0;
        while let Some(date) = dates.get(at) {
            let next = dates.get(at + 1);
            let until = next.filter(|until| self.is_range(date, until)).map(|_| at + 1);
            let again = next.filter(|next| until.is_none() && self.is_again(date, next)).map(|_| at + 1);
            let words = identity::normalised(date.expression.span.of(self.passage.text));
            let number = seen.iter().filter(|before| *before == &words).count();
            let makes_event = self.makes_event(date);
            let trigger = if makes_event { seeker.trigger(date) } else { None };
            let at_word = trigger.map_or(date.expression.first, |trigger| trigger.token());
            let place = undatable::Place { passage, sentence: self.sentence, date: &date.expression };
            if makes_event && place.tells(at_word, trigger.is_some()) {
                let status = status::status(&seeker, trigger, date);
                let own = date.expression.first..until.or(again).map_or(date, |last| &dates[last]).expression.end;
                let opening = if own.start < opening { 0 } else { opening };
                let (summary, names) = summary::summary(&seeker, trigger, own, opening);
                // One word alone tells nothing, nor do two without a verb.
                let clause = matches!(trigger, Some(trigger::Trigger::Verb(verb)) if verb.finite);
                let told = memchr::memchr_iter(b' ', summary.as_bytes()).nth(usize::from(!clause)).is_some();
                events.extend(told.then(|| Event {
                    id: identity::id(self.article, self.normalised, self.number, &words, number),
                    expression: offset + at,
                    until: until.map(|until| offset + until),
                    open: if until.is_none() { self.open(date) } else { None },
                    sentence: self.span,
                    trigger: trigger.map(|trigger| self.passage.tokens[trigger.token()].span),
                    summary,
                    names,
                    also_at: Vec::new(),
                    status,
                    confidence: confidence::of_event(date.confidence, trigger.is_some()),
                }));
            }
            seen.push(words);
            at = until.or(again).unwrap_or(at) + 1;
        }
    }

    /// "On Friday, 3 May,": the second date only says again when the first is.
    fn is_again(&self, date: &Resolved, next: &Resolved) -> bool {
        let between = date.expression.end..next.expression.first;
        let apart =
            between.len() <= 1 && between.clone().all(|at| self.passage.has(at, self.passage.pack.grammar.comma));
        let days = |date: &Resolved| {
            let interval = date.interval?;
            Some((interval.start?.local(), interval.end?.local()))
        };
        let same = |(first, second): (_, _)| first == second;
        apart && self.makes_event(date) && days(date).zip(days(next)).is_some_and(same)
    }

    /// "from 3 May to 7 June", "between March and May", "2016-2018": two dates, one stretch of time.
    fn is_range(&self, from: &Resolved, until: &Resolved) -> bool {
        if from.expression.first == until.expression.first {
            // Two years in one token.
            return true;
        }
        let between = from.expression.end..until.expression.first;
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let before = from.expression.first.checked_sub(1);
        let opened = |class| before.is_some_and(|before| passage.has(before, class));
        let joined = match between.len() {
            1 => {
                let at = between.start;
                passage.has(at, grammar.until)
                    || passage.has(at, grammar.dash)
                    || passage.has(at, grammar.and) && opened(grammar.between)
            }
            2 => passage.has(between.start, grammar.until) && passage.has(between.start + 1, grammar.determiner),
            _ => false,
        };
        let ends = |date: &Resolved| date.interval.map(|interval| (interval.start, interval.end));
        let in_order = match (ends(from), ends(until)) {
            (Some((Some(first), _)), Some((Some(last), Some(_)))) => first.local() <= last.local(),
            _ => false,
        };
        joined && in_order && self.makes_event(from) && self.makes_event(until)
    }

    /// Which end of the time told is open, by the words around the date. "Not until Friday" tells of Friday alone.
    fn open(&self, date: &Resolved) -> Option<Open> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let before = date.expression.first.checked_sub(1).filter(|before| self.sentence.contains(before))?;
        let negated = before > self.sentence.start && passage.has(before - 1, grammar.negation);
        if passage.has(before, grammar.since) || passage.has(date.expression.end, grammar.onwards) {
            Some(Open::End)
        } else if passage.has(before, grammar.ahead) && !negated {
            Some(Open::Start)
        } else {
            None
        }
    }

    /// Only expressions that name a time make events, unless others are asked for.
    fn makes_event(&self, date: &Resolved) -> bool {
        let told = date.interval.is_some() || self.undated && date.timex != TimexType::Set;
        told && date.basis != Basis::Publication
    }
}
