//! The timeline over HTTP: its routes, and what stands around all of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::guard::{self, Token};
use super::problem::Problem;
use super::{Status, answers, api, export, feed, grafana, health, openapi, page};
use crate::store::{self, Store};
use crate::telemetry::Progress;

/// How many questions the store is asked at a time; the others wait.
const AT_ONCE: usize = 4;
/// How many may follow the feed.
const FOLLOWERS: usize = 256;
/// How long an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest body that is read.
const LARGEST: usize = 64 << 10;
/// What the page may load: what comes from here, and nothing in it but scripts and styles of their own files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Who may ask.
#[derive(Clone, Default)]
pub struct Access {
    /// What all but health and the bare page must be asked with.
    pub token: Option<String>,
    /// The origins of other pages that may ask.
    pub origins: Vec<HeaderValue>,
}

/// What the timeline is answered from.
#[derive(Debug, Clone)]
pub struct Timeline {
    pub(super) store: Store,
    pub(super) progress: Arc<Progress>,
    pub(super) followers: Arc<Semaphore>,
    questions: Arc<Semaphore>,
}

impl Timeline {
    /// Answers from a store that is filled by one who tells how far he is.
    #[must_use]
    pub fn new(store: Store, progress: Arc<Progress>) -> Self {
        let [followers, questions] = [FOLLOWERS, AT_ONCE].map(|most| Arc::new(Semaphore::new(most)));
        Self { store, progress, followers, questions }
    }

    /// Asks the store beside the async threads.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let ended = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server ends");
        let turn = self.questions.clone().acquire_owned().await.map_err(|_| ended())?;
        let store = self.store.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let answer = question(&store);
            drop(turn);
            answer
        });
        Ok(answer.await.map_err(|_| ended())??)
    }
}

/// The routes of the timeline, with those of health and metrics.
pub fn timeline(timeline: Timeline, status: Status, access: &Access) -> Router {
    let steady = Router::new()
        .route("/api/events", get(api::events))
        .route("/api/events/{id}", get(api::event))
        .route("/api/density", get(api::density))
        .route("/api/names", get(api::names))
        .route("/api/sources", get(api::sources))
        .route("/api/story", get(api::story))
        .layer(middleware::from_fn_with_state(timeline.clone(), etag));
    let answers = steady
        .route("/api/status", get(api::status))
        .route("/api/openapi.json", get(|| async { answers::json(&openapi()) }))
        .route("/api/grafana", get(grafana::works))
        .route("/api/grafana/", get(grafana::works))
        .route("/api/grafana/metrics", post(grafana::metrics))
        .route("/api/grafana/search", post(grafana::search))
        .route("/api/grafana/query", post(grafana::query))
        .route("/api/grafana/annotations", post(grafana::annotations))
        .route("/", get(|| async { asset("index.html") }))
        .route("/assets/{*path}", get(|path: axum::extract::Path<String>| async move { asset(&path) }))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, PATIENCE));
    let token = access.token.as_deref().map(Token::new);
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    answers
        .route("/api/feed", get(feed::feed))
        .route("/api/export/{form}", get(export::export))
        .fallback(|| async {
            Problem::new(StatusCode::NOT_FOUND, "there is nothing here; /api/openapi.json tells what is")
        })
        .with_state(timeline)
        .merge(health::router(status))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(token, guard::token))
        .layer(guard::cors(&access.origins))
        .layer(set(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
}

fn asset(path: &str) -> Response {
    match page::asset(path) {
        Some((kind, bytes)) => {
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], bytes).into_response()
        }
        None => Problem::new(StatusCode::NOT_FOUND, format!("the page has no file {path:?}")).into_response(),
    }
}

/// An answer that follows from the timeline alone stays the same for as long as the timeline does.
async fn etag(State(timeline): State<Timeline>, request: Request, next: Next) -> Response {
    let tag = format!("W/\"{}-{}\"", crate::VERSION, timeline.store.version());
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(',')).map(str::trim);
    let mut response = if known.any(|known| known == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        next.run(request).await
    };
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    }
    response
}
