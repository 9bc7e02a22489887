//! An event as a feed announces it, as a record: it tells its date in fields of its own, and no text has to be read.

use std::sync::Arc;

use chrono::Timelike;

use super::convert::article_fields;
use super::{DateFields, EventRecord, OffsetFields, StatementFields};
use crate::VERSION;
use crate::article::{Article, Occasion, Published};
use crate::calendar::{Clock, PartialDate};
use crate::event::{self, Status};
use crate::temporal::{Basis, TimexType};

/// What stands where other records name the rule that recognised a date.
const RULE: &str = "ninjs/event";

/// The record of the event that an article announces, if it does. Its statement is the title; `offsets.date` is empty, since the date is not in the text.
#[must_use]
pub fn occasion_record(article: &Article, language: &str) -> Option<EventRecord> {
    let occasion = article.occasion.as_ref()?;
    let sentence = if article.body.trim().is_empty() { &article.title } else { &article.body };
    let begins = occasion.start.at > article.published.at;
    let status = if begins { Status::Planned } else { Status::Happened };
    Some(EventRecord {
        id: event::id_of_occasion(&article.id, sentence, &occasion.text),
        article: Arc::new(article_fields(article, language)),
        date: date(occasion),
        statement: StatementFields {
            summary: if article.title.is_empty() { sentence.clone() } else { article.title.clone() },
            sentence: sentence.clone(),
            trigger: None,
            status: status.name().into(),
            names: Vec::new(),
        },
        offsets: OffsetFields { sentence: [0, article.body.chars().count()], date: [0, 0], trigger: None },
        also_at: Vec::new(),
        confidence: 1.0,
        extractor: Arc::from(format!("dateline {VERSION}")),
    })
}

fn date(occasion: &Occasion) -> DateFields {
    let told = |at: &Published| {
        let (day, time) = (at.date(), at.at.time());
        let small = |number: u32| u8::try_from(number).unwrap_or_default();
        let clock = Clock { hour: small(time.hour()), minute: Some(small(time.minute())), second: None, offset: None };
        if at.has_time { PartialDate::Time(day, clock) } else { PartialDate::Day(day) }
    };
    // An end that tells its day alone says no more of a start that tells its time, unless it is on a later day.
    let end =
        occasion.end.filter(|end| end.at > occasion.start.at && (end.has_time || end.date() > occasion.start.date()));
    let (from, to) = (told(&occasion.start), end.as_ref().map(told));
    let offset = *occasion.start.at.offset();
    let (first, last) = (from.interval(offset), to.as_ref().unwrap_or(&from).interval(offset));
    let joined = |from: String, to: Option<String>| match to {
        Some(to) => format!("{from}/{to}"),
        None => from,
    };
    DateFields {
        text: occasion.text.clone(),
        start: first.and_then(|it| it.start).map(|bound| bound.spelled()),
        end: last.and_then(|it| it.end).map(|bound| bound.spelled()),
        granularity: from.granularity().name().into(),
        r#type: if occasion.start.has_time { TimexType::Time } else { TimexType::Date }.name().into(),
        value: joined(from.value(), to.as_ref().map(PartialDate::value)),
        r#mod: None,
        edtf: from.edtf().map(|edtf| joined(edtf, to.as_ref().and_then(PartialDate::edtf))),
        basis: Basis::Absolute.name().into(),
        reference: None,
        rule: RULE.into(),
    }
}
