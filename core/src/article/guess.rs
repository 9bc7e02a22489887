//! Where the fields of an article seem to stand in a sample of JSON, for people who configure a new source. What reads
//! messages never guesses.

use chrono_tz::Tz;

use super::envelope::{self, Data, Unwrap};
use super::json::{self, Json, Node};
use super::message::{self, Message};
use super::published;
use super::settings::Settings;
use super::zone_names::Zones;
use super::{compression, presets, rich_value};
use crate::error::Error;

/// What `[input]` could say of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guess {
    /// The preset that recognises the sample, so that nothing need be said.
    pub preset: Option<&'static str>,
    /// Where the articles stand, if not at the top.
    pub items: Option<String>,
    /// The fields that were found.
    pub fields: Vec<GuessedField>,
}

/// Where a field seems to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuessedField {
    /// As configurations call it.
    pub name: &'static str,
    /// The paths, best first.
    pub paths: Vec<String>,
    /// The start of what the first path holds in the sample.
    pub value: String,
}

/// How a field is found: by parts of its name, the best first, and by what its value must be.
struct Trait {
    name: &'static str,
    /// Parts of the last key of the path, or of all of it.
    parts: &'static [&'static str],
    /// Parts that a path must not have.
    not: &'static [&'static str],
    is_value: fn(&str, &Node<'_>) -> bool,
    /// How many paths are shown.
    paths: usize,
}

/// One line for each field.
const TRAITS: [Trait; 9] = [
    Trait {
        name: "id",
        parts: &["id", "guid", "uuid", "uri", "nid", "key"],
        not: &["author", "image", "section", "user", "media"],
        is_value: is_id,
        paths: 1,
    },
    Trait {
        name: "title",
        parts: &["title", "headline", "heading", "subject", "name"],
        not: &[
            "author",
            "source",
            "image",
            "site",
            "section",
            "publisher",
            "sub",
            "byline",
            "category",
            "tag",
            "file",
            "user",
            "seo",
        ],
        is_value: is_short,
        paths: 2,
    },
    Trait {
        name: "body",
        parts: &["body", "articlebody", "content", "fulltext", "text", "html", "story", "article", "paragraph", "copy"],
        not: &[
            "title",
            "headline",
            "summary",
            "excerpt",
            "description",
            "caption",
            "comment",
            "trail",
            "teaser",
            "image",
            "alt",
        ],
        is_value: is_long,
        paths: 3,
    },
    Trait {
        name: "summary",
        parts: &[
            "summary",
            "description",
            "abstract",
            "excerpt",
            "standfirst",
            "trail",
            "teaser",
            "lead",
            "snippet",
            "dek",
        ],
        not: &["image", "author", "meta"],
        is_value: is_short,
        paths: 2,
    },
    Trait {
        name: "published",
        parts: &[
            "publi",
            "pub",
            "issued",
            "released",
            "posted",
            "online",
            "datetime",
            "date",
            "timestamp",
            "time",
            "created",
        ],
        not: &["mod", "updat", "changed", "expir", "crawl", "index", "embargo", "event", "last", "author"],
        is_value: is_time,
        paths: 1,
    },
    Trait {
        name: "versioncreated",
        parts: &["modif", "updat", "changed", "edited", "revised"],
        not: &["author"],
        is_value: is_time,
        paths: 1,
    },
    Trait { name: "language", parts: &["lang", "locale"], not: &["author"], is_value: is_word, paths: 1 },
    Trait {
        name: "source",
        parts: &["source", "publisher", "publication", "provider", "site", "outlet", "domain", "brand"],
        not: &["image", "url", "id", "date", "type"],
        is_value: is_word,
        paths: 2,
    },
    Trait {
        name: "url",
        parts: &["weburl", "canonical", "permalink", "url", "link", "href"],
        not: &["image", "api", "thumb", "author", "icon", "video", "media"],
        is_value: is_address,
        paths: 1,
    },
];

/// The deepest field, and the deepest list of articles.
const DEPTH: usize = 4;

/// How much of a value is shown, in code points.
const SHOWN: usize = 60;

/// Guesses where the fields stand in the first article of a sample.
///
/// # Errors
///
/// If the sample is not JSON, or nothing in it looks like an article.
pub fn guess(message: &Message<'_>, settings: &Settings) -> Result<Guess, Error> {
    let bytes = compression::unpacked(message.value, settings)?;
    let text = message::text(&bytes, None)?;
    // Of several lines, one is enough.
    let parsed = json::parse(&text).or_else(|error| text.trim().lines().next().map_or(Err(error), json::parse))?;
    let mut root = Node::root(&parsed, "");
    if let (Json::List(_), Some(first)) = (root.value, root.each().into_iter().next()) {
        root = Node { value: first.value, path: String::new() };
    }
    // Envelopes are opened without being asked for.
    while let Some(Data::Value(inside)) = opened(&root)? {
        root = Node { value: inside.value, path: String::new() };
    }
    let preset = presets::recognise(&root).map(|found| found.preset.name());
    let own = fields(&root);
    if is_article(&own) {
        return Ok(Guess { preset, items: None, fields: own });
    }
    let mut lists = Vec::new();
    find_lists(&root, DEPTH, &mut lists);
    let found = lists.into_iter().map(|(path, first)| (path, fields(&first))).filter(|(_, fields)| is_article(fields));
    match found.max_by_key(|(_, fields)| fields.len()) {
        Some((path, fields)) => Ok(Guess { preset, items: Some(path), fields }),
        None => Err(Error::not_an_article("nothing in it looks like the title, the text and the time of an article")),
    }
}

