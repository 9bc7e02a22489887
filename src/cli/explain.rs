//! `--explain`: what was recognised in an article and by which rule, what was dropped, and how each value was computed.

use std::io::{self, Write};

use super::table::{heading, one_line};
use crate::article::Article;
use crate::calendar::Bound;
use crate::event::{Alternative, Event};
use crate::extraction::{Dropped, Extraction};
use crate::temporal::Resolved;
use crate::text::Span;

/// Writes what became of the expressions of an article, for people. Offsets are those of the records.
///
/// # Errors
///
/// Those of the writer.
pub fn write(article: &Article, extraction: &Extraction, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "{}", heading(article))?;
    if extraction.expressions.is_empty() {
        writeln!(out, "\nNo temporal expressions found.")?;
    }
    for (index, found) in extraction.expressions.iter().enumerate() {
        expression(found, extraction, &mut out)?;
        for event in extraction.events.iter().filter(|event| event.expression == index) {
            statement(event, extraction, &mut out)?;
        }
    }
    if !extraction.dropped.is_empty() {
        writeln!(out, "\nDropped")?;
    }
    for Dropped { span, rule, stage, reason } in &extraction.dropped {
        writeln!(out, "  {}, rule {rule}, by {stage}: {reason}", quoted(*span, extraction))?;
    }
    writeln!(out)
}

/// Writes an expression, and the weight of the event that it dates.
fn expression(found: &Resolved, extraction: &Extraction, out: &mut impl Write) -> io::Result<()> {
    let Resolved { expression, timex, value, modifier, basis, confidence, .. } = found;
    writeln!(out, "\n{}", quoted(expression.span, extraction))?;
    writeln!(out, "  rule        {}", expression.rule)?;
    let modifier = modifier.map(|modifier| format!(", {}", modifier.name())).unwrap_or_default();
    writeln!(out, "  value       {} {value}{modifier}", timex.name())?;
    if let Some(interval) = found.interval {
        let end = |bound: Option<Bound>| bound.map_or_else(|| "open".to_owned(), |bound| bound.to_string());
        writeln!(out, "  covers      {} to {}, exclusive", end(interval.start), end(interval.end))?;
    }
    let counted = found.reference.map(|date| format!(", counted from {}", date.value())).unwrap_or_default();
    writeln!(out, "  basis       {}{counted}", basis.name())?;
    writeln!(out, "  confidence  {confidence:.2}")?;
    for (step, label) in found.steps.iter().zip(std::iter::once("steps").chain(std::iter::repeat(""))) {
        writeln!(out, "  {label:<12}{step}")?;
    }
    Ok(())
}

/// How many reasons are given for a choice.
const MOST_REASONS: usize = 4;

/// Writes the event of a date, and why its line was preferred to the best other one.
fn statement(event: &Event, extraction: &Extraction, out: &mut impl Write) -> io::Result<()> {
    let trigger = event.trigger.map_or_else(|| "none".to_owned(), |span| quoted(span, extraction));
    writeln!(out, "  trigger     {trigger}")?;
    writeln!(out, "  status      {}", event.status.name())?;
    writeln!(out, "  weight      {:.2}", event.weight)?;
    writeln!(out, "  line        {}", event.summary)?;
    if let Some(Alternative { line, reasons }) = &event.alternative {
        writeln!(out, "  rather than {line}")?;
        let reasons = reasons.iter().take(MOST_REASONS).map(|(reason, weight)| format!("{reason} {weight:+}"));
        writeln!(out, "  because of  {}", reasons.collect::<Vec<_>>().join(", "))?;
    }
    Ok(())
}

/// Returns the words of a span and its offsets.
fn quoted(span: Span, extraction: &Extraction) -> String {
    let [start, end] = extraction.text.code_points(span);
    format!("\"{}\" at {start}-{end}", one_line(span.of(extraction.text.as_str())))
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;
    use crate::article::Published;
    use crate::calendar::PartialDate;
    use crate::extraction::DropStage;
    use crate::temporal::{Basis, Expression, Meaning, Modifier, TimexType};
    use crate::text::Text;

    fn article(body: &str) -> Article {
        let published = Published::parse("2019-05-03T18:35:00+01:00", chrono_tz::UTC).expect("a time");
        let (title, source) = ("Harbour\nclosed".to_owned(), Some("The Quay".to_owned()));
        Article { title, source, ..Article::new("harbour-1", body, published) }
    }

    fn explained(article: &Article, expressions: Vec<Resolved>, dropped: Vec<Dropped>) -> String {
        let text = Text::of(&article.body);
        let mut extraction = Extraction::new(text);
        (extraction.expressions, extraction.dropped) = (expressions, dropped);
        let mut out = Vec::new();
        write(article, &extraction, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn every_expression_shows_how_its_value_was_computed() {
        let article = article("The line may close the harbour, as late last month.");
        let april = PartialDate::Month(2019, 4);
        let found = Resolved {
            expression: Expression {
                span: Span::new(35, 50),
                first: 0,
                end: 0,
                sentence: 0,
                rule: "en/last-unit",
                history_only: false,
                needs_modifier: false,
                meaning: Meaning::Nothing,
                modifier: None,
            },
            timex: TimexType::Date,
            value: april.value(),
            modifier: Some(Modifier::End),
            interval: april.interval(FixedOffset::east_opt(3600).expect("an hour")),
            granularity: Some(april.granularity()),
            edtf: april.edtf(),
            basis: Basis::Relative,
            reference: PartialDate::day(2019, 5, 3),
            confidence: 0.94,
            steps: vec!["the month of publication", "one month back"],
        };
        let vague = Resolved { interval: None, reference: None, modifier: None, steps: Vec::new(), ..found.clone() };
        let [april, may] = [
            (Span::new(35, 50), "en/last-unit", DropStage::Attach, "its statement is too short"),
            (Span::new(9, 12), "en/month", DropStage::Refine("false-dates"), "a verb follows"),
        ]
        .map(|(span, rule, stage, reason)| Dropped { span, rule, stage, reason });
        insta::assert_snapshot!(explained(&article, vec![found, vague], vec![may, april]), @r#"
        Harbour closed · The Quay · 2019-05-03

        "late last month" at 35-50
          rule        en/last-unit
          value       DATE 2019-04, END
          covers      2019-04-01 to 2019-05-01, exclusive
          basis       relative, counted from 2019-05-03
          confidence  0.94
          steps       the month of publication
                      one month back

        "late last month" at 35-50
          rule        en/last-unit
          value       DATE 2019-04
          basis       relative
          confidence  0.94

        Dropped
          "may" at 9-12, rule en/month, by refine/false-dates: a verb follows
          "late last month" at 35-50, rule en/last-unit, by attach: its statement is too short
        "#);
    }

    #[test]
    fn an_article_without_expressions_says_so() {
        insta::assert_snapshot!(explained(&article("It closed."), Vec::new(), Vec::new()), @r#"
        Harbour closed · The Quay · 2019-05-03

        No temporal expressions found.
        "#);
    }
}
