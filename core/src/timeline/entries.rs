//! Merges the mentions of one event in several articles into one entry.
//!
//! Two mentions are of the same event if their days overlap, their statements are similar, and they share a name if both
//! have any. A mention is compared only with those that have one of its rarest words, and among these with the nearest in
//! time, so that the work grows with the number of mentions and not with that of their pairs.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::Mention;
use super::similarity::Statements;

/// The similarity from which on two statements count as the same.
const SAME: f64 = 0.5;

/// How many of its rarest words a statement is looked up by.
const RAREST: usize = 4;

/// How many entries a mention is compared with for each of these words.
const MOST: usize = 32;

/// What several articles report, merged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The statement that represents all of them best.
    pub summary: String,
    /// The day on which it happened or began, as far as it is known.
    pub day: NaiveDate,
    /// Whether it is known to the day.
    pub to_the_day: bool,
    /// The ids of its events: first that of the summary, then the others by date.
    pub events: Vec<String>,
    /// Its sources, in alphabetical order.
    pub sources: Vec<String>,
}

/// Merges mentions into entries, sorted by day; of one day, those with the most mentions come first.
#[must_use]
pub fn entries(mentions: &[Mention]) -> Vec<Entry> {
    let mut mentions: Vec<&Mention> = mentions.iter().collect();
    // Within a day, long statements come first, so that a short one finds a long one that contains it by any word.
    mentions.sort_by_key(|mention| (mention.days.start, mention.days.end, Reverse(mention.summary.len()), &mention.id));
    mentions.dedup_by_key(|mention| &mention.id);
    let statements = Statements::of(mentions.iter().map(|mention| mention.summary.as_str()));
    let groups = groups(&mentions, &statements);
    let mut entries: Vec<Entry> = groups.iter().filter_map(|group| entry(group, &mentions, &statements)).collect();
    entries.sort_by(|one, other| {
        let mentioned = |entry: &Entry| Reverse((entry.events.len(), entry.sources.len()));
        one.day.cmp(&other.day).then(mentioned(one).cmp(&mentioned(other))).then(one.events.cmp(&other.events))
    });
    entries
}

/// Mentions of one event, by index.
struct Group {
    mentions: Vec<usize>,
    /// The day, if one of them names it.
    day: Option<NaiveDate>,
}

fn groups(mentions: &[&Mention], statements: &Statements) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_word: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (at, mention) in mentions.iter().enumerate() {
        let own_day = mention.to_the_day.then_some(mention.days.start);
        let nearest = |word| by_word.get(&word).into_iter().flat_map(|groups| groups.iter().rev().take(MOST));
        let same = statements.shared(at).take(RAREST).flat_map(nearest).copied().find(|&group| {
            let Group { mentions: others, day } = &groups[group];
            let same_day = own_day.is_none() || day.is_none() || own_day == *day;
            same_day && may_be_same(mentions[others[0]], mention) && statements.similarity(others[0], at) >= SAME
        });
        match same {
            Some(group) => {
                groups[group].mentions.push(at);
                groups[group].day = groups[group].day.or(own_day);
            }
            None => {
                statements.shared(at).for_each(|word| by_word.entry(word).or_default().push(groups.len()));
                groups.push(Group { mentions: vec![at], day: own_day });
            }
        }
    }
    groups
}

/// Whether their days and names allow two mentions to be of the same event.
fn may_be_same(one: &Mention, other: &Mention) -> bool {
    let overlap = one.days.start < other.days.end && other.days.start < one.days.end;
    let nameless = one.names.is_empty() || other.names.is_empty();
    overlap && (nameless || one.names.iter().any(|name| other.names.contains(name)))
}

fn entry(group: &Group, mentions: &[&Mention], statements: &Statements) -> Option<Entry> {
    let centrality = statements.centrality(group.mentions.iter().map(|&at| (at, 1.0)));
    let (best, _) = (0..).zip(&centrality).reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let own: Vec<&Mention> = group.mentions.iter().map(|&at| mentions[at]).collect();
    let mut events: Vec<String> = own.iter().map(|mention| mention.id.clone()).collect();
    events[..=best].rotate_right(1);
    let sources: BTreeSet<&String> = own.iter().filter_map(|mention| mention.source.as_ref()).collect();
    Some(Entry {
        summary: own[best].summary.clone(),
        day: group.day.unwrap_or(own[0].days.start),
        to_the_day: group.day.is_some(),
        events,
        sources: sources.into_iter().cloned().collect(),
    })
}
