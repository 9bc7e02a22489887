//! Paths to values in JSON, as configurations spell them: `fields.bodyText`, `hits.hits[]._source`, `authors[0].name`.

use super::json::{Json, Node};

/// A path from an object to values in it. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    written: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    /// Every value of a list.
    Each,
    At(usize),
}

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(written: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for part in written.trim().split('.') {
            let (key, mut places) = part.split_at(part.find('[').unwrap_or(part.len()));
            if key.is_empty() {
                return Err(format!("{written:?} is not a path such as fields.bodyText or hits.hits[]._source"));
            }
            steps.push(Step::Key(key.to_owned()));
            while let Some((place, rest)) = places.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                let step = if place.is_empty() { Some(Step::Each) } else { place.parse().ok().map(Step::At) };
                steps.push(step.ok_or_else(|| format!("{written:?}: [{place}] is neither [] nor a number"))?);
                places = rest;
            }
            if !places.is_empty() {
                return Err(format!("{written:?}: a bracket is not closed"));
            }
        }
        Ok(Self { written: written.trim().to_owned(), steps })
    }

    /// Returns its first key.
    pub fn first_key(&self) -> &str {
        match self.steps.first() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }

    /// Whether it may lead to several values.
    pub fn has_several(&self) -> bool {
        self.steps.contains(&Step::Each)
    }

    /// Returns the values that it leads to; what is null is missing.
    pub fn find<'j>(&self, node: &Node<'j>) -> Vec<Node<'j>> {
        // A key may have dots in it.
        if self.steps.len() > 1
            && let Some(found) = node.get(&self.written)
        {
            return vec![found];
        }
        let mut found = vec![node.clone()];
        for step in &self.steps {
            found = found.iter().flat_map(|node| step.take(node)).collect();
        }
        found
    }

    /// Whether it leads to a value.
    pub fn leads_in(&self, node: &Node<'_>) -> bool {
        // Most objects do not even have the first key.
        node.has(self.first_key()) && !self.find(node).is_empty() || self.steps.len() > 1 && node.has(&self.written)
    }
}

impl Step {
    fn take<'j>(&self, node: &Node<'j>) -> Vec<Node<'j>> {
        let values = match self {
            Self::Key(key) => node.get(key).into_iter().collect(),
            Self::Each => node.each(),
            Self::At(index) => node.each().into_iter().nth(*index).into_iter().collect::<Vec<_>>(),
        };
        values.into_iter().filter(|node| !matches!(node.value, Json::Null)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let json = json::parse(
            r#"{"response": {"Results": [{"title": "a"}, {"title": null}, {"title": "b"}]}, "dc.title": "c", "list": [1, 2]}"#,
        )
        .expect("JSON");
        let root = Node::root(&json, "");
        let found = |path: &str| -> Vec<String> {
            let path = Path::parse(path).expect("a path");
            let found: Vec<String> = path.find(&root).into_iter().map(|node| node.path).collect();
            assert_eq!(path.leads_in(&root), !found.is_empty());
            found
        };
        assert_eq!(found("response.results[].title"), ["response.Results[0].title", "response.Results[2].title"]);
        assert_eq!(found("response.results[2].title"), ["response.Results[2].title"]);
        assert_eq!(found("dc.title"), ["dc.title"]);
        assert_eq!(found("list[1]"), ["list[1]"]);
        for none in ["response.results[1].title", "response.title", "list[7]"] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a.", "a[", "a[x]", "a[0]b", "[0]"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
