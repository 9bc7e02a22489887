//! Temporal expressions: recognised by rules, refined, resolved to dates.
//!
//! ```text
//! tokens ── recognise ──> Expressions ── refine, order ──> Expressions ── resolve, dateline ──> Resolved
//! ```
//!
//! What the text said ([`Expression`]) and what it means ([`Resolved`]) are two types. This module must not know
//! what happened at a time, nor how records look.

mod dateline;
mod direction;
mod holiday;
mod interpret;
mod meaning;
mod numbers;
mod order;
mod recognise;
mod refine;
mod resolve;
mod resolved;

use std::ops::Range;

pub use direction::Direction;
pub(crate) use direction::is_past_form;
pub use holiday::Holiday;
pub use meaning::{Amount, Expression, Fields, Meaning, Which};
pub(crate) use order::day_first_in;
pub use resolve::Anchor;
pub use resolved::{Basis, Dropped, Modifier, Resolved, TimexType};

use crate::language::{Class, Pack};
use crate::text::{Span, Token};

/// A readable text with its tokens and sentences, and the language that they are read in.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// The readable text.
    pub text: &'d str,
    /// Its tokens.
    pub tokens: &'d [Token],
    /// Its sentences, as ranges of tokens.
    pub sentences: &'d [Range<usize>],
    /// Its language.
    pub pack: &'d Pack,
}

impl Document<'_> {
    /// The stretch of text from token `first` to before token `end`.
    #[must_use]
    pub fn span(&self, first: usize, end: usize) -> Span {
        match (self.tokens.get(first), end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.span.start <= last.span.end => first.span.join(last.span),
            _ => Span::new(0, 0),
        }
    }

    /// Whether the token has the class.
    #[must_use]
    pub fn has(&self, at: usize, class: Class) -> bool {
        self.tokens.get(at).is_some_and(|token| self.pack.lexicon.has(token, class))
    }

    /// The text of a token.
    #[must_use]
    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }
}

/// What was found in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    /// The expressions with what they mean, in the order of the text.
    pub expressions: Vec<Resolved>,
    /// What was recognised and then dropped.
    pub dropped: Vec<Dropped>,
    /// The first date in digits for which nothing told whether its day or its month comes first.
    pub order_open: Option<Span>,
}

/// Finds the expressions of a document and what they mean.
#[must_use]
pub fn tag(document: &Document<'_>, anchor: &Anchor) -> Tagged {
    let mut dropped = Vec::new();
    let expressions = recognise::recognise(document, &mut dropped);
    let mut expressions = refine::refine(document, expressions, &mut dropped);
    let order_open = order::settle(document, &mut expressions, anchor.day_first);
    let mut expressions = resolve::resolve(document, expressions, anchor);
    dateline::mark(document, &mut expressions, anchor.published);
    Tagged { expressions, dropped, order_open }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use crate::text::{lex, sentences};

    /// An English text as a document.
    pub(super) fn document<T>(text: &str, look: impl FnOnce(&Document<'_>) -> T) -> T {
        let pack = language::pack("en").unwrap();
        let tokens = lex(text, &pack.lexicon);
        let sentences = sentences(text, &tokens, &pack.lexicon);
        look(&Document { text, tokens: &tokens, sentences: &sentences, pack })
    }

    /// What was found in a document published on Friday, 3 May 2019, its TIMEX3 values before it.
    pub(super) fn values(document: &Document<'_>, day_first: Option<bool>) -> (Vec<String>, Tagged) {
        let published = chrono::NaiveDate::from_ymd_opt(2019, 5, 3).unwrap();
        let offset = chrono::FixedOffset::east_opt(0).unwrap();
        let tagged = tag(document, &Anchor { published, offset, narrative: Some(false), time: None, day_first });
        (tagged.expressions.iter().map(|date| date.value.clone()).collect(), tagged)
    }
}
