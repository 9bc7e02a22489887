//! Everything served over HTTP: health and metrics, and the timeline with its API, live feed and page.
//!
//! | module | what it is for |
//! |---|---|
//! | `health` | `/live`, `/ready`, `/metrics`: served by every long-running process |
//! | `timeline` | the routes of the timeline, and the middleware around them |
//! | `api`, `feed`, `export`, `grafana` | the handlers |
//! | `ring` | what all followers of the feed share |
//! | `responses`, `openapi` | the response bodies, and the OpenAPI description generated from them |
//! | `auth`, `links`, `host` | the bearer token and CORS; read-only links and public addresses; the names that the server answers to |
//! | `server`, `opening`, `connections` | connections, and their limits |
//! | `guard` | what surrounds every route: panics and errors become problems |
//! | `problem` | errors as problem details (RFC 9457) |
//! | `page` | the page and its assets |
//!
//! Must not know Kafka: it answers from [`telemetry`](crate::telemetry) and [`store`](crate::store).

mod api;
mod auth;
mod connections;
mod export;
mod feed;
mod grafana;
mod guard;
mod health;
mod host;
mod links;
mod openapi;
mod opening;
pub mod page;
mod problem;
mod responses;
mod ring;
mod server;
mod timeline;

pub use self::health::{HealthState, health_router, probe_ready};
pub use self::links::ReadOnlyLink;
pub use self::openapi::openapi;
pub use self::server::HttpServer;
pub use self::timeline::{Access, TimelineState, timeline_router};
