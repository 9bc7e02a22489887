//! Every record is counted when the faults are over.

use std::collections::{BTreeMap, HashMap};

use rdkafka::Message;
use rdkafka::message::OwnedMessage;

use crate::broker::output::{Records, Source, header};
use crate::broker::wire::Wire;

/// Every input message has one disposition, its events are there once and in the order of the articles of a partition,
/// no transaction is left open, and the committed offsets are right.
pub fn exactly_once(wire: &Wire, expected: &Records) {
    let output = settled(wire);
    assert_eq!(output.repeated, [], "messages with two dispositions");
    compare(&output, expected);
    let sources: HashMap<&str, Source> = expected.articles.iter().map(|(source, id)| (&**id, *source)).collect();
    let [events, articles] =
        [&wire.topics.events, &wire.topics.articles].map(|topic| wire.read(topic, "read_committed"));
    in_order(&articles, |article| sources[std::str::from_utf8(article.key().unwrap()).unwrap()]);
    in_order(&events, |event| sources[header(event, "ce_subject").unwrap().as_str()]);
}

/// Every input message has a disposition and its events are there; what is repeated is equal. Returns how many
/// dispositions were repeated.
pub fn at_least_once(wire: &Wire, expected: &Records) -> usize {
    let mut output = settled(wire);
    output.events.dedup();
    compare(&output, expected);
    output.repeated.len()
}

fn compare(output: &Records, expected: &Records) {
    let sizes = |it: &Records| (it.articles.len(), it.rejected.len(), it.events.len());
    assert_eq!(sizes(output), sizes(expected), "articles, rejections, events");
    assert!(output.articles == expected.articles, "as many articles as there should be, but not the same");
    assert!(output.rejected == expected.rejected, "as many rejections as there should be, but not the same");
    assert!(output.events == expected.events, "as many events as there should be, but not the same");
}

/// What came out. Reading waits until every transaction is over.
fn settled(wire: &Wire) -> Records {
    assert_eq!(wire.committed(), wire.ends(&wire.topics.input, "read_committed"), "the committed offsets");
    wire.output("read_committed")
}

/// Records of one input partition follow each other as their messages did.
fn in_order(messages: &[OwnedMessage], source: impl Fn(&OwnedMessage) -> Source) {
    let mut last = BTreeMap::new();
    for message in messages {
        let (partition, offset) = source(message);
        let before = last.insert((message.partition(), partition), offset).unwrap_or(0);
        assert!(before <= offset, "input partition {partition}: {offset} came after {before}");
    }
}
