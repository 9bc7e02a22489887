//! The shapes of known services and content systems, a file of data and a line of [`FILES`] for each: what only their
//! messages have, and where in them the fields stand.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use quick_xml::escape::unescape;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::draft::Draft;
use super::field::{Field, FieldValue, Value};
use super::field_paths::{FieldPaths, ItemPaths};
use super::json::Node;
use super::names::{FieldNames, lowered};
use super::path::Path;

/// One line for each preset: its name in configurations, and its data. The first that recognises an object reads it.
const FILES: [(&str, &str); 35] = [
    ("afp", include_str!("presets/afp.toml")),
    ("arc-ans", include_str!("presets/arc-ans.toml")),
    ("aylien", include_str!("presets/aylien.toml")),
    ("bing-news", include_str!("presets/bing-news.toml")),
    ("contentful", include_str!("presets/contentful.toml")),
    ("diffbot", include_str!("presets/diffbot.toml")),
    ("dow-jones", include_str!("presets/dow-jones.toml")),
    ("dpa", include_str!("presets/dpa.toml")),
    ("drupal-json-api", include_str!("presets/drupal-json-api.toml")),
    ("drupal-rest", include_str!("presets/drupal-rest.toml")),
    ("event-registry", include_str!("presets/event-registry.toml")),
    ("feedly", include_str!("presets/feedly.toml")),
    ("gdelt", include_str!("presets/gdelt.toml")),
    ("ghost", include_str!("presets/ghost.toml")),
    ("guardian", include_str!("presets/guardian.toml")),
    ("json-feed", include_str!("presets/json-feed.toml")),
    ("logstash", include_str!("presets/logstash.toml")),
    ("media-cloud", include_str!("presets/media-cloud.toml")),
    ("new-york-times", include_str!("presets/new-york-times.toml")),
    ("new-york-times-sections", include_str!("presets/new-york-times-sections.toml")),
    ("newscatcher", include_str!("presets/newscatcher.toml")),
    ("newsdata", include_str!("presets/newsdata.toml")),
    ("ninjs-list", include_str!("presets/ninjs-list.toml")),
    ("prismic", include_str!("presets/prismic.toml")),
    ("reuters-connect", include_str!("presets/reuters-connect.toml")),
    ("sanity", include_str!("presets/sanity.toml")),
    ("sitemap", include_str!("presets/sitemap.toml")),
    ("strapi", include_str!("presets/strapi.toml")),
    ("trafilatura", include_str!("presets/trafilatura.toml")),
    ("wagtail", include_str!("presets/wagtail.toml")),
    ("webz", include_str!("presets/webz.toml")),
    ("wordpress", include_str!("presets/wordpress.toml")),
    ("zyte", include_str!("presets/zyte.toml")),
    // Last, since others have their names among theirs.
    ("newsapi", include_str!("presets/newsapi.toml")),
    ("plain-list", include_str!("presets/plain-list.toml")),
];

/// A known shape of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset(u8);

/// What a preset's file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What it reads, for people.
    about: String,
    /// What an article must have, all of it: a path, several of which one must be there (`a | b`), or how a value begins
    /// (`a^=b`).
    marks: Vec<String>,
    /// Where the articles of a response stand.
    #[serde(default)]
    items: Vec<String>,
    /// Whether it is only known for where articles stand, which are of other formats.
    #[serde(default)]
    is_list: bool,
    /// The keys that a list of articles of other formats does not stand beside.
    #[serde(default)]
    unless: Vec<String>,
    /// The paths of times that are in UTC without saying so.
    #[serde(default)]
    utc: Vec<String>,
    /// Values that withdraw the article: `a=b`.
    #[serde(default)]
    withdraws: Vec<String>,
    /// Names that mean something else than in other formats.
    #[serde(default)]
    not_shared: Vec<String>,
    /// Texts that stand for a missing one.
    #[serde(default)]
    blanks: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, Paths>,
    /// The fields that a response has for all of its articles.
    #[serde(default)]
    response: BTreeMap<String, Paths>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Several(Vec<String>),
}

/// A preset, ready for use.
#[derive(Debug)]
struct Shape {
    file: File,
    marks: Vec<Mark>,
    items: ItemPaths,
    fields: FieldPaths,
    response: FieldPaths,
    withdraws: Vec<(Path, String)>,
    shared: FieldNames,
}

#[derive(Debug)]
enum Mark {
    OneOf(Vec<Path>),
    Begins(Path, String),
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| FILES.iter().map(|(name, text)| compiled(name, text)).collect());

