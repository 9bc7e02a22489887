//! Feeds of what is new: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1. An item is as old as the publication of its article,
//! so that a replay writes the same.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use quick_xml::escape::escape;
use serde::Serialize;

use super::{Export, Folded, JsonItems, link, note};
use crate::record::EventRecord;

/// What a feed says of itself.
#[derive(Debug, Clone)]
pub struct FeedInfo {
    /// Its title.
    pub title: String,
    /// The address of the page that shows the same.
    pub home: String,
    /// Its own address.
    pub own: String,
}

/// The formats of feeds in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XmlFeed {
    /// RSS 2.0.
    Rss,
    /// Atom.
    Atom,
}

/// A feed in XML.
pub struct Feed<W> {
    out: W,
    format: XmlFeed,
    info: FeedInfo,
    is_begun: bool,
}

/// A JSON Feed.
pub struct JsonFeed<W>(JsonItems<W>);

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    content_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    tags: Vec<&'a str>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

impl<W: Write> Feed<W> {
    /// Starts a feed. Its items must come from the newest publication to the oldest.
    pub fn new(out: W, format: XmlFeed, info: FeedInfo) -> Self {
        Self { out, format, info, is_begun: false }
    }

    fn begin(&mut self, newest: Option<DateTime<FixedOffset>>) -> io::Result<()> {
        self.is_begun = true;
        let [title, home, own] = [&self.info.title, &self.info.home, &self.info.own].map(|text| xml(text));
        self.out.write_all(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")?;
        match self.format {
            XmlFeed::Rss => {
                let built = newest.map(|time| format!("<lastBuildDate>{}</lastBuildDate>", time.to_rfc2822()));
                writeln!(
                    self.out,
                    "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>{title}</title>\
                     <link>{home}</link><description>{title}</description>\
                     <atom:link href=\"{own}\" rel=\"self\" type=\"application/rss+xml\"/>{}",
                    built.unwrap_or_default()
                )
            }
            XmlFeed::Atom => {
                // A feed without items is as old as time.
                let updated = newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), rfc3339);
                writeln!(
                    self.out,
                    "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{title}</title><id>{own}</id>\
                     <link href=\"{home}\"/><link rel=\"self\" href=\"{own}\"/><updated>{updated}</updated>\
                     <author><name>dateline</name></author>"
                )
            }
        }
    }
}

impl<W: Write> Export for Feed<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        let published = published(record);
        if !self.is_begun {
            self.begin(published)?;
        }
        let id = xml(folded.map_or(&record.id, |folded| &folded.id));
        let (title, content) = (xml(&record.statement.summary), xml(&content(record, folded)));
        let (status, url) = (xml(record.statement.status.name()), link(record).map(xml));
        match self.format {
            XmlFeed::Rss => {
                let link = url.map(|url| format!("<link>{url}</link>")).unwrap_or_default();
                let published =
                    published.map(|time| format!("<pubDate>{}</pubDate>", time.to_rfc2822())).unwrap_or_default();
                writeln!(
                    self.out,
                    "<item><title>{title}</title>{link}<guid isPermaLink=\"false\">{id}</guid>{published}\
                     <category>{status}</category><description>{content}</description></item>"
                )
            }
            XmlFeed::Atom => {
                let link = url.map(|url| format!("<link href=\"{url}\"/>")).unwrap_or_default();
                let updated = published.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), rfc3339);
                writeln!(
                    self.out,
                    "<entry><title>{title}</title><id>urn:dateline:{id}</id>{link}<updated>{updated}</updated>\
                     <published>{updated}</published><category term=\"{status}\"/><content>{content}</content></entry>"
                )
            }
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.is_begun {
            self.begin(None)?;
        }
        self.out.write_all(match self.format {
            XmlFeed::Rss => b"</channel></rss>\n",
            XmlFeed::Atom => b"</feed>\n",
        })?;
        self.out.flush()
    }
}

impl<W: Write> JsonFeed<W> {
    /// Starts a feed.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn new(mut out: W, info: &FeedInfo) -> io::Result<Self> {
        let [title, home, own] =
            [&info.title, &info.home, &info.own].map(|text| serde_json::Value::from(text.as_str()));
        write!(
            out,
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":{title},\"home_page_url\":{home},\
             \"feed_url\":{own},\"items\":["
        )?;
        Ok(Self(JsonItems::new(out)))
    }
}

