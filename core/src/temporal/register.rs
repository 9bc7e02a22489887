//! What kind of text a document is: read from the document itself, once.

use super::LexedPassage;
use crate::language::Register;
use crate::text::Shape;

/// The longest message from person to person, in bytes: what the networks allow, and some more for accents.
const LONGEST_MESSAGE: usize = 400;

/// A text is a message where it is short and bears one of its marks: a label of the networks, or, outside of
/// quotation marks, a word of chat, a first person or an exclamation.
pub(super) fn register(passage: &LexedPassage<'_>) -> Register {
    if passage.text.len() > LONGEST_MESSAGE {
        return Register::Any;
    }
    let quotes = passage.tokens.iter().any(|token| matches!(token.shape, Shape::Mark('"' | '“' | '”')));
    let marked = (0..passage.tokens.len()).any(|at| {
        let shape = passage.tokens[at].shape;
        let spoken = shape.is_mark('!') || passage.has(at, passage.pack.grammar.chat);
        shape == Shape::Label || !quotes && spoken
    });
    if marked { Register::Message } else { Register::Any }
}
