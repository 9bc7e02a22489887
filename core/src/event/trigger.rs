//! Which word a date dates: the verb of its clause, or the noun of an event.

use std::ops::Range;

use chrono::NaiveDate;

use crate::calendar::Granularity;
use crate::language::tagger::Tag;
use crate::syntax::{Mood, ParsedPassage, Verb, is_adverb, opens_clause};
use crate::temporal::Resolved;
use crate::text::Shape;

/// The word that is dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger<'v> {
    /// A verb group.
    Verb(&'v Verb),
    /// What "is" or "was" says of its subject, by its token: "is a tragedy", "were up".
    Predicate(&'v Verb, usize),
    /// A noun, by its token.
    Noun(usize),
}

impl Trigger<'_> {
    /// The token of it.
    pub(super) fn token(&self) -> usize {
        match self {
            Self::Verb(verb) => verb.main,
            Self::Predicate(_, at) | Self::Noun(at) => *at,
        }
    }
}

/// What parts a word from its date, in words. Tuned on annotated news; the order of size is what matters.
mod distance {
    pub(super) const COMMA: usize = 7;
    pub(super) const SUBORDINATOR: usize = 8;
    /// Quotes, semicolons, dashes: another clause.
    pub(super) const CLAUSE: usize = 8;
    /// A word behind its date is dated by it only where the date opens the clause.
    pub(super) const BEHIND: usize = 7;
    /// ", police said." is the frame around what is dated.
    pub(super) const FRAME: usize = 12;
    pub(super) const PARTICIPLE: usize = 4;
    /// "which recently opened": right behind a date without a preposition.
    pub(super) const RIGHT_BEHIND: usize = 1;
    pub(super) const INFINITIVE: usize = 1;
    /// "invited them to rejoin two weeks ago": what was to come was not told of the past.
    pub(super) const TO_COME_IN_THE_PAST: usize = 4;
    /// "voted to support the treaty on Friday": the vote was on Friday.
    pub(super) const CARRIED: usize = 8;
    /// "is" and "was" alone tell less than the words beside them.
    pub(super) const COPULA: usize = 7;
    /// "the concert planned for May": the participle tells only how its noun is meant.
    pub(super) const PLANNED_NOUN: usize = 9;
    /// A noun without a preposition between it and its date: "a meeting Friday".
    pub(super) const BARE_NOUN: usize = 4;
    /// A noun with one: "the meeting in May". Its verb dates as well: "held a meeting in May".
    pub(super) const NOUN: usize = 3;
    /// "the ministry's apology": a noun with a subject of its own tells like a verb.
    pub(super) const VERBAL_NOUN: usize = 3;
    /// The verb before the date, where the date opens a clause of its own.
    pub(super) const CLAUSE_BEFORE: usize = 6;
    /// Whence somebody came: "came back from a visit on Monday".
    pub(super) const SOURCE: usize = 4;
    /// The same behind a preposition: "killed in a bombing in 1995", "scheduled for completion by May".
    pub(super) const LED_NOUN: usize = 1;
    /// Another finite verb stands between.
    pub(super) const VERB_BETWEEN: usize = 3;
}

/// The longest group of a noun that is gone through, in tokens.
const LONGEST_GROUP: usize = 9;

/// A sentence with its verbs, in which the words of dates are sought.
pub(super) struct Seeker<'s> {
    pub(super) passage: &'s ParsedPassage<'s>,
    pub(super) sentence: &'s Range<usize>,
    pub(super) verbs: &'s [Verb],
    pub(super) published: NaiveDate,
    /// For each token of the sentence, what verb it belongs to.
    roles: Vec<Role>,
}

/// A token's part in the verbs of its sentence, so that they are gone through once a sentence and not once a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The word that carries a finite verb, "is" and "was" alone aside.
    Finite,
    /// Another word of a group.
    Tag,
    /// A gerund or participle, which may stand within a noun's group.
    Participle,
    None,
}

impl<'s> Seeker<'s> {
    pub(super) fn new(
        passage: &'s ParsedPassage<'s>,
        sentence: &'s Range<usize>,
        verbs: &'s [Verb],
        published: NaiveDate,
    ) -> Self {
        let mut seeker = Self { passage, sentence, verbs, published, roles: vec![Role::None; sentence.len()] };
        for verb in verbs {
            let tag = if verb.mood == Mood::Participle { Role::Participle } else { Role::Tag };
            seeker.roles[verb.tokens.start - sentence.start..verb.tokens.end - sentence.start].fill(tag);
            if verb.finite && !seeker.is_copula(verb) {
                seeker.roles[verb.main - sentence.start] = Role::Finite;
            }
        }
        seeker
    }

