//! Temporal expressions: recognised by rules, refined, resolved to dates.
//!
//! ```text
//! tokens ── recognise ──> Expressions ── refine ──> Expressions ── resolve ──> Resolved
//! ```
//!
//! What the text said ([`Expression`]) and what it means ([`Resolved`]) are two types. This module must not know
//! what happened at a time, nor how records look.

mod direction;
mod holiday;
mod interpret;
mod meaning;
mod numbers;
mod recognise;
mod refine;
mod resolve;
mod resolved;

use std::ops::Range;

pub use direction::Direction;
pub(crate) use direction::is_past_form;
pub use holiday::Holiday;
pub use meaning::{Amount, Expression, Fields, Meaning, Which};
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

/// Finds the expressions of a document and what they mean, in the order of the text.
#[must_use]
pub fn tag(document: &Document<'_>, anchor: &Anchor) -> (Vec<Resolved>, Vec<Dropped>) {
    let mut dropped = Vec::new();
    let expressions = recognise::recognise(document, &mut dropped);
    let expressions = refine::refine(document, expressions, &mut dropped);
    (resolve::resolve(document, expressions, anchor), dropped)
}
