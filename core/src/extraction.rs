//! Everything that was found in one article, before it becomes records: the layer between `pipeline`, which fills it,
//! and `record`, which reads it.

use std::fmt;

use crate::error::Warning;
use crate::event::Event;
use crate::temporal::Resolved;
use crate::text::{Span, Text};

/// Everything that was found in one article, in the order of the text, before it becomes records.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Extraction {
    /// The text that all spans below point into, with its map to the body as received.
    pub text: Text,
    /// Every expression with its value.
    pub expressions: Vec<Resolved>,
    /// The events.
    pub events: Vec<Event>,
    /// What looks like a date and makes no expression or no event.
    pub dropped: Vec<Dropped>,
    /// What the publisher may want to know.
    pub warnings: Vec<Warning>,
}

impl Extraction {
    /// Returns one in which nothing is found yet.
    #[must_use]
    pub fn new(text: Text) -> Self {
        Self { text, expressions: Vec::new(), events: Vec::new(), dropped: Vec::new(), warnings: Vec::new() }
    }
}

/// Something that looks like a date and makes no expression or no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Its span in the clean text.
    pub span: Span,
    /// The rule that recognised it.
    pub rule: &'static str,
    /// The stage that dropped it.
    pub stage: DropStage,
    /// Why.
    pub reason: &'static str,
}

/// The stage of extraction that drops something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropStage {
    /// Its numbers or its neighbours rule out every rule that matches.
    Recognise,
    /// The refiner of this name takes it out or changes it.
    Refine(&'static str),
    /// It has no value.
    Resolve,
    /// It is an expression, but makes no event.
    Attach,
}

impl fmt::Display for DropStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recognise => f.write_str("recognise"),
            Self::Refine(refiner) => write!(f, "refine/{refiner}"),
            Self::Resolve => f.write_str("resolve"),
            Self::Attach => f.write_str("attach"),
        }
    }
}

/// Collects what is dropped, where somebody wants to know. Extraction for records does not, and keeps nothing of it.
#[derive(Debug, Default)]
pub struct DropLog {
    enabled: bool,
    dropped: Vec<Dropped>,
}

impl DropLog {
    /// Returns a log that keeps what it gets only if it is `enabled`.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self { enabled, dropped: Vec::new() }
    }

    /// Adds an entry.
    pub fn push(&mut self, dropped: Dropped) {
        if self.enabled {
            self.dropped.push(dropped);
        }
    }

    /// Runs a step that adds to a plain list.
    pub(crate) fn collect<T>(&mut self, step: impl FnOnce(&mut Vec<Dropped>) -> T) -> T {
        let result = step(&mut self.dropped);
        if !self.enabled {
            self.dropped.clear();
        }
        result
    }

    /// Returns the entries, in the order of the text.
    #[must_use]
    pub fn finish(mut self) -> Vec<Dropped> {
        self.dropped.sort_by_key(|dropped| dropped.span.start);
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_nobody_reads_keeps_nothing() {
        let dropped = |start| Dropped {
            span: Span::new(start, start + 3),
            rule: "en/month",
            stage: DropStage::Refine("false-dates"),
            reason: "a verb follows",
        };
        for (enabled, starts) in [(true, vec![1, 4, 7]), (false, vec![])] {
            let mut log = DropLog::new(enabled);
            log.push(dropped(7));
            log.collect(|list| list.extend([dropped(4), dropped(1)]));
            let found = log.finish();
            assert_eq!(found.iter().map(|dropped| dropped.span.start).collect::<Vec<_>>(), starts);
        }
    }
}
