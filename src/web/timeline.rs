//! The timeline over HTTP: its routes, and the middleware around them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, RawQuery, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::auth::{self, Secrets, Token};
use super::guard::guarded;
use super::health::health_routes;
use super::links::{self, ReadOnlyLink};
use super::problem::Problem;
use super::ring::Ring;
use super::{HealthState, api, export, feed, grafana, host, openapi, page, responses};
use crate::store::{self, Stop, Store};
use crate::telemetry::{Metrics, Progress};

/// How many queries run at a time; the others wait.
const MAX_QUERIES: usize = 4;
/// How many followers read the change log by themselves at a time. They take nothing from those who query.
const MAX_CATCHING_UP: usize = 2;
/// How many clients may follow the feed.
const MAX_FOLLOWERS: usize = 256;
/// How long a response may take to start.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest request body, in bytes.
const MAX_BODY: usize = 64 << 10;
/// What the page may load: files from this server only, and no inline scripts or styles.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors";

/// Who may send requests.
#[derive(Clone, Default)]
pub struct Access {
    /// The bearer token that everything requires except health and the bare page.
    pub token: Option<String>,
    /// The origins whose pages may send requests.
    pub origins: Vec<HeaderValue>,
    /// The names that the server answers to, besides localhost and addresses.
    pub hosts: Vec<String>,
    /// The links by which others may read without the token.
    pub links: Vec<ReadOnlyLink>,
    /// The address at which others reach the server, without a slash at its end.
    pub public_url: Option<String>,
    /// The origins whose pages may show the embedded view in a frame.
    pub frame_ancestors: Vec<String>,
}

/// The state that the handlers share.
#[derive(Clone)]
pub struct TimelineState {
    pub(super) store: Store,
    pub(super) progress: Arc<Progress>,
    pub(super) followers: Arc<Semaphore>,
    pub(super) links: Arc<[ReadOnlyLink]>,
    pub(super) public_url: Option<String>,
    pub(super) ring: Arc<Ring>,
    pub(super) metrics: Arc<Metrics>,
    queries: Arc<Semaphore>,
    catching_up: Arc<Semaphore>,
    /// How long a query may take, with the time that it waits.
    query_timeout: Duration,
    body_timeout: Duration,
}

impl std::fmt::Debug for TimelineState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimelineState").field("store", &self.store).finish_non_exhaustive()
    }
}

impl TimelineState {
    /// Creates the state for a store and the progress of what fills it, with how long the body of a request may take.
    #[must_use]
    pub fn new(store: Store, progress: Arc<Progress>, body_timeout: Duration) -> Self {
        let [followers, queries, catching_up] =
            [MAX_FOLLOWERS, MAX_QUERIES, MAX_CATCHING_UP].map(|max| Arc::new(Semaphore::new(max)));
        Self {
            store,
            progress,
            followers,
            links: Arc::default(),
            public_url: None,
            ring: Arc::default(),
            metrics: Arc::default(),
            queries,
            catching_up,
            query_timeout: RESPONSE_TIMEOUT,
            body_timeout,
        }
    }

    /// Runs a query on the store, off the async threads. It is stopped when it takes too long, or when nobody waits for it
    /// any more.
    pub(super) async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Store) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.queries, query).await
    }

    /// The same for a follower that reads the change log.
    pub(super) async fn catch_up<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Store) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(&self.catching_up, query).await
    }

    async fn run<T: Send + 'static>(
        &self,
        permits: &Arc<Semaphore>,
        query: impl FnOnce(&Store) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let answer = async {
            let permit = permits.clone().acquire_owned().await.map_err(|_| shutting_down())?;
            let stop = Stop::default();
            // Dropped when the answer is there, or when nobody waits for it.
            let _stops = stop.on_drop();
            let (store, metrics, span) = (self.store.with_stop(stop), self.metrics.clone(), tracing::Span::current());
            let result = tokio::task::spawn_blocking(move || {
                let result = span.in_scope(|| query(&store));
                if matches!(result, Err(store::Error::Stopped)) {
                    metrics.timeline.query_interrupted();
                }
                drop(permit);
                result
            });
            match result.await {
                Ok(result) => Ok(result?),
                // What surrounds the routes reports it.
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(shutting_down()),
            }
        };
        timeout(self.query_timeout, answer).await.unwrap_or_else(|_| Err(Problem::took_too_long()))
    }
}

fn shutting_down() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server is shutting down")
}

/// The body of a request, which must be complete in time.
pub(super) struct TimelyBody(pub Bytes);

impl FromRequest<TimelineState> for TimelyBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &TimelineState) -> Result<Self, Problem> {
        let Ok(body) = timeout(state.body_timeout, Bytes::from_request(request, state)).await else {
            let detail = format!("the body was not complete after {} ms", state.body_timeout.as_millis());
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail));
        };
        body.map(Self).map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is longer than {MAX_BODY} bytes"))
            }
            status => Problem::new(status, rejection.body_text()),
        })
    }
}

