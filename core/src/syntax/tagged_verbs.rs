//! The verb groups of languages whose verbs show by their forms what they are: by tags, and short lists of auxiliaries.
//!
//! English has lists of verbs and rules of its own in `verb_group`; here a language brings its weights and a few words. Where the
//! parts of a verb stand apart ("wurde am Montag im Hafen gesperrt"), the group is the last of them. This module must not know
//! about dates.

use std::ops::Range;

use super::ParsedPassage;
use super::upos::Upos;
use super::verb_group::{Verb, VerbForm, apply_governor};
use crate::text::Shape;

/// How far behind an auxiliary its verb is searched, in tokens, where the two stand beside each other.
const REACH: usize = 6;

/// How far behind a finite verb its negation is searched, in tokens, where the language has it there.
const NEGATION_REACH: usize = 5;

/// Returns the verb groups of a sentence, in order.
pub(super) fn verbs(passage: &ParsedPassage<'_>, sentence: &Range<usize>) -> Vec<Verb> {
    let mut groups = Groups { passage, sentence, verbs: Vec::new(), taken: vec![false; sentence.len()] };
    for at in sentence.clone() {
        if passage.tag(at).is_verb() && passage.tokens[at].shape.is_word() && !groups.taken[at - sentence.start] {
            groups.add(at);
        }
    }
    let mut verbs = groups.verbs;
    verbs.sort_by_key(|verb| verb.tokens.start);
    for at in 1..verbs.len() {
        let (before, rest) = verbs.split_at_mut(at);
        if let (Some(governor), Some(verb)) = (before.last(), rest.first_mut())
            && !verb.finite
        {
            apply_governor(passage, governor, verb);
        }
    }
    verbs
}

/// The groups of a sentence so far.
struct Groups<'g> {
    passage: &'g ParsedPassage<'g>,
    sentence: &'g Range<usize>,
    verbs: Vec<Verb>,
    /// Which tokens of the sentence belong to a group.
    taken: Vec<bool>,
}

