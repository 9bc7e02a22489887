//! Which way a clause looks, and what shows it: the closed list of readings.

use crate::temporal::confidence::Evidence;

/// Which way a bare name looks from its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the last one.
    Past,
    /// To the next one.
    Future,
}

/// Which way a clause looks, and what shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Reading {
    /// The way.
    pub(in super::super) direction: Direction,
    /// What shows it.
    pub(in super::super) reason: &'static str,
    /// The kind of evidence that this is.
    pub(in super::super) evidence: Evidence,
    /// Whether a finite verb of its clause decides, so that no date of it lies on the other side.
    pub(in super::super) is_firm: bool,
}

impl Reading {
    pub(super) const SINCE: Self = Self::past("its preposition looks back", Evidence::BackwardPreposition);
    pub(super) const UNTIL: Self = Self::future("its preposition looks ahead", Evidence::ForwardPreposition);
    pub(super) const HAPPENED: Self = Self::past("it is the day of what happened", Evidence::EventNoun);
    pub(super) const PAST: Self = Self::past("its verb is in the past", Evidence::PastVerb);
    pub(super) const DONE: Self = Self { is_firm: true, ..Self::PAST };
    pub(super) const EXPECTED: Self = Self::future("its verb looks ahead", Evidence::FutureVerb);
    pub(super) const AHEAD: Self = Self { is_firm: true, ..Self::EXPECTED };
    pub(super) const ARRANGED: Self =
        Self::future("it is the date that something is arranged for", Evidence::PlanningWord);
    pub(super) const FOLLOWED: Self = Self::past("its verb follows what happened", Evidence::EventNoun);
    pub(super) const INFINITIVE: Self = Self::future("its verb is an infinitive", Evidence::Infinitive);
    pub(super) const CARRIED_OUT: Self =
        Self::past("its verb is an infinitive that the past carried out", Evidence::Infinitive);
    pub(super) const PLANNED: Self = Self::future("a word of planning stands beside it", Evidence::PlanningWord);
    pub(super) const LISTED: Self = Self::past("it opens an entry of a list: the nearest one", Evidence::Listed);
    pub(super) const NOW: Self = Self::future("its verb is in the present", Evidence::PresentVerb);
    pub(in super::super) const NO_VERB: Self =
        Self::past("no verb gives a direction: taken for the last one", Evidence::NoVerb);

    const fn past(reason: &'static str, evidence: Evidence) -> Self {
        Self { direction: Direction::Past, reason, evidence, is_firm: false }
    }

    const fn future(reason: &'static str, evidence: Evidence) -> Self {
        Self { direction: Direction::Future, reason, evidence, is_firm: false }
    }
}
