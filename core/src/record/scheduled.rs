//! An event that a feed announces, as a record: its dates have fields of their own, so no text has to be read.

use std::sync::Arc;

use chrono::Timelike;

use super::convert::article_fields;
use super::{DateFields, EventRecord, OffsetFields, StatementFields, Word};
use crate::VERSION;
use crate::article::{Article, Published, ScheduledEvent};
use crate::article_language::ArticleLanguage;
use crate::calendar::{Clock, PartialDate};
use crate::event::{self, Status};
use crate::temporal::{Basis, TimexType};

/// Stands for the rule that recognised the date.
const RULE: &str = "ninjs/event";

/// Returns the record of the event that an article announces, if any.
///
/// Its statement is the title; `offsets.date` is empty, since the date is not in the text.
#[must_use]
pub fn scheduled_event_record(article: &Article, language: &ArticleLanguage) -> Option<EventRecord> {
    let scheduled = article.scheduled.as_ref()?;
    let sentence = if article.body.trim().is_empty() { &article.title } else { &article.body };
    let lies_ahead = scheduled.start.at > article.published.at;
    let status = Word::Known(if lies_ahead { Status::Planned } else { Status::Happened });
    Some(EventRecord {
        id: event::id_of_occasion(&article.id, sentence, &scheduled.text),
        article: Arc::new(article_fields(article, language)),
        date: date(scheduled),
        statement: StatementFields {
            summary: if article.title.is_empty() { sentence.clone() } else { article.title.clone() },
            sentence: sentence.clone(),
            trigger: None,
            status,
            names: Vec::new(),
        },
        offsets: OffsetFields { sentence: [0, article.body.chars().count()], date: [0, 0], trigger: None },
        also_at: Vec::new(),
        weight: 1.0,
        confidence: 1.0,
        extractor: Arc::from(format!("dateline {VERSION}")),
    })
}

fn date(scheduled: &ScheduledEvent) -> DateFields {
    let partial = |at: &Published| {
        let (day, time) = (at.date(), at.at.time());
        let small = |number: u32| u8::try_from(number).unwrap_or_default();
        let clock = Clock { hour: small(time.hour()), minute: Some(small(time.minute())), second: None, offset: None };
        if at.has_time { PartialDate::Time(day, clock) } else { PartialDate::Day(day) }
    };
    let start = &scheduled.start;
    // An end without a time adds nothing to a start with one, unless it is on a later day.
    let end = scheduled.end.filter(|end| end.at > start.at && (end.has_time || end.date() > start.date()));
    let (from, to) = (partial(start), end.as_ref().map(partial));
    let offset = *start.at.offset();
    let (first, last) = (from.interval(offset), to.as_ref().unwrap_or(&from).interval(offset));
    let joined = |from: String, to: Option<String>| match to {
        Some(to) => format!("{from}/{to}"),
        None => from,
    };
    DateFields {
        text: scheduled.text.clone(),
        start: first.and_then(|it| it.start).map(|bound| bound.iso8601()),
        end: last.and_then(|it| it.end).map(|bound| bound.iso8601()),
        granularity: from.granularity().into(),
        r#type: Word::Known(if start.has_time { TimexType::Time } else { TimexType::Date }),
        value: joined(from.value(), to.as_ref().map(PartialDate::value)),
        r#mod: None,
        edtf: from.edtf().map(|edtf| joined(edtf, to.as_ref().and_then(PartialDate::edtf))),
        basis: Word::Known(Basis::Absolute),
        reference: None,
        rule: RULE.into(),
    }
}
