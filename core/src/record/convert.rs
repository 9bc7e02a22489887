//! Domain types to records, by hand.

use std::sync::Arc;

use chrono::SecondsFormat;

use super::{ArticleFields, DateFields, EventRecord, OffsetFields, StatementFields};
use crate::VERSION;
use crate::article::Article;
use crate::article_language::ArticleLanguage;
use crate::calendar::Bound;
use crate::event::{Event, Open};
use crate::extraction::Extraction;
use crate::language::Pack;
use crate::temporal::Resolved;
use crate::text::Span;

/// Names the program, the language pack, their versions and how much of a text the pack reads, as in records:
/// `dateline 0.2.0, en 2 statements`.
#[must_use]
pub fn extractor(pack: &Pack) -> String {
    format!("dateline {VERSION}, {} {} {}", pack.language, pack.version, pack.depth.name())
}

/// Returns the events of an article as records, in their order.
///
/// An event whose expression names no dates (a duration, a set) has no place on a timeline and makes no record.
#[must_use]
pub fn event_records(
    article: &Article,
    language: &ArticleLanguage,
    extraction: Extraction,
    extractor: &str,
) -> Vec<EventRecord> {
    if extraction.events.is_empty() {
        return Vec::new();
    }
    let (article, extractor) = (Arc::new(article_fields(article, language)), Arc::from(extractor));
    let Extraction { text, expressions, events, .. } = extraction;
    let record = |event: Event| {
        let from = expressions.get(event.expression)?;
        let to = event.until.and_then(|until| expressions.get(until));
        let whole = |from: &Resolved, to: Option<&Resolved>| {
            to.map_or(from.expression.span, |to| from.expression.span.join(to.expression.span))
        };
        let span = whole(from, to);
        let offsets = |sentence, date, trigger: Option<Span>| OffsetFields {
            sentence: text.code_points(sentence),
            date: text.code_points(date),
            trigger: trigger.map(|trigger| text.code_points(trigger)),
        };
        let also_at = event.also_at.iter().filter_map(|place| {
            let until = place.until.and_then(|until| expressions.get(until));
            let date = whole(expressions.get(place.expression)?, until);
            Some(offsets(place.sentence, date, place.trigger))
        });
        let also_at = also_at.collect();
        let words = |span: Span| span.of(text.as_str()).to_owned();
        Some(EventRecord {
            id: event.id,
            article: Arc::clone(&article),
            date: date_fields(words(span), from, to, event.open)?,
            statement: StatementFields {
                summary: event.summary,
                sentence: words(event.sentence),
                trigger: event.trigger.map(words),
                status: event.status.into(),
                names: event.names,
            },
            offsets: offsets(event.sentence, span, event.trigger),
            also_at,
            weight: event.weight,
            confidence: event.confidence,
            extractor: Arc::clone(&extractor),
        })
    };
    events.into_iter().filter_map(record).collect()
}

pub(super) fn article_fields(article: &Article, language: &ArticleLanguage) -> ArticleFields {
    ArticleFields {
        id: article.id.clone(),
        revision: article.revision.clone(),
        url: article.url.clone(),
        title: article.title.clone(),
        source: article.source.clone(),
        language: language.tag.clone(),
        language_from: language.from.into(),
        published_at: article.published.at.to_rfc3339_opts(SecondsFormat::AutoSi, false),
        published_from: article.reference.into(),
    }
}

/// The date of one expression, of the range between two, or of a period with an open end.
fn date_fields(text: String, from: &Resolved, to: Option<&Resolved>, open: Option<Open>) -> Option<DateFields> {
    let last = to.unwrap_or(from);
    let (start, end) = (from.interval?.start, last.interval?.end);
    let iso = |bound: Option<Bound>| bound.map(|bound| bound.iso8601());
    Some(DateFields {
        text,
        start: iso(start.filter(|_| open != Some(Open::Start))),
        end: iso(end.filter(|_| open != Some(Open::End))),
        granularity: from.granularity?.into(),
        r#type: from.timex.into(),
        value: to.map_or_else(|| from.value.clone(), |to| format!("{}/{}", from.value, to.value)),
        r#mod: from.modifier.map(Into::into),
        edtf: edtf(from, to, open),
        basis: from.basis.into(),
        reference: from.reference.and_then(|date| date.edtf()),
        rule: from.expression.rule.into(),
    })
}

