//! Turns resolved dates into events: trigger, status, summary, names, repeats, identity.
//!
//! This module must not know how dates were recognised, nor what records look like.

mod antecedent;
mod date_phrase;
mod dated;
mod echo;
mod edition;
mod entry;
mod identity;
mod line;
mod names;
mod parts;
pub mod rank;
mod repeat;
mod sentence;
mod status;
mod subject;
#[cfg(test)]
mod tests;
mod trigger;
mod undatable;
mod unit;
pub mod weight;
mod wording;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;

use self::antecedent::Discourse;
use self::dated::{DatedSentence, log_date};
pub use self::line::{Alternative, Candidate};
use crate::extraction::DropLog;
use crate::syntax::ParsedPassage;
use crate::temporal::Resolved;
use crate::text::Span;

/// A statement with its date.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// A pure function of article id, normalised sentence, expression and occurrence numbers.
    pub id: String,
    /// The date, as an index into the extraction's expressions.
    pub expression: usize,
    /// The last date of a range, as such an index.
    pub until: Option<usize>,
    /// The end of the time that the text leaves open.
    pub open: Option<Open>,
    /// The sentence.
    pub sentence: Span,
    /// The word that stands for what happened, where one was found.
    pub trigger: Option<Span>,
    /// The clause of the trigger, without the date.
    pub summary: String,
    /// The people, organisations and places in the statement, in the order of the text.
    pub names: Vec<String>,
    /// Where else the article makes the same statement.
    pub also_at: Vec<Repeat>,
    /// Whether it happened, is ongoing, planned, possible or denied.
    pub status: Status,
    /// From 0 to 1.
    pub confidence: f32,
    /// How much an editor would want it on a timeline of its story, from 0 to 1.
    pub weight: f32,
    /// What the weight is computed from, where dates are returned and not events alone.
    pub weight_features: Vec<u16>,
    /// Whether the tense of its verb contradicts its date: one of the two is misread.
    pub conflict: bool,
    /// What the trigger and the summary were chosen from, where dates are returned and not events alone.
    pub candidates: Vec<Candidate>,
    /// The best line that was not chosen, where dates are returned and not events alone.
    pub alternative: Option<Alternative>,
}

/// Returns the id of an event that a feed announces in fields of its own; `date` is written as it is there.
#[must_use]
pub fn id_of_occasion(article: &str, sentence: &str, date: &str) -> String {
    identity::id(article, &identity::normalised(sentence), 0, date, 0)
}

/// Another place that makes the same statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The sentence.
    pub sentence: Span,
    /// The date there, as an index into the extraction's expressions.
    pub expression: usize,
    /// The last date of a range, as such an index.
    pub until: Option<usize>,
    /// The word that stands for what happened, where one was found.
    pub trigger: Option<Span>,
}

/// The end of a period that a text leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// The start is unknown: "until Friday".
    Start,
    /// The end is unknown: "since 2016", "from 2016 onwards".
    End,
}

/// Whether what a statement reports is a fact on its date, seen from publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It happened.
    Happened,
    /// It is going on at publication.
    Ongoing,
    /// It is planned or due.
    Planned,
    /// It may be so.
    Possible,
    /// It did not or will not happen.
    Denied,
}

impl Status {
    /// All variants.
    pub const ALL: [Self; 5] = [Self::Happened, Self::Ongoing, Self::Planned, Self::Possible, Self::Denied];

    /// Returns the name that records use.
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

/// Attaches dates to what happened then, one passage of an article after the other.
#[derive(Debug)]
pub struct Attacher<'a> {
    /// The article's id.
    article: &'a str,
    published: NaiveDate,
    detail: Detail,
    dates: Vec<Resolved>,
    events: Vec<Event>,
    /// How many dates and events there were when dates without an event were last removed.
    settled: (usize, usize),
    /// How many dates made no event because their sentence holds too many.
    crowded: usize,
    /// How often each sentence occurred.
    seen: HashMap<String, usize>,
}

