//! Removes the date from a summary: which words go with it, and where the summary needs it.
//!
//! In doubt the date stays: a summary that repeats its date does no harm, one with a gap reads badly.

use std::ops::Range;

use super::summary::Statement;
use crate::language::tagger::Tag;
use crate::syntax::{Verb, VerbForm, is_adverb, is_adverb_by_form, is_past_form};
use crate::text::Shape;

/// How far before a date "compared with" is searched, in tokens.
const COMPARISON_REACH: usize = 24;

impl Statement<'_> {
    /// Leaves out a date with its prepositions, where the sentence is complete without it.
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
            && !self.is_stranded(start - 1)
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
        // "The firm, on Monday, sold it": both commas belong to the date.
        let comma = |at: usize| passage.has(at, grammar.comma);
        let set_apart = start > range.start && comma(start - 1) && comma(end) && end < range.end;
        if set_apart && !(range.start..start - 1).any(comma) {
            (start, end) = (start - 1, end + 1);
        }
        kept[start - range.start..end - range.start].fill(false);
    }

    /// Whether the comma after a date belongs to it: "sold it on Monday, for nine mln", "announced on May 5, 2019, its
    /// plan".
    fn owns_comma(&self, start: usize, comma: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut verbs = self.sentence.verbs.iter();
        let verb =
            verbs.any(|verb| verb.tokens.end == start) && !verbs.any(|verb| verb.finite && verb.head < range.end);
        let last = !(comma + 1..range.end).any(|at| passage.has(at, grammar.comma));
        last && passage.has(comma + 1, grammar.preposition) || verb && passage.has(comma + 1, grammar.determiner)
    }

    /// Whether a preposition before the date is stranded and belongs to the words before: "paying interest on last
    /// month", since "last month" takes no "on".
    fn is_stranded(&self, preposition: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let has = |class| passage.has(self.date.start, class);
        passage.has(preposition, grammar.clock_preposition)
            && (has(grammar.last) || has(grammar.next) || has(grammar.deictic))
            && passage.has(self.date.end - 1, grammar.unit)
    }

    /// Whether the date is an adverbial, without which the sentence is complete: not that of "the 1987 treaty",
    /// "Friday's call", "the second half of April", "from 8 to 12 May".
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
            return !possessive && !self.is_modifier_at_start();
        };
        // "in March, May and June"
        let named = |at| passage.has(at, grammar.month) || passage.has(at, grammar.weekday);
        let listed = passage.has(date.end, grammar.comma) && named(date.end + 1) && named(date.start);
        let coordinated = listed
            || passage.has(date.end, grammar.join) && self.can_be_coordinated(date.end + 1)
            || passage.has(date.end, grammar.dash)
            || passage.has(date.end, grammar.until)
            || passage.has(before, grammar.join)
            || matches!(shape(before), Some(Shape::Mark('-' | '/' | '–'))) && !passage.tokens[date.start].spaced;
        if possessive || coordinated || passage.has(before, grammar.of) || passage.has(before, grammar.until) {
            return false;
        }
        // "into 2020 when the mill closes", "last year, when it closed"
        let next = date.end + usize::from(passage.has(date.end, grammar.comma));
        if passage.has(next, grammar.when) || self.is_cleft() || self.is_between_commas(range) {
            return false;
        }
        if self.is_since_of_comparison(before)
            || passage.has(before, grammar.boundary)
            || self.is_compared(range)
            || self.is_latest()
            || self.is_in_leading_clause(range)
        {
            return false;
        }
        // "pies founded in 1887, for £340 million": the participle needs its date.
        let mut governor = before;
        while governor > range.start && passage.has(governor, grammar.time_preposition) {
            governor -= 1;
        }
        // "a plan announced last week shames the mill": two verbs must not become neighbours.
        let adjacent = is_past_form(passage, governor)
            && self.sentence.verbs.iter().any(|verb| verb.finite && verb.tokens.start == date.end);
        let reduced = self.trigger == Some(governor) && self.is_reduced(governor, range);
        if adjacent || reduced || self.needs_date(governor, before, range) {
            return false;
        }
        let in_group = passage.has(before, grammar.determiner) || shape(before) == Some(Shape::Possessive);
        let free = passage.has(before, grammar.time_preposition)
            || passage.has(before, grammar.subordinator)
            || shape(before).is_some_and(|shape| !shape.is_word())
            || is_adverb(passage, before)
            || self.sentence.verbs.iter().any(|verb| verb.tokens.contains(&before))
            || self.is_between_subject_and_verb(before);
        let closes = date.end >= range.end || shape(date.end).is_some_and(|shape| !shape.is_word());
        let prefixed = passage.has(date.end, grammar.time_preposition) || passage.has(date.end, grammar.subordinator);
        !in_group && (closes || prefixed || free && !self.modifies_following_noun())
    }

    /// Whether a date at the start modifies the noun after it: "June futures were".
    fn is_modifier_at_start(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let at = self.date.end;
        passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
            && ![grammar.determiner, grammar.subject, grammar.preposition]
                .into_iter()
                .any(|class| passage.has(at, class))
            && matches!(passage.tag(at), Tag::Noun | Tag::PluralNoun | Tag::Adjective | Tag::Participle)
    }

    /// Whether the date is the subject of a verb: "even though last Friday was a holiday".
    fn is_subject(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let before = self.date.start.checked_sub(1).filter(|before| *before >= range.start);
        let opens = before.is_none_or(|before| {
            let conjunction =
                passage.has(before, grammar.subordinator) && !passage.has(before, grammar.time_preposition);
            // "said 1985 was its worst year"
            conjunction || passage.has(before, grammar.comma) || passage.has(before, grammar.saying)
        });
        opens && self.sentence.verbs.iter().any(|verb| verb.finite && verb.tokens.start == self.date.end)
    }

    /// Whether the date is the focus of a cleft: "It was on Friday that the mill closed".
    fn is_cleft(&self) -> bool {
        let that = self.passage.has(self.date.end, self.passage.pack.grammar.that);
        that && self.trigger.is_some_and(|trigger| trigger > self.date.end)
    }

    /// Whether "since" ends a comparison: "the highest since 1984", not "has been shut since March".
    fn is_since_of_comparison(&self, before: usize) -> bool {
        let perfect = |verb: &Verb| verb.perfect && Some(verb.head) == self.trigger;
        self.passage.has(before, self.passage.pack.grammar.since) && !self.sentence.verbs.iter().any(perfect)
    }

    /// Whether only one word and the date are between commas: "devices, available in May, comply", ", effective on
    /// Monday,".
    fn is_between_commas(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let apart = self.date.end >= range.end || !passage.tokens[self.date.end].shape.is_word();
        let mut words =
            (range.start..self.date.start).rev().skip_while(|&at| passage.has(at, grammar.time_preposition));
        let function_word = |at| passage.has(at, grammar.sometime) || passage.has(at, grammar.subordinator);
        let one = |at: usize| passage.tokens[at].shape.is_word() && !function_word(at);
        let word = words.next().is_some_and(one);
        apart && word && words.next().is_some_and(|at| passage.has(at, grammar.comma))
    }

    /// Whether the words before a date are incomplete without it: "effective today", "a meeting, scheduled for
    /// Tuesday", "the offer which opened on Monday", "down from 38 a year ago". `governor` is the last word before the
    /// prepositions of the date, which end at `before`.
    fn needs_date(&self, governor: usize, before: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let adjective = governor == before
            && passage.tag(governor) == Tag::Adjective
            && !self.sentence.verbs.iter().any(|verb| (verb.tokens.start..=verb.tokens.end).contains(&governor));
        let verb = self.sentence.verbs.iter().find(|verb| verb.head == governor);
        let reduced = verb.is_some_and(|verb| {
            let which = verb.tokens.start.checked_sub(1).is_some_and(|at| passage.has(at, grammar.relative));
            which || !verb.finite && matches!(verb.form, VerbForm::Future | VerbForm::Participle)
        });
        // "with completion set for March", ", also to be finished in March"
        let noun = governor > range.start && passage.tag(governor - 1).is_noun();
        let set = passage.has(governor, grammar.plan) && noun && passage.tag(governor) != Tag::Past;
        let apart = |at: usize| passage.has(at, grammar.comma) || passage.has(at, grammar.adverb);
        let to_be = verb.is_some_and(|verb| {
            verb.form == VerbForm::Infinitive && verb.tokens.start > range.start && apart(verb.tokens.start - 1)
        });
        // "began just after midnight", "over the next three years", "as early as April"
        let adverb = governor != before && is_adverb_by_form(passage, governor)
            || governor == range.start && is_adverb_by_form(passage, governor)
            || passage.tag(before) == Tag::Preposition && !passage.has(before, grammar.time_preposition);
        let argument = self.is_object(governor, before, range) || self.modifies_preceding_noun(governor, before, range);
        argument || adjective || reduced || set || to_be || adverb
    }

    /// Whether the date is the object or the predicate of a verb: "payment is March 26 and", "has set June 29 as the
    /// day", "questioned its fourth quarter", "is scheduled for June 1, with an auction to follow", "spent Monday
    /// mending it".
    fn is_object(&self, governor: usize, before: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let has = |class| passage.has(governor, class);
        let verb = self.sentence.verbs.iter().find(|verb| verb.head == governor);
        let next = |class| governor == before && passage.has(self.date.end, class);
        let last = self.date.end >= range.end || !passage.tokens[self.date.end].shape.is_word() || next(grammar.and);
        let copula = last && (has(grammar.be_past) || has(grammar.be_present) || passage.word(governor) == "be");
        let mut pronouns = [grammar.neuter, grammar.they, grammar.personal].into_iter();
        let own = verb.is_some() && pronouns.any(|class| passage.has(self.date.start, class));
        let due = self.date.end < range.end && verb.is_some_and(|verb| verb.form == VerbForm::Future);
        copula || own || has(grammar.spend) || has(grammar.plan) && (due || next(grammar.as_word))
    }

    /// Whether the date modifies the noun or figure before it: "the year ended June 30", "Payable May 11, record April
    /// 24", "a split effective June 30", "in calendar 1986", "1,837 in January and 1,434 in May".
    fn modifies_preceding_noun(&self, governor: usize, before: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let has = |class| passage.has(governor, class);
        let noun = governor == before && passage.tag(governor).is_noun();
        let year = matches!(passage.tokens[self.date.start].shape, Shape::Digits { .. });
        // A table column: no verb relates the date to the word.
        let word =
            governor == before && passage.tag(governor) == Tag::Other && passage.tokens[governor].shape.is_word();
        let finite = self.sentence.verbs.iter().any(|verb| verb.finite && range.contains(&verb.head));
        let column = (noun || word) && !finite;
        let effective = governor == before && has(grammar.by) && !has(grammar.time_preposition);
        let coordinated = governor > range.start && passage.has(governor - 1, grammar.and);
        let record =
            governor > range.start && has(grammar.record) && !passage.has(governor - 1, grammar.clock_preposition);
        let listed = passage.tokens[governor].shape.is_figure() && coordinated;
        has(grammar.ending) || column || effective || record || listed || noun && year
    }

    /// Whether the date is that of the term of a comparison: "up 2 pct compared with May", "to 17 pct from 10 pct in
    /// 1985".
    fn is_compared(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let from = self.date.start.saturating_sub(COMPARISON_REACH).max(range.start);
        (from..self.date.start).any(|at| {
            // "from around 10 mln in 1985"
            let following = at + 1..(at + 4).min(self.date.start);
            let figure = following.into_iter().any(|at| passage.tokens[at].shape.is_figure());
            passage.has(at, grammar.comparing) || passage.has(at, grammar.boundary) && figure
        })
    }

    /// Whether the date is in a subordinate clause before the main one: "Before the war broke out six months ago Libya
    /// sold oil".
    fn is_in_leading_clause(&self, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let first = self.sentence.verbs.iter().find(|verb| verb.finite && range.contains(&verb.head));
        passage.has(range.start, grammar.subordinator)
            && passage.has(range.start, grammar.time_preposition)
            && range.start + 1 < self.date.start
            && first.is_some_and(|verb| Some(verb.head) == self.trigger)
            && self.sentence.verbs.iter().any(|verb| verb.finite && verb.head >= self.date.end)
    }

    /// Whether the words at a token can be coordinated with the date: another date, "in the future", "when it was
    /// agreed".
    fn can_be_coordinated(&self, at: usize) -> bool {
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

    /// Whether "at the latest" follows the date: "by mid-1988 at the latest".
    fn is_latest(&self) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let end = self.date.end;
        passage.has(end, grammar.clock_preposition) && passage.has(end + 2, grammar.latest)
    }

    /// Whether the date is between subject and verb: "The bank today cut its rate".
    fn is_between_subject_and_verb(&self, before: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let classes = [grammar.deictic, grammar.weekday, grammar.this, grammar.last, grammar.next];
        let deictic =
            (self.date.start..self.date.end).any(|at| classes.into_iter().any(|class| passage.has(at, class)));
        let copula = passage.has(self.date.end, grammar.be_past) || passage.has(self.date.end, grammar.be_present);
        let verb_follows = self.sentence.verbs.iter().any(|verb| verb.finite && verb.tokens.start == self.date.end);
        let subject = passage.tag(before).is_noun() || passage.tag(before) == Tag::ProperNoun;
        deictic && verb_follows && !copula && (subject || passage.has(before, grammar.legal_form))
    }

    /// Whether the past form before the date is a reduced relative clause: the main verb is another one.
    fn is_reduced(&self, past: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let opens = |at: usize| passage.has(at, grammar.subordinator) || passage.has(at, grammar.relative);
        self.sentence
            .verbs
            .iter()
            .filter(|verb| verb.finite && range.contains(&verb.head))
            .any(|verb| verb.tokens.start == self.date.end || verb.tokens.end <= past && !(verb.head..past).any(opens))
    }

    /// Whether the date modifies the noun after it: "in 1986 operating profit".
    fn modifies_following_noun(&self) -> bool {
        let date = &self.date;
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let at = date.end;
        passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
            && ![grammar.determiner, grammar.subject, grammar.time_preposition, grammar.preposition, grammar.to]
                .into_iter()
                .any(|class| passage.has(at, class))
            && !self.sentence.verbs.iter().any(|verb| verb.tokens.contains(&at))
            && date.start > self.sentence.tokens.start + 1
    }
}
