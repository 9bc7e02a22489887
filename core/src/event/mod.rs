//! Turns resolved dates into events: trigger, status, summary, names, repeats, identity.
//!
//! This module must not know how dates were recognised, nor what records look like.

mod antecedent;
mod echo;
mod edition;
mod identity;
mod line;
mod names;
mod parts;
pub mod rank;
mod repeat;
mod sentence;
mod status;
#[cfg(test)]
mod tests;
mod trigger;
mod undatable;
mod unit;
pub mod weight;
mod wording;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use chrono::NaiveDate;

use self::antecedent::Discourse;
pub use self::line::{Alternative, Candidate};
use self::sentence::ParsedSentence;
use self::status::Agreed;
use self::trigger::Trigger;
use self::unit::DatedClause;
use self::weight::Written;
use crate::extraction::{DropLog, DropStage, Dropped};
use crate::syntax::ParsedPassage;
use crate::temporal::{Basis, Meaning, Resolved, TimexType, confidence};
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

/// Logs a date that makes no event.
fn log_date(log: &mut DropLog, date: &Resolved, reason: &'static str) {
    let (span, rule) = (date.expression.span, date.expression.rule);
    log.push(Dropped { span, rule, stage: DropStage::Attach, reason });
}

/// One sentence with its dates.
struct DatedSentence<'t> {
    passage: &'t ParsedPassage<'t>,
    discourse: &'t Discourse<'t>,
    tokens: &'t Range<usize>,
    span: Span,
    /// Its text with white space folded.
    normalised: &'t str,
    /// How many equal sentences are before it.
    number: usize,
    /// How many events are before it.
    before: usize,
    article: &'t str,
    published: NaiveDate,
    detail: Detail,
}

/// What a date is attached to.
struct Statement<'v> {
    trigger: Option<Trigger<'v>>,
    agreed: Agreed,
    summary: String,
    names: Vec<String>,
    weight: Vec<u16>,
    candidates: Vec<Candidate>,
    alternative: Option<Alternative>,
}

