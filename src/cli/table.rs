//! Events as tables for people, one per article, as wide as the terminal.

use std::io::{self, IsTerminal, Write};

use comfy_table::{Attribute, Cell, Color, ContentArrangement, LineStyle, TableStyle};

use crate::article::Article;
use crate::event::Status;
use crate::record::{EventRecord, Word};

/// The widest table, in characters: longer lines are hard to read.
const MAX_WIDTH: u16 = 140;

/// The width of tables that are not written to a terminal, in characters.
const FILE_WIDTH: u16 = 120;

/// From this width on there is a column for the words of the date as well, in characters.
const WIDE: u16 = 100;

/// A line under the column names, and no other lines.
const UNDERLINED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Writes events as tables.
pub struct Table<W> {
    out: W,
    layout: Layout,
    events: usize,
}

/// How a table is laid out.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    /// Plain, with a width in characters.
    Plain(u16),
    /// As wide as the terminal, and in colour unless `NO_COLOR` is set (no-color.org).
    Terminal,
}

impl Layout {
    /// Returns the layout that suits an output.
    pub fn of(out: &impl IsTerminal) -> Self {
        if out.is_terminal() { Self::Terminal } else { Self::Plain(FILE_WIDTH) }
    }

    /// Creates an empty table.
    pub fn table(self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(UNDERLINED).set_content_arrangement(ContentArrangement::Dynamic);
        match self {
            Self::Plain(width) => table.force_no_tty().set_width(width),
            Self::Terminal => &mut table,
        };
        let width = table.width().unwrap_or(WIDE);
        table.set_width(width.min(MAX_WIDTH));
        table
    }
}

impl<W: Write> Table<W> {
    /// Creates a writer.
    pub fn new(out: W, layout: Layout) -> Self {
        Self { out, layout, events: 0 }
    }

    /// Writes the events of an article under its title; nothing if there are none.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn article(&mut self, article: &Article, events: &[EventRecord]) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        if self.events > 0 {
            writeln!(self.out)?;
        }
        self.events += events.len();
        let mut table = self.layout.table();
        let is_wide = table.width().is_some_and(|width| width >= WIDE);
        let use_colour = table.should_style() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        writeln!(self.out, "{}", title(heading(article), use_colour))?;
        let columns = ["Date", "Status", "Statement", "In the text"];
        let dim = |cell: Cell| if use_colour { cell.add_attribute(Attribute::Dim) } else { cell };
        table.set_header(columns.into_iter().take(3 + usize::from(is_wide)).map(|name| dim(Cell::new(name))));
        for EventRecord { date, statement, .. } in events {
            let when = match &date.r#mod {
                Some(modifier) => format!("{} ({})", date.value, modifier.name().to_lowercase().replace('_', " ")),
                None => date.value.clone(),
            };
            let (mut when, mut status) = (Cell::new(when), Cell::new(&statement.status));
            if let Some(colour) = colour(&statement.status).filter(|_| use_colour) {
                (when, status) = (when.fg(colour), status.fg(colour));
            }
            let summary = Cell::new(one_line(&statement.summary));
            let text = is_wide.then(|| dim(Cell::new(one_line(&date.text))));
            table.add_row([when, status, summary].into_iter().chain(text));
        }
        writeln!(self.out, "{}", table.trim_fmt())
    }

    /// Says so if nothing was found.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn finish(&mut self, articles: usize) -> io::Result<()> {
        match (self.events, articles) {
            (0, 0) => writeln!(self.out, "No articles found.")?,
            (0, 1) => writeln!(self.out, "No dated statements found in the article.")?,
            (0, _) => writeln!(self.out, "No dated statements found in {articles} articles.")?,
            _ => {}
        }
        self.out.flush()
    }
}

/// Returns the heading in bold, if colours are used.
fn title(heading: String, use_colour: bool) -> String {
    if !use_colour {
        return heading;
    }
    let mut table = comfy_table::Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.add_row([Cell::new(heading).add_attribute(Attribute::Bold)]);
    table.trim_fmt()
}

/// Returns the colour of a status; events that happened have the default colour of the terminal.
fn colour(status: &Word<Status>) -> Option<Color> {
    match status.known()? {
        Status::Ongoing => Some(Color::Green),
        Status::Planned => Some(Color::Cyan),
        Status::Possible => Some(Color::Yellow),
        Status::Denied => Some(Color::Red),
        _ => None,
    }
}

/// Returns the heading of an article: its title, source and day, as far as they are known.
pub fn heading(article: &Article) -> String {
    let day = article.published.date().to_string();
    let parts = [one_line(&article.title), article.source.as_deref().map(one_line).unwrap_or_default(), day];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Puts text on one line and removes control characters, which a terminal would obey.
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::article::Published;
    use crate::temporal::Modifier;

    fn article() -> Article {
        let published = Published::parse("2019-05-03", chrono_tz::UTC).expect("a day");
        let (title, source) = ("Harbour closed".to_owned(), Some("The Quay".to_owned()));
        Article { title, source, ..Article::new("harbour-1", "", published) }
    }

    fn event(value: &str, modifier: Option<Modifier>, summary: &str) -> EventRecord {
        let record = json!({
            "id": "",
            "article": {
                "id": "", "revision": "", "url": null, "title": "", "source": null, "language": "",
                "published_at": "", "published_from": "firstcreated",
            },
            "date": {
                "text": "late last\nmonth", "start": null, "end": null, "granularity": "month", "type": "DATE",
                "value": value, "mod": modifier.map(Modifier::name), "edtf": null, "basis": "relative",
                "reference": null, "rule": "",
            },
            "statement": {
                "summary": summary, "sentence": "", "trigger": null, "status": "happened", "names": [],
            },
            "offsets": {"sentence": [0, 0], "date": [0, 0], "trigger": null},
            "also_at": [], "weight": 0.8, "confidence": 0.9, "extractor": "",
        });
        serde_json::from_value(record).expect("a record")
    }

    fn written(articles: &[Vec<EventRecord>]) -> String {
        let mut out = Vec::new();
        let mut table = Table::new(&mut out, Layout::Plain(100));
        for events in articles {
            table.article(&article(), events).expect("memory takes everything");
        }
        table.finish(articles.len()).expect("memory takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn each_article_has_a_table_under_its_heading() {
        let long = "The ferry line closed the harbour to all ships but its own, ".repeat(3);
        let first =
            vec![event("2019-04", Some(Modifier::End), "The \u{1b}[31mharbour closed"), event("2019", None, &long)];
        insta::assert_snapshot!(written(&[first, vec![event("2018", None, "It opened")]]), @r#"
        Harbour closed · The Quay · 2019-05-03
         Date            Status     Statement                                               In the text
        ────────────────────────────────────────────────────────────────────────────────────────────────────
         2019-04 (end)   happened   The [31mharbour closed                                  late last month
         2019            happened   The ferry line closed the harbour to all ships but      late last month
                                    its own, The ferry line closed the harbour to all
                                    ships but its own, The ferry line closed the harbour
                                    to all ships but its own,

        Harbour closed · The Quay · 2019-05-03
         Date   Status     Statement   In the text
        ───────────────────────────────────────────────
         2018   happened   It opened   late last month
        "#);
    }

    #[test]
    fn an_empty_result_is_one_line() {
        assert_eq!(written(&[]), "No articles found.\n");
        assert_eq!(written(&[Vec::new()]), "No dated statements found in the article.\n");
        assert_eq!(written(&[Vec::new(), Vec::new()]), "No dated statements found in 2 articles.\n");
    }
}
