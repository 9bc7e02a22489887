//! Who may ask: the bearer token. Which pages may ask: none but our own, unless they are named.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::problem::Problem;

/// A token, as its digest: digests differ everywhere where tokens differ anywhere, so that the time that a comparison
/// takes tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// Of a text.
    pub fn new(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// Lets those through who have the token, where one is needed. The page itself holds nothing, and asks for it.
pub async fn token(State(token): State<Option<Token>>, request: Request, next: Next) -> Response {
    let is_open = !request.uri().path().starts_with("/api/") && request.uri().path() != "/metrics";
    match token {
        Some(token) if !is_open && bearer(request.headers()).as_ref() != Some(&token) => {
            let detail = "this needs the header `Authorization: Bearer` with the token of the server";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, detail);
            ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
        }
        _ => next.run(request).await,
    }
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::new(token.trim()))
}

/// What other pages may do: those of these origins may ask, and nobody else may.
pub fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG])
}