impl<W: Write> Export for JsonFeed<W> {
    fn row(&mut self, record: &EventRecord, folded: Option<&Folded>) -> io::Result<()> {
        self.0.item(&Item {
            id: folded.map_or(&record.id, |folded| &folded.id),
            url: link(record),
            title: &record.statement.summary,
            content_text: content(record, folded),
            date_published: published(record).map(rfc3339),
            authors: record.article.source.iter().map(|name| Author { name }).collect(),
            tags: vec![record.statement.status.name()],
        })
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.out.write_all(b"\n]}\n")?;
        self.0.out.flush()
    }
}

/// When, in whose words, and from where.
fn content(record: &EventRecord, folded: Option<&Folded>) -> String {
    format!("{} ({}): {} ({})", record.date.text, record.date.value, record.statement.sentence, note(record, folded))
}

fn published(record: &EventRecord) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&record.article.published_at).ok()
}

fn rfc3339(time: DateTime<FixedOffset>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Escapes a text, without the control characters that XML cannot hold.
fn xml(text: &str) -> String {
    let kept = |letter: &char| {
        matches!(letter, '\t' | '\n') || !(letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'))
    };
    escape(text.chars().filter(kept).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{record, written};
    use super::*;

    fn info() -> FeedInfo {
        let [title, home, own] =
            ["News & more", "https://t.example/?q=a&b", "https://t.example/api/export/rss"].map(str::to_owned);
        FeedInfo { title, home, own }
    }

    #[test]
    fn feeds_name_the_article_and_who_else_reports_it() {
        let mut first = record(Some("2019-04-01"), Some("2019-05-01"), "month");
        first.statement.summary = "A\u{1}B".to_owned();
        let records = [first];
        let rss = written(&records, |out| Ok(Feed::new(out, XmlFeed::Rss, info())));
        let atom = written(&records, |out| Ok(Feed::new(out, XmlFeed::Atom, info())));
        for feed in [&rss, &atom] {
            let mut reader = quick_xml::Reader::from_str(feed);
            while !matches!(reader.read_event().expect("XML"), quick_xml::events::Event::Eof) {}
            assert!(
                feed.contains("<title>AB</title>") && feed.contains("News &amp; more") && feed.contains("q=a&amp;b"),
                "{feed}"
            );
            assert!(
                feed.contains("closed &lt;the&gt; harbour last month. (Harbour closed, The Quay, 2019-05-03)"),
                "{feed}"
            );
        }
        assert!(
            rss.contains("<link>https://quay.example/harbour</link>")
                && rss.contains("<pubDate>Fri, 3 May 2019 18:35:00 +0100"),
            "{rss}"
        );
        assert!(atom.contains("<updated>2019-05-03T18:35:00+01:00</updated><published>"), "{atom}");
        let json: serde_json::Value =
            serde_json::from_str(&written(&records, |out| JsonFeed::new(out, &info()))).expect("JSON");
        let item = &json["items"][0];
        assert_eq!(
            (&item["url"], &item["authors"][0]["name"]),
            (&"https://quay.example/harbour".into(), &"The Quay".into())
        );
        assert_eq!(
            (&item["date_published"], &json["feed_url"]),
            (&"2019-05-03T18:35:00+01:00".into(), &info().own.into())
        );
    }

    #[test]
    fn a_folded_row_names_all_sources() {
        let folded =
            Folded { id: "entry".to_owned(), articles: 3, sources: vec!["Hill".to_owned(), "Quay".to_owned()] };
        let mut out = Vec::new();
        let mut feed = JsonFeed::new(&mut out, &info()).expect("memory");
        feed.row(&record(Some("2019-04-01"), None, "day"), Some(&folded)).expect("memory");
        feed.finish().expect("memory");
        let feed = String::from_utf8(out).expect("UTF-8");
        assert!(feed.contains("in 3 articles: Hill, Quay") && feed.contains(r#""id":"entry""#), "{feed}");
    }

    #[test]
    fn feeds_of_nothing_are_whole() {
        assert!(written(&[], |out| Ok(Feed::new(out, XmlFeed::Rss, info()))).ends_with("</channel></rss>\n"));
        assert!(
            written(&[], |out| Ok(Feed::new(out, XmlFeed::Atom, info())))
                .contains("<updated>1970-01-01T00:00:00Z</updated>")
        );
        serde_json::from_str::<serde_json::Value>(&written(&[], |out| JsonFeed::new(out, &info()))).expect("JSON");
    }
}
