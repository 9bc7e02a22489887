//! Texts that an API cut, and says so: `… [+3411 chars]`.

/// A text without the sentence that was cut.
pub(super) struct Cut<'t> {
    pub text: &'t str,
    /// The mark.
    pub mark: &'t str,
}

/// Returns what is whole of a text that ends with the mark of a cut; `None` if it has none.
pub(super) fn without_rest(text: &str) -> Option<Cut<'_>> {
    let (start, mark) = text.trim_end().strip_suffix(']').and_then(|text| text.rsplit_once('['))?;
    let number = mark.strip_suffix("chars").or_else(|| mark.strip_suffix("characters"))?.trim();
    let number = number.strip_prefix('+').unwrap_or(number);
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mark = text.get(start.len()..).unwrap_or_default().trim();
    let start = start.trim_end().trim_end_matches(['…', '.']);
    Some(Cut { text: start.get(..last_end(start)).unwrap_or_default().trim_end(), mark })
}

/// Returns where the last whole sentence ends: behind its mark, or at the end of a line.
fn last_end(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let behind = at + c.len_utf8();
        let rest = text.get(behind..).unwrap_or_default();
        match c {
            '\n' => end = at,
            '.' | '!' | '?' => {
                let closed = rest.trim_start_matches(['"', '\'', '”', '’', ')']);
                let is_end = closed.starts_with(char::is_whitespace) || closed.starts_with('<');
                if is_end && (c != '.' || ends_sentence(text.get(..at).unwrap_or_default())) {
                    end = behind + rest.len() - closed.len();
                }
            }
            '>' if text.get(..behind).is_some_and(|text| text.ends_with("</p>")) => end = behind,
            _ => {}
        }
    }
    end
}

/// Whether a dot behind these words ends a sentence, and not an abbreviation such as `U.S.`, `Mr.`, `Sept.`
fn ends_sentence(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let is_abbreviation = word.starts_with(char::is_uppercase) && word.chars().count() < 5 || word.contains('.');
    !is_abbreviation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_was_cut_is_left_out() {
        for (text, whole) in [
            ("It was shut on Monday.\r\nIt is due to reopen in Nov… [+1210 chars]", "It was shut on Monday."),
            ("It was shut on Monday. It is due to ... [12 chars]", "It was shut on Monday."),
            ("“It shut.” On Tuesday the U.S. and Mr. Li of Sept. met… [+3 chars]", "“It shut.”"),
            ("<p>It shut.</p><p>It is due… [+3 chars]", "<p>It shut.</p>"),
            ("It is due to reopen in Nov… [+3 chars]", ""),
        ] {
            assert_eq!(without_rest(text).map(|cut| cut.text), Some(whole), "{text}");
        }
        for text in ["It shut.", "It shut [sic]", "It shut [12]", "It shut [+ chars]", "[+3 chars] It shut."] {
            assert!(without_rest(text).is_none(), "{text}");
        }
    }
}
