//! Who said it: the frames of reporting around a statement, and the brackets in it, that a summary does without.
//!
//! A frame is left out only where a sentence stays. This module must not know dates.

use std::ops::Range;

use super::summary::{ASIDE, Telling};
use crate::language::tagger::Tag;
use crate::syntax::{Verb, is_adverb};
use crate::text::Shape;

impl Telling<'_> {
    /// "The ministry said that the bridge was shut": what was said, without who said it, where that is a sentence.
    pub(super) fn unframed(&self, start: usize, trigger: usize) -> (usize, Option<&Verb>) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let frames = self.seeker.verbs.iter().filter(|verb| {
            let reports = verb.finite && passage.has(verb.main, grammar.report) || self.adds(verb.main);
            reports && verb.main >= start && verb.tokens.end <= trigger
        });
        for frame in frames {
            let behind = self.behind_frame(frame);
            let saying = passage.has(frame.main, grammar.saying) || self.adds(frame.main);
            let mut finite = self.seeker.verbs.iter().filter(|verb| verb.finite && verb.main > behind).peekable();
            let next = finite.peek().map_or(trigger, |verb| verb.main).min(trigger);
            let clause =
                (frame.tokens.end..next.min(frame.tokens.end + ASIDE)).find(|&at| passage.has(at, grammar.that));
            // "said the shares that may be bought": this "that" belongs to the noun.
            let of_noun = saying && passage.has(frame.tokens.end, grammar.determiner);
            // "announced the sale when a letter was signed": no clause was announced.
            let own = finite.peek().is_some_and(|verb| saying || self.is_own(behind..verb.main));
            let tells = own && (saying && !self.is_verb(trigger) || finite.any(|verb| verb.main <= trigger));
            match clause.filter(|_| !of_noun) {
                Some(that) => return (that + 1, Some(frame)),
                None if tells && self.opens_clause(behind, frame, saying) => return (behind, Some(frame)),
                None => {}
            }
        }
        (start, None)
    }

    /// Where what was said starts behind a verb of saying, when and where and to whom it was said aside.
    fn behind_frame(&self, frame: &Verb) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let mut behind = frame.tokens.end;
        while self.is_when(behind) {
            behind += 1;
        }
        let preposition = passage.has(behind, grammar.preposition) || passage.has(behind, grammar.clock_preposition);
        let first = match passage.has(frame.main, grammar.addressed) {
            true => behind,
            false if preposition && !passage.has(behind, grammar.subordinator) => behind + 1,
            false => return behind,
        };
        // "told Reuters the bank", "said in a statement it", "said on Friday the mill", "told a conference Altex"
        let first = first + usize::from(passage.has(first, grammar.determiner));
        let opens = |at: usize| {
            let name = at > first
                && passage.tokens.get(at).is_some_and(|token| token.shape.is_capital())
                && passage.tokens[at - 1].shape == Shape::Lower;
            name || passage.has(at, grammar.determiner) || passage.has(at, grammar.subject)
        };
        let group = (first..self.seeker.sentence.end.min(first + ASIDE)).take_while(|&at| {
            let shape = passage.tokens[at].shape;
            (shape.is_word() || shape.is_figure()) && !opens(at) && !self.is_verb(at)
        });
        let end = first + group.count();
        let opens = opens(end);
        let led = end > first && passage.has(end - 1, grammar.preposition);
        if end > first && opens && !led && !passage.has(end, grammar.relative) { end } else { behind }
    }

    /// Whether a token tells when it was said: "said today", "said two days ago", "said late last week".
    fn is_when(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let own = |at| [grammar.deictic, grammar.weekday, grammar.unit].into_iter().any(|class| passage.has(at, class));
        let leads = [grammar.last, grammar.this, grammar.cardinal, grammar.part_word];
        let led = |at: usize| leads.into_iter().any(|class| passage.has(at, class));
        let part = at > 0 && own(at - 1) && (is_adverb(passage, at) || passage.has(at, grammar.part_of_day));
        own(at) || part || led(at) && (own(at + 1) || led(at + 1) && own(at + 2))
    }

    /// Whether what was said can start there: with a subject, or with the clause that says on what condition.
    fn opens_clause(&self, at: usize, frame: &Verb, saying: bool) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let closed = [grammar.preposition, grammar.time_preposition, grammar.to, grammar.subordinator];
        let word = passage.tokens.get(at).is_some_and(|token| token.shape.is_word());
        let condition = passage.has(at, grammar.subordinator)
            && !passage.has(at, grammar.relative)
            && !passage.has(at, grammar.joining)
            && !passage.has(at, grammar.time_preposition)
            && !passage.has(at, grammar.condition);
        // "the men who it said were shot"
        if self.is_verb(at) {
            return false;
        }
        // "told the paper that", "told Reuters": to whom it was said
        let addressee = passage.has(frame.main, grammar.addressed) && at == frame.tokens.end;
        let figure = saying && passage.tokens.get(at).is_some_and(|token| token.shape.is_figure());
        figure
            || passage.has(at, grammar.subject)
            || !addressee && passage.has(at, grammar.determiner)
            || !addressee && word && passage.tokens[at].shape.is_capital()
            || saying && word && (condition || !closed.into_iter().any(|class| passage.has(at, class)))
    }

    /// Whether no clause starts within the tokens.
    fn is_own(&self, mut tokens: Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        !tokens.any(|at| passage.has(at, grammar.subordinator) && !passage.has(at, grammar.join))
    }

    fn is_verb(&self, at: usize) -> bool {
        self.seeker.verbs.iter().any(|verb| verb.tokens.contains(&at))
    }

    /// ", adding that": what is told behind it is told apart.
    fn adds(&self, at: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        passage.has(at, grammar.adding) && at > 0 && passage.has(at - 1, grammar.comma)
    }

    /// Leaves out brackets, and frames between commas or at the end: ", the office said,".
    pub(super) fn leave_out_asides(&self, range: &Range<usize>, kept: &mut [bool]) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (mut from, mut bracket): (Option<usize>, Option<usize>) = (None, None);
        for at in range.start..=range.end {
            let mark = match passage.tokens.get(at).filter(|_| at < range.end).map(|token| token.shape) {
                Some(Shape::Mark(mark)) => Some(mark),
                None => None,
                Some(_) => continue,
            };
            if let Some(open) = bracket.filter(|_| matches!(mark, Some(')' | '>'))) {
                if self.is_bracketed_aside(open, at, range) && self.is_aside(open, at) {
                    kept[open - range.start..=at - range.start].fill(false);
                }
                bracket = None;
                continue;
            }
            let closes = from.is_some_and(|from| match mark {
                Some(',' | '.') | None => self.is_frame(from + 1..at),
                _ => false,
            });
            if let Some(from) = from.filter(|from| closes && self.is_aside(*from, at)) {
                // "The firm, he said, was sold": no comma parts a verb from its subject.
                let verb = self.seeker.verbs.iter().any(|verb| verb.finite && verb.tokens.start == at + 1);
                let keeps_comma = passage.has(at, grammar.comma) && at < range.end && !verb;
                let end = if keeps_comma || at == range.end { at } else { at + 1 };
                kept[from - range.start..end - range.start].fill(false);
            }
            match mark {
                Some('(' | '<') => bracket = Some(at),
                Some(',') => from = Some(at),
                _ if closes => from = None,
                _ => {}
            }
        }
        self.leave_out_last_frame(range, kept);
    }

    /// Whether the tokens between two marks may go: few, and not the trigger.
    fn is_aside(&self, from: usize, to: usize) -> bool {
        to - from <= ASIDE && self.trigger.is_none_or(|trigger| trigger < from || trigger > to)
    }

    /// Whether the sentence stays whole without a bracket: a sign of the exchange ("<HIL.N>"), an abbreviation. Not that of "the
    /// merger of <Hill and Sons>", where only the marks go.
    fn is_bracketed_aside(&self, open: usize, close: usize, range: &Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let sign = (open + 2..close).all(|at| !passage.tokens[at].spaced);
        let named = passage.tokens[open].shape.is_mark('<') && !sign;
        let before = open.checked_sub(1).filter(|before| *before >= range.start);
        let needed = before.is_some_and(|before| {
            passage.has(before, grammar.preposition)
                || passage.has(before, grammar.and)
                || passage.has(before, grammar.determiner)
        });
        !named && !needed
    }

    /// ", said sole manager Hill, Read and Co", ", he said in Porto", ", adding that it rained": who said it, to the end.
    fn leave_out_last_frame(&self, range: &Range<usize>, kept: &mut [bool]) {
        let Some(told) = self.trigger.map(|trigger| trigger.max(self.date.start)) else { return };
        let mark = |at: &usize| matches!(self.passage.tokens[*at].shape, Shape::Mark(',' | '"' | '”'));
        let frame = (told + 1..range.end).filter(mark).find(|&at| self.frames_to_end(at, range.end));
        // "In the note issued today, the group said": nothing is told before.
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let led = passage.has(range.start, grammar.preposition);
        let told = |frame: &usize| !led || (range.start..*frame).any(|at| passage.has(at, grammar.comma));
        if let Some(frame) = frame.filter(told) {
            let quoted = usize::from(self.passage.tokens[frame].shape != Shape::Mark(','));
            kept[frame + quoted - range.start..].fill(false);
        }
    }

    /// Whether all that stands behind a mark only says who said it, where and to whom.
    fn frames_to_end(&self, mark: usize, end: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        if self.adds(mark + 1) {
            return true;
        }
        let opens = passage.has(mark + 1, grammar.subordinator) || passage.has(mark + 1, grammar.relative);
        let verb = self.seeker.verbs.iter().find(|verb| verb.main > mark && verb.finite).filter(|_| !opens);
        let Some(verb) = verb.filter(|verb| verb.tokens.start <= mark + ASIDE && verb.tokens.end <= end) else {
            return false;
        };
        let inverted = verb.tokens.start == mark + 1;
        let said = passage.has(verb.main, grammar.report) && !(inverted && passage.tag(verb.main) == Tag::Participle);
        // ", the Board for Roads, Bridges and Ports said"
        let named = passage.has(mark + 1, grammar.determiner);
        let listed = |at: usize| named && passage.tokens.get(at + 1).is_some_and(|next| next.shape.is_capital());
        let one = (mark + 1..verb.tokens.start).all(|at| !passage.tokens[at].shape.is_mark(',') || listed(at));
        let mut behind = verb.tokens.end;
        while behind < end && is_adverb(passage, behind) {
            behind += 1;
        }
        let governs = behind < end
            && passage.tokens[behind].shape.is_word()
            && !passage.has(behind, grammar.preposition)
            && !passage.has(behind, grammar.time_preposition)
            && !passage.has(behind, grammar.joining);
        let more = behind < end && passage.has(behind, grammar.comma);
        // ", said Rosa Ito has resigned": who said it stands before.
        let told = || self.seeker.verbs.iter().find(|next| next.finite && next.tokens.start >= behind);
        let told = inverted && told().is_some_and(|next| next.main < end && self.is_own(behind..next.main));
        said && one && !told && (inverted || !governs && !passage.has(behind, grammar.that) && !more)
    }

    /// "police said", "according to the office", "he said": a frame and no more.
    fn is_frame(&self, range: Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let says = |verb: &Verb| passage.has(verb.main, grammar.report);
        let mut verbs = self.seeker.verbs.iter().filter(|verb| range.contains(&verb.main)).peekable();
        let opens = passage.has(range.start, grammar.subordinator) || passage.has(range.start, grammar.relative);
        let said = verbs.peek().is_some() && verbs.all(says);
        said && !opens || passage.has(range.start, grammar.according)
    }
}