    /// The part of a token of the sentence.
    fn role(&self, at: usize) -> Role {
        let place = at.checked_sub(self.sentence.start);
        place.and_then(|place| self.roles.get(place)).copied().unwrap_or(Role::None)
    }

    /// The word that the expression dates; `None` where the sentence has no event word.
    pub(super) fn trigger(&self, date: &Resolved) -> Option<Trigger<'s>> {
        if let Some(told) = self.attributed(date).or_else(|| self.brought_out(date)) {
            return Some(told);
        }
        let tokens = date.expression.first..date.expression.end;
        let opens = opens_clause(self.passage, self.sentence, self.verbs, &tokens);
        let verbs = self.verbs.iter().filter(|verb| !contains(date, verb.main));
        let verbs = verbs.map(|verb| (self.verb_cost(date, verb, opens), Trigger::Verb(verb)));
        let nouns = self.sentence.clone().filter(|&at| self.is_event_noun(at) && !contains(date, at));
        let nouns = nouns.filter_map(|at| Some((self.noun_cost(date, at, opens)?, Trigger::Noun(at))));
        let due = self.due(date).map(|at| (0, Trigger::Noun(at)));
        let nearest = verbs.chain(nouns).chain(due).min_by_key(|(cost, _)| *cost).map(|(_, trigger)| trigger)?;
        Some(match nearest {
            Trigger::Verb(verb) => self.told(date, verb),
            _ => nearest,
        })
    }

    /// The word that a verb tells by: its own, or what "is" and "was" say of their subject.
    fn told(&self, date: &Resolved, verb: &'s Verb) -> Trigger<'s> {
        let predicate = if self.is_copula(verb) { self.predicate(date, verb) } else { None };
        predicate.unwrap_or(Trigger::Verb(verb))
    }

    /// The head of what "is" and "was" say of their subject.
    fn predicate(&self, date: &Resolved, verb: &'s Verb) -> Option<Trigger<'s>> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut head = None;
        for at in verb.main + 1..self.sentence.end {
            let tag = passage.tag(at);
            let leads = contains(date, at) || is_adverb(passage, at) || passage.has(at, grammar.determiner);
            if passage.has(at, grammar.particle) && head.is_none() {
                return Some(Trigger::Predicate(verb, at));
            } else if matches!(self.role(at), Role::None | Role::Participle)
                && (tag.is_noun() || matches!(tag, Tag::Adjective | Tag::ProperNoun))
                && !contains(date, at)
            {
                head = Some(at);
            } else if head.is_some() || !leads {
                break;
            }
        }
        head.map(|head| Trigger::Predicate(verb, head))
    }

    /// "notes due in 2007": the adjective of planning right before its date, but not that of "the strike due on Friday",
    /// which tells only how its noun is meant.
    fn due(&self, date: &Resolved) -> Option<usize> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut words = (self.sentence.start..date.expression.first).rev();
        let before = words.find(|&at| !passage.has(at, grammar.time_preposition))?;
        let adjective = passage.has(before, grammar.plan) && passage.tag(before) == Tag::Adjective;
        let of_event = before > self.sentence.start && self.is_event_noun(before - 1);
        (adjective && !of_event && self.role(before) == Role::None).then_some(before)
    }

    /// What the date is an attribute of: the noun of an event ("the 2020 elections", "Friday's call", "the 1987 treaty"),
    /// or the verb that another noun is the subject of ("third-quarter profit jumped").
    fn attributed(&self, date: &Resolved) -> Option<Trigger<'s>> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let end = date.expression.end;
        let next = passage.tokens.get(end).filter(|_| end < self.sentence.end)?;
        let possessive = next.shape == Shape::Possessive;
        if !possessive && !(self.is_attribute(date) && (next.shape.is_word() || next.shape.is_mark('('))) {
            return None;
        }
        let (head, behind) = self.group(end + usize::from(possessive));
        // A year makes any noun an event of that year; a day or a quarter only those that happen.
        let of_year = !possessive && date.granularity.is_some_and(|granularity| granularity <= Granularity::Year);
        let any = of_year && self.is_determined(date) || self.is_adjective(date);
        let head = head?;
        if self.is_event_noun(head) || any && !passage.has(head, grammar.unit) {
            return Some(Trigger::Noun(head));
        }
        let verb = self.verbs.iter().find(|verb| verb.tokens.start == behind && verb.finite)?;
        Some(self.told(date, verb))
    }

    /// "It was on Friday that the mill closed": the verb behind "that".
    fn brought_out(&self, date: &Resolved) -> Option<Trigger<'s>> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let that = date.expression.end;
        let be = self.verbs.iter().rev().find(|verb| verb.tokens.end <= date.expression.first)?;
        let it = be.tokens.start.checked_sub(1).is_some_and(|at| passage.has(at, grammar.neuter));
        if !passage.has(that, grammar.that) || !it || !self.is_copula(be) {
            return None;
        }
        self.verbs.iter().find(|verb| verb.tokens.start > that && verb.finite).map(|verb| self.told(date, verb))
    }

    /// The head of the noun group that starts at a token, and the first token behind the group.
    fn group(&self, start: usize) -> (Option<usize>, usize) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let stops = [
            grammar.time_preposition,
            grammar.preposition,
            grammar.subordinator,
            grammar.determiner,
            grammar.subject,
            grammar.to,
            grammar.weekday,
        ];
        let (mut head, mut bracket) = (None, false);
        let mut at = start;
        while at < self.sentence.end.min(start + LONGEST_GROUP) {
            let shape = passage.tokens[at].shape;
            match shape {
                Shape::Mark('(') => bracket = true,
                Shape::Mark(')') => bracket = false,
                Shape::Mark('-' | '/') | Shape::Possessive => {}
                Shape::Sum | Shape::Digits { .. } => {}
                _ if !shape.is_word()
                    || matches!(self.role(at), Role::Finite | Role::Tag)
                    || is_adverb(passage, at)
                    || stops.into_iter().any(|class| passage.has(at, class)) =>
                {
                    break;
                }
                // What stands in brackets names the noun, but is not its head: "Forces (INF) treaty".
                _ if !bracket => head = Some(at),
                _ => {}
            }
            at += 1;
        }
        (head, at)
    }

    /// Whether the date stands within a noun's group: behind an article, or before a noun and without a preposition of
    /// time.
    fn is_attribute(&self, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let end = date.expression.end;
        let coarse = date.granularity.is_some_and(|granularity| granularity <= Granularity::Month);
        let event = self.is_event_noun(end) || self.is_event_noun(end + 1);
        let before = self.before(date);
        let led = before.is_some_and(|before| passage.has(before, grammar.time_preposition));
        let adjective = before.map(|before| passage.tokens[before]);
        let adjective = adjective.is_some_and(|before| before.shape == Shape::Lower && before.symbol == 0);
        self.is_adjective(date)
            || self.is_determined(date)
            || coarse && (event || !led && (adjective || passage.tag(end).is_noun()))
    }

    /// Whether an article or a possessive stands before the date or in it: "the 1987 law", "the January law".
    fn is_determined(&self, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let first = date.expression.first;
        self.before(date).is_some_and(|before| {
            passage.has(before, grammar.determiner) || passage.tokens[before].shape == Shape::Possessive
        }) || passage.has(first, grammar.determiner)
    }

    /// The token before the date, in its sentence.
    fn before(&self, date: &Resolved) -> Option<usize> {
        date.expression.first.checked_sub(1).filter(|before| self.sentence.contains(before))
    }

    /// "recent", "current", "future": whatever noun stands behind them is what they date.
    fn is_adjective(&self, date: &Resolved) -> bool {
        date.interval.is_none() && self.passage.tag(date.expression.end - 1) == Tag::Adjective
    }

    /// Whether the noun of an event stands there, as the head of its group and not as a part of a verb.
    fn is_event_noun(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        at < self.sentence.end
            && passage.has(at, grammar.event_noun)
            && self.role(at) == Role::None
            && !passage.has(at, grammar.figure)
            && !self.is_modifier(at)
            && !self.is_within_noun(at)
            && !passage.tokens.get(at + 1).is_some_and(|next| next.shape.is_mark('-') && !next.spaced)
    }

    /// "election results", "an appeals court", "Battle Creek": the noun only says which one the noun behind it is.
    fn is_modifier(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let next = at + 1;
        if next >= self.sentence.end || self.role(next) != Role::None {
            return false;
        }
        let noun = passage.tag(next).is_noun() && passage.tokens[next].shape == Shape::Lower;
        let apart = [grammar.plan, grammar.unit, grammar.deictic, grammar.last, grammar.next, grammar.anaphoric];
        let named = passage.tokens[at].shape.is_capital()
            && passage.tokens[next].shape.is_capital()
            && !passage.has(next, grammar.weekday)
            && !passage.has(next, grammar.month);
        passage.has(next, grammar.event_noun)
            || noun && !apart.into_iter().any(|class| passage.has(next, class))
            || named && self.verbs.iter().any(|verb| verb.finite)
    }

    /// "the deadline for bids", "a wave of attacks": the first noun is the head.
    fn is_within_noun(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        at >= self.sentence.start + 2 && passage.has(at - 1, grammar.purpose) && passage.has(at - 2, grammar.event_noun)
    }

    /// How far a verb is from being what the date dates.
    fn verb_cost(&self, date: &Resolved, verb: &Verb, opens: bool) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let behind = verb.tokens.start >= date.expression.end;
        let kind = match verb.mood {
            // "denied leaving": the denial is about what is dated.
            _ if verb.negated && !verb.finite => 0,
            Mood::Planned if !verb.finite && passage.has(verb.main, grammar.plan) => distance::PLANNED_NOUN,
            // "an initiative led by Japan": a past form alone that is taken for a participle.
            _ if verb.tokens.len() == 1 && passage.tag(verb.main) == Tag::Participle => distance::PARTICIPLE,
            Mood::Participle => distance::PARTICIPLE,
            Mood::Infinitive => distance::INFINITIVE,
            _ if self.is_copula(verb) => distance::COPULA,
            _ => 0,
        };
        let to_come =
            !verb.finite && !verb.negated && matches!(verb.mood, Mood::Planned | Mood::Possible | Mood::Infinitive);
        let past = if to_come && self.is_past(date) { distance::TO_COME_IN_THE_PAST } else { 0 };
        let past = if to_come && !behind && self.is_done_by(verb, date) { distance::CARRIED } else { past };
        let frame = behind
            && passage.has(verb.main, grammar.report)
            && (date.expression.end..verb.tokens.start).any(|at| passage.tokens[at].shape.is_mark(','));
        // "said sales in March rose": the date stands in the subject of what was said.
        let saying = passage.has(verb.main, grammar.saying);
        // "said its debt was nine mln a year ago": what was said has a verb of its own.
        let content = verb.tokens.end..date.expression.first;
        let content = self.verbs.iter().any(|verb| verb.finite && content.contains(&verb.tokens.start));
        let said = saying && !behind && (content || self.finite_behind(date).is_some());
        // "For the full year, he said, sales will rise": nothing is said in a time that is not over.
        let open = date.granularity.is_some_and(|granularity| granularity <= Granularity::Quarter);
        let told = date.expression.end..verb.tokens.start;
        let told = self.verbs.iter().any(|other| other.finite && told.contains(&other.main));
        let of_content = saying && behind && (open && !self.is_past(date) || told);
        let frame = if frame && !opens || said || of_content { distance::FRAME } else { 0 };
        let right_behind = !opens && self.finite_behind(date) == Some(verb) && !self.has_preposition(date);
        if right_behind {
            return distance::RIGHT_BEHIND + kind;
        }
        let unfinished = if opens && behind && !verb.finite { distance::BEHIND } else { 0 };
        self.between(date, &verb.tokens, opens) + kind + past + frame + unfinished
    }

    /// "in Leeds and Porto on Friday", "as early as Friday": no clause starts at that word, though others do with it.
    fn joins_words(&self, at: usize, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let verb = (at..date.expression.first).any(|at| self.role(at) != Role::None);
        passage.has(at, grammar.join) && !verb && !passage.has(date.expression.end, grammar.subject)
            || passage.has(at, grammar.as_word) && passage.has(at + 1, grammar.soon)
    }

    /// The finite verb that stands right behind the date.
    fn finite_behind(&self, date: &Resolved) -> Option<&Verb> {
        let end = date.expression.end;
        let next = self.verbs.get(self.verbs.partition_point(|verb| verb.tokens.start < end))?;
        let close = (end..next.tokens.start).all(|at| is_adverb(self.passage, at));
        (next.finite && close).then_some(next)
    }

    fn is_past(&self, date: &Resolved) -> bool {
        let end = date.interval.and_then(|interval| interval.end);
        end.is_some_and(|end| end.local().date() <= self.published)
    }

    /// "voted to support", "moved to block": the verb right before an infinitive tells what was done by the day of
    /// publication. Behind one of planning ("plans to open", "agreed to pay") the infinitive is what the date is for.
    fn is_done_by(&self, infinitive: &Verb, date: &Resolved) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let start = date.interval.and_then(|interval| interval.start);
        let by_now = start.is_some_and(|start| start.local().date() <= self.published);
        by_now
            && self.verbs.iter().any(|verb| {
                let governs = verb.tokens.end == infinitive.tokens.start && verb.finite && verb.mood == Mood::Past;
                governs && !passage.has(verb.main, grammar.plan) && !passage.has(verb.main, grammar.uncertain)
            })
    }

    fn is_copula(&self, verb: &Verb) -> bool {
        let grammar = &self.passage.pack.grammar;
        self.passage.has(verb.main, grammar.be_past) || self.passage.has(verb.main, grammar.be_present)
    }

    /// How far the noun of an event is from being what the date dates; `None` where it stands behind it.
    fn noun_cost(&self, date: &Resolved, at: usize, opens: bool) -> Option<usize> {
        let grammar = &self.passage.pack.grammar;
        let before = date.expression.first.checked_sub(1)?;
        let is_be = self.passage.has(before, grammar.be_present) || self.passage.has(before, grammar.be_past);
        // "The deadline is July 31": what is said to be the date is what it dates.
        let kind = if is_be || self.passage.has(before, grammar.purpose) {
            0
        } else if !self.passage.has(before, grammar.time_preposition) {
            distance::BARE_NOUN
        } else {
            match self.leader(at) {
                Some(leader) if self.passage.has(leader, grammar.from) => distance::SOURCE,
                Some(leader) if !self.passage.has(leader, grammar.of) => distance::LED_NOUN,
                _ => distance::NOUN,
            }
        };
        let verbal = at > self.sentence.start && self.passage.tokens[at - 1].shape == Shape::Possessive;
        let kind = if verbal { kind.saturating_sub(distance::VERBAL_NOUN) } else { kind };
        (at < date.expression.first).then(|| self.between(date, &(at..at + 1), opens) + kind)
    }

    /// Whether a preposition stands before the date.
    fn has_preposition(&self, date: &Resolved) -> bool {
        let grammar = &self.passage.pack.grammar;
        self.before(date).is_some_and(|before| {
            self.passage.has(before, grammar.time_preposition) || self.passage.has(before, grammar.preposition)
        })
    }

    /// The preposition that leads the group of a noun: "on the announcement".
    fn leader(&self, at: usize) -> Option<usize> {
        let passage = self.passage;
        let mut group = (self.sentence.start..at).rev();
        let first = group.find(|&at| {
            let tag = passage.tag(at);
            !(tag.is_noun() || matches!(tag, Tag::Adjective | Tag::ProperNoun | Tag::Number | Tag::Determiner))
        });
        first.filter(|&first| passage.has(first, passage.pack.grammar.preposition))
    }

    /// What parts a date from the words of a candidate.
    fn between(&self, date: &Resolved, word: &Range<usize>, opens: bool) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let behind = word.start >= date.expression.end;
        let gap = if behind { date.expression.end..word.start } else { word.end..date.expression.first };
        let near = opens && behind;
        let mut cost = match (behind, opens) {
            (true, false) => distance::BEHIND,
            (false, true) => distance::CLAUSE_BEFORE,
            _ => 0,
        };
        // "In May the firm, which makes bolts, opened": what a relative clause between commas cost is given back.
        let mut aside = None;
        for at in gap {
            let comma = passage.tokens[at].shape.is_mark(',');
            let opens_aside = passage.has(at, grammar.subordinator) && !passage.has(at, grammar.joining);
            if near && (passage.has(at, grammar.relative) || opens_aside) {
                aside = Some(cost);
            } else if let Some(before) = aside.filter(|_| comma) {
                (cost, aside) = (before, None);
            }
            cost += match passage.tokens[at].shape {
                Shape::Mark(',') if near => 1,
                Shape::Mark(',') => distance::COMMA,
                Shape::Mark(';' | ':' | '"' | '“' | '”' | '—' | '`') => distance::CLAUSE,
                _ if passage.has(at, grammar.subordinator)
                    && at + 1 != date.expression.first
                    && (behind || !self.joins_words(at, date)) =>
                {
                    distance::SUBORDINATOR
                }
                _ if near => 0,
                _ => 1,
            };
            if self.role(at) == Role::Finite {
                cost += distance::VERB_BETWEEN;
            }
        }
        cost
    }
}

fn contains(date: &Resolved, at: usize) -> bool {
    (date.expression.first..date.expression.end).contains(&at)
}
