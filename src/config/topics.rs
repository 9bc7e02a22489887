//! The names of the topics. The one place that knows them.

use regex::Regex;

use super::Kafka;

/// The names of the topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// What the configuration says of the topics with articles as received: a name, or several names and patterns.
    pub input: String,
    /// The same, taken apart.
    pub inputs: Inputs,
    /// Timeline events, keyed by event id; compacted.
    pub events: String,
    /// What became of each article, keyed by article id; compacted. The changelog of the state stores.
    pub articles: String,
    /// Messages that could not be processed, byte for byte.
    pub rejected: String,
}

impl Topics {
    /// Returns the names that the configuration gives.
    #[must_use]
    pub fn new(kafka: &Kafka) -> Self {
        let output = |name: &str| format!("{}{name}", kafka.output_prefix);
        Self {
            input: kafka.input.clone(),
            // What is not valid was refused when it was loaded.
            inputs: Inputs::parse(&kafka.input).unwrap_or_default(),
            events: output("events"),
            articles: output("articles"),
            rejected: output("rejected"),
        }
    }

    /// Returns the topics that are written.
    #[must_use]
    pub fn outputs(&self) -> [&str; 3] {
        [&self.events, &self.articles, &self.rejected]
    }

    /// Returns whether a topic is read for articles. A pattern never means a topic that is written, or one of Kafka's own.
    #[must_use]
    pub fn is_input(&self, topic: &str) -> bool {
        let is_ours = || self.outputs().contains(&topic) || topic.starts_with("__");
        self.inputs.has_name(topic) || self.inputs.has_match(topic) && !is_ours()
    }

    /// Returns the topics that are read for articles, if these exist: those with a name, and of the existing ones those that
    /// a pattern matches.
    pub fn resolve_inputs<'e>(&self, existing: impl Iterator<Item = &'e str>) -> Vec<String> {
        let mut topics = self.inputs.names.clone();
        topics.extend(existing.filter(|topic| self.is_input(topic)).map(str::to_owned));
        topics.sort_unstable();
        topics.dedup();
        topics
    }
}

/// Topics by their names and by patterns.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    names: Vec<String>,
    patterns: Vec<Regex>,
}

impl Inputs {
    /// Reads names and patterns, separated by commas. A pattern is a regular expression that begins with `^`.
    ///
    /// # Errors
    /// What is wrong with a name or a pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut inputs = Self::default();
        for entry in text.split(',').map(str::trim) {
            if entry.starts_with('^') {
                inputs.patterns.push(Regex::new(entry).map_err(|error| not_a_pattern(entry, &error))?);
            } else {
                inputs.names.push(topic_name(entry)?);
            }
        }
        inputs.names.sort_unstable();
        inputs.names.dedup();
        Ok(inputs)
    }

    /// Returns the names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns whether there are patterns, whose topics have to be looked for.
    #[must_use]
    pub fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Returns whether it is one topic.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.names.len() == 1 && self.patterns.is_empty()
    }

    fn has_name(&self, topic: &str) -> bool {
        self.names.iter().any(|name| name == topic)
    }

    fn has_match(&self, topic: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_match(topic))
    }
}

impl PartialEq for Inputs {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
            && self.patterns.iter().map(Regex::as_str).eq(other.patterns.iter().map(Regex::as_str))
    }
}

impl Eq for Inputs {}

/// Returns the name of a topic, or of the beginning of one, or what is wrong with it.
pub(super) fn topic_name(name: &str) -> Result<String, String> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.len() > 200 || name == "." || name == ".." || !name.chars().all(is_valid) {
        return Err(format!("{name:?} is not a topic name: 1 to 200 of the characters a-z A-Z 0-9 . _ -"));
    }
    Ok(name.to_owned())
}

fn not_a_pattern(pattern: &str, error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!("{pattern:?} is not a regular expression without a comma: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(input: &str) -> Topics {
        let [events, articles, rejected] = ["out.events", "out.articles", "out.rejected"].map(str::to_owned);
        Topics { input: input.to_owned(), inputs: Inputs::parse(input).unwrap(), events, articles, rejected }
    }

    #[test]
    fn topics_are_found_by_name_and_by_pattern_but_never_the_own_outputs() {
        let existing = ["__consumer_offsets", "out.articles", "wires.afp", "wires.pa", "desk", "sport"];
        let resolve = |input| topics(input).resolve_inputs(existing.into_iter());
        assert_eq!(resolve("articles"), ["articles"]);
        assert_eq!(resolve(r"desk, ^wires\., desk"), ["desk", "wires.afp", "wires.pa"]);
        assert_eq!(resolve("^.*"), ["desk", "sport", "wires.afp", "wires.pa"]);
        assert_eq!(resolve("^none"), [""; 0]);
        assert!(topics("^wires").is_input("wires.new") && !topics("^wires$").is_input("wires.new"));
    }

    #[test]
    fn a_single_topic_has_a_name_and_nothing_beside_it() {
        for (input, is_single) in [("articles", true), ("articles,articles", true), ("a, b", false), ("^a$", false)] {
            assert_eq!(topics(input).inputs.is_single(), is_single, "{input}");
        }
    }
}
