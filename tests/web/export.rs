//! Every route, compressed and not, to a browser and to a plain client; exports of many chunks; clients that go away.

use std::io::{Read, Write};
use std::net::SocketAddr;

use dateline::web::openapi;
use serde_json::{Value, json};

use super::browser::in_browser;
use super::client::{Response, connect, get, read_all, send};
use super::server::Server;

const FORMATS: [&str; 8] = ["timelinejs", "vis", "csv", "ics", "jsonl", "rss", "atom", "jsonfeed"];

/// A timeline whose exports have many pages and chunks.
fn large() -> Server {
    let mut server = Server::empty();
    server.fill(2_600, 640);
    server
}

/// The requests of all routes but the feed, which has no end.
fn requests(server: &Server) -> Vec<(String, String, String)> {
    let events = get(server.address(), "/api/events?limit=1", "").content();
    let events: Value = serde_json::from_slice(&events).unwrap();
    let id = events["events"][0]["id"].as_str().unwrap();
    let range = json!({"from": "2000-01-01T00:00:00.000Z", "to": "2030-01-01T00:00:00.000Z"});
    let body = json!({"range": range, "targets": [{"target": "events"}], "annotation": {"query": "events"}});
    let mut requests: Vec<_> = ["/", "/assets/app.js", "/assets/words.js", "/live", "/api/grafana"]
        .map(|path| ("GET".to_owned(), path.to_owned(), String::new()))
        .into();
    for (path, methods) in openapi()["paths"].as_object().unwrap() {
        let paths: Vec<_> = match path.contains("{form}") {
            true => FORMATS.map(|form| path.replace("{form}", form)).into(),
            false => vec![path.replace("{id}", id)],
        };
        for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let body = if method == "POST" { body.to_string() } else { String::new() };
            let paths = paths.iter().filter(|path| *path != "/api/feed");
            requests.extend(paths.map(|path| (method.clone(), path.clone(), body.clone())));
        }
    }
    requests
}

fn with_encoding(address: SocketAddr, (method, path, body): &(String, String, String), encoding: &str) -> Response {
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {encoding}\r\n");
    send(address, &head, body)
}

#[test]
fn every_route_serves_the_same_compressed_and_not() {
    for server in [Server::demo(), large()] {
        for request in requests(&server) {
            let [plain, compressed] =
                ["identity", "gzip, deflate, br"].map(|encoding| with_encoding(server.address(), &request, encoding));
            let (_, path, _) = &request;
            for response in [&plain, &compressed] {
                assert!(response.status < 400 && response.is_complete, "{path}: {}", response.status);
            }
            assert_eq!(plain.header("content-encoding"), "", "{path}");
            if path.starts_with("/api/export/") {
                assert_eq!(compressed.header("content-encoding"), "gzip", "{path}");
            }
            assert!(plain.content() == compressed.content(), "{path} differs");
        }
        assert_eq!(server.metric("dateline_http_panics_total"), 0);
    }
}

#[test]
fn an_export_of_nothing_is_a_file_as_well() {
    let server = Server::empty();
    for format in FORMATS {
        for encoding in ["identity", "gzip"] {
            let path = format!("/api/export/{format}?q=nothing");
            let response = get(server.address(), &path, &format!("Accept-Encoding: {encoding}\r\n"));
            assert_eq!((response.status, response.is_complete), (200, true), "{path} {encoding}");
            assert_eq!(response.content().is_empty(), format == "jsonl", "{path} {encoding}");
        }
    }
}

#[test]
fn a_connection_serves_more_requests_after_an_export() {
    let server = Server::demo();
    let mut stream = connect(server.address());
    let path = "/api/export/csv";
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n");
    stream.write_all(format!("{request}\r\n{request}\r\n{request}Connection: close\r\n\r\n").as_bytes()).unwrap();
    let received = read_all(&mut stream);
    let heads = received.windows(15).filter(|part| part == b"HTTP/1.1 200 OK").count();
    assert_eq!(heads, 3);
    assert!(received.ends_with(b"0\r\n\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_every_route_as_a_plain_client_does() {
    in_browser(async |browser| {
        for server in [Server::demo(), large()] {
            browser.0.goto(&server.page("")).await.unwrap();
            for request in requests(&server) {
                let (method, path, body) = &request;
                let expected = with_encoding(server.address(), &request, "identity").content();
                let body = if body.is_empty() { Value::Null } else { json!(body) };
                let options = json!({"method": method, "body": body, "cache": "no-store"});
                let script = format!(
                    "const digest = async () => {{ \
                         const response = await fetch('{path}', {options}); \
                         const bytes = await response.arrayBuffer(); \
                         return [response.status, bytes.byteLength]; \
                     }}; return digest()"
                );
                let received = browser.run(&script).await;
                // A feed names the host that it was asked for.
                let is_feed = ["rss", "atom", "jsonfeed"].iter().any(|form| path.ends_with(form));
                let expected = if is_feed { received[1].clone() } else { json!(expected.len()) };
                assert_eq!(received, json!([200, expected]), "{path}");
            }
        }
        browser.assert_clean().await;
    })
    .await;
}

#[test]
fn a_client_that_goes_away_stops_the_work() {
    let mut server = Server::empty();
    // More than the buffers of a connection hold.
    server.fill(2_000, 16_000);
    for encoding in ["identity", "gzip"] {
        let request = "GET /api/export/jsonl HTTP/1.1\r\nHost: localhost\r\n";
        let mut stream = connect(server.address());
        stream.write_all(format!("{request}Accept-Encoding: {encoding}\r\n\r\n").as_bytes()).unwrap();
        stream.read_exact(&mut [0; 1000]).unwrap();
        if encoding == "identity" {
            // Nobody reads, so that it cannot be complete.
            assert_eq!(server.metric("dateline_http_requests"), 1);
        }
        drop(stream);
        server.until("dateline_http_requests", 0);
        server.until("dateline_http_connections", 0);
    }
}
