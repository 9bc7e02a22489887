//! The metrics of the HTTP servers.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// A route with the status of a response.
type Response = [(&'static str, String); 2];
/// A route.
type Route = [(&'static str, String); 1];

/// What HTTP servers do.
#[derive(Debug)]
pub struct HttpMetrics {
    connections: Gauge,
    dropped_connections: Counter,
    requests: Gauge,
    panics: Counter,
    responses: Family<Response, Counter>,
    response_seconds: Family<Route, Histogram, fn() -> Histogram>,
}

impl HttpMetrics {
    pub fn register(registry: &mut Registry) -> Self {
        // 1 ms to 32 s.
        let times = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let metrics = Self {
            connections: Gauge::default(),
            dropped_connections: Counter::default(),
            requests: Gauge::default(),
            panics: Counter::default(),
            responses: Family::default(),
            response_seconds: Family::new_with_constructor(times),
        };
        registry.register("http_connections", "Open HTTP connections", metrics.connections.clone());
        let help = "HTTP connections closed because there were too many";
        registry.register("http_dropped_connections", help, metrics.dropped_connections.clone());
        let help = "HTTP requests whose response is not complete";
        registry.register("http_requests", help, metrics.requests.clone());
        registry.register("http_panics", "Panics while an HTTP request was handled", metrics.panics.clone());
        let help = "HTTP responses that have begun, by route and status";
        registry.register("http_responses", help, metrics.responses.clone());
        let help = "Time from an HTTP request to the begin of its response, by route";
        registry.register_with_unit("http_response", help, Unit::Seconds, metrics.response_seconds.clone());
        metrics
    }

    /// Counts a connection that was opened.
    pub fn connection_opened(&self) {
        self.connections.inc();
    }

    /// Counts a connection that was closed.
    pub fn connection_closed(&self) {
        self.connections.dec();
    }

    /// Counts a connection that is closed because there are too many.
    pub fn connection_dropped(&self) {
        self.dropped_connections.inc();
    }

    /// Counts a request whose handling begins.
    pub fn request_began(&self) {
        self.requests.inc();
    }

    /// Counts a request whose response is complete, or that its client gave up.
    pub fn request_ended(&self) {
        self.requests.dec();
    }

    /// Counts a panic while a request was handled.
    pub fn handler_panicked(&self) {
        self.panics.inc();
    }

    /// Counts a response that begins, to a request of a route, so long after it.
    pub fn responded(&self, route: &str, status: u16, time: Duration) {
        let labels = [("route", route.to_owned()), ("status", status.to_string())];
        self.responses.get_or_create(&labels).inc();
        self.response_seconds.get_or_create(&[("route", route.to_owned())]).observe(time.as_secs_f64());
    }
}