/// The routes of the timeline, with those of health and metrics.
pub fn timeline_router(mut state: TimelineState, health: HealthState, access: &Access) -> Router {
    (state.links, state.public_url) = (access.links.clone().into(), access.public_url.clone());
    state.metrics = health.metrics.clone();
    let embedded = HeaderValue::from_str(&policy(&access.frame_ancestors)).ok();
    let cacheable = Router::new()
        .route("/api/events", get(api::events))
        .route("/api/events/{id}", get(api::event))
        .route("/api/density", get(api::density))
        .route("/api/overview", get(api::overview))
        .route("/api/lanes", get(api::lanes))
        .route("/api/grains", get(api::grains))
        .route("/api/names", get(api::names))
        .route("/api/sources", get(api::sources))
        .route("/api/story", get(api::story))
        .layer(middleware::from_fn_with_state(state.clone(), etag));
    let with_timeout = cacheable
        .route("/api/status", get(api::status))
        .route("/api/openapi.json", get(|| async { responses::json(&openapi()) }))
        .route("/api/grafana", get(grafana::test_connection))
        .route("/api/grafana/", get(grafana::test_connection))
        .route("/api/grafana/metrics", post(grafana::metrics))
        .route("/api/grafana/search", post(grafana::search))
        .route("/api/grafana/metric-payload-options", post(grafana::payload_options))
        .route("/api/grafana/variable", post(grafana::variable))
        .route("/api/grafana/tag-keys", post(grafana::tag_keys))
        .route("/api/grafana/tag-values", post(grafana::tag_values))
        .route("/api/grafana/query", post(grafana::query))
        .route("/api/grafana/annotations", post(grafana::annotations))
        .route("/api/links", get(links::links))
        .route("/", get(|RawQuery(query): RawQuery| async { index(query, embedded) }))
        .route("/assets/{*path}", get(|path: axum::extract::Path<String>| async move { asset(&path) }))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, RESPONSE_TIMEOUT));
    let links = access.links.iter().map(|link| Token::new(&link.secret)).collect();
    let secrets = Secrets { token: access.token.as_deref().map(Token::new), links };
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let hosts: Arc<[String]> = access.hosts.clone().into();
    let metrics = health.metrics.clone();
    let routes = with_timeout
        .route("/api/feed", get(feed::feed))
        .route("/api/export/{form}", get(export::export))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "there is nothing here; see /api/openapi.json") })
        .with_state(state)
        .merge(health_routes(health))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(secrets, auth::require_token))
        .layer(auth::cors(&access.origins))
        .layer(middleware::from_fn_with_state(hosts, host::require_known_host));
    // Without configuration nobody may show the page in a frame.
    let nowhere = HeaderValue::from_str(&policy(&[])).ok();
    guarded(routes, metrics)
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, nowhere))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
}

/// Returns the policy of a page that these origins may show in a frame.
fn policy(ancestors: &[String]) -> String {
    let ancestors = if ancestors.is_empty() { "'none'".to_owned() } else { ancestors.join(" ") };
    format!("{CONTENT_SECURITY_POLICY} {ancestors}")
}

/// The page; its embedded view may be in the frames of others.
fn index(query: Option<String>, embedded: Option<HeaderValue>) -> Response {
    let mut page = asset("index.html");
    let is_embedded = query.is_some_and(|query| query.split('&').any(|part| part == "embed=1"));
    if let Some(policy) = embedded.filter(|_| is_embedded) {
        page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}

fn asset(path: &str) -> Response {
    match page::asset(path) {
        Some((media_type, bytes)) => {
            ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")], bytes).into_response()
        }
        None => Problem::new(StatusCode::NOT_FOUND, format!("there is no asset {path:?}")).into_response(),
    }
}

/// Middleware for responses that depend on nothing but the timeline: its version is their entity tag.
async fn etag(State(state): State<TimelineState>, request: Request, next: Next) -> Response {
    let tag = format!("W/\"{}-{}\"", crate::VERSION, state.store.version());
    let cached = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let mut cached = cached.filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(',')).map(str::trim);
    let mut response = if cached.any(|cached| cached == tag) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_that_takes_too_long_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let mut state = TimelineState::new(store, Arc::default(), Duration::from_secs(60));
        state.query_timeout = Duration::from_millis(50);
        let endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
        let ask = || {
            state.query(|store| {
                store.read(|connection| Ok(connection.query_row(endless, [], |row| row.get::<_, i64>(0))?))
            })
        };
        for problem in futures_util::future::join_all((0..MAX_QUERIES).map(|_| ask())).await {
            let problem = problem.unwrap_err();
            assert_eq!(problem.status, StatusCode::GATEWAY_TIMEOUT.as_u16());
            assert!(problem.detail.contains("narrow it"), "{}", problem.detail);
        }
        state.query_timeout = Duration::from_secs(60);
        assert!(state.query(Store::totals).await.is_ok(), "their places are free again");
        while state.queries.available_permits() < MAX_QUERIES {
            tokio::task::yield_now().await;
        }
        state.metrics.serve_timeline();
        let metrics = state.metrics.encode().unwrap();
        assert!(metrics.contains("dateline_timeline_interrupted_queries_total 4\n"), "{metrics}");
    }

    #[tokio::test]
    async fn followers_that_catch_up_take_no_places_of_questions() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        let state = TimelineState::new(store, Arc::default(), Duration::from_secs(60));
        let _all = state.catching_up.clone().acquire_many_owned(MAX_CATCHING_UP as u32).await.unwrap();
        assert!(state.query(Store::totals).await.is_ok());
        let _questions = state.queries.clone().acquire_many_owned(MAX_QUERIES as u32).await.unwrap();
        drop(_all);
        assert!(state.catch_up(Store::totals).await.is_ok());
    }
}
