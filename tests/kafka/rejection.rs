//! A message that is not an article is rejected as it was received, and the worker goes on.

use dateline::config::TombstonePolicy;
use rdkafka::Message;
use rdkafka::message::{Header, Headers, OwnedHeaders};

use crate::broker::cluster::shared;
use crate::broker::output::header;
use crate::broker::wire::{Outgoing, Wire, article};

#[test]
fn a_broken_message_is_rejected_byte_for_byte_with_its_key_and_headers() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let value = b"{\"title\": \"Caf\xe9\", \"body\": ";
    let headers = OwnedHeaders::new()
        .insert(Header { key: "feed", value: Some("night desk") })
        .insert(Header { key: "raw", value: Some(&[0xff_u8, 0x00, 0x7f][..]) })
        .insert(Header { key: "empty", value: None::<&[u8]> });
    wire.send([
        Outgoing { partition: 2, key: Some(vec![0, 159]), value: Some(value.to_vec()), headers: Some(headers) },
        article(2),
    ]);

    wire.run_until(2);

    let rejected = wire.read(&wire.topics.rejected, "read_committed");
    assert_eq!(rejected.len(), 1);
    let message = &rejected[0];
    assert_eq!(message.payload(), Some(&value[..]));
    assert_eq!(message.key(), Some(&[0, 159][..]));
    let sent = wire.read(&wire.topics.input, "read_committed");
    assert_eq!(message.timestamp(), sent.iter().find(|it| it.offset() == 0).unwrap().timestamp());
    let headers = message.headers().unwrap();
    let received: Vec<_> = (0..3).map(|at| (headers.get(at).key, headers.get(at).value)).collect();
    assert_eq!(received, [("feed", Some(&b"night desk"[..])), ("raw", Some(&[0xff, 0x00, 0x7f])), ("empty", None)]);
    assert_eq!(
        header(message, "dateline-error-code").as_deref(),
        wire.expected().rejected.get(&(2, 0)).map(|it| &**it)
    );
    assert_eq!(header(message, "dateline-topic"), Some(wire.topics.input.clone()));
    assert_eq!(header(message, "dateline-partition").as_deref(), Some("2"));
    assert_eq!(header(message, "dateline-offset").as_deref(), Some("0"));
    assert!(!header(message, "dateline-error").unwrap().is_empty());
    assert_eq!(wire.output("read_committed").articles.len(), 1, "the worker goes on");
}

#[test]
fn a_message_without_a_value_can_be_rejected_without_one() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.tombstones = TombstonePolicy::Reject;
    wire.send([Outgoing { partition: 0, key: Some(b"gone".to_vec()), value: None, headers: None }]);

    wire.run_until(1);

    let rejected = wire.read(&wire.topics.rejected, "read_committed");
    assert_eq!((rejected[0].key(), rejected[0].payload()), (Some(&b"gone"[..]), None));
}

#[test]
fn an_article_whose_records_are_too_large_is_rejected() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    // Smaller than an event record, larger than the message.
    wire.settings.kafka.client.push(("message.max.bytes".into(), "1000".into()));
    wire.send([article(0)]);

    let did = wire.run_until(1);

    assert_eq!((did.rejected, did.events, did.aborted), (1, 0, 0));
    let rejected = wire.read(&wire.topics.rejected, "read_committed");
    assert_eq!(header(&rejected[0], "dateline-error-code").as_deref(), Some("record-too-large"));
    assert_eq!(rejected[0].payload(), article(0).value.as_deref());
    assert!(wire.read(&wire.topics.events, "read_uncommitted").is_empty());
}

#[test]
fn a_broken_message_that_is_too_large_is_rejected_by_its_offset_alone() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.kafka.client.push(("message.max.bytes".into(), "1000".into()));
    wire.send([Outgoing { partition: 1, key: None, value: Some(vec![b'x'; 5_000]), headers: None }]);

    let did = wire.run_until(1);

    assert_eq!((did.rejected, did.aborted), (1, 0));
    let rejected = wire.read(&wire.topics.rejected, "read_committed");
    assert_eq!(rejected[0].payload(), None);
    assert_eq!(header(&rejected[0], "dateline-partition").as_deref(), Some("1"));
    assert_eq!(header(&rejected[0], "dateline-offset").as_deref(), Some("0"));
}
