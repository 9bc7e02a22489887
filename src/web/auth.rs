//! Access: the bearer token, the read-only links in its place, and the origins that CORS allows.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::links::take_secret;
use super::problem::Problem;

/// A token, kept as its digest: tokens that differ in one letter have entirely different digests, so that the time that
/// a comparison takes reveals nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// Hashes a token.
    pub fn new(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// What requests may show to be answered.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The bearer token; `None` where everybody may read.
    pub token: Option<Token>,
    /// The secrets of the read-only links.
    pub links: Arc<[Token]>,
}

/// Middleware that requires the token, if one is set, or a read-only link to read. The page itself holds no data, so it is
/// open and asks for the token.
pub async fn require_token(State(secrets): State<Secrets>, mut request: Request, next: Next) -> Response {
    let link = take_secret(request.uri_mut());
    let path = request.uri().path();
    let is_open = !path.starts_with("/api/") && path != "/metrics";
    let may_link =
        matches!(*request.method(), Method::GET | Method::HEAD) && path.starts_with("/api/") && path != "/api/links";
    let is_linked = may_link && link.is_some_and(|link| secrets.links.contains(&link));
    match secrets.token {
        Some(token) if !is_open && !is_linked && bearer_token(request.headers()).as_ref() != Some(&token) => {
            let detail = "the header `Authorization: Bearer` with the token of this server is required, or a read-only link \
                          (`link=`) that has not been revoked";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, detail);
            ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
        }
        _ => next.run(request).await,
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<Token> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::new(token.trim()))
}

/// Allows requests from pages of these origins, and of no others.
pub fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG])
}