impl Groups<'_> {
    /// Adds the group of the verb at a token.
    fn add(&mut self, at: usize) {
        let tag = self.passage.tag(at);
        let verb = if tag.is_auxiliary() || tag == Upos::Modal || self.is_listed_auxiliary(at) {
            let main = self.main_verb(at);
            self.with_auxiliary(at, main)
        } else if let Some(auxiliary) = self.auxiliary_behind(at) {
            self.with_auxiliary(auxiliary, Some(at))
        } else {
            self.simple(at)
        };
        let start = self.sentence.start;
        self.taken[at - start] = true;
        self.taken[verb.tokens.start - start..verb.tokens.end - start].fill(true);
        self.verbs.push(verb);
    }

    /// Whether a verb that is tagged as no auxiliary governs an infinitive as one does: "va a presentar", "va présenter".
    fn is_listed_auxiliary(&self, at: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let listed = [grammar.will, grammar.modal, grammar.have].iter().any(|&class| self.passage.has(at, class));
        self.passage.tag(at).is_finite() && listed && self.main_verb(at).is_some()
    }

    /// Returns the verb that an auxiliary belongs to, which stands behind it; `None` for a copula.
    fn main_verb(&self, auxiliary: usize) -> Option<usize> {
        let (passage, bracket) = (self.passage, self.passage.pack.lexicon.writing().verb_bracket);
        let grammar = &passage.pack.grammar;
        let reach = if bracket { self.sentence.end } else { self.sentence.end.min(auxiliary + 1 + REACH) };
        let mut found = None;
        for at in auxiliary + 1..reach {
            let tag = passage.tag(at);
            let skipped = match tag {
                Upos::AuxBase | Upos::AuxParticiple => true,
                Upos::Participle | Upos::Base | Upos::Gerund => {
                    found = Some(at);
                    false
                }
                // "hat das Tor zerstört": the tagger takes some participles at the end of a clause for finite.
                Upos::Past | Upos::Present if bracket && (at + 1 >= reach || self.is_mark(at + 1)) => {
                    found = Some(at);
                    false
                }
                _ if bracket => !self.ends_clause(at),
                Upos::Adverb | Upos::Pronoun | Upos::Particle => true,
                _ => passage.has(at, grammar.to) || passage.has(at, grammar.negation),
            };
            if !skipped {
                break;
            }
        }
        // "ha sido" alone, "sein wird"
        let own = (auxiliary + 1..reach).find(|&at| matches!(passage.tag(at), Upos::AuxBase | Upos::AuxParticiple));
        found.or(own.filter(|&own| !bracket && own == auxiliary + 1))
    }

    /// Returns the finite auxiliary at the end of a clause whose verb stands before it: "dass die Brücke gesperrt wurde".
    fn auxiliary_behind(&self, at: usize) -> Option<usize> {
        let passage = self.passage;
        if !passage.pack.lexicon.writing().verb_bracket || passage.tag(at).is_finite() {
            return None;
        }
        let inner = |at: &usize| matches!(passage.tag(*at), Upos::AuxBase | Upos::AuxParticiple);
        let end = (at + 1..self.sentence.end).find(|at| !inner(at))?;
        matches!(passage.tag(end), Upos::AuxPast | Upos::AuxPresent | Upos::Modal).then_some(end)
    }

    fn is_mark(&self, at: usize) -> bool {
        matches!(
            self.passage.tokens[at].shape,
            Shape::Mark('.' | '!' | '?' | ',' | ';' | ':' | '(' | '"' | '“' | '„' | '–' | '—') | Shape::Break
        )
    }

    /// Whether a clause ends before a token.
    fn ends_clause(&self, at: usize) -> bool {
        let passage = self.passage;
        self.is_mark(at) || passage.tag(at).is_finite() || passage.tag(at) == Upos::Subordinator
    }

    /// Returns the group of an auxiliary and its verb.
    fn with_auxiliary(&mut self, auxiliary: usize, main: Option<usize>) -> Verb {
        let passage = self.passage;
        let grammar = &passage.pack.grammar;
        let tag = passage.tag(auxiliary);
        let is = |class| passage.has(auxiliary, class);
        let head = main.unwrap_or(auxiliary);
        let main_tag = passage.tag(head);
        let done = matches!(main_tag, Upos::Participle | Upos::AuxParticiple | Upos::Past | Upos::Present);
        let done = done && main.is_some();
        let governs = matches!(main_tag, Upos::Base | Upos::AuxBase) && main.is_some();
        let form = match tag {
            // "podría llegar", "könnte kommen"
            _ if is(grammar.modal) && main.is_some() => VerbForm::Potential,
            _ if is(grammar.will) && governs => VerbForm::Future,
            Upos::Modal => self.looks_ahead(auxiliary),
            Upos::AuxPast | Upos::Past => VerbForm::Past,
            _ if is(grammar.have) && done => VerbForm::Past,
            Upos::AuxBase | Upos::Base => VerbForm::Infinitive,
            Upos::AuxParticiple | Upos::Participle | Upos::Gerund => VerbForm::Participle,
            _ => VerbForm::Present,
        };
        self.taken[auxiliary - self.sentence.start] = true;
        let (first, last) = (auxiliary.min(head), auxiliary.max(head));
        let beside = !passage.pack.lexicon.writing().verb_bracket || last - first <= 1;
        let negated = self.is_negated(first, last);
        Verb {
            tokens: if beside { first..last + 1 } else { head..head + 1 },
            head,
            form,
            negated,
            progressive: main_tag == Upos::Gerund,
            perfect: is(grammar.have) && done,
            finite: tag.is_finite(),
        }
    }

    /// Returns the group of a verb without an auxiliary.
    fn simple(&self, at: usize) -> Verb {
        let tag = self.passage.tag(at);
        let form = match tag {
            Upos::Past => VerbForm::Past,
            Upos::Modal => self.looks_ahead(at),
            Upos::Base => VerbForm::Infinitive,
            Upos::Gerund | Upos::Participle => VerbForm::Participle,
            _ => VerbForm::Present,
        };
        let negated = self.is_negated(at, at);
        Verb {
            tokens: at..at + 1,
            head: at,
            form,
            negated,
            progressive: false,
            perfect: false,
            finite: tag.is_finite(),
        }
    }

    /// A verb of the future is that; one of the conditional is a plan where somebody of the past said so ("dijo que
    /// llegaría"), else a possibility.
    fn looks_ahead(&self, at: usize) -> VerbForm {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let word = passage.word(at).to_lowercase();
        let conditional = passage.pack.lexicon.writing().conditional.iter().any(|ending| word.ends_with(ending));
        let reported = || {
            let says = |at: usize| passage.has(at, grammar.report) && passage.tag(at).is_verb();
            (self.sentence.start..at).any(says)
        };
        if conditional && !reported() { VerbForm::Potential } else { VerbForm::Future }
    }

    /// Whether a negation stands right before the group, within it or, where the language has it there, behind its finite verb.
    fn is_negated(&self, first: usize, last: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let negates = |at: usize| passage.has(at, grammar.negation) && !passage.has(at + 1, grammar.no_negation);
        let beside =
            |at: &usize| matches!(passage.tag(*at), Upos::Pronoun | Upos::Adverb | Upos::Particle) || negates(*at);
        let before = (self.sentence.start..first).rev().take_while(beside).any(negates);
        let behind = || {
            let rest = last + 1..self.sentence.end.min(last + 1 + NEGATION_REACH);
            let own = rest.take_while(|&at| !self.ends_clause(at));
            passage.pack.lexicon.writing().verb_bracket && first == last && own.into_iter().any(negates)
        };
        before || (first..last).any(negates) || behind()
    }
}
