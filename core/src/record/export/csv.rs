//! Comma-separated values for spreadsheets: a header, then one row per event.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Export, Folded};
use crate::record::EventRecord;

const HEADER: [&str; 17] = [
    "start",
    "end",
    "granularity",
    "date",
    "value",
    "status",
    "summary",
    "sentence",
    "names",
    "weight",
    "confidence",
    "source",
    "title",
    "published_at",
    "url",
    "article",
    "id",
];

/// The columns of a table whose rows stand for several events, and where they are.
const FOLDED: [&str; 2] = ["articles", "sources"];
const FOLDED_AT: usize = 15;

/// What begins a formula in a spreadsheet, with the wide forms that some take for the same.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A table of events.
pub struct Csv<W: Write> {
    rows: ::csv::Writer<W>,
    is_folded: bool,
}

impl<W: Write> Csv<W> {
    /// Starts a table with its header.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn new(out: W) -> io::Result<Self> {
        Self::begin(out, false)
    }

    /// Starts a table whose rows stand for several events: with how many articles report the same, and which sources.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn folded(out: W) -> io::Result<Self> {
        Self::begin(out, true)
    }

    fn begin(out: W, is_folded: bool) -> io::Result<Self> {
        let mut header = HEADER.to_vec();
        if is_folded {
            header.splice(FOLDED_AT..FOLDED_AT, FOLDED);
        }
        let mut rows = ::csv::Writer::from_writer(out);
        rows.write_record(header)?;
        Ok(Self { rows, is_folded })
    }
}

impl<W: Write> Export for Csv<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        let EventRecord { id, article, date, statement, weight, confidence, .. } = record;
        let or_empty = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let mut row: Vec<String> = [
            or_empty(&date.start),
            or_empty(&date.end),
            date.granularity.name().to_owned(),
            date.text.clone(),
            date.value.clone(),
            statement.status.name().to_owned(),
            statement.summary.clone(),
            statement.sentence.clone(),
            statement.names.join("; "),
            weight.to_string(),
            confidence.to_string(),
            or_empty(&article.source),
            article.title.clone(),
            article.published_at.clone(),
            or_empty(&article.url),
            article.id.clone(),
            folded.map_or(id, |folded| &folded.id).clone(),
        ]
        .into();
        if self.is_folded {
            let articles = folded.map_or(1, |folded| folded.articles).to_string();
            let sources = folded.map_or_else(|| or_empty(&article.source), |folded| folded.sources.join("; "));
            row.splice(FOLDED_AT..FOLDED_AT, [articles, sources]);
        }
        Ok(self.rows.write_record(row.iter().map(|cell| inert(cell).into_owned()))?)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

/// Returns a cell that no spreadsheet runs: one that would begin a formula begins with an apostrophe, which they take for
/// the sign of text. So do years before 1: `-0043-03-15` would be subtracted.
fn inert(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{record, written};
    use super::*;

    #[test]
    fn an_event_is_a_row_with_quotes_where_needed() {
        let records =
            [record(Some("2019-04-01"), Some("2019-05-01"), "month"), record(None, Some("-0043-03-15"), "day")];
        insta::assert_snapshot!(written(&records, Csv::new), @r#"
        start,end,granularity,date,value,status,summary,sentence,names,weight,confidence,source,title,published_at,url,article,id
        2019-04-01,2019-05-01,month,last month,2019-04,happened,"Smith & Sons, the ferry line, closed <the> harbour","Smith & Sons, the ferry line, closed <the> harbour last month.",Smith & Sons,0.8,0.9,The Quay,Harbour closed,2019-05-03T18:35:00+01:00,https://quay.example/harbour,harbour-1,5d41402abc4b2a76b9719d911017c592
        ,'-0043-03-15,day,last month,2019-04,happened,"Smith & Sons, the ferry line, closed <the> harbour","Smith & Sons, the ferry line, closed <the> harbour last month.",Smith & Sons,0.8,0.9,The Quay,Harbour closed,2019-05-03T18:35:00+01:00,https://quay.example/harbour,harbour-1,5d41402abc4b2a76b9719d911017c592
        "#);
    }

    #[test]
    fn no_cell_begins_a_formula() {
        let mut evil = record(Some("2019-04-01"), None, "month");
        let cells = ["=HYPERLINK(\"https://x\")", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"];
        for cell in cells {
            evil.statement.summary = cell.to_owned();
            evil.statement.names = vec![cell.to_owned()];
            let table = written(std::slice::from_ref(&evil), Csv::new);
            let mut rows = ::csv::Reader::from_reader(table.as_bytes());
            let row = rows.records().next().expect("a row").expect("a table");
            assert!(row.iter().all(|cell| !cell.starts_with(FORMULA)), "{row:?}");
            assert_eq!(row[6].strip_prefix('\''), Some(cell));
        }
    }

    #[test]
    fn a_row_that_stands_for_several_events_names_all_sources() {
        let mut table = Vec::new();
        let mut export = Csv::folded(&mut table).expect("memory takes everything");
        let folded =
            Folded { id: "entry".to_owned(), articles: 3, sources: vec!["Hill".to_owned(), "Quay".to_owned()] };
        export.row(&record(Some("2019-04-01"), None, "day"), Some(&folded)).expect("memory takes everything");
        drop(export);
        let table = String::from_utf8(table).expect("UTF-8");
        assert!(table.contains(",url,articles,sources,article,id\n"), "{table}");
        assert!(table.ends_with("/harbour,3,Hill; Quay,harbour-1,entry\n"), "{table}");
    }
}
