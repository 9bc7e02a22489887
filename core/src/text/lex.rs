//! A text to tokens, in one pass.
//!
//! Numbers that belong together are one token (`15:00`, `2019-05-03`, `1,987`), since what a rule sees must not
//! depend on how a publisher writes a number; everything else is letters and marks.

use super::{Shape, Span, Tag, Token};

/// What a language says of tokens.
pub trait Tagger {
    /// For a word (letters, perhaps with dots or an apostrophe inside) as the text has it.
    fn word(&self, word: &str, shape: Shape) -> Tag;
    /// For a number or a mark.
    fn shape(&self, shape: Shape) -> Tag;
    /// Whether the word may carry a dot of its own: `Feb.`, `Mr.`
    fn takes_dot(&self, entry: u16) -> bool;
    /// Whether the word is one that starts sentences: `The`, `When`.
    fn is_opener(&self, tag: Tag) -> bool;
}

/// The longest line, in bytes, that a publisher may have broken for its width.
const LONG_LINE: usize = 200;

/// How long a bracket is in the words of treebanks: "-LRB-".
const BRACKET: usize = 5;

/// Splits a text into tokens.
#[must_use]
pub fn lex(text: &str, tagger: &impl Tagger) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 0,
        spaced: true,
        tokens: Vec::with_capacity(text.len() / 5),
        tagger,
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
    date.iter().any(u8::is_ascii_digit) && (rest.starts_with(b": ") || dash)
}

struct Lexer<'t, T> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Where the line began.
    line: usize,
    spaced: bool,
    tokens: Vec<Token>,
    tagger: &'t T,
}

