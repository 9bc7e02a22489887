//! Whom the pronoun at the head of a line may mean: noun groups of its sentence and of those before it.
//!
//! The rules here only propose, and rule out what a pronoun cannot mean; `rank` chooses, with the pronoun itself among
//! the candidates. This module must not know about dates.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use super::rank::{Collector, Kind, pack};
use crate::language::weights::hash_word;
use crate::syntax::{ParsedPassage, Relation, Structure, Upos};
use crate::text::Shape;

/// The longest antecedent, in tokens.
const LONGEST: usize = 8;

/// How many sentences before its own a pronoun may look back to.
const SENTENCES_BACK: usize = 3;

/// How many antecedents are proposed, the nearest first.
const MOST: usize = 8;

/// How far back the mentions of a name are counted, in tokens.
const MENTIONS: usize = 600;

/// A noun group that a pronoun may mean.
#[derive(Clone)]
pub(super) struct Antecedent {
    /// Its tokens, without what only describes it.
    pub(super) tokens: Vec<usize>,
    /// The tokens of the name in it.
    pub(super) name: Range<usize>,
    /// Whether the text makes plain that it is meant: it says what the pronoun is a part of ("The bank said its profit
    /// rose"), or nothing else can be, and it is what the sentence before is about.
    pub(super) is_plain: bool,
    /// Describes it to the model.
    pub(super) features: Collector,
}

/// What a pronoun can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Referent {
    /// "he", "she", "his", "her".
    Person,
    /// "it", "its".
    Thing,
    /// "they", "their".
    Several,
}

/// The sentences that pronouns look back to. Each is parsed once, and what a pronoun may mean is found once for all lines
/// that it opens.
pub(super) struct Discourse<'p> {
    passage: &'p ParsedPassage<'p>,
    /// The last sentences that were asked for, by their index.
    structures: RefCell<VecDeque<(usize, Rc<Structure>)>>,
    /// The last pronoun that was asked for, by its token.
    antecedents: RefCell<Option<(usize, Rc<[Antecedent]>)>>,
}

impl<'p> Discourse<'p> {
    /// Returns the discourse of a passage, of which nothing is parsed yet.
    pub(super) fn new(passage: &'p ParsedPassage<'p>) -> Self {
        Self { passage, structures: RefCell::default(), antecedents: RefCell::default() }
    }

    /// Returns what a pronoun may mean, the nearest first.
    pub(super) fn antecedents(&self, pronoun: &Pronoun<'_>) -> Rc<[Antecedent]> {
        if let Some((at, found)) = &*self.antecedents.borrow()
            && *at == pronoun.at
        {
            return Rc::clone(found);
        }
        let found: Rc<[Antecedent]> = pronoun.antecedents(self).into();
        *self.antecedents.borrow_mut() = Some((pronoun.at, Rc::clone(&found)));
        found
    }

    /// Returns the structure of a sentence of the passage.
    fn structure(&self, index: usize) -> Option<Rc<Structure>> {
        let tokens = self.passage.sentences.get(index)?;
        let mut structures = self.structures.borrow_mut();
        if let Some((_, structure)) = structures.iter().find(|(parsed, _)| *parsed == index) {
            return Some(Rc::clone(structure));
        }
        let structure = Rc::new(Structure::parse(self.passage, tokens.clone(), &[]));
        structures.truncate(SENTENCES_BACK);
        structures.push_front((index, Rc::clone(&structure)));
        Some(structure)
    }
}

/// A pronoun at the head of a line.
pub(super) struct Pronoun<'s> {
    passage: &'s ParsedPassage<'s>,
    structure: &'s Structure,
    at: usize,
    referent: Referent,
    /// Whether it is "his", "its" or "their".
    pub(super) is_possessive: bool,
}

