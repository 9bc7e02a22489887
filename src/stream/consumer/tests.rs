use super::*;
use crate::stream::mock::{Mock, TIMEOUT};

/// A topic with one partition, which a consumer reads from an offset on.
struct Topic {
    mock: Mock,
    partition: TopicPartition,
    consumer: Consumer,
}

impl Topic {
    fn read_from(offset: i64) -> Self {
        let mock = Mock::start();
        let partition = TopicPartition::new("articles", 0);
        let consumer = Consumer::new(&mock.settings, &[]).unwrap();
        let mut topic = Self { mock, partition, consumer };
        topic.send(10);
        topic.consumer.subscribe(&["articles".to_owned()]).unwrap();
        let started = Instant::now();
        while !matches!(topic.consumer.next(Duration::from_millis(100)), Event::Assigned(_)) {
            assert!(started.elapsed() < TIMEOUT, "nothing was assigned");
        }
        topic.consumer.pause_for_restore(&[partition]).unwrap();
        topic.consumer.resume_restored(&[(partition, offset)]).unwrap();
        topic
    }

    fn send(&self, count: usize) {
        self.mock.send((0..count).map(|n| format!("article {n}")));
    }

    /// Returns the offset of the next message.
    fn next_offset(&mut self) -> i64 {
        let started = Instant::now();
        while started.elapsed() < TIMEOUT {
            if let Event::Message(message) = self.consumer.next(Duration::from_millis(100)) {
                return message.offset();
            }
        }
        panic!("no message came");
    }

    /// Asserts that nothing is waiting but statistics.
    fn assert_no_message(&mut self) {
        loop {
            match self.consumer.next(Duration::ZERO) {
                Event::Idle => break,
                event => assert!(matches!(event, Event::Statistics { .. }), "{event:?}"),
            }
        }
    }

    fn next_offsets<const COUNT: usize>(&mut self) -> [i64; COUNT] {
        [(); COUNT].map(|()| self.next_offset())
    }
}

#[test]
fn what_was_read_is_not_read_again_if_librdkafka_goes_back_by_itself() {
    let mut topic = Topic::read_from(5);
    assert_eq!(topic.next_offsets(), [5, 6, 7, 8, 9]);

    let start = TopicPartition::list_at([(topic.partition, Offset::Offset(0))]).unwrap();
    topic.consumer.client().seek_partitions(start, TIMEOUT).unwrap();
    topic.send(1);

    assert_eq!(topic.next_offset(), 10);
}

#[test]
fn what_was_fetched_before_a_pause_is_returned_after_it_and_then_what_came_meanwhile() {
    let mut topic = Topic::read_from(5);
    assert_eq!(topic.next_offset(), 5);

    topic.consumer.pause_all().unwrap();
    topic.send(2);
    topic.assert_no_message();
    let kept: Vec<_> = topic.consumer.fetched.iter().map(Message::offset).collect();
    assert_eq!(kept, [6, 7, 8, 9]);
    topic.consumer.resume_all().unwrap();

    assert_eq!(topic.next_offset(), 6);
    let position = topic.consumer.positions().unwrap()[&topic.partition];
    assert_eq!(position, Position { read: 7, passed: 7 });
    assert_eq!(topic.next_offsets(), [7, 8, 9, 10, 11]);
}

#[test]
fn what_was_fetched_before_a_pause_is_forgotten_when_the_partition_is_placed_elsewhere() {
    let mut topic = Topic::read_from(5);
    assert_eq!(topic.next_offset(), 5);

    topic.consumer.pause_all().unwrap();
    topic.consumer.place(topic.partition, 2).unwrap();
    topic.consumer.resume_all().unwrap();

    assert_eq!(topic.next_offsets(), [2, 3, 4, 5, 6, 7, 8, 9]);
}
