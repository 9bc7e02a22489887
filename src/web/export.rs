//! Exports as files, in the formats of timeline tools, by the same writers as `dateline extract`. A file is generated
//! page by page while it is sent, so that one of any length needs the memory of a page.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::api::filters;
use super::problem::Problem;
use super::timeline::TimelineState;
use crate::record::export::{Csv, Export, ICalendar, TimelineJs, VisTimeline};
use crate::store::query::{Filters, Order, Paging};
use crate::store::{SortKey, Store};

/// How many events are written at a time.
const PAGE_SIZE: usize = 500;

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
}

impl ExportFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::TimelineJs, Self::Vis, Self::Csv, Self::Ics, Self::JsonLines];

    /// The name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimelineJs => "timelinejs",
            Self::Vis => "vis",
            Self::Csv => "csv",
            Self::Ics => "ics",
            Self::JsonLines => "jsonl",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::TimelineJs | Self::Vis => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ics => "text/calendar; charset=utf-8",
            Self::JsonLines => "application/jsonl",
        }
    }

    /// The name that browsers save the file under.
    fn file_name(self) -> &'static str {
        match self {
            Self::TimelineJs => "timeline.json",
            Self::Vis => "timeline-vis.json",
            Self::Csv => "timeline.csv",
            Self::Ics => "timeline.ics",
            Self::JsonLines => "timeline.jsonl",
        }
    }
}

/// `GET /api/export/{form}`
pub async fn export(
    State(state): State<TimelineState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Some(format) = ExportFormat::ALL.into_iter().find(|format| format.name() == name) else {
        let names = ExportFormat::ALL.map(ExportFormat::name).join(", ");
        let detail = format!("there is no export format {name:?}: use one of {names}");
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let filters = filters(query)?;
    let out = Buffer::default();
    let internal = |error: io::Error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let writer = Writer::new(format, out.clone()).map_err(internal)?;
    let file = ExportFile { writer, out, filters, after: None };
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
    let disposition = format!("attachment; filename=\"{}\"", format.file_name());
    let headers = [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// An export in progress.
struct ExportFile {
    writer: Writer,
    out: Buffer,
    filters: Filters,
    after: Option<SortKey>,
}

enum Writer {
    /// Writes the records as received.
    Lines,
    Events(Box<dyn Export + Send>),
}

impl Writer {
    fn new(format: ExportFormat, out: Buffer) -> io::Result<Self> {
        Ok(match format {
            ExportFormat::TimelineJs => Self::Events(Box::new(TimelineJs::new(out)?)),
            ExportFormat::Vis => Self::Events(Box::new(VisTimeline::new(out)?)),
            ExportFormat::Csv => Self::Events(Box::new(Csv::new(out)?)),
            ExportFormat::Ics => Self::Events(Box::new(ICalendar::new(out)?)),
            ExportFormat::JsonLines => Self::Lines,
        })
    }
}

impl ExportFile {
    /// Writes a page; returns itself if there is another one.
    fn page(mut self, store: &Store) -> Result<(Bytes, Option<Self>), crate::store::Error> {
        let paging = Paging { order: Order::Ascending, limit: PAGE_SIZE, after: self.after };
        let page = store.events(&self.filters, &paging)?;
        for record in &page.records {
            match &mut self.writer {
                Writer::Lines => self.out.write_all(format!("{record}\n").as_bytes()),
                Writer::Events(export) => export.event(&serde_json::from_str(record)?),
            }
            .map_err(serde_json::Error::io)?;
        }
        self.after = page.next;
        if page.next.is_none()
            && let Writer::Events(export) = &mut self.writer
        {
            export.finish().map_err(serde_json::Error::io)?;
        }
        let bytes = self.out.take();
        Ok((bytes, page.next.map(|_| self)))
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
