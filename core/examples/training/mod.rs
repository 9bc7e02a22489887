//! What the programs share that learn from annotated articles.
//!
//! ARTICLES has one article a line, `{"id", "published_at", "title", "body"}`; GOLD one a line as well, `{"id", "dates"}`, each
//! date with `text` and `nth` (the nth occurrence of that string in the body), `kind` (`event` and others) and `worth`.

use std::collections::HashMap;
use std::error::Error;
use std::fs;

use dateline_core::chrono_tz::UTC;
use dateline_core::event::Event;
use dateline_core::prelude::*;
use serde_json::Value;

/// The parts of the cross-validation.
pub const FOLDS: usize = 5;

/// An article with what is found in it and what the gold has.
pub struct Annotated {
    body: String,
    /// What the program finds.
    pub found: Extraction,
    /// The dates of the gold.
    pub dates: Vec<Value>,
}

/// Returns the paths of the articles, of their gold and of the weights to write.
///
/// # Errors
/// If there are not three arguments.
pub fn three(program: &str, arguments: Vec<String>) -> Result<[String; 3], String> {
    arguments.try_into().map_err(|_| format!("usage: {program} ARTICLES.jsonl GOLD.jsonl WEIGHTS.bin"))
}

/// Reads and extracts the annotated articles of two files.
///
/// # Errors
/// If a file cannot be read, a line is not JSON, or a publication time is none.
pub fn annotated(articles: &str, gold: &str) -> Result<Vec<Annotated>, Box<dyn Error>> {
    let mut dates = HashMap::new();
    for line in fs::read_to_string(gold)?.lines() {
        let gold: Value = serde_json::from_str(line)?;
        let id = gold["id"].as_str().unwrap_or_default().to_owned();
        dates.insert(id, gold["dates"].as_array().cloned().unwrap_or_default());
    }
    let read = |line: &str| {
        let article: Value = serde_json::from_str(line)?;
        let text = |key: &str| article[key].as_str().unwrap_or_default();
        let published = Published::parse(text("published_at"), UTC)?;
        let found = extract(&Article::new(text("id"), text("body"), published), &Settings::default());
        Ok(Annotated { body: text("body").to_owned(), found, dates: dates.remove(text("id")).unwrap_or_default() })
    };
    fs::read_to_string(articles)?.lines().map(read).collect()
}

impl Annotated {
    /// Returns the place of a date of the gold in the body, in code points.
    pub fn place(&self, date: &Value) -> Option<(usize, usize)> {
        let text = date["text"].as_str()?;
        let nth = date["nth"].as_u64().unwrap_or(1).checked_sub(1)?;
        let mut starts = self.body.char_indices().filter(|&(at, _)| self.body[at..].starts_with(text));
        let (start, _) = starts.nth(nth as usize)?;
        let before = self.body[..start].chars().count();
        Some((before, before + text.chars().count()))
    }

    /// Whether the date of an event and a place overlap.
    pub fn is_at(&self, event: &Event, place: (usize, usize)) -> bool {
        let [start, end] = self.found.text.code_points(self.found.expressions[event.expression].expression.span);
        start < place.1 && place.0 < end
    }
}

/// Shuffles, the same way in every run: by a linear congruential generator (Knuth's MMIX).
pub fn shuffle(order: &mut [usize], seed: u64) {
    let mut state = seed;
    for at in (1..order.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
}

/// Returns the sum of the weights of some features.
pub fn sum(weights: &[f32], features: &[u16]) -> f32 {
    features.iter().map(|&feature| weights[usize::from(feature)]).sum()
}