impl<'s> Pronoun<'s> {
    /// Returns the pronoun at a token of a parsed sentence, where there is one.
    pub(super) fn at(passage: &'s ParsedPassage<'s>, structure: &'s Structure, at: usize) -> Option<Self> {
        let grammar = &passage.pack.grammar;
        let referents = [
            (grammar.personal, Referent::Person),
            (grammar.neuter, Referent::Thing),
            (grammar.they, Referent::Several),
        ];
        let referent = referents.into_iter().find(|&(class, _)| passage.has(at, class))?.1;
        let is_possessive = passage.has(at, grammar.determiner) || structure.tag(at) == Upos::Possessive;
        Some(Self { passage, structure, at, referent, is_possessive })
    }

    /// Returns what it may mean, the nearest first.
    fn antecedents(&self, discourse: &Discourse<'_>) -> Vec<Antecedent> {
        let mut antecedents = Vec::new();
        self.collect(self.structure, 0, &mut antecedents);
        let own = antecedents.len();
        let index = self.passage.sentences.partition_point(|sentence| sentence.end <= self.at);
        for distance in 1..=SENTENCES_BACK {
            let before = index.checked_sub(distance).filter(|_| antecedents.len() < MOST);
            let Some(before) = before.and_then(|index| discourse.structure(index)) else { break };
            self.collect(&before, distance, &mut antecedents);
            // A subject of the sentence before is plain where it has no rival.
            if distance == 1 && antecedents.len() > 1 {
                antecedents.iter_mut().skip(own).for_each(|antecedent| antecedent.is_plain = false);
            }
        }
        // "Cleaners saw the cracks. A survey found that they had grown.": whom "they" means is open.
        let is_open = match self.referent {
            Referent::Several => self.follows_subject(),
            Referent::Thing => self.follows_its_like(),
            Referent::Person => false,
        };
        if is_open && !self.is_possessive {
            antecedents.retain(|antecedent| antecedent.is_plain);
        }
        antecedents.truncate(MOST);
        let rivals = antecedents.len().min(4) as u32;
        for (rank, antecedent) in antecedents.iter_mut().enumerate() {
            antecedent.features.add(Kind::AntecedentRivals, pack(&[self.code(), rivals, rank.min(2) as u32]), 0);
        }
        antecedents
    }

    /// Describes the pronoun that stays.
    pub(super) fn kept(&self) -> Collector {
        let mut features = Collector::new(self.passage.pack);
        features.add(Kind::Pronoun, self.code(), 0);
        features.add(Kind::PronounWord, hash_word(self.passage.word(self.at).as_bytes()), 0);
        features
    }

    fn code(&self) -> u32 {
        self.referent as u32 * 2 + u32::from(self.is_possessive)
    }

    /// Adds the groups of a sentence, the last first.
    fn collect(&self, structure: &Structure, distance: usize, antecedents: &mut Vec<Antecedent>) {
        let tokens = structure.tokens();
        let end = if distance == 0 { self.at } else { tokens.end };
        for head in (tokens.start..end).rev().filter(|&at| structure.tag(at).is_noun()) {
            let within_group = matches!(structure.relation(head), Relation::Determiner | Relation::Apposition);
            let Some(group) = (!within_group).then(|| group(self.passage, structure, head, self.referent)).flatten()
            else {
                continue;
            };
            if self.fits(structure, head, &group) {
                let rank = antecedents.len() as u32;
                let name = name(self.passage, structure, &group);
                let features = self.describe(structure, head, &group, [distance as u32, rank]);
                let is_plain = match distance {
                    0 => self.is_said_by(head) || self.is_subject_before(head),
                    1 => is_subject_of_root(structure, head) && !self.follows_subject(),
                    _ => false,
                };
                antecedents.push(Antecedent { tokens: group, name, is_plain, features });
            }
        }
    }

