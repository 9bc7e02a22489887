//! Everything served over HTTP: health and metrics, and the timeline with its API, live feed and page.
//!
//! | module | what it is for |
//! |---|---|
//! | `health` | `/live`, `/ready`, `/metrics`: served by every long-running process |
//! | `timeline` | the routes of the timeline, and the middleware around them |
//! | `api`, `feed`, `export`, `grafana` | the handlers |
//! | `responses`, `openapi` | the response bodies, and the OpenAPI description generated from them |
//! | `auth` | the bearer token, and CORS |
//! | `problem` | errors as problem details (RFC 9457) |
//! | `page` | the page and its assets |
//!
//! Must not know Kafka: it answers from [`telemetry`](crate::telemetry) and [`store`](crate::store).

mod api;
mod auth;
mod export;
mod feed;
mod grafana;
mod health;
mod openapi;
pub mod page;
mod problem;
mod responses;
mod timeline;

use std::io;
use std::net::{SocketAddr, TcpListener};

use axum::Router;

pub use self::health::{HealthState, health_router, probe_ready};
pub use self::openapi::openapi;
pub use self::timeline::{Access, TimelineState, timeline_router};

/// A router with the address that it is served at.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    name: &'static str,
    router: Router,
}

impl HttpServer {
    /// Binds to an address. The name is for the log.
    ///
    /// # Errors
    /// If the address is not available.
    pub fn bind(address: SocketAddr, name: &'static str, router: Router) -> io::Result<Self> {
        let bound = TcpListener::bind(address);
        let listener = bound.map_err(|e| io::Error::new(e.kind(), format!("http: cannot listen on {address}: {e}")))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, name, router })
    }

    /// Returns the address, with the actual port where port 0 was requested.
    ///
    /// # Errors
    /// If the operating system does not report it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Logs the address, and serves until `shutdown` completes.
    ///
    /// # Errors
    /// If serving fails.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        tracing::info!(address = %self.address()?, "serving {}", self.name);
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        axum::serve(listener, self.router).with_graceful_shutdown(shutdown).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = HttpServer::bind(address, "nothing", Router::new()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("http: cannot listen on {address}: ")), "{error}");
    }

    #[tokio::test]
    async fn a_server_stops_on_shutdown() {
        let server = HttpServer::bind("127.0.0.1:0".parse().unwrap(), "nothing", Router::new()).unwrap();
        server.serve(async {}).await.unwrap();
    }
}
