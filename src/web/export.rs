//! Exports as files, in the formats of timeline tools, by the same writers as `dateline extract`. A file is generated
//! page by page while it is sent, so that one of any length needs the memory of a page.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::api::parameters;
use super::links::Address;
use super::problem::Problem;
use super::responses::EventRow;
use super::timeline::TimelineState;
use crate::record::EventRecord;
use crate::record::export::{
    Csv, Export, Feed, FeedInfo, Folded, ICalendar, JsonFeed, TimelineJs, VisTimeline, XmlFeed,
};
use crate::store::query::{Filters, InvalidParameter, Order, Paging, Parameters, Sort, parse_time};
use crate::store::{Row, SortKey, Store};

/// How many events are written at a time.
const PAGE_SIZE: usize = 500;
/// How many events an export may be limited to.
const MAX_LIMIT: usize = 1_000_000;
/// How many slides a slide show may have.
const MAX_SLIDES: usize = 10_000;
/// The byte order mark, by which some spreadsheets recognise UTF-8.
const BOM: &str = "\u{feff}";

/// A format of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// TimelineJS 3.
    TimelineJs,
    /// vis-timeline.
    Vis,
    /// Comma-separated values.
    Csv,
    /// iCalendar.
    Ics,
    /// The records as received, one per line.
    JsonLines,
    /// RSS 2.0.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed.
    JsonFeed,
}

impl ExportFormat {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::TimelineJs, Self::Vis, Self::Csv, Self::Ics, Self::JsonLines, Self::Rss, Self::Atom, Self::JsonFeed];

    /// The name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimelineJs => "timelinejs",
            Self::Vis => "vis",
            Self::Csv => "csv",
            Self::Ics => "ics",
            Self::JsonLines => "jsonl",
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::JsonFeed => "jsonfeed",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::TimelineJs | Self::Vis => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ics => "text/calendar; charset=utf-8",
            Self::JsonLines => "application/jsonl",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::JsonFeed => "application/feed+json",
        }
    }

    /// How a browser handles it: what is saved as a file has a name.
    fn disposition(self) -> String {
        let name = match self {
            Self::TimelineJs => "timeline.json",
            Self::Vis => "timeline-vis.json",
            Self::Csv => "timeline.csv",
            Self::Ics => "timeline.ics",
            Self::JsonLines => "timeline.jsonl",
            Self::Rss | Self::Atom | Self::JsonFeed => return "inline".to_owned(),
        };
        format!("attachment; filename=\"{name}\"")
    }

    /// What is sorted by and how many events there are at most, unless something else is asked for: a slide show of thousands
    /// cannot be used, and a feed holds what is new.
    fn defaults(self) -> (Sort, usize) {
        match self {
            Self::TimelineJs => (Sort::Weight, 40),
            Self::Rss | Self::Atom | Self::JsonFeed => (Sort::Published, 100),
            Self::Vis | Self::Csv | Self::Ics | Self::JsonLines => (Sort::Date, MAX_LIMIT),
        }
    }
}

/// What is exported.
struct Selection {
    filters: Filters,
    paging: Paging,
    left: usize,
    /// Whether the events with the greatest weight are chosen, and then in the order of time.
    best: bool,
    /// Only the first entry of so many days that matter.
    days: Option<usize>,
    bom: bool,
}

impl Selection {
    fn from_parameters(format: ExportFormat, mut parameters: Parameters) -> Result<Self, InvalidParameter> {
        let filters = Filters::from_parameters(&mut parameters)?;
        let (default, limit) = format.defaults();
        let (sort, order) = Sort::from_parameters(&mut parameters, default)?;
        let best = format == ExportFormat::TimelineJs && sort == default;
        // A file that has everything is not cut short.
        let left = if limit == MAX_LIMIT { limit } else { parameters.number("limit", 1, MAX_LIMIT, limit)? };
        let days = parameters.number("days", 0, 100, 0)?;
        let (fold, bom) = (parameters.flag("fold")?, parameters.flag("bom")?);
        parameters.finish()?;
        let paging = Paging { sort, order, fold, ..Paging::first(PAGE_SIZE) };
        Ok(Self { filters, paging, left, best, days: Some(days).filter(|days| *days > 0), bom })
    }

    /// Returns the next rows, and where those after them start.
    fn rows(&mut self, store: &Store) -> Result<(Vec<Row>, Option<SortKey>), crate::store::Error> {
        if let Some(days) = self.days {
            let story = store.story(&self.filters, days)?;
            return Ok((story.into_iter().filter_map(|day| day.rows.into_iter().next()).collect(), None));
        }
        if self.best {
            return Ok((self.best_rows(store)?, None));
        }
        self.paging.limit = PAGE_SIZE.min(self.left);
        let page = store.events(&self.filters, &self.paging)?;
        self.left -= page.rows.len().min(self.left);
        Ok((page.rows, page.next.filter(|_| self.left > 0)))
    }
}