impl DatedSentence<'_> {
    fn attach(&self, dates: &[Resolved], offset: usize, events: &mut Vec<Event>, log: &mut DropLog) {
        if !dates.iter().any(|date| self.makes_event(date)) {
            dates.iter().for_each(|date| self.no_event(date).into_iter().for_each(|why| log_date(log, date, why)));
            return;
        }
        let datelines = dates.iter().filter(|date| date.basis == Basis::Publication);
        let opening = datelines.map(|date| date.expression.end).max().unwrap_or_default();
        let tokens = |date: &Resolved| date.expression.first..date.expression.end;
        let all: Vec<Range<usize>> = dates.iter().map(tokens).collect();
        let spans: Vec<Range<usize>> = dates.iter().filter(|date| self.makes_event(date)).map(tokens).collect();
        let sentence = ParsedSentence::new(self.passage, self.tokens, self.published, opening, &all);
        let mut seen: Vec<String> = Vec::with_capacity(dates.len());
        let mut at = 0;
        while let Some(date) = dates.get(at) {
            if let Some(reason) = self.echo(dates, at) {
                log_date(log, date, reason);
                seen.push(identity::normalised(date.expression.span.of(self.passage.text)));
                at += 1;
                continue;
            }
            let next = dates.get(at + 1);
            let until = next.filter(|until| self.is_range(date, until)).map(|_| at + 1);
            let restated = next.filter(|next| until.is_none() && self.is_restated(date, next)).map(|_| at + 1);
            let last = until.or(restated).unwrap_or(at);
            let words = identity::normalised(date.expression.span.of(self.passage.text));
            let number = seen.iter().filter(|before| *before == &words).count();
            match self.statement(&sentence, date, &dates[last], &spans) {
                Ok(Statement {
                    trigger,
                    agreed: Agreed { status, conflict },
                    summary,
                    names,
                    weight,
                    candidates,
                    alternative,
                }) => {
                    events.push(Event {
                        id: identity::id(self.article, self.normalised, self.number, &words, number),
                        expression: offset + at,
                        until: until.map(|until| offset + until),
                        open: if until.is_none() { self.open(date, trigger) } else { None },
                        sentence: self.span,
                        trigger: trigger.map(|trigger| self.passage.tokens[trigger.token()].span),
                        summary,
                        names,
                        also_at: Vec::new(),
                        status,
                        confidence: confidence::of_event(date.confidence, trigger.is_some(), conflict),
                        weight: weight::weight(&self.passage.pack.weight, &weight),
                        weight_features: if self.detail == Detail::Events { Vec::new() } else { weight },
                        conflict,
                        candidates,
                        alternative,
                    });
                    restated.into_iter().for_each(|at| log_date(log, &dates[at], "it restates the date before it"));
                }
                Err(reason) => dates[at..=last].iter().for_each(|date| log_date(log, date, reason)),
            }
            seen.push(words);
            at = last + 1;
        }
    }

    /// Returns the statement on a date; the reason where there is none. `last` is the last date of a range or of a date
    /// that is restated, else the date itself; `dates` are the tokens of all dates of the sentence.
    fn statement<'v>(
        &self,
        sentence: &'v ParsedSentence<'v>,
        date: &Resolved,
        last: &Resolved,
        dates: &[Range<usize>],
    ) -> Result<Statement<'v>, &'static str> {
        if let Some(reason) = self.no_event(date) {
            return Err(reason);
        }
        let trigger = sentence.trigger(date);
        let at = trigger.map_or(date.expression.first, |trigger| trigger.token());
        let position = undatable::DatePosition { passage: self.passage, sentence: self.tokens, date: &date.expression };
        if let Some(reason) = position.undatable(at, trigger.is_some()) {
            return Err(reason);
        }
        let agreed = status::status(sentence, trigger, date, last);
        let own = date.expression.first..last.expression.end;
        let others: Vec<_> =
            dates.iter().filter(|other| other.end <= own.start || own.end <= other.start).cloned().collect();
        let (passage, discourse, structure) = (self.passage, self.discourse, &sentence.structure);
        let trigger_token = trigger.map(|trigger| trigger.token());
        let clause =
            DatedClause { passage, structure, discourse, date: own.clone(), others: &others, trigger: trigger_token };
        let drafts = line::drafts(&clause);
        let Some(chosen) = line::choose(passage, &drafts) else {
            return Err("its statement is too short");
        };
        let (summary, names) = line::finish(passage, self.tokens, &chosen, &own);
        let weight = weight::features(&Written {
            clause: &clause,
            date,
            sentence: self.span,
            published: self.published,
            before: self.before,
            agreed: &agreed,
            chosen: &chosen,
            line: &summary,
            names: &names,
        });
        let (candidates, alternative) = match self.detail {
            Detail::Events => (Vec::new(), None),
            Detail::Dates | Detail::Undated => {
                let candidates: Vec<Candidate> = drafts.iter().flat_map(|draft| draft.variants(passage)).collect();
                let alternative = line::alternative(&candidates, &chosen, &passage.pack.lines);
                (candidates, alternative)
            }
        };
        Ok(Statement { trigger, agreed, summary, names, weight, candidates, alternative })
    }

    /// Whether the second date only restates the first: "On Friday, 3 May,".
    fn is_restated(&self, date: &Resolved, next: &Resolved) -> bool {
        let between = date.expression.end..next.expression.first;
        // "On Friday, 3 May", "A decade later, in 2008"
        let grammar = &self.passage.pack.grammar;
        let led = |at: usize| self.passage.has(at, grammar.inside) || self.passage.has(at, grammar.clock_preposition);
        let comma = between.clone().take(1).all(|at| self.passage.has(at, grammar.comma));
        let apposition = comma && between.len() <= 2 && between.clone().skip(1).all(led);
        let days = |date: &Resolved| {
            let interval = date.interval?;
            Some((interval.start?.local(), interval.end?.local()))
        };
        let same = |(first, second): (_, _)| first == second;
        self.ends_with(date, next)
            || apposition && self.makes_event(date) && days(date).zip(days(next)).is_some_and(same)
    }

    /// "the three months ended March 31": the second date is the last day of the first.
    fn ends_with(&self, date: &Resolved, last: &Resolved) -> bool {
        let grammar = &self.passage.pack.grammar;
        let tied = |at| self.passage.has(at, grammar.ended) || self.passage.has(at, grammar.to);
        let end = |date: &Resolved| Some(date.interval?.end?.local());
        matches!(date.expression.meaning, Meaning::Ending { .. })
            && (1..=2).contains(&last.expression.first.saturating_sub(date.expression.end))
            && tied(date.expression.end)
            && end(date) == end(last)
    }

    /// Whether two dates are the ends of one period: "from 3 May to 7 June", "between March and May", "2016-2018".
    fn is_range(&self, from: &Resolved, until: &Resolved) -> bool {
        if from.expression.first == until.expression.first {
            // Two years in one token.
            return true;
        }
        if self.ends_with(from, until) {
            return false;
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
        joined && in_order && !self.is_moved(before) && self.makes_event(from) && self.makes_event(until)
    }

    /// "moved from Saturday to Sunday": two dates, no stretch of time.
    fn is_moved(&self, from: Option<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let Some(from) = from.filter(|&from| passage.has(from, grammar.from)) else { return false };
        let verb = passage.verbs(self.tokens).iter().rev().find(|verb| verb.tokens.end <= from);
        verb.is_some_and(|verb| passage.has(verb.head, grammar.moves))
    }

    /// Returns which end of the period is open, by the words around the date. "Not until Friday" means Friday alone.
    fn open(&self, date: &Resolved, trigger: Option<Trigger<'_>>) -> Option<Open> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let before = date.expression.first.checked_sub(1).filter(|before| self.tokens.contains(before))?;
        let verb = matches!(trigger, Some(Trigger::Verb(verb)) if verb.negated);
        let negated = verb || before > self.tokens.start && passage.has(before - 1, grammar.negation);
        if passage.has(before, grammar.since) || passage.has(date.expression.end, grammar.onwards) {
            Some(Open::End)
        } else if passage.has(before, grammar.ahead) && !negated {
            Some(Open::Start)
        } else {
            None
        }
    }

    fn makes_event(&self, date: &Resolved) -> bool {
        self.no_event(date).is_none()
    }

    /// Returns why an expression makes no event whatever its sentence says: it is no date, or that of the article.
    /// Where undated references are asked for, they make events as well.
    fn no_event(&self, date: &Resolved) -> Option<&'static str> {
        match date.timex {
            _ if date.basis == Basis::Publication => Some("it is the date of the article itself"),
            _ if date.interval.is_some() => None,
            TimexType::Set => Some("a repetition has no date of its own"),
            _ if self.detail == Detail::Undated => None,
            TimexType::Duration => Some("a length of time has no date of its own"),
            TimexType::Date | TimexType::Time => Some("it is too vague to have a date"),
        }
    }
}
