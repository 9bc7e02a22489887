use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::*;
use crate::config::Configuration;
use crate::telemetry::Health;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Returns a mock cluster that fails on demand, and settings for it. It cannot prove exactly-once delivery: it shows
/// aborted records to readers.
fn cluster() -> (MockCluster<'static, DefaultProducerContext>, Settings) {
    let cluster = MockCluster::new(1).unwrap();
    let mut settings = Configuration::load(None, [], []).unwrap().settings().unwrap();
    settings.kafka.brokers = cluster.bootstrap_servers();
    settings.stream.batch_time = Duration::from_millis(10);
    let topics = Topics::new(&settings.kafka);
    for topic in [&topics.input, &topics.events, &topics.articles, &topics.rejected] {
        cluster.create_topic(topic, 1, 1).unwrap();
    }
    let mut config = ClientConfig::new();
    let producer: BaseProducer = config.set("bootstrap.servers", &settings.kafka.brokers).create().unwrap();
    for n in 0..5 {
        producer.send(BaseRecord::<(), _>::to(&topics.input).payload(&format!("broken {n}"))).unwrap();
    }
    producer.flush(TIMEOUT).unwrap();
    (cluster, settings)
}

/// Runs a worker until it has committed the rejection of this many messages, or has ended by itself.
fn run_until(settings: &Settings, rejected: usize) -> Result<Summary, Error> {
    let control = Control::default();
    let metric = format!("dateline_rejections_total{{reason=\"not-json\"}} {rejected}\n");
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| run(settings, &control));
        while !worker.is_finished() && !control.metrics.encode().unwrap().contains(&metric) {
            control.shutdown.wait(Duration::from_millis(10));
        }
        control.shutdown.trigger();
        worker.join().unwrap()
    })
}

#[test]
fn a_batch_whose_offsets_are_refused_is_rolled_back_and_read_again() {
    let (cluster, settings) = cluster();
    let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
    cluster.request_errors(RDKafkaApiKey::TxnOffsetCommit, &[refusal]);
    let summary = run_until(&settings, 5).unwrap();
    assert_eq!((summary.aborted, summary.rejected), (1, 5));
}

#[test]
fn a_worker_is_ready_only_while_a_broker_is_connected() {
    let (cluster, settings) = cluster();
    let health = Arc::new(Health::new(TIMEOUT, Duration::from_secs(2)));
    let control = Control { health: health.clone(), ..Control::default() };
    let await_readiness = |ready: bool| {
        let started = Instant::now();
        while health.readiness().is_ok() != ready {
            assert!(started.elapsed() < TIMEOUT, "{:?}", health.readiness());
            control.shutdown.wait(Duration::from_millis(10));
        }
    };
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| run(&settings, &control));
        await_readiness(true);
        cluster.broker_down(1).unwrap();
        await_readiness(false);
        assert!(health.readiness().unwrap_err().starts_with("no contact with a broker for "));
        cluster.broker_up(1).unwrap();
        await_readiness(true);
        control.shutdown.trigger();
        worker.join().unwrap().unwrap();
    });
}

#[test]
fn a_fenced_worker_stops() {
    let (cluster, settings) = cluster();
    cluster.request_errors(RDKafkaApiKey::EndTxn, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_PRODUCER_FENCED]);
    let error = run_until(&settings, usize::MAX).unwrap_err().to_string();
    assert!(error.contains("--instance"), "{error}");
}
