//! Comma-separated values for spreadsheets: a header, then one row per event.

use std::io::{self, Write};

use super::Export;
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
    fn event(&mut self, record: &EventRecord) -> io::Result<()> {
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
            &article.id,
            id,
        ];
        Ok(self.0.write_record(row)?)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
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
        ,-0043-03-15,day,last month,2019-04,happened,"Smith & Sons, the ferry line, closed <the> harbour","Smith & Sons, the ferry line, closed <the> harbour last month.",Smith & Sons,0.8,0.9,The Quay,Harbour closed,2019-05-03T18:35:00+01:00,https://quay.example/harbour,harbour-1,5d41402abc4b2a76b9719d911017c592
        "#);
    }
}
