//! What is served over HTTP: health and metrics, and the timeline with its API, its live feed and its page.
//!
//! | module | what it is for |
//! |---|---|
//! | `health` | `/live`, `/ready`, `/metrics`: of every process that works |
//! | `timeline` | the routes of the timeline, and what stands around all of them |
//! | `api`, `feed`, `export`, `grafana` | the answers |
//! | `answers`, `openapi` | what the answers look like, and the description of the API that is made of it |
//! | `guard` | who may ask, and from which pages |
//! | `problem` | how it is told that something cannot be answered |
//! | `page` | the page and its assets |
//!
//! Must not know Kafka: it answers from [`telemetry`](crate::telemetry) and [`store`](crate::store).

mod answers;
mod api;
mod export;
mod feed;
mod grafana;
mod guard;
mod health;
mod openapi;
pub mod page;
mod problem;
mod timeline;

use std::io;
use std::net::{SocketAddr, TcpListener};

use axum::Router;

pub use self::health::{Status, ask_ready, router};
pub use self::openapi::openapi;
pub use self::timeline::{Access, Timeline, timeline};

/// Something to serve, with the place where it is served.
#[derive(Debug)]
pub struct Site {
    listener: TcpListener,
    what: &'static str,
    router: Router,
}

impl Site {
    /// Takes an address for something.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub fn bind(address: SocketAddr, what: &'static str, router: Router) -> io::Result<Self> {
        let bound = TcpListener::bind(address);
        let listener = bound.map_err(|e| io::Error::new(e.kind(), format!("http: {address} cannot be served: {e}")))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, what, router })
    }

    /// The address, with the real port where port 0 was asked for.
    ///
    /// # Errors
    /// If the system does not tell it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` is done. Logs the address.
    ///
    /// # Errors
    /// If it cannot go on.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        tracing::info!(address = %self.address()?, "serving {}", self.what);
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        axum::serve(listener, self.router).with_graceful_shutdown(shutdown).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_taken_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = Site::bind(address, "nothing", Router::new()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("http: {address} cannot be served: ")), "{error}");
    }

    #[tokio::test]
    async fn a_site_ends_when_it_is_told_to() {
        let site = Site::bind("127.0.0.1:0".parse().unwrap(), "nothing", Router::new()).unwrap();
        site.serve(async {}).await.unwrap();
    }
}
