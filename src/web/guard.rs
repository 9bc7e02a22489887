//! What surrounds every route: no panic takes a connection down, and every error is a problem (RFC 9457), whichever library
//! reports it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tracing::{Instrument, Span};

use super::health::is_health;
use super::problem::{MAX_TARGET, MEDIA_TYPE, Problem};
use crate::telemetry::Metrics;

/// The longest text of a library's error that becomes a detail, in bytes.
const MAX_DETAIL: usize = 1 << 10;

/// Surrounds all routes of a router.
pub fn guarded(router: Router, metrics: Arc<Metrics>) -> Router {
    router
        .layer(middleware::from_fn(limit_target))
        .layer(middleware::from_fn(describe_errors))
        .layer(middleware::from_fn_with_state(metrics.clone(), catch_panics))
        .layer(middleware::from_fn_with_state(metrics, measure))
}

/// Counts responses by route and status, with the time until they begin.
async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = Instant::now();
    let response = next.run(request).await;
    // What no route is for can be anything.
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    metrics.http.responded(route, response.status().as_u16(), started.elapsed());
    response
}

/// Refuses a URL that is longer than any real one.
async fn limit_target(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if length > MAX_TARGET { Problem::target_too_long().into_response() } else { next.run(request).await }
}

/// Turns the errors that libraries report as text, or with a status alone, into problems.
async fn describe_errors(request: Request, next: Next) -> Response {
    let is_health = is_health(request.uri().path());
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_described = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    // Why a worker is not ready is a line of text: probes print it.
    if !is_error || is_described || is_health && status == StatusCode::SERVICE_UNAVAILABLE {
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, MAX_DETAIL).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let detail = if text.trim().is_empty() { advice(status) } else { text.trim() };
    let mut described = Problem::new(status, detail).into_response();
    for (name, value) in &parts.headers {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
            described.headers_mut().append(name, value.clone());
        }
    }
    described
}

/// Returns what to do about an error of which nothing but the status is known.
fn advice(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "this path does not support the method; the header Allow lists those that it does"
        }
        StatusCode::GATEWAY_TIMEOUT => "the query took too long; narrow it with filters, or try again later",
        StatusCode::NOT_FOUND => "there is nothing here",
        _ => "the request cannot be processed; see /api/openapi.json",
    }
}

/// Turns a panic into a 500. One that happens while the body is sent cuts the body, which clients notice: the end of the
/// chunks is missing. The line that logs a panic names the path of the request.
async fn catch_panics(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let span = tracing::error_span!("request", path = request.uri().path());
    match AssertUnwindSafe(next.run(request).instrument(span.clone())).catch_unwind().await {
        // A body of a known size is bytes already.
        Ok(response) if response.body().size_hint().exact().is_some() => response,
        Ok(response) => response.map(|body| Body::new(GuardedBody { body: Some(body), span, metrics })),
        Err(_) => {
            metrics.http.handler_panicked();
            let detail = "this is a bug in dateline, please report it; the log of the server has the details";
            let mut response = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
    }
}

/// A body whose panics are errors.
struct GuardedBody {
    /// `None` after a panic: it must not be polled again.
    body: Option<Body>,
    span: Span,
    metrics: Arc<Metrics>,
}

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let span = self.span.clone();
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = span.in_scope(|| catch_unwind(AssertUnwindSafe(|| Pin::new(body).poll_frame(context))));
        polled.unwrap_or_else(|_| {
            self.metrics.http.handler_panicked();
            self.body = None;
            Poll::Ready(Some(Err(axum::Error::new(io::Error::other("the handler panicked")))))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_some_and(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use futures_util::{StreamExt, stream};
    use tower::ServiceExt;
    use tower_http::compression::CompressionLayer;

    use super::*;

    fn router(metrics: &Arc<Metrics>) -> Router {
        let body = || async {
            let parts = stream::iter([1, 2]).map(|part| match part {
                1 => Ok::<_, io::Error>(vec![b'x'; 1 << 16]),
                _ => panic!("a bug in a body"),
            });
            Body::from_stream(parts)
        };
        let router = Router::new()
            .route(
                "/handler",
                get(|| async {
                    if true {
                        panic!("a bug in a handler")
                    }
                }),
            )
            .route("/body", get(body))
            .layer(CompressionLayer::new());
        guarded(router, metrics.clone())
    }

    async fn send(metrics: &Arc<Metrics>, path: &str, encoding: &str) -> Response {
        let request = Request::get(path).header("accept-encoding", encoding).body(Body::empty()).unwrap();
        router(metrics).oneshot(request).await.unwrap()
    }

    fn panics(metrics: &Metrics) -> bool {
        metrics.encode().unwrap().contains("dateline_http_panics_total 1\n")
    }

    #[tokio::test]
    async fn a_panic_of_a_handler_is_a_problem_and_is_counted() {
        let metrics = Arc::<Metrics>::default();
        let response = send(&metrics, "/handler", "gzip").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        assert!(panics(&metrics));
    }

    #[tokio::test]
    async fn a_panic_of_a_body_is_an_error_of_the_body_and_is_counted() {
        for encoding in ["identity", "gzip"] {
            let metrics = Arc::<Metrics>::default();
            let response = send(&metrics, "/body", encoding).await;
            assert_eq!(response.status(), StatusCode::OK);
            let mut body = response.into_body().into_data_stream();
            let mut last = None;
            while let Some(part) = body.next().await {
                last = Some(part);
            }
            assert!(last.unwrap().is_err(), "{encoding}: the end is missing");
            assert!(body.next().await.is_none(), "{encoding}: polled after its end");
            assert!(panics(&metrics), "{encoding}");
        }
    }

    #[tokio::test]
    async fn errors_of_libraries_are_problems_with_the_headers_that_they_had() {
        let request = Request::post("/handler").body(Body::empty()).unwrap();
        let response = router(&Arc::default()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        assert_eq!(response.headers()["allow"], "GET,HEAD");
        let problem = to_bytes(response.into_body(), 1 << 10).await.unwrap();
        assert!(String::from_utf8_lossy(&problem).contains("the header Allow"), "{problem:?}");
    }

    #[tokio::test]
    async fn a_target_of_8_kb_passes_and_a_longer_one_does_not() {
        for (length, status) in [(MAX_TARGET, StatusCode::NOT_FOUND), (MAX_TARGET + 1, StatusCode::URI_TOO_LONG)] {
            let response = send(&Arc::default(), &format!("/?q={}", "a".repeat(length - 4)), "identity").await;
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        }
    }
}
