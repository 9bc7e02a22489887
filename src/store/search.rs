//! Full-text search: which rows contain words and phrases, one of several, or none of them.
//!
//! SQLite returns the rows of a word one by one, which takes long for a word that most events contain, or for the first
//! letter that somebody types. So the results for such words are cached, one bit per row. A row never changes: a result
//! stays true, and only the rows added since have to be looked up.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use regex::Regex;
use rusqlite::Connection;

use super::Error;
use super::bitmap::Bitmap;
use crate::timeline::{Phrase, Search};

/// How many results for frequent words are cached.
const MAX_FREQUENT: usize = 96;
/// How many of the latest results are cached: paging, drawing and further typing look up the same words again.
const MAX_RECENT: usize = 16;
/// A word is frequent if it is in one of this many events ...
const FREQUENT_SHARE: usize = 20;
/// ... and in at least this many: fewer are looked up quickly.
const FREQUENT_MIN: usize = 20_000;

/// Prefixes are indexed up to this many letters. For a longer one SQLite merges the rows of all words that start with
/// it, old and new, so that its result cannot be extended quickly.
const INDEXED: usize = 4;

/// Cached results, by their FTS5 query.
#[derive(Debug, Default)]
pub struct SearchCache {
    frequent: HashMap<String, Arc<Bitmap>>,
    /// The latest one last.
    recent: Vec<(String, Arc<Bitmap>)>,
    /// How many events there are, roughly.
    events: usize,
}

impl SearchCache {
    fn get(&self, query: &str) -> Option<Arc<Bitmap>> {
        let recent = || self.recent.iter().find(|(cached, _)| cached == query).map(|(_, rows)| rows);
        self.frequent.get(query).or_else(recent).cloned()
    }

    fn is_frequent(&self, query: &str) -> bool {
        self.frequent.contains_key(query)
    }

    fn insert(&mut self, query: String, rows: Arc<Bitmap>) {
        let worthwhile = is_quick_to_extend(&query) && self.are_many(&rows);
        if worthwhile && (self.is_frequent(&query) || self.make_room(rows.len())) {
            self.frequent.insert(query, rows);
            return;
        }
        self.recent.retain(|(cached, _)| *cached != query);
        if self.recent.len() == MAX_RECENT {
            self.recent.remove(0);
        }
        self.recent.push((query, rows));
    }

    /// Adjusts to how many events there are now, and to the parts of rows that still have some, if that has changed much.
    pub fn adjust(&mut self, events: usize, live: Option<&BTreeSet<usize>>) {
        self.events = events;
        let Some(live) = live else { return };
        let recent = self.recent.iter_mut().map(|(_, rows)| rows);
        for rows in self.frequent.values_mut().chain(recent) {
            Arc::make_mut(rows).retain(live);
        }
    }

    /// Whether a word with these rows is frequent.
    fn are_many(&self, rows: &Bitmap) -> bool {
        rows.len() > FREQUENT_MIN.max(self.events / FREQUENT_SHARE)
    }

    /// Evicts the result that saves the least if the cache is full and that result saves less than one of `len` rows.
    fn make_room(&mut self, len: usize) -> bool {
        if self.frequent.len() < MAX_FREQUENT {
            return true;
        }
        let least = self.frequent.iter().min_by_key(|(query, rows)| (rows.len(), query.as_str()));
        let least = least.filter(|(_, rows)| rows.len() < len).map(|(query, _)| query.clone());
        least.is_some_and(|query| self.frequent.remove(&query).is_some())
    }
}

/// Letters and digits of any script, with the marks that belong to them: the vowel signs of Hindi, accents written apart.
#[expect(clippy::unwrap_used, reason = "the pattern is constant, and every test of search compiles it")]
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\w--\p{Pc}]+").unwrap());

/// Returns the words of a text in lower case. Both what is stored and what is searched for is split here, and not by SQLite,
/// which has its own idea of a letter.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let words = WORD.find_iter(text).map(|word| word.as_str());
    // A mark alone stands for nothing.
    words.filter(|word| word.contains(char::is_alphanumeric)).map(str::to_lowercase)
}

/// The FTS5 query for a word of [`words`]: it has no quotes.
fn fts_query(word: &str, is_prefix: bool) -> String {
    format!("\"{word}\"{}", if is_prefix { "*" } else { "" })
}

/// Whether a result can be extended quickly: that of one word, or of a prefix that is indexed.
fn is_quick_to_extend(query: &str) -> bool {
    let prefix = query.strip_suffix('*').map(|prefix| prefix.trim_matches('"'));
    !query.contains(' ') && prefix.is_none_or(|prefix| prefix.chars().count() <= INDEXED)
}

/// Sets of rows.
#[derive(Debug, Default)]
pub struct Found {
    /// What is searched for is in the rows that all of these hold.
    pub all: Vec<Arc<Bitmap>>,
    /// What must not occur is in the rows of any of these.
    pub none: Vec<Arc<Bitmap>>,
}

/// Returns the rows with what is searched for.
pub fn matching_rows(cache: &Mutex<SearchCache>, connection: &Connection, search: &Search) -> Result<Found, Error> {
    let (single, several): (Vec<_>, Vec<_>) = search.all.iter().partition(|any| any.len() == 1);
    let queries = single.into_iter().flatten().map(phrase_query);
    let (mut queries, rare): (Vec<_>, Vec<_>) = {
        let cache = super::lock(cache);
        queries.partition(|query| cache.is_frequent(query))
    };
    // The rare words in one query: SQLite steps through the rows of the rarest.
    queries.extend((!rare.is_empty()).then(|| rare.join(" ")));
    let mut found = Found::default();
    for query in queries {
        found.all.push(run(cache, connection, query)?);
    }
    for any in several {
        let mut union = Bitmap::default();
        for phrase in any {
            union.add_all(&*run(cache, connection, phrase_query(phrase))?);
        }
        found.all.push(Arc::new(union));
    }
    for phrase in &search.none {
        found.none.push(run(cache, connection, phrase_query(phrase))?);
    }
    Ok(found)
}

