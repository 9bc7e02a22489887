//! Stable ids: a pure function of what was written and where, not of the value that it was resolved to.

use sha2::{Digest, Sha256};

/// Returns the id of an event, 32 hex digits.
///
/// Sentence and expression have their white space folded (see [`normalised`]). `sentence_number` counts equal sentences
/// before this one in the article, `expression_number` equal expressions before this one in the sentence. The resolved
/// value is left out, so that a corrected rule replaces the event instead of adding another.
pub(super) fn id(
    article: &str,
    sentence: &str,
    sentence_number: usize,
    expression: &str,
    expression_number: usize,
) -> String {
    let mut digest = Sha256::new();
    for part in [article, sentence, expression] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.update((sentence_number as u64).to_be_bytes());
    digest.update((expression_number as u64).to_be_bytes());
    hex(&digest.finalize()[..16])
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    text
}

/// Folds white space, so that a moved line break in a revision makes no new event.
pub(super) fn normalised(text: &str) -> String {
    // Both branches split at the same places, but bytes are much faster to scan than characters.
    if text.is_ascii() && !text.contains('\u{b}') {
        joined(text.split_ascii_whitespace(), text.len())
    } else {
        joined(text.split_whitespace(), text.len())
    }
}

fn joined<'t>(words: impl Iterator<Item = &'t str>, length: usize) -> String {
    let mut joined = String::with_capacity(length);
    for word in words {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::{id, normalised};

    #[test]
    fn white_space_makes_no_new_event_and_words_do() {
        let first = id("a", &normalised("It closed  on\nFriday."), 0, "Friday", 0);
        assert_eq!(first, id("a", "It closed on Friday.", 0, "Friday", 0));
        assert_eq!(first.len(), 32);
        for other in [
            id("b", "It closed on Friday.", 0, "Friday", 0),
            id("a", "It opened on Friday.", 0, "Friday", 0),
            id("a", "It closed on Friday.", 1, "Friday", 0),
            id("a", "It closed on Friday.", 0, "Friday", 1),
        ] {
            assert_ne!(first, other);
        }
    }
}
