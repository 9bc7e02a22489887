//! What the tests share: clusters behind a network, the articles on them, what should come of them, randomness, and that
//! no more than two tests run at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use dateline::config::Topics;
use dateline::pipeline;

use super::network::Network;
use crate::broker::cluster::{Cluster, own};
use crate::broker::output::Records;
use crate::broker::wire::{Outgoing, Wire, article, broken};

pub const PARTITIONS: i32 = 6;
/// The seed of all randomness, where `DATELINE_TEST_SEED` gives no other.
const SEED: u64 = 16;
/// How many messages a wire that is kept busy has ahead of its workers, and how many are sent at once.
const AHEAD: usize = 2_000;
const AT_ONCE: usize = 500;

/// How many articles there are: 5,000, or what `DATELINE_TEST_ARTICLES` says. Every thousandth is broken.
pub fn articles() -> usize {
    static ARTICLES: LazyLock<usize> = LazyLock::new(|| {
        let Ok(count) = std::env::var("DATELINE_TEST_ARTICLES") else { return 5_000 };
        let count = count.parse().expect("DATELINE_TEST_ARTICLES is a number");
        assert!(count >= 5_000, "faults strike up to a hundred batches of 50 articles: DATELINE_TEST_ARTICLES={count}");
        count
    });
    *ARTICLES
}

/// A cluster with the articles on it.
pub struct Setup {
    pub cluster: Cluster,
    /// Lies before the brokers, for those who come through it.
    pub network: Network,
    /// The topic of the articles.
    input: String,
}

/// Held by every test for as long as it runs: one of two places.
pub struct Place(usize);

static TAKEN: (Mutex<[bool; 2]>, Condvar) = (Mutex::new([false; 2]), Condvar::new());

impl Place {
    /// Waits until one is free.
    fn take() -> Self {
        let taken = TAKEN.0.lock().unwrap();
        let mut taken = TAKEN.1.wait_while(taken, |taken| taken.iter().all(|it| *it)).unwrap();
        let free = taken.iter().position(|taken| !taken).unwrap();
        taken[free] = true;
        Self(free)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        TAKEN.0.lock().unwrap()[self.0] = false;
        TAKEN.1.notify_one();
    }
}

/// The cluster of one broker that the tests of a place share, as good as new. All articles are there.
pub fn single() -> Option<(&'static Setup, Place)> {
    static CLUSTERS: [OnceLock<Option<Setup>>; 2] = [OnceLock::new(), OnceLock::new()];
    let place = Place::take();
    let cluster = CLUSTERS[place.0].get_or_init(|| {
        let setup = Setup::new(1)?;
        setup.wire().send((0..articles()).map(message));
        Some(setup)
    });
    let setup = cluster.as_ref()?;
    setup.network.restore();
    setup.cluster.revive(0);
    setup.cluster.wait().unwrap();
    Some((setup, place))
}

/// Three brokers. The test sends the articles.
pub fn three() -> Option<(Setup, Place)> {
    let place = Place::take();
    Some((Setup::new(3)?, place))
}

impl Setup {
    fn new(brokers: usize) -> Option<Self> {
        let mut network = Network::new(brokers);
        let proxies: Vec<_> = network.ports.iter().copied().map(Some).collect();
        let cluster = own(&proxies)?;
        network.forward(&cluster.proxied);
        let wire = Wire::without_topics(&cluster);
        wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
        Some(Self { cluster, network, input: wire.settings.kafka.input })
    }

    /// A wire from the articles to topics of its own.
    pub fn wire(&self) -> Wire {
        let mut wire = self.wire_of_its_own();
        wire.settings.kafka.input.clone_from(&self.input);
        wire.topics = Topics::new(&wire.settings.kafka);
        wire
    }

    /// A wire from an empty topic to topics of its own.
    pub fn wire_of_its_own(&self) -> Wire {
        let mut wire = Wire::without_topics(&self.cluster);
        // Small, so that faults strike in the midst of many.
        wire.settings.stream.batch_messages = 50;
        wire.set_session(Duration::from_secs(2));
        wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
        wire
    }

    /// The wire for workers that reach the brokers through the network.
    pub fn through_network(&self, wire: &Wire) -> Wire {
        let mut settings = wire.settings.clone();
        settings.kafka.brokers = self.network.addresses();
        Wire { settings, topics: wire.topics.clone() }
    }
}

impl Wire {
    /// Sets how long a worker is silent before a broker takes it for gone.
    pub fn set_session(&mut self, timeout: Duration) {
        self.set("session.timeout.ms", &timeout.as_millis().to_string());
        self.set("heartbeat.interval.ms", &(timeout / 6).as_millis().to_string());
    }

    /// Sets one of librdkafka's own settings for the workers.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.kafka.client.retain(|(key, _)| key != name);
        self.settings.kafka.client.push((name.to_owned(), value.to_owned()));
    }

    /// Keeps the input ahead of the workers while something is done to them, however fast they are. Sends the articles
    /// that follow those already sent; returns how many are sent by then.
    pub fn keep_busy(&self, sent: usize, meanwhile: impl FnOnce()) -> usize {
        struct Ends<'a>(&'a AtomicBool);
        impl Drop for Ends<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let over = AtomicBool::new(false);
        let feed = || {
            let (mut sent, mut progress) = (sent, self.progress());
            while !over.load(Ordering::Relaxed) {
                if sent < progress.seen + AHEAD {
                    self.send((sent..sent + AT_ONCE).map(message));
                    sent += AT_ONCE;
                }
                progress.poll(Duration::from_millis(20));
            }
            sent
        };
        thread::scope(|scope| {
            let feeder = scope.spawn(feed);
            // Where that panics as well.
            let ends = Ends(&over);
            meanwhile();
            drop(ends);
            feeder.join().unwrap()
        })
    }
}

/// The article of a number, as a message.
pub fn message(n: usize) -> Outgoing {
    let partition = n as i32 % PARTITIONS;
    if n % 1000 == 999 {
        return broken(partition, Some(format!("{{\"title\": \"cut o{n}").as_bytes()));
    }
    Outgoing { partition, ..article(n) }
}

/// What should come of the articles.
pub fn expected() -> &'static Records {
    static EXPECTED: LazyLock<Records> = LazyLock::new(|| {
        let messages: Vec<Outgoing> = (0..articles()).map(message).collect();
        let source = |(n, message): (usize, &Outgoing)| (message.partition, (n / PARTITIONS as usize) as i64);
        let values = messages.iter().map(|message| message.value.as_deref().unwrap());
        Records::expected(messages.iter().enumerate().map(source).zip(values), &pipeline::Settings::default())
    });
    &EXPECTED
}

/// Randomness that is the same in each run with a seed, which is printed.
pub fn rng() -> fastrand::Rng {
    let seed = std::env::var("DATELINE_TEST_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    eprintln!("to repeat this run: DATELINE_TEST_SEED={seed} DATELINE_TEST_ARTICLES={}", articles());
    fastrand::Rng::with_seed(seed)
}
