//! Our tags and relations for the parts of speech, features and relations of Universal Dependencies.

use dateline_core::syntax::{Relation, Upos};

/// The features of a word that our tags distinguish.
#[derive(Debug, Clone, Copy, Default)]
pub struct Features {
    form: Form,
    imperative: bool,
    conditional: bool,
    tense: Tense,
    plural: bool,
    possessive: bool,
    /// Whether all features are known, not only those of verbs and numbers.
    whole: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Form {
    #[default]
    None,
    Finite,
    Infinitive,
    Gerund,
    Participle,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Tense {
    #[default]
    None,
    Past,
    Present,
    Future,
}

impl Features {
    /// Reads features as in `Mood=Ind|Tense=Past|VerbForm=Fin`.
    pub fn universal(features: &str) -> Self {
        let pairs = features.split('|').filter_map(|pair| pair.split_once('='));
        pairs.fold(Self { whole: true, ..Self::default() }, |read, (name, value)| match name {
            "VerbForm" => Self { form: form(value), ..read },
            "Mood" => Self { imperative: value == "Imp", conditional: value == "Cnd", ..read },
            "Tense" => Self { tense: tense(value), ..read },
            "Number" => Self { plural: value == "Plur", ..read },
            "Poss" => Self { possessive: value == "Yes", ..read },
            _ => read,
        })
    }

    /// Reads features as in `Fin.Ind.Past` or `Plur`.
    pub fn reduced(features: &str) -> Self {
        let mut parts = features.split('.');
        let mut next = || parts.next().unwrap_or_default();
        let (first, mood, last) = (next(), next(), next());
        Self {
            form: form(first),
            imperative: mood == "Imp",
            conditional: mood == "Cnd",
            tense: tense(last),
            plural: first == "Plur",
            possessive: false,
            whole: false,
        }
    }
}

impl Features {
    fn looks_ahead(self) -> bool {
        self.conditional || self.tense == Tense::Future
    }
}

fn form(value: &str) -> Form {
    match value {
        "Fin" => Form::Finite,
        "Inf" => Form::Infinitive,
        "Ger" | "Conv" => Form::Gerund,
        "Part" => Form::Participle,
        _ => Form::None,
    }
}

/// The imperfect and the pluperfect are past tenses.
fn tense(value: &str) -> Tense {
    match value {
        "Past" | "Imp" | "Pqp" => Tense::Past,
        "Pres" => Tense::Present,
        "Fut" => Tense::Future,
        _ => Tense::None,
    }
}

/// Returns the tag of a word. Where features are reduced, a pronoun that modifies a noun without a preposition is a
/// possessive one.
pub fn tag(part: &str, features: Features, relation: &str, has_case: bool) -> Upos {
    let possessive = features.possessive || !features.whole && relation == "nmod" && !has_case;
    match part {
        "NOUN" if features.plural => Upos::PluralNoun,
        "NOUN" => Upos::Noun,
        "PROPN" => Upos::ProperNoun,
        "ADJ" => Upos::Adjective,
        "ADV" => Upos::Adverb,
        "ADP" => Upos::Adposition,
        "DET" | "PRON" if possessive => Upos::Possessive,
        "DET" => Upos::Determiner,
        "PRON" => Upos::Pronoun,
        "NUM" => Upos::Number,
        "CCONJ" => Upos::Conjunction,
        "SCONJ" => Upos::Subordinator,
        "PART" => Upos::Particle,
        "PUNCT" => Upos::Punctuation,
        "AUX" => auxiliary(features),
        "VERB" => verb(features),
        _ => Upos::Other,
    }
}

/// A modal is finite and has no tense, or is in the future or the conditional.
fn auxiliary(features: Features) -> Upos {
    match (features.form, features.tense) {
        (Form::Participle | Form::Gerund, _) => Upos::AuxParticiple,
        (Form::Infinitive, _) => Upos::AuxBase,
        _ if features.imperative => Upos::AuxBase,
        _ if features.looks_ahead() => Upos::Modal,
        (_, Tense::Past) => Upos::AuxPast,
        (Form::Finite, Tense::None) => Upos::Modal,
        _ => Upos::AuxPresent,
    }
}

fn verb(features: Features) -> Upos {
    match (features.form, features.tense) {
        (Form::Gerund, _) | (Form::Participle, Tense::Present) => Upos::Gerund,
        (Form::Participle, _) => Upos::Participle,
        (Form::Infinitive, _) => Upos::Base,
        _ if features.imperative => Upos::Base,
        _ if features.looks_ahead() => Upos::Modal,
        (_, Tense::Past) => Upos::Past,
        _ => Upos::Present,
    }
}

/// Returns our relation for one of Universal Dependencies, in full or reduced.
pub fn relation(name: &str) -> Relation {
    match name.split(':').next().unwrap_or(name) {
        "root" => Relation::Root,
        "nsubj" | "csubj" | "expl" | "subj" => Relation::Subject,
        "obj" | "iobj" => Relation::Object,
        "obl" => Relation::Oblique,
        "nmod" => Relation::NounModifier,
        "amod" | "nummod" | "det" | "compound" | "flat" | "fixed" | "goeswith" | "clf" => Relation::Determiner,
        "case" | "mark" | "cc" => Relation::Case,
        "aux" | "cop" => Relation::Auxiliary,
        "advmod" => Relation::AdverbialModifier,
        "advcl" => Relation::AdverbialClause,
        "ccomp" | "xcomp" | "comp" => Relation::Complement,
        "acl" => Relation::AdnominalClause,
        "conj" => Relation::Conjunct,
        "appos" => Relation::Apposition,
        "punct" => Relation::Punctuation,
        _ => Relation::Parataxis,
    }
}

/// Whether a relation is that of a preposition.
pub fn is_case(relation: &str) -> bool {
    relation == "case"
}
