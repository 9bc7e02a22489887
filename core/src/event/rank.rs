//! Chooses a line among candidates: a linear model over what the structure of the sentence says of each.
//!
//! Its weights are data of a language, learned from annotated articles by `examples/train_lines`, as the probability that a
//! candidate is the one that an editor would take.

use super::parts::{Kept, Part};
use super::unit::{DatedClause, Unit};
use crate::language::Pack;
use crate::language::weights::{feature, hash_word};
use crate::syntax::{Structure, Upos};

/// A feature of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    kind: Kind,
    /// Its place in the table of weights.
    pub place: u16,
}

impl Feature {
    /// Whether it names a word, so that it says nothing of another language.
    #[must_use]
    pub fn names_word(&self) -> bool {
        self.kind.names_word()
    }
}

/// What a feature is of. Its place in the table of weights depends on the number of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Unit = 1,
    UnitPivot = 2,
    Pivot = 3,
    PivotEvent = 4,
    Path = 5,
    PathPivot = 6,
    Lead = 7,
    LeadPath = 8,
    Distance = 9,
    VerbsBetween = 10,
    Trigger = 11,
    Reports = 12,
    OtherDates = 13,
    Votes = 14,
    HoldsTrigger = 15,
    Governor = 16,
    Head = 20,
    HeadWord = 21,
    Predicates = 22,
    HeadReports = 23,
    Steps = 24,
    HeadOther = 25,
    KeptOther = 26,
    KeptDate = 27,
    HoldsDate = 28,
    Above = 29,
    AboveReports = 30,
    Length = 40,
    Quotes = 41,
    Commas = 42,
    Opening = 43,
    Lean = 44,
    Part = 45,
    PartLead = 46,
    PartPlace = 47,
    Pronoun = 60,
    PronounWord = 61,
    Antecedent = 62,
    AntecedentPlace = 63,
    AntecedentTag = 64,
    AntecedentRank = 65,
    AntecedentPerson = 66,
    AntecedentFirm = 67,
    AntecedentGoverns = 68,
    AntecedentMentions = 69,
    AntecedentDeterminer = 70,
    AntecedentWord = 71,
    AntecedentLength = 72,
    AntecedentLeads = 73,
    AntecedentEnding = 74,
    AntecedentVerb = 75,
    AntecedentActs = 76,
    AntecedentEvidence = 77,
    AntecedentRivals = 78,
}

impl Kind {
    /// Whether features of this kind name words.
    fn names_word(self) -> bool {
        use Kind::{
            AntecedentDeterminer, AntecedentVerb, AntecedentWord, HeadWord, Lead, LeadPath, Opening, PartLead, Pivot,
            PronounWord,
        };
        matches!(
            self,
            Pivot
                | Lead
                | LeadPath
                | HeadWord
                | PartLead
                | Opening
                | PronounWord
                | AntecedentWord
                | AntecedentDeterminer
                | AntecedentVerb
        )
    }

    /// Returns what features of this kind say, in the words of `--explain`.
    fn reason(self) -> &'static str {
        match self {
            Self::Unit | Self::UnitPivot | Self::Head | Self::Steps => "the kind of clause or phrase",
            Self::Pivot | Self::PivotEvent | Self::Reports => "the word that the date belongs to",
            Self::Path | Self::PathPivot | Self::Governor | Self::HoldsDate => "how the date hangs by that word",
            Self::Lead | Self::LeadPath => "the word before the date",
            Self::Distance | Self::VerbsBetween => "what stands between the date and that word",
            Self::Trigger | Self::HoldsTrigger => "the trigger",
            Self::OtherDates | Self::HeadOther | Self::KeptOther => "other dates",
            Self::KeptDate => "whether the date stays",
            Self::Votes => "how many candidates agree on the word",
            Self::HeadWord | Self::Above => "the head of the clause and what is above it",
            Self::HeadReports | Self::AboveReports => "who said it",
            Self::Predicates => "how many verbs it has",
            Self::Part | Self::PartLead | Self::PartPlace => "what could be left out",
            Self::Length | Self::Lean | Self::Quotes | Self::Commas => "its length and marks",
            Self::Opening => "its first word",
            Self::Pronoun | Self::PronounWord => "the pronoun that stays",
            Self::Antecedent
            | Self::AntecedentPlace
            | Self::AntecedentTag
            | Self::AntecedentRank
            | Self::AntecedentPerson
            | Self::AntecedentFirm
            | Self::AntecedentGoverns
            | Self::AntecedentMentions
            | Self::AntecedentDeterminer
            | Self::AntecedentWord
            | Self::AntecedentLength
            | Self::AntecedentLeads
            | Self::AntecedentEnding
            | Self::AntecedentVerb
            | Self::AntecedentActs
            | Self::AntecedentEvidence
            | Self::AntecedentRivals => "whom its pronoun means",
        }
    }
}

