//! What a word is among its neighbours: a head verb, a past form, an adverb, a predicative adjective.
//!
//! Decided by tags, word endings and closed lists. This module must not know about verb groups or dates.

use super::ParsedPassage;
use super::upos::Upos;
use crate::text::Shape;

/// Whether the word at `at` is the head verb after an auxiliary; `base` where that takes the base form.
pub(super) fn is_head_verb(passage: &ParsedPassage<'_>, at: usize, base: bool) -> bool {
    let grammar = &passage.pack.grammar;
    passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
        && (base && !passage.has(at, grammar.time_preposition)
            || is_past_form(passage, at)
            || passage.word(at).ends_with("ing"))
        && !passage.has(at, grammar.determiner)
}

/// Whether the word is a predicative adjective, with no noun after it: "was open", "is ready".
pub(super) fn is_predicative(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let adjective = passage.tag(at) == Upos::Adjective || passage.has(at, passage.pack.grammar.predicate);
    let lower = passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower);
    adjective && lower && !passage.tag(at + 1).is_noun() && passage.tag(at + 1) != Upos::Adjective
}

pub(super) fn is_be(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    passage.has(at, grammar.be_past) || passage.has(at, grammar.be_present)
}

pub(super) fn is_negative(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let word = passage.word(at);
    word.ends_with("n't") || word.ends_with("n’t") || word == "cannot"
}

/// Whether the word is an adverb, by its tag, its ending or the list.
pub(crate) fn is_adverb(passage: &ParsedPassage<'_>, at: usize) -> bool {
    passage.tag(at) == Upos::Adverb || is_adverb_by_form(passage, at)
}

/// Whether the word is an adverb by its ending or the list: not the "out" and "further" that belong to a verb.
pub(crate) fn is_adverb_by_form(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let word = passage.word(at);
    let verb = || matches!(passage.tag(at), Upos::Base | Upos::Present);
    word.len() > 3 && word.ends_with("ly") && !verb() || passage.has(at, passage.pack.grammar.adverb)
}

pub(super) fn is_base_form(passage: &ParsedPassage<'_>, at: usize, end: usize) -> bool {
    let lower = passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower);
    let tag = passage.tag(at);
    let verb = tag == Upos::Base || passage.has(at, passage.pack.grammar.verb) && tag != Upos::Adjective;
    lower && at < end && verb
}

/// Whether the word is a verb in the present, after a possible subject: "Polls open", "the court meets". A word that is
/// also the noun of an event ("talks", "plans") counts as a verb only before an object.
pub(super) fn is_present(passage: &ParsedPassage<'_>, before: Option<usize>, at: usize, end: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let third = passage.has(at, grammar.verb_third);
    // "it plans to": without a pronoun before it, "plans" is a noun.
    let plans = || {
        let pronoun = before.is_some_and(|before| passage.has(before, grammar.subject));
        pronoun && passage.has(at, grammar.plan) && passage.has(at + 1, grammar.to)
    };
    let is_listed = || third || passage.has(at, grammar.verb) || plans();
    let Some(before) = before.filter(|_| passage.tag(at).is_verb() && is_listed()) else { return false };
    let before = skip_adverbs_back(passage, before);
    if !passage.tokens[before].shape.is_word() {
        return false;
    }
    let word = passage.word(before);
    let plural = word.ends_with('s') && !word.ends_with("ss");
    let pronoun = passage.has(before, grammar.subject);
    let subject = pronoun || third != plural || passage.tokens[before].shape.is_capital();
    let closed = [grammar.determiner, grammar.preposition, grammar.cardinal, grammar.and, grammar.to, grammar.negation];
    let no_subject = closed.into_iter().any(|class| passage.has(before, class))
        || ends_like_adjective(passage, before)
        || passage.tag(before) == Upos::Past;
    let next = at + 1;
    let object = next < end
        && (passage.has(next, grammar.determiner)
            || passage.tokens[next].shape.is_capital() && !passage.has(next, grammar.weekday));
    let noun = passage.has(at, grammar.event_noun) && !pronoun && !object;
    let verbal = [grammar.be_past, grammar.be_present, grammar.will, grammar.have, grammar.had];
    let verb_follows =
        next < end && (verbal.into_iter().any(|class| passage.has(next, class)) || is_past_form(passage, next));
    subject && !no_subject && !noun && !verb_follows
}

