//! Splits a text into tokens, in one pass.
//!
//! Numbers that belong together are one token (`15:00`, `2019-05-03`, `1,987`), so that rules do not depend on how a
//! publisher writes a number; everything else is letters and marks.

use super::{Lexeme, Shape, Span, Token, Writing};

/// What a language knows of words, numbers and marks.
pub trait Vocabulary {
    /// Looks up a word (letters, perhaps with dots or an apostrophe inside) as it stands in the text.
    fn word(&self, word: &str, shape: Shape) -> Lexeme;
    /// Looks up a number or a mark.
    fn shape(&self, shape: Shape) -> Lexeme;
    /// Whether the word may have a full stop of its own: `Feb.`, `Mr.`
    fn takes_dot(&self, entry: u16) -> bool;
    /// Whether the word typically starts sentences: `The`, `When`.
    fn is_opener(&self, lexeme: Lexeme) -> bool;
    /// How the language writes numbers and joins words.
    fn writing(&self) -> &Writing;
    /// Whether a word stands behind ordinals, so that the dot before it ends no sentence: `3. März`.
    fn follows_ordinal(&self, lexeme: Lexeme) -> bool;
    /// Returns the length in bytes of the longest known word that a text starts with; 0 if there is none.
    fn longest_word(&self, text: &str) -> usize;
}

/// The longest line, in bytes, that a publisher may have wrapped.
const LONG_LINE: usize = 200;

/// The length of a bracket as treebanks write it: "-LRB-".
const BRACKET: usize = 5;

/// Names of firms and sites end with these: "Amazon.com", "dateline.org.uk".
const DOMAINS: [&[u8]; 12] =
    [b"com", b"org", b"net", b"gov", b"edu", b"info", b"co", b"uk", b"eu", b"io", b"tv", b"ru"];

/// Splits a text into tokens.
#[must_use]
pub fn lex(text: &str, vocabulary: &impl Vocabulary) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 0,
        spaced: true,
        tokens: Vec::with_capacity(text.len() / 5),
        vocabulary,
    };
    lexer.run();
    lexer.tokens
}

/// How long the date at the start of an entry is at most, in bytes.
const ENTRY_DATE: usize = 30;

/// Whether a line starts like an entry of a list: with a bullet ("- 12 March"), or with a date and a colon or a dash
/// ("12 March 2017: The bank fails").
fn is_entry(line: &[u8]) -> bool {
    let bullets: [&[u8]; 5] = [b"- ", b"* ", "– ".as_bytes(), "— ".as_bytes(), "• ".as_bytes()];
    if bullets.iter().any(|bullet| line.starts_with(bullet)) {
        return true;
    }
    let is_date = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b',' | b'.' | b'/');
    let end = line.iter().take(ENTRY_DATE).take_while(|byte| is_date(byte)).count();
    let (date, rest) = line.split_at(end);
    let dash = date.ends_with(b" ") && bullets[..4].iter().any(|dash| rest.starts_with(dash));
    date.iter().any(u8::is_ascii_digit) && (rest.starts_with(b": ") || dash) || is_dated_entry(line)
}

/// "Jan. 3 The mill opens", "3 January 2019 The mill opens": a month and a day, or the other way about, then a sentence.
fn is_dated_entry(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ').map(|word| word.strip_suffix(b",").unwrap_or(word));
    let day = |word: &[u8]| (1..=2).contains(&word.len()) && word.iter().all(u8::is_ascii_digit);
    let name = |word: &[u8]| {
        let letters = word.strip_suffix(b".").unwrap_or(word);
        (3..=9).contains(&letters.len())
            && letters[0].is_ascii_uppercase()
            && letters[1..].iter().all(u8::is_ascii_lowercase)
    };
    let (Some(first), Some(second), Some(third)) = (words.next(), words.next(), words.next()) else { return false };
    let year = third.len() == 4 && third.iter().all(u8::is_ascii_digit);
    let behind = if year { words.next().unwrap_or_default() } else { third };
    (name(first) && day(second) || day(first) && name(second)) && behind.first().is_some_and(u8::is_ascii_uppercase)
}

struct Lexer<'t, V> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// The start of the current line.
    line: usize,
    spaced: bool,
    tokens: Vec<Token>,
    vocabulary: &'t V,
}

