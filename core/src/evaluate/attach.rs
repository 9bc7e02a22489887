//! How well dates are attached to events, measured against links between events and expressions.
//!
//! Only those annotated dates and times count at which a link places an event of the same sentence. Precision: of the
//! system's events on such dates, those whose trigger overlaps a linked event. Recall: of such dates, those with at
//! least one correct event of the system.

use std::collections::HashMap;
use std::ops::AddAssign;

use super::{Document, Extent, GoldEvent, Measure, Prediction, Timex};

/// The links that place an event at a time, whichever of the two comes first; not those before or after it.
const AT: [&str; 10] = [
    "IS_INCLUDED",
    "INCLUDES",
    "SIMULTANEOUS",
    "DURING",
    "DURING_INV",
    "IDENTITY",
    "BEGINS",
    "BEGUN_BY",
    "ENDS",
    "ENDED_BY",
];

/// Counts of dates that are attached to the right event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventCounts {
    /// Annotated dates with an event in their sentence.
    pub gold: usize,
    /// The system's events on them.
    pub system: usize,
    /// The system's events with a correct trigger.
    pub right: usize,
    /// Annotated dates with a correct event.
    pub found: usize,
}

impl EventCounts {
    pub(super) fn of(document: &Document, prediction: &Prediction) -> Self {
        let mut counts = Self::default();
        for (timex, linked) in linked_events(document) {
            let on_it = || prediction.events.iter().filter(|event| overlap(event.date, timex.extent()));
            let right = on_it().filter(|event| linked.iter().any(|&word| overlap(event.trigger, word))).count();
            counts += Self { gold: 1, system: on_it().count(), right, found: usize::from(right > 0) };
        }
        counts
    }

    /// Returns the scores; `None` if no document has links to measure against.
    #[must_use]
    pub fn measure(&self) -> Option<Measure> {
        (self.gold > 0).then(|| Measure::new((self.right, self.system), (self.found, self.gold)))
    }
}

impl AddAssign for EventCounts {
    fn add_assign(&mut self, other: Self) {
        self.gold += other.gold;
        self.system += other.system;
        self.right += other.right;
        self.found += other.found;
    }
}

