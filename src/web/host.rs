//! The names that the server answers to. A web page elsewhere can point a name of its own at this machine (DNS rebinding)
//! and would then read the timeline as if it were its own; but its requests still carry that name.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::health::is_health;
use super::problem::Problem;

/// Middleware that refuses requests to names that the server does not have. Addresses in figures pass, since nobody can
/// point them elsewhere.
pub async fn require_known_host(State(hosts): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    if is_health(request.uri().path()) {
        return next.run(request).await;
    }
    let named = request.headers().get_all(header::HOST).iter().map(authority);
    let mut named = request.uri().authority().cloned().map(Ok).into_iter().chain(named);
    // HTTP/1.0 has no Host, but no browser speaks it.
    match named.find_map(|named| named.and_then(|named| check(&named, &hosts)).err()) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn authority(header: &HeaderValue) -> Result<Authority, Problem> {
    let authority = Authority::try_from(header.as_bytes()).ok().filter(|authority| !authority.as_str().contains('@'));
    authority
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "the header Host is not a host with or without a port"))
}

fn check(authority: &Authority, hosts: &[String]) -> Result<(), Problem> {
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_known = |known: &String| known.eq_ignore_ascii_case(name);
    if address.parse::<IpAddr>().is_ok() || name.eq_ignore_ascii_case("localhost") || hosts.iter().any(is_known) {
        return Ok(());
    }
    let detail = format!("this server is not known as {name:?}; if it is meant to be, add the name to serve.hosts");
    Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(host: &str) -> u16 {
        let hosts = ["desk.example".to_owned(), "timeline".to_owned()];
        let checked =
            HeaderValue::from_bytes(host.as_bytes()).map(|header| authority(&header).and_then(|it| check(&it, &hosts)));
        checked.unwrap().map_or_else(|problem| problem.status, |()| 200)
    }

    #[test]
    fn localhost_configured_names_and_addresses_pass_with_any_port() {
        for host in ["localhost", "LocalHost:8080", "localhost.", "desk.example", "Desk.Example.:443", "timeline:8080"]
        {
            assert_eq!(status(host), 200, "{host}");
        }
        for host in ["127.0.0.1", "127.0.0.1:8080", "10.0.0.7:1", "[::1]", "[::1]:8080", "[2001:db8::7]:80"] {
            assert_eq!(status(host), 200, "{host}");
        }
    }

    #[test]
    fn other_names_are_misdirected() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "evil-localhost",
            "desk.example.evil.example",
            "sub.desk.example",
            "127.0.0.1.evil.example",
            "127.1",
            "0x7f000001:8080",
            "2130706433",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(status(host), 421, "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_a_bad_request() {
        for host in [
            "",
            "evil.example@localhost",
            "a b",
            "localhost, evil.example",
            "http://localhost",
            "[::1",
            "b\u{fc}cher.example",
        ] {
            assert_eq!(status(host), 400, "{host}");
        }
    }
}
