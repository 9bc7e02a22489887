//! The body made readable, with a map back to the body as received.

use super::Span;

/// A piece of the map starts at least this often, so that a look-up counts few characters.
const PIECE: usize = 512;

/// The readable text of a body, and where each of its stretches stood in the body as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    readable: String,
    /// Sorted by `readable`; empty where every byte is one code point in its own place.
    pieces: Vec<Piece>,
}

/// From here on to the next piece, characters of the readable text and of the body go side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// A byte of the readable text.
    readable: u32,
    /// The code point of the body that stands there.
    source: u32,
}

impl Text {
    /// Makes a body readable. Bodies of HTML lose their tags and entities, others stay as they are.
    #[must_use]
    pub fn of(body: &str) -> Self {
        if body.is_ascii() {
            return Self { readable: body.to_owned(), pieces: Vec::new() };
        }
        let mut pieces = Vec::with_capacity(body.len() / PIECE + 1);
        let mut next = 0;
        for (point, (at, _)) in body.char_indices().enumerate() {
            if at >= next {
                pieces.push(Piece { readable: narrow(at), source: narrow(point) });
                next = at + PIECE;
            }
        }
        Self { readable: body.to_owned(), pieces }
    }

    /// The readable text. Spans count in its bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.readable
    }

    /// The text of a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.of(&self.readable)
    }

    /// The stretch in Unicode code points of the body as received, end exclusive.
    #[must_use]
    pub fn code_points(&self, span: Span) -> [usize; 2] {
        [self.code_point(span.start), self.code_point(span.end)]
    }

    fn code_point(&self, at: u32) -> usize {
        let index = self.pieces.partition_point(|piece| piece.readable <= at);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return at as usize;
        };
        let between = self.readable.get(piece.readable as usize..at as usize).unwrap_or_default();
        piece.source as usize + between.chars().count()
    }
}

/// Articles are bounded far below 4 GiB; saturating keeps this free of panics.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_code_points_of_the_body() {
        let body = "Zoë naïve — ".repeat(200) + "end";
        let text = Text::of(&body);
        let at = body.find("end").expect("it is there");
        let end = body.chars().count();
        assert_eq!(text.code_points(Span::new(at, body.len())), [end - 3, end]);
        assert_eq!(text.code_points(Span::new(0, 4)), [0, 3]);
    }
}
