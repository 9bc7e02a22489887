//! The scores of corpora, for people as plain text and for programs as JSON.

use std::fmt;

use serde::Serialize;

use super::{Band, Error, ErrorKind, Measure, Scores};

/// The scores of several corpora and their total.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// In the order in which they were scored.
    pub corpora: Vec<CorpusFigures>,
    /// The scores over all documents.
    pub total: CorpusFigures,
}

/// The scores of a corpus: counts and percentages.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CorpusFigures {
    /// The name of the corpus.
    pub name: String,
    /// The number of documents.
    pub documents: usize,
    /// The number of annotated expressions.
    pub gold: usize,
    /// The number of expressions of the system.
    pub system: usize,
    /// Equal extents.
    pub strict: Measure,
    /// Overlapping extents.
    pub relaxed: Measure,
    /// Overlapping extents with the same TIMEX3 type.
    pub r#type: Measure,
    /// Overlapping extents with the same TIMEX3 value.
    pub value: Measure,
    /// Dates attached to the right event; `None` if the corpus has no links.
    pub attachment: Option<Measure>,
    /// The dates of events by confidence, in five bands of equal size.
    pub confidence: Vec<Band>,
    /// The same in two halves: the less and the more confident events.
    pub confidence_halves: Vec<Band>,
}

/// The number of bands of confidence in a report.
const BANDS: usize = 5;

impl Report {
    /// Reports the scores of corpora, by name.
    #[must_use]
    pub fn new(corpora: &[(String, Scores)]) -> Self {
        let total: Scores = corpora.iter().map(|(_, scores)| scores.clone()).sum();
        Self {
            corpora: corpora.iter().map(|(name, scores)| CorpusFigures::new(name, scores)).collect(),
            total: CorpusFigures::new("total", &total),
        }
    }
}

impl CorpusFigures {
    /// Computes the percentages of a corpus.
    #[must_use]
    pub fn new(name: &str, scores: &Scores) -> Self {
        let timexes = scores.timexes;
        Self {
            name: name.to_owned(),
            documents: scores.documents,
            gold: timexes.gold,
            system: timexes.system,
            strict: timexes.measure(timexes.strict),
            relaxed: timexes.measure(timexes.relaxed),
            r#type: timexes.measure(timexes.r#type),
            value: timexes.measure(timexes.value),
            attachment: scores.events.measure(),
            confidence: scores.calibration.bands(BANDS),
            confidence_halves: scores.calibration.bands(2),
        }
    }
}

impl fmt::Display for Report {
    /// Writes a block for each corpus, and one for the total if there are several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for figures in &self.corpora {
            writeln!(f, "{figures}")?;
        }
        if self.corpora.len() > 1 { writeln!(f, "{}", self.total) } else { Ok(()) }
    }
}

impl fmt::Display for CorpusFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, documents, gold, system, .. } = self;
        writeln!(f, "{name}: {documents} documents, {gold} gold, {system} system")?;
        writeln!(f, "{:12}{:>10}{:>10}{:>10}", "", "precision", "recall", "F1")?;
        let rows = [("strict", self.strict), ("relaxed", self.relaxed), ("type", self.r#type), ("value", self.value)];
        for (name, Measure { precision, recall, f1 }) in
            rows.into_iter().chain(self.attachment.map(|m| ("attachment", m)))
        {
            writeln!(f, "  {name:10}{precision:10.2}{recall:10.2}{f1:10.2}")?;
        }
        if self.confidence.is_empty() {
            return Ok(());
        }
        writeln!(f, "  {:20}{:>10}{:>10}{:>10}", "confidence", "events", "stated", "right")?;
        let bands = self.confidence.iter().map(|band| ("", band));
        let halves = ["lower half", "higher half"].into_iter().zip(&self.confidence_halves);
        for (name, Band { from, to, events, stated, right }) in bands.chain(halves) {
            let range = format!("{from:.2}-{to:.2} {name}");
            writeln!(f, "    {range:22}{events:>6}{stated:>10.2}{right:>10.2}")?;
        }
        Ok(())
    }
}

/// Lists how many errors there are of each kind, with the first `examples` of each.
#[must_use]
pub fn list_errors(errors: &[Error], examples: usize) -> String {
    let mut list = String::new();
    for kind in ErrorKind::ALL {
        let of_kind: Vec<&Error> = errors.iter().filter(|error| error.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        list += &format!("{}: {}\n", kind.name(), of_kind.len());
        for error in of_kind.iter().take(examples) {
            list += &format!("  {error}\n");
        }
    }
    list
}

impl fmt::Display for Error {
    /// Writes two lines: the gold and the system's expression, and where they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_nothing = |expression: &Option<String>| expression.clone().unwrap_or_else(|| "nothing".into());
        write!(f, "gold {}  system {}", or_nothing(&self.gold), or_nothing(&self.system))?;
        if let Some(rule) = &self.rule {
            write!(f, "  by {rule}")?;
        }
        write!(f, "\n    {}: …{}…", self.document, self.context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{Calibration, EventCounts, TimexCounts};

    fn scores() -> Scores {
        Scores {
            documents: 2,
            timexes: TimexCounts { gold: 8, system: 5, strict: 3, relaxed: 4, r#type: 4, value: 2 },
            events: EventCounts { gold: 4, system: 3, right: 2, found: 2 },
            calibration: Calibration::default(),
        }
    }

    #[test]
    fn one_corpus_is_reported_without_a_total() {
        let report = Report::new(&[("news".into(), scores())]).to_string();
        let expected = "\
news: 2 documents, 8 gold, 5 system
             precision    recall        F1
  strict         60.00     37.50     46.15
  relaxed        80.00     50.00     61.54
  type           80.00     50.00     61.54
  value          40.00     25.00     30.77
  attachment     66.67     50.00     57.14

";
        assert_eq!(report, expected);
    }

    #[test]
    fn several_corpora_are_summed_and_those_without_links_show_no_attachment() {
        let without_links = Scores { events: EventCounts::default(), ..scores() };
        let report = Report::new(&[("news".into(), scores()), ("wars".into(), without_links)]).to_string();
        let blocks: Vec<&str> = report.split("\n\n").collect();
        assert!(blocks[1].starts_with("wars: 2 documents, 8 gold, 5 system") && !blocks[1].contains("attachment"));
        assert!(blocks[2].starts_with("total: 4 documents, 16 gold, 10 system") && blocks[2].contains("attachment"));
    }

    #[test]
    fn errors_are_counted_by_kind_and_limited_to_the_wanted_examples() {
        let error = |kind| Error {
            kind,
            document: "d".into(),
            gold: Some("\"May\" DATE 2021-05".into()),
            system: None,
            rule: None,
            context: "in [May],".into(),
        };
        let errors = [error(ErrorKind::Missed), error(ErrorKind::Missed), error(ErrorKind::Type)];
        let expected = "\
missed: 2
  gold \"May\" DATE 2021-05  system nothing
    d: …in [May],…
type: 1
  gold \"May\" DATE 2021-05  system nothing
    d: …in [May],…
";
        assert_eq!(list_errors(&errors, 1), expected);
        assert_eq!(list_errors(&errors, 0), "missed: 2\ntype: 1\n");
    }
}
