//! Entries of dated lists: "- 12 March 2017: The bank failed", "1992 - The firm was founded".

use std::ops::Range;

use crate::syntax::ParsedPassage;
use crate::text::Shape;

/// Whether a date opens its sentence, behind nothing but a bullet, and a colon or a dash sets it apart from what happened then.
pub(super) fn is_entry(passage: &ParsedPassage<'_>, sentence: &Range<usize>, date: &Range<usize>) -> bool {
    let is_mark = |at: usize| matches!(passage.tokens[at].shape, Shape::Mark(_) | Shape::Break);
    let opens = (sentence.start..date.start).all(is_mark);
    opens
        && passage.tokens.get(date.end).is_some_and(|mark| match mark.shape {
            Shape::Mark(':' | '–' | '—') => true,
            // A hyphen without spaces ties what stands beside it: "1992-1994".
            Shape::Mark('-') => mark.spaced,
            _ => false,
        })
}