/// Returns why one candidate is preferred to another: what its features say more strongly, the strongest first.
pub(super) fn reasons(weights: &[i8], chosen: &[Feature], other: &[Feature]) -> Vec<(&'static str, i32)> {
    let mut reasons: Vec<(&'static str, i32)> = Vec::new();
    let signed = chosen.iter().map(|feature| (feature, 1)).chain(other.iter().map(|feature| (feature, -1)));
    for (feature, sign) in signed {
        let (reason, weight) = (feature.kind.reason(), sign * weight(weights, feature));
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += weight,
            None => reasons.push((reason, weight)),
        }
    }
    reasons.retain(|&(_, sum)| sum != 0);
    reasons.sort_by_key(|&(_, sum)| std::cmp::Reverse(sum.abs()));
    reasons
}

/// The places of the table of weights, as a power of two.
pub const BITS: u32 = 14;

/// Returns the score of a candidate: the sum of the weights of its features.
pub(super) fn score(weights: &[i8], features: &[Feature]) -> i32 {
    features.iter().map(|feature| weight(weights, feature)).sum()
}

fn weight(weights: &[i8], feature: &Feature) -> i32 {
    weights.get(usize::from(feature.place)).map_or(0, |&weight| i32::from(weight))
}

/// A candidate that is described.
pub(super) struct Described<'c> {
    /// The word that it is built around.
    pub(super) pivot: usize,
    pub(super) unit: Unit,
    pub(super) kept: &'c Kept,
    /// Whether all is left out that can be.
    pub(super) is_lean: bool,
    pub(super) text: &'c str,
    /// How many candidates there are of this pivot.
    pub(super) votes: usize,
}

/// Collects features, each by the hash of what it is of.
#[derive(Clone)]
pub(super) struct Collector {
    features: Vec<Feature>,
    /// Whether the model knows words of the language; else features that name words are left out.
    knows_words: bool,
}

impl Collector {
    /// Returns an empty one for a language.
    pub(super) fn new(pack: &Pack) -> Self {
        Self { features: Vec::new(), knows_words: pack.knows_words }
    }

    /// Returns what was collected.
    pub(super) fn features(&self) -> &[Feature] {
        &self.features
    }

    pub(super) fn add(&mut self, kind: Kind, one: u32, other: u32) {
        if self.knows_words || !kind.names_word() {
            self.features.push(Feature { kind, place: place(kind as u32, one, other) });
        }
    }
}

/// Returns the place of a feature in a table of weights.
pub(super) fn place(kind: u32, one: u32, other: u32) -> u16 {
    (feature(kind, one, other) >> (32 - BITS)) as u16
}

/// Packs small numbers into one.
pub(super) fn pack(parts: &[u32]) -> u32 {
    parts.iter().fold(0, |all, part| all * 37 + part)
}

/// Returns the features of a candidate.
pub(super) fn features(dated: &DatedClause<'_>, candidate: &Described<'_>) -> Vec<Feature> {
    let mut collector = Collector { features: Vec::with_capacity(40), knows_words: dated.passage.pack.knows_words };
    of_pivot(dated, candidate, &mut collector);
    of_unit(dated, candidate, &mut collector);
    of_governor(dated, candidate.unit, &mut collector);
    of_parts(dated, candidate, &mut collector);
    of_text(dated, candidate, &mut collector);
    collector.features
}

