//! Full-text search: what a text asks for, and whether a record has it.

use crate::record::EventRecord;

/// What a text searches for. The default matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Each of these has an alternative that occurs. One without alternatives never does.
    pub all: Vec<Vec<Phrase>>,
    /// None of these occurs.
    pub none: Vec<Phrase>,
}

/// Words that stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// At least one word, in lower case.
    pub words: Vec<String>,
    /// Whether the last word is the beginning of one, as while it is typed.
    pub is_prefix: bool,
}

/// A part of a text between spaces, or between quotes.
struct Piece {
    words: Vec<String>,
    is_quoted: bool,
    is_excluded: bool,
    is_or: bool,
}

impl Search {
    /// Reads a text: words that must all occur, the last one as a prefix, `"a phrase"`, `one OR another`, `-without`. A text
    /// without words matches nothing, and a blank one everything. `words` splits a text into words, of which `most` count.
    #[must_use]
    pub fn parse<I: Iterator<Item = String>>(text: &str, most: usize, words: impl Fn(&str) -> I) -> Self {
        if text.trim().is_empty() {
            return Self::default();
        }
        let mut pieces = pieces(text, words);
        let mut left = most;
        for piece in &mut pieces {
            piece.words.truncate(left);
            left -= piece.words.len();
        }
        pieces.retain(|piece| !piece.words.is_empty());
        Self::of_pieces(&pieces)
    }

    fn of_pieces(pieces: &[Piece]) -> Self {
        let mut search = Self::default();
        let mut is_alternative = false;
        for (at, piece) in pieces.iter().enumerate() {
            let last = at + 1 == pieces.len();
            let between = |at: Option<usize>| at.and_then(|at| pieces.get(at)).is_some_and(|piece| !piece.is_excluded);
            if piece.is_or && !search.all.is_empty() && between(at.checked_sub(1)) && between(Some(at + 1)) {
                is_alternative = true;
                continue;
            }
            let phrase =
                Phrase { words: piece.words.clone(), is_prefix: last && !piece.is_quoted && !piece.is_excluded };
            if piece.is_excluded {
                search.none.push(phrase);
            } else if is_alternative {
                search.all.last_mut().into_iter().for_each(|alternatives| alternatives.push(phrase.clone()));
            } else if piece.is_quoted || pieces.get(at + 1).is_some_and(|next| next.is_or) {
                search.all.push(vec![phrase]);
            } else {
                search.all.extend(phrase.apart());
            }
            is_alternative = false;
        }
        if search.all.is_empty() && search.none.is_empty() {
            search.all.push(Vec::new());
        }
        search
    }

    /// Whether every event matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.none.is_empty()
    }

    /// Whether texts, each as its words, have what is searched for.
    fn matches(&self, texts: &[Vec<String>]) -> bool {
        let occurs = |phrase: &Phrase| texts.iter().any(|text| phrase.occurs_in(text));
        self.all.iter().all(|any| any.iter().any(occurs)) && !self.none.iter().any(occurs)
    }
}

impl Phrase {
    /// Its words as clauses of their own.
    fn apart(self) -> impl Iterator<Item = Vec<Self>> {
        let last = self.words.len().saturating_sub(1);
        let is_prefix = self.is_prefix;
        let one = move |(at, word)| vec![Self { words: vec![word], is_prefix: is_prefix && at == last }];
        self.words.into_iter().enumerate().map(one)
    }

    fn occurs_in(&self, text: &[String]) -> bool {
        let Some((last, before)) = self.words.split_last() else { return false };
        text.windows(self.words.len()).any(|window| {
            let ends =
                window.last().is_some_and(|word| if self.is_prefix { word.starts_with(last) } else { word == last });
            ends && window.starts_with(before)
        })
    }
}

fn pieces<I: Iterator<Item = String>>(text: &str, words: impl Fn(&str) -> I) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let is_excluded = rest.starts_with('-');
        let own = rest.strip_prefix('-').unwrap_or(rest);
        // A quote without its partner is none.
        let quoted = own.strip_prefix('"').and_then(|own| own.split_once('"'));
        let (content, after) = match quoted {
            Some(quoted) => quoted,
            None => own.split_once(char::is_whitespace).unwrap_or((own, "")),
        };
        let is_or = rest.starts_with("OR") && content == "OR";
        pieces.push(Piece { words: words(content).collect(), is_quoted: quoted.is_some(), is_excluded, is_or });
        rest = after.trim_start();
    }
    pieces
}

/// Words that a record must have. The default matches every record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Search);

impl Query {
    /// Takes a text, as [`Search::parse`] reads it: words are letters and digits.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Search::parse(text, usize::MAX, words))
    }

    /// Whether title, source, sentence, summary and names together have what is searched for.
    #[must_use]
    pub fn matches(&self, record: &EventRecord) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let EventRecord { article, statement, .. } = record;
        let texts = [&article.title, &statement.sentence, &statement.summary].into_iter();
        let texts = texts.chain(&article.source).chain(&statement.names);
        let texts: Vec<Vec<String>> = texts.map(|text| words(text).collect()).collect();
        self.0.matches(&texts)
    }
}

fn words(text: &str) -> std::vec::IntoIter<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str) -> bool {
        let stored = ["The Quay bridge re-opened, the mayor said", "Bridge opens"];
        let texts: Vec<Vec<String>> = stored.iter().map(|text| words(text).collect()).collect();
        Search::parse(text, 16, words).matches(&texts)
    }

    #[test]
    fn words_phrases_alternatives_and_exclusions() {
        for text in [
            "mayor bri",
            "\"quay bridge\"",
            "ferry OR bridge",
            "\"bridge opens\" mayor",
            "bridge -ferry",
            "-ferry",
            "ferry OR \"the mayor\" OR port bridge",
            "re-opened",
            "-\"bridge quay\" quay",
            "",
            "mayor \"",
            "quay -",
        ] {
            assert!(finds(text), "{text}");
        }
        for text in [
            "\"bridge quay\"",
            "bridge -mayor",
            "ferry OR port",
            "-\"quay bridge\"",
            "may bridge",
            "!!",
            "mayor OR",
            "OR",
            "\"bri\"",
        ] {
            assert!(!finds(text), "{text}");
        }
    }
}
