//! Spans for a collector of OpenTelemetry.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::program::{dateline, terminate};
use crate::broker::cluster::shared;
use crate::broker::wire::{PATIENCE, Wire, article};

/// What a collector got: the line of the request with its headers, and the body.
type Request = (String, Vec<u8>);

/// Takes requests until nobody wants them any more.
fn collect(listener: &TcpListener, requests: &Sender<Request>) {
    for connection in listener.incoming() {
        let mut connection = connection.unwrap();
        while let Some(request) = read(&connection) {
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            if requests.send(request).is_err() {
                return;
            }
        }
    }
}

fn read(connection: &TcpStream) -> Option<Request> {
    let (mut reader, mut head) = (BufReader::new(connection), String::new());
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head.split("content-length:").nth(1)?.lines().next()?.trim().parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn the_spans_of_batches_reach_a_collector_without_text_of_articles() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..20).map(article));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/collector", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    thread::spawn(move || collect(&listener, &sender));

    let mut program = dateline(&wire, "run", &[]);
    program.env("DATELINE_TELEMETRY__OTLP", address).env("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=desk");
    // Whatever is logged.
    program.env("DATELINE_LOG__LEVEL", "error");
    let worker = program.spawn().unwrap();
    wire.await_dispositions(20);
    let ended = terminate(worker);
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));

    let (head, mut spans) = requests.recv_timeout(PATIENCE).unwrap();
    assert!(head.starts_with("post /collector/v1/traces "), "{head}");
    assert!(head.contains("content-type: application/x-protobuf") && head.contains("x-tenant: desk"), "{head}");
    spans.extend(requests.try_iter().flat_map(|(_, body)| body));
    for name in ["dateline", "batch", "messages", "extract", "reconcile", "commit"] {
        assert!(contains(&spans, name), "{name} in {}", String::from_utf8_lossy(&spans));
    }
    for text in ["mayor", "Bridge", "wire-1", "key-1"] {
        assert!(!contains(&spans, text), "{text} in {}", String::from_utf8_lossy(&spans));
    }
}

#[test]
fn a_collector_that_is_away_is_logged_and_holds_nothing_up() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..20).map(article));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut program = dateline(&wire, "run", &[]);
    program.env("DATELINE_TELEMETRY__OTLP", format!("http://127.0.0.1:{port}"));
    let worker = program.spawn().unwrap();
    wire.await_dispositions(20);
    let ended = terminate(worker);

    let log = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(0), "{log}");
    assert!(log.contains("shut down cleanly") && log.contains("opentelemetry"), "{log}");
}
