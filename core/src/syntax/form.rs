//! What a word is among its neighbours: a main verb, a past form, an adverb, a predicate.
//!
//! By its part of speech, its form and closed lists. It must not know groups of verbs, nor dates.

use super::Document;
use crate::language::speech::Part;
use crate::text::Shape;

/// Whether the word at `at` is the main verb behind an auxiliary.
pub(super) fn is_main(document: &Document<'_>, at: usize, base: bool) -> bool {
    let grammar = &document.pack.grammar;
    document.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
        && (base && !document.has(at, grammar.time_preposition)
            || is_past_form(document, at)
            || document.word(at).ends_with("ing"))
        && !document.has(at, grammar.determiner)
}

/// "was open", "is ready": an adjective that no noun follows.
pub(super) fn is_predicate(document: &Document<'_>, at: usize) -> bool {
    let adjective = document.part(at) == Part::Adjective || document.has(at, document.pack.grammar.predicate);
    let lower = document.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower);
    adjective && lower && !document.part(at + 1).is_noun() && document.part(at + 1) != Part::Adjective
}

pub(super) fn is_be(document: &Document<'_>, at: usize) -> bool {
    let grammar = &document.pack.grammar;
    document.has(at, grammar.be_past) || document.has(at, grammar.be_present)
}

pub(super) fn is_negative(document: &Document<'_>, at: usize) -> bool {
    let word = document.word(at);
    word.ends_with("n't") || word.ends_with("n’t") || word == "cannot"
}

/// Whether the word is an adverb, by its part of speech, its form or the list.
pub(crate) fn is_adverb(document: &Document<'_>, at: usize) -> bool {
    document.part(at) == Part::Adverb || is_plain_adverb(document, at)
}

/// Whether the word is an adverb by its form or the list: not the "out" and "further" that belong to a verb.
pub(crate) fn is_plain_adverb(document: &Document<'_>, at: usize) -> bool {
    let word = document.word(at);
    let verb = || matches!(document.part(at), Part::Base | Part::Present);
    word.len() > 3 && word.ends_with("ly") && !verb() || document.has(at, document.pack.grammar.adverb)
}

pub(super) fn is_base_form(document: &Document<'_>, at: usize, end: usize) -> bool {
    let lower = document.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower);
    let part = document.part(at);
    let verb = part == Part::Base || document.has(at, document.pack.grammar.verb) && part != Part::Adjective;
    lower && at < end && verb
}

/// "Polls open", "the court meets": a known verb behind what can be its subject. A word that is also the noun of an
/// event ("talks", "plans") counts as a verb only before an object.
pub(super) fn is_present(document: &Document<'_>, before: Option<usize>, at: usize, end: usize) -> bool {
    let grammar = &document.pack.grammar;
    let third = document.has(at, grammar.verb_third);
    // "it plans to": a noun of planning elsewhere
    let plans = || {
        let pronoun = before.is_some_and(|before| document.has(before, grammar.subject));
        pronoun && document.has(at, grammar.plan) && document.has(at + 1, grammar.to)
    };
    let Some(before) = before.filter(|_| third || document.has(at, grammar.verb) || plans()) else { return false };
    let before = behind_adverbs(document, before);
    if !document.tokens[before].shape.is_word() {
        return false;
    }
    let word = document.word(before);
    let plural = word.ends_with('s') && !word.ends_with("ss");
    let pronoun = document.has(before, grammar.subject);
    let subject = pronoun || third != plural || document.tokens[before].shape.is_capital();
    let closed = [grammar.determiner, grammar.preposition, grammar.cardinal, grammar.and, grammar.to, grammar.negation];
    let no_subject = closed.into_iter().any(|class| document.has(before, class))
        || ends_like_adjective(document, before)
        || document.part(before) == Part::Past;
    let next = at + 1;
    let object = next < end
        && (document.has(next, grammar.determiner)
            || document.tokens[next].shape.is_capital() && !ends_sentence_part(document, next));
    let noun = document.has(at, grammar.event_noun) && !pronoun && !object;
    let verbal = [grammar.be_past, grammar.be_present, grammar.will, grammar.have, grammar.had];
    let verb_follows =
        next < end && (verbal.into_iter().any(|class| document.has(next, class)) || is_past_form(document, next));
    subject && !no_subject && !noun && !verb_follows
}

