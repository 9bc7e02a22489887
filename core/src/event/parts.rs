//! Which parts of a unit its line keeps: deeds, circumstances and frames that are not what the date dates go.
//!
//! This module must not know which unit is best, nor how a line is written.

use std::ops::Range;

use super::unit::{DatedClause, Unit};
use crate::syntax::{Relation, Structure, Tense, Upos};
use crate::text::Shape;

impl DatedClause<'_> {
    /// Returns what is kept of a unit: with all that a line has room for and, where that differs, without anything that can
    /// be left out.
    pub(super) fn kept(&self, unit: Unit, trigger: usize, cut: &Range<usize>) -> Vec<Kept> {
        let hollow = self.hollow_words(cut).collect();
        let mut walk = Walk { dated: self, unit, trigger, cut, hollow, kept: Vec::new(), optional: Vec::new() };
        walk.visit(unit.head);
        let Walk { kept: mut tokens, mut optional, .. } = walk;
        tokens.sort_unstable();
        // What is optional goes while the line is long: the least needed first, the last first.
        optional.sort_by_key(|&(rank, at)| (rank, usize::MAX - at));
        let mut full = Kept { tokens, optional: Vec::new() };
        let mut lean = full.clone();
        for (rank, at) in optional {
            let part = self.structure.subtree(at);
            let is_word = |at: usize| self.passage.tokens[at].shape.is_word();
            let all =
                full.tokens.iter().filter(|&&at| is_word(at) || self.passage.tokens[at].shape.is_figure()).count();
            let rest = |tokens: &[usize]| tokens.iter().filter(|&&at| is_word(at) && !part.contains(&at)).count();
            let too_long = all > rank.longest() && rest(&full.tokens) >= FEWEST_LEFT;
            let dispensable = rest(&lean.tokens) >= FEWEST_LEFT_OF_LEAN;
            for (kept, goes) in [(&mut full, too_long), (&mut lean, dispensable)] {
                if goes {
                    kept.tokens.retain(|at| !part.contains(at));
                }
                kept.optional.push(Part { rank, at, is_kept: !goes });
            }
        }
        if lean.tokens == full.tokens { vec![full] } else { vec![full, lean] }
    }
}

/// What is kept of a unit.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// Its tokens.
    pub(super) tokens: Vec<usize>,
    /// The parts that could be left out.
    pub(super) optional: Vec<Part>,
}

/// A part that could be left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) rank: Optional,
    /// Its head.
    pub(super) at: usize,
    pub(super) is_kept: bool,
}

/// The fewest words that are left when a part is cut because the line is long.
const FEWEST_LEFT: usize = 8;

/// The fewest that are left in the leanest line.
const FEWEST_LEFT_OF_LEAN: usize = 3;

/// How easily a part can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Optional {
    /// Behind a comma, without a verb that is finite.
    Aside,
    /// Another deed of the same subject.
    Deed,
    /// An apposition, or a clause that says when or why.
    Circumstance,
    /// A clause that says which.
    Restriction,
    /// Any other clause.
    Clause,
}

impl Optional {
    /// The longest line, in words, that still has such a part.
    fn longest(self) -> usize {
        match self {
            Self::Aside => 22,
            Self::Deed | Self::Circumstance => 26,
            Self::Restriction => 28,
            Self::Clause => 32,
        }
    }
}

/// What becomes of a part.
enum Treatment {
    Kept,
    Cut,
    Optional(Optional),
}

/// A walk down a unit that collects what is kept.
struct Walk<'w> {
    dated: &'w DatedClause<'w>,
    unit: Unit,
    trigger: usize,
    cut: &'w Range<usize>,
    /// The words that say nothing without what is cut.
    hollow: Vec<usize>,
    kept: Vec<usize>,
    optional: Vec<(Optional, usize)>,
}

