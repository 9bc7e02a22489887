//! The independent clauses of a sentence that a semicolon or a colon parts. Each is parsed alone: no word of one hangs by a word of
//! another, and a shorter sentence is parsed better.

use std::ops::Range;

use super::LexedPassage;
use super::upos::Upos;
use crate::text::Shape;

/// Returns the words of each clause, with the mark behind it. What is quoted or stands in brackets is not parted.
pub(super) fn clauses(passage: &LexedPassage<'_>, words: &[usize], tags: &[Upos]) -> Vec<Range<usize>> {
    let is_finite = |clause: &Range<usize>| tags[clause.clone()].iter().any(|tag| tag.is_finite());
    let marks = parting_marks(passage, words);
    let mut clauses: Vec<Range<usize>> = Vec::with_capacity(1);
    let mut start = 0;
    for end in marks.into_iter().map(|mark| mark + 1).chain([words.len()]) {
        match clauses.last_mut() {
            // A list, or what explains: no clause of its own.
            Some(last) if !is_finite(&(start..end)) || !is_finite(last) => last.end = end,
            _ => clauses.push(start..end),
        }
        start = end;
    }
    clauses
}

/// Returns the places of semicolons and colons, and of a dash where it is the only one: two enclose an aside.
fn parting_marks(passage: &LexedPassage<'_>, words: &[usize]) -> Vec<usize> {
    let mark = |place: usize| match passage.tokens.get(*words.get(place)?)?.shape {
        Shape::Mark(mark) => Some(mark),
        _ => None,
    };
    // "He said: we go on.", "He said: "We go on.""
    let reports = |place: usize| {
        place > 0 && passage.has(words[place - 1], passage.pack.grammar.report)
            || matches!(mark(place + 1), Some('"' | '“'))
    };
    let spaced = |place: usize| {
        let is_spaced = |place: usize| words.get(place).is_some_and(|&at| passage.tokens[at].spaced);
        is_spaced(place) && is_spaced(place + 1)
    };
    let (mut marks, mut dashes) = (Vec::new(), Vec::new());
    let (mut brackets, mut is_quoted) = (0usize, false);
    for place in 0..words.len() {
        match mark(place) {
            Some('"') => is_quoted = !is_quoted,
            Some('“') => is_quoted = true,
            Some('”') => is_quoted = false,
            Some('(') => brackets += 1,
            Some(')') => brackets = brackets.saturating_sub(1),
            _ if is_quoted || brackets > 0 => {}
            Some(';') => marks.push(place),
            Some(':') if !reports(place) => marks.push(place),
            Some('-' | '–' | '—') if spaced(place) => dashes.push(place),
            _ => {}
        }
    }
    if let [dash] = dashes[..] {
        marks.push(dash);
        marks.sort_unstable();
    }
    marks
}