fn ends_like_adjective(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let word = passage.word(at);
    let noun = passage.tag(at).is_noun() || passage.has(at, passage.pack.grammar.event_noun);
    !noun && word.len() > 4 && ["ic", "al", "ive", "ous", "ful", "able"].iter().any(|ending| word.ends_with(ending))
}

/// Returns `at`, or the last token before the adverbs that end there.
pub(super) fn skip_adverbs_back(passage: &ParsedPassage<'_>, mut at: usize) -> usize {
    while at > 0 && is_adverb(passage, at) {
        at -= 1;
    }
    at
}

/// Whether the word ends a hyphenated compound: "oil-rich", "Atlanta-based".
pub(super) fn is_compound_tail(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    passage.has(before, passage.pack.grammar.dash) && !passage.tokens[before].spaced && !passage.tokens[at].spaced
}

/// Whether a determiner or a possessive stands at `before`.
pub(super) fn is_determined(passage: &ParsedPassage<'_>, before: usize) -> bool {
    passage.has(before, passage.pack.grammar.determiner) || passage.tokens[before].shape == Shape::Possessive
}

/// Whether the past form after `before` is attributive: "the elected mayor", "a newly built bridge", "of continued
/// growth".
pub(super) fn is_attributive(passage: &ParsedPassage<'_>, before: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let at = before + 1;
    let noun_follows = passage.tokens.get(at + 1).is_some_and(|token| token.shape.is_word())
        && ![grammar.preposition, grammar.time_preposition, grammar.determiner, grammar.to]
            .into_iter()
            .any(|class| passage.has(at + 1, class))
        && !is_adverb(passage, at + 1);
    let adverb = is_adverb(passage, before) && before > 0 && is_determined(passage, before - 1);
    // "Moody's said profits"
    let said = passage.has(at, grammar.saying) && passage.tokens[before].shape == Shape::Possessive;
    noun_follows && !said && (is_determined(passage, before) || adverb || passage.has(before, grammar.preposition))
        || is_determined(passage, before) && passage.has(at, grammar.event_noun)
}

/// Whether the word says when a period ends, and so is no event: "the quarter ended Sept. 30".
pub(super) fn ends_period(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let before = at.checked_sub(1);
    let period = |before| passage.has(before, grammar.unit) || passage.has(before, grammar.period);
    passage.has(at, grammar.ending) && before.is_some_and(period)
}

/// Whether the word is a past form or a past participle: by its tag, and by its form where that is unambiguous.
pub(crate) fn is_past_form(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let tag = passage.tag(at);
    let irregular = passage.has(at, grammar.irregular_past);
    let regular = || {
        let word = passage.word(at);
        word.len() > 3 && word.ends_with("ed") && !passage.has(at, grammar.not_past)
    };
    match tag {
        Upos::Past | Upos::Participle => true,
        // "They put": some past forms equal the present; after a plural subject they are read as the present.
        Upos::Base | Upos::Present => {
            let subject = at.checked_sub(1).map(|before| passage.tag(before));
            let present = passage.has(at, grammar.verb) && matches!(subject, Some(Upos::PluralNoun | Upos::Pronoun));
            irregular && !present || regular()
        }
        // "the freed man" has an adjective; "but not freed" a verb, whatever its tag.
        Upos::Adjective => {
            let next = passage.tag(at + 1);
            irregular || regular() && !next.is_noun() && !matches!(next, Upos::Adjective | Upos::ProperNoun)
        }
        Upos::ProperNoun => irregular,
        _ => irregular || regular(),
    }
}
