//! Which records are about what is asked for.

use rustc_hash::FxHashSet;

use crate::record::EventRecord;

/// Words of which a record has all, the last one as the start of a word. Without words it is every record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<String>);

impl Query {
    /// The words of a text: letters and digits.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(words(text).collect())
    }

    /// Whether title, source, sentence or names have them.
    #[must_use]
    pub fn matches(&self, record: &EventRecord) -> bool {
        let Some((last, others)) = self.0.split_last() else { return true };
        let EventRecord { article, statement, .. } = record;
        let texts = [&article.title, &statement.sentence, &statement.summary].into_iter();
        let found: FxHashSet<String> =
            texts.chain(&article.source).chain(&statement.names).flat_map(|text| words(text)).collect();
        others.iter().all(|word| found.contains(word)) && found.iter().any(|word| word.starts_with(last))
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
}
