//! How partitions are named on the command line.
//!
//! Pure.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::stream::Error;
use crate::stream::topic_partition::TopicPartition;

/// A partition by its number, and where there are several topics by its topic as well: `0`, `articles:0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionName {
    /// The topic; `None` for the only one.
    pub topic: Option<String>,
    /// The number.
    pub number: i32,
}

impl FromStr for PartitionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (topic, number) = match text.trim().rsplit_once(':') {
            Some((topic, number)) => (Some(topic), number),
            None => (None, text.trim()),
        };
        let number = number.parse::<i32>().ok().filter(|number| *number >= 0 && topic != Some(""));
        let number = number.ok_or_else(|| format!("{text:?} is not a partition; write 0, or TOPIC:0"))?;
        Ok(Self { topic: topic.map(str::to_owned), number })
    }
}

impl fmt::Display for PartitionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(topic) = &self.topic {
            write!(f, "{topic}:")?;
        }
        write!(f, "{}", self.number)
    }
}

impl PartitionName {
    /// Returns whether a partition can be meant by it. Of several topics it names one.
    #[must_use]
    pub fn is(&self, partition: TopicPartition) -> bool {
        self.number == partition.number && self.topic.as_ref().is_none_or(|topic| topic == partition.topic)
    }
}

/// Returns the partitions that names mean, of those that exist in some topics.
///
/// # Errors
/// If a name has no topic although there are several, or another than those, or if there is no such partition.
pub fn resolve<'n>(
    names: impl IntoIterator<Item = &'n PartitionName>,
    topics: &[String],
    existing: &[TopicPartition],
) -> Result<BTreeSet<TopicPartition>, Error> {
    let one = |name: &PartitionName| {
        let topic = match (&name.topic, topics) {
            (Some(topic), _) if topics.contains(topic) => topic,
            (Some(topic), _) => {
                let all = topics.join(", ");
                return Err(format!("{name}: the topic {topic} is not among those that are read: {all}"));
            }
            (None, [topic]) => topic,
            (None, _) => return Err(format!("{name}: there are several topics; write TOPIC:{name} for one of them")),
        };
        let own: Vec<_> = existing.iter().copied().filter(|it| it.topic == topic).collect();
        let last = own.last().map_or(0, |it| it.number);
        let found = own.into_iter().find(|it| name.is(*it));
        found.ok_or_else(|| {
            format!("there is no partition {}; the topic {topic} has partitions 0 to {last}", name.number)
        })
    };
    names.into_iter().map(one).collect::<Result<_, _>>().map_err(Error::invalid_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_number_or_a_topic_and_a_number() {
        let parsed = |text: &str| text.parse::<PartitionName>().map(|name| name.to_string());
        assert_eq!(parsed("7").unwrap(), "7");
        assert_eq!(parsed(" wires.pa:0").unwrap(), "wires.pa:0");
        for text in ["", ":0", "a:", "a", "-1", "a:-1", "0:a"] {
            assert!(parsed(text).unwrap_err().contains("write 0, or TOPIC:0"), "{text}");
        }
    }

    #[test]
    fn names_mean_partitions_that_exist() {
        let existing =
            ["a", "a", "b"].into_iter().zip([0, 1, 0]).map(|(topic, number)| TopicPartition::new(topic, number));
        let existing: Vec<_> = existing.collect();
        let resolved = |names: &[&str], topics: &[&str]| {
            let names: Vec<PartitionName> = names.iter().map(|name| name.parse().unwrap()).collect();
            let topics: Vec<String> = topics.iter().map(|&topic| topic.to_owned()).collect();
            let found = resolve(&names, &topics, &existing).map_err(|error| error.to_string())?;
            Ok::<_, String>(found.iter().map(|it| format!("{}-{}", it.topic, it.number)).collect::<Vec<_>>())
        };
        assert_eq!(resolved(&["1", "a:0"], &["a"]).unwrap(), ["a-0", "a-1"]);
        assert_eq!(resolved(&["b:0", "a:1"], &["a", "b"]).unwrap(), ["a-1", "b-0"]);
        assert!(resolved(&["0"], &["a", "b"]).unwrap_err().contains("write TOPIC:0"));
        assert!(resolved(&["c:0"], &["a", "b"]).unwrap_err().contains("not among those that are read: a, b"));
        assert!(
            resolved(&["b:1"], &["a", "b"]).unwrap_err().contains("no partition 1; the topic b has partitions 0 to 0")
        );
    }
}