/// The presets that a key in lower case makes possible: by a mark of theirs, or as where their articles stand.
static BY_KEY: LazyLock<FxHashMap<String, Vec<Preset>>> = LazyLock::new(|| {
    let mut by_key: FxHashMap<String, Vec<Preset>> = FxHashMap::default();
    for (preset, shape) in Preset::all().zip(SHAPES.iter()) {
        let own = shape.marks.first().filter(|_| !shape.file.is_list);
        let keys = own.into_iter().flat_map(Mark::first_keys).chain(shape.items.first_keys());
        for key in keys {
            let presets = by_key.entry(key.to_ascii_lowercase()).or_default();
            if !presets.contains(&preset) {
                presets.push(preset);
            }
        }
    }
    by_key
});

/// What an object was recognised as.
pub(super) struct Recognised<'j> {
    pub preset: Preset,
    /// The articles, one of which it may be itself.
    pub items: Vec<Node<'j>>,
    /// What it says of all of them.
    pub known: Vec<(Field, FieldValue<'j>)>,
}

/// Recognises an object by what only one preset has.
pub(super) fn recognise<'j>(node: &Node<'j>) -> Option<Recognised<'j>> {
    let mut possible: Vec<Preset> = Vec::new();
    for (key, _) in node.entries() {
        let Some(name) = lowered(key, &mut [0; _]).and_then(|name| BY_KEY.get(name)) else { continue };
        possible.extend(name.iter().filter(|preset| !possible.contains(preset)).copied().collect::<Vec<_>>());
    }
    possible.sort_by_key(|preset| preset.0);
    possible.into_iter().find_map(|preset| preset.recognised(node))
}

impl Preset {
    /// Returns every preset.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..FILES.len()).filter_map(|index| u8::try_from(index).ok().map(Self))
    }

    /// Returns its name in configurations.
    #[must_use]
    pub fn name(self) -> &'static str {
        FILES.get(usize::from(self.0)).map_or("", |(name, _)| name)
    }

    /// Returns what it reads, for people.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.shape().map_or("", |shape| &shape.file.about)
    }

    /// Returns what an article must have, all of it: a path, several of which one must be there (`a | b`), or how a value
    /// begins (`a^=b`).
    #[must_use]
    pub fn marks(self) -> &'static [String] {
        self.shape().map_or(&[], |shape| &shape.file.marks)
    }

    /// Returns where the articles of a response stand.
    #[must_use]
    pub fn item_paths(self) -> &'static [String] {
        self.shape().map_or(&[], |shape| &shape.file.items)
    }

    /// Returns whether it is only known for where articles stand, which are of other formats.
    #[must_use]
    pub fn is_of_other_formats(self) -> bool {
        self.shape().is_some_and(|shape| shape.file.is_list)
    }

    /// Returns where a field is found, best first, by its name in `[input.fields]`.
    #[must_use]
    pub fn paths(self, field: &str) -> Vec<&'static str> {
        match self.shape().and_then(|shape| shape.file.fields.get(field)) {
            Some(Paths::One(path)) => vec![path],
            Some(Paths::Several(paths)) => paths.iter().map(String::as_str).collect(),
            None => Vec::new(),
        }
    }

    fn shape(self) -> Option<&'static Shape> {
        SHAPES.get(usize::from(self.0))
    }

    fn recognised<'j>(self, node: &Node<'j>) -> Option<Recognised<'j>> {
        let shape = self.shape()?;
        if !shape.file.is_list && shape.has_marks(node) {
            return Some(Recognised { preset: self, items: vec![node.clone()], known: Vec::new() });
        }
        // What has a mark of an article is one, and its lists are of something else.
        if shape.file.is_list && (shape.marks.iter().any(|mark| mark.is_in(node)) || !shape.is_list(node)) {
            return None;
        }
        let items = shape.items.find(node)?;
        items.first().filter(|first| shape.has_marks(first))?;
        Some(Recognised { preset: self, items, known: shape.response.read(node) })
    }

    /// Returns the articles of an object that is known to be of this preset.
    pub(super) fn items<'j>(self, node: &Node<'j>) -> Recognised<'j> {
        self.recognised(node).unwrap_or_else(|| Recognised {
            preset: self,
            items: vec![node.clone()],
            known: Vec::new(),
        })
    }

    /// Whether its articles are of other formats.
    pub(super) fn is_list(self) -> bool {
        self.shape().is_some_and(|shape| shape.file.is_list)
    }

    /// Reads an article.
    pub(super) fn draft<'j>(self, node: &Node<'j>) -> Draft<'j> {
        let mut draft = Draft::default();
        let Some(shape) = self.shape() else { return draft };
        for (field, value) in shape.fields.read(node) {
            let value = if field == Field::Title { unescaped(value) } else { value };
            draft.add(field, shape.stated(value, node));
        }
        for found in shape.shared.read(node) {
            draft.add(found.field, shape.stated(found.value(), node));
        }
        let says = |(path, word): &(Path, String)| path.find(node).iter().any(|found| found.text() == Some(word));
        if let Some((path, word)) = shape.withdraws.iter().find(|withdrawal| says(withdrawal)) {
            let found = path.find(node).into_iter().find(|found| found.text() == Some(word));
            draft.add(Field::Deleted, found.map(|found| FieldValue::text("true", found.path)));
        }
        draft
    }

    /// Names what shows that an object is of this preset.
    pub(super) fn evidence(self) -> String {
        let marks = self.shape().map(|shape| shape.file.marks.as_slice()).unwrap_or_default();
        let marks: Vec<String> = marks.iter().map(|mark| format!("`{mark}`")).collect();
        format!("it has {}", marks.join(", "))
    }
}

