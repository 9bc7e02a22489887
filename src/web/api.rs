//! The handlers that respond with JSON. Each extracts its parameters, queries the store off the async threads, and
//! builds the response body.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::problem::Problem;
use super::responses::{
    Counts, Day, Drawing, Event, EventRow, Events, Grain, Grains, Name, Names, Record, Source, Sources, Story, Whole,
    json,
};
use super::timeline::TimelineState;
use crate::store::query::{self, Filters, Paging, Parameters};
use crate::store::{Facet, Store};

type HandlerResult = Result<Response, Problem>;

/// Parses the query of a URL.
pub fn parameters(query: Option<String>) -> Result<Parameters, Problem> {
    Ok(Parameters::parse(&query.unwrap_or_default())?)
}

/// Parses a query that may hold nothing but filters.
pub fn filters(query: Option<String>) -> Result<Filters, Problem> {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    parameters.finish()?;
    Ok(filters)
}

/// `GET /api/events`
pub async fn events(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let mut parameters = parameters(query)?;
    let (filters, paging) = (Filters::from_parameters(&mut parameters)?, Paging::from_parameters(&mut parameters)?);
    parameters.finish()?;
    let page = state.query(move |store| store.events(&filters, &paging)).await?;
    let events = page.rows.into_iter().filter_map(EventRow::new).collect();
    Ok(json(&Events { events, next: page.next.map(query::encode_cursor) }))
}

/// `GET /api/events/{id}`
pub async fn event(State(state): State<TimelineState>, Path(id): Path<String>) -> HandlerResult {
    let found = state
        .query({
            let id = id.clone();
            move |store| store.event(&id)
        })
        .await?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, format!("there is no event {id:?}, or it was removed"));
    let (event, article) = found.ok_or_else(missing)?;
    let event = Record::new(event).ok_or_else(missing)?;
    let mentions = state.query(move |store| store.mentions(&id)).await?;
    let mentions = mentions.into_iter().filter_map(Record::new).collect();
    Ok(json(&Event { event, article: article.and_then(Record::new), mentions }))
}

/// `GET /api/density`
pub async fn density(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    let (fold, buckets) = (parameters.flag("fold")?, buckets(&mut parameters)?);
    parameters.finish()?;
    let density = state.query(move |store| store.density(&filters, fold, buckets)).await?;
    Ok(json(&Counts::from(density)))
}

fn buckets(parameters: &mut Parameters) -> Result<usize, Problem> {
    Ok(parameters.number("buckets", 1, 2000, 200)?)
}

/// `GET /api/overview`
pub async fn overview(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    let (fold, buckets) = (parameters.flag("fold")?, buckets(&mut parameters)?);
    parameters.finish()?;
    let overview = state.query(move |store| store.overview(&filters, fold, buckets)).await?;
    Ok(json(&Whole::from(overview)))
}

/// `GET /api/lanes`
pub async fn lanes(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    let (fold, buckets) = (parameters.flag("fold")?, buckets(&mut parameters)?);
    let limit = parameters.number("limit", 1, 200, 40)?;
    parameters.finish()?;
    let lanes = state.query(move |store| store.lanes(&filters, fold, buckets, limit)).await?;
    Ok(json(&Drawing::from(lanes)))
}

/// `GET /api/grains`
pub async fn grains(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    let fold = parameters.flag("fold")?;
    parameters.finish()?;
    let grains = state.query(move |store| store.grains(&filters, fold)).await?;
    Ok(json(&Grains { grains: grains.into_iter().map(Grain::from).collect() }))
}

/// `GET /api/names`
pub async fn names(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let names = facet_counts(&state, query, Facet::Name).await?;
    Ok(json(&Names { names: names.into_iter().map(|(name, count)| Name { name, count }).collect() }))
}

/// `GET /api/sources`
pub async fn sources(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let sources = facet_counts(&state, query, Facet::Source).await?;
    Ok(json(&Sources { sources: sources.into_iter().map(|(source, count)| Source { source, count }).collect() }))
}

async fn facet_counts(
    state: &TimelineState,
    query: Option<String>,
    facet: Facet,
) -> Result<Vec<(String, u64)>, Problem> {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    let limit = parameters.number("limit", 1, 1000, 100)?;
    parameters.finish()?;
    state.query(move |store| store.facet_counts(&filters, facet, limit)).await
}

/// `GET /api/story`
pub async fn story(State(state): State<TimelineState>, RawQuery(query): RawQuery) -> HandlerResult {
    let mut parameters = parameters(query)?;
    let filters = Filters::from_parameters(&mut parameters)?;
    let days = parameters.number("days", 1, 100, 10)?;
    parameters.finish()?;
    let story = state.query(move |store| store.story(&filters, days)).await?;
    Ok(json(&Story { days: story.into_iter().map(Day::from).collect() }))
}

/// `GET /api/status`
pub async fn status(State(state): State<TimelineState>) -> HandlerResult {
    let totals = state.query(Store::totals).await?;
    let [first, last] = totals.extent.map(|ends| ends.map(query::format_time)).unwrap_or_default();
    Ok(json(&super::responses::State {
        events: totals.events,
        articles: totals.articles,
        first,
        last,
        connected: state.progress.is_connected(),
        lag: state.progress.lag(),
        records: state.progress.records(),
        building: state.progress.is_building(),
        writable: state.progress.is_writable(),
        version: crate::VERSION,
    }))
}
