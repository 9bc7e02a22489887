//! An answer: the marked-up body of a case and what its arrow says. The case states one, the engine gives another.

use std::fmt::{self, Display, Formatter};

/// Separates a body from its events.
pub const ARROW: &str = "→ ";

/// Written for the trigger of an event without one.
const NO_TRIGGER: &str = "–";

/// Written for the status of an event that repeats another one of the article.
pub const REPEAT: &str = "repeat";

const STATUSES: [&str; 6] = ["happened", "ongoing", "planned", "possible", "denied", REPEAT];
const SPANS: [&str; 3] = ["", " from then on", " up to then"];

/// What a body should give, or what the engine found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The body with its expressions marked.
    pub body: String,
    /// One item for each date, in their order; `None` where only expressions are compared.
    pub items: Option<Vec<Item>>,
}

/// What a date dates.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Nothing.
    None,
    /// An event.
    Event(Dated),
}

/// One event as an arrow writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    pub trigger: Option<Word>,
    /// The status with the time that the event spans: "happened until 2019-04-07", "ongoing from then on".
    pub status: String,
    /// Not compared where the case leaves it out.
    pub line: Option<String>,
    /// Not compared where the case leaves them out.
    pub names: Option<Vec<String>>,
}

/// A word of the body.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub text: String,
    /// Which of its occurrences, from 1.
    pub nth: usize,
}

impl Item {
    pub fn event(&self) -> Option<&Dated> {
        match self {
            Self::None => None,
            Self::Event(event) => Some(event),
        }
    }
}

impl Dated {
    pub fn is_repeat(&self) -> bool {
        self.status == REPEAT
    }
}

impl Word {
    /// Returns the word at these bytes of a body.
    pub fn at(body: &str, start: usize, end: usize) -> Self {
        let text = &body[start..end];
        let nth = occurrences(body, text).take_while(|at| *at <= start).count();
        Self { text: text.to_owned(), nth }
    }

    pub fn is_in(&self, body: &str) -> bool {
        occurrences(body, &self.text).nth(self.nth - 1).is_some()
    }
}

/// Returns where `word` occurs in `body` outside of longer words.
fn occurrences(body: &str, word: &str) -> impl Iterator<Item = usize> {
    let alone = |at: usize| {
        let (before, after) = (body[..at].chars().next_back(), body[at + word.len()..].chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    body.match_indices(word).map(|(at, _)| at).filter(move |at| alone(*at))
}

// ---- writing ----

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.body)?;
        let Some(items) = &self.items else { return Ok(()) };
        write!(f, " {ARROW}")?;
        for (at, item) in items.iter().enumerate() {
            write!(f, "{}{item}", if at == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(event) = self.event() else { return f.write_str("none") };
        match &event.trigger {
            None => write!(f, "**{NO_TRIGGER}**")?,
            Some(Word { text, nth: 1 }) => write!(f, "**{text}**")?,
            Some(Word { text, nth }) => write!(f, "**{text}**#{nth}")?,
        }
        write!(f, " {}", event.status)?;
        event.line.as_ref().map_or(Ok(()), |line| write!(f, " \"{line}\""))?;
        event.names.as_ref().map_or(Ok(()), |names| write!(f, " [{}]", names.join(", ")))
    }
}

// ---- reading ----

/// Parses the items behind an arrow.
///
/// # Errors
/// If it is not written as the README says.
pub fn items(mut rest: &str) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    loop {
        let (item, after) = match rest.strip_prefix("none") {
            Some(after) => (Item::None, after),
            None => event(rest).map(|(event, after)| (Item::Event(event), after))?,
        };
        items.push(item);
        match after.strip_prefix("; ") {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(items),
            None => return Err(format!("`{after}` follows an event; events are separated by `; `")),
        }
    }
}

fn event(text: &str) -> Result<(Dated, &str), String> {
    let (word, rest) = text.strip_prefix("**").and_then(|text| text.split_once("**")).ok_or_else(|| {
        format!("`{text}` starts neither with a trigger (`**ran**`, `**{NO_TRIGGER}**`) nor with `none`")
    })?;
    let (nth, rest) = match rest.strip_prefix('#').and_then(|rest| rest.split_once(' ')) {
        Some((digits, rest)) => {
            (digits.parse().ok().filter(|nth| *nth > 1).ok_or("a trigger's `#` counts from 2")?, rest)
        }
        None => (1, rest.strip_prefix(' ').ok_or_else(|| format!("no status behind **{word}**"))?),
    };
    let trigger = (word != NO_TRIGGER).then(|| Word { text: word.to_owned(), nth });
    let end = [" \"", " [", ";"].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    let (status, rest) = rest.split_at(end);
    if !is_status(status) {
        return Err(format!("`{status}` is no status; there are {STATUSES:?}, with {SPANS:?} or ` until VALUE`"));
    }
    let (line, rest) = line(rest)?;
    let (names, rest) = names(rest)?;
    Ok((Dated { trigger, status: status.to_owned(), line, names }, rest))
}

fn is_status(text: &str) -> bool {
    STATUSES
        .iter()
        .filter_map(|status| text.strip_prefix(status))
        .any(|span| SPANS.contains(&span) || span.strip_prefix(" until ").is_some_and(|value| !value.contains(' ')))
}

/// Parses a line. It may contain quotation marks; the closing one is followed by names, another event or nothing.
fn line(text: &str) -> Result<(Option<String>, &str), String> {
    let Some(line) = text.strip_prefix(" \"") else { return Ok((None, text)) };
    let ends = |at: &usize| {
        let after = &line[at + 1..];
        after.is_empty() || ["; **", "; none", " ["].iter().any(|next| after.starts_with(next))
    };
    let end = line.match_indices('"').map(|(at, _)| at).find(ends).ok_or("a line without its end")?;
    Ok((Some(line[..end].to_owned()), &line[end + 1..]))
}

fn names(text: &str) -> Result<(Option<Vec<String>>, &str), String> {
    let Some(names) = text.strip_prefix(" [") else { return Ok((None, text)) };
    let (names, rest) = names.split_once(']').ok_or("names without their end")?;
    Ok((Some(names.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()), rest))
}
