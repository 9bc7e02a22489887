//! The subject and the auxiliary that a clause lacks: those of the clause that it is joined to, or of the noun that it
//! belongs to.
//!
//! This module must not know how a line is written.

use std::ops::Range;

use super::antecedent::noun_phrase;
use super::unit::{DatedClause, Unit};
use crate::syntax::{Relation, Upos};

/// The tokens of a unit with its subject.
pub(super) struct WithSubject {
    /// The tokens, in the order of the line.
    pub(super) tokens: Vec<usize>,
    /// How many at the front are a subject that was supplied.
    pub(super) supplied: usize,
    /// The auxiliary that is supplied behind them.
    pub(super) auxiliary: Option<String>,
}

/// Puts the subject of a clause that has none of its own before it: that of the clause it hangs by, or the antecedent of
/// its relative word.
pub(super) fn with_subject(
    dated: &DatedClause<'_>,
    unit: Unit,
    mut kept: Vec<usize>,
    cut: &Range<usize>,
) -> WithSubject {
    let structure = dated.structure;
    let clause = unit.head;
    let relative = |at: usize| dated.has(at, dated.passage.pack.grammar.relative);
    let (mut supplied, mut auxiliary) = (Vec::new(), None);
    match (structure.subject(clause), structure.relation(clause), structure.head(clause)) {
        _ if unit.is_phrase => {}
        (Some(subject), Relation::AdnominalClause, Some(antecedent)) if relative(subject) => {
            kept.retain(|&at| at != subject);
            supplied = noun_phrase(dated.passage, structure, antecedent, &dated.date);
            // "the singer, who played here, and her band": what follows the clause is no part of whom it is about.
            supplied.retain(|&at| at < subject);
        }
        // "where he was born", "in which they met": what stands for the noun goes.
        (Some(_), Relation::AdnominalClause, _) => {
            let stands = |&at: &usize| at < clause && structure.subtree(at).any(relative);
            if let Some(part) = structure.children(clause).find(stands).map(|at| structure.subtree(at)) {
                kept.retain(|at| !part.contains(at));
            }
        }
        (None, Relation::AdnominalClause, Some(noun)) => {
            let antecedent = whole_group(dated, noun);
            supplied = noun_phrase(dated.passage, structure, antecedent, &dated.date);
            if structure.tag(clause) == Upos::Participle && structure.auxiliaries(clause).next().is_none() {
                auxiliary = was(dated, antecedent, clause);
            }
        }
        // ""Ayer recibimos la respuesta", dijo": the verb tells whose deed it is, and that is not the speaker.
        (None, Relation::Complement, _) if drops_subjects(dated) && structure.is_finite(clause) => {}
        (None, Relation::Conjunct | Relation::AdverbialClause | Relation::Complement, Some(head)) => {
            supplied = shared_subject(dated, clause, head, cut);
            let opening = opening_participle(dated, clause, head);
            auxiliary = reduced_above(dated, clause).or(opening).and_then(|noun| was(dated, noun, clause));
        }
        _ => {}
    }
    supplied.retain(|at| !kept.contains(at));
    if !unit.is_phrase && dated.passage.pack.lexicon.writing().verb_second {
        put_verb_second(dated, clause, &mut supplied, &mut kept);
    }
    let count = supplied.len();
    supplied.extend(kept);
    WithSubject { tokens: supplied, supplied: count, auxiliary }
}

/// Whether verbs of the language go without a subject that is known.
fn drops_subjects(dated: &DatedClause<'_>) -> bool {
    dated.passage.pack.reads_forms() && !dated.passage.pack.lexicon.writing().verb_second
}

/// Returns the subject of a clause that a participle opens: "Born in Rome, she led the bank" says that she was born in Rome.
fn opening_participle(dated: &DatedClause<'_>, clause: usize, above: usize) -> Option<usize> {
    let structure = dated.structure;
    let opens = structure.relation(clause) == Relation::AdverbialClause && clause < above;
    let is_bare = structure.tag(clause) == Upos::Participle && structure.auxiliaries(clause).next().is_none();
    // "In a report published on Monday, the bank said"
    let is_first = structure.subtree(clause).start == clause;
    structure.subject(above).filter(|_| opens && is_bare && is_first)
}

/// Returns the noun that a participle hangs by, where a clause is joined to that participle: "the mill, built in 1900 and sold".
fn reduced_above(dated: &DatedClause<'_>, clause: usize) -> Option<usize> {
    let (structure, grammar) = (dated.structure, &dated.passage.pack.grammar);
    let is_joined = |at: &usize| structure.relation(*at) == Relation::Conjunct && structure.subject(*at).is_none();
    let first =
        std::iter::successors(Some(clause).filter(is_joined), |at| structure.head(*at).filter(is_joined)).last()?;
    let participle = structure.head(first)?;
    let is_bare = |at: usize| structure.auxiliaries(at).next().is_none();
    let is_reduced = structure.relation(participle) == Relation::AdnominalClause
        && structure.tag(participle) == Upos::Participle
        && is_bare(participle);
    let is_active = structure.tag(clause) == Upos::Gerund
        || structure.child(clause, Relation::Object).is_some()
        || dated.has(clause, grammar.irregular_past)
        || dated.has(clause, grammar.intransitive);
    structure
        .head(participle)
        .filter(|_| is_reduced && is_bare(clause) && structure.tag(clause).is_verb() && !is_active)
}

