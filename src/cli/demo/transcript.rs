//! What the demo prints: records for people to read, one article at a time.
//!
//! Pure: must not know where records come from. They come from three topics, so the record of an article can arrive
//! before its events; the article is rendered once all of them are there.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::spoken::spoken;
use crate::cli::table::{Layout, one_line};

/// The width of a table, in characters.
const WIDTH: u16 = 100;

/// The records so far.
#[derive(Debug, Default)]
pub struct Transcript {
    /// By id.
    events: HashMap<String, Value>,
    /// Articles and rejections that were not rendered yet.
    pending: VecDeque<Entry>,
    /// The ids of the events of each article when it was last rendered.
    previous_events: HashMap<String, Vec<String>>,
    articles: usize,
    corrected: usize,
    rejected: usize,
}

#[derive(Debug)]
enum Entry {
    Article { id: String, revision: String, events: Vec<String>, warnings: Vec<String> },
    Rejected { code: String, reason: String },
}

impl Transcript {
    /// Adds a record of `timeline.events`.
    pub fn event(&mut self, record: Value) {
        self.events.insert(string_at(&record, "/id").to_owned(), record);
    }

    /// Adds a record of `timeline.articles`.
    pub fn article(&mut self, record: &Value) {
        let list = |pointer: &str| record.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        self.pending.push_back(Entry::Article {
            id: string_at(record, "/id").to_owned(),
            revision: string_at(record, "/revision").to_owned(),
            events: list("/events").iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect(),
            warnings: list("/warnings").iter().map(|warning| string_at(warning, "/message").to_owned()).collect(),
        });
    }

    /// Adds a record of `timeline.rejected`.
    pub fn rejected(&mut self, code: String, reason: String) {
        self.pending.push_back(Entry::Rejected { code, reason });
    }

    /// Renders the articles and rejections that are complete and were not rendered yet.
    pub fn render_pending(&mut self) -> String {
        let mut out = String::new();
        while self.pending.front().is_some_and(|entry| self.is_complete(entry)) {
            match self.pending.pop_front() {
                Some(Entry::Rejected { code, reason }) => {
                    self.rejected += 1;
                    push_line(&mut out, &format!("REJECTED, {code}: {reason}"));
                }
                Some(Entry::Article { id, revision, events, warnings }) => {
                    self.render_article(&mut out, id, &revision, events, &warnings);
                }
                None => {}
            }
            out.push('\n');
        }
        out
    }

    /// Returns how many messages were rendered.
    pub fn shown(&self) -> usize {
        self.articles + self.rejected
    }

    /// Returns one line about everything.
    pub fn summary(&self) -> String {
        let Self { articles, corrected, rejected, .. } = self;
        let events = self.events.len();
        format!("{events} events from {articles} articles, {corrected} of them corrections; {rejected} rejected")
    }

    fn is_complete(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Article { events, .. } => events.iter().all(|id| self.events.contains_key(id)),
            Entry::Rejected { .. } => true,
        }
    }

    fn render_article(
        &mut self,
        out: &mut String,
        id: String,
        revision: &str,
        events: Vec<String>,
        warnings: &[String],
    ) {
        self.articles += 1;
        let before = self.previous_events.get(&id).cloned();
        let heading = events.first().and_then(|event| self.events.get(event)).map_or_else(|| id.clone(), heading);
        match before {
            None => {
                push_line(out, &heading);
                self.render_events(out, ' ', &events);
            }
            Some(before) => {
                self.corrected += 1;
                push_line(out, &format!("{heading} CORRECTED, revision {revision}"));
                let (unchanged, added): (Vec<_>, Vec<_>) =
                    events.iter().cloned().partition(|event| before.contains(event));
                let removed: Vec<_> = before.into_iter().filter(|event| !events.contains(event)).collect();
                self.render_events(out, '-', &removed);
                self.render_events(out, '+', &added);
                push_line(out, &format!("  {} events unchanged", unchanged.len()));
            }
        }
        for warning in warnings {
            push_line(out, &format!("  note: {warning}"));
        }
        self.previous_events.insert(id, events);
    }

    fn render_events(&self, out: &mut String, mark: char, events: &[String]) {
        let mut table = Layout::Plain(WIDTH).table();
        for event in events.iter().filter_map(|id| self.events.get(id)) {
            let date = format!("{mark} {}", spoken(&event["date"]));
            let [status, summary, words] = ["/statement/status", "/statement/summary", "/date/text"]
                .map(|pointer| one_line(string_at(event, pointer)));
            table.add_row([date, status, summary, words]);
        }
        table.trim_fmt().lines().for_each(|line| push_line(out, line));
    }
}

