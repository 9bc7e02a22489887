//! The system's predictions: what the pipeline finds in a document, in the terms of the annotations.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Alignment, Document, Extent, Timex, align};
use crate::article::{Article, Published};
use crate::event::Status;
use crate::event::{Event, Repeat};
use crate::extraction::Extraction;
use crate::pipeline::{self, Settings};
use crate::record::Word;
use crate::temporal::{Modifier, Resolved};

/// The system's predictions for one document, serialised as other scorers read them.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Prediction {
    /// The document's id.
    pub id: String,
    /// The expressions that it found.
    pub timexes: Vec<SystemTimex>,
    /// The events that have a trigger.
    pub events: Vec<SystemEvent>,
    /// The dates of all events, with or without a trigger, and their confidence.
    #[serde(skip)]
    pub dated_events: Vec<DatedEvent>,
}

/// The date of an event, and its confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatedEvent {
    /// The index of the expression that dates it.
    pub timex: usize,
    /// 0 to 1.
    pub confidence: f32,
}

/// An expression that the system found. Offsets are code points into the document's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SystemTimex {
    /// First code point.
    pub start: usize,
    /// After the last code point.
    pub end: usize,
    /// TIMEX3 type.
    pub r#type: Option<String>,
    /// TIMEX3 value.
    pub value: Option<String>,
    /// TIMEX3 modifier.
    pub r#mod: Option<String>,
    /// The rule that recognised it, for lists of errors.
    #[serde(skip)]
    pub rule: String,
}

/// A dated event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SystemEvent {
    /// The extent of its date.
    pub date: Extent,
    /// The extent of its trigger.
    pub trigger: Extent,
    /// What the document says about its reality.
    pub status: Word<Status>,
}

impl SystemTimex {
    /// Returns its extent.
    #[must_use]
    pub fn extent(&self) -> Extent {
        [self.start, self.end]
    }
}

/// Runs the pipeline on a document.
///
/// Without a publication time, the document is dated by the settings, else by the first day of 2000: its relative dates
/// are lost, the others are not.
#[must_use]
pub fn predict(document: &Document, settings: &Settings) -> Prediction {
    let first_of_2000 = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN);
    let unknown = Published { at: first_of_2000.and_utc().fixed_offset(), has_time: false };
    let article = Article {
        title: document.title.clone(),
        language: document.language.clone(),
        ..Article::new(
            document.id.clone(),
            document.text.clone(),
            document.published.or(settings.input.published).unwrap_or(unknown),
        )
    };
    // Annotators link "now" to events, as they do with dates.
    let settings = Settings { undated: true, ..settings.clone() };
    Prediction::of(&document.id, &pipeline::extract(&article, &settings))
}

impl Prediction {
    /// Pairs its expressions with the document's.
    #[must_use]
    pub fn align(&self, document: &Document) -> Alignment {
        let gold: Vec<Extent> = document.timexes.iter().map(Timex::extent).collect();
        let system: Vec<Extent> = self.timexes.iter().map(SystemTimex::extent).collect();
        align(&gold, &system)
    }

    /// Converts an extraction to the terms of the annotations. Events without a trigger cannot be compared and are left
    /// out.
    #[must_use]
    pub fn of(id: &str, extraction: &Extraction) -> Self {
        let is_dated = |event: &&Event| {
            let date = extraction.expressions.get(event.expression);
            date.is_some_and(|date| date.interval.is_some())
        };
        Self {
            id: id.to_owned(),
            timexes: extraction.expressions.iter().map(|resolved| SystemTimex::of(resolved, extraction)).collect(),
            events: extraction.events.iter().flat_map(|event| SystemEvent::all(event, extraction)).collect(),
            dated_events: extraction.events.iter().filter(is_dated).map(DatedEvent::of).collect(),
        }
    }
}

