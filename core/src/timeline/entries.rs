//! Mentions of one happening, told by several articles, as one entry.
//!
//! Two mentions are of one happening if their days overlap, their statements are nearly equal, and they share a name
//! where both have some. A mention is held only against those that have one of its rarest words, and of these against
//! the nearest in time, so that work grows with the mentions and not with their pairs.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::Mention;
use super::statements::Statements;

/// From this likeness on, two statements say the same.
const ALIKE: f64 = 0.5;

/// How many of the rarest words of a statement lead to others like it.
const RAREST: usize = 4;

/// How many entries a mention is held against for each of these words.
const MOST: usize = 32;

/// A happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The statement that says best what all say.
    pub summary: String,
    /// The day on which it was, or began, as far as it is known.
    pub day: NaiveDate,
    /// Whether it is known to the day.
    pub to_the_day: bool,
    /// The ids of its events: that of the summary first, the others by date.
    pub events: Vec<String>,
    /// Who tells it, in alphabetical order.
    pub sources: Vec<String>,
}

/// What happened, by day; of a day, what is told most first.
#[must_use]
pub fn entries(mentions: &[Mention]) -> Vec<Entry> {
    let mut mentions: Vec<&Mention> = mentions.iter().collect();
    // Of a day the long ones first, so that a short one finds a long one that holds it by any of its words.
    mentions.sort_by_key(|mention| (mention.days.start, mention.days.end, Reverse(mention.summary.len()), &mention.id));
    mentions.dedup_by_key(|mention| &mention.id);
    let statements = Statements::of(mentions.iter().map(|mention| mention.summary.as_str()));
    let groups = groups(&mentions, &statements);
    let mut entries: Vec<Entry> = groups.iter().filter_map(|group| entry(group, &mentions, &statements)).collect();
    entries.sort_by(|one, other| {
        let told = |entry: &Entry| Reverse((entry.events.len(), entry.sources.len()));
        one.day.cmp(&other.day).then(told(one).cmp(&told(other))).then(one.events.cmp(&other.events))
    });
    entries
}

/// Mentions that belong together, by their places.
struct Group {
    mentions: Vec<usize>,
    /// The day, where one of them names it.
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
            same_day && may_be_same(mentions[others[0]], mention) && statements.likeness(others[0], at) >= ALIKE
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

/// Whether days and names allow that two mentions are of one happening.
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