/// The FTS5 query for a phrase.
fn phrase_query(phrase: &Phrase) -> String {
    fts_query(&phrase.words.join(" "), phrase.is_prefix)
}

/// Runs a query, starting from the cached result if there is one.
fn run(cache: &Mutex<SearchCache>, connection: &Connection, query: String) -> Result<Arc<Bitmap>, Error> {
    let mut rows = super::lock(cache).get(&query).unwrap_or_default();
    extend(connection, &query, &mut rows)?;
    super::lock(cache).insert(query, Arc::clone(&rows));
    Ok(rows)
}

/// Adds the matching rows that were inserted since the result was computed.
fn extend(connection: &Connection, query: &str, rows: &mut Arc<Bitmap>) -> Result<(), Error> {
    // One transaction, so that no row is inserted between the two statements.
    let transaction = connection.unchecked_transaction()?;
    let last: i64 =
        transaction.prepare_cached("SELECT coalesce(max(row), 0) FROM events")?.query_row([], |row| row.get(0))?;
    if last > rows.scanned_to {
        let mut statement = transaction
            .prepare_cached("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid > ?2 AND rowid <= ?3")?;
        let rows = Arc::make_mut(rows);
        let mut matches = statement.query((query, rows.scanned_to, last))?;
        while let Some(row) = matches.next()? {
            rows.insert(row.get(0)?);
        }
        rows.scanned_to = last;
    }
    Ok(())
}

/// Extends the results for frequent words, so that no request has to wait for that.
pub fn refresh(cache: &Mutex<SearchCache>, connection: &Connection) -> Result<(), Error> {
    let mut queries: Vec<String> = super::lock(cache).frequent.keys().cloned().collect();
    queries.sort_unstable();
    for query in queries {
        run(cache, connection, query)?;
    }
    Ok(())
}

/// Looks for frequent words and prefixes: words with a rare prefix are rare. Those in other alphabets are cached when
/// somebody searches for them.
pub fn warm(cache: &Mutex<SearchCache>, connection: &Connection) -> Result<(), Error> {
    let mut prefixes = vec![String::new()];
    while let Some(prefix) = prefixes.pop() {
        for letter in ('a'..='z').chain('0'..='9') {
            let word = format!("{prefix}{letter}");
            let rows = run(cache, connection, fts_query(&word, true))?;
            let are_many = super::lock(cache).are_many(&rows);
            if are_many {
                run(cache, connection, fts_query(&word, false))?;
                prefixes.extend((word.len() < INDEXED).then_some(word));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::query::{Filters, Paging};
    use super::super::{RecordKind, Store, TopicRecord};
    use super::*;

    /// A store with one event, whose sentence is this.
    fn store(sentence: &str) -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let (store, mut writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let event = json!({
            "id": "one", "article": {"id": "a", "title": "", "source": null, "language": "en"}, "confidence": 0.9,
            "date": {"start": "2019-04-01", "end": "2019-04-02", "granularity": "day", "basis": "relative"},
            "statement": {"summary": "", "sentence": sentence, "status": "happened", "names": []},
        });
        let event = event.to_string();
        let record = TopicRecord { kind: RecordKind::Event, key: "one", value: Some(event.as_bytes()) };
        assert_eq!(writer.apply(&[record], &[]).unwrap(), 0);
        (store, folder)
    }

    fn finds(store: &Store, text: &str) -> bool {
        let paging = Paging::first(1);
        !store.events(&Filters::search(text), &paging).unwrap().rows.is_empty()
    }

    #[test]
    fn words_of_any_script_are_found_by_their_beginning() {
        let (store, _folder) = store("मनीष ने हिन्दी में Zürich, Ὀδυσσεύς, ΑΘΉΝΑ, İstanbul, 東京都 und aⒶb, a_b!");
        for text in ["मनीष", "हिन्", "zurich", "Zu\u{308}rich", "ὈΔΥΣ", "αθήνα", "İstanbul", "東京", "aⒶb", "a b"]
        {
            assert!(finds(&store, text), "{text}");
        }
        for text in ["!!!", "मनीष Ⓐ", "\0", "🎉", "\u{301}", "_", "\"", "नीष", "AND", "NEAR(a b)", "text:a"]
        {
            assert!(!finds(&store, text), "{text:?}");
        }
        assert!(finds(&store, " "), "no search");
    }

    /// Any characters: controls, marks, symbols, unassigned ones.
    fn text() -> impl Strategy<Value = String> {
        let letter = prop_oneof![
            any::<char>(),
            proptest::char::range('\0', '\u{5ff}'),
            proptest::char::range('\u{900}', '\u{dff}')
        ];
        proptest::collection::vec(letter, 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_can_be_searched_for(stored in text(), text in text()) {
            let (store, _folder) = store(&stored);
            finds(&store, &text);
            let all: Vec<_> = words(&stored).collect();
            prop_assert!(all.is_empty() || finds(&store, &all.join(" ")), "{:?}", stored);
            for word in all {
                prop_assert!(finds(&store, &word), "{:?} in {:?}", word, stored);
            }
        }
    }
}