/// EDTF intervals do not nest, so a week (`2019-05-06/2019-05-12`) at one end of a range contributes its outer day.
fn edtf(from: &Resolved, to: Option<&Resolved>, open: Option<Open>) -> Option<String> {
    let whole = from.edtf.as_deref()?;
    let (first, own_last) = (whole.split('/').next()?, whole.rsplit('/').next()?);
    Some(match (to, open) {
        (Some(to), _) => format!("{first}/{}", to.edtf.as_deref()?.rsplit('/').next()?),
        (None, Some(Open::End)) => format!("{first}/.."),
        (None, Some(Open::Start)) => format!("../{own_last}"),
        (None, None) => whole.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, NaiveDate};

    use super::*;
    use crate::article::Published;
    use crate::article_language::LanguageFrom;
    use crate::calendar::PartialDate;
    use crate::event::{Repeat, Status};
    use crate::temporal::{Basis, Expression, Meaning, Modifier, TimexType};
    use crate::text::Text;

    const BODY: &str = "Über Nacht: the ferry ran from 2017 to the week of 29 April, the line said.";

    fn span(words: &str) -> Span {
        let start = BODY.find(words).expect("in the text");
        Span::new(start, start + words.len())
    }

    fn expression(span: Span) -> Expression {
        let meaning = Meaning::Nothing;
        Expression {
            span,
            first: 0,
            end: 0,
            sentence: 0,
            rule: "en/test",
            history_only: false,
            needs_modifier: false,
            meaning,
            modifier: None,
        }
    }

    fn found(words: &str, date: PartialDate) -> Resolved {
        Resolved {
            expression: expression(span(words)),
            timex: TimexType::Date,
            value: date.value(),
            modifier: None,
            interval: date.interval(FixedOffset::east_opt(3600).expect("an hour")),
            granularity: Some(date.granularity()),
            edtf: date.edtf(),
            basis: Basis::Relative,
            reference: PartialDate::day(2019, 5, 3),
            confidence: 0.9,
            steps: Vec::new(),
        }
    }

    fn english() -> ArticleLanguage {
        ArticleLanguage { tag: "en".to_owned(), from: LanguageFrom::Told }
    }

    fn article() -> Article {
        Article {
            revision: "2".to_owned(),
            title: "The ferry".to_owned(),
            source: Some("The Quay".to_owned()),
            ..Article::new(
                "ferry-1",
                BODY,
                Published::parse("2019-05-03T18:35:00+01:00", chrono_tz::UTC).expect("a time"),
            )
        }
    }

    fn dated(until: Option<usize>) -> Event {
        Event {
            id: "5d41402abc4b2a76b9719d911017c592".to_owned(),
            expression: 0,
            until,
            open: None,
            sentence: Span::new(0, BODY.len()),
            trigger: Some(span("ran")),
            summary: "the ferry ran".to_owned(),
            names: vec!["Quay".to_owned()],
            also_at: vec![Repeat { sentence: span("the line said"), expression: 0, until, trigger: None }],
            status: Status::Happened,
            confidence: 0.75,
            weight: 0.81,
            weight_features: Vec::new(),
            conflict: false,
            candidates: Vec::new(),
            alternative: None,
        }
    }

    fn records(expressions: Vec<Resolved>, event: Event) -> Vec<EventRecord> {
        let (text, events) = (Text::of(BODY), vec![event]);
        let extraction = Extraction { text, expressions, events, dropped: Vec::new(), warnings: Vec::new() };
        event_records(&article(), &english(), extraction, "dateline 9.9.9, en 1 statements")
    }

    fn week() -> Resolved {
        found("the week of 29 April", PartialDate::week_of(NaiveDate::from_ymd_opt(2019, 4, 29).expect("a day")))
    }

    #[test]
    fn a_record_holds_all_fields_of_version_1() {
        let mut year = found("2017", PartialDate::Year(2017));
        year.modifier = Some(Modifier::Mid);
        let json = serde_json::to_string_pretty(&records(vec![year], dated(None))).expect("JSON");
        insta::assert_snapshot!(json, @r#"
        [
          {
            "id": "5d41402abc4b2a76b9719d911017c592",
            "article": {
              "id": "ferry-1",
              "revision": "2",
              "url": null,
              "title": "The ferry",
              "source": "The Quay",
              "language": "en",
              "language_from": "told",
              "published_at": "2019-05-03T18:35:00+01:00",
              "published_from": "given"
            },
            "date": {
              "text": "2017",
              "start": "2017-01-01",
              "end": "2018-01-01",
              "granularity": "year",
              "type": "DATE",
              "value": "2017",
              "mod": "MID",
              "edtf": "2017",
              "basis": "relative",
              "reference": "2019-05-03",
              "rule": "en/test"
            },
            "statement": {
              "summary": "the ferry ran",
              "sentence": "Über Nacht: the ferry ran from 2017 to the week of 29 April, the line said.",
              "trigger": "ran",
              "status": "happened",
              "names": [
                "Quay"
              ]
            },
            "offsets": {
              "sentence": [
                0,
                75
              ],
              "date": [
                31,
                35
              ],
              "trigger": [
                22,
                25
              ]
            },
            "also_at": [
              {
                "sentence": [
                  61,
                  74
                ],
                "date": [
                  31,
                  35
                ],
                "trigger": null
              }
            ],
            "weight": 0.81,
            "confidence": 0.75,
            "extractor": "dateline 9.9.9, en 1 statements"
          }
        ]
        "#);
    }

    #[test]
    fn a_record_of_an_earlier_version_has_a_weight_of_a_half() {
        let record = &records(vec![week()], dated(None))[0];
        let mut json = serde_json::to_value(record).expect("JSON");
        json.as_object_mut().expect("an object").remove("weight");
        let read: EventRecord = serde_json::from_value(json).expect("a record");
        assert_eq!(read, EventRecord { weight: 0.5, ..record.clone() });
    }

    #[test]
    fn a_range_reaches_from_the_first_expression_to_the_end_of_the_second() {
        let found = records(vec![found("2017", PartialDate::Year(2017)), week()], dated(Some(1)));
        insta::assert_snapshot!(serde_json::to_string_pretty(&found[0].date).expect("JSON"), @r#"
        {
          "text": "2017 to the week of 29 April",
          "start": "2017-01-01",
          "end": "2019-05-06",
          "granularity": "year",
          "type": "DATE",
          "value": "2017/2019-W18",
          "mod": null,
          "edtf": "2017/2019-05-05",
          "basis": "relative",
          "reference": "2019-05-03",
          "rule": "en/test"
        }
        "#);
        assert_eq!(found[0].offsets.date, [31, 59]);
    }

    #[test]
    fn an_open_end_is_null() {
        let ends = |open: Open| {
            let event = Event { open: Some(open), ..dated(None) };
            let DateFields { start, end, edtf, value, .. } = records(vec![week()], event).remove(0).date;
            format!("{start:?} {end:?} {edtf:?} {value}")
        };
        assert_eq!(ends(Open::End), r#"Some("2019-04-29") None Some("2019-04-29/..") 2019-W18"#);
        assert_eq!(ends(Open::Start), r#"None Some("2019-05-06") Some("../2019-05-05") 2019-W18"#);
    }

    #[test]
    fn an_expression_that_names_no_dates_makes_no_record() {
        let mut length = found("2017", PartialDate::Year(2017));
        length.interval = None;
        assert_eq!(records(vec![length], dated(None)), []);
        assert_eq!(records(Vec::new(), dated(None)), [], "nor does one that is not there");
    }

    #[test]
    fn the_extractor_names_program_and_pack() {
        let pack = crate::language::pack("en").expect("there is one");
        assert_eq!(extractor(pack), format!("dateline {VERSION}, en {} statements", pack.version));
    }
}