fn ends_sentence_part(document: &Document<'_>, at: usize) -> bool {
    document.has(at, document.pack.grammar.weekday)
}

fn ends_like_adjective(document: &Document<'_>, at: usize) -> bool {
    let word = document.word(at);
    let noun = document.part(at).is_noun() || document.has(at, document.pack.grammar.event_noun);
    !noun && word.len() > 4 && ["ic", "al", "ive", "ous", "ful", "able"].iter().any(|ending| word.ends_with(ending))
}

pub(super) fn behind_adverbs(document: &Document<'_>, mut at: usize) -> usize {
    while at > 0 && is_adverb(document, at) {
        at -= 1;
    }
    at
}

/// The second half of a compound: "oil-rich", "Atlanta-based".
pub(super) fn is_second_half(document: &Document<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    document.has(before, document.pack.grammar.dash) && !document.tokens[before].spaced && !document.tokens[at].spaced
}

pub(super) fn is_determined(document: &Document<'_>, before: usize) -> bool {
    document.has(before, document.pack.grammar.determiner) || document.tokens[before].shape == Shape::Possessive
}

/// A past form before its noun: "the elected mayor", "a newly built bridge", "of continued growth".
pub(super) fn stands_before_noun(document: &Document<'_>, before: usize) -> bool {
    let grammar = &document.pack.grammar;
    let at = before + 1;
    let noun_behind = document.tokens.get(at + 1).is_some_and(|token| token.shape.is_word())
        && ![grammar.preposition, grammar.time_preposition, grammar.determiner, grammar.to]
            .into_iter()
            .any(|class| document.has(at + 1, class))
        && !is_adverb(document, at + 1);
    let adverb = is_adverb(document, before) && before > 0 && is_determined(document, before - 1);
    // "Moody's said profits"
    let said = document.has(at, grammar.saying) && document.tokens[before].shape == Shape::Possessive;
    noun_behind && !said && (is_determined(document, before) || adverb || document.has(before, grammar.preposition))
        || is_determined(document, before) && document.has(at, grammar.event_noun)
}

/// "the quarter ended Sept. 30": how a period is named, not what happened.
pub(super) fn ends_period(document: &Document<'_>, at: usize) -> bool {
    let grammar = &document.pack.grammar;
    let before = at.checked_sub(1);
    let period = |before| document.has(before, grammar.unit) || document.has(before, grammar.period);
    document.has(at, grammar.ending) && before.is_some_and(period)
}

/// Whether the word is a past form or a past participle: by its part of speech, and by its form where that is sure.
pub(crate) fn is_past_form(document: &Document<'_>, at: usize) -> bool {
    let grammar = &document.pack.grammar;
    let part = document.part(at);
    let irregular = document.has(at, grammar.irregular_past);
    let regular = || {
        let word = document.word(at);
        word.len() > 3 && word.ends_with("ed") && !document.has(at, grammar.not_past)
    };
    match part {
        Part::Past | Part::Participle => true,
        // "They put": some forms are the same in the present, and those of whom they are told stand before.
        Part::Base | Part::Present => {
            let told = at.checked_sub(1).map(|before| document.part(before));
            let present = document.has(at, grammar.verb) && matches!(told, Some(Part::Nouns | Part::Pronoun));
            irregular && !present || regular()
        }
        // "the freed man" has an adjective; "but not freed" a verb, whatever it is taken for.
        Part::Adjective => {
            let next = document.part(at + 1);
            irregular || regular() && !next.is_noun() && !matches!(next, Part::Adjective | Part::Name)
        }
        Part::Name => irregular,
        _ => irregular || regular(),
    }
}
