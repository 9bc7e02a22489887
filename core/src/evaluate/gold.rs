//! Annotated documents, and the reader of those in JSON Lines.

use std::fmt;

use serde::Deserialize;

use super::Extent;
use crate::article::Published;

/// An annotated document. Offsets are Unicode code points into [`text`](Self::text), end exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Unique in its corpus.
    pub id: String,
    /// The document creation time; a few documents have none.
    pub published: Option<Published>,
    /// A BCP 47 tag, if known.
    pub language: Option<String>,
    /// The headline, or empty.
    pub title: String,
    /// The text that was annotated.
    pub text: String,
    /// The temporal expressions, in the order of the text.
    pub timexes: Vec<Timex>,
    /// The events, if they are annotated.
    pub events: Vec<GoldEvent>,
    /// Links between events and expressions, if they are annotated.
    pub links: Vec<Link>,
}

/// An annotated temporal expression.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Timex {
    /// First code point.
    pub start: usize,
    /// After the last code point.
    pub end: usize,
    /// The id by which links refer to it.
    pub tid: Option<String>,
    /// TIMEX3 type; `None` if it is not annotated.
    pub r#type: Option<String>,
    /// TIMEX3 value; `None` if it is not annotated.
    pub value: Option<String>,
    /// TIMEX3 modifier.
    pub r#mod: Option<String>,
}

/// The annotated word of an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldEvent {
    /// First code point.
    pub start: usize,
    /// After the last code point.
    pub end: usize,
    /// The id by which links refer to it.
    pub eid: String,
}

/// A link between an event and an expression.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// The event's `eid`.
    pub event: String,
    /// The expression's `tid`.
    pub timex: String,
    /// TLINK type, such as `IS_INCLUDED`.
    pub r#type: String,
}

/// Why a gold file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and how to fix it.
    pub message: String,
}

impl fmt::Display for GoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for GoldError {}

impl Timex {
    /// Returns its extent.
    #[must_use]
    pub fn extent(&self) -> Extent {
        [self.start, self.end]
    }
}

impl GoldEvent {
    /// Returns its extent.
    #[must_use]
    pub fn extent(&self) -> Extent {
        [self.start, self.end]
    }
}

/// A document as a line of JSON.
#[derive(Deserialize)]
struct Line {
    id: String,
    dct: Option<String>,
    language: Option<String>,
    title: Option<String>,
    text: String,
    timexes: Vec<Timex>,
    #[serde(default)]
    events: Vec<GoldEvent>,
    #[serde(default)]
    links: Vec<Link>,
}

impl Document {
    /// Reads documents, one JSON object per line. Empty lines are skipped.
    ///
    /// # Errors
    ///
    /// If a line is not such an object, has an impossible time, or has an annotation beyond the end of its text.
    pub fn read_jsonl(lines: &str) -> Result<Vec<Self>, GoldError> {
        let numbered = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        numbered
            .map(|(index, line)| Self::of_json(line).map_err(|message| GoldError { line: index + 1, message }))
            .collect()
    }

    fn of_json(line: &str) -> Result<Self, String> {
        let line: Line = serde_json::from_str(line).map_err(|error| format!("not an annotated document: {error}"))?;
        let published = line.dct.as_deref().map(publication_time).transpose()?;
        let length = line.text.chars().count();
        let extents = line.timexes.iter().map(Timex::extent).chain(line.events.iter().map(GoldEvent::extent));
        for [start, end] in extents {
            if start > end || end > length {
                return Err(format!("span {start}..{end} is out of bounds: the text has {length} code points"));
            }
        }
        Ok(Self {
            id: line.id,
            published,
            language: line.language,
            title: line.title.unwrap_or_default(),
            text: line.text,
            timexes: line.timexes,
            events: line.events,
            links: line.links,
        })
    }
}

/// Parses a document creation time. Corpora have local times without a zone; they are kept as they are.
pub(super) fn publication_time(dct: &str) -> Result<Published, String> {
    Published::parse(dct, chrono_tz::UTC).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"id":"a","dct":"2021-06-01","text":"It’s Monday.","timexes":[{"start":5,"end":11,"type":"DATE","value":"2021-05-31"}]}"#;

    #[test]
    fn reads_one_document_per_line_and_skips_empty_lines() {
        let documents = Document::read_jsonl(&format!("{LINE}\n\n{LINE}\n")).unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].timexes[0].extent(), [5, 11]);
        assert_eq!(documents[0].timexes[0].value.as_deref(), Some("2021-05-31"));
    }

    #[test]
    fn names_the_line_that_it_cannot_read() {
        let error = Document::read_jsonl(&format!("{LINE}\n{{\"id\": 7}}")).unwrap_err();
        assert_eq!(error.line, 2);
        assert!(error.to_string().starts_with("line 2: not an annotated document"), "{error}");
    }

    #[test]
    fn refuses_annotations_beyond_the_text() {
        let error = Document::read_jsonl(&LINE.replace("\"end\":11", "\"end\":13")).unwrap_err();
        assert!(error.message.contains("span 5..13 is out of bounds"), "{error}");
    }

    #[test]
    fn distinguishes_days_from_times_of_publication() {
        let parsed = |dct| publication_time(dct).map(|published| (published.at.to_rfc3339(), published.has_time));
        assert_eq!(parsed("2021-06-01"), Ok(("2021-06-01T00:00:00+00:00".into(), false)));
        assert_eq!(parsed("2021-06-01T21:57"), Ok(("2021-06-01T21:57:00+00:00".into(), true)));
        assert_eq!(parsed("2021-06-01T21:57:10"), Ok(("2021-06-01T21:57:10+00:00".into(), true)));
    }

    #[test]
    fn names_the_line_of_an_impossible_publication_time() {
        let error = Document::read_jsonl(&LINE.replace("2021-06-01", "2021-06-31")).unwrap_err();
        assert!(error.to_string().starts_with("line 1: `2021-06-31` cannot be read as a publication time"), "{error}");
    }

    #[test]
    fn a_document_may_lack_a_publication_time() {
        let documents = Document::read_jsonl(&LINE.replace("\"2021-06-01\"", "null")).unwrap();
        assert_eq!(documents[0].published, None);
    }
}
