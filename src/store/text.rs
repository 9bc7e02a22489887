//! Full text: which rows have all of some words, the last one as the start of a word.
//!
//! The answers of the last questions are kept. A row never changes, so that an answer stays true and only the rows that
//! came since have to be asked for: typing on, paging and drawing ask for the same words again and again.

use std::sync::Arc;

use rusqlite::Connection;

use super::Error;
use super::bits::Bits;

/// How many answers are kept.
const KEPT: usize = 32;

/// The answers of the last questions, the latest at the end.
#[derive(Debug, Default)]
pub struct Texts(Vec<(String, Arc<Bits>)>);

impl Texts {
    /// The answer to a question as far as it is known.
    pub fn known(&mut self, question: &str) -> Arc<Bits> {
        let at = self.0.iter().position(|(kept, _)| kept == question);
        at.map(|at| self.0[at].1.clone()).unwrap_or_default()
    }

    /// Keeps an answer.
    pub fn keep(&mut self, question: String, answer: Arc<Bits>) {
        self.0.retain(|(kept, _)| *kept != question);
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push((question, answer));
    }
}

/// The question for words, as FTS5 takes it. Words are letters and digits, so that quotes hold them.
pub fn question(words: &[String]) -> String {
    let mut question: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    if let Some(last) = question.last_mut() {
        last.push('*');
    }
    question.join(" ")
}

/// Adds the rows that came since an answer was given.
pub fn complete(connection: &Connection, question: &str, answer: &mut Arc<Bits>) -> Result<(), Error> {
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
