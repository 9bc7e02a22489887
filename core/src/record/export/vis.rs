//! vis-timeline: a list of items. `start` and `end` are moments, so half-open intervals fit as they are; `content`
//! and `title` are HTML.

use std::io::{self, Write};

use quick_xml::escape::escape;
use serde::Serialize;

use super::{Export, Folded, JsonItems, note};
use crate::record::EventRecord;

/// A list of items for vis-timeline.
pub struct VisTimeline<W>(JsonItems<W>);

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    content: String,
    title: String,
    start: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    r#type: &'static str,
    #[serde(rename = "className")]
    class_name: &'a str,
}

impl<W: Write> VisTimeline<W> {
    /// Starts an empty list.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(b"[")?;
        Ok(Self(JsonItems::new(out)))
    }
}

impl<W: Write> Export for VisTimeline<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        let (start, end) = match (&record.date.start, &record.date.end) {
            (Some(start), end) => (moment(start), end.as_deref().map(moment)),
            // vis-timeline needs a start: an event with an open start stands at its end.
            (None, Some(end)) => (moment(end), None),
            (None, None) => return Ok(()),
        };
        self.0.item(&Item {
            id: folded.map_or(&record.id, |folded| &folded.id),
            content: escape(&record.statement.summary).into_owned(),
            title: escape(format!("{} ({})", record.statement.sentence, note(record, folded))).into_owned(),
            start,
            r#type: if end.is_some() { "range" } else { "point" },
            end,
            class_name: record.statement.status.name(),
        })
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.out.write_all(b"\n]\n")?;
        self.0.out.flush()
    }
}

/// Returns a date as ECMAScript parses it: negative years have six digits.
fn moment(iso: &str) -> String {
    iso.strip_prefix('-').map_or_else(|| iso.to_owned(), |year| format!("-00{year}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{record, written};
    use super::*;

    #[test]
    fn ranges_and_points_with_escaped_text() {
        let records = [
            record(Some("2019-04-01"), Some("2019-05-01"), "month"),
            record(Some("-0043-03-15"), Some("-0043-03-16"), "day"),
            record(Some("2019-05-03T15:00:00+01:00"), None, "hour"),
            record(None, Some("2019-05-01"), "month"),
            record(None, None, "month"),
        ];
        insta::assert_snapshot!(written(&records, VisTimeline::new), @r#"
        [
        {"id":"5d41402abc4b2a76b9719d911017c592","content":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour","title":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour last month. (Harbour closed, The Quay, 2019-05-03)","start":"2019-04-01","end":"2019-05-01","type":"range","className":"happened"},
        {"id":"5d41402abc4b2a76b9719d911017c592","content":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour","title":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour last month. (Harbour closed, The Quay, 2019-05-03)","start":"-000043-03-15","end":"-000043-03-16","type":"range","className":"happened"},
        {"id":"5d41402abc4b2a76b9719d911017c592","content":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour","title":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour last month. (Harbour closed, The Quay, 2019-05-03)","start":"2019-05-03T15:00:00+01:00","type":"point","className":"happened"},
        {"id":"5d41402abc4b2a76b9719d911017c592","content":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour","title":"Smith &amp; Sons, the ferry line, closed &lt;the&gt; harbour last month. (Harbour closed, The Quay, 2019-05-03)","start":"2019-05-01","type":"point","className":"happened"}
        ]
        "#);
    }

    #[test]
    fn no_events_are_an_empty_list() {
        assert_eq!(written(&[], VisTimeline::new), "[\n]\n");
    }
}