/// Returns the dates and times that count, each with the extents of its events.
fn linked_events(document: &Document) -> Vec<(&Timex, Vec<Extent>)> {
    if document.links.is_empty() {
        return Vec::new();
    }
    let sentences = Sentences::of(&document.text);
    let events: HashMap<&str, &GoldEvent> = document.events.iter().map(|event| (event.eid.as_str(), event)).collect();
    let mut at: HashMap<&str, Vec<&GoldEvent>> = HashMap::new();
    for link in document.links.iter().filter(|link| AT.contains(&link.r#type.as_str())) {
        at.entry(&link.timex).or_default().extend(events.get(link.event.as_str()));
    }
    let dates = document.timexes.iter().filter(|timex| matches!(timex.r#type.as_deref(), Some("DATE" | "TIME")));
    dates
        .filter_map(|timex| {
            let sentence = sentences.number(timex.start);
            let linked = at.get(timex.tid.as_deref()?)?.iter();
            let linked: Vec<Extent> =
                linked.filter(|event| sentences.number(event.start) == sentence).map(|event| event.extent()).collect();
            (!linked.is_empty()).then_some((timex, linked))
        })
        .collect()
}

fn overlap(one: Extent, other: Extent) -> bool {
    one[0] < other[1] && other[0] < one[1]
}

/// A rough division into sentences, which is a part of the measure's definition and not of the system.
///
/// A sentence ends at `.`, `!` or `?` (and one closing mark) followed by space and a capital, a quote or a bracket; or
/// at an empty line. An end by a full stop takes effect only after the first character of the next sentence, because
/// that character has to be seen.
struct Sentences {
    /// For each end of a sentence, the first code point that counts as after it; ascending.
    starts: Vec<usize>,
}

impl Sentences {
    fn of(text: &str) -> Self {
        let mut starts = Vec::new();
        let (mut last, mut before_last) = (None, None);
        let mut characters = text.chars().enumerate().peekable();
        while let Some((_, character)) = characters.next() {
            if !character.is_whitespace() {
                (before_last, last) = (last, Some(character));
                continue;
            }
            let mut newlines = usize::from(character == '\n');
            let mut after_empty_line = None;
            while let Some((at, space)) = characters.next_if(|(_, next)| next.is_whitespace()) {
                newlines += usize::from(space == '\n');
                if newlines == 2 && after_empty_line.is_none() {
                    after_empty_line = Some(at + 1);
                }
            }
            let after_stop = characters.peek().filter(|(_, next)| stops(before_last, last) && opens(*next));
            let after_stop = after_stop.map(|(at, _)| at + 1);
            starts.extend(after_empty_line.or(after_stop));
            // The characters before this space do not precede the next one.
            (before_last, last) = (None, None);
        }
        Self { starts }
    }

    /// Returns how many sentences end before the code point.
    fn number(&self, position: usize) -> usize {
        self.starts.partition_point(|&start| start <= position)
    }
}

fn stops(before_last: Option<char>, last: Option<char>) -> bool {
    let stop = |character| matches!(character, Some('.' | '!' | '?'));
    stop(last) || (matches!(last, Some('"' | '\'' | ')')) && stop(before_last))
}

fn opens(character: char) -> bool {
    matches!(character, '"' | '\'' | '(' | 'A'..='Z')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::SystemEvent;
    use crate::event::Status;

    #[test]
    fn sentences_end_at_a_stop_before_a_capital_and_at_empty_lines() {
        let numbers = |text: &str| {
            let sentences = Sentences::of(text);
            text.char_indices().filter(|(_, c)| *c == 'x').map(|(at, _)| sentences.number(at)).collect::<Vec<_>>()
        };
        assert_eq!(numbers("x. Axe x! \"Ax\" x? (x"), [0, 1, 1, 2, 2, 3]);
        assert_eq!(numbers("x. x, approx. x; x.) Ax, \"x.\" 'x"), [0, 0, 0, 0, 0, 1, 1, 2]);
        assert_eq!(numbers("x\n \nx\nx. \n\n Ax"), [0, 1, 1, 2]);
    }

    #[test]
    fn the_first_character_of_a_sentence_belongs_to_the_one_before() {
        let sentences = Sentences::of("Rain fell. Friday it snowed.");
        assert_eq!((sentences.number(11), sentences.number(12)), (0, 1));
    }

    /// "The mill burned on Friday and closed." with the given links.
    fn mill(links: &str) -> Document {
        let line = r#"{"id":"m","text":"The mill burned on Friday and closed. It was old.",
            "timexes":[{"start":19,"end":25,"tid":"t1","type":"DATE","value":"2021-05-28"}],
            "events":[{"start":9,"end":15,"eid":"e1"},{"start":30,"end":36,"eid":"e2"},{"start":41,"end":44,"eid":"e3"}],
            "links":LINKS}"#;
        Document::read_jsonl(&line.replace('\n', "").replace("LINKS", links)).unwrap().remove(0)
    }

    fn counts(links: &str, triggers: &[Extent]) -> EventCounts {
        let event = |&trigger| SystemEvent { date: [16, 25], trigger, status: Status::Happened.into() };
        let prediction = Prediction { events: triggers.iter().map(event).collect(), ..Prediction::default() };
        EventCounts::of(&mill(links), &prediction)
    }

    const BURNED: &str = r#"[{"event":"e1","timex":"t1","type":"IS_INCLUDED"}]"#;

    #[test]
    fn an_event_is_correct_if_its_trigger_overlaps_a_linked_one() {
        let right_and_wrong = counts(BURNED, &[[4, 10], [30, 36]]);
        assert_eq!(right_and_wrong, EventCounts { gold: 1, system: 2, right: 1, found: 1 });
        assert_eq!(right_and_wrong.measure(), Some(Measure::new((1, 2), (1, 1))));
        assert_eq!(counts(BURNED, &[[30, 36]]), EventCounts { gold: 1, system: 1, right: 0, found: 0 });
        assert_eq!(counts(BURNED, &[]), EventCounts { gold: 1, system: 0, right: 0, found: 0 });
    }

    #[test]
    fn links_before_a_date_or_out_of_its_sentence_make_no_gold() {
        let before = BURNED.replace("IS_INCLUDED", "BEFORE");
        let elsewhere = BURNED.replace("e1", "e3");
        for links in ["[]", &before, &elsewhere] {
            let counts = counts(links, &[[9, 15]]);
            assert_eq!(counts, EventCounts::default(), "{links}");
            assert_eq!(counts.measure(), None);
        }
    }
}
