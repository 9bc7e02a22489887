//! Which revision of an article stands, and what that means for its events.
//!
//! Pure, and must not know how what is known is kept.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashSet;

use crate::article::compare_revisions;
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::fate::{Bearing, Telling};

/// What is known of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The revision that stands.
    pub standing: Option<StandingFields>,
    /// The ids of its events.
    pub events: Vec<String>,
    /// The revision that waits for the end of its embargo.
    pub held: Option<HeldFields>,
}

/// Settles what is told of an article whose earlier revisions are known, and tells what is known from then on, if that
/// changes. `events` is the topic of events.
///
/// # Errors
/// None in practice: a record can be written.
pub fn settle(telling: &mut Telling, known: Known, events: &str) -> Result<Option<Known>, serde_json::Error> {
    match telling.bearing {
        Bearing::Aside => unchanged(telling, &known).map(|()| None),
        Bearing::Lost => {
            let known = Known { held: None, ..known };
            unchanged(telling, &known).map(|()| Some(known))
        }
        Bearing::Revision if is_stale(telling, &known) => {
            telling.article.status = ArticleStatus::Stale;
            telling.events.clear();
            unchanged(telling, &known).map(|()| None)
        }
        Bearing::Revision if telling.article.status == ArticleStatus::Held => {
            let known = Known { held: telling.article.held.take(), ..known };
            unchanged(telling, &known).map(|()| Some(known))
        }
        Bearing::Revision => {
            let article = &telling.article;
            let coming = (&*article.revision, article.standing.as_ref().and_then(|standing| standing.modified));
            let held = known.held.filter(|held| compare_revisions(named(held), coming) == Ordering::Greater);
            let now = Known { standing: article.standing.clone(), events: article.events.clone(), held };
            let stands: FxHashSet<&String> = now.events.iter().collect();
            for id in known.events.iter().filter(|id| !stands.contains(id)) {
                telling.retract(events, id);
            }
            if now.held.is_some() {
                unchanged(telling, &now)?;
            }
            Ok(Some(now))
        }
    }
}

/// Says that what was known still holds.
fn unchanged(telling: &mut Telling, known: &Known) -> Result<(), serde_json::Error> {
    telling.article.events.clone_from(&known.events);
    telling.article.standing.clone_from(&known.standing);
    telling.article.held.clone_from(&known.held);
    telling.rewrite()
}

/// Whether a newer revision than what comes stands, or, where that is held, is held.
fn is_stale(telling: &Telling, known: &Known) -> bool {
    let article = &telling.article;
    if let Some(coming) = &article.held {
        let held = known.held.as_ref().map(named);
        let standing = known.standing.as_ref().map(|it| (&*it.revision, it.modified));
        return held
            .into_iter()
            .chain(standing)
            .any(|there| compare_revisions(there, named(coming)) == Ordering::Greater);
    }
    let (Some(there), Some(coming)) = (&known.standing, &article.standing) else { return false };
    match compare_revisions((&there.revision, there.modified), (&coming.revision, coming.modified)) {
        Ordering::Greater => true,
        Ordering::Less => false,
        // The same again replaces itself. A kill is not undone by the same revision that came twice, unless the feed tells
        // its revisions by their order alone.
        Ordering::Equal => {
            let told = there.modified.is_some() || there.revision != "1";
            let withdrawn = |it: &StandingFields| it.status == ArticleStatus::Withdrawn;
            told && withdrawn(there) && !withdrawn(coming)
        }
    }
}

fn named(held: &HeldFields) -> (&str, Option<DateTime<Utc>>) {
    (&held.revision, held.modified)
}
