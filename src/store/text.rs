//! Full text: which rows have all of some words, the last one as the start of a word.
//!
//! SQLite tells the rows of a word one by one, which takes long for a word that most events have, or for the first letter
//! of what is typed. So the answers for such words are kept, a bit a row. A row never changes: an answer stays true, and
//! only the rows that came since have to be asked for.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::Error;
use super::bits::Bits;

/// How many answers for words that are in many events are kept.
const FREQUENT: usize = 96;
/// How many answers of the last questions are kept: paging, drawing and typing on ask for the same words again.
const RECENT: usize = 16;
/// A word is in many events if it is in one of so many ...
const SHARE: usize = 20;
/// ... and in at least so many: fewer are told quickly.
const LEAST: usize = 20_000;

/// Starts of words are indexed up to so many letters. For a longer one SQLite merges the rows of all words that have it,
/// old and new: its answer cannot be completed in no time.
const INDEXED: usize = 4;

/// The answers that are kept, by their questions.
#[derive(Debug, Default)]
pub struct Texts {
    frequent: HashMap<String, Arc<Bits>>,
    /// The latest at the end.
    recent: Vec<(String, Arc<Bits>)>,
}

impl Texts {
    fn known(&self, question: &str) -> Option<Arc<Bits>> {
        let recent = || self.recent.iter().find(|(kept, _)| kept == question).map(|(_, answer)| answer);
        self.frequent.get(question).or_else(recent).cloned()
    }

    fn is_frequent(&self, question: &str) -> bool {
        self.frequent.contains_key(question)
    }

    /// Keeps an answer.
    fn keep(&mut self, question: String, answer: Arc<Bits>) {
        if is_quick(&question) && is_many(&answer) && (self.is_frequent(&question) || self.make_room(answer.count())) {
            self.frequent.insert(question, answer);
            return;
        }
        self.recent.retain(|(kept, _)| *kept != question);
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push((question, answer));
    }

    /// Lets an answer go that saves less, where all places are taken.
    fn make_room(&mut self, count: usize) -> bool {
        if self.frequent.len() < FREQUENT {
            return true;
        }
        let least = self.frequent.iter().min_by_key(|(question, kept)| (kept.count(), question.as_str()));
        let least = least.filter(|(_, kept)| kept.count() < count).map(|(question, _)| question.clone());
        least.is_some_and(|question| self.frequent.remove(&question).is_some())
    }
}

fn is_many(answer: &Bits) -> bool {
    answer.count() > LEAST.max(usize::try_from(answer.upto).unwrap_or(0) / SHARE)
}

/// The question for a word, as FTS5 takes it. Words are letters and digits, so that quotes hold them.
fn question(word: &str, starts: bool) -> String {
    format!("\"{word}\"{}", if starts { "*" } else { "" })
}

/// Whether an answer can be completed in no time: that of one word, or of a start of one that is indexed.
fn is_quick(question: &str) -> bool {
    let start = question.strip_suffix('*').map(|start| start.trim_matches('"'));
    !question.contains(' ') && start.is_none_or(|start| start.chars().count() <= INDEXED)
}

/// Sets of rows: those that are in all of them have all of the words.
pub fn rows_with(
    texts: &super::Mutex<Texts>,
    connection: &Connection,
    words: &[String],
) -> Result<Vec<Arc<Bits>>, Error> {
    let questions = words.iter().enumerate().map(|(at, word)| question(word, at + 1 == words.len()));
    let (mut questions, rest): (Vec<_>, Vec<_>) = {
        let texts = super::lock(texts);
        questions.partition(|question| texts.is_frequent(question))
    };
    // The rare ones together: SQLite goes from one row that has the rarest to the next.
    questions.extend((!rest.is_empty()).then(|| rest.join(" ")));
    questions.into_iter().map(|question| ask(texts, connection, question)).collect()
}

/// Answers a question, from what is kept as far as that goes.
fn ask(texts: &super::Mutex<Texts>, connection: &Connection, question: String) -> Result<Arc<Bits>, Error> {
    let mut answer = super::lock(texts).known(&question).unwrap_or_default();
    complete(connection, &question, &mut answer)?;
    super::lock(texts).keep(question, Arc::clone(&answer));
    Ok(answer)
}

/// Adds the rows that came since an answer was given.
fn complete(connection: &Connection, question: &str, answer: &mut Arc<Bits>) -> Result<(), Error> {
    // One transaction, so that no row comes between the two.
    let transaction = connection.unchecked_transaction()?;
    let last: i64 =
        transaction.prepare_cached("SELECT coalesce(max(row), 0) FROM events")?.query_row([], |row| row.get(0))?;
    if last > answer.upto {
        let mut rows = transaction
            .prepare_cached("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid > ?2 AND rowid <= ?3")?;
        let answer = Arc::make_mut(answer);
        let mut rows = rows.query((question, answer.upto, last))?;
        while let Some(row) = rows.next()? {
            answer.insert(row.get(0)?);
        }
        answer.upto = last;
    }
    Ok(())
}

/// Completes the answers for frequent words, so that nobody who asks has to wait for that.
pub fn refresh(texts: &super::Mutex<Texts>, connection: &Connection) -> Result<(), Error> {
    let mut questions: Vec<String> = super::lock(texts).frequent.keys().cloned().collect();
    questions.sort_unstable();
    for question in questions {
        ask(texts, connection, question)?;
    }
    Ok(())
}

/// Looks for frequent words and starts of words: what starts with a rare start is rare. Those of other letters are found
/// when they are asked for.
pub fn warm(texts: &super::Mutex<Texts>, connection: &Connection) -> Result<(), Error> {
    let mut starts = vec![String::new()];
    while let Some(start) = starts.pop() {
        for letter in ('a'..='z').chain('0'..='9') {
            let word = format!("{start}{letter}");
            if is_many(&*ask(texts, connection, question(&word, true))?) {
                ask(texts, connection, question(&word, false))?;
                starts.extend((word.len() < INDEXED).then_some(word));
            }
        }
    }
    Ok(())
}