/// Returns a title without the escapes of HTML, which content systems leave in it.
fn unescaped(title: FieldValue<'_>) -> FieldValue<'_> {
    let clean =
        title.as_text().filter(|text| text.contains('&')).and_then(|text| Some(unescape(text).ok()?.into_owned()));
    match clean {
        Some(text) => FieldValue::text(text, title.path),
        None => title,
    }
}

impl Shape {
    /// Whether an object has a list of articles, and says nothing of what was done with them.
    fn is_list(&self, node: &Node<'_>) -> bool {
        self.items.lead_to_list(node) && !self.file.unless.iter().any(|key| node.has(key))
    }

    fn has_marks(&self, node: &Node<'_>) -> bool {
        self.marks.iter().all(|mark| mark.is_in(node))
    }

    /// Returns a value as it is meant: a time in UTC that does not say so, nothing for a text that stands for nothing.
    fn stated<'j>(&self, value: FieldValue<'j>, node: &Node<'j>) -> Option<FieldValue<'j>> {
        let Some(text) = value.as_text() else { return Some(value) };
        if self.file.blanks.iter().any(|blank| text.trim().starts_with(blank.as_str())) {
            return None;
        }
        let path = value.path.strip_prefix(node.path.as_str()).unwrap_or(&value.path).trim_start_matches('.');
        let is_local = text.contains(':') && text.trim().ends_with(|c: char| c.is_ascii_digit());
        if is_local && self.file.utc.iter().any(|utc| utc == path) {
            return Some(FieldValue { value: Value::Text(format!("{}Z", text.trim()).into()), path: value.path });
        }
        Some(value)
    }
}

impl Mark {
    fn parse(written: &str) -> Result<Self, String> {
        match written.split_once("^=") {
            Some((path, start)) => Ok(Self::Begins(Path::parse(path)?, start.to_owned())),
            None => written.split('|').map(Path::parse).collect::<Result<_, _>>().map(Self::OneOf),
        }
    }

    fn first_keys(&self) -> impl Iterator<Item = &str> {
        let paths = match self {
            Self::OneOf(paths) => paths.as_slice(),
            Self::Begins(path, _) => std::slice::from_ref(path),
        };
        paths.iter().map(Path::first_key)
    }

    fn is_in(&self, node: &Node<'_>) -> bool {
        match self {
            Self::OneOf(paths) => paths.iter().any(|path| path.leads_in(node)),
            Self::Begins(path, start) => {
                path.find(node).first().and_then(Node::text).is_some_and(|text| text.starts_with(start.as_str()))
            }
        }
    }
}

fn field_paths(table: &BTreeMap<String, Paths>) -> Result<FieldPaths, String> {
    let mut fields = FieldPaths::default();
    for (name, paths) in table {
        let paths = match paths {
            Paths::One(path) => vec![path.as_str()],
            Paths::Several(paths) => paths.iter().map(String::as_str).collect(),
        };
        fields.insert(name, paths)?;
    }
    Ok(fields)
}

fn compile(text: &str) -> Result<Shape, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let withdrawal = |written: &String| {
        let (path, word) = written.split_once('=').ok_or_else(|| format!("{written:?} has no ="))?;
        Ok::<_, String>((Path::parse(path)?, word.to_owned()))
    };
    let not_shared: Vec<&str> = file.not_shared.iter().map(String::as_str).collect();
    Ok(Shape {
        marks: file.marks.iter().map(|mark| Mark::parse(mark)).collect::<Result<_, _>>()?,
        items: ItemPaths::new(file.items.iter().map(String::as_str))?,
        fields: field_paths(&file.fields)?,
        response: field_paths(&file.response)?,
        withdraws: file.withdraws.iter().map(withdrawal).collect::<Result<_, _>>()?,
        shared: FieldNames::new(&[], &not_shared),
        file,
    })
}

#[expect(clippy::panic, reason = "the data is embedded, and a test compiles every preset")]
fn compiled(name: &str, text: &str) -> Shape {
    match compile(text) {
        Ok(shape) => shape,
        Err(error) => panic!("{name}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_compiles_and_is_recognised_by_something() {
        for preset in Preset::all() {
            let shape = preset.shape().expect("a shape");
            assert!(!shape.file.about.is_empty() && !shape.marks.is_empty(), "{}", preset.name());
            assert!(shape.file.is_list || !shape.fields.is_empty(), "{}", preset.name());
        }
    }
}
