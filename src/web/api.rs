//! The questions that are answered with JSON. Each reads its parameters, asks the store beside the async threads, and
//! tells the answer.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answers::{Counts, Day, Event, Events, Name, Names, Record, Source, Sources, Story, json};
use super::problem::Problem;
use super::timeline::Timeline;
use crate::store::query::{self, Filters, Paging, Parameters};
use crate::store::{Kind, Store};

type Answer = Result<Response, Problem>;

/// Reads the parameters of an address.
pub fn parameters(query: Option<String>) -> Result<Parameters, Problem> {
    Ok(Parameters::parse(&query.unwrap_or_default())?)
}

/// The filters, and nothing else.
pub fn filters(query: Option<String>) -> Result<Filters, Problem> {
    let mut parameters = parameters(query)?;
    let filters = Filters::take(&mut parameters)?;
    parameters.end()?;
    Ok(filters)
}

/// `GET /api/events`
pub async fn events(State(timeline): State<Timeline>, RawQuery(query): RawQuery) -> Answer {
    let mut parameters = parameters(query)?;
    let (filters, paging) = (Filters::take(&mut parameters)?, Paging::take(&mut parameters)?);
    parameters.end()?;
    let page = timeline.ask(move |store| store.events(&filters, &paging)).await?;
    let events = page.records.into_iter().filter_map(Record::new).collect();
    Ok(json(&Events { events, next: page.next.map(query::cursor) }))
}

/// `GET /api/events/{id}`
pub async fn event(State(timeline): State<Timeline>, Path(id): Path<String>) -> Answer {
    let found = timeline
        .ask({
            let id = id.clone();
            move |store| store.event(&id)
        })
        .await?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, format!("there is no event {id:?}, or not any more"));
    let (event, article) = found.ok_or_else(missing)?;
    let event = Record::new(event).ok_or_else(missing)?;
    let mentions = timeline.ask(move |store| store.mentions(&id)).await?;
    let mentions = mentions.into_iter().filter_map(Record::new).collect();
    Ok(json(&Event { event, article: article.and_then(Record::new), mentions }))
}

/// `GET /api/density`
pub async fn density(State(timeline): State<Timeline>, RawQuery(query): RawQuery) -> Answer {
    let mut parameters = parameters(query)?;
    let filters = Filters::take(&mut parameters)?;
    let buckets = parameters.number("buckets", 1, 2000, 200)?;
    parameters.end()?;
    let density = timeline.ask(move |store| store.density(&filters, buckets)).await?;
    Ok(json(&Counts::from(density)))
}

/// `GET /api/names`
pub async fn names(State(timeline): State<Timeline>, RawQuery(query): RawQuery) -> Answer {
    let names = counts(&timeline, query, Kind::Name).await?;
    Ok(json(&Names { names: names.into_iter().map(|(name, count)| Name { name, count }).collect() }))
}

/// `GET /api/sources`
pub async fn sources(State(timeline): State<Timeline>, RawQuery(query): RawQuery) -> Answer {
    let sources = counts(&timeline, query, Kind::Source).await?;
    Ok(json(&Sources { sources: sources.into_iter().map(|(source, count)| Source { source, count }).collect() }))
}

async fn counts(timeline: &Timeline, query: Option<String>, kind: Kind) -> Result<Vec<(String, u64)>, Problem> {
    let mut parameters = parameters(query)?;
    let filters = Filters::take(&mut parameters)?;
    let limit = parameters.number("limit", 1, 1000, 100)?;
    parameters.end()?;
    timeline.ask(move |store| store.counts(&filters, kind, limit)).await
}

/// `GET /api/story`
pub async fn story(State(timeline): State<Timeline>, RawQuery(query): RawQuery) -> Answer {
    let mut parameters = parameters(query)?;
    let filters = Filters::take(&mut parameters)?;
    let days = parameters.number("days", 1, 100, 10)?;
    parameters.end()?;
    let story = timeline.ask(move |store| store.story(&filters, days)).await?;
    Ok(json(&Story { days: story.into_iter().map(Day::from).collect() }))
}

/// `GET /api/status`
pub async fn status(State(timeline): State<Timeline>) -> Answer {
    let totals = timeline.ask(Store::totals).await?;
    let [first, last] = totals.span.map(|ends| ends.map(query::spelled)).unwrap_or_default();
    let (connected, lag) = (timeline.progress.is_connected(), timeline.progress.lag());
    Ok(json(&super::answers::State {
        events: totals.events,
        articles: totals.articles,
        first,
        last,
        connected,
        lag,
        version: crate::VERSION,
    }))
}
