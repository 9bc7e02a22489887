//! The client against a registry of a few lines, which has what a test gives it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use insta::assert_snapshot;

use super::*;
use crate::config::Configuration;

const AVRO: &str = r#"{"schema": "{\"type\": \"record\", \"name\": \"A\", \"fields\": []}"}"#;

/// A registry: what it answers, and what it was asked.
struct Stub {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Answers each path with a status and a body, any other with the error of a schema that is not there.
    fn new(answers: &[(&str, u16, &str)]) -> Self {
        Self::start(answers, "http", |stream| Some(Box::new(stream)))
    }

    fn start(
        answers: &[(&str, u16, &str)],
        scheme: &str,
        wrap: impl Fn(std::net::TcpStream) -> Option<Box<dyn Stream>> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
        let answers: BTreeMap<String, (u16, String)> =
            answers.iter().map(|(path, status, body)| ((*path).to_owned(), (*status, (*body).to_owned()))).collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Some(mut stream) = stream.ok().and_then(&wrap) else { continue };
                let Some((head, path)) = request(&mut stream) else { continue };
                log.lock().unwrap().push(head);
                let missing = (404, r#"{"error_code": 40403, "message": "Schema not found"}"#.to_owned());
                let (status, body) = answers.get(&path).cloned().unwrap_or(missing);
                let head =
                    format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = stream.write_all((head + &body).as_bytes());
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter_map(|head| head.split(" HTTP").next()).map(str::to_owned).collect()
    }

    fn authorizations(&self) -> Vec<Option<String>> {
        let asked = self.asked.lock().unwrap();
        let value =
            |head: &String| head.lines().find_map(|line| line.strip_prefix("authorization: ")).map(str::to_owned);
        asked.iter().map(value).collect()
    }
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Reads a request; returns its head, and its path.
fn request(stream: &mut impl Read) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        if line == "\r\n" {
            break;
        }
        length = line.strip_prefix("content-length: ").map_or(length, |text| text.trim().parse().unwrap());
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    Some((head, path))
}

/// A registry with settings beside its address.
fn registry_with(url: &str, settings: &[(&str, &str)]) -> Registry {
    let key = |name: &str| format!("schema.{name}");
    let given: Vec<(String, &str)> =
        [("registry.url", url)].iter().chain(settings).map(|(name, value)| (key(name), *value)).collect();
    let flags = given.iter().map(|(key, value)| ("--test", key.as_str(), *value));
    let settings = Configuration::load(None, [], flags).unwrap().settings().unwrap();
    Registry::new(&settings.schema_registry.unwrap()).unwrap()
}

fn registry(url: &str) -> Registry {
    registry_with(url, &[])
}

fn outage(url: &str) -> String {
    let Err(Outage(outage)) = registry(url).schema(1) else { panic!("it answers") };
    outage.replace(url, "URL")
}

#[test]
fn a_schema_is_asked_for_once() {
    let stub = Stub::new(&[
        ("/schemas/ids/1", 200, AVRO),
        ("/schemas/ids/2", 200, r#"{"schema": "{", "schemaType": "AVRO"}"#),
    ]);
    let registry = registry(&format!("{}/", stub.url));
    for _ in 0..3 {
        assert!(matches!(registry.schema(1), Ok(Found::Schema(_))));
        assert!(matches!(registry.schema(2), Ok(Found::Unusable(_))));
        let Ok(Found::Unknown(problem)) = registry.schema(7) else { panic!("there is none") };
        assert_eq!(*problem, format!("the schema registry {} has no schema 7", stub.url));
    }
    assert_eq!(stub.asked(), ["GET /schemas/ids/1", "GET /schemas/ids/2", "GET /schemas/ids/7"]);
}

#[test]
fn ids_of_nothing_do_not_fill_the_memory() {
    let registry = registry(&Stub::new(&[("/schemas/ids/1", 200, AVRO)]).url);
    (0..=REFUSED as u32).for_each(|id| drop(registry.schema(id).unwrap()));
    assert!(registry.found.read().unwrap().len() < 10);
    assert!(matches!(registry.known(1), Some(Found::Schema(_))));
}

#[test]
fn schemas_that_one_refers_to_are_fetched_before_it() {
    let reference =
        |name: &str, subject: &str| format!(r#"[{{"name": "{name}", "subject": "{subject}", "version": 3}}]"#);
    let proto = |text: &str, references: &str| {
        let text = serde_json::Value::from(format!("syntax = \"proto3\"; {text}"));
        format!(r#"{{"schema": {text}, "schemaType": "PROTOBUF", "references": {references}}}"#)
    };
    let outer = proto(r#"import "quay/b.proto"; message A { B b = 1; }"#, &reference("quay/b.proto", "b of quay/x"));
    let middle = proto(r#"import "c.proto"; message B { C c = 1; }"#, &reference("c.proto", "c"));
    let inner = proto("message C { string id = 1; }", "[]");
    let circle = proto("", &reference("d.proto", "d"));
    let stub = Stub::new(&[
        ("/schemas/ids/1", 200, &outer),
        ("/subjects/b%20of%20quay%2Fx/versions/3", 200, &middle),
        ("/subjects/c/versions/3", 200, &inner),
        ("/schemas/ids/2", 200, &circle),
        ("/subjects/d/versions/3", 200, &circle),
        ("/schemas/ids/3", 200, &proto("", &reference("e.proto", "e"))),
        ("/schemas/ids/4", 200, r#"{"schema": "", "schemaType": "XML"}"#),
    ]);
    let registry = registry(&stub.url);
    assert!(matches!(registry.schema(1), Ok(Found::Schema(_))), "{:?}", registry.schema(1));
    assert!(matches!(registry.schema(2), Ok(Found::Schema(_))), "{:?}", registry.schema(2));
    let problem = |id| match registry.schema(id) {
        Ok(Found::Unusable(problem)) => problem.to_string(),
        other => panic!("{other:?}"),
    };
    assert_snapshot!(problem(3), @"the schema 3 of the registry cannot be used: it refers to e.proto, and there is no version 3 of the subject e");
    assert_snapshot!(problem(4), @"the schema 4 of the registry cannot be used: it is of the type XML; known are AVRO, JSON and PROTOBUF");
}

#[test]
fn a_registry_that_cannot_be_asked_is_no_answer() {
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    assert!(outage(&format!("http://{nobody}")).starts_with("the schema registry URL does not answer: "));
    let answering = |status, body| outage(&Stub::new(&[("/schemas/ids/1", status, body)]).url);
    assert_snapshot!(answering(500, r#"{"error_code": 50001, "message": "the store is away"}"#), @"the schema registry URL answers 500 Internal Server Error: the store is away");
    assert_snapshot!(answering(503, "later"), @"the schema registry URL answers 503 Service Unavailable");
    assert_snapshot!(answering(401, r#"{"error_code": 401, "message": "who are you"}"#), @"the schema registry URL answers 401 Unauthorized: who are you; check `basic.auth.user.info` or `bearer.auth.token` of schema.registry");
    assert_snapshot!(answering(404, "<html>no such page</html>"), @"the schema registry URL answers 404 Not Found; check `url` of schema.registry, which may need a path (such as `/apis/ccompat/v7`)");
    assert_snapshot!(answering(200, "<html>"), @"the schema registry URL does not answer as a schema registry does: expected value at line 1 column 1");
}

#[test]
fn another_address_is_asked_where_one_does_not_answer() {
    let [down, up] = [Stub::new(&[("/schemas/ids/1", 500, "")]), Stub::new(&[("/schemas/ids/1", 200, AVRO)])];
    assert!(matches!(registry(&format!("{}, {}", down.url, up.url)).schema(1), Ok(Found::Schema(_))));
    assert_eq!(up.asked().len(), 1);
}

#[test]
fn a_registry_is_told_who_asks() {
    let stub = Stub::new(&[]);
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    drop(registry_with(&stub.url, &[("registry.basic.auth.user.info", "desk:night")]).schema(1));
    drop(registry_with(&stub.url, &[("registry.bearer.auth.token", "token")]).schema(1));
    let by_file = registry_with(&stub.url, &[("registry_files.bearer.auth.token", path)]);
    for (id, token) in [(1, "first\n"), (2, "second\n")] {
        std::fs::write(path, token).unwrap();
        drop(by_file.schema(id));
    }
    let expected = ["Basic ZGVzazpuaWdodA==", "Bearer token", "Bearer first", "Bearer second"];
    assert_eq!(stub.authorizations(), expected.map(|it| Some(it.to_owned())));
    std::fs::remove_file(path).unwrap();
    assert!(by_file.schema(3).unwrap_err().to_string().contains("cannot be asked: cannot read"));
}

#[test]
fn a_schema_is_registered_under_a_subject() {
    let stub = Stub::new(&[
        ("/subjects/timeline.events-value/versions", 200, r#"{"id": 9}"#),
        ("/subjects/other/versions", 409, r#"{"error_code": 409, "message": "not compatible"}"#),
    ]);
    let registry = registry(&stub.url);
    assert_eq!(registry.register("timeline.events-value", SchemaType::Avro, "{}"), Ok(9));
    assert_eq!(stub.asked(), ["POST /subjects/timeline.events-value/versions"]);
    let refused = registry.register("other", SchemaType::Json, "{}").unwrap_err();
    assert!(refused.to_string().ends_with("with which this one is not compatible"), "{refused}");
}

#[test]
fn a_registry_is_reached_by_tls_and_its_authority_checked() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
    let identity = native_tls::Identity::from_pkcs8(certificate.as_bytes(), key.as_bytes()).unwrap();
    let acceptor = native_tls::TlsAcceptor::new(identity).unwrap();
    let stub = Stub::start(&[("/schemas/ids/1", 200, AVRO)], "https", move |stream| {
        acceptor.accept(stream).ok().map(|stream| Box::new(stream) as Box<dyn Stream>)
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let trusting = registry_with(&stub.url, &[("registry.ssl.ca.location", file.path().to_str().unwrap())]);
    assert!(matches!(trusting.schema(1), Ok(Found::Schema(_))), "{:?}", trusting.schema(1));
    assert!(outage(&stub.url).starts_with("the schema registry URL does not answer: "));
}