/// Gives a clause the order of a statement, where it begins with its verb now that its date is gone ("[Am Montag] schloss das
/// Werk"), or had its verb at its end ("das Werk, das am Montag schloss"): the subject, the verb, the rest.
fn put_verb_second(dated: &DatedClause<'_>, clause: usize, supplied: &mut Vec<usize>, kept: &mut Vec<usize>) {
    let structure = dated.structure;
    let finite = structure.auxiliaries(clause).chain([clause]).find(|&at| structure.tag(at).is_finite());
    let Some(finite) = finite.filter(|finite| kept.contains(finite)) else { return };
    let is_word = |at: &usize| dated.passage.tokens[*at].shape.is_word();
    let begins = kept.iter().find(|at| is_word(at)) == Some(&finite);
    let ends = kept.iter().rfind(|at| is_word(at)) == Some(&finite);
    let Some(subject) = structure.subject(clause) else {
        if ends && !supplied.is_empty() {
            kept.retain(|&at| at != finite);
            kept.insert(0, finite);
        }
        return;
    };
    if supplied.is_empty() && (begins || ends) {
        *supplied = structure.subtree(subject).filter(|at| kept.contains(at)).collect();
    }
    if begins || ends {
        kept.retain(|at| !supplied.contains(at) && *at != finite);
        kept.insert(0, finite);
    }
}

/// Returns the noun of the whole group where a bare noun with "of" is a part of it: "a group of islands discovered in 1722".
fn whole_group(dated: &DatedClause<'_>, noun: usize) -> usize {
    let structure = dated.structure;
    let determined = structure.children(noun).any(|at| structure.tag(at) == Upos::Determiner);
    let led = structure.child(noun, Relation::Case).is_some_and(|at| dated.has(at, dated.passage.pack.grammar.of));
    let above = structure.head(noun).filter(|_| structure.relation(noun) == Relation::NounModifier);
    above.filter(|&above| led && !determined && structure.tag(above).is_noun()).unwrap_or(noun)
}

/// The auxiliary of a participle that agrees with a noun, as far as the language has one to supply.
fn was(dated: &DatedClause<'_>, noun: usize, participle: usize) -> Option<String> {
    let structure = dated.structure;
    let joined = structure.child(noun, Relation::Conjunct).is_some_and(|at| structure.tag(at).is_noun());
    // "Exams planned for May have been put off": the verb shows the number of a noun that looks like a name.
    let verb = structure.head(noun).filter(|_| structure.relation(noun) == Relation::Subject);
    let mut auxiliaries = verb.into_iter().flat_map(|verb| structure.auxiliaries(verb));
    let agrees = auxiliaries.any(|at| matches!(dated.passage.word(at), "have" | "are" | "were"));
    let several = dated.has(noun, dated.passage.pack.grammar.they);
    let is_plural = structure.tag(noun) == Upos::PluralNoun || joined || agrees || several;
    let writing = dated.passage.pack.lexicon.writing();
    let is_active = !writing.active.is_empty() && dated.has(participle, dated.passage.pack.grammar.intransitive);
    let auxiliaries = if is_active { &writing.active } else { &writing.passive };
    auxiliaries.get(usize::from(is_plural)).cloned()
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
        (Some(subject), _) => noun_phrase(dated.passage, structure, subject, cut),
        (None, _) => Vec::new(),
    };
    let shares_auxiliary = !structure.is_finite(clause) || is_passive(dated, clause, head);
    let is_active = dated.has(clause, dated.passage.pack.grammar.intransitive);
    if shares_auxiliary && !is_active && structure.relation(clause) == Relation::Conjunct {
        supplied.extend(structure.auxiliaries(above));
    }
    supplied
}

/// Whether a past form without an object is passive by the auxiliary of the clause before it: "was built and abandoned".
fn is_passive(dated: &DatedClause<'_>, clause: usize, before: usize) -> bool {
    let (structure, grammar) = (dated.structure, &dated.passage.pack.grammar);
    structure.tag(clause) == Upos::Past
        && !dated.has(clause, grammar.irregular_past)
        && structure.child(clause, Relation::Object).is_none()
        && structure.tag(before) == Upos::Participle
        && structure.auxiliaries(before).any(|at| dated.has(at, grammar.be_past))
}
