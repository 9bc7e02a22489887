//! How sure a value is: one table, by the kind of evidence that the value rests on.
//!
//! The figures are shares of right values among the dated events of modern news and of old wires, of one half of each
//! annotated collection, rounded, and for what is rare what one would expect of the next newspaper. `dateline eval` prints
//! how they hold on the texts that it is given.

use super::Modifier;

/// What the value of an expression rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It is the publication date, in the dateline of the article.
    Dateline,
    /// The text gives all of it.
    FullDate,
    /// The text gives a year or something coarser: a bare number of four digits may be no year.
    BareYear,
    /// "yesterday", counted in days from publication.
    DeicticDay,
    /// "last month", "this quarter".
    DeicticMonth,
    /// "last year".
    DeicticYear,
    /// Another unit counted from publication: "this week".
    DeicticOther,
    /// "last Friday", "next March".
    NamedWithShift,
    /// A bare name, whose direction is given by a preposition that looks back: "since Friday".
    BackwardPreposition,
    /// By one that looks ahead: "until Friday".
    ForwardPreposition,
    /// By a noun of what happened: "Friday's attack".
    EventNoun,
    /// By a verb in the past.
    PastVerb,
    /// By a verb that looks ahead.
    FutureVerb,
    /// By a word of planning.
    PlanningWord,
    /// By an infinitive.
    Infinitive,
    /// By a verb in the present.
    PresentVerb,
    /// By its place in a list: the nearest one is taken.
    Listed,
    /// By nothing: the nearest one in the past is taken.
    NoVerb,
    /// A length of time, or a time of a day that stands with it.
    LengthOrClock,
    /// A part of a day.
    PartOfDay,
    /// An amount of units from publication, or a time whose day is not given.
    Counted,
    /// A calendar date counted from a date mentioned before, which may be another one than the reader takes.
    NarrativeDate,
    /// The same period in another year.
    NarrativePeriod,
    /// A time or part of a day, on a day mentioned before.
    NarrativeClock,
    /// Anything else counted from a date mentioned before.
    NarrativeOther,
    /// Anything else counted from publication.
    Other,
}

impl Evidence {
    /// How often a value that rests on it is right, 0 to 1.
    pub(super) const fn confidence(self) -> f32 {
        match self {
            Self::FullDate | Self::DeicticDay => 0.98,
            Self::PastVerb | Self::BareYear | Self::EventNoun => 0.97,
            Self::DeicticMonth | Self::BackwardPreposition | Self::NamedWithShift => 0.96,
            Self::Dateline => 0.95,
            Self::ForwardPreposition => 0.94,
            Self::DeicticOther | Self::PresentVerb => 0.92,
            Self::DeicticYear => 0.91,
            Self::PartOfDay | Self::FutureVerb | Self::Infinitive | Self::Other => 0.9,
            Self::Counted | Self::NarrativeDate | Self::Listed => 0.87,
            Self::NarrativeClock | Self::PlanningWord | Self::LengthOrClock => 0.85,
            Self::NoVerb => 0.78,
            Self::NarrativeOther => 0.75,
            Self::NarrativePeriod => 0.6,
        }
    }

    /// The confidence of a value with a modifier: "about" and "nearly" take a little away.
    pub(super) fn with(self, modifier: Option<Modifier>) -> f32 {
        let approximate = if modifier == Some(Modifier::Approx) { 0.05 } else { 0.0 };
        self.confidence() - approximate
    }
}

/// The confidence of an event whose date has the given one: a date without a trigger is less surely its date, and one
/// that the tense of the verb contradicts is as likely wrong as right.
#[must_use]
pub fn of_event(date: f32, has_trigger: bool, conflict: bool) -> f32 {
    let trigger = if has_trigger { 1.0 } else { 0.9 };
    let tense = if conflict { 0.5 } else { 1.0 };
    date * trigger * tense
}
