//! Whether a topic was deleted and made again: it has another id then. librdkafka reports that only in a debug message, and goes on at
//! the old offset, whatever is there now.
//!
//! A broker that answers with an old version of the protocol, as librdkafka assumes it where a broker that starts is slow to say
//! which versions it has, names no ids: then the id changes to none and back, and the topic is the same.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How an id of zero bits begins: there is none.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// The last known ids of topics.
#[derive(Debug, Default)]
pub struct TopicIds {
    by_name: Mutex<HashMap<String, String>>,
}

impl TopicIds {
    /// Reads a message of librdkafka's, and returns the topic that it knew and that was made again, if that is what it says.
    pub fn recreated(&self, message: &str) -> Option<String> {
        let (topic, ids) = message.split_once(" changed id from ")?;
        let (old, new) = ids.split_once(" to ")?;
        let name = topic.rsplit(' ').next().unwrap_or(topic);
        let id = |id: &str| Some(id.trim()).filter(|id| !id.starts_with(NO_ID)).map(str::to_owned);
        let mut ids = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let last = ids.get(name).cloned().or_else(|| id(old));
        let known = id(new).or_else(|| last.clone())?;
        let is_another = last.is_some_and(|last| last != known);
        ids.insert(name.to_owned(), known);
        is_another.then(|| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{NO_ID, TopicIds};

    const FIRST: &str = "q2xZr3c0T5uFJr8m1wX9aA";
    const SECOND: &str = "Zk0pW7vQSxWm4nT2eYb6dg";

    fn changes(ids: &[&str]) -> Vec<bool> {
        let topics = TopicIds::default();
        let message = |pair: &[&str]| format!("[thrd:main]: Topic news.raw changed id from {} to {}", pair[0], pair[1]);
        let news = Some("news.raw".to_owned());
        ids.windows(2).map(|pair| topics.recreated(&message(pair)) == news).collect()
    }

    #[test]
    fn a_topic_with_another_id_was_made_again() {
        assert_eq!(changes(&[NO_ID, FIRST, SECOND, FIRST]), [false, true, true]);
    }

    #[test]
    fn a_topic_whose_id_is_not_given_for_a_while_is_the_same() {
        assert_eq!(changes(&[NO_ID, FIRST, NO_ID, FIRST, NO_ID, FIRST]), [false; 5]);
        assert_eq!(changes(&[FIRST, NO_ID, FIRST]), [false; 2]);
    }

    #[test]
    fn one_that_was_made_again_while_its_id_was_not_given_is_noticed() {
        assert_eq!(changes(&[NO_ID, FIRST, NO_ID, SECOND]), [false, false, true]);
    }

    #[test]
    fn other_messages_are_none() {
        let topics = TopicIds::default();
        assert_eq!(topics.recreated("[thrd:main]: Topic news.raw partition count changed from 0 to 4"), None);
    }
}