    /// Whether it can mean a group at all.
    fn fits(&self, structure: &Structure, head: usize, group: &[usize]) -> bool {
        let grammar = &self.passage.pack.grammar;
        let any = |class| group.iter().any(|&at| self.passage.has(at, class));
        let dated = any(grammar.month) || any(grammar.weekday) || any(grammar.unit) || any(grammar.deictic);
        let person = any(grammar.honorific) || any(grammar.person);
        let firm = any(grammar.legal_form) || any(grammar.organisation);
        let (tag, named) = (structure.tag(head), structure.tag(head) == Upos::ProperNoun);
        let opening = group.first().copied().unwrap_or(head);
        let fits = match self.referent {
            // "the Golden Compass" and "in Lyon" are nobody.
            Referent::Person => {
                person
                    || named
                        && !firm
                        && structure.tag(opening) != Upos::Determiner
                        && !self.is_place(structure, head)
                        && !self.is_neuter(structure, head)
                        && !matches!(self.evidence(head), (1.., 0))
            }
            Referent::Thing => !person && tag != Upos::PluralNoun,
            Referent::Several => {
                let several = group.iter().any(|&at| structure.relation(at) == Relation::Conjunct && at != head);
                tag == Upos::PluralNoun || named && !person || firm || several || any(grammar.collective)
            }
        };
        // "It" behind "the city's festival" is the festival.
        !dated && fits && !self.possesses(structure, head)
    }

    fn possesses(&self, structure: &Structure, head: usize) -> bool {
        let possessive = |at: usize| self.passage.tokens[at].shape == Shape::Possessive;
        structure.children(head).any(possessive)
    }

    /// Whether a name is a place where it stands: "in Lyon".
    fn is_place(&self, structure: &Structure, head: usize) -> bool {
        let place = self.passage.pack.grammar.place_preposition;
        structure.child(head, Relation::Case).is_some_and(|case| case < head && self.passage.has(case, place))
    }

    /// Whether a noun of the pronoun's sentence is the subject of a verb of reporting, and the pronoun stands in what is
    /// reported.
    fn is_said_by(&self, head: usize) -> bool {
        let structure = self.structure;
        let verb = structure.head(head).filter(|_| structure.relation(head) == Relation::Subject);
        verb.is_some_and(|verb| {
            self.passage.has(verb, self.passage.pack.grammar.report) && structure.subtree(verb).contains(&self.at)
        })
    }

    /// Whether it is the subject of the clause that the pronoun's own is joined to, as its subject: "The chimney stood until 1926,
    /// and it fell".
    fn is_subject_before(&self, head: usize) -> bool {
        let structure = self.structure;
        let of = |at: usize| structure.head(at).filter(|_| structure.relation(at) == Relation::Subject);
        let joined = of(self.at).filter(|&clause| structure.relation(clause) == Relation::Conjunct);
        joined.is_some_and(|clause| of(head).is_some_and(|verb| structure.head(clause) == Some(verb)))
    }

    /// Whether its sentence has a subject before it, which it may mean as well: "It is the second recall: in 2023 it took back".
    fn follows_subject(&self) -> bool {
        let structure = self.structure;
        (structure.tokens().start..self.at).any(|at| structure.relation(at) == Relation::Subject)
    }

    /// Whether the same pronoun is a subject before it in its sentence, of which something is said that it may mean as well: "It is
    /// the company's second recall: in 2023 it took back".
    fn follows_its_like(&self) -> bool {
        let structure = self.structure;
        (structure.tokens().start..self.at).any(|at| {
            structure.relation(at) == Relation::Subject && self.passage.has(at, self.passage.pack.grammar.neuter)
        })
    }

    /// Whether the clause of a subject names it by "its": "when Turin recalled its ambassador".
    fn is_neuter(&self, structure: &Structure, head: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        let verb = structure.head(head).filter(|_| structure.relation(head) == Relation::Subject);
        let own = |at| self.passage.has(at, grammar.neuter) && self.passage.has(at, grammar.determiner);
        verb.is_some_and(|verb| structure.subtree(verb).any(|at| at > head && own(at)))
    }

