//! A date that opens a sentence: "In the first quarter of 2025, prices rose." It is parsed apart, so that what is left is the clause
//! that it dates.

use super::LexedPassage;
use super::outline::Outline;
use super::transition::{NONE, Relation};
use super::upos::Upos;

/// The most words before the date: "early on Friday,".
const MOST_BEFORE: usize = 2;
/// The most words before the date of a cleft sentence: "C'est dans la nuit du".
const MOST_BEFORE_CLEFT: usize = 4;

/// A date that opens a sentence. Words are named by their place in the outline.
pub(super) struct Adjunct {
    date: usize,
}

impl Adjunct {
    /// Finds the opening date of a sentence that is tagged. One that a clause goes on about ("In 1985, when") is none.
    pub(super) fn find(passage: &LexedPassage<'_>, outline: &Outline, tags: &[Upos]) -> Option<Self> {
        Self::opening(passage, outline, tags).or_else(|| Self::cleft(passage, outline, tags))
    }

    /// Finds the date of a cleft sentence: "C'est en 1987 que l'usine a ouvert", "Fue en 1987 cuando abrió".
    fn cleft(passage: &LexedPassage<'_>, outline: &Outline, tags: &[Upos]) -> Option<Self> {
        let grammar = &passage.pack.grammar;
        let date = (1..=MOST_BEFORE_CLEFT).find(|&place| outline.has_date(&(place..place + 1)))?;
        let (before, clause) = (tags.get(..date)?, tags.get(date + 2..)?);
        let is_be = |&at: &usize| passage.has(at, grammar.be_present) || passage.has(at, grammar.be_past);
        let be = outline.words.iter().take(2.min(date)).position(is_be)?;
        let leads = |tag: &Upos| matches!(tag, Upos::Adposition | Upos::Adverb | Upos::Determiner);
        let opens = before[..be].iter().all(|tag| *tag == Upos::Pronoun) && before[be + 1..].iter().all(leads);
        let &next = outline.words.get(date + 1)?;
        let is_joined = passage.has(next, grammar.that) || passage.has(next, grammar.clause_lead);
        let is_clause = clause.iter().any(|tag| tag.is_finite());
        (passage.pack.reads_forms() && opens && is_joined && is_clause).then_some(Self { date })
    }

    fn opening(passage: &LexedPassage<'_>, outline: &Outline, tags: &[Upos]) -> Option<Self> {
        let grammar = &passage.pack.grammar;
        let is_date = |place: usize| outline.has_date(&(place..place + 1));
        let date = (0..=MOST_BEFORE).find(|&place| is_date(place))?;
        // An attribution at the end of the sentence has no tags here: "On Friday, police said."
        let (before, clause) = (tags.get(..date)?, tags.get(date + 2..)?);
        let leads = before.iter().all(|tag| matches!(tag, Upos::Adposition | Upos::Adverb));
        let (&comma, &next) = (outline.words.get(date + 1)?, outline.words.get(date + 2)?);
        let goes_on =
            is_date(date + 2) || passage.has(next, grammar.clause_lead) || passage.has(next, grammar.relative);
        let is_clause = clause.iter().any(|tag| tag.is_finite());
        (leads && is_clause && !goes_on && passage.has(comma, grammar.comma)).then_some(Self { date })
    }

    /// Returns how many words it has, with its comma or what joins the clause.
    pub(super) fn len(&self) -> usize {
        self.date + 2
    }

    /// Hangs it by the root of the clause, which is parsed.
    pub(super) fn hang(self, heads: &mut [u16], relations: &mut [Relation]) {
        let root = (self.len()..heads.len()).find(|&at| heads[at] == NONE).unwrap_or(self.len()) as u16;
        for place in 0..self.len() {
            (heads[place], relations[place]) = match place {
                _ if place < self.date => (self.date as u16, Relation::Case),
                _ if place == self.date => (root, Relation::Oblique),
                _ => (root, Relation::Punctuation),
            };
        }
    }
}