impl<T: Tagger> Lexer<'_, T> {
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

    /// A dash, or what treebanks write for brackets.
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
        let tag = self.tagger.shape(shape);
        self.push_as(end, shape, tag);
    }

    fn push_as(&mut self, end: usize, shape: Shape, tag: Tag) {
        let span = Span::new(self.at, end);
        let Tag { symbol, entry, classes } = tag;
        self.tokens.push(Token { span, shape, spaced: self.spaced, symbol, entry, classes });
        self.at = end;
        self.spaced = false;
    }

    /// A line end is white space; an empty line is the end of a paragraph, and so is the end of a line that is too
    /// long to have been broken for its width, and of one entry of a list before the next.
    fn line_end(&mut self) {
        let start = self.at;
        let mut lines = 0;
        while let Some(byte) = self.bytes.get(self.at).filter(|byte| byte.is_ascii_whitespace()) {
            lines += usize::from(*byte == b'\n');
            self.at += 1;
        }
        self.spaced = true;
        let long = start - self.line > LONG_LINE;
        let listed = is_entry(&self.bytes[self.line..start]) && is_entry(&self.bytes[self.at..]);
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

    /// The end of a run of letters (and combining marks) that starts at `from`.
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
                Some(letter) if letter.is_alphabetic() => end += letter.len_utf8(),
                _ => return end,
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let mut end = self.letters(start);
        if self.is_address(start, end) {
            return self.address();
        }
        if matches!(self.peek(end), b'.' | b'\'' | 0x80..) {
            end = self.beyond_marks(start, end);
        }
        let word = self.text.get(start..end).unwrap_or_default();
        let shape = shape_of(word);
        let tag = self.tagger.word(word, shape);
        if tag.entry == Token::UNKNOWN && self.glued(start, end) {
            return;
        }
        let dot = self.peek(end) == b'.' && self.tagger.takes_dot(tag.entry);
        self.push_as(end + usize::from(dot), shape, tag);
    }

    /// The end of a word whose letters end at `end`, with the marks inside of it: "U.S.", "don't".
    fn beyond_marks(&self, start: usize, mut end: usize) -> usize {
        if end - start == 1 && self.peek(end) == b'.' && self.peek(end + 1).is_ascii_alphabetic() {
            end = self.dotted(start);
        }
        let inner = self.apostrophe_width(end);
        if inner == 0 {
            return end;
        }
        let rest = self.letters(end + inner);
        let tail = self.text.get(end + inner..rest).unwrap_or_default();
        // "Friday's" is two tokens, "don't", "o'clock" and "O'Brien" are one.
        if tail.is_empty() || tail.eq_ignore_ascii_case("s") { end } else { rest }
    }

    /// Whether an address of the web or of a mailbox starts at `start`, its first letters reaching to `end`.
    fn is_address(&self, start: usize, end: usize) -> bool {
        let behind = self.bytes.get(end..).unwrap_or_default();
        match behind {
            [b':', b'/', b'/', ..] => true,
            [b'@', next, ..] => next.is_ascii_alphanumeric(),
            [b'.', ..] => self.bytes.get(start..end) == Some(b"www"),
            _ => false,
        }
    }

    /// An address reaches to white space, without the marks of the sentence behind it.
    fn address(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let whole = rest.split(char::is_whitespace).next().unwrap_or_default();
        let address = whole.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
        self.push(self.at + address.len().max(1), Shape::Label);
    }

    /// `#gardens`, `@mary_1`, `#90days`: what is posted is labelled with these; they tell nothing.
    fn label(&mut self, mark: u8) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let named = rest[..len].iter().any(u8::is_ascii_alphabetic);
        match named {
            true => self.push(self.at + 1 + len, Shape::Label),
            false => self.push(self.at + 1, Shape::Mark(mark.into())),
        }
    }

    /// `a.m.`, `U.S.`: single letters with dots between them. The last dot belongs to it.
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

    /// Scraped text runs paragraphs together ("on FridayThe court"): the word before the seam stands for itself, where
    /// it belongs to a date or what follows starts sentences. Other seams are names ("YouTube", "PayPal").
    fn glued(&mut self, start: usize, end: usize) -> bool {
        let word = self.bytes.get(start..end).unwrap_or_default();
        let seam = |at: &usize| word[*at].is_ascii_uppercase() && word[*at - 1].is_ascii_lowercase();
        let Some(seam) = (1..word.len()).find(seam) else { return false };
        let seam = start + seam;
        let head = self.text.get(start..seam).unwrap_or_default();
        let shape = shape_of(head);
        let tag = self.tagger.word(head, shape);
        let tail = self.text.get(seam..end).unwrap_or_default();
        let after = self.tagger.word(tail, Shape::Capital);
        // "LinkedIn": two letters alone start no sentence here, unless they carry a dot ("Mr").
        let long = head.len() > 3 && (tail.len() > 2 || self.tagger.takes_dot(after.entry));
        let opens = long && self.tagger.is_opener(after);
        // "electionPress": a word in lower case does not turn into a name; handles and addresses do.
        let marked = self.tokens.last().is_some_and(|last| !self.spaced && matches!(last.shape, Shape::Mark(_)));
        let lower =
            shape == Shape::Lower && head.len() > 3 && tail.len() > 3 && !marked && shape_of(tail) == Shape::Capital;
        if tag.symbol == 0 && !opens && !lower {
            return false;
        }
        self.push_as(seam, shape, tag);
        true
    }

    /// How many bytes of an apostrophe stand at `at`; 0 where none does.
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
        // "Haiti 's", as tokenised texts have it.
        let apart = self.spaced && has_s && self.tokens.last().is_some_and(|token| token.shape.is_word());
        match (follows_word, has_s) {
            (false, true) if apart => self.push(after + 1, Shape::Possessive),
            (true, true) => self.push(after + 1, Shape::Possessive),
            (true, false) => self.push(after, Shape::Possessive),
            (false, _) => self.push(after, Shape::Mark('\'')),
        }
    }

    /// "2nite", "2moro": a digit that is read as part of a word.
    fn spelled_with_a_digit(&mut self) -> bool {
        let end = self.letters(self.at + 1);
        let word = self.text.get(self.at..end).unwrap_or_default();
        if word.len() < 4 {
            return false;
        }
        let tag = self.tagger.word(word, Shape::Lower);
        if tag.entry != Token::UNKNOWN {
            self.push_as(end, Shape::Lower, tag);
        }
        tag.entry != Token::UNKNOWN
    }

    fn number(&mut self) {
        if self.spelled_with_a_digit() {
            return;
        }
        let (end, shape) = super::number::scan(self.bytes, self.at);
        // Digits behind letters that mean nothing are part of a name: "KLPF2013".
        let sum = self.tokens.last().is_some_and(|last| {
            let mark =
                matches!(last.shape, Shape::Mark('$' | '£' | '€' | '¥' | '#' | '/' | '.' | '@' | '&' | '=' | '_'));
            !self.spaced && (mark || last.shape.is_word() && last.symbol == 0)
        });
        let share = matches!(self.peek(end), b'%' | b'_' | b'@');
        self.push(end, if sum || share { Shape::Sum } else { shape });
    }
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