impl Selection {
    /// Returns the events with the greatest weight in the order of time.
    fn best_rows(&self, store: &Store) -> Result<Vec<Row>, crate::store::Error> {
        let paging = Paging { limit: self.left.min(MAX_SLIDES), ..self.paging.clone() };
        let page = store.events(&self.filters, &paging)?;
        let in_time = Paging { sort: Sort::Date, order: Order::Ascending, ..paging };
        if page.next.is_none() {
            return Ok(store.events(&self.filters, &in_time)?.rows);
        }
        let mut rows = Vec::new();
        for row in page.rows {
            let record: EventRecord = serde_json::from_str(&row.record)?;
            let [start, end] = [record.date.start, record.date.end].map(|end| end.as_deref().and_then(parse_time));
            rows.push((start.or(end), row));
        }
        rows.sort_by_key(|(start, _)| *start);
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

/// `GET /api/export/{form}`
pub async fn export(
    State(state): State<TimelineState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    address: Address,
) -> Result<Response, Problem> {
    let Some(format) = ExportFormat::ALL.into_iter().find(|format| format.name() == name) else {
        let names = ExportFormat::ALL.map(ExportFormat::name).join(", ");
        let detail = format!("there is no export format {name:?}: use one of {names}");
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let selection = Selection::from_parameters(format, parameters(query)?)?;
    let mut out = Buffer::default();
    let internal = |error: io::Error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    if selection.bom && format == ExportFormat::Csv {
        out.write_all(BOM.as_bytes()).map_err(internal)?;
    }
    let writer = Writer::new(format, selection.paging.fold || selection.days.is_some(), out.clone(), address)
        .map_err(internal)?;
    let file = ExportFile { writer, out, selection };
    // The first page is read before the status is sent.
    let (first, rest) = state.query(move |store| file.page(store)).await?;
    // Compression polls a body again after its end; this stream allows that, unlike `unfold`.
    let others = stream::try_unfold(rest, move |rest| {
        let state = state.clone();
        async move {
            let Some(rest) = rest else { return Ok(None) };
            // After an error the response is cut short, which clients notice.
            let page = state.query(move |store| rest.page(store)).await;
            page.map(Some).map_err(|problem| io::Error::other(problem.detail))
        }
    });
    let pages = stream::iter([Ok(first)]).chain(others);
    let headers =
        [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, format.disposition())];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// An export in progress.
struct ExportFile {
    writer: Writer,
    out: Buffer,
    selection: Selection,
}

enum Writer {
    /// Writes the records as received.
    Lines,
    Events(Box<dyn Export + Send>),
}

impl Writer {
    fn new(format: ExportFormat, fold: bool, out: Buffer, address: Address) -> io::Result<Self> {
        let info = |address: Address| FeedInfo { title: address.title, home: address.home, own: address.own };
        Ok(Self::Events(match format {
            ExportFormat::TimelineJs => Box::new(TimelineJs::new(out)?),
            ExportFormat::Vis => Box::new(VisTimeline::new(out)?),
            ExportFormat::Csv if fold => Box::new(Csv::folded(out)?),
            ExportFormat::Csv => Box::new(Csv::new(out)?),
            ExportFormat::Ics => Box::new(ICalendar::subscribed(out)?),
            ExportFormat::Rss => Box::new(Feed::new(out, XmlFeed::Rss, info(address))),
            ExportFormat::Atom => Box::new(Feed::new(out, XmlFeed::Atom, info(address))),
            ExportFormat::JsonFeed => Box::new(JsonFeed::new(out, &info(address))?),
            ExportFormat::JsonLines => return Ok(Self::Lines),
        }))
    }

    fn row(&mut self, out: &mut Buffer, row: Row) -> Result<(), serde_json::Error> {
        match self {
            Self::Lines => {
                let line = EventRow::new(row).map(|row| serde_json::to_string(&row)).transpose()?;
                line.map_or(Ok(()), |line| out.write_all(format!("{line}\n").as_bytes()))
            }
            Self::Events(export) => {
                let folded =
                    row.entry.map(|entry| Folded { id: entry.id, articles: entry.articles, sources: entry.sources });
                export.row(&serde_json::from_str(&row.record)?, folded.as_ref())
            }
        }
        .map_err(serde_json::Error::io)
    }
}

impl ExportFile {
    /// Writes a page; returns itself if there is another one.
    fn page(mut self, store: &Store) -> Result<(Bytes, Option<Self>), crate::store::Error> {
        let (rows, next) = self.selection.rows(store)?;
        for row in rows {
            self.writer.row(&mut self.out, row)?;
        }
        self.selection.paging.after = next;
        if next.is_none()
            && let Writer::Events(export) = &mut self.writer
        {
            export.finish().map_err(serde_json::Error::io)?;
        }
        let bytes = self.out.take();
        Ok((bytes, next.map(|_| self)))
    }
}

/// A buffer that the exporter writes and the response body takes from.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