fn heading(event: &Value) -> String {
    let source = string_at(event, "/article/source");
    let day = string_at(event, "/article/published_at").split('T').next().unwrap_or_default();
    format!("{} ({source}, {day})", string_at(event, "/article/title"))
}

fn string_at<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Appends a line without control characters: an article must not be able to control the terminal.
fn push_line(out: &mut String, text: &str) {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    out.extend(plain);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(id: &str, date: &str, summary: &str) -> Value {
        let (granularity, start) =
            if date.len() == 4 { ("year", format!("{date}-01-01")) } else { ("day", date.to_owned()) };
        json!({
            "id": id,
            "article": {"title": "Mill burns", "source": "Vale Gazette", "published_at": "2026-03-13T07:00:00Z"},
            "date": {"text": "last night", "value": date, "granularity": granularity, "start": start, "end": start},
            "statement": {"status": "happened", "summary": summary},
        })
    }

    fn article(revision: &str, events: &[&str]) -> Value {
        json!({"id": "vg-1", "revision": revision, "events": events, "warnings": []})
    }

    #[test]
    fn an_article_is_rendered_once_all_its_events_are_there() {
        let mut transcript = Transcript::default();
        transcript.event(event("a", "2026-03-12", "The mill burned"));
        transcript.article(&article("1", &["a", "b"]));
        assert_eq!((transcript.render_pending(), transcript.shown()), (String::new(), 0));
        transcript.event(event("b", "1926", "It had burned before"));
        insta::assert_snapshot!(transcript.render_pending(), @r"
        Mill burns (Vale Gazette, 2026-03-13)
           12 March 2026   happened   The mill burned        last night
           1926            happened   It had burned before   last night
        ");
        assert_eq!(transcript.shown(), 1);
    }

    #[test]
    fn a_correction_shows_the_events_added_and_removed() {
        let mut transcript = Transcript::default();
        for (id, date) in [("a", "2026-03-12"), ("b", "1926"), ("c", "1927")] {
            transcript.event(event(id, date, "The mill burned"));
        }
        transcript.article(&article("1", &["a", "b"]));
        transcript.render_pending();
        transcript.article(&article("2", &["a", "c"]));
        insta::assert_snapshot!(transcript.render_pending(), @r"
        Mill burns (Vale Gazette, 2026-03-13) CORRECTED, revision 2
         - 1926   happened   The mill burned   last night
         + 1927   happened   The mill burned   last night
          1 events unchanged
        ");
        assert_eq!(transcript.summary(), "3 events from 2 articles, 1 of them corrections; 0 rejected");
    }

    #[test]
    fn a_rejection_gives_the_reason() {
        let mut transcript = Transcript::default();
        transcript.rejected("not-json".into(), "not JSON: it ends\nearly".into());
        assert_eq!(transcript.render_pending(), "REJECTED, not-json: not JSON: it ends early\n\n");
    }

    #[test]
    fn text_cannot_control_the_terminal() {
        let mut transcript = Transcript::default();
        transcript.event(event("a", "1926", "The mill \u{1b}[2Jburned"));
        transcript.article(&article("1", &["a"]));
        assert!(!transcript.render_pending().contains('\u{1b}'));
    }
}
