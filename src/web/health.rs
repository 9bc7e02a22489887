//! Health and metrics.
//!
//! Must not know Kafka or the worker: it answers from [`telemetry`](crate::telemetry).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
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

/// The routes `/live` (liveness: restart the process if it fails), `/ready` (readiness) and `/metrics` (OpenMetrics).
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

async fn metrics(State(state): State<HealthState>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    match state.metrics.encode() {
        Ok(text) => (kind, text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
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
