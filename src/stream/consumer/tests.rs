use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::*;
use crate::config::Configuration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the offset of the next message.
fn next_offset(consumer: &mut Consumer) -> i64 {
    let started = Instant::now();
    while started.elapsed() < TIMEOUT {
        if let Event::Message(message) = consumer.next(Duration::from_millis(100)) {
            return message.offset();
        }
    }
    panic!("no message came");
}

#[test]
fn what_was_read_is_not_read_again_if_librdkafka_goes_back_by_itself() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("articles", 1, 1).unwrap();
    let mut settings = Configuration::load(None, [], []).unwrap().settings().unwrap();
    settings.kafka.brokers = cluster.bootstrap_servers();
    let mut config = ClientConfig::new();
    let producer: BaseProducer = config.set("bootstrap.servers", &settings.kafka.brokers).create().unwrap();
    let send = |count: usize| {
        for _ in 0..count {
            producer.send(BaseRecord::<(), str>::to("articles").payload("article")).unwrap();
        }
        producer.flush(TIMEOUT).unwrap();
    };
    send(10);
    let mut consumer = Consumer::new(&settings, &[]).unwrap();
    consumer.subscribe(&["articles".to_owned()]).unwrap();
    let partition = TopicPartition::new("articles", 0);
    let started = Instant::now();
    while !matches!(consumer.next(Duration::from_millis(100)), Event::Assigned(_)) {
        assert!(started.elapsed() < TIMEOUT, "nothing was assigned");
    }
    consumer.pause_for_restore(&[partition]).unwrap();
    consumer.resume_restored(&[(partition, 5)]).unwrap();
    assert_eq!([(); 5].map(|()| next_offset(&mut consumer)), [5, 6, 7, 8, 9]);

    let start = TopicPartition::list_at([(partition, Offset::Offset(0))]).unwrap();
    consumer.client().seek_partitions(start, TIMEOUT).unwrap();
    send(1);

    assert_eq!(next_offset(&mut consumer), 10);
}
