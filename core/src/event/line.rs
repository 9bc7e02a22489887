//! The line of a date: what happened then, in the article's own words and order.
//!
//! Candidates come from `unit`, the choice from `rank`. Here they are written: the subject that a clause shares with
//! another is supplied, marks that belonged to what is gone go with it, and a pronoun at the head is replaced.

use std::ops::Range;

use super::antecedent::{Antecedent, Pronoun, noun_phrase};
use super::identity::normalised;
use super::names;
use super::rank::{self, Described, Feature};
use super::unit::{DatedClause, Unit};
use crate::syntax::{ParsedPassage, Relation};
use crate::text::Shape;

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

/// Returns the candidates for the line of a date.
pub(super) fn candidates(dated: &DatedClause<'_>) -> Vec<Candidate> {
    let cut = dated.date_phrase();
    let mut candidates: Vec<(Candidate, Unit, Vec<usize>)> = Vec::new();
    let mut pivots = dated.pivots();
    if pivots.is_empty() {
        pivots.extend(dated.structure.tokens().find(|&at| dated.structure.head(at).is_none()));
    }
    for pivot in pivots {
        for unit in dated.units(pivot) {
            let mut cut = cut.clone();
            let mut kept = dated.kept(unit, pivot, &cut);
            // "The wedding is on Saturday"
            if kept
                .iter()
                .rfind(|&&at| dated.passage.tokens[at].shape.is_word())
                .is_some_and(|&at| is_copula(dated, at))
            {
                cut = cut.start..cut.start;
                kept = dated.kept(unit, pivot, &cut);
            }
            let tokens = with_subject(dated, unit, kept.clone(), &cut);
            let text = render(dated.passage, &tokens, &cut);
            if text.contains(' ') {
                let candidate = Candidate {
                    text,
                    features: Vec::new(),
                    pivot,
                    unit: unit.head,
                    tokens: tokens.0,
                    antecedent: 0..0,
                };
                candidates.push((candidate, unit, kept));
            }
        }
    }
    let pivots: Vec<usize> = candidates.iter().map(|(candidate, ..)| candidate.pivot).collect();
    let describe = |(mut candidate, unit, kept): (Candidate, Unit, Vec<usize>)| {
        let votes = pivots.iter().filter(|&&pivot| pivot == candidate.pivot).count();
        let described = Described { pivot: candidate.pivot, unit, kept: &kept, text: &candidate.text, votes };
        candidate.features = rank::features(dated, &described);
        with_antecedents(dated, candidate)
    };
    candidates.into_iter().flat_map(describe).collect()
}

fn is_copula(dated: &DatedClause<'_>, at: usize) -> bool {
    let grammar = &dated.passage.pack.grammar;
    dated.has(at, grammar.be_past) || dated.has(at, grammar.be_present)
}

