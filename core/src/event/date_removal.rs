//! A statement without its date: which words go with it, and where the statement needs it.
//!
//! In doubt the date stays: a summary that tells its date again does no harm, one with a hole in it reads badly.

use std::ops::Range;

use super::summary::Telling;
use crate::language::tagger::Tag;
use crate::syntax::{Mood, Verb, is_adverb, is_past_form, is_plain_adverb};
use crate::text::Shape;

/// How far before a date "compared with" is sought, in tokens.
const COMPARED: usize = 24;

impl Telling<'_> {
    /// Leaves out a date with the small words that led to it, where the sentence stays whole without.
    pub(super) fn leave_out_date(&self, range: &Range<usize>, kept: &mut [bool]) {
        let date = &self.date;
        if date.start < range.start || date.end > range.end || !self.is_adverbial(range) {
            return;
        }
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut start = date.start;
        while start > range.start
            && (passage.has(start - 1, grammar.time_preposition) || passage.has(start - 1, grammar.sometime))
            && !passage.has(start - 1, grammar.and)
            && !self.takes_none(start - 1)
        {
            start -= 1;
        }
        // "exports so far this year"
        if passage.has(start.saturating_sub(1), grammar.far) && start >= range.start + 2 {
            start -= 2;
        }
        let mut end = date.end;
        if start == range.start || kept[..start - range.start].iter().all(|kept| !kept) {
            while end < range.end && passage.has(end, grammar.comma) {
                end += 1;
            }
        } else if passage.has(end, grammar.comma) && self.owns_comma(start, end, range) {
            end += 1;
        }
        // "The firm, on Monday, sold it": both commas were those of the date.
        let comma = |at: usize| passage.has(at, grammar.comma);
        let set_apart = start > range.start && comma(start - 1) && comma(end) && end < range.end;
        if set_apart && !(range.start..start - 1).any(comma) {
            (start, end) = (start - 1, end + 1);
        }
        kept[start - range.start..end - range.start].fill(false);
    }

    /// "sold it on Monday, for nine mln", "announced on May 5, 2019, its plan": the comma behind is that of the date.
    fn owns_comma(&self, start: usize, comma: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut verbs = self.seeker.verbs.iter();
        let verb =
            verbs.any(|verb| verb.tokens.end == start) && !verbs.any(|verb| verb.finite && verb.main < range.end);
        let last = !(comma + 1..range.end).any(|at| passage.has(at, grammar.comma));
        last && passage.has(comma + 1, grammar.preposition) || verb && passage.has(comma + 1, grammar.determiner)
    }

    /// "paying interest on last month": "last month" takes no "on", so it belongs to what stands before.
    fn takes_none(&self, preposition: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let has = |class| passage.has(self.date.start, class);
        passage.has(preposition, grammar.clock_preposition)
            && (has(grammar.last) || has(grammar.next) || has(grammar.deictic))
            && passage.has(self.date.end - 1, grammar.unit)
    }

    /// Whether the sentence stays whole without the date: not without that of "the 1987 treaty", "Friday's call", "the
    /// second half of April", "from 8 to 12 May".
    fn is_adverbial(&self, range: &Range<usize>) -> bool {
        let date = &self.date;
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
        let next = passage.tokens.get(date.end).filter(|_| date.end < range.end);
        let glued = next.is_some_and(|next| {
            !next.spaced && !matches!(next.shape, Shape::Mark(',' | '.' | ')' | ';' | '"' | '”' | '?' | '!'))
        });
        let possessive = shape(date.end) == Some(Shape::Possessive) || glued || self.is_subject(range);
        let Some(before) = date.start.checked_sub(1).filter(|before| *before >= range.start) else {
            return !possessive && !self.is_attribute_at_start();
        };
        // "in March, May and June"
        let named = |at| passage.has(at, grammar.month) || passage.has(at, grammar.weekday);
        let listed = passage.has(date.end, grammar.comma) && named(date.end + 1) && named(date.start);
        let joined = listed
            || passage.has(date.end, grammar.join) && self.is_joined(date.end + 1)
            || passage.has(date.end, grammar.dash)
            || passage.has(date.end, grammar.until)
            || passage.has(before, grammar.join)
            || matches!(shape(before), Some(Shape::Mark('-' | '/' | '–'))) && !passage.tokens[date.start].spaced;
        if possessive || joined || passage.has(before, grammar.of) || passage.has(before, grammar.until) {
            return false;
        }
        // "into 2020 when the mill closes", "last year, when it closed"
        let behind = date.end + usize::from(passage.has(date.end, grammar.comma));
        if passage.has(behind, grammar.when) || self.is_brought_out() || self.is_alone(range) {
            return false;
        }
        if self.is_measured(before)
            || passage.has(before, grammar.bound)
            || self.is_compared(range)
            || self.is_latest()
            || self.leads_in(range)
        {
            return false;
        }
        // "pies founded in 1887, for £340 million": without its date the participle would stand alone.
        let mut led = before;
        while led > range.start && passage.has(led, grammar.time_preposition) {
            led -= 1;
        }
        // "a plan announced last week shames the mill": nor may two verbs meet.
        let meets = is_past_form(passage, led)
            && self.seeker.verbs.iter().any(|verb| verb.finite && verb.tokens.start == date.end);
        if meets || self.trigger == Some(led) && self.is_reduced(led, range) || self.needs_date(led, before, range) {
            return false;
        }
        let in_group = passage.has(before, grammar.determiner) || shape(before) == Some(Shape::Possessive);
        let free = passage.has(before, grammar.time_preposition)
            || passage.has(before, grammar.subordinator)
            || shape(before).is_some_and(|shape| !shape.is_word())
            || is_adverb(passage, before)
            || self.seeker.verbs.iter().any(|verb| verb.tokens.contains(&before))
            || self.is_between(before);
        let closes = date.end >= range.end || shape(date.end).is_some_and(|shape| !shape.is_word());
        let prefixed = passage.has(date.end, grammar.time_preposition) || passage.has(date.end, grammar.subordinator);
        !in_group && (closes || prefixed || free && !self.is_noun_behind())
    }

    /// "June futures were": the date at the start belongs to the noun behind it.
    fn is_attribute_at_start(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let at = self.date.end;
        passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
            && ![grammar.determiner, grammar.subject, grammar.preposition]
                .into_iter()
                .any(|class| passage.has(at, class))
            && matches!(passage.tag(at), Tag::Noun | Tag::PluralNoun | Tag::Adjective | Tag::Participle)
    }

    /// "even though last Friday was a holiday": the date is what the verb tells of.
    fn is_subject(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let before = self.date.start.checked_sub(1).filter(|before| *before >= range.start);
        let opens = before.is_none_or(|before| {
            let joins = passage.has(before, grammar.subordinator) && !passage.has(before, grammar.time_preposition);
            // "said 1985 was its worst year"
            joins || passage.has(before, grammar.comma) || passage.has(before, grammar.saying)
        });
        opens && self.seeker.verbs.iter().any(|verb| verb.finite && verb.tokens.start == self.date.end)
    }

    /// "It was on Friday that the mill closed"
    fn is_brought_out(&self) -> bool {
        let that = self.passage.has(self.date.end, self.passage.pack.grammar.that);
        that && self.trigger.is_some_and(|trigger| trigger > self.date.end)
    }

    /// "the highest since 1984", not "has been shut since March"
    fn is_measured(&self, before: usize) -> bool {
        let perfect = |verb: &Verb| verb.perfect && Some(verb.main) == self.trigger;
        self.passage.has(before, self.passage.pack.grammar.since) && !self.seeker.verbs.iter().any(perfect)
    }

    /// "devices, available in May, comply", ", effective on Monday,": between its commas the date stands with one word.
    fn is_alone(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let apart = self.date.end >= range.end || !passage.tokens[self.date.end].shape.is_word();
        let mut words =
            (range.start..self.date.start).rev().skip_while(|&at| passage.has(at, grammar.time_preposition));
        let joins = |at| passage.has(at, grammar.sometime) || passage.has(at, grammar.subordinator);
        let one = |at: usize| passage.tokens[at].shape.is_word() && !joins(at);
        let word = words.next().is_some_and(one);
        apart && word && words.next().is_some_and(|at| passage.has(at, grammar.comma))
    }

    /// Whether the words before a date tell nothing without it: "effective today", "a meeting, scheduled for Tuesday", "the
    /// offer which opened on Monday", "down from 38 a year ago". `led` is the last of them, the prepositions of time aside.
    fn needs_date(&self, led: usize, before: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let adjective = led == before
            && passage.tag(led) == Tag::Adjective
            && !self.seeker.verbs.iter().any(|verb| (verb.tokens.start..=verb.tokens.end).contains(&led));
        let verb = self.seeker.verbs.iter().find(|verb| verb.main == led);
        let reduced = verb.is_some_and(|verb| {
            let which = verb.tokens.start.checked_sub(1).is_some_and(|at| passage.has(at, grammar.relative));
            which || !verb.finite && matches!(verb.mood, Mood::Planned | Mood::Participle)
        });
        // "with completion set for March", ", also to be finished in March"
        let noun = led > range.start && passage.tag(led - 1).is_noun();
        let set = passage.has(led, grammar.plan) && noun && passage.tag(led) != Tag::Past;
        let apart = |at: usize| passage.has(at, grammar.comma) || passage.has(at, grammar.adverb);
        let to_be = verb.is_some_and(|verb| {
            verb.mood == Mood::Infinitive && verb.tokens.start > range.start && apart(verb.tokens.start - 1)
        });
        // "began just after midnight", "over the next three years", "as early as April"
        let led_to = led != before && is_plain_adverb(passage, led)
            || led == range.start && is_plain_adverb(passage, led)
            || passage.tag(before) == Tag::Preposition && !passage.has(before, grammar.time_preposition);
        let governed = self.is_object(led, before, range) || self.is_told_by_noun(led, before, range);
        governed || adjective || reduced || set || to_be || led_to
    }

    /// Whether the date is what a verb tells of: "payment is March 26 and", "has set June 29 as the day", "questioned its
    /// fourth quarter", "is scheduled for June 1, with an auction to follow", "spent Monday mending it".
    fn is_object(&self, led: usize, before: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let has = |class| passage.has(led, class);
        let verb = self.seeker.verbs.iter().find(|verb| verb.main == led);
        let next = |class| led == before && passage.has(self.date.end, class);
        let last = self.date.end >= range.end || !passage.tokens[self.date.end].shape.is_word() || next(grammar.and);
        let copula = last && (has(grammar.be_past) || has(grammar.be_present) || passage.word(led) == "be");
        let mut own = [grammar.neuter, grammar.they, grammar.personal].into_iter();
        let own = verb.is_some() && own.any(|class| passage.has(self.date.start, class));
        let due = self.date.end < range.end && verb.is_some_and(|verb| verb.mood == Mood::Planned);
        copula || own || has(grammar.spend) || has(grammar.plan) && (due || next(grammar.as_word))
    }

    /// Whether the date belongs to the noun or figure before it: "the year ended June 30", "Payable May 11, record April
    /// 24", "a split effective June 30", "in calendar 1986", "1,837 in January and 1,434 in May".
    fn is_told_by_noun(&self, led: usize, before: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let has = |class| passage.has(led, class);
        let noun = led == before && passage.tag(led).is_noun();
        let year = matches!(passage.tokens[self.date.start].shape, Shape::Digits { .. });
        // No verb says what is on that day.
        let word = led == before && passage.tag(led) == Tag::Other && passage.tokens[led].shape.is_word();
        let told = self.seeker.verbs.iter().any(|verb| verb.finite && range.contains(&verb.main));
        let column = (noun || word) && !told;
        let effective = led == before && has(grammar.by) && !has(grammar.time_preposition);
        let joined = led > range.start && passage.has(led - 1, grammar.and);
        let record = led > range.start && has(grammar.record) && !passage.has(led - 1, grammar.clock_preposition);
        let listed = passage.tokens[led].shape.is_figure() && joined;
        has(grammar.ending) || column || effective || record || listed || noun && year
    }

    /// "up 2 pct compared with May", "to 17 pct from 10 pct in 1985": the date is that of what is compared with.
    fn is_compared(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let from = self.date.start.saturating_sub(COMPARED).max(range.start);
        (from..self.date.start).any(|at| {
            // "from around 10 mln in 1985"
            let behind = at + 1..(at + 4).min(self.date.start);
            let figure = behind.into_iter().any(|at| passage.tokens[at].shape.is_figure());
            passage.has(at, grammar.comparing) || passage.has(at, grammar.bound) && figure
        })
    }

    /// "Before the war broke out six months ago Libya sold oil": the date is not that of the main clause.
    fn leads_in(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let first = self.seeker.verbs.iter().find(|verb| verb.finite && range.contains(&verb.main));
        passage.has(range.start, grammar.subordinator)
            && passage.has(range.start, grammar.time_preposition)
            && range.start + 1 < self.date.start
            && first.is_some_and(|verb| Some(verb.main) == self.trigger)
            && self.seeker.verbs.iter().any(|verb| verb.finite && verb.main >= self.date.end)
    }

    /// Whether what "and" joins to the date stands there: another date, "in the future", "when it was agreed".
    fn is_joined(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        self.is_dated(at) || passage.has(at, grammar.time_preposition) || passage.has(at, grammar.when)
    }

    /// Whether another date may start there.
    fn is_dated(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let classes = [
            grammar.month,
            grammar.weekday,
            grammar.deictic,
            grammar.part_word,
            grammar.last,
            grammar.next,
            grammar.unit,
        ];
        let figure = passage.tokens.get(at).is_some_and(|token| token.shape.is_figure());
        let article = usize::from(passage.has(at, grammar.determiner));
        figure || classes.into_iter().any(|class| passage.has(at + article, class))
    }

    /// "by mid-1988 at the latest"
    fn is_latest(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let end = self.date.end;
        passage.has(end, grammar.clock_preposition) && passage.has(end + 2, grammar.latest)
    }

    /// "The bank today cut its rate": a day between who did it and what was done.
    fn is_between(&self, before: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let pointing = [grammar.deictic, grammar.weekday, grammar.this, grammar.last, grammar.next];
        let points =
            (self.date.start..self.date.end).any(|at| pointing.into_iter().any(|class| passage.has(at, class)));
        let copula = passage.has(self.date.end, grammar.be_past) || passage.has(self.date.end, grammar.be_present);
        let told = self.seeker.verbs.iter().any(|verb| verb.finite && verb.tokens.start == self.date.end);
        let subject = passage.tag(before).is_noun() || passage.tag(before) == Tag::ProperNoun;
        points && told && !copula && (subject || passage.has(before, grammar.legal_form))
    }

    /// Whether the past form before the date only describes its noun: another verb tells the clause.
    fn is_reduced(&self, past: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let joined = |at: usize| passage.has(at, grammar.subordinator) || passage.has(at, grammar.relative);
        self.seeker
            .verbs
            .iter()
            .filter(|verb| verb.finite && range.contains(&verb.main))
            .any(|verb| verb.tokens.start == self.date.end || verb.tokens.end <= past && !(verb.main..past).any(joined))
    }

    /// "in 1986 operating profit": the date belongs to the noun behind it.
    fn is_noun_behind(&self) -> bool {
        let date = &self.date;
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let at = date.end;
        passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
            && ![grammar.determiner, grammar.subject, grammar.time_preposition, grammar.preposition, grammar.to]
                .into_iter()
                .any(|class| passage.has(at, class))
            && !self.seeker.verbs.iter().any(|verb| verb.tokens.contains(&at))
            && date.start > self.seeker.sentence.start + 1
    }
}
