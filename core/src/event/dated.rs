//! One sentence with its dates: which of them make events, which belong together as a range, and what each dates.
//!
//! This module must not know of other sentences; `Attacher` does.

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime};

use super::antecedent::Discourse;
use super::sentence::ParsedSentence;
use super::status::Agreed;
use super::trigger::Trigger;
use super::undatable::DatePosition;
use super::unit::DatedClause;
use super::weight::Written;
use super::{Alternative, Candidate, Detail, Event, Open, identity, line, status, weight};
use crate::extraction::{DropLog, DropStage, Dropped};
use crate::language::Depth;
use crate::syntax::ParsedPassage;
use crate::temporal::{Basis, Meaning, Resolved, TimexType, confidence};
use crate::text::Span;

/// Logs a date that makes no event.
pub(super) fn log_date(log: &mut DropLog, date: &Resolved, reason: &'static str) {
    let (span, rule) = (date.expression.span, date.expression.rule);
    log.push(Dropped { span, rule, stage: DropStage::Attach, reason });
}

/// One sentence with its dates.
pub(super) struct DatedSentence<'t> {
    pub(super) passage: &'t ParsedPassage<'t>,
    pub(super) discourse: &'t Discourse<'t>,
    pub(super) tokens: &'t Range<usize>,
    pub(super) span: Span,
    /// Its text with white space folded.
    pub(super) normalised: &'t str,
    /// How many equal sentences are before it.
    pub(super) number: usize,
    /// How many events are before it.
    pub(super) before: usize,
    pub(super) article: &'t str,
    pub(super) published: NaiveDate,
    pub(super) detail: Detail,
}

/// What a date is attached to.
struct Statement<'v> {
    trigger: Option<Trigger<'v>>,
    /// The word that the date dates: the trigger or, where the verb groups have none, the verb that the line is built around.
    word: Option<usize>,
    agreed: Agreed,
    summary: String,
    names: Vec<String>,
    weight: Vec<u16>,
    candidates: Vec<Candidate>,
    alternative: Option<Alternative>,
}

/// Returns the start and the end of a date that has both.
pub(super) fn days(date: &Resolved) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let interval = date.interval?;
    Some((interval.start?.local(), interval.end?.local()))
}

impl DatedSentence<'_> {
    pub(super) fn attach(&self, dates: &[Resolved], offset: usize, events: &mut Vec<Event>, log: &mut DropLog) {
        if !dates.iter().any(|date| self.makes_event(date)) {
            dates.iter().for_each(|date| self.no_event(date).into_iter().for_each(|why| log_date(log, date, why)));
            return;
        }
        let datelines = dates.iter().filter(|date| date.basis == Basis::Publication);
        let opening = datelines.map(|date| date.expression.end).max().unwrap_or_default();
        let tokens = |date: &Resolved| date.expression.first..date.expression.end;
        let all: Vec<Range<usize>> = dates.iter().map(tokens).collect();
        // What is only compared with stays in the line of another date: "the first trophy since 1998".
        let own = |date: &&Resolved| self.makes_event(date) && !self.position(date).is_compared();
        let spans: Vec<Range<usize>> = dates.iter().filter(own).map(tokens).collect();
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
                    word,
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
                        trigger: word.map(|word| self.passage.tokens[word].span),
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
        if self.passage.pack.depth < Depth::Statements {
            return self.whole_sentence(sentence, date, last);
        }
        let trigger = sentence.trigger(date);
        let at = trigger.map_or(date.expression.first, |trigger| trigger.token());
        if let Some(reason) = self.position(date).undatable(at, trigger.is_some()) {
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
        // "The report, dated March 24,": it only leads the date.
        let leads = |at: &usize| passage.has(*at, passage.pack.grammar.time_preposition);
        let verb = Some(chosen.pivot).filter(|at| structure.is_predicate(*at) && !leads(at));
        let word = trigger_token.or(verb);
        Ok(Statement { trigger, word, agreed, summary, names, weight, candidates, alternative })
    }

    fn position<'d>(&'d self, date: &'d Resolved) -> DatePosition<'d> {
        DatePosition { passage: self.passage, sentence: self.tokens, date: &date.expression }
    }

    /// Returns the statement on a date of a language of which lines are not made: its line is its sentence. Its status is that of
    /// its verb, where verbs are known, else its place in time.
    fn whole_sentence<'v>(
        &self,
        sentence: &'v ParsedSentence<'v>,
        date: &Resolved,
        last: &Resolved,
    ) -> Result<Statement<'v>, &'static str> {
        let date_tokens = date.expression.first..last.expression.end;
        let mut others = self.tokens.clone().filter(|at| !date_tokens.contains(at));
        if !others.any(|at| self.passage.tokens[at].shape.is_word()) {
            return Err("its sentence is a label");
        }
        let trigger = sentence.trigger(date);
        Ok(Statement {
            trigger,
            word: trigger.map(|trigger| trigger.token()),
            agreed: status::status(sentence, trigger, date, last),
            summary: self.normalised.to_owned(),
            names: Vec::new(),
            weight: Vec::new(),
            candidates: Vec::new(),
            alternative: None,
        })
    }

    /// Whether the second date only restates the first: "On Friday, 3 May,".
    fn is_restated(&self, date: &Resolved, next: &Resolved) -> bool {
        let between = date.expression.end..next.expression.first;
        // "On Friday, 3 May", "A decade later, in 2008"
        let grammar = &self.passage.pack.grammar;
        let led = |at: usize| self.passage.has(at, grammar.inside) || self.passage.has(at, grammar.clock_preposition);
        let comma = between.clone().take(1).all(|at| self.passage.has(at, grammar.comma));
        let apposition = comma && between.len() <= 2 && between.clone().skip(1).all(led);
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
        let lead = passage.behind_preposition(date.expression.first);
        let before = lead.checked_sub(1).filter(|before| self.tokens.contains(before))?;
        let verb = match trigger {
            Some(Trigger::Verb(verb)) => Some(verb),
            _ => None,
        };
        // "put off until September": it is then.
        let is_moved = verb.is_some_and(|verb| passage.has(verb.head, grammar.moves));
        let negated = verb.is_some_and(|verb| verb.negated)
            || before > self.tokens.start && passage.has(before - 1, grammar.negation);
        if passage.has(before, grammar.since) || passage.has(date.expression.end, grammar.onwards) {
            Some(Open::End)
        } else if passage.has(before, grammar.ahead) && !negated && !is_moved {
            Some(Open::Start)
        } else {
            None
        }
    }

    pub(super) fn makes_event(&self, date: &Resolved) -> bool {
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
