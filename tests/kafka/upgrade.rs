//! Workers of version 0.1 and of this one in one group: a rolling upgrade, one back, and the upgrade that stays.

use std::collections::{BTreeMap, BTreeSet};

use rdkafka::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::json;

use super::former::Former;
use crate::broker::cluster::shared;
use crate::broker::revisions::{expected, history, message, newest_of, revision};
use crate::broker::wire::{PATIENCE, Wire, Worker};

const INSTANCES: [&str; 2] = ["desk-0", "desk-1"];

/// A worker of either version.
enum Any {
    Former(Former),
    Current(Worker),
}

impl Any {
    fn end(self) {
        match self {
            Self::Former(worker) => worker.end(),
            Self::Current(worker) => drop(worker.end().unwrap()),
        }
    }
}

/// A group whose workers are replaced one after the other while it has work.
struct Group {
    wire: Wire,
    rng: fastrand::Rng,
    workers: Vec<Any>,
    sent: usize,
    newest: BTreeMap<usize, u32>,
}

impl Group {
    /// Sends revisions of a few articles, of some for the first time.
    fn send(&mut self) {
        let part = history(&mut self.rng, 10 + self.sent / 20, 60);
        newest_of(&part, &mut self.newest);
        self.sent += part.len();
        self.wire.send(part.iter().map(|(article, version)| message(*article, *version)));
    }

    fn replace_all(&mut self, start: impl Fn(&Wire, &str) -> Any) {
        for instance in INSTANCES {
            self.send();
            self.workers.remove(0).end();
            self.workers.push(start(&self.wire, instance));
            self.send();
            self.wire.await_end();
        }
    }
}

/// The places and keys of the events that stand in the partition where they are.
fn standing(wire: &Wire) -> Vec<String> {
    let mut standing = BTreeSet::new();
    for record in wire.read(&wire.topics.events, "read_committed") {
        let key = String::from_utf8(record.key().unwrap().to_vec()).unwrap();
        let place = (key, record.partition());
        if record.payload().is_some() {
            standing.insert(place)
        } else {
            standing.remove(&place)
        };
    }
    standing.into_iter().map(|(key, _)| key).collect()
}

#[test]
fn a_rolling_upgrade_and_one_back_lose_and_double_nothing() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.kafka.is_upgrade_from_0_1 = true;
    let workers = INSTANCES.map(|instance| Any::Former(Former::start(&wire, instance))).into();
    let rng = fastrand::Rng::with_seed(20_261_129);
    let mut group = Group { wire, rng, workers, sent: 0, newest: BTreeMap::new() };
    let former = |wire: &Wire, instance: &str| Any::Former(Former::start(wire, instance));
    let current = |wire: &Wire, instance: &str| Any::Current(wire.worker(instance));
    group.send();
    group.wire.await_end();

    group.replace_all(current);
    group.replace_all(former);
    group.replace_all(current);
    group.wire.settings.kafka.is_upgrade_from_0_1 = false;
    group.replace_all(current);

    group.workers.into_iter().for_each(Any::end);
    let wire = group.wire;
    let records = wire.read(&wire.topics.articles, "read_committed");
    let sources: BTreeSet<_> = records
        .iter()
        .map(|record| serde_json::from_slice::<serde_json::Value>(record.payload().unwrap()).unwrap())
        .map(|record| (record["source"]["partition"].as_i64(), record["source"]["offset"].as_i64()))
        .collect();
    assert_eq!((records.len(), sources.len()), (group.sent, group.sent), "one disposition a message");
    let wanted: Vec<_> = expected(&group.newest).into_keys().collect();
    assert_eq!(standing(&wire), wanted, "each event that should stand, in one partition");
}

#[test]
fn the_transaction_that_version_0_1_left_open_is_aborted_by_the_worker_in_its_place() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.kafka.is_upgrade_from_0_1 = true;
    let id = format!("{}-{}", wire.settings.kafka.group, INSTANCES[0]);
    let former: BaseProducer = wire.client().set("transactional.id", id).create().unwrap();
    former.init_transactions(PATIENCE).unwrap();
    former.begin_transaction().unwrap();
    let record = json!({"id": "article-0"}).to_string();
    former.send(BaseRecord::to(&wire.topics.articles).key("article-0").payload(&record)).map_err(|it| it.0).unwrap();
    former.flush(PATIENCE).unwrap();
    assert!(wire.is_open(&wire.topics.articles));
    wire.send([revision(0, 1, "The harbour opened on Monday.", json!({}))]);

    let worker = wire.worker(INSTANCES[0]);
    wire.await_dispositions(1);

    let fenced = former.commit_transaction(PATIENCE).unwrap_err();
    assert!(format!("{fenced:?}").contains("fenced"), "{fenced:?}");
    worker.end().unwrap();
    assert_eq!(wire.timeline().articles["article-0"]["status"], "extracted");
}
