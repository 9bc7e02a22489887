//! Domain types to records, by hand.

use chrono::SecondsFormat;

use super::{ArticleFields, DateFields, EventRecord, OffsetFields, StatementFields};
use crate::VERSION;
use crate::article::Article;
use crate::calendar::Bound;
use crate::event::Event;
use crate::pipeline::Extraction;
use crate::temporal::Resolved;
use crate::text::Span;

/// Which program and which version of which pack says so, as records spell it: `dateline 0.1.0, en 1`.
#[must_use]
pub fn extractor(language: &str, pack: u32) -> String {
    format!("dateline {VERSION}, {language} {pack}")
}

/// The events of an article as records, in their order. `language` is the article's, or what was taken for it.
///
/// An event whose expression names no dates (a length of time, a repetition) has no place on a timeline, and makes
/// no record.
#[must_use]
pub fn event_records(article: &Article, language: &str, extraction: &Extraction, extractor: &str) -> Vec<EventRecord> {
    let article = article_fields(article, language);
    let record = |event: &Event| {
        let from = extraction.expressions.get(event.expression)?;
        let to = event.until.and_then(|until| extraction.expressions.get(until));
        let text = &extraction.text;
        let span = to.map_or(from.expression.span, |to| from.expression.span.join(to.expression.span));
        let words = |span: Span| span.of(text.as_str()).to_owned();
        Some(EventRecord {
            id: event.id.clone(),
            article: article.clone(),
            date: date_fields(words(span), from, to)?,
            statement: StatementFields {
                summary: event.summary.clone(),
                sentence: words(event.sentence),
                trigger: event.trigger.map(words),
                status: event.status.name(),
            },
            offsets: OffsetFields {
                sentence: text.code_points(event.sentence),
                date: text.code_points(span),
                trigger: event.trigger.map(|trigger| text.code_points(trigger)),
            },
            confidence: event.confidence,
            extractor: extractor.to_owned(),
        })
    };
    extraction.events.iter().filter_map(record).collect()
}

fn article_fields(article: &Article, language: &str) -> ArticleFields {
    ArticleFields {
        id: article.id.clone(),
        revision: article.revision.clone(),
        url: article.url.clone(),
        title: article.title.clone(),
        source: article.source.clone(),
        language: language.to_owned(),
        published_at: article.published.at.to_rfc3339_opts(SecondsFormat::AutoSi, false),
    }
}

/// The date of one expression, or of the range between two.
fn date_fields(text: String, from: &Resolved, to: Option<&Resolved>) -> Option<DateFields> {
    let last = to.unwrap_or(from);
    let spelled = |bound: Option<Bound>| bound.map(|bound| bound.to_string());
    Some(DateFields {
        text,
        start: spelled(from.interval?.start),
        end: spelled(last.interval?.end),
        granularity: from.granularity?.name(),
        r#type: from.timex.name(),
        value: to.map_or_else(|| from.value.clone(), |to| format!("{}/{}", from.value, to.value)),
        r#mod: from.modifier.map(|modifier| modifier.name()),
        edtf: edtf(from, to),
        basis: from.basis.name(),
        reference: spelled(from.reference.map(Bound::Day)),
        rule: from.expression.rule.to_owned(),
    })
}

/// EDTF intervals do not nest, so a week (`2019-05-06/2019-05-12`) at an end of a range gives its outer day.
fn edtf(from: &Resolved, to: Option<&Resolved>) -> Option<String> {
    let first = from.edtf.as_deref()?;
    let Some(to) = to else { return Some(first.to_owned()) };
    let last = to.edtf.as_deref()?;
    Some(format!("{}/{}", first.split('/').next()?, last.rsplit('/').next()?))
}