    fn describe(&self, structure: &Structure, head: usize, group: &[usize], place: [u32; 2]) -> Collector {
        let (passage, grammar, pronoun) = (self.passage, &self.passage.pack.grammar, self.code());
        let [distance, rank] = place;
        let any = |class| u32::from(group.iter().any(|&at| passage.has(at, class)));
        let (tag, relation) = (structure.tag(head) as u32, structure.relation(head) as u32);
        let above = structure.head(head);
        let of_root = above.is_some_and(|above| structure.relation(above) == Relation::Root);
        let reports = above.is_some_and(|above| passage.has(above, grammar.report));
        let governs = distance == 0 && above.is_some_and(|above| structure.subtree(above).contains(&self.at));
        let opening = group.first().map_or(0, |&at| hash_word(passage.word(at).as_bytes()));
        let determined = group.first().is_some_and(|&at| structure.tag(at) == Upos::Determiner);
        let joined = u32::from(group.iter().any(|&at| structure.relation(at) == Relation::Conjunct));
        let named = u32::from(structure.tag(head) == Upos::ProperNoun);
        let mut features = Collector::new(self.passage.pack);
        features.add(Kind::Antecedent, pronoun, 0);
        features.add(Kind::AntecedentPlace, pack(&[pronoun, distance, relation]), u32::from(of_root));
        features.add(Kind::AntecedentTag, pack(&[pronoun, tag, joined]), 0);
        features.add(Kind::AntecedentRank, pack(&[pronoun, rank]), 0);
        features.add(Kind::AntecedentPerson, pack(&[pronoun, any(grammar.honorific), any(grammar.person)]), tag);
        features.add(Kind::AntecedentFirm, pack(&[pronoun, any(grammar.legal_form), any(grammar.organisation)]), tag);
        features.add(Kind::AntecedentGoverns, pack(&[pronoun, u32::from(governs), relation]), u32::from(reports));
        features.add(Kind::AntecedentMentions, pack(&[pronoun, self.mentions(head), named]), 0);
        features.add(Kind::AntecedentDeterminer, pronoun, if determined { opening } else { 0 });
        features.add(Kind::AntecedentWord, pronoun, hash_word(passage.word(head).as_bytes()));
        let ending = |word: &str| hash_word(&word.as_bytes()[word.len().saturating_sub(3)..]);
        features.add(Kind::AntecedentEnding, pronoun, ending(passage.word(head)));
        let sort = pack(&[named, any(grammar.legal_form), any(grammar.organisation), any(grammar.collective)]);
        let verb = self.structure.ancestors(self.at).find(|&at| self.structure.is_predicate(at));
        features.add(
            Kind::AntecedentVerb,
            pack(&[pronoun, sort]),
            verb.map_or(0, |at| hash_word(passage.word(at).as_bytes())),
        );
        let acts = verb.is_some_and(|at| passage.has(at, grammar.report) || passage.has(at, grammar.plan));
        features.add(Kind::AntecedentActs, pack(&[pronoun, sort, u32::from(acts)]), 0);
        let (placed, acting) = self.evidence(head);
        features.add(Kind::AntecedentEvidence, pack(&[pronoun, placed, acting, named]), 0);
        features.add(Kind::AntecedentLength, pack(&[pronoun, group.len().min(5) as u32, tag]), 0);
        let leads = structure.tokens().start == group.first().copied().unwrap_or_default();
        features.add(Kind::AntecedentLeads, pack(&[pronoun, distance, u32::from(leads)]), tag);
        features
    }

    /// How the head of a group is mentioned elsewhere: how often as a place ("in Lyon"), and how often as somebody who acts
    /// or has a title ("Lyon said", "Mr Lyon"), each at most twice.
    fn evidence(&self, head: usize) -> (u32, u32) {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (mut placed, mut acting) = (0, 0);
        for at in self.at.saturating_sub(MENTIONS)..(self.at + MENTIONS).min(passage.tokens.len()) {
            if at == head || passage.word(at) != passage.word(head) {
                continue;
            }
            let before = at.checked_sub(1);
            let led = |class| before.is_some_and(|before| passage.has(before, class));
            placed += u32::from(led(grammar.place_preposition));
            let titled = led(grammar.honorific) || led(grammar.person);
            acting += u32::from(titled || passage.has(at + 1, grammar.report));
        }
        (placed.min(2), acting.min(2))
    }

