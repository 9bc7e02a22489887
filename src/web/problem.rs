//! Errors as problem details (RFC 9457).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::store;
use crate::store::query::InvalidParameter;

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The longest path with its query, in bytes.
pub const MAX_TARGET: usize = 8 << 10;

/// The body of an error response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says which kind of problem it is.
    pub r#type: &'static str,
    /// The reason phrase of the status.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, and what to do about it.
    pub detail: String,
}

impl Problem {
    /// Creates a problem with a status and a detail.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self { r#type: "about:blank", title, status: status.as_u16(), detail: detail.into() }
    }

    /// A query took longer than anybody waits.
    pub fn took_too_long() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "the query took too long; narrow it with filters, or try again later")
    }

    /// The path of a request and its query have more than [`MAX_TARGET`] bytes.
    pub fn target_too_long() -> Self {
        let detail = format!("path and query are longer than {MAX_TARGET} bytes; use fewer or shorter filters");
        Self::new(StatusCode::URI_TOO_LONG, detail)
    }
}

impl From<InvalidParameter> for Problem {
    fn from(error: InvalidParameter) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.0)
    }
}

impl From<store::Error> for Problem {
    /// Logs the error; what is wrong with the store is not for clients.
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "the timeline cannot be read");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the timeline cannot be read; see the log of the server")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
    }
}