/// Which dates make events, and which dates are returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Only the dates of events are returned: a very long text may hold many more.
    Events,
    /// All dates are returned.
    Dates,
    /// All dates are returned, and references without a date ("now") and durations make events as well.
    Undated,
}

/// What an [`Attacher`] found.
#[derive(Debug)]
pub struct Attached {
    /// The dates, in the order of the text.
    pub dates: Vec<Resolved>,
    /// The events, in the order of the text, each statement once.
    pub events: Vec<Event>,
    /// How many dates made no event because their sentence holds too many.
    pub crowded: usize,
}

impl<'a> Attacher<'a> {
    /// Returns an attacher for an article with this id, published on that day.
    #[must_use]
    pub fn new(article: &'a str, published: NaiveDate, detail: Detail) -> Self {
        let (dates, events, seen) = (Vec::new(), Vec::new(), HashMap::new());
        Self { article, published, detail, dates, events, settled: (0, 0), crowded: 0, seen }
    }

    /// Attaches the dates of a passage; those that make no event are logged.
    pub fn attach(&mut self, passage: &ParsedPassage<'_>, dates: Vec<Resolved>, log: &mut DropLog) {
        if self.detail == Detail::Events {
            self.remove_dates_without_event();
        }
        let before = self.dates.len();
        let discourse = Discourse::new(passage);
        let mut rest = &*dates;
        while let Some(first) = rest.first() {
            let index = first.expression.sentence;
            let count = rest.iter().take_while(|date| date.expression.sentence == index).count();
            let offset = before + dates.len() - rest.len();
            let Some(tokens) = passage.sentences.get(index) else { break };
            let (same, next) = rest.split_at(count);
            rest = next;
            let (same, crowded) = same.split_at(count.min(MOST_IN_A_SENTENCE));
            self.crowded += crowded.len();
            crowded.iter().for_each(|date| log_date(log, date, "its sentence holds too many dates, as a table does"));
            let span = sentence::span(passage, tokens);
            let seen = self.seen.entry(identity::normalised(span.of(passage.text)));
            let number = match &seen {
                Entry::Occupied(before) => *before.get(),
                Entry::Vacant(_) => 0,
            };
            let (article, published, detail) = (self.article, self.published, self.detail);
            let sentence = DatedSentence {
                passage,
                discourse: &discourse,
                tokens,
                span,
                normalised: seen.key(),
                number,
                before: self.events.len(),
                article,
                published,
                detail,
            };
            sentence.attach(same, offset, &mut self.events, log);
            *seen.or_default() += 1;
        }
        if before == 0 {
            self.dates = dates;
        } else {
            self.dates.extend(dates);
        }
    }

    /// Removes the dates of earlier passages that have no event, and renumbers the others.
    fn remove_dates_without_event(&mut self) {
        let (dates, events) = self.settled;
        let events = self.events.get_mut(events..).unwrap_or_default();
        let mut kept = vec![false; self.dates.len() - dates];
        for event in &*events {
            [Some(event.expression), event.until].into_iter().flatten().for_each(|at| kept[at - dates] = true);
        }
        let indices = kept.iter().scan(dates, |next, kept| {
            let index = *next;
            *next += usize::from(*kept);
            Some(index)
        });
        let indices: Vec<usize> = indices.collect();
        for event in events {
            event.expression = indices[event.expression - dates];
            event.until = event.until.map(|until| indices[until - dates]);
        }
        let mut kept = kept.into_iter();
        let mut last = self.dates.split_off(dates);
        last.retain(|_| kept.next() == Some(true));
        self.dates.append(&mut last);
        self.settled = (self.dates.len(), self.events.len());
    }

    /// Returns what was found in the article of this text.
    #[must_use]
    pub fn finish(self, text: &str) -> Attached {
        let events = repeat::merge_repeats(self.events, text, &self.dates);
        Attached { dates: self.dates, events, crowded: self.crowded }
    }
}
