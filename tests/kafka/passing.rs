//! Headers and tenants on a real broker.

use rdkafka::Message;
use rdkafka::message::{Header, OwnedHeaders};
use serde_json::json;

use super::program::dateline;
use crate::broker::cluster::{Cluster, shared};
use crate::broker::output::header;
use crate::broker::revisions::revision;
use crate::broker::wire::{Outgoing, Wire};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A wire on which traces and tenants pass on.
fn passing(cluster: &Cluster) -> Wire {
    let mut wire = Wire::new(cluster);
    let file = "[output]\nheaders = ['traceparent', 'tracestate', 'X-Tenant']\nkey_prefix = 'X-Tenant'";
    let mut named = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut named, file.as_bytes()).unwrap();
    let settings = dateline::config::Configuration::load(Some(named.path()), [], []).unwrap().settings().unwrap();
    wire.settings.output = settings.output;
    wire.settings.extract.input.id_prefix = settings.extract.input.id_prefix;
    wire
}

fn of_tenant(tenant: &str, message: Outgoing) -> Outgoing {
    let headers = [("traceparent", TRACE), ("x-tenant", tenant), ("secret", "hunter2")];
    let headers =
        headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(*value) }));
    Outgoing { headers: Some(headers), ..message }
}

#[test]
fn headers_pass_on_and_tenants_do_not_touch_each_others_articles() {
    let Some(cluster) = shared() else { return };
    let wire = passing(cluster);
    let body = "The harbour opened on Monday.";
    for tenant in ["acme", "globex"] {
        wire.send([of_tenant(tenant, revision(0, 1, body, json!({})))]);
    }
    wire.send([revision(0, 1, body, json!({}))]);
    wire.run_until(3);
    let keys = |topic: &str| {
        let records = wire.read(topic, "read_committed");
        let mut keys: Vec<String> =
            records.iter().map(|it| String::from_utf8(it.key().unwrap().to_vec()).unwrap()).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&wire.topics.articles), ["acme:article-0", "article-0", "globex:article-0"]);
    let events = wire.read(&wire.topics.events, "read_committed");
    assert_eq!(events.len(), 3);
    for event in &events {
        let key = std::str::from_utf8(event.key().unwrap()).unwrap();
        let tenant = key.split_once(':').map(|(tenant, _)| tenant.to_owned());
        assert_eq!(header(event, "ce_xtenant"), tenant);
        assert_eq!(header(event, "traceparent"), tenant.map(|_| TRACE.to_owned()));
        assert_eq!(header(event, "secret"), None);
        let value: serde_json::Value = serde_json::from_slice(event.payload().unwrap()).unwrap();
        assert!(key.ends_with(value["id"].as_str().unwrap()), "{key}: {value}");
    }

    // A kill of one tenant, by a worker that knows only the changelog.
    wire.send([of_tenant("acme", revision(0, 2, "Kill.", json!({"pubstatus": "canceled"})))]);
    wire.run_until(4);
    let found = wire.timeline();
    let standing: Vec<&String> = found.events.keys().collect();
    assert_eq!(standing.len(), 2, "{standing:?}");
    assert!(!standing.iter().any(|key| key.starts_with("acme:")), "{standing:?}");
    let tombstone = wire.read(&wire.topics.events, "read_committed").into_iter().find(|it| it.payload().is_none());
    assert_eq!(header(&tombstone.unwrap(), "ce_xtenant").as_deref(), Some("acme"));
    let killed = wire.read(&wire.topics.articles, "read_committed");
    let killed = killed.iter().find(|it| header(it, "ce_xtenant").as_deref() == Some("acme")).unwrap();
    assert_eq!(header(killed, "traceparent").as_deref(), Some(TRACE));
}

#[test]
fn a_comparison_finds_the_events_of_tenants_unchanged() {
    let Some(cluster) = shared() else { return };
    let wire = passing(cluster);
    wire.send([of_tenant("acme", revision(0, 1, "The harbour opened on Monday.", json!({})))]);
    wire.run_until(1);
    let mut compare = dateline(&wire, "backfill", &["--earliest", "--compare", "--yes"]);
    compare.env("DATELINE_OUTPUT__HEADERS", "x-tenant").env("DATELINE_OUTPUT__KEY_PREFIX", "x-tenant");
    let printed = String::from_utf8(compare.output().unwrap().stdout).unwrap();
    assert!(printed.lines().any(|line| line.split_whitespace().eq(["Events", "unchanged", "1"])), "{printed}");
    assert!(printed.lines().any(|line| line.split_whitespace().eq(["new", "0"])), "{printed}");
}
