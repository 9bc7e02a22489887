//! What the tests share: a cluster with the articles on it, what should come of them, chance, and that only one test
//! runs at a time.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use dateline::config::Topics;
use dateline::pipeline;

use super::proxy::Proxy;
use crate::broker::cluster::{Cluster, free_ports, own};
use crate::broker::outcome::Expected;
use crate::broker::wire::{Outgoing, Wire, article, broken};

/// How many articles there are. Every thousandth is broken.
pub const ARTICLES: usize = 20_000;
pub const PARTITIONS: i32 = 6;

/// A cluster with the articles on it.
pub struct Stage {
    pub cluster: Cluster,
    /// Stands before the first broker.
    pub proxy: Proxy,
    input: String,
}

/// Taken by every test for as long as it runs.
pub struct Alone(#[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

/// Waits until no other test runs.
fn alone() -> Alone {
    static ALONE: Mutex<()> = Mutex::new(());
    Alone(ALONE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The cluster of one broker that most tests share, as good as new.
pub fn single() -> Option<(&'static Stage, Alone)> {
    static SINGLE: LazyLock<Option<Stage>> = LazyLock::new(|| Stage::new(1));
    let alone = alone();
    let stage = SINGLE.as_ref()?;
    stage.proxy.mend();
    stage.cluster.revive(0);
    stage.cluster.wait().unwrap();
    Some((stage, alone))
}

/// Three brokers.
pub fn three() -> Option<(Stage, Alone)> {
    let alone = alone();
    Some((Stage::new(3)?, alone))
}

impl Stage {
    fn new(brokers: usize) -> Option<Self> {
        let proxy = Proxy::new(free_ports(1)[0]);
        let mut places = vec![None; brokers];
        places[0] = Some((proxy.target, proxy.port));
        let cluster = own(&places)?;
        let wire = Wire::without_topics(&cluster);
        wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
        wire.send((0..ARTICLES).map(message));
        Some(Self { cluster, proxy, input: wire.settings.kafka.input })
    }

    /// A wire from the articles to topics of its own.
    pub fn wire(&self) -> Wire {
        let mut wire = self.wire_of_its_own();
        wire.settings.kafka.input.clone_from(&self.input);
        wire.topics = Topics::new(&wire.settings.kafka);
        wire
    }

    /// A wire from an input that is empty.
    pub fn wire_of_its_own(&self) -> Wire {
        let mut wire = Wire::without_topics(&self.cluster);
        // Small, so that faults come into the midst of many.
        wire.settings.stream.batch_messages = 100;
        // Short, so that a broker notices soon who is gone.
        wire.set("session.timeout.ms", "2000");
        wire.set("heartbeat.interval.ms", "300");
        wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
        wire
    }
}

impl Wire {
    /// Sets one of librdkafka's own settings for the workers.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.kafka.client.push((name.to_owned(), value.to_owned()));
    }
}

fn message(n: usize) -> Outgoing {
    let partition = n as i32 % PARTITIONS;
    if n % 1000 == 999 {
        return broken(partition, Some(format!("{{\"title\": \"cut o{n}").as_bytes()));
    }
    Outgoing { partition, ..article(n) }
}

/// What should come of the articles.
pub fn expected() -> &'static Expected {
    static EXPECTED: LazyLock<Expected> = LazyLock::new(|| {
        let part = |from: usize, to: usize| {
            let messages: Vec<Outgoing> = (from..to).map(message).collect();
            let offset = |n: usize| ((from + n) / PARTITIONS as usize) as i64;
            let values = messages.iter().map(|it| it.value.as_deref().unwrap());
            let places = messages.iter().enumerate().map(|(n, it)| (it.partition, offset(n)));
            Expected::of(places.zip(values), &pipeline::Settings::default())
        };
        thread::scope(|scope| {
            let other = scope.spawn(|| part(ARTICLES / 2, ARTICLES));
            let mut all = part(0, ARTICLES / 2);
            all.add(other.join().unwrap());
            all
        })
    });
    &EXPECTED
}

/// Chance that can be had again.
pub fn chance() -> fastrand::Rng {
    let seed = std::env::var("DATELINE_TEST_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    eprintln!("to replay the chances: DATELINE_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