impl Walk<'_> {
    fn visit(&mut self, at: usize) {
        if !self.cut.contains(&at) {
            self.kept.push(at);
        }
        let children: Vec<usize> = self.dated.structure.children(at).collect();
        for child in children {
            // "the treaties of 1921 [and 1934]"
            let is_joined = self.dated.structure.relation(child) == Relation::Conjunct;
            let is_conjunction = |at| is_joined && at < child && self.dated.structure.tag(at) == Upos::Conjunction;
            let is_rest = |at| self.dated.is_mark(at, ',') || is_conjunction(at);
            let only_date = self.cut.contains(&child)
                && self.dated.structure.subtree(child).all(|at| self.cut.contains(&at) || is_rest(at));
            let is_gone = only_date || child != self.trigger && self.hollow.contains(&child);
            // What holds the trigger, or is on the way to it, is never cut.
            let part = if is_gone {
                Treatment::Cut
            } else if self.dated.is_within(self.trigger, child) {
                Treatment::Kept
            } else {
                self.part(at, child)
            };
            match part {
                Treatment::Cut => continue,
                Treatment::Optional(rank) => self.optional.push((rank, child)),
                Treatment::Kept => {}
            }
            self.visit(child);
        }
    }

    /// What becomes of a part that hangs by `at`.
    fn part(&self, at: usize, child: usize) -> Treatment {
        let Self { dated, unit, .. } = self;
        let (structure, grammar) = (dated.structure, &dated.passage.pack.grammar);
        let first = structure.subtree(child).start;
        let comma = dated.is_mark(first, ',') || first > structure.tokens().start && dated.is_mark(first - 1, ',');
        let other = dated.holds_other(child);
        let (front, own) = (child < at, at == unit.head);
        // "on 23 May, the last day of the season": what explains the date goes with it.
        if comma && self.cut.contains(&at) {
            return Treatment::Cut;
        }
        // ", officials said": whatever the parser takes it for.
        if comma
            && child > at
            && dated.reports(child)
            && structure.subject(child).is_some()
            && !has_complement_behind(structure, child)
        {
            return Treatment::Cut;
        }
        match structure.relation(child) {
            Relation::Parataxis => Treatment::Cut,
            Relation::Oblique | Relation::NounModifier | Relation::AdverbialClause | Relation::AdverbialModifier
                if dated.has(first, grammar.according) || front && own && dated.has(first, grammar.connective) =>
            {
                Treatment::Cut
            }
            // "Wie die Polizei mitteilte,": it tells who said so.
            Relation::AdverbialClause if (comma || front) && only_reports(dated, child) => Treatment::Cut,
            Relation::Conjunct if structure.is_predicate(child) => self.deed(at, child, other),
            // "the actor Jane Low": the name is part of whom it is about.
            Relation::Apposition if first == at + 1 && self.begins_name(first) => Treatment::Kept,
            Relation::Conjunct | Relation::Apposition if other => Treatment::Cut,
            Relation::Apposition => Treatment::Optional(Optional::Circumstance),
            Relation::AdverbialClause => self.circumstance(child, front, comma, other),
            Relation::AdnominalClause if other => Treatment::Cut,
            Relation::AdnominalClause if structure.tag(child) == Upos::Base => Treatment::Kept,
            Relation::AdnominalClause => {
                Treatment::Optional(if comma { Optional::Aside } else { Optional::Restriction })
            }
            Relation::AdverbialModifier if other && structure.tag(child) == Upos::Adverb => Treatment::Cut,
            // "by Tuesday, and next week at the latest": it limits the other date.
            Relation::Oblique | Relation::NounModifier
                if dated.has(child, grammar.limit) && first != dated.date.end =>
            {
                Treatment::Cut
            }
            Relation::Oblique | Relation::NounModifier if other => {
                let lead = structure.child(child, Relation::Case);
                let apart = lead.is_some_and(|lead| dated.has(lead, grammar.apart));
                let bare = dated.others.iter().find(|other| other.contains(&child));
                // "Sunday's concert" is no "concert".
                let determines = bare.is_some_and(|other| {
                    dated.passage.tokens.get(other.end).is_some_and(|next| next.shape == Shape::Possessive)
                });
                if apart || bare.is_some() && !determines { Treatment::Cut } else { Treatment::Kept }
            }
            // The words that join the unit to what is not stated.
            Relation::Case if own && unit.is_phrase => Treatment::Cut,
            // "should be above last year's results"
            Relation::Case if own && is_predicate_phrase(structure, at, child) => Treatment::Kept,
            Relation::Case if own && front && structure.relation(at) != Relation::Root => {
                // "to hand it over", "he was to hand it over"
                let bare = structure.subject(at).is_none() || structure.auxiliaries(at).next().is_some();
                let infinitive = structure.tag(child) == Upos::Particle && bare;
                if infinitive { Treatment::Kept } else { Treatment::Cut }
            }
            _ => Treatment::Kept,
        }
    }

    /// Whether a name begins at a token, and no mark before it.
    fn begins_name(&self, first: usize) -> bool {
        self.dated.passage.tokens[first].shape.is_word() && self.dated.structure.tag(first) == Upos::ProperNoun
    }

    /// Another deed: cut where it has a time or, in the unit itself, a subject of its own.
    fn deed(&self, at: usize, child: usize, dated: bool) -> Treatment {
        let structure = self.dated.structure;
        let (own, other) = (structure.tense(at), structure.tense(child));
        let apart = own != Tense::Modal && other == Tense::Modal || own == Tense::Past && other == Tense::Present;
        let subject = structure.subject(child).is_some() && at == self.unit.head;
        if dated || subject || apart { Treatment::Cut } else { Treatment::Optional(Optional::Deed) }
    }

    fn circumstance(&self, child: usize, front: bool, comma: bool, dated: bool) -> Treatment {
        let Self { dated: sentence, .. } = self;
        let (structure, grammar) = (sentence.structure, &sentence.passage.pack.grammar);
        let tag = structure.tag(child);
        if sentence.is_condition(child) && !dated {
            return Treatment::Kept;
        }
        let lead = structure
            .children(child)
            .find(|&at| matches!(structure.relation(at), Relation::Case | Relation::AdverbialModifier));
        let manner = lead.is_some_and(|lead| structure.tag(lead) == Upos::Adposition) && tag == Upos::Gerund && !comma;
        let time = lead.is_some_and(|lead| sentence.has(lead, grammar.clause_lead));
        // "They saw the river rising"
        let is_seen = structure.subject(child).is_some_and(|subject| structure.tag(subject).is_noun());
        if lead.is_none() && !comma && !front && tag == Upos::Gerund && is_seen {
            return Treatment::Kept;
        }
        let infinitive = tag == Upos::Base && lead.is_some_and(|lead| structure.tag(lead) == Upos::Particle);
        if dated && !manner && !infinitive || front && time && structure.subject(child).is_some() {
            return Treatment::Cut;
        }
        Treatment::Optional(match tag {
            Upos::Gerund | Upos::Participle if comma => Optional::Aside,
            _ if time || comma => Optional::Circumstance,
            _ => Optional::Clause,
        })
    }
}

/// Whether a preposition leads what a copula before it says: "is in effect".
fn is_predicate_phrase(structure: &Structure, predicate: usize, case: usize) -> bool {
    structure.tag(case) == Upos::Adposition && structure.auxiliaries(predicate).any(|copula| copula < case)
}

/// Whether all that a subordinate clause says is who said so: "as the police said", "wie die Polizei mitteilte".
fn only_reports(dated: &DatedClause<'_>, clause: usize) -> bool {
    let structure = dated.structure;
    let lacks = |relation| structure.child(clause, relation).is_none();
    dated.reports(clause)
        && structure.subject(clause).is_some()
        && lacks(Relation::Object)
        && lacks(Relation::Complement)
}

/// Whether a clause has a complement of its own behind it: "said that".
fn has_complement_behind(structure: &Structure, clause: usize) -> bool {
    structure.children(clause).any(|at| at > clause && structure.relation(at) == Relation::Complement)
}
