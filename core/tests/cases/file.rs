//! Reads the files of cases. `tests/cases/README.md` describes the format.

use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use dateline_core::article::{Article, Published};
use dateline_core::pipeline::{Genre, Settings};

use super::answer::{self, ARROW, Answer, Item};
use super::compare::Aspect;
use super::markup;

/// The settings that the cases below a line of settings share.
#[derive(Clone)]
pub struct Given {
    published: Published,
    pub genre: Genre,
    pub language: String,
    compare: Compare,
}

/// What each case must state at least.
#[derive(Clone, Copy, PartialEq)]
enum Compare {
    /// Expressions, without an arrow.
    Expressions,
    /// An arrow with triggers and statuses.
    Events,
    /// And the line of each event.
    Lines,
    /// An arrow with the names of each event.
    Names,
}

/// One article with its right answer.
pub struct Case {
    pub line: usize,
    pub given: Given,
    /// The body without marks.
    pub body: String,
    pub expected: Answer,
    /// What the engine is known to get wrong.
    pub fixme: Option<Vec<Aspect>>,
}

impl Case {
    pub fn article(&self) -> Article {
        Article {
            language: Some(self.given.language.clone()),
            ..Article::new("case", self.body.clone(), self.given.published)
        }
    }

    pub fn contains(&self, text: &str) -> bool {
        self.body.contains(text) || self.expected.to_string().contains(text)
    }
}

/// Returns every file (`en/quarters.md`) with its cases, sorted by name.
pub fn all() -> Vec<(String, Vec<Case>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let mut files = Vec::new();
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let language = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = format!("{language}/{}", path.file_name().unwrap().to_str().unwrap());
            let cases = read(&fs::read_to_string(&path).unwrap(), &language)
                .unwrap_or_else(|(line, error)| panic!("{name}, line {line}: {error}"));
            assert!(!cases.is_empty(), "{name} holds no case: list items start with `- `, in the first column");
            files.push((name, cases));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// Parses a file; an error comes with its line number.
pub fn read(markdown: &str, language: &str) -> Result<Vec<Case>, (usize, String)> {
    let (mut given, mut cases) = (None, Vec::new());
    let mut lines = markdown.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let text = if let Some(settings) = line.strip_prefix("`published: ") {
            given = Some(settings_of(settings, language).map_err(|error| (at + 1, error))?);
            continue;
        } else if line == "```case" {
            let fenced: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            fenced.join("\n")
        } else if let Some(item) = line.strip_prefix("- ") {
            let mut item = item.to_owned();
            while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with("  ")) {
                item = item + " " + more.trim_start();
            }
            item
        } else {
            continue;
        };
        let given = given.clone().ok_or_else(|| (at + 1, "no `published: …` above this case".to_owned()))?;
        cases.push(case(&text, at + 1, given).map_err(|error| (at + 1, error))?);
    }
    Ok(cases)
}

fn case(text: &str, line: usize, given: Given) -> Result<Case, String> {
    let (fixme, text) = match text.strip_prefix("FIXME(").and_then(|rest| rest.split_once("):")) {
        Some((why, text)) => (Some(aspects(why)?), text.trim_start()),
        None => (None, text),
    };
    let (marked, arrow) = match text.rfind(ARROW).map(|at| text.split_at(at)) {
        Some((body, arrow)) => {
            (body.trim_end(), Some(arrow[ARROW.len()..].split_whitespace().collect::<Vec<_>>().join(" ")))
        }
        None => (text, None),
    };
    let body = markup::plain(marked);
    let items = arrow.map(|arrow| answer::items(&arrow)).transpose()?;
    if ["](", ")[", "**"].iter().any(|mark| body.contains(mark)) {
        return Err(
            "the body holds a mark that is none: `[text](TYPE value)`; triggers stand behind the arrow".to_owned()
        );
    }
    let events: Vec<_> = items.iter().flatten().filter_map(Item::event).collect();
    if let Some(word) = events.iter().filter_map(|event| event.trigger.as_ref()).find(|word| !word.is_in(&body)) {
        return Err(format!("the body has no `{}` number {}", word.text, word.nth));
    }
    match given.compare {
        Compare::Expressions if items.is_some() => return Err("an arrow below `compare: expressions`".to_owned()),
        Compare::Expressions => {}
        _ if items.is_none() => return Err("no arrow: what happened then? `→ none` where nothing did".to_owned()),
        Compare::Lines if events.iter().any(|event| event.line.is_none() && !event.is_repeat()) => {
            return Err("an event without its line".to_owned());
        }
        Compare::Names if events.iter().any(|event| event.names.is_none() && !event.is_repeat()) => {
            return Err("an event without its names".to_owned());
        }
        _ => {}
    }
    Ok(Case { line, given, body, expected: Answer { body: marked.to_owned(), items }, fixme })
}

/// Parses `line, names: why`.
fn aspects(why: &str) -> Result<Vec<Aspect>, String> {
    let (list, _) = why.split_once(": ").ok_or("a FIXME says what is wrong and why: `FIXME(line: why)`")?;
    let mut aspects = list.split(", ").map(Aspect::from_name).collect::<Result<Vec<_>, _>>()?;
    aspects.sort();
    Ok(aspects)
}

/// Parses `2019-05-03, genre: narrative`; what follows the closing backtick is ignored.
fn settings_of(text: &str, language: &str) -> Result<Given, String> {
    let text = text.split('`').next().unwrap_or_default();
    let mut parts = text.split(", ");
    let published =
        published(parts.next().unwrap_or_default()).ok_or("neither `2019-05-03` nor `2019-05-03T18:35:00+01:00`")?;
    let (genre, compare) = (Settings::default().genre, Compare::Events);
    let mut given = Given { published, genre, language: language.to_owned(), compare };
    for part in parts {
        match part.split_once(": ") {
            Some(("genre", "news")) => given.genre = Genre::News,
            Some(("genre", "narrative")) => given.genre = Genre::Narrative,
            Some(("language", tag)) => given.language = tag.to_owned(),
            Some(("compare", "expressions")) => given.compare = Compare::Expressions,
            Some(("compare", "lines")) => given.compare = Compare::Lines,
            Some(("compare", "names")) => given.compare = Compare::Names,
            _ => {
                let known = "`genre: news|narrative`, `language: TAG` and `compare: expressions|lines|names`";
                return Err(format!("unknown setting {part:?}; there are {known}"));
            }
        }
    }
    Ok(given)
}

fn published(text: &str) -> Option<Published> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Published { at, has_time: true });
    }
    let day: NaiveDate = text.parse().ok()?;
    Some(Published { at: Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)).fixed_offset(), has_time: false })
}
