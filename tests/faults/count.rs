//! Counting every record, after the faults are over.

use std::collections::{BTreeMap, HashMap};

use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use crate::broker::outcome::{Expected, header};
use crate::broker::wire::Wire;

/// Every input message has one fate, its events are there once, in the order of the articles of a partition; nothing
/// is left open, and the committed offsets are right.
pub fn exactly_once(wire: &Wire, expected: &Expected) {
    let records = settled(wire);
    let found = Expected::told(&records);
    assert_eq!(found.again, [], "messages with two fates");
    compare(&found, expected);
    let places: HashMap<&str, (i32, i64)> = expected.articles.iter().map(|(place, id)| (&**id, *place)).collect();
    let [events, articles, _] = records;
    in_order(&articles, |article| places[std::str::from_utf8(article.key().unwrap()).unwrap()]);
    in_order(&events, |event| places[header(event, "ce_subject").unwrap().as_str()]);
}

/// Every input message has a fate and its events are there; what comes again is the same again. Tells how many fates
/// came again.
pub fn at_least_once(wire: &Wire, expected: &Expected) -> usize {
    let mut found = Expected::told(&settled(wire));
    found.events.dedup();
    compare(&found, expected);
    found.again.len()
}

fn compare(found: &Expected, expected: &Expected) {
    let sizes = |it: &Expected| (it.articles.len(), it.rejected.len(), it.events.len());
    assert_eq!(sizes(found), sizes(expected), "articles, rejections, events");
    assert!(found.articles == expected.articles, "as many articles as there should be, but not the same");
    assert!(found.rejected == expected.rejected, "as many rejections as there should be, but not the same");
    assert!(found.events == expected.events, "as many events as there should be, but not the same");
}

/// What the output topics hold when nothing is left open on them.
fn settled(wire: &Wire) -> [Vec<OwnedMessage>; 3] {
    assert_eq!(wire.committed(), wire.ends(&wire.topics.input, "read_committed"), "the committed offsets");
    // Reading waits until every transaction is at its end.
    wire.topics.outputs().map(|topic| wire.read(topic, "read_committed"))
}

/// Records of one input partition follow each other as their messages did.
fn in_order(messages: &[OwnedMessage], place: impl Fn(&OwnedMessage) -> (i32, i64)) {
    let mut last = BTreeMap::new();
    for message in messages {
        let (partition, offset) = place(message);
        let before = last.insert((message.partition(), partition), offset).unwrap_or(0);
        assert!(before <= offset, "input partition {partition}: {offset} came after {before}");
    }
}