    /// How often the head of a group is mentioned before the pronoun, at most 5 times.
    fn mentions(&self, head: usize) -> u32 {
        let word = self.passage.word(head);
        let before = self.at.saturating_sub(MENTIONS)..self.at;
        before.filter(|&at| self.passage.word(at) == word).take(5).count() as u32
    }
}

/// Whether a noun is the subject of the main clause of its sentence.
fn is_subject_of_root(structure: &Structure, noun: usize) -> bool {
    let verb = structure.head(noun).filter(|_| structure.relation(noun) == Relation::Subject);
    verb.is_some_and(|verb| structure.head(verb).is_none())
}

/// Returns the tokens of a noun with what belongs to it; `None` if it is too long or holds a pronoun. A person is one.
fn group(passage: &ParsedPassage<'_>, structure: &Structure, head: usize, referent: Referent) -> Option<Vec<usize>> {
    let mut tokens = noun_phrase(passage, structure, head, &(0..0));
    // "Eastbrook" of "Eastbrook's captain".
    tokens.retain(|&at| passage.tokens[at].shape != Shape::Possessive || structure.head(at) != Some(head));
    // "Only the chimney was left, and it fell"
    let focus = |pair: &[usize]| {
        structure.tag(pair[0]) == Upos::Adverb && matches!(structure.tag(pair[1]), Upos::Determiner | Upos::ProperNoun)
    };
    while tokens.get(..2).is_some_and(focus) {
        tokens.remove(0);
    }
    if referent != Referent::Several {
        let conjuncts = structure.children(head).filter(|&at| structure.relation(at) == Relation::Conjunct);
        for conjunct in conjuncts.collect::<Vec<_>>() {
            tokens.retain(|at| !structure.subtree(conjunct).contains(at));
        }
    }
    let pronoun = |&at: &usize| matches!(structure.tag(at), Upos::Pronoun | Upos::Possessive);
    let named = tokens.iter().any(|&at| passage.tokens[at].shape.is_word());
    (named && tokens.len() <= LONGEST && !tokens.iter().any(pronoun)).then_some(tokens)
}

/// Returns the name in a group: its last run of capitals, without titles.
fn name(passage: &ParsedPassage<'_>, structure: &Structure, group: &[usize]) -> Range<usize> {
    let honorific = passage.pack.grammar.honorific;
    let named = |&at: &usize| structure.tag(at) == Upos::ProperNoun && !passage.has(at, honorific);
    let Some(last) = group.iter().copied().rfind(named) else { return 0..0 };
    let first = (0..=last).rev().take_while(|at| group.contains(at) && named(at)).last();
    first.unwrap_or(last)..last + 1
}

/// Returns the tokens of a noun with what belongs to it, without its clauses, its appositions, the preposition before it
/// and what is in `except`.
pub(super) fn noun_phrase(
    passage: &ParsedPassage<'_>,
    structure: &Structure,
    noun: usize,
    except: &Range<usize>,
) -> Vec<usize> {
    let mut phrase = Vec::new();
    let mut open = vec![noun];
    while let Some(at) = open.pop() {
        phrase.push(at);
        let belongs = |&child: &usize| match structure.relation(child) {
            Relation::AdnominalClause
            | Relation::Subject
            | Relation::Auxiliary
            | Relation::Apposition
            | Relation::Parataxis
            | Relation::AdverbialClause
            | Relation::Complement
            | Relation::Punctuation => false,
            Relation::Case => at != noun || child > at || passage.tokens[child].shape == Shape::Possessive,
            _ => true,
        };
        open.extend(structure.children(at).filter(belongs).filter(|child| !except.contains(child)));
    }
    phrase.sort_unstable();
    // "of student Joel Amis", where the preposition hangs by "student".
    let is_of = |at: usize| passage.has(at, passage.pack.grammar.of) && structure.tag(at) != Upos::Determiner;
    while phrase.first().is_some_and(|&at| at != noun && is_of(at)) {
        phrase.remove(0);
    }
    phrase
}
