//! Which revision of an article stands, and what that means for its events.
//!
//! Pure, and must not know how the state is stored.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashSet;

use crate::article::{compare_revisions, newer_revision};
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::disposition::{ArticleOutput, Effect};
use crate::stream::topic_partition::TopicPartition;

/// What is known of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleState {
    /// The revision that stands.
    pub standing: Option<StandingFields>,
    /// The ids of its events.
    pub events: Vec<String>,
    /// The revision that is held until its embargo ends.
    pub held: Option<HeldFields>,
    /// The timestamp of the last message about it, in seconds since 1970.
    pub seen: i64,
    /// The partition of the input that this message came from; `None` if it came from a topic that is not read.
    pub source: Option<TopicPartition>,
    /// The partition of `timeline.articles` that its record is in.
    pub changelog: Option<i32>,
    /// How many partitions `timeline.events` had when its first event was sent; `None` if version 0.1 sent it.
    pub event_partitions: Option<i32>,
}

/// Reconciles the output of an article with the state of the article, and returns the new state if that changes.
///
/// # Errors
/// None in practice: an article record can always be serialised.
pub fn reconcile(
    output: &mut ArticleOutput,
    state: ArticleState,
    events_topic: &str,
) -> Result<Option<ArticleState>, serde_json::Error> {
    match output.effect {
        Effect::None => keep_standing(output, &state).map(|()| None),
        Effect::HeldLost => {
            let state = ArticleState { held: None, ..state };
            keep_standing(output, &state).map(|()| Some(state))
        }
        Effect::Deletion
            if state.standing.as_ref().is_some_and(|it| is_before(output, &state, &Place::of_standing(it))) =>
        {
            output.article.status = ArticleStatus::Stale;
            keep_standing(output, &state).map(|()| None)
        }
        Effect::Deletion => delete(output, state, events_topic).map(Some),
        Effect::Revision if is_stale(output, &state) => {
            output.article.status = ArticleStatus::Stale;
            output.events.clear();
            keep_standing(output, &state).map(|()| None)
        }
        Effect::Revision if output.article.status == ArticleStatus::Held => {
            let state = ArticleState { held: output.article.held.take(), ..state };
            keep_standing(output, &state).map(|()| Some(state))
        }
        Effect::Revision => replace_standing(output, state, events_topic).map(Some),
    }
}

/// Reports in the output that the standing revision still stands.
fn keep_standing(output: &mut ArticleOutput, state: &ArticleState) -> Result<(), serde_json::Error> {
    output.article.events.clone_from(&state.events);
    output.article.standing.clone_from(&state.standing);
    output.article.held.clone_from(&state.held);
    let source = &output.article.source.topic;
    let standing = output.article.standing.iter_mut().map(|it| &mut it.topic);
    for topic in standing.chain(output.article.held.iter_mut().map(|it| &mut it.topic)) {
        *topic = topic.take().filter(|topic| topic != source);
    }
    output.update_record()
}

/// Where a revision was read from, as far as that is known.
struct Place<'a> {
    /// The topic; `None` for that of the message itself.
    topic: Option<&'a str>,
    partition: Option<i32>,
    offset: Option<i64>,
}

impl<'a> Place<'a> {
    fn of_standing(it: &'a StandingFields) -> Self {
        Self { topic: it.topic.as_deref(), partition: it.partition, offset: it.offset }
    }

    fn of_held(it: &'a HeldFields) -> Self {
        Self { topic: it.topic.as_deref(), partition: it.partition, offset: Some(it.offset) }
    }
}

/// Returns whether the message of an output is before another that is known: at a lower offset of the same partition, so
/// that it is read again. A topic that was made anew has low offsets again, but not for messages of the past.
fn is_before(output: &ArticleOutput, state: &ArticleState, other: &Place<'_>) -> bool {
    let source = &output.article.source;
    let is_there = other.partition == Some(source.partition) && other.topic.is_none_or(|topic| topic == source.topic);
    let is_lower = is_there && other.offset.is_some_and(|offset| source.offset < offset);
    is_lower && output.record.timestamp.is_none_or(|time| time.div_euclid(1000) <= state.seen)
}

