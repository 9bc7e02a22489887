//! Tags that a look at the whole sentence contradicts.

use crate::syntax::LexedPassage;
use crate::syntax::upos::Upos;
use crate::text::Shape;

/// Mends tags that a look at the whole sentence contradicts: a capital within a sentence is no "may", and a sentence has
/// a finite verb if any word may be one.
pub(in crate::syntax) fn mend_tags(passage: &LexedPassage<'_>, words: &[usize], tags: &mut [Upos]) {
    let is_capital = |place: usize| passage.tokens[words[place]].shape == Shape::Capital;
    let lower = words.iter().any(|&at| passage.tokens[at].shape == Shape::Lower);
    // "May Lindqvist": the verb that the tagger saw behind "may" is a name as well.
    let mut named = false;
    for (at, tag) in tags.iter_mut().enumerate().skip(1) {
        named = lower
            && is_capital(at)
            && (*tag == Upos::Modal || named && matches!(tag, Upos::Base | Upos::Present | Upos::Past));
        if named {
            *tag = Upos::ProperNoun;
        }
    }
    // "UH Mānoa", "OK Go": what opens a name is no exclamation.
    for at in 1..tags.len() {
        let is_upper = passage.tokens[words[at - 1]].shape == Shape::Upper;
        if lower && is_upper && tags[at - 1] == Upos::Other && tags[at] == Upos::ProperNoun {
            tags[at - 1] = Upos::ProperNoun;
        }
    }
    // "compared with £198 million" is no clause.
    for at in 1..tags.len() {
        if tags[at] == Upos::Participle
            && passage.has(words[at], passage.pack.grammar.comparing)
            && passage.has(words[at - 1], passage.pack.grammar.comma)
        {
            tags[at] = Upos::Adposition;
        }
    }
    if !tags.iter().any(|tag| tag.is_finite()) {
        make_finite(passage, words, tags);
    }
}

/// Whether a full stop ends a sentence; headlines, which do without a verb, have none.
pub(super) fn has_full_stop(passage: &LexedPassage<'_>, words: &[usize]) -> bool {
    words.iter().rev().take(2).any(|&at| passage.tokens[at].shape.is_mark('.'))
}

/// Makes the last participle finite: "The mill by the river closed on Monday." In most verbs the two forms are one, and
/// the tagger sees only the words beside it.
fn make_finite(passage: &LexedPassage<'_>, words: &[usize], tags: &mut [Upos]) {
    let has_auxiliary = |at: usize| {
        let before = tags[..at].iter().rev().find(|tag| **tag != Upos::Adverb);
        before.is_some_and(|tag| matches!(tag, Upos::AuxBase | Upos::AuxParticiple | Upos::Particle))
    };
    let behind_noun = |at: usize| tags[..at].iter().any(|tag| tag.is_noun() || *tag == Upos::Pronoun);
    let attributive = |at: usize| tags.get(at + 1).is_some_and(|tag| tag.is_noun());
    // "closed by the council", but not "rose by 3%".
    let word = |at: usize| words.get(at).is_some_and(|&at| passage.tokens[at].shape.is_word());
    let by = |at: usize| words.get(at).is_some_and(|&at| passage.has(at, passage.pack.grammar.by));
    let passive = |at: usize| by(at + 1) && word(at + 2);
    // "A probe on its way to a comet woke on Wednesday."
    let verbal = |at: usize| {
        let past = passage.has(words[at], passage.pack.grammar.irregular_past);
        tags[at] == Upos::Participle || past && matches!(tags[at], Upos::Noun | Upos::Adjective | Upos::Base)
    };
    let candidate =
        |&at: &usize| verbal(at) && !has_auxiliary(at) && behind_noun(at) && !attributive(at) && !passive(at);
    if let Some(at) = (0..tags.len()).rev().find(candidate) {
        tags[at] = Upos::Past;
    }
}
