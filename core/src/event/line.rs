//! The line of a date: what happened then, in the article's own words and order.
//!
//! Candidates come from `unit`, are written by `wording`, and `rank` chooses: between candidates, and whom the pronoun at the
//! head of one means.

use std::ops::Range;
use std::rc::Rc;

use super::antecedent::{Antecedent, Pronoun};
use super::identity::normalised;
use super::names;
use super::parts::Kept;
use super::rank::{self, Collector, Described, Feature};
use super::unit::{DatedClause, Unit};
use super::wording::{Wording, capitalised};
use crate::syntax::ParsedPassage;

/// The longest line, in characters; a longer one is cut at a word and ends with an ellipsis.
const LONGEST: usize = 280;

/// A candidate for the line of a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The line.
    pub text: String,
    /// What the choice is made by.
    pub features: Vec<Feature>,
    /// The word that it is built around.
    pub(super) pivot: usize,
    /// The head of the unit.
    pub(super) unit: usize,
    /// The tokens of the line, in their order, with its pronoun.
    tokens: Vec<usize>,
    /// The tokens of the name that stands for its pronoun.
    antecedent: Range<usize>,
}

/// A candidate that is not described yet.
struct Found {
    candidate: Candidate,
    unit: Unit,
    kept: Kept,
    /// Whether all is left out that can be.
    is_lean: bool,
}

/// A line that keeps its pronoun, where it begins with one, and what that may mean.
pub(super) struct Draft {
    candidate: Candidate,
    pronoun: Option<OpeningPronoun>,
}

/// The pronoun at the head of a line.
struct OpeningPronoun {
    is_possessive: bool,
    /// Describes to the model that it stays.
    kept: Collector,
    antecedents: Rc<[Antecedent]>,
    /// What follows it in the line.
    rest: String,
}

/// Returns the candidates for the line of a date: those that can stand alone, or the whole sentence if none can.
pub(super) fn drafts(dated: &DatedClause<'_>) -> Vec<Draft> {
    let cut = dated.date_phrase();
    let mut found: Vec<Found> = Vec::new();
    for pivot in dated.pivots() {
        for unit in dated.units(pivot) {
            found.extend(written(dated, pivot, unit, &cut));
        }
    }
    if found.is_empty() {
        found.extend(whole_sentence(dated, &cut));
    }
    let pivots: Vec<usize> = found.iter().map(|found| found.candidate.pivot).collect();
    let describe = |Found { mut candidate, unit, kept, is_lean }| {
        let votes = pivots.iter().filter(|&&pivot| pivot == candidate.pivot).count();
        let described = Described { pivot: candidate.pivot, unit, kept: &kept, is_lean, text: &candidate.text, votes };
        candidate.features = rank::features(dated, &described);
        let pronoun = opening_pronoun(dated, &candidate);
        Draft { candidate, pronoun }
    };
    found.into_iter().map(describe).collect()
}

/// Writes a unit, long and lean; only what can stand alone is returned.
fn written(dated: &DatedClause<'_>, pivot: usize, unit: Unit, cut: &Range<usize>) -> Vec<Found> {
    let none = cut.start..cut.start;
    let write = |cut: &Range<usize>| -> Vec<(Kept, Wording)> {
        let kept = dated.kept(unit, pivot, cut).into_iter();
        kept.map(|kept| (kept.clone(), Wording::of(dated, unit, kept.tokens, cut))).collect()
    };
    let mut wordings = write(cut);
    if wordings.iter().any(|(_, wording)| wording.needs_date(dated)) {
        // "The wedding is on Saturday", "The strike will last until Friday"
        wordings = write(&none);
    }
    let stands = wordings.into_iter().enumerate().filter(|(_, (_, wording))| wording.stands(dated, unit, pivot));
    let found = |(place, (kept, wording))| Found {
        candidate: candidate(dated, pivot, unit, wording),
        unit,
        kept,
        is_lean: place > 0,
    };
    stands.map(found).collect()
}

/// Writes the sentence as it is, without its date. This is what is left where the structure is of no use.
fn whole_sentence(dated: &DatedClause<'_>, cut: &Range<usize>) -> Option<Found> {
    let structure = dated.structure;
    let root = structure.tokens().find(|&at| structure.head(at).is_none())?;
    let unit = Unit::sentence(root);
    let pivot = dated.trigger.filter(|at| structure.tokens().contains(at)).unwrap_or(root);
    let of = |cut: &Range<usize>| {
        let tokens: Vec<usize> = structure.tokens().filter(|at| !cut.contains(at)).collect();
        let is_whole = dated.hollow_words(cut).next().is_none();
        is_whole
            .then(|| candidate(dated, pivot, unit, Wording::of(dated, unit, tokens.clone(), cut)))
            .filter(|candidate| candidate.text.contains(' ') || dated.is_entry())
            .map(|candidate| Found { candidate, unit, kept: Kept { tokens, optional: Vec::new() }, is_lean: false })
    };
    of(cut).or_else(|| of(&(cut.start..cut.start)))
}

fn candidate(dated: &DatedClause<'_>, pivot: usize, unit: Unit, wording: Wording) -> Candidate {
    let text = wording.render(dated.passage);
    Candidate { text, features: Vec::new(), pivot, unit: unit.head, tokens: wording.tokens, antecedent: 0..0 }
}

