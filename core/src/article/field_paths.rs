//! Where the fields of an article stand in JSON of any shape: what `[input.fields]` and the presets say.

use super::field::{Field, FieldValue};
use super::json::{Json, Node};
use super::path::Path;
use super::rich_value;

/// The names of fields in configurations, and what they are.
const NAMES: [(&str, Field); 21] = [
    ("id", Field::Id),
    ("revision", Field::Revision),
    ("status", Field::Status),
    ("state", Field::State),
    ("deleted", Field::Deleted),
    ("embargo", Field::Embargo),
    ("title", Field::Title),
    ("body", Field::Body),
    ("summary", Field::Summary),
    ("published", Field::FirstCreated),
    ("contentcreated", Field::ContentCreated),
    ("versioncreated", Field::VersionCreated),
    ("modified", Field::Modified),
    ("dateline", Field::Dateline),
    ("envelope", Field::Envelope),
    ("city", Field::City),
    ("timezone", Field::Zone),
    ("language", Field::Language),
    ("source", Field::Source),
    ("url", Field::Url),
    ("starts", Field::Starts),
];

/// For each field the paths to it, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldPaths(Vec<(Field, Vec<Joined>)>);

/// The paths to where the articles of a message stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemPaths(Vec<Path>);

/// A path, or several whose texts are one: `snippet + body`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Joined(Vec<Path>);

impl FieldPaths {
    /// Returns the names of fields.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Adds the paths to a field, best first.
    ///
    /// # Errors
    ///
    /// What is wrong with the name or a path.
    pub fn insert<'p>(&mut self, name: &str, paths: impl IntoIterator<Item = &'p str>) -> Result<(), String> {
        let field = NAMES.iter().find(|(own, _)| *own == name).map(|(_, field)| *field);
        let field = field.ok_or_else(|| {
            let names: Vec<&str> = Self::names().collect();
            format!("there is no field {name}; the fields are {}", names.join(", "))
        })?;
        let joined = |text: &str| text.split(" + ").map(Path::parse).collect::<Result<_, _>>().map(Joined);
        let paths = paths.into_iter().map(joined).collect::<Result<_, _>>()?;
        self.0.push((field, paths));
        Ok(())
    }

    /// Adds the paths of others, behind its own.
    pub(super) fn append(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the values of an object's fields, those of each field in order.
    pub(super) fn read<'j>(&self, node: &Node<'j>) -> Vec<(Field, FieldValue<'j>)> {
        let of_field = |(field, paths): &(Field, Vec<Joined>)| {
            let field = *field;
            paths.iter().flat_map(|path| path.values(node, field)).map(|value| (field, value)).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_field).filter(|(_, value)| !value.is_blank()).collect()
    }
}

impl Joined {
    fn values<'j>(&self, node: &Node<'j>, field: Field) -> Vec<FieldValue<'j>> {
        let found = || self.0.iter().flat_map(|path| path.find(node));
        let is_one_text = field == Field::Body && self.0.iter().any(Path::has_several) || self.0.len() > 1;
        if !is_one_text {
            return found().filter_map(|node| rich_value::of_field(node, field)).collect();
        }
        let paths: Vec<String> = found().map(|node| node.path).collect();
        let texts: Vec<String> = found().filter_map(|node| rich_value::text_of(&node)).collect();
        match (paths.first(), texts.is_empty()) {
            (Some(path), false) => vec![FieldValue::text(texts.join("\n\n"), path.clone())],
            _ => Vec::new(),
        }
    }
}

impl ItemPaths {
    /// Parses the paths.
    ///
    /// # Errors
    ///
    /// What is wrong with one of them.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Result<Self, String> {
        paths.into_iter().map(Path::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the values at the first of the paths that leads anywhere, each of a list; `None` if none does.
    pub(super) fn find<'j>(&self, node: &Node<'j>) -> Option<Vec<Node<'j>>> {
        let path = self.0.iter().find(|path| path.leads_in(node))?;
        Some(path.find(node).iter().flat_map(Node::each).collect())
    }

    /// Whether the first of the paths that leads anywhere leads to a list.
    pub(super) fn lead_to_list(&self, node: &Node<'_>) -> bool {
        let path = self.0.iter().find(|path| path.leads_in(node));
        path.is_some_and(|path| path.find(node).iter().all(|found| matches!(found.value, Json::List(_))))
    }

    /// Returns the first key of each path.
    pub(super) fn first_keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Path::first_key)
    }
}