fn word(dated: &DatedClause<'_>, at: usize) -> u32 {
    hash_word(dated.passage.word(at).as_bytes())
}

/// The word that the line is built around, and the way from the date to it.
fn of_pivot(dated: &DatedClause<'_>, candidate: &Described<'_>, features: &mut Collector) {
    let structure = dated.structure;
    let pivot = candidate.pivot;
    let variant = candidate.unit.variant as u32;
    let (tag, relation) = (structure.tag(pivot) as u32, structure.relation(pivot) as u32);
    let event = u32::from(dated.is_event_noun(pivot));
    let lead = dated.date.start.checked_sub(1).filter(|at| structure.tokens().contains(at));
    let lead = lead.map_or(0, |lead| word(dated, lead));
    let path = path(structure, dated.top(), pivot);
    features.add(Kind::Unit, variant, u32::from(candidate.is_lean));
    features.add(Kind::UnitPivot, pack(&[variant, tag, relation]), 0);
    features.add(Kind::Pivot, word(dated, pivot), 0);
    features.add(Kind::PivotEvent, event, tag);
    features.add(Kind::Path, path, 0);
    features.add(Kind::PathPivot, path, pack(&[tag, event]));
    features.add(Kind::Lead, lead, tag);
    features.add(Kind::LeadPath, lead, path);
    let before = pivot < dated.date.start;
    let between = if before { pivot + 1..dated.date.start } else { dated.date.end..pivot };
    let commas = between.clone().filter(|&at| dated.is_mark(at, ',')).count() as u32;
    let verbs = between.clone().filter(|&at| structure.is_predicate(at)).count() as u32;
    features.add(Kind::Distance, between.len().min(12) as u32 / 3, pack(&[commas.min(2), u32::from(before)]));
    features.add(Kind::VerbsBetween, verbs.min(3), tag);
    features.add(Kind::Trigger, u32::from(dated.trigger == Some(pivot)), 0);
    features.add(
        Kind::HoldsTrigger,
        u32::from(dated.trigger.is_none_or(|trigger| candidate.kept.tokens.contains(&trigger))),
        0,
    );
    features.add(Kind::Reports, u32::from(dated.reports(pivot)), variant);
    features.add(Kind::OtherDates, dated.others.len().min(3) as u32, variant);
    features.add(Kind::Votes, candidate.votes.min(4) as u32, 0);
}

/// How far the head of the unit is above the clause in which the date stands.
fn of_governor(dated: &DatedClause<'_>, Unit { head, is_phrase, .. }: Unit, features: &mut Collector) {
    let structure = dated.structure;
    let Some(governor) = dated.predicate_above(dated.top()) else { return };
    let steps = if head == governor {
        0
    } else {
        structure.ancestors(governor).position(|up| up == head).map_or(9, |steps| (steps as u32 + 1).min(4))
    };
    let relation = structure.relation(governor) as u32;
    let subject = u32::from(structure.subject(governor).is_some());
    let start = structure.subtree(governor).start;
    let comma = u32::from(start > 0 && dated.is_mark(start - 1, ','));
    let finite = u32::from(structure.is_finite(governor));
    features.add(Kind::Governor, pack(&[steps, relation, u32::from(is_phrase)]), pack(&[subject, finite, comma]));
}

/// The relations on the way up from the date to the pivot; where it is not above the date, how far up the way to it
/// turns.
fn path(structure: &Structure, top: usize, pivot: usize) -> u32 {
    let up: Vec<usize> = std::iter::once(top).chain(structure.ancestors(top)).collect();
    match up.iter().position(|&at| at == pivot) {
        Some(steps) => {
            let relations = up.iter().take(steps.min(4)).map(|&at| structure.relation(at) as u32 + 1);
            pack(&relations.collect::<Vec<_>>())
        }
        None => {
            let turn = std::iter::once(pivot)
                .chain(structure.ancestors(pivot))
                .find_map(|at| up.iter().position(|&up| up == at));
            pack(&[30, structure.relation(pivot) as u32, turn.unwrap_or(5).min(5) as u32])
        }
    }
}

