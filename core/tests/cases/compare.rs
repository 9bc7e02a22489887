//! Compares two answers.

use std::fmt::{self, Display, Formatter};

use super::answer::{Answer, Dated, Item};

/// A part of an answer that can be wrong alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Extent, type, value or modifier of an expression.
    Expression,
    /// Whether a date has an event at all, and whether that repeats another one.
    Event,
    Trigger,
    /// The status and what the event spans.
    Status,
    Line,
    Names,
}

impl Aspect {
    pub const ALL: [Self; 6] = [Self::Expression, Self::Event, Self::Trigger, Self::Status, Self::Line, Self::Names];

    pub fn from_name(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|aspect| aspect.to_string() == name);
        found.ok_or_else(|| {
            format!("nothing can be wrong with {name:?}; there are {:?}", Self::ALL.map(|it| it.to_string()))
        })
    }
}

impl Display for Aspect {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expression => "expression",
            Self::Event => "event",
            Self::Trigger => "trigger",
            Self::Status => "status",
            Self::Line => "line",
            Self::Names => "names",
        })
    }
}

/// Returns the aspects in which an answer differs from the expected one, sorted, each once. Lines and names that the case
/// leaves out are not compared, nor are the events of a case without an arrow.
pub fn differences(expected: &Answer, actual: &Answer) -> Vec<Aspect> {
    let mut wrong: Vec<_> = (expected.body != actual.body).then_some(Aspect::Expression).into_iter().collect();
    let (Some(expected), Some(actual)) = (&expected.items, &actual.items) else { return wrong };
    if expected.len() == actual.len() {
        wrong.extend(expected.iter().zip(actual).flat_map(|(expected, actual)| of_item(expected, actual)));
    } else {
        wrong.push(Aspect::Event);
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn of_item(expected: &Item, actual: &Item) -> Vec<Aspect> {
    match (expected, actual) {
        (Item::None, Item::None) => Vec::new(),
        (Item::Event(expected), Item::Event(actual)) if expected.is_repeat() == actual.is_repeat() => {
            of_event(expected, actual)
        }
        _ => vec![Aspect::Event],
    }
}

fn of_event(expected: &Dated, actual: &Dated) -> Vec<Aspect> {
    let differs = [
        (Aspect::Trigger, expected.trigger != actual.trigger),
        (Aspect::Status, expected.status != actual.status),
        (Aspect::Line, expected.line.is_some() && expected.line != actual.line),
        (Aspect::Names, expected.names.is_some() && expected.names != actual.names),
    ];
    differs.into_iter().filter_map(|(aspect, differs)| differs.then_some(aspect)).collect()
}

/// Returns an answer without the lines and names that the case leaves out, so that the two read alike.
pub fn as_detailed_as(expected: &Answer, mut actual: Answer) -> Answer {
    let (Some(expected), Some(items)) = (&expected.items, &mut actual.items) else {
        actual.items = None;
        return actual;
    };
    let events = || expected.iter().filter_map(Item::event);
    let (any_line, any_names) =
        (events().any(|event| event.line.is_some()), events().any(|event| event.names.is_some()));
    for (at, item) in items.iter_mut().enumerate() {
        let Item::Event(event) = item else { continue };
        let like = expected.get(at).and_then(Item::event);
        event.line.take_if(|_| !like.map_or(any_line, |like| like.line.is_some()));
        event.names.take_if(|_| !like.map_or(any_names, |like| like.names.is_some()));
    }
    actual
}
