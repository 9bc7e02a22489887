//! Comma-separated values for spreadsheets: a header, then one row per event.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Export, Folded};
use crate::record::EventRecord;

const HEADER: [&str; 19] = [
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
    "articles",
    "sources",
    "article",
    "id",
];

/// What begins a formula in a spreadsheet, with the wide forms that some take for the same.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A table of events.
pub struct Csv<W: Write>(::csv::Writer<W>);

impl<W: Write> Csv<W> {
    /// Starts a table with its header.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn new(out: W) -> io::Result<Self> {
        let mut rows = ::csv::Writer::from_writer(out);
        rows.write_record(HEADER)?;
        Ok(Self(rows))
    }
}

impl<W: Write> Export for Csv<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        let EventRecord { id, article, date, statement, weight, confidence, .. } = record;
        let or_empty = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let row: [&str; HEADER.len()] = [
            &or_empty(&date.start),
            &or_empty(&date.end),
            date.granularity.name(),
            &date.text,
            &date.value,
            statement.status.name(),
            &statement.summary,
            &statement.sentence,
            &statement.names.join("; "),
            &weight.to_string(),
            &confidence.to_string(),
            &or_empty(&article.source),
            &article.title,
            &article.published_at,
            &or_empty(&article.url),
            &folded.map_or(1, |folded| folded.articles).to_string(),
            &folded.map_or_else(|| or_empty(&article.source), |folded| folded.sources.join("; ")),
            &article.id,
            folded.map_or(id, |folded| &folded.id),
        ];
        Ok(self.0.write_record(row.map(inert).iter().map(|cell| cell.as_ref()))?)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
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
        start,end,granularity,date,value,status,summary,sentence,names,weight,confidence,source,title,published_at,url,articles,sources,article,id
        2019-04-01,2019-05-01,month,last month,2019-04,happened,"Smith & Sons, the ferry line, closed <the> harbour","Smith & Sons, the ferry line, closed <the> harbour last month.",Smith & Sons,0.8,0.9,The Quay,Harbour closed,2019-05-03T18:35:00+01:00,https://quay.example/harbour,1,The Quay,harbour-1,5d41402abc4b2a76b9719d911017c592
        ,'-0043-03-15,day,last month,2019-04,happened,"Smith & Sons, the ferry line, closed <the> harbour","Smith & Sons, the ferry line, closed <the> harbour last month.",Smith & Sons,0.8,0.9,The Quay,Harbour closed,2019-05-03T18:35:00+01:00,https://quay.example/harbour,1,The Quay,harbour-1,5d41402abc4b2a76b9719d911017c592
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
}
