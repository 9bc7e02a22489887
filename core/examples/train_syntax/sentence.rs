//! Sentences of a treebank in the tokens of our own lexer, which are what the tagger and the parser will see.

use dateline_core::language::Pack;
use dateline_core::syntax::transition::{LONGEST, NONE};
use dateline_core::syntax::upos::Word;
use dateline_core::syntax::{Relation, Upos};
use dateline_core::text::{Token, lex};

use super::columns::{GoldWord, Tree};

/// Each how many-th sentence is there a second time in other case: headlines and wires are in capitals.
pub const RECASED: usize = 5;

/// A sentence with its correct tags, heads and relations.
#[derive(Debug)]
pub struct Sentence {
    /// How often it is learned from in a round.
    pub weight: usize,
    pub words: Vec<Word>,
    pub tags: Vec<Upos>,
    /// [`NONE`] for the root.
    pub heads: Vec<u16>,
    pub relations: Vec<Relation>,
}

impl Sentence {
    /// Returns the sentence of a tree, whose text may be in other case. `None` if it cannot be aligned, or is too long.
    pub fn of(tree: &Tree, text: &str, pack: &Pack, weight: usize) -> Option<Self> {
        let tokens: Vec<Token> =
            lex(text, &pack.lexicon).into_iter().filter(|token| !token.of(text).is_empty()).collect();
        if tokens.is_empty() || tokens.len() > LONGEST {
            return None;
        }
        let home = |word: &GoldWord| tokens.iter().position(|token| overlap(token, word)).unwrap_or(0);
        let homes: Vec<usize> = tree.words.iter().map(home).collect();
        let mut sentence = Self {
            weight,
            words: tokens.iter().map(|token| Word::of(token, text)).collect(),
            tags: Vec::new(),
            heads: Vec::new(),
            relations: Vec::new(),
        };
        for (at, token) in tokens.iter().enumerate() {
            let (tag, head, relation) = token_of(tree, &homes, at, token)?;
            sentence.tags.push(tag);
            sentence.heads.push(head.map_or(NONE, |head| head as u16));
            sentence.relations.push(relation);
        }
        sentence.join_roots()?;
        (!sentence.has_cycle()).then_some(sentence)
    }

    /// Makes the first root the head of all others.
    fn join_roots(&mut self) -> Option<()> {
        let root = self.heads.iter().position(|&head| head == NONE)?;
        for at in root + 1..self.heads.len() {
            if self.heads[at] == NONE {
                (self.heads[at], self.relations[at]) = (root as u16, Relation::Parataxis);
            }
        }
        Some(())
    }

    fn has_cycle(&self) -> bool {
        let up = |&at: &u16| Some(self.heads[usize::from(at)]).filter(|&head| head != NONE);
        let starts = 0..self.heads.len() as u16;
        starts.into_iter().any(|at| std::iter::successors(Some(at), up).nth(self.heads.len()).is_some())
    }
}

/// Returns the tag, the head and the relation of a token. Of several words in one token, that counts whose head is outside.
/// Of several tokens that are one word, the first has its annotation, and the others hang by it.
fn token_of(tree: &Tree, homes: &[usize], at: usize, token: &Token) -> Option<(Upos, Option<usize>, Relation)> {
    let own: Vec<&GoldWord> =
        tree.words.iter().zip(homes).filter(|&(_, &home)| home == at).map(|(word, _)| word).collect();
    let Some(first) = own.first() else {
        let whole = tree.words.iter().position(|word| overlap(token, word))?;
        return Some((tree.words[whole].tag, Some(homes[whole]), Relation::Determiner));
    };
    let head = |word: &GoldWord| word.head.map(|head| homes[head]).filter(|&head| head != at);
    let word = own.iter().find(|word| word.head.is_none() || head(word).is_some()).unwrap_or(first);
    let head = head(word);
    Some((word.tag, head, if head.is_some() { word.relation } else { Relation::Root }))
}

fn overlap(token: &Token, word: &GoldWord) -> bool {
    (token.span.start as usize) < word.place.end && word.place.start < token.span.end as usize
}

/// Returns a text in capitals, in lower case, or with a capital for each word, by turns. No byte moves.
pub fn recase(text: &str, turn: usize) -> String {
    match turn % 3 {
        0 => text.to_ascii_uppercase(),
        1 => text.to_ascii_lowercase(),
        _ => {
            let mut begins = true;
            let capital = |char: char| {
                let begun = std::mem::replace(&mut begins, char == ' ');
                if begun { char.to_ascii_uppercase() } else { char }
            };
            text.chars().map(capital).collect()
        }
    }
}

/// Returns a text with an apostrophe for the accent at the end of a word: `piu'`. No byte moves, since both are two bytes.
pub fn without_accents(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let letter = match char {
            'à' => 'a',
            'è' | 'é' => 'e',
            'ì' => 'i',
            'ò' => 'o',
            'ù' => 'u',
            'È' => 'E',
            _ => char,
        };
        let ends = letter != char && chars.peek().is_none_or(|next| !next.is_alphanumeric());
        if ends { plain.extend([letter, '\'']) } else { plain.push(char) }
    }
    plain
}
