//! What is asked for as a file, in the forms that timeline tools take: by the same writers as `dateline extract`. Made
//! page by page while it is sent, so that a file of any length needs the memory of a page.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::api::filters;
use super::problem::Problem;
use super::timeline::Timeline;
use crate::record::export::{Csv, Export, ICalendar, TimelineJs, VisTimeline};
use crate::store::query::{Filters, Order, Paging};
use crate::store::{Place, Store};

/// How many events are written at once.
const AT_ONCE: usize = 500;

/// The forms: name, type, what the file is called.
pub const FORMS: [(&str, &str, &str); 5] = [
    ("timelinejs", "application/json", "timeline.json"),
    ("vis", "application/json", "timeline-vis.json"),
    ("csv", "text/csv; charset=utf-8", "timeline.csv"),
    ("ics", "text/calendar; charset=utf-8", "timeline.ics"),
    ("jsonl", "application/jsonl", "timeline.jsonl"),
];

/// `GET /api/export/{form}`
pub async fn export(
    State(timeline): State<Timeline>,
    Path(form): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Some((form, kind, file)) = FORMS.into_iter().find(|(name, ..)| *name == form) else {
        let names = FORMS.map(|(name, ..)| name).join(", ");
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("there is no form {form:?}: it is one of {names}")));
    };
    let filters = filters(query)?;
    let out = Shared::default();
    let broken = |error: io::Error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let written = Written { form: Form::new(form, out.clone()).map_err(broken)?, out, filters, after: None };
    // The first page is asked for before it is said that all is well.
    let first = timeline.ask(move |store| written.page(store)).await?;
    let pages = stream::unfold(first, move |(page, rest)| {
        let timeline = timeline.clone();
        async move {
            match (page, rest) {
                (page, _) if page.is_empty() => None,
                (page, None) => Some((Ok(page), (Bytes::new(), None))),
                (page, Some(rest)) => match timeline.ask(move |store| rest.page(store)).await {
                    Ok(next) => Some((Ok(page), next)),
                    // The file is cut short, and whoever reads it sees that it is.
                    Err(problem) => Some((Err(io::Error::other(problem.detail)), (Bytes::new(), None))),
                },
            }
        }
    });
    let named = format!("attachment; filename=\"{file}\"");
    let head = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)];
    Ok((head, Body::from_stream(pages)).into_response())
}

/// A file that is being written.
struct Written {
    form: Form,
    out: Shared,
    filters: Filters,
    after: Option<Place>,
}

enum Form {
    /// The records as they were received.
    Lines,
    Events(Box<dyn Export + Send>),
}

impl Form {
    fn new(name: &str, out: Shared) -> io::Result<Self> {
        Ok(match name {
            "timelinejs" => Self::Events(Box::new(TimelineJs::new(out)?)),
            "vis" => Self::Events(Box::new(VisTimeline::new(out)?)),
            "csv" => Self::Events(Box::new(Csv::new(out)?)),
            "ics" => Self::Events(Box::new(ICalendar::new(out)?)),
            _ => Self::Lines,
        })
    }
}

impl Written {
    /// Writes a page, and gives itself back if there is more.
    fn page(mut self, store: &Store) -> Result<(Bytes, Option<Self>), crate::store::Error> {
        let paging = Paging { order: Order::Ascending, limit: AT_ONCE, after: self.after };
        let page = store.events(&self.filters, &paging)?;
        for record in &page.records {
            match &mut self.form {
                Form::Lines => self.out.write_all(format!("{record}\n").as_bytes()),
                Form::Events(export) => export.event(&serde_json::from_str(record)?),
            }
            .map_err(serde_json::Error::io)?;
        }
        self.after = page.next;
        if page.next.is_none()
            && let Form::Events(export) = &mut self.form
        {
            export.finish().map_err(serde_json::Error::io)?;
        }
        let bytes = self.out.take();
        Ok((bytes, page.next.map(|_| self)))
    }
}

/// Memory that is written at one end and taken at the other.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
