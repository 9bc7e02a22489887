//! The body as clean text, with a map back to the body as received; spans, tokens, sentences.
//!
//! This module must not know dates or words: it sees letters, digits and marks. What a word means comes from a
//! language pack, through the [`Lexeme`] that each [`Token`] carries.

mod clean;
mod html;
mod lex;
mod number;
mod passage;
mod sentence;
mod span;
mod token;
mod writing;

pub use clean::{MarkedDate, Text};
pub use lex::{Vocabulary, lex};
pub use passage::{Passage, passages};
pub use sentence::{Abbreviations, sentences};
pub use span::Span;
pub use token::{Lexeme, Shape, Token};
pub use writing::{DateOrder, Writing};
