//! Full-text search in records.

use rustc_hash::FxHashSet;

use crate::record::EventRecord;

/// Words that a record must have, the last one as a prefix. The default matches every record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Option<Vec<String>>);

impl Query {
    /// Takes the words of a text: letters and digits. A text without words matches no record, and a blank one every record.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Some(text).filter(|text| !text.trim().is_empty()).map(|text| words(text).collect()))
    }

    /// Whether title, source, sentence, summary and names together have all of the words.
    #[must_use]
    pub fn matches(&self, record: &EventRecord) -> bool {
        let Some(wanted) = &self.0 else { return true };
        let Some((last, others)) = wanted.split_last() else { return false };
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
