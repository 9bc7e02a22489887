//! Health and metrics.
//!
//! Must not know Kafka or what is at work: it answers from [`telemetry`](crate::telemetry).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::telemetry::{Health, Metrics};

/// What the pages are answered from.
#[derive(Debug, Clone)]
pub struct Status {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// How the worker is.
    pub health: Arc<Health>,
}

/// The pages: `/live` (restart me if it fails), `/ready` (am I at work), `/metrics` (OpenMetrics).
pub fn router(status: Status) -> Router {
    Router::new()
        .route("/live", get(|State(status): State<Status>| async move { told(status.health.liveness()) }))
        .route("/ready", get(|State(status): State<Status>| async move { told(status.health.readiness()) }))
        .route("/metrics", get(metrics))
        .with_state(status)
}

/// Asks the worker that serves at `address` whether it is ready: for containers, whose image has no tool to ask with.
/// Blocks its thread.
///
/// # Errors
/// If nobody answers within `timeout`, or with what the worker says.
pub fn ask_ready(mut address: SocketAddr, timeout: Duration) -> io::Result<()> {
    // A server that listens on all addresses is asked on the loopback one.
    match address.ip() {
        ip if !ip.is_unspecified() => {}
        ip if ip.is_ipv4() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        _ => address.set_ip(Ipv6Addr::LOCALHOST.into()),
    }
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.write_all(b"GET /ready HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1 << 16).read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.lines().next().is_some_and(|line| line.contains(" 200 ")) {
        return Ok(());
    }
    Err(io::Error::other(format!("not ready: {}", body.trim_end())))
}

fn told(state: Result<(), String>) -> (StatusCode, String) {
    match state {
        Ok(()) => (StatusCode::OK, "ok\n".into()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why + "\n"),
    }
}

async fn metrics(State(status): State<Status>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    match status.metrics.encode() {
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

    fn status(patience: Duration) -> Status {
        Status { metrics: Arc::default(), health: Arc::new(Health::new(patience, Duration::from_secs(60))) }
    }

    async fn get(status: &Status, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(status.clone()).oneshot(request).await.unwrap();
        let code = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (code, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_worker_that_starts_is_alive_and_not_ready() {
        let status = status(Duration::from_secs(60));
        assert_eq!(get(&status, "/live").await, (StatusCode::OK, "ok\n".into()));
        assert_eq!(get(&status, "/ready").await, (StatusCode::SERVICE_UNAVAILABLE, "starting\n".into()));
    }

    #[tokio::test]
    async fn a_worker_at_work_is_ready() {
        let status = status(Duration::from_secs(60));
        status.health.ready();
        assert_eq!(get(&status, "/ready").await, (StatusCode::OK, "ok\n".into()));
    }

    #[tokio::test]
    async fn a_worker_that_stands_still_is_not_live() {
        let status = status(Duration::ZERO);
        assert_eq!(get(&status, "/live").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn metrics_are_open_metrics() {
        let status = status(Duration::from_secs(60));
        status.metrics.articles(["extracted"].into_iter(), 10, 2, 0);
        let (code, text) = get(&status, "/metrics").await;
        assert_eq!(code, StatusCode::OK);
        assert!(text.contains("dateline_events_total 2\n"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_worker_can_be_asked_whether_it_is_ready() {
        let status = status(Duration::from_secs(60));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let everywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), listener.local_addr().unwrap().port());
        let server = tokio::spawn(axum::serve(listener, router(status.clone())).into_future());
        let ask = || tokio::task::spawn_blocking(move || ask_ready(everywhere, Duration::from_secs(10)));
        assert_eq!(ask().await.unwrap().unwrap_err().to_string(), "not ready: starting");
        status.health.ready();
        ask().await.unwrap().unwrap();
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
        assert_eq!(ask().await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
