//! Splits files and standard input into documents, one at a time, in constant memory. Knows how input is split, not
//! what documents contain.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::de::IgnoredAny;

/// One document of an input.
#[derive(Debug, PartialEq, Eq)]
pub struct InputDocument {
    /// The line on which it starts, counted from 1.
    pub line: usize,
    /// Its content.
    pub content: Content,
}

/// The content of a document, classified by its first character. It is cut one byte after the limit, so that a reader
/// notices that it is too long.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// A message in one of the formats.
    Message(Vec<u8>),
    /// Plain text.
    Plain(Vec<u8>),
}

/// An input that is split into documents: lines of JSON, or one document as a whole.
pub struct Input<R> {
    reader: R,
    /// The longest document, in bytes.
    limit: usize,
    /// The number of the next line.
    line: usize,
    state: State,
}

enum State {
    Start,
    Whole,
    Lines,
    Done,
}

/// Opens a file, or standard input for `-`.
///
/// # Errors
///
/// When the file cannot be opened.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

impl<R: BufRead> Input<R> {
    /// Splits the input by what it starts with.
    pub fn new(reader: R, limit: usize) -> Self {
        Self { reader, limit, line: 1, state: State::Start }
    }

    /// Takes the whole input as one plain text, whatever it starts with.
    pub fn whole(reader: R, limit: usize) -> Self {
        Self { state: State::Whole, ..Self::new(reader, limit) }
    }

