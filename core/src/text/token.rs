//! The tokens of a text.

use super::Span;

/// One token: a word, a number, a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its position.
    pub span: Span,
    /// Its shape.
    pub shape: Shape,
    /// Whether white space, or the start of the text, precedes it.
    pub spaced: bool,
    /// The symbol of its classes, as the language's lexicon numbers them; 0 if it has none.
    pub symbol: u16,
    /// The word's entry in the lexicon; [`Token::UNKNOWN`] if it has none.
    pub entry: u16,
    /// The set of its classes, as the language's lexicon numbers them.
    pub classes: u16,
}

/// What a lexicon knows of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// See [`Token::symbol`].
    pub symbol: u16,
    /// See [`Token::entry`].
    pub entry: u16,
    /// See [`Token::classes`].
    pub classes: u16,
}

impl Default for Lexeme {
    /// A word that the lexicon does not know.
    fn default() -> Self {
        Self { symbol: 0, entry: Token::UNKNOWN, classes: 0 }
    }
}

impl Token {
    /// The entry of words that the lexicon does not know.
    pub const UNKNOWN: u16 = u16::MAX;

    /// Returns its text.
    #[must_use]
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        self.span.of(text)
    }
}

/// What a token looks like, whatever it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Letters in lower case.
    Lower,
    /// Letters, the first a capital.
    Capital,
    /// Two or more capitals.
    Upper,
    /// Digits alone: `7`, `15`, `2019`.
    Digits {
        /// The number of digits.
        count: u8,
        /// Their value, saturating.
        value: u32,
    },
    /// Digits in groups of three: `1,987`.
    Grouped,
    /// Digits with a decimal point or comma: `2.5`.
    Decimal,
    /// Digits over digits: `1/2`, `½`.
    Fraction,
    /// Digits and an ordinal ending: `15th`.
    Ordinal,
    /// Digits and a plural s: `1980s`, `'80s`.
    Plural,
    /// An apostrophe and the last two digits of a year: `'98`.
    ShortYear,
    /// A time of day: `15:00`, `9:05:30`.
    Clock,
    /// Digits of a whole date or ISO week: `2019-05-03`, `5/3/2019`, `3.5.2019`, `20190503`, `2019-123`, `2019-W18`.
    Date,
    /// Digits of a year and month: `2019-05`, `2019/05`.
    YearMonth,
    /// A date and time in ISO 8601: `2019-05-03T15:00:00Z`.
    DateTime,
    /// Two years: `1914-18`, `2019/20`.
    Years,
    /// Digits of a sum of money, a percentage, a name or a web address: never a date.
    Sum,
    /// A web address, a handle, a hash tag: `www.example.org`, `@mary`, `#gardens`.
    Label,
    /// The ending of a possessive: `'s`, or the apostrophe alone.
    Possessive,
    /// The end of a paragraph.
    Break,
    /// Any other mark, by its character.
    Mark(char),
}

impl Shape {
    /// Whether it is a word.
    #[must_use]
    pub fn is_word(self) -> bool {
        matches!(self, Self::Lower | Self::Capital | Self::Upper)
    }

    /// Whether it is a word that starts with a capital.
    #[must_use]
    pub fn is_capital(self) -> bool {
        matches!(self, Self::Capital | Self::Upper)
    }

    /// Whether it is a number that counts or measures.
    #[must_use]
    pub fn is_figure(self) -> bool {
        matches!(self, Self::Digits { .. } | Self::Grouped | Self::Decimal | Self::Fraction | Self::Sum)
    }

    /// Whether it is the given mark.
    #[must_use]
    pub fn is_mark(self, mark: char) -> bool {
        self == Self::Mark(mark)
    }
}
