//! What the demo prints: records as people read them, an article at a time.
//!
//! Pure: must not know where records come from. They come from three topics, so that an article can be told of before
//! its events are here; it is shown when all of them are.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

/// The longest summary that is shown, in characters.
const WIDTH: usize = 84;

/// The records so far.
#[derive(Debug, Default)]
pub struct Show {
    /// By id.
    events: HashMap<String, Value>,
    /// Articles, and what was rejected, that were not shown yet.
    waiting: VecDeque<Fate>,
    /// What each article told when it was shown last: the ids of its events.
    told: HashMap<String, Vec<String>>,
    articles: usize,
    corrected: usize,
    rejected: usize,
}

#[derive(Debug)]
enum Fate {
    Article { id: String, revision: String, events: Vec<String>, warnings: Vec<String> },
    Rejected { code: String, reason: String },
}

impl Show {
    /// A record of `timeline.events`.
    pub fn event(&mut self, record: Value) {
        self.events.insert(text(&record, "/id").to_owned(), record);
    }

    /// A record of `timeline.articles`.
    pub fn article(&mut self, record: &Value) {
        let list = |pointer: &str| record.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        self.waiting.push_back(Fate::Article {
            id: text(record, "/id").to_owned(),
            revision: text(record, "/revision").to_owned(),
            events: list("/events").iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect(),
            warnings: list("/warnings").iter().map(|warning| text(warning, "/message").to_owned()).collect(),
        });
    }

    /// A record of `timeline.rejected`.
    pub fn rejected(&mut self, code: String, reason: String) {
        self.waiting.push_back(Fate::Rejected { code, reason });
    }

    /// What can be shown by now and was not yet.
    pub fn news(&mut self) -> String {
        let mut news = String::new();
        while self.waiting.front().is_some_and(|fate| self.is_whole(fate)) {
            match self.waiting.pop_front() {
                Some(Fate::Rejected { code, reason }) => {
                    self.rejected += 1;
                    line(&mut news, &format!("REJECTED, {code}: {reason}"));
                }
                Some(Fate::Article { id, revision, events, warnings }) => {
                    self.show(&mut news, id, &revision, events, &warnings);
                }
                None => {}
            }
            news.push('\n');
        }
        news
    }

    /// How many messages were shown.
    pub fn shown(&self) -> usize {
        self.articles + self.rejected
    }

    /// One line about all of it.
    pub fn summary(&self) -> String {
        let Self { articles, corrected, rejected, .. } = self;
        let events = self.events.len();
        format!("{events} events from {articles} articles, {corrected} of them corrections; {rejected} rejected")
    }

    fn is_whole(&self, fate: &Fate) -> bool {
        match fate {
            Fate::Article { events, .. } => events.iter().all(|id| self.events.contains_key(id)),
            Fate::Rejected { .. } => true,
        }
    }

    fn show(&mut self, news: &mut String, id: String, revision: &str, events: Vec<String>, warnings: &[String]) {
        self.articles += 1;
        let before = self.told.get(&id).cloned();
        let heading = events.first().and_then(|event| self.events.get(event)).map_or_else(|| id.clone(), heading);
        match before {
            None => {
                line(news, &heading);
                self.lines(news, ' ', &events);
            }
            Some(before) => {
                self.corrected += 1;
                line(news, &format!("{heading} CORRECTED, revision {revision}"));
                let (stand, new): (Vec<_>, Vec<_>) = events.iter().cloned().partition(|event| before.contains(event));
                let gone: Vec<_> = before.into_iter().filter(|event| !events.contains(event)).collect();
                self.lines(news, '-', &gone);
                self.lines(news, '+', &new);
                line(news, &format!("  {} events as before", stand.len()));
            }
        }
        for warning in warnings {
            line(news, &format!("  note: {warning}"));
        }
        self.told.insert(id, events);
    }

    fn lines(&self, news: &mut String, mark: char, events: &[String]) {
        for event in events.iter().filter_map(|id| self.events.get(id)) {
            // A decade is `199` in TIMEX3, where EDTF has `199X`.
            let is_span = ["decade", "century"].contains(&text(event, "/date/granularity"));
            let date = text(event, if is_span { "/date/edtf" } else { "/date/value" });
            let (status, said) = (text(event, "/statement/status"), text(event, "/date/text"));
            let summary = cut(text(event, "/statement/summary"));
            line(news, &format!("{mark} {date:<16} {status:<9} {summary}  [{said}]"));
        }
    }
}

fn heading(event: &Value) -> String {
    let source = text(event, "/article/source");
    let day = text(event, "/article/published_at").split('T').next().unwrap_or_default();
    format!("{} ({source}, {day})", text(event, "/article/title"))
}

fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Adds a line. An article must not steer the terminal.
fn line(to: &mut String, text: &str) {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    to.extend(plain);
    to.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_decade_is_shown_as_one() {
        let mut show = Show::default();
        let mut decade = event("a", "199", "Mills closed");
        decade["date"] = json!({"text": "the 1990s", "value": "199", "edtf": "199X", "granularity": "decade"});
        show.event(decade);
        show.article(&article("1", &["a"]));
        assert!(show.news().contains("  199X             happened  Mills closed  [the 1990s]"));
    }

    fn event(id: &str, date: &str, summary: &str) -> Value {
        json!({
            "id": id,
            "article": {"title": "Mill burns", "source": "Vale Gazette", "published_at": "2026-03-13T07:00:00Z"},
            "date": {"text": "last night", "value": date},
            "statement": {"status": "happened", "summary": summary},
        })
    }

    fn article(revision: &str, events: &[&str]) -> Value {
        json!({"id": "vg-1", "revision": revision, "events": events, "warnings": []})
    }

    #[test]
    fn an_article_is_shown_when_all_its_events_are_here() {
        let mut show = Show::default();
        show.event(event("a", "2026-03-12", "The mill burned"));
        show.article(&article("1", &["a", "b"]));
        assert_eq!((show.news(), show.shown()), (String::new(), 0));
        show.event(event("b", "1926", "It had burned before"));
        insta::assert_snapshot!(show.news(), @r"
        Mill burns (Vale Gazette, 2026-03-13)
          2026-03-12       happened  The mill burned  [last night]
          1926             happened  It had burned before  [last night]
        ");
        assert_eq!(show.shown(), 1);
    }

    #[test]
    fn a_correction_shows_what_is_new_and_what_is_no_longer_told() {
        let mut show = Show::default();
        for (id, date) in [("a", "2026-03-12"), ("b", "1926"), ("c", "1927")] {
            show.event(event(id, date, "The mill burned"));
        }
        show.article(&article("1", &["a", "b"]));
        show.news();
        show.article(&article("2", &["a", "c"]));
        insta::assert_snapshot!(show.news(), @r"
        Mill burns (Vale Gazette, 2026-03-13) CORRECTED, revision 2
        - 1926             happened  The mill burned  [last night]
        + 1927             happened  The mill burned  [last night]
          1 events as before
        ");
        assert_eq!(show.summary(), "3 events from 2 articles, 1 of them corrections; 0 rejected");
    }

    #[test]
    fn a_rejection_tells_why() {
        let mut show = Show::default();
        show.rejected("not-json".into(), "not JSON: it ends\nearly".into());
        assert_eq!(show.news(), "REJECTED, not-json: not JSON: it ends early\n\n");
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        let mut show = Show::default();
        show.event(event("a", "1926", "The mill \u{1b}[2Jburned"));
        show.article(&article("1", &["a"]));
        assert!(!show.news().contains('\u{1b}'));
    }
}
