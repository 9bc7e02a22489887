//! Which revision of an article stands, and what that means for its events.
//!
//! Pure, and must not know how the state is stored.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashSet;

use crate::article::{compare_revisions, newer_revision};
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::disposition::{ArticleOutput, Effect};

/// What is known of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleState {
    /// The revision that stands.
    pub standing: Option<StandingFields>,
    /// The ids of its events.
    pub events: Vec<String>,
    /// The revision that is held until its embargo ends.
    pub held: Option<HeldFields>,
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
    output.update_record()
}

/// Lets the revision of the output stand: retracts the events that it no longer has. A held revision is dropped unless it
/// is newer. A withdrawal stands as the newest revision that is known, so that no copy of an earlier one undoes it.
fn replace_standing(
    output: &mut ArticleOutput,
    state: ArticleState,
    events_topic: &str,
) -> Result<ArticleState, serde_json::Error> {
    let article = &mut output.article;
    let incoming = (&*article.revision, article.standing.as_ref().and_then(|standing| standing.modified));
    let held = state.held.filter(|held| compare_revisions(held_version(held), incoming) == Ordering::Greater);
    let mut is_changed = held.is_some();
    if let (Some(withdrawn), Some(before)) = (&mut article.standing, state.standing)
        && withdrawn.status == ArticleStatus::Withdrawn
    {
        let own = (withdrawn.revision.clone(), withdrawn.modified);
        let newest = newer_revision(own.clone(), (before.revision, before.modified));
        is_changed |= newest != own;
        (withdrawn.revision, withdrawn.modified) = newest;
    }
    let new = ArticleState { standing: article.standing.clone(), events: article.events.clone(), held };
    let kept: FxHashSet<&String> = new.events.iter().collect();
    for id in state.events.iter().filter(|id| !kept.contains(id)) {
        output.retract(events_topic, id);
    }
    if is_changed {
        keep_standing(output, &new)?;
    }
    Ok(new)
}

/// Withdraws the article: retracts all its events, and drops the held revision. A deletion follows whatever was known, so
/// that the newest revision of all counts as withdrawn.
fn delete(
    output: &mut ArticleOutput,
    state: ArticleState,
    events_topic: &str,
) -> Result<ArticleState, serde_json::Error> {
    let own = (output.article.revision.clone(), output.article.standing.as_ref().and_then(|it| it.modified));
    let standing = state.standing.map(|it| (it.revision, it.modified));
    let held = state.held.map(|it| (it.revision, it.modified));
    let (revision, modified) = standing.into_iter().chain(held).fold(own, newer_revision);
    output.article.standing = Some(StandingFields { revision, modified, status: ArticleStatus::Withdrawn });
    for id in &state.events {
        output.retract(events_topic, id);
    }
    output.update_record()?;
    Ok(ArticleState { standing: output.article.standing.clone(), events: Vec::new(), held: None })
}

/// Returns whether a newer revision than the incoming one stands, or, if the incoming one is held, is held.
fn is_stale(output: &ArticleOutput, state: &ArticleState) -> bool {
    let article = &output.article;
    if let Some(incoming) = &article.held {
        let held = state.held.as_ref().map(held_version);
        let standing = state.standing.as_ref().map(|it| (&*it.revision, it.modified));
        return held
            .into_iter()
            .chain(standing)
            .any(|it| compare_revisions(it, held_version(incoming)) == Ordering::Greater);
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
            is_numbered && is_withdrawn(standing) && !is_withdrawn(incoming)
        }
    }
}

fn held_version(held: &HeldFields) -> (&str, Option<DateTime<Utc>>) {
    (&held.revision, held.modified)
}