impl<V: Vocabulary> Lexer<'_, V> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => self.line_end(),
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    self.spaced = true;
                }
                b'0'..=b'9' => self.number(),
                b'a'..=b'z' | b'A'..=b'Z' => self.word(),
                b'\'' if self.peek(self.at + 1) == b'\'' => self.push(self.at + 2, Shape::Mark('”')),
                b'`' if self.peek(self.at + 1) == b'`' => self.push(self.at + 2, Shape::Mark('“')),
                b'\'' => self.apostrophe(1),
                b'-' => self.dash(),
                b'#' | b'@' => self.label(byte),
                0x80.. => self.beyond_ascii(),
                _ => self.push(self.at + 1, Shape::Mark(byte as char)),
            }
        }
    }

    /// A dash, or a bracket as treebanks write it.
    fn dash(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest.get(..BRACKET) {
            Some(b"-LRB-") => self.push(self.at + BRACKET, Shape::Mark('(')),
            Some(b"-RRB-") => self.push(self.at + BRACKET, Shape::Mark(')')),
            _ => self.push(self.at + 1, Shape::Mark('-')),
        }
    }

    fn peek(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn push(&mut self, end: usize, shape: Shape) {
        let lexeme = self.vocabulary.shape(shape);
        self.push_as(end, shape, lexeme);
    }

    fn push_as(&mut self, end: usize, shape: Shape, lexeme: Lexeme) {
        let span = Span::new(self.at, end);
        let Lexeme { symbol, entry, classes } = lexeme;
        self.tokens.push(Token { span, shape, spaced: self.spaced, symbol, entry, classes });
        self.at = end;
        self.spaced = false;
    }

    /// A line end is white space. An empty line ends a paragraph, and so does the end of a line that is too long to have
    /// been wrapped, and that of one entry of a list before the next.
    fn line_end(&mut self) {
        let start = self.at;
        let mut lines = 0;
        while let Some(byte) = self.bytes.get(self.at).filter(|byte| byte.is_ascii_whitespace()) {
            lines += usize::from(*byte == b'\n');
            self.at += 1;
        }
        self.spaced = true;
        let long = start - self.line > LONG_LINE;
        let before = &self.bytes[self.line..start];
        let listed = (before.ends_with(b":") || is_entry(before)) && is_entry(&self.bytes[self.at..]);
        self.line = self.at;
        if lines > 1 || long || listed {
            let end = self.at;
            self.at = start;
            self.push(end, Shape::Break);
            self.spaced = true;
        }
    }

    fn beyond_ascii(&mut self) {
        let Some(first) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            self.at += 1;
            return;
        };
        match first {
            '’' | '‘' if self.peek(self.at + 3).is_ascii_digit() => self.apostrophe(3),
            '’' => self.apostrophe(first.len_utf8()),
            '½' | '¼' | '¾' => self.push(self.at + first.len_utf8(), Shape::Fraction),
            _ if first.is_alphabetic() => self.word(),
            _ if first.is_whitespace() => {
                self.at += first.len_utf8();
                self.spaced = true;
            }
            _ => self.push(self.at + first.len_utf8(), Shape::Mark(first)),
        }
    }

    /// Returns the end of the run of letters that starts at `from`.
    #[inline]
    fn letters(&self, from: usize) -> usize {
        let mut end = from;
        loop {
            let rest = self.bytes.get(end..).unwrap_or_default();
            end += rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
            if self.peek(end).is_ascii() {
                return end;
            }
            match self.text.get(end..).and_then(|rest| rest.chars().next()) {
                // A letter may be written as its base and its accent.
                Some(letter) if end > from && joins_letters(letter) => end += letter.len_utf8(),
                Some(letter) if letter.is_alphabetic() => end += letter.len_utf8(),
                _ => return end,
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let mut end = self.letters(start);
        if self.vocabulary.writing().unspaced && !self.peek(start).is_ascii() {
            return self.unspaced(end);
        }
        if self.is_address(start, end) {
            return self.address();
        }
        if matches!(self.peek(end), b'.' | b'\'' | 0x80..) {
            end = self.end_with_marks(start, end);
        }
        let word = self.text.get(start..end).unwrap_or_default();
        let shape = shape_of(word);
        if let Some((end, lexeme)) = self.hyphenated(start, end).or_else(|| self.accented(word, end, shape)) {
            return self.push_as(end, shape, lexeme);
        }
        // What was elided is known without its apostrophe.
        let lexeme = self.vocabulary.word(word.trim_end_matches(['\'', '’']), shape);
        if lexeme.entry == Token::UNKNOWN && self.split_run_on(start, end) {
            return;
        }
        let dot = self.peek(end) == b'.' && self.vocabulary.takes_dot(lexeme.entry);
        self.push_as(end + usize::from(dot), shape, lexeme);
    }

    /// "après-midi": the longest word that is known among those that hyphens make of one which ends at `end`, and its end.
    fn hyphenated(&self, start: usize, mut end: usize) -> Option<(usize, Lexeme)> {
        let mut known = None;
        while self.peek(end) == b'-' && self.vocabulary.writing().hyphenated {
            let next = self.letters(end + 1);
            if next == end + 1 {
                break;
            }
            end = next;
            let word = self.text.get(start..end).unwrap_or_default();
            let lexeme = self.vocabulary.word(word, shape_of(word));
            known = if lexeme.entry == Token::UNKNOWN { known } else { Some((end, lexeme)) };
        }
        known
    }

    /// "lunedi'": a word that is known with an accent for the apostrophe behind it, and its end.
    fn accented(&self, word: &str, end: usize, shape: Shape) -> Option<(usize, Lexeme)> {
        if self.peek(end) != b'\'' || self.peek(end + 1).is_ascii_alphabetic() {
            return None;
        }
        let lexeme = self.vocabulary.word(&self.vocabulary.writing().accented(word)?, shape);
        (lexeme.entry != Token::UNKNOWN).then_some((end + 1, lexeme))
    }

    /// Takes a run of letters up to `end` apart: into the longest words that are known, and what is between them.
    fn unspaced(&mut self, end: usize) {
        while self.at < end {
            let run = self.text.get(self.at..end).unwrap_or_default();
            let known = |from: usize| run.get(from..).map_or(0, |rest| self.vocabulary.longest_word(rest));
            let next = run.char_indices().map(|(at, _)| at).find(|&at| known(at) > 0);
            let length = match next {
                Some(0) => known(0),
                Some(unknown) => unknown,
                None => run.len(),
            };
            let word = run.get(..length).unwrap_or(run);
            let shape = shape_of(word);
            let lexeme = self.vocabulary.word(word, shape);
            self.push_as(self.at + word.len().max(1), shape, lexeme);
        }
    }

    /// Returns the end of a word whose first letters end at `end`, with the marks inside it: "U.S.", "don't", "Amazon.com".
    fn end_with_marks(&self, start: usize, mut end: usize) -> usize {
        if end - start == 1 && self.peek(end) == b'.' && self.peek(end + 1).is_ascii_alphabetic() {
            end = self.dotted(start);
        }
        while self.peek(end) == b'.' {
            let next = self.letters(end + 1);
            if !self.bytes.get(end + 1..next).is_some_and(|label| DOMAINS.contains(&label)) {
                break;
            }
            end = next;
        }
        let inner = self.apostrophe_width(end);
        if inner == 0 {
            return end;
        }
        let writing = self.vocabulary.writing();
        // "l'avril", "Mart'ta": the apostrophe belongs to the word before it, or begins an ending.
        if writing.elides(self.text.get(start..end).unwrap_or_default()) {
            return end + inner;
        }
        if writing.apostrophe_endings {
            return end;
        }
        let rest = self.letters(end + inner);
        let tail = self.text.get(end + inner..rest).unwrap_or_default();
        // "Friday's" is two tokens, "don't", "o'clock" and "O'Brien" are one.
        if tail.is_empty() || tail.eq_ignore_ascii_case("s") { end } else { rest }
    }

    /// Whether a web or e-mail address starts at `start`, with its first letters up to `end`.
    fn is_address(&self, start: usize, end: usize) -> bool {
        match self.bytes.get(end..).unwrap_or_default() {
            [b':', b'/', b'/', ..] => true,
            [b'@', next, ..] => next.is_ascii_alphanumeric(),
            [b'.', ..] => self.bytes.get(start..end) == Some(b"www"),
            _ => false,
        }
    }

    /// An address extends to white space, without the punctuation after it.
    fn address(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let whole = rest.split(char::is_whitespace).next().unwrap_or_default();
        let address = whole.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
        self.push(self.at + address.len().max(1), Shape::Label);
    }

    /// A hash tag or a handle: `#gardens`, `@mary_1`, `#90days`.
    fn label(&mut self, mark: u8) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let named = rest[..len].iter().any(u8::is_ascii_alphabetic);
        match named {
            true => self.push(self.at + 1 + len, Shape::Label),
            false => self.push(self.at + 1, Shape::Mark(mark.into())),
        }
    }

    /// Returns the end of single letters with dots between them: `a.m.`, `U.S.` The last dot belongs to them.
    fn dotted(&self, start: usize) -> usize {
        let mut end = start + 1;
        while self.peek(end) == b'.'
            && self.peek(end + 1).is_ascii_alphabetic()
            && !self.peek(end + 2).is_ascii_alphabetic()
        {
            end += 2;
        }
        if end > start + 1 && self.peek(end) == b'.' { end + 1 } else { end }
    }

    /// Splits words that scraping ran together ("on FridayThe court"), if the first may belong to a date or the second
    /// typically starts sentences. Other capitals within words belong to names ("YouTube", "PayPal").
    fn split_run_on(&mut self, start: usize, end: usize) -> bool {
        let word = self.bytes.get(start..end).unwrap_or_default();
        let seam = |at: &usize| word[*at].is_ascii_uppercase() && word[*at - 1].is_ascii_lowercase();
        let Some(seam) = (1..word.len()).find(seam) else { return false };
        let seam = start + seam;
        let head = self.text.get(start..seam).unwrap_or_default();
        let shape = shape_of(head);
        let lexeme = self.vocabulary.word(head, shape);
        let tail = self.text.get(seam..end).unwrap_or_default();
        let after = self.vocabulary.word(tail, Shape::Capital);
        // "LinkedIn": two letters do not start a sentence here, unless they take a full stop ("Mr").
        let long = head.len() > 3 && (tail.len() > 2 || self.vocabulary.takes_dot(after.entry));
        let opens = long && self.vocabulary.is_opener(after);
        // "electionPress": a word in lower case does not become a name by a capital, except in handles and addresses.
        let marked = self.tokens.last().is_some_and(|last| !self.spaced && matches!(last.shape, Shape::Mark(_)));
        let lower =
            shape == Shape::Lower && head.len() > 3 && tail.len() > 3 && !marked && shape_of(tail) == Shape::Capital;
        // "DeSoto", "SunTrust": short words of dates begin names as well.
        let dated = lexeme.symbol != 0 && (head.len() > 3 || self.vocabulary.is_opener(after));
        if !dated && !opens && !lower {
            return false;
        }
        self.push_as(seam, shape, lexeme);
        true
    }

    /// Returns the length in bytes of the apostrophe at `at`; 0 if there is none.
    fn apostrophe_width(&self, at: usize) -> usize {
        match self.peek(at) {
            b'\'' => 1,
            0xE2 if self.text.get(at..).is_some_and(|rest| rest.starts_with('’')) => 3,
            _ => 0,
        }
    }

    fn apostrophe(&mut self, width: usize) {
        let after = self.at + width;
        if self.peek(after).is_ascii_digit() && self.peek(after + 1).is_ascii_digit() && self.peek(after + 2) == b's' {
            return self.push(after + 3, Shape::Plural);
        }
        let follows_word = !self.spaced
            && self.tokens.last().is_some_and(|token| token.shape.is_word() || token.shape == Shape::Plural);
        let digits = (after..after + 3).take_while(|&at| self.peek(at).is_ascii_digit()).count();
        if !follows_word && digits == 2 && !self.peek(after + 2).is_ascii_alphabetic() {
            return self.push(after + 2, Shape::ShortYear);
        }
        let has_s = matches!(self.peek(after), b's' | b'S') && !self.peek(after + 1).is_ascii_alphanumeric();
        // "Haiti 's", as in tokenised texts.
        let apart = self.spaced && has_s && self.tokens.last().is_some_and(|token| token.shape.is_word());
        // "the 1980's".
        let of_number = !self.spaced
            && has_s
            && self.tokens.last().is_some_and(|token| matches!(token.shape, Shape::Digits { .. }));
        match (follows_word, has_s) {
            (false, true) if apart || of_number => self.push(after + 1, Shape::Possessive),
            (true, true) => self.push(after + 1, Shape::Possessive),
            (true, false) => self.push(after, Shape::Possessive),
            (false, _) => self.push(after, Shape::Mark('\'')),
        }
    }

    /// "2nite", "2moro": a digit that is part of a word.
    fn spelled_with_a_digit(&mut self) -> bool {
        let end = self.letters(self.at + 1);
        let word = self.text.get(self.at..end).unwrap_or_default();
        if word.len() < 4 {
            return false;
        }
        let lexeme = self.vocabulary.word(word, Shape::Lower);
        if lexeme.entry != Token::UNKNOWN {
            self.push_as(end, Shape::Lower, lexeme);
        }
        lexeme.entry != Token::UNKNOWN
    }

    fn number(&mut self) {
        if self.spelled_with_a_digit() {
            return;
        }
        let writing = self.vocabulary.writing();
        let (end, shape) = super::number::scan(self.bytes, self.at, writing.decimal_comma);
        // Digits right after an unknown word are part of a name: "KLPF2013".
        let sum = self.tokens.last().is_some_and(|last| {
            let mark =
                matches!(last.shape, Shape::Mark('$' | '£' | '€' | '¥' | '#' | '/' | '.' | '@' | '&' | '=' | '_'));
            !self.spaced && (mark || !writing.unspaced && last.shape.is_word() && last.symbol == 0)
        });
        let percentage = matches!(self.peek(end), b'%' | b'_' | b'@');
        if sum || percentage {
            return self.push(end, Shape::Sum);
        }
        let behind = self.text.get(end..).unwrap_or_default();
        if writing.decimal_comma && is_currency(behind.trim_start_matches([' ', '\u{a0}', '\u{202f}'])) {
            return self.push(end, Shape::Sum);
        }
        if let Shape::Digits { count: 1..=2, .. } = shape {
            let ending = writing.ordinal_ending(behind);
            if ending > 0 || writing.ordinal_dot && self.is_ordinal_dot(end) {
                return self.push(end + ending.max(1), Shape::Ordinal);
            }
        }
        self.push(end, shape);
    }

    /// Whether the dot at `at` makes an ordinal of the number before it: a word that stands behind ordinals follows, or
    /// one in lower case, or what joins it to another ordinal ("3.-5. März").
    fn is_ordinal_dot(&self, at: usize) -> bool {
        let Some(behind) = self.text.get(at..).and_then(|rest| rest.strip_prefix('.')) else { return false };
        if behind.starts_with(['-', '–', '/']) {
            return true;
        }
        let rest = behind.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let start = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return false };
        if matches!(first, '-' | '–') || first.is_lowercase() && rest.len() < behind.len() {
            return true;
        }
        let word = self.text.get(start..self.letters(start)).unwrap_or_default();
        self.vocabulary.follows_ordinal(self.vocabulary.word(word, shape_of(word)))
    }
}

