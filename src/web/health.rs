//! Health and metrics.
//!
//! Must not know Kafka or the worker: it answers from [`telemetry`](crate::telemetry).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::guard::guarded;
use crate::telemetry::{Health, Metrics};

/// The state that the handlers read.
#[derive(Debug, Clone)]
pub struct HealthState {
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The health of the worker.
    pub health: Arc<Health>,
}

/// The routes `/live` (liveness: restart the process if it fails), `/ready` (readiness) and `/metrics` (OpenMetrics, or
/// the text format of Prometheus for a client that prefers that).
pub fn health_router(state: HealthState) -> Router {
    let metrics = state.metrics.clone();
    guarded(health_routes(state), metrics)
}

/// Whether a path is one of those that probes request. They are answered whatever the name of the host is, and however many
/// other requests there are.
pub(super) fn is_health(path: &str) -> bool {
    matches!(path, "/live" | "/ready")
}

/// The same routes, with nothing around them.
pub(super) fn health_routes(state: HealthState) -> Router {
    Router::new()
        .route("/live", get(|State(state): State<HealthState>| async move { respond(state.health.liveness()) }))
        .route("/ready", get(|State(state): State<HealthState>| async move { respond(state.health.readiness()) }))
        .route("/metrics", get(metrics))
        .with_state(state)
}

/// Asks the worker that listens on `address` whether it is ready: for the health check of a container, whose image has
/// no HTTP client. Blocks the thread.
///
/// # Errors
/// If there is no response within `timeout`, or the worker is not ready.
pub fn probe_ready(mut address: SocketAddr, timeout: Duration) -> io::Result<()> {
    // A server that listens on all addresses is reached on the loopback address.
    match address.ip() {
        ip if !ip.is_unspecified() => {}
        ip if ip.is_ipv4() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        _ => address.set_ip(Ipv6Addr::LOCALHOST.into()),
    }
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.write_all(b"GET /ready HTTP/1.0\r\n\r\n")?;
    let mut response = String::new();
    stream.take(1 << 16).read_to_string(&mut response)?;
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    if head.lines().next().is_some_and(|line| line.contains(" 200 ")) {
        return Ok(());
    }
    Err(io::Error::other(format!("not ready: {}", body.trim_end())))
}

fn respond(state: Result<(), String>) -> (StatusCode, String) {
    match state {
        Ok(()) => (StatusCode::OK, "ok\n".into()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why + "\n"),
    }
}

const OPENMETRICS: &str = "application/openmetrics-text";
const PROMETHEUS: &str = "text/plain";

async fn metrics(State(state): State<HealthState>, headers: HeaderMap) -> Response {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accepted = accepted.collect::<Vec<_>>().join(",");
    let (kind, text) = if quality(&accepted, PROMETHEUS) > quality(&accepted, OPENMETRICS) {
        ("text/plain; version=0.0.4; charset=utf-8", state.metrics.encode_prometheus())
    } else {
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", state.metrics.encode())
    };
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, kind), (header::VARY, "accept")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Returns how much a client wants a media type, from 0 to 1000, by its `Accept` header; everything if it has none. The most
/// specific entry counts, as RFC 9110 says.
fn quality(accepted: &str, media_type: &str) -> u16 {
    let mut best = None;
    for entry in accepted.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let mut parts = entry.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_in = |kind: &str| media_type.split('/').next() == Some(kind);
        let precision = match range.split_once('/') {
            _ if range == media_type => 2,
            Some(("*", "*")) => 0,
            Some((kind, "*")) if is_in(kind) => 1,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        // A type may be listed in several versions.
        best = best.max(Some((precision, (weight.clamp(0.0, 1.0) * 1000.0) as u16)));
    }
    match best {
        Some((_, weight)) => weight,
        None if accepted.is_empty() => 1000,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    fn state(patience: Duration) -> HealthState {
        HealthState { metrics: Arc::default(), health: Arc::new(Health::new(patience, Duration::from_secs(60))) }
    }

    async fn get(state: &HealthState, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = health_router(state.clone()).oneshot(request).await.unwrap();
        let code = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (code, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_worker_that_is_starting_is_live_and_not_ready() {
        let state = state(Duration::from_secs(60));
        assert_eq!(get(&state, "/live").await, (StatusCode::OK, "ok\n".into()));
        assert_eq!(get(&state, "/ready").await, (StatusCode::SERVICE_UNAVAILABLE, "starting\n".into()));
    }

    #[tokio::test]
    async fn a_running_worker_is_ready() {
        let state = state(Duration::from_secs(60));
        state.health.ready();
        assert_eq!(get(&state, "/ready").await, (StatusCode::OK, "ok\n".into()));
    }

    #[tokio::test]
    async fn a_worker_that_is_stuck_is_not_live() {
        let state = state(Duration::ZERO);
        assert_eq!(get(&state, "/live").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn metrics_are_in_the_openmetrics_format() {
        let state = state(Duration::from_secs(60));
        state.metrics.articles(["extracted"].into_iter(), 10, 2, 0);
        let (code, text) = get(&state, "/metrics").await;
        assert_eq!(code, StatusCode::OK);
        assert!(text.contains("dateline_events_total 2\n"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }

    #[tokio::test]
    async fn a_client_gets_the_format_of_metrics_that_it_prefers() {
        let kind = async |accept: Option<&str>| {
            let mut request = Request::get("/metrics");
            if let Some(accept) = accept {
                request = request.header(header::ACCEPT, accept);
            }
            let response =
                health_router(state(Duration::ZERO)).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            let is_openmetrics = String::from_utf8(bytes.to_vec()).unwrap().ends_with("# EOF\n");
            assert_eq!(is_openmetrics, kind.starts_with(OPENMETRICS), "{accept:?}");
            is_openmetrics
        };
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
                          text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        for accept in [None, Some("*/*"), Some(prometheus), Some("application/openmetrics-text"), Some("application/*")]
        {
            assert!(kind(accept).await, "{accept:?}");
        }
        let both = "text/plain;version=0.0.4;q=0.6, application/openmetrics-text;q=0.5";
        for accept in ["text/plain", "text/plain; version=0.0.4", "TEXT/Plain;q=0.4, text/html", "text/*", both] {
            assert!(!kind(Some(accept)).await, "{accept}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn readiness_can_be_probed_over_http() {
        let state = state(Duration::from_secs(60));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let everywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), listener.local_addr().unwrap().port());
        let server = tokio::spawn(axum::serve(listener, health_router(state.clone())).into_future());
        let probe = || tokio::task::spawn_blocking(move || probe_ready(everywhere, Duration::from_secs(10)));
        assert_eq!(probe().await.unwrap().unwrap_err().to_string(), "not ready: starting");
        state.health.ready();
        probe().await.unwrap().unwrap();
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
        assert_eq!(probe().await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