    /// Returns the next document; `None` after the last.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub fn next(&mut self) -> io::Result<Option<InputDocument>> {
        match self.state {
            State::Start => self.first(),
            State::Whole => {
                self.state = State::Done;
                let content = Content::Plain(self.read_rest(Vec::new())?);
                Ok(Some(InputDocument { line: self.line, content }))
            }
            State::Lines => self.next_line(),
            State::Done => Ok(None),
        }
    }

    /// Returns the first document, which decides how the rest is split.
    fn first(&mut self) -> io::Result<Option<InputDocument>> {
        let mut head = Vec::new();
        let mut line = self.line;
        // The lines so far without blank space. Each line is examined once, since many may be blank.
        let mut opening = Vec::new();
        // A line with only `[` opens an array or a caption; the next line shows which.
        while matches!(opening.as_slice(), [] | [b'[']) {
            let read = head.len();
            if !self.read_line(&mut head)? {
                break;
            }
            let new = head.get(read..).unwrap_or_default();
            opening.extend_from_slice(if read == 0 { trimmed(new) } else { new.trim_ascii() });
            if opening.is_empty() {
                line = self.line;
            }
        }
        self.state = State::Done;
        let content = match trimmed(&head) {
            [] => return Ok(None),
            [b'[', read_rest @ ..] if read_rest.trim_ascii_start().starts_with(b"{") => {
                Content::Message(self.read_rest(head)?)
            }
            [b'{', ..] if head.len() <= self.limit && is_unclosed_object(trimmed(&head)) => {
                Content::Message(self.read_rest(head)?)
            }
            // Converters for strings write a message as a string of JSON.
            [b'{', ..] | [b'"', b'{' | b'[' | b'<', ..] => {
                self.state = State::Lines;
                Content::Message(head)
            }
            [b'<', ..] => Content::Message(self.read_rest(head)?),
            start if is_encoded(start) => Content::Message(self.read_rest(head)?),
            _ => Content::Plain(self.read_rest(head)?),
        };
        Ok(Some(InputDocument { line, content }))
    }

    fn next_line(&mut self) -> io::Result<Option<InputDocument>> {
        let mut bytes = Vec::new();
        loop {
            let line = self.line;
            if !self.read_line(&mut bytes)? {
                return Ok(None);
            }
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some(InputDocument { line, content: Content::Message(bytes) }));
            }
            bytes.clear();
        }
    }

    /// Appends a line, up to one byte over the limit, and discards the rest of it. False at the end of the input.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let room = (self.limit + 1).saturating_sub(bytes.len());
        let read = self.reader.by_ref().take(room as u64).read_until(b'\n', bytes)?;
        if read == room && bytes.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        self.line += 1;
        Ok(read > 0)
    }

    /// Appends the rest of the input, up to one byte over the limit.
    fn read_rest(&mut self, mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let room = (self.limit + 1).saturating_sub(bytes.len());
        self.reader.by_ref().take(room as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Whether bytes begin as texts in UTF-16 with a mark do, or as what gzip, Zstandard and LZ4 write.
fn is_encoded(start: &[u8]) -> bool {
    let marks: [&[u8]; 5] = [b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"];
    marks.iter().any(|mark| start.starts_with(mark))
}

/// Returns the bytes without surrounding blank space and byte order mark.
fn trimmed(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii()
}

/// Whether the line starts an object that continues on the next one. A line that was cut within a string is none: JSON
/// strings contain no line breaks.
fn is_unclosed_object(line: &[u8]) -> bool {
    let mut line = line.to_vec();
    line.push(b'\n');
    serde_json::from_slice::<IgnoredAny>(&line).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(text: &str, limit: usize) -> Vec<(usize, Content)> {
        let mut input = Input::new(text.as_bytes(), limit);
        std::iter::from_fn(|| input.next().expect("memory can be read"))
            .map(|found| (found.line, found.content))
            .collect()
    }

    fn json(text: &str) -> Content {
        Content::Message(text.into())
    }

    #[test]
    fn each_line_of_json_is_a_document() {
        let found = documents("\n{\"a\": 1}\r\n\n  \n{\"a\": 2}", 100);
        assert_eq!(found, [(2, json("\n{\"a\": 1}\r\n")), (5, json("{\"a\": 2}"))]);
    }

    #[test]
    fn a_message_in_a_string_of_json_is_one_and_a_quotation_is_none() {
        let found = documents("\"{\\\"a\\\": 1}\"\n\"<a/>\"\n", 100);
        assert_eq!(found, [(1, json("\"{\\\"a\\\": 1}\"\n")), (2, json("\"<a/>\"\n"))]);
        let quotation = "\"It closed,\" she said.";
        assert_eq!(documents(quotation, 100), [(1, Content::Plain(quotation.into()))]);
    }

    #[test]
    fn an_invalid_line_does_not_affect_the_others() {
        let found = documents("{\"a\": \"cut\n{\"a\": 2}\noops\n", 100);
        assert_eq!(found, [(1, json("{\"a\": \"cut\n")), (2, json("{\"a\": 2}\n")), (3, json("oops\n"))]);
    }

    #[test]
    fn an_object_over_several_lines_is_one_document() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2\n}\n";
        assert_eq!(documents(text, 100), [(1, json(text))]);
    }

    #[test]
    fn an_array_of_objects_is_distinguished_from_text_in_brackets() {
        for array in ["[\n  {\"a\": 1}\n]", "[{\"a\": 1}]"] {
            assert_eq!(documents(array, 100), [(1, json(array))]);
        }
        let text = "[Dover] The harbour closed.\nIt was Monday.\n";
        assert_eq!(documents(text, 100), [(1, Content::Plain(text.into()))]);
    }

    #[test]
    fn markup_is_one_message() {
        let text = "\n<rss>\n{}\n</rss>\n";
        assert_eq!(documents(text, 100), [(2, json(text))]);
    }

    #[test]
    fn everything_else_is_one_plain_text() {
        let text = "\n  The harbour closed.\n{}\n";
        assert_eq!(documents(text, 100), [(2, Content::Plain(text.into()))]);
        assert_eq!(documents("", 100), []);
        assert_eq!(documents(" \n\u{feff}\n", 100).len(), 1, "a byte order mark within the text is text");
        assert_eq!(documents("\u{feff} \n", 100), []);
    }

    #[test]
    fn long_documents_are_cut_one_byte_after_the_limit() {
        let found = documents("{\"a\": 1234567890}\n{\"a\": 2}\n", 10);
        assert_eq!(found, [(1, json("{\"a\": 12345"[..11].into())), (2, json("{\"a\": 2}\n"))]);
        assert_eq!(documents("The harbour closed.\nIt was.", 10), [(1, Content::Plain("The harbour"[..11].into()))]);
    }
}