/// Whether a mark stands within a word: an accent, a vowel sign, a virama, a joiner.
fn joins_letters(mark: char) -> bool {
    matches!(mark,
        '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{93C}' | '\u{94D}'
        | '\u{9BC}' | '\u{9CD}' | '\u{A4D}' | '\u{ACD}' | '\u{BCD}' | '\u{C4D}' | '\u{CCD}' | '\u{D4D}' | '\u{E47}'..='\u{E4E}'
        | '\u{200C}' | '\u{200D}')
}

/// Whether a text starts with the sign of a currency or a share.
fn is_currency(text: &str) -> bool {
    text.starts_with(['€', '$', '£', '¥', '₴', '₽', '₺', '₪', '₫', '₩', '₹', '%'])
}

#[inline]
fn shape_of(word: &str) -> Shape {
    if word.as_bytes().first().is_some_and(u8::is_ascii_lowercase) { Shape::Lower } else { shape_by_letters(word) }
}

fn shape_by_letters(word: &str) -> Shape {
    let mut letters = word.chars().filter(|letter| letter.is_alphabetic());
    match (letters.next(), letters.next()) {
        (Some(first), second) if first.is_uppercase() => match second {
            Some(second) if second.is_uppercase() && letters.all(char::is_uppercase) => Shape::Upper,
            _ => Shape::Capital,
        },
        _ => Shape::Lower,
    }
}
