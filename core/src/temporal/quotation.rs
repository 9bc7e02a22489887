//! Which words of a text are somebody's own: between quotation marks.

use std::ops::Range;

use super::ParsedPassage;
use crate::text::Shape;

/// The quotations of a passage, as ranges of tokens in order.
#[derive(Debug, Default)]
pub(super) struct Quotations {
    ranges: Vec<Range<usize>>,
}

impl Quotations {
    /// Finds the quotations of a passage. A paragraph ends one that is not closed, as where it goes on in the next.
    pub(super) fn of(passage: &ParsedPassage<'_>) -> Self {
        let mut ranges = Vec::new();
        let mut open: Option<usize> = None;
        for (at, token) in passage.tokens.iter().enumerate() {
            let leads = token.spaced || at == 0 || passage.tokens[at - 1].shape == Shape::Break;
            match (token.shape, open) {
                (Shape::Mark('“' | '„' | '«'), None) => open = Some(at),
                // An inch mark opens nothing.
                (Shape::Mark('"'), None) if leads => open = Some(at),
                (Shape::Mark('"' | '”' | '»') | Shape::Break, Some(start)) => {
                    ranges.push(start..at);
                    open = None;
                }
                _ => {}
            }
        }
        ranges.extend(open.map(|start| start..passage.tokens.len()));
        Self { ranges }
    }

    /// Whether a token stands in a quotation.
    pub(super) fn contains(&self, at: usize) -> bool {
        let index = self.ranges.partition_point(|range| range.end <= at);
        self.ranges.get(index).is_some_and(|range| range.contains(&at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::passage;
    use super::*;

    /// The words of a text that are quoted.
    fn quoted(text: &str) -> Vec<String> {
        passage(text, |passage| {
            let quotations = Quotations::of(passage);
            let words = (0..passage.tokens.len()).filter(|&at| passage.tokens[at].shape.is_word());
            words.filter(|&at| quotations.contains(at)).map(|at| passage.word(at).to_owned()).collect()
        })
    }

    #[test]
    fn a_quotation_ends_with_its_mark_or_its_paragraph() {
        assert_eq!(quoted("She said: \"Go home.\" He left today."), ["Go", "home"]);
        assert_eq!(quoted("“Go” and «stay» today"), ["Go", "stay"]);
        assert_eq!(quoted("\"We won.\n\n\"Now we rest today,\" he said."), ["We", "won", "Now", "we", "rest", "today"]);
        assert!(quoted("a 6' 4\" man, today").is_empty());
    }
}
