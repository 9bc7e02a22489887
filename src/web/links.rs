//! Addresses for those who cannot send a token: read-only links, which stand in the address, and the address at which
//! others reach the server.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use axum::response::Response;

use super::auth::Token;
use super::responses::{Link, Links, json};
use super::timeline::TimelineState;

/// The parameter of a read-only link.
const PARAMETER: &str = "link";

/// A read-only link: whoever has its secret may read, until it is taken out of the configuration.
#[derive(Clone)]
pub struct ReadOnlyLink {
    /// Who it was given to.
    pub name: String,
    /// The secret that stands in the address.
    pub secret: String,
}

/// Takes the secret of a link out of an address: nothing behind this knows of links.
pub fn take_secret(uri: &mut Uri) -> Option<Token> {
    let query = uri.query()?;
    let is_link = |part: &&str| part.split('=').next() == Some(PARAMETER);
    let secret = query.split('&').find(is_link)?;
    let (_, secret) = form_urlencoded::parse(secret.as_bytes()).next()?;
    let token = Token::new(&secret);
    let rest = query.split('&').filter(|part| !is_link(part)).collect::<Vec<_>>().join("&");
    let path = uri.path();
    let rest = if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") };
    *uri = rest.parse().ok()?;
    Some(token)
}

/// `GET /api/links`: the read-only links, for those who have the token.
pub async fn links(State(state): State<TimelineState>) -> Response {
    let link = |link: &ReadOnlyLink| Link { name: link.name.clone(), secret: link.secret.clone() };
    json(&Links { public: state.public_url.clone(), links: state.links.iter().map(link).collect() })
}

/// The addresses that a feed names: those of the request, at the public base address if there is one.
pub struct Address {
    /// What the feed is of, for people.
    pub title: String,
    /// The page that shows the same.
    pub home: String,
    /// The feed itself.
    pub own: String,
}

impl FromRequestParts<TimelineState> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &TimelineState) -> Result<Self, Infallible> {
        let host = || parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let base = state.public_url.clone().unwrap_or_else(|| format!("http://{}", host()));
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let search = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "q")
            .map(|(_, text)| format!(": {text}"));
        Ok(Self {
            title: format!("Timeline{}", search.unwrap_or_default()),
            home: format!("{base}/{query}"),
            own: format!("{base}{}{query}", parts.uri.path()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(uri: &str) -> (String, bool) {
        let mut uri: Uri = uri.parse().unwrap();
        let found = take_secret(&mut uri);
        (uri.to_string(), found == Some(Token::new("a b")))
    }

    #[test]
    fn the_secret_is_taken_out_of_the_address() {
        assert_eq!(rest("/api/events?link=a%20b"), ("/api/events".to_owned(), true));
        assert_eq!(rest("/api/events?q=x&link=a+b&to=today"), ("/api/events?q=x&to=today".to_owned(), true));
        assert_eq!(rest("/?links=a%20b"), ("/?links=a%20b".to_owned(), false));
        assert_eq!(rest("/"), ("/".to_owned(), false));
    }
}