/// Lets the revision of the output stand: retracts the events that it no longer has. A held revision is dropped unless it
/// is newer. A withdrawal stands as the newest revision that is known, so that no copy of an earlier one undoes it. A
/// revision that was read more than once stands where it was read last.
fn replace_standing(
    output: &mut ArticleOutput,
    state: ArticleState,
    events_topic: &str,
) -> Result<ArticleState, serde_json::Error> {
    let read_again = |it: &&StandingFields| is_before(output, &state, &Place::of_standing(it));
    let last_read = state.standing.as_ref().filter(read_again).map(|it| (it.partition, it.offset));
    let article = &mut output.article;
    let incoming = (&*article.revision, article.standing.as_ref().and_then(|standing| standing.modified));
    let is_same = |it: &StandingFields| compare_revisions((&it.revision, it.modified), incoming) == Ordering::Equal;
    let last_read = last_read.filter(|_| state.standing.as_ref().is_some_and(is_same));
    let held = state.held.filter(|held| compare_revisions(held_version(held), incoming) == Ordering::Greater);
    let mut is_changed = held.is_some() || last_read.is_some();
    if let (Some(standing), Some(last_read)) = (&mut article.standing, last_read) {
        (standing.partition, standing.offset) = last_read;
    }
    if let (Some(withdrawn), Some(before)) = (&mut article.standing, state.standing)
        && withdrawn.status == ArticleStatus::Withdrawn
    {
        let own = (withdrawn.revision.clone(), withdrawn.modified);
        let newest = newer_revision(own.clone(), (before.revision, before.modified));
        is_changed |= newest != own;
        (withdrawn.revision, withdrawn.modified) = newest;
    }
    let (standing, events) = (article.standing.clone(), article.events.clone());
    let before = state.events;
    let new = ArticleState { standing, events, held, ..ArticleState::default() };
    let kept: FxHashSet<&String> = new.events.iter().collect();
    for id in before.iter().filter(|id| !kept.contains(id)) {
        output.retract(events_topic, id);
    }
    if is_changed {
        keep_standing(output, &new)?;
    }
    Ok(new)
}

/// Withdraws the article: retracts all its events, and drops the held revision, unless that came later. A deletion follows
/// whatever was known, so that the newest revision of all counts as withdrawn.
fn delete(
    output: &mut ArticleOutput,
    state: ArticleState,
    events_topic: &str,
) -> Result<ArticleState, serde_json::Error> {
    let is_later = |held: &HeldFields| is_before(output, &state, &Place::of_held(held));
    let (later, dropped) = match state.held.clone() {
        Some(held) if is_later(&held) => (Some(held), None),
        held => (None, held),
    };
    let own = (output.article.revision.clone(), output.article.standing.as_ref().and_then(|it| it.modified));
    let standing = state.standing.map(|it| (it.revision, it.modified));
    let dropped = dropped.map(|it| (it.revision, it.modified));
    let (revision, modified) = standing.into_iter().chain(dropped).fold(own, newer_revision);
    let source = &output.article.source;
    let (partition, offset) = (Some(source.partition), Some(source.offset));
    let status = ArticleStatus::Withdrawn;
    let own = StandingFields { revision, modified, status, topic: None, partition, offset };
    for id in &state.events {
        output.retract(events_topic, id);
    }
    let new = ArticleState { standing: Some(own), held: later, ..ArticleState::default() };
    keep_standing(output, &new)?;
    Ok(new)
}

/// Returns whether a newer revision than the incoming one stands, or, if the incoming one is held, is held.
fn is_stale(output: &ArticleOutput, state: &ArticleState) -> bool {
    let article = &output.article;
    if let Some(incoming) = &article.held {
        let held = state.held.as_ref().map(|it| (held_version(it), Place::of_held(it)));
        let standing = state.standing.as_ref().map(|it| ((&*it.revision, it.modified), Place::of_standing(it)));
        return held.into_iter().chain(standing).any(|(known, place)| {
            match compare_revisions(known, held_version(incoming)) {
                Ordering::Greater => true,
                Ordering::Less => false,
                // Without numbers only the order of the messages counts.
                Ordering::Equal => {
                    let is_numbered = known.1.is_some() || known.0 != "1";
                    !is_numbered && is_before(output, state, &place)
                }
            }
        });
    }
    let (Some(standing), Some(incoming)) = (&state.standing, &article.standing) else { return false };
    match compare_revisions((&standing.revision, standing.modified), (&incoming.revision, incoming.modified)) {
        Ordering::Greater => true,
        Ordering::Less => false,
        // The same revision again replaces itself. But a withdrawal is not undone by a second copy of the revision that it
        // withdrew, unless the feed does not number its revisions: then only their order counts.
        Ordering::Equal => {
            let is_numbered = standing.modified.is_some() || standing.revision != "1";
            let is_withdrawn = |it: &StandingFields| it.status == ArticleStatus::Withdrawn;
            // Where the numbers do not decide, a message that is read again is as old as it was.
            let is_undecided =
                !is_numbered || is_withdrawn(incoming) || standing.revision.trim() != incoming.revision.trim();
            is_numbered && is_withdrawn(standing) && !is_withdrawn(incoming)
                || is_undecided && is_before(output, state, &Place::of_standing(standing))
        }
    }
}

fn held_version(held: &HeldFields) -> (&str, Option<DateTime<Utc>>) {
    (&held.revision, held.modified)
}