impl SystemTimex {
    fn of(resolved: &Resolved, extraction: &Extraction) -> Self {
        let [start, end] = extraction.text.code_points(resolved.expression.span);
        Self {
            start,
            end,
            r#type: Some(resolved.timex.name().to_owned()),
            value: Some(resolved.value.clone()),
            r#mod: resolved.modifier.map(|modifier| Modifier::name(modifier).to_owned()),
            rule: resolved.expression.rule.to_owned(),
        }
    }
}

impl DatedEvent {
    fn of(event: &Event) -> Self {
        Self { timex: event.expression, confidence: event.confidence }
    }
}

impl SystemEvent {
    /// Returns an event at every place that reports it.
    fn all(event: &Event, extraction: &Extraction) -> impl Iterator<Item = Self> {
        let first = Repeat {
            sentence: event.sentence,
            expression: event.expression,
            until: event.until,
            trigger: event.trigger,
        };
        let places = std::iter::once(first).chain(event.also_at.iter().copied());
        places.filter_map(|place| Self::at(place, event.status, extraction))
    }

    fn at(place: Repeat, status: Status, extraction: &Extraction) -> Option<Self> {
        let span = |index: usize| extraction.expressions.get(index).map(|resolved| resolved.expression.span);
        let date = span(place.expression)?;
        let date = place.until.and_then(span).map_or(date, |until| date.join(until));
        Some(Self {
            date: extraction.text.code_points(date),
            trigger: extraction.text.code_points(place.trigger?),
            status: status.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article;
    use crate::text::Span;

    fn document(dct: &str, text: &str) -> Document {
        let line = serde_json::json!({"id": "d", "dct": dct, "text": text, "timexes": []});
        Document::read_jsonl(&line.to_string()).unwrap().remove(0)
    }

    /// The extents and values of the expressions found in English.
    fn found(document: &Document, settings: &Settings) -> Vec<(Extent, String)> {
        let timexes = predict(document, settings).timexes.into_iter();
        timexes.map(|timex| (timex.extent(), timex.value.unwrap_or_default())).collect()
    }

    #[test]
    fn offsets_are_code_points_and_values_count_from_the_document() {
        let document = document("2021-06-01", "Zoë Émile left last month.");
        assert_eq!(found(&document, &Settings::default()), [([15, 25], "2021-05".to_owned())]);
    }

    #[test]
    fn a_document_without_a_publication_time_counts_from_the_settings() {
        let mut document = document("2021-06-01", "She left last month.");
        let input = article::Settings { published: document.published.take(), ..article::Settings::default() };
        let settings = Settings { input, ..Settings::default() };
        assert_eq!(found(&document, &settings), [([9, 19], "2021-05".to_owned())]);
        assert_eq!(found(&document, &Settings::default()), [([9, 19], "1999-12".to_owned())]);
    }

    #[test]
    fn events_are_those_with_a_trigger_and_a_range_reaches_to_its_end() {
        let article = Article::new(
            "d",
            "Émile worked from May 2019 to June 2020.",
            Published::parse("2021-06-01", chrono_tz::UTC).unwrap(),
        );
        let mut extraction = pipeline::extract(&article, &Settings::default());
        assert_eq!(extraction.expressions.len(), 2);
        let event = Event {
            id: String::new(),
            expression: 0,
            until: Some(1),
            open: None,
            sentence: Span::new(0, 40),
            trigger: Some(Span::new(7, 13)),
            summary: String::new(),
            names: Vec::new(),
            also_at: Vec::new(),
            status: Status::Happened,
            confidence: 1.0,
            weight: 1.0,
            weight_features: Vec::new(),
            conflict: false,
            candidates: Vec::new(),
            alternative: None,
        };
        extraction.events = vec![event.clone(), Event { trigger: None, ..event }];
        let events = Prediction::of("d", &extraction).events;
        assert_eq!(events, [SystemEvent { date: [18, 39], trigger: [6, 12], status: Status::Happened.into() }]);
    }
}