fn opened<'j>(node: &Node<'j>) -> Result<Option<Data<'j>>, Error> {
    let contents = envelope::open(node, Unwrap::Auto)?;
    Ok(contents.and_then(|contents| contents.into_iter().next()).map(|content| content.data))
}

/// Whether fields are enough for an article.
fn is_article(fields: &[GuessedField]) -> bool {
    let has = |name: &str| fields.iter().any(|field| field.name == name);
    (has("body") || has("title") && has("summary") || has("title") && has("url")) && has("published")
}

/// Finds lists of objects, each with its path as `input.items` has it and its first object.
fn find_lists<'j>(node: &Node<'j>, depth: usize, lists: &mut Vec<(String, Node<'j>)>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (_, value) in node.fields() {
        match value.value {
            Json::List(_) => {
                if let Some(first) = value.each().into_iter().find(Node::is_object) {
                    let item = Node { value: first.value, path: String::new() };
                    // An item may wrap the article: `hits[]._source`.
                    for (key, inside) in first.fields().filter(|(_, inside)| inside.is_object()) {
                        lists.push((
                            format!("{}[].{key}", value.path),
                            Node { value: inside.value, path: String::new() },
                        ));
                    }
                    lists.push((value.path, item));
                }
            }
            Json::Object(_) => {
                lists.push((value.path.clone(), Node { value: value.value, path: String::new() }));
                find_lists(&value, depth, lists);
            }
            _ => {}
        }
    }
}

fn fields(article: &Node<'_>) -> Vec<GuessedField> {
    let mut leaves = Vec::new();
    find_leaves(article, DEPTH, &mut leaves);
    TRAITS.iter().filter_map(|field| field.find(&leaves)).collect()
}

/// Finds what can be the value of a field: texts, numbers and lists.
fn find_leaves<'j>(node: &Node<'j>, depth: usize, leaves: &mut Vec<Node<'j>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (_, value) in node.fields() {
        let value = value.unwrapped();
        match value.value {
            Json::Text(_) | Json::Number(_) | Json::List(_) => leaves.push(value),
            Json::Object(_) => find_leaves(&value, depth, leaves),
            _ => {}
        }
    }
}

impl Trait {
    fn find(&self, leaves: &[Node<'_>]) -> Option<GuessedField> {
        let mut ranked: Vec<(usize, &Node<'_>)> =
            leaves.iter().filter_map(|leaf| Some((self.rank(leaf)?, leaf))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let (_, best) = ranked.first()?;
        Some(GuessedField {
            name: self.name,
            paths: ranked.iter().take(self.paths).map(|(_, leaf)| written(&leaf.path)).collect(),
            value: shown(best),
        })
    }

    /// How well a value fits, less being better; `None` if it does not.
    fn rank(&self, leaf: &Node<'_>) -> Option<usize> {
        let path = leaf.path.to_ascii_lowercase();
        let last = path.rsplit('.').next().unwrap_or_default();
        let letters: String = last.chars().filter(|c| c.is_alphanumeric()).collect();
        if self.not.iter().any(|part| path.contains(part)) || !(self.is_value)(&letters, leaf) {
            return None;
        }
        let levels = path.matches('.').count();
        let named = |name: &str| self.parts.iter().position(|part| name.contains(part));
        let exact = self.parts.iter().position(|part| letters == *part).map(|at| at * 2 + levels);
        // What only contains the word comes after, and what stands in an object of that name.
        exact.or_else(|| Some(named(&letters)? * 2 + levels + 3)).or_else(|| Some(named(&path)? * 2 + levels + 20))
    }
}

/// Writes a path as configurations have it: what MongoDB wraps is opened without being asked for.
fn written(path: &str) -> String {
    path.split(".$").next().unwrap_or_default().to_owned()
}

fn shown(node: &Node<'_>) -> String {
    let text = match node.value {
        Json::List(_) => rich_value::text_of(node).unwrap_or_default(),
        _ => node.clone().field_value().describe().into_owned(),
    };
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = clean.chars().take(SHOWN).collect();
    if shown.len() < clean.len() {
        shown.push('…');
    }
    shown
}

fn is_id(name: &str, node: &Node<'_>) -> bool {
    let ends = name.ends_with("id") || matches!(name, "uri" | "key");
    ends && match node.value {
        Json::Number(number) => number.is_u64(),
        Json::Text(text) => !text.trim().is_empty() && text.len() < 200 && !text.contains(' '),
        _ => false,
    }
}

fn is_short(_: &str, node: &Node<'_>) -> bool {
    node.text().is_some_and(|text| text.trim().contains(' ') && text.chars().count() < 1000)
}

fn is_long(_: &str, node: &Node<'_>) -> bool {
    let is_text = |text: &str| text.trim().contains(' ') && text.chars().count() >= 40;
    match node.value {
        Json::Text(text) => is_text(text),
        Json::List(_) => rich_value::text_of(node).is_some_and(|text| is_text(&text)),
        _ => false,
    }
}

fn is_time(_: &str, node: &Node<'_>) -> bool {
    match node.value {
        Json::Text(text) => published::read(text, &Zones::assuming(Tz::UTC)).is_ok(),
        Json::Number(number) => published::Published::from_epoch(number, Tz::UTC).is_ok(),
        _ => false,
    }
}

fn is_word(_: &str, node: &Node<'_>) -> bool {
    node.text().is_some_and(|text| !text.trim().is_empty() && text.len() < 100 && !text.contains("://"))
}

fn is_address(_: &str, node: &Node<'_>) -> bool {
    node.text().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://"))
}
