//! Treebanks in columns: one word a line, tabs between columns, an empty line behind a sentence.
//!
//! - Universal: number, form, universal part, features, head, relation, `-` where no space follows. A line whose number is a
//!   range (`2-3`) has the surface form of the words that follow.
//! - Reduced, without numbers: form, universal part, form of the verb (`Fin.Ind.Past`) or number (`Plur`), head, relation, `1`
//!   where a space follows.
//!
//! A head is the number of a word, from 1; that of the root is 0.

use std::ops::Range;

use dateline_core::syntax::{Relation, Upos};

use super::universal::{self, Features};

/// Which columns a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    Universal,
    Reduced,
}

/// A sentence of a treebank.
#[derive(Debug, Default)]
pub struct Tree {
    pub text: String,
    pub words: Vec<GoldWord>,
}

/// A word of a treebank: its place in the text in bytes, and what is annotated.
#[derive(Debug)]
pub struct GoldWord {
    pub place: Range<usize>,
    pub tag: Upos,
    /// `None` for the root.
    pub head: Option<usize>,
    pub relation: Relation,
}

/// A line as read: one word.
struct Line<'a> {
    form: &'a str,
    part: &'a str,
    features: Features,
    head: Option<usize>,
    relation: &'a str,
}

/// Reads a file.
pub fn read(text: &str, columns: Columns) -> Result<Vec<Tree>, String> {
    let mut trees = Vec::new();
    let mut block = Block::default();
    for (number, line) in text.lines().chain([""]).enumerate() {
        if line.is_empty() {
            trees.extend(std::mem::take(&mut block).tree().map_err(|error| format!("line {number}: {error}"))?);
        } else {
            block
                .add(line, columns)
                .ok_or_else(|| format!("line {}: these are not {columns:?} columns", number + 1))?;
        }
    }
    Ok(trees)
}

/// The lines of a sentence so far.
#[derive(Default)]
struct Block<'a> {
    text: String,
    lines: Vec<Line<'a>>,
    places: Vec<Range<usize>>,
    /// Whether the next word follows without a space.
    glued: bool,
    /// The place of the surface form whose words are being read, and the number of its last word.
    surface: Option<(Range<usize>, usize)>,
}

impl<'a> Block<'a> {
    fn add(&mut self, line: &'a str, columns: Columns) -> Option<()> {
        let cells: Vec<&str> = line.split('\t').collect();
        match columns {
            Columns::Universal => {
                let glued = cells.get(6) == Some(&"-");
                if let Some((_, last)) = cells[0].split_once('-') {
                    self.surface = Some((self.append(cells.get(1)?, glued), last.parse().ok()?));
                    return Some(());
                }
                let (number, form) = (cells[0].parse::<usize>().ok()?, *cells.get(1)?);
                let place = self.place_in_surface(number, form.len()).unwrap_or_else(|| self.append(form, glued));
                self.push(place, form, cells.get(2)?, Features::universal(cells.get(3)?), cells.get(4)?, cells.get(5)?)
            }
            Columns::Reduced => {
                let &[form, part, features, head, relation, space] = cells.as_slice() else { return None };
                let place = self.append(form, space == "0");
                self.push(place, form, part, Features::reduced(features), head, relation)
            }
        }
    }

    fn append(&mut self, form: &str, glued: bool) -> Range<usize> {
        if !self.glued && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.glued = glued;
        let start = self.text.len();
        self.text.push_str(form);
        start..self.text.len()
    }

    /// Returns the place of a word within the surface form that it is a part of, if it is: as many bytes as it has, from
    /// where the one before it ends.
    fn place_in_surface(&mut self, number: usize, length: usize) -> Option<Range<usize>> {
        let (rest, last) = self.surface.as_mut()?;
        if number > *last {
            self.surface = None;
            return None;
        }
        let start = rest.start.min(rest.end - 1);
        let end = (rest.start + length).clamp(start + 1, rest.end);
        rest.start = end;
        Some(start..end)
    }

    fn push(
        &mut self,
        place: Range<usize>,
        form: &'a str,
        part: &'a str,
        features: Features,
        head: &str,
        relation: &'a str,
    ) -> Option<()> {
        let head = head.parse::<usize>().ok()?.checked_sub(1);
        self.places.push(place);
        self.lines.push(Line { form, part, features, head, relation });
        Some(())
    }

    fn tree(self) -> Result<Option<Tree>, String> {
        let lines = &self.lines;
        if let Some(line) = lines.iter().find(|line| line.head.is_some_and(|head| head >= lines.len())) {
            return Err(format!("the head of `{}` is not in the sentence above", line.form));
        }
        let tag = |(at, line): (usize, &Line<'_>)| {
            let has_case = lines.iter().any(|child| child.head == Some(at) && universal::is_case(child.relation));
            universal::tag(line.part, line.features, line.relation, has_case)
        };
        let tags: Vec<Upos> = lines.iter().enumerate().map(tag).collect();
        let words = self.places.into_iter().zip(lines).zip(tags).map(|((place, line), tag)| GoldWord {
            place,
            tag,
            head: line.head,
            relation: universal::relation(line.relation),
        });
        Ok((!lines.is_empty()).then(|| Tree { words: words.collect(), text: self.text }))
    }
}