/// Returns the candidate that the model prefers; of equal ones the first.
pub(super) fn choose<'c>(candidates: &'c [Candidate], weights: &[i8]) -> Option<&'c Candidate> {
    let mut best: Option<(i32, &Candidate)> = None;
    for candidate in candidates {
        let score = rank::score(weights, &candidate.features);
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
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

/// Returns the variants of a candidate in which the pronoun at its head is replaced by what it may mean, and the candidate
/// itself.
fn with_antecedents(dated: &DatedClause<'_>, candidate: Candidate) -> Vec<Candidate> {
    let passage = dated.passage;
    let head = candidate.tokens.iter().copied().find(|&at| passage.tokens[at].shape.is_word());
    let Some(pronoun) = head.and_then(|head| Pronoun::at(passage, dated.structure, head)) else {
        return vec![candidate];
    };
    let word = capitalised(head.map_or_else(String::new, |head| passage.word(head).to_owned()));
    let Some(rest) = candidate.text.strip_prefix(&*word) else { return vec![candidate] };
    let replaced = |antecedent: &Antecedent| {
        let mut text = render(passage, &Ordered(antecedent.tokens.clone(), 0), &(0..0));
        if pronoun.is_possessive {
            text += if text.ends_with('s') { "'" } else { "'s" };
        }
        text += rest;
        let features = [&*candidate.features, antecedent.features.features()].concat();
        Candidate { text, features, antecedent: antecedent.name.clone(), ..candidate.clone() }
    };
    let mut variants: Vec<Candidate> = dated.discourse.antecedents(&pronoun).iter().map(replaced).collect();
    let kept = [&*candidate.features, pronoun.kept().features()].concat();
    variants.insert(0, Candidate { features: kept, ..candidate });
    variants
}

/// The tokens of a line in their order, and how many at the front are a subject that was supplied.
struct Ordered(Vec<usize>, usize);

/// Puts the subject of a clause that has none of its own before it: that of the clause it hangs by, or the antecedent of
/// its relative word.
fn with_subject(dated: &DatedClause<'_>, unit: Unit, mut kept: Vec<usize>, cut: &Range<usize>) -> Ordered {
    let structure = dated.structure;
    let clause = unit.head;
    let relative = |at: usize| dated.has(at, dated.passage.pack.grammar.relative);
    let mut supplied = Vec::new();
    match (structure.subject(clause), structure.relation(clause), structure.head(clause)) {
        _ if unit.is_phrase => {}
        (Some(subject), Relation::AdnominalClause, Some(antecedent)) if relative(subject) => {
            kept.retain(|&at| at != subject);
            supplied = noun_phrase(dated.passage, structure, antecedent, &dated.date);
        }
        // "where he was born", "in which they met": what stands for the noun goes.
        (Some(_), Relation::AdnominalClause, _) => {
            let stands = |&at: &usize| at < clause && structure.subtree(at).any(relative);
            if let Some(part) = structure.children(clause).find(stands).map(|at| structure.subtree(at)) {
                kept.retain(|at| !part.contains(at));
            }
        }
        // A relative clause that the parser did not take for one: the noun before it.
        (Some(subject), _, _) if relative(subject) && structure.subtree(subject).len() == 1 => {
            if let Some(antecedent) = noun_before(dated, subject) {
                kept.retain(|&at| at != subject);
                supplied = noun_phrase(dated.passage, structure, antecedent, &dated.date);
            }
        }
        (None, Relation::AdnominalClause, Some(antecedent)) => {
            supplied = noun_phrase(dated.passage, structure, antecedent, &dated.date)
        }
        (None, Relation::Conjunct | Relation::AdverbialClause | Relation::Complement, Some(head)) => {
            supplied = shared_subject(dated, clause, head, cut);
        }
        _ => {}
    }
    supplied.retain(|at| !kept.contains(at));
    let count = supplied.len();
    supplied.extend(kept);
    Ordered(supplied, count)
}

/// The head of the noun group that ends right before a relative word, or before the comma before it.
fn noun_before(dated: &DatedClause<'_>, relative: usize) -> Option<usize> {
    let structure = dated.structure;
    let before = structure.tokens().start..relative;
    let last = before.rev().find(|&at| !dated.is_mark(at, ','))?;
    let mut up = std::iter::once(last).chain(structure.ancestors(last));
    let head = up.find(|&at| !matches!(structure.relation(at), Relation::Determiner | Relation::Case))?;
    structure.tag(head).is_noun().then_some(head)
}

/// The subject of the first clause on the way up that has one, with its auxiliaries where the clause is not finite.
fn shared_subject(dated: &DatedClause<'_>, clause: usize, head: usize, cut: &Range<usize>) -> Vec<usize> {
    let structure = dated.structure;
    let relative = |at: usize| dated.has(at, dated.passage.pack.grammar.relative);
    let shares = |at: usize| {
        matches!(structure.relation(at), Relation::Conjunct | Relation::Complement | Relation::AdverbialClause)
    };
    let mut above = head;
    while structure.subject(above).is_none() && shares(above) {
        let Some(next) = structure.head(above) else { break };
        above = next;
    }
    let mut supplied: Vec<usize> = match (structure.subject(above), structure.head(above)) {
        (subject, Some(antecedent))
            if structure.relation(above) == Relation::AdnominalClause && subject.is_none_or(relative) =>
        {
            noun_phrase(dated.passage, structure, antecedent, &dated.date)
        }
        (Some(subject), _) => structure.subtree(subject).filter(|at| !cut.contains(at)).collect(),
        (None, _) => Vec::new(),
    };
    if !structure.is_finite(clause) && structure.relation(clause) == Relation::Conjunct {
        supplied.extend(structure.auxiliaries(above));
    }
    supplied
}

/// Writes tokens in their order, with the spaces of the text, and without marks that belong to what is gone.
fn render(passage: &ParsedPassage<'_>, Ordered(tokens, supplied): &Ordered, cut: &Range<usize>) -> String {
    let whole = without_brackets(passage, with_hyphens(passage, tokens));
    let mark = |at: usize| match passage.tokens[at].shape {
        Shape::Mark(mark) => Some(mark),
        _ => None,
    };
    let count = |wanted: char| whole.iter().filter(|&&at| mark(at) == Some(wanted)).count();
    let unpaired = |mark: char| match mark {
        '"' => count('"') % 2 == 1,
        '“' | '”' => count('“') != count('”'),
        '(' | ')' => count('(') != count(')'),
        _ => false,
    };
    let mut text = String::new();
    let mut last: Option<usize> = None;
    for (place, &at) in whole.iter().enumerate() {
        let token = &passage.tokens[at];
        // The comma behind a date that goes stays, unless one stands before the date as well or within it ("on May 3, 2019,"), or
        // only a phrase follows ("on Monday, for nine mln").
        let within = cut.clone().any(|at| passage.tokens[at].shape.is_mark(','));
        let phrase = |at| passage.has(at, passage.pack.grammar.preposition);
        let behind_date = cut.end == at
            && !within
            && !phrase(at + 1)
            && last
                .is_some_and(|last| last + 1 == cut.start && passage.tokens[cut.start - 1].shape != Shape::Mark(','));
        let adjacent = last.is_some_and(|last| last + 1 == at);
        let follows = adjacent || behind_date;
        let goes_on = whole.get(place + 1).is_some_and(|&next| next == at + 1);
        let ends = whole[place + 1..].iter().all(|&at| matches!(mark(at), Some('"' | '”' | '.')));
        let dropped = match token.shape {
            Shape::Break => true,
            Shape::Mark(',' | ';' | ':' | '–' | '—' | '-') => place < *supplied || !follows || !goes_on,
            Shape::Mark('.') => !goes_on || ends,
            Shape::Mark(mark) => unpaired(mark),
            _ => false,
        };
        if dropped {
            continue;
        }
        let closes = token.shape == Shape::Possessive
            || matches!(token.shape, Shape::Mark(',' | '.' | ';' | ':' | ')' | '%' | '!' | '?' | '”'));
        let opened = text.ends_with(['“', '(']);
        if !text.is_empty() && !closes && !opened && (token.spaced || !adjacent) {
            text.push(' ');
        }
        match token.shape {
            // Tokenised texts write a longer form: "``", "-LRB-".
            Shape::Mark(mark) => text.push(mark),
            _ => text.push_str(passage.word(at)),
        }
        last = Some(at);
    }
    capitalised(without_loose_ends(passage, &whole, &text))
}

/// Adds the hyphens and the parts of words that hyphens tie together.
fn with_hyphens(passage: &ParsedPassage<'_>, tokens: &[usize]) -> Vec<usize> {
    let mut whole: Vec<usize> = Vec::with_capacity(tokens.len());
    for &at in tokens {
        if let Some(&last) = whole.last().filter(|&&last| (last + 2..=last + 3).contains(&at)) {
            let tied = (last + 1..=at).all(|at| !passage.tokens[at].spaced);
            whole.extend((last + 1..at).filter(|_| tied));
        }
        whole.push(at);
    }
    whole
}

/// The longest group in brackets that is left out, in tokens: an abbreviation, a party, a short name.
const LONGEST_BRACKET: usize = 4;

/// Removes short groups in brackets: "the union (UTW)".
fn without_brackets(passage: &ParsedPassage<'_>, mut tokens: Vec<usize>) -> Vec<usize> {
    let is_mark = |at: usize, mark| passage.tokens[at].shape.is_mark(mark);
    let mut from = 0;
    while let Some(open) = tokens[from..].iter().position(|&at| is_mark(at, '(')).map(|open| from + open) {
        from = open + 1;
        let close = tokens[from..].iter().take(LONGEST_BRACKET + 1).position(|&at| is_mark(at, ')'));
        if let Some(close) = close {
            tokens.drain(open..=from + close);
            from = open;
        }
    }
    tokens
}

/// Removes marks at the ends, and function words at the end that led what is gone.
fn without_loose_ends(passage: &ParsedPassage<'_>, tokens: &[usize], text: &str) -> String {
    let loose = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—');
    let mut text = text.trim_matches(loose).trim_end_matches('.');
    let grammar = &passage.pack.grammar;
    for &at in tokens.iter().rev().filter(|&&at| passage.tokens[at].shape != Shape::Break) {
        let leads = [grammar.joining, grammar.preposition, grammar.determiner, grammar.relative, grammar.subordinator];
        let rest = text.strip_suffix(passage.word(at)).map(|rest| rest.trim_end_matches(loose));
        match rest.filter(|_| leads.iter().any(|&class| passage.has(at, class))) {
            Some(rest) if rest.split(' ').nth(2).is_some() => text = rest,
            _ => break,
        }
    }
    text.to_owned()
}

/// Capitalises the first letter.
fn capitalised(mut text: String) -> String {
    match text.chars().next() {
        Some(first) if !first.is_ascii() => {
            text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        Some(_) => text.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase),
        None => {}
    }
    text
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