/// The unit, and what it holds.
fn of_unit(dated: &DatedClause<'_>, candidate: &Described<'_>, features: &mut Collector) {
    let structure = dated.structure;
    let Unit { head, is_phrase, .. } = candidate.unit;
    let phrase = u32::from(is_phrase);
    let (tag, relation) = (structure.tag(head) as u32, structure.relation(head) as u32);
    features.add(Kind::Head, pack(&[tag, relation, phrase, u32::from(structure.subject(head).is_some())]), 0);
    features.add(Kind::HeadWord, word(dated, head), phrase);
    let finite = |&&at: &&usize| structure.is_predicate(at) && structure.is_finite(at);
    let predicates = candidate.kept.tokens.iter().filter(finite).count().min(3) as u32;
    features.add(Kind::Predicates, pack(&[predicates, phrase, u32::from(structure.is_finite(head))]), 0);
    features.add(Kind::HeadReports, u32::from(dated.reports(head)), u32::from(head == candidate.pivot));
    let steps = structure.ancestors(candidate.pivot).take_while(|&up| up != head).count();
    let steps = if head == candidate.pivot { 0 } else { steps + 1 };
    features.add(Kind::Steps, pack(&[steps.min(4) as u32, relation, structure.relation(candidate.pivot) as u32]), 0);
    features.add(Kind::HeadOther, u32::from(dated.holds_other(head)), phrase);
    let keeps = |holds: &dyn Fn(usize) -> bool| u32::from(candidate.kept.tokens.iter().any(|&at| holds(at)));
    features.add(Kind::KeptOther, keeps(&|at| dated.others.iter().any(|other| other.contains(&at))), phrase);
    features.add(Kind::KeptDate, keeps(&|at| dated.date.contains(&at)), phrase);
    features.add(Kind::HoldsDate, u32::from(dated.is_within(dated.top(), head)), phrase);
    if let Some(above) = structure.head(head) {
        features.add(Kind::Above, structure.tag(above) as u32, relation);
        features.add(Kind::AboveReports, u32::from(dated.reports(above)), relation);
    }
}

/// The parts that could be left out.
fn of_parts(dated: &DatedClause<'_>, candidate: &Described<'_>, features: &mut Collector) {
    let structure = dated.structure;
    for &Part { rank, at, is_kept } in &candidate.kept.optional {
        let kept = u32::from(is_kept);
        let part = structure.subtree(at);
        let (tag, relation) = (structure.tag(at) as u32, structure.relation(at) as u32);
        let comma = u32::from(part.start > 0 && dated.is_mark(part.start - 1, ','));
        let behind = u32::from(part.start >= dated.date.end);
        let words = (part.len() as u32 / 3).min(6);
        features.add(Kind::Part, pack(&[rank as u32, relation, tag, kept]), 0);
        features.add(Kind::PartLead, word(dated, part.start), kept);
        features.add(Kind::PartPlace, pack(&[rank as u32, comma, behind, kept]), words);
    }
}

/// The line itself.
fn of_text(dated: &DatedClause<'_>, candidate: &Described<'_>, features: &mut Collector) {
    let phrase = u32::from(candidate.unit.is_phrase);
    let words = candidate.text.split(' ').count() as u32;
    let marks = |marks: &[char]| candidate.text.matches(marks).count() as u32;
    let lean = u32::from(candidate.is_lean);
    features.add(Kind::Length, (words / 3).min(10), phrase);
    features.add(Kind::Lean, (words / 3).min(10), lean);
    features.add(Kind::Quotes, marks(&['"', '“', '”']).min(3), 0);
    features.add(Kind::Commas, marks(&[',']).min(4), 0);
    let first = candidate.kept.tokens.first().map_or(Upos::Other, |&at| dated.structure.tag(at));
    let closed = !first.is_noun() && !first.is_verb() && first != Upos::Adjective;
    let opening = candidate.text.split(' ').next().unwrap_or_default();
    features.add(Kind::Opening, first as u32, if closed { hash_word(opening.as_bytes()) } else { 0 });
}