fn opening_pronoun(dated: &DatedClause<'_>, candidate: &Candidate) -> Option<OpeningPronoun> {
    let passage = dated.passage;
    let head = candidate.tokens.iter().copied().find(|&at| passage.tokens[at].shape.is_word())?;
    let pronoun = Pronoun::at(passage, dated.structure, head)?;
    let rest = candidate.text.strip_prefix(&*capitalised(passage.word(head).to_owned()))?.to_owned();
    let antecedents = dated.discourse.antecedents(&pronoun);
    Some(OpeningPronoun { is_possessive: pronoun.is_possessive, kept: pronoun.kept(), antecedents, rest })
}

impl Draft {
    /// Returns the greatest score of the line, and what its pronoun means there; `None` where there is none, or it stays.
    /// Those of the line and of what its pronoun means add up. What is plain is not asked of the model.
    fn best(&self, weights: &[i8]) -> (i32, Option<&Antecedent>) {
        let own = rank::score(weights, &self.candidate.features);
        let Some(pronoun) = &self.pronoun else { return (own, None) };
        if let Some(plain) = pronoun.antecedents.iter().find(|antecedent| antecedent.is_plain) {
            return (own + rank::score(weights, plain.features.features()), Some(plain));
        }
        let mut best = (own + rank::score(weights, pronoun.kept.features()), None);
        for antecedent in pronoun.antecedents.iter() {
            let score = own + rank::score(weights, antecedent.features.features());
            if score > best.0 {
                best = (score, Some(antecedent));
            }
        }
        best
    }

    /// Returns the line with what its pronoun means there.
    fn with(&self, passage: &ParsedPassage<'_>, antecedent: Option<&Antecedent>) -> Candidate {
        let mut candidate = self.candidate.clone();
        let Some(pronoun) = &self.pronoun else { return candidate };
        let Some(antecedent) = antecedent else {
            candidate.features.extend_from_slice(pronoun.kept.features());
            return candidate;
        };
        let mut text = Wording::plain(antecedent.tokens.clone()).render(passage);
        if pronoun.is_possessive {
            text += if text.ends_with('s') { "'" } else { "'s" };
        }
        text += &pronoun.rest;
        candidate.features.extend_from_slice(antecedent.features.features());
        Candidate { text, antecedent: antecedent.name.clone(), ..candidate }
    }

    /// Returns the line with each meaning of its pronoun, first as it is.
    pub(super) fn variants(&self, passage: &ParsedPassage<'_>) -> Vec<Candidate> {
        let antecedents = self.pronoun.iter().flat_map(|pronoun| pronoun.antecedents.iter());
        std::iter::once(None).chain(antecedents.map(Some)).map(|antecedent| self.with(passage, antecedent)).collect()
    }
}

/// Returns the candidate that the model prefers; of equal ones the first.
pub(super) fn choose(passage: &ParsedPassage<'_>, drafts: &[Draft]) -> Option<Candidate> {
    let mut best: Option<(i32, &Draft, Option<&Antecedent>)> = None;
    for draft in drafts {
        let (score, antecedent) = draft.best(&passage.pack.lines);
        if best.is_none_or(|(most, ..)| score > most) {
            best = Some((score, draft, antecedent));
        }
    }
    best.map(|(_, draft, antecedent)| draft.with(passage, antecedent))
}

/// The best line that was not chosen, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The line.
    pub line: String,
    /// What speaks for the line that was chosen, or, below 0, for this one, the strongest first.
    pub reasons: Vec<(&'static str, i32)>,
}

/// Returns the best other line.
pub(super) fn alternative(candidates: &[Candidate], chosen: &Candidate, weights: &[i8]) -> Option<Alternative> {
    let others = candidates.iter().filter(|candidate| candidate.text != chosen.text);
    let best = others.max_by_key(|candidate| rank::score(weights, &candidate.features))?;
    let reasons = rank::reasons(weights, &chosen.features, &best.features);
    Some(Alternative { line: best.text.clone(), reasons })
}

/// Returns the line as it is published, and the names in it.
pub(super) fn finish(
    passage: &ParsedPassage<'_>,
    sentence: &Range<usize>,
    candidate: &Candidate,
    date: &Range<usize>,
) -> (String, Vec<String>) {
    let (first, last) = (candidate.tokens.iter().min(), candidate.tokens.iter().max());
    let range = first.zip(last).map_or(0..0, |(first, last)| *first..*last + 1);
    let mut names = names::names(passage, range, sentence, date);
    let line = cut(candidate.text.clone());
    names.retain(|name| line.contains(name.trim_end_matches('.')));
    if !candidate.antecedent.is_empty() {
        let name = normalised(passage.span(candidate.antecedent.start, candidate.antecedent.end).of(passage.text));
        if !names.contains(&name) {
            names.insert(0, name);
        }
    }
    (line, names)
}

/// Cuts a text that is too long at a word.
fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let end = text.char_indices().nth(LONGEST - 2).map_or(text.len(), |(at, _)| at);
    let head = text.get(..end).unwrap_or(&text);
    let at = head.rfind(' ').unwrap_or(head.len());
    format!("{} …", head[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ','))
}
