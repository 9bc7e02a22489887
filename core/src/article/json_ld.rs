//! schema.org's `NewsArticle` and its kin in JSON-LD: alone, in a list, in a `@graph`, or in the scripts of a page.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::about::About;
use super::draft::Draft;
use super::field::{Field, FieldValue, Value};
use super::json;
use super::names::{FieldNames, Names};
use super::reader::MessageReader;
use super::status;
use crate::error::Error;

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "`@context`, `@graph` or `@type`; an HTML page with an article in such scripts",
    items: "each `NewsArticle` or subtype, also in an `ItemList`; each entry of a live blog",
    fields: &[
        ("id", "`identifier`, `@id`, `url`"),
        ("revision", "`version`, `dateModified`"),
        ("first publication", "`datePublished`"),
        ("content", "`dateCreated`"),
        ("this version", "`dateModified`"),
        ("body", "`articleBody`, also as a list of paragraphs"),
        ("instead of a body", "`description`"),
        ("status", "`creativeWorkStatus` if it says withdrawn"),
    ],
};

/// The known properties, best first, before the names that all formats share.
const FIELDS: Names = &[
    (Field::Id, &["identifier", "@id", "url", "mainEntityOfPage"]),
    (Field::Revision, &["version"]),
    // A free text.
    (Field::State, &["creativeWorkStatus"]),
    (Field::Title, &["headline", "name", "alternativeHeadline"]),
    (Field::Body, &["articleBody", "text"]),
    (Field::Summary, &["description", "abstract"]),
    (Field::FirstCreated, &["datePublished"]),
    (Field::ContentCreated, &["dateCreated"]),
    (Field::VersionCreated, &["dateModified"]),
    (Field::City, &["dateline"]),
    (Field::Language, &["inLanguage"]),
    (Field::Source, &["publisher", "sourceOrganization"]),
    (Field::Url, &["url", "mainEntityOfPage"]),
];

static NAMES: LazyLock<FieldNames> = LazyLock::new(|| FieldNames::new(FIELDS, &[]));

/// The properties of an object that stand for its value, best first.
const INSIDE: [&str; 6] = ["@value", "value", "alternateName", "name", "@id", "url"];

/// Whether a list may hold articles.
pub(super) fn is_list(node: &json::Node<'_>) -> bool {
    matches!(node.value, json::Json::List(_))
        && node.each().iter().any(|entry| ["@context", "@graph", "@type"].iter().any(|name| entry.has(name)))
}

/// The articles in one or several values.
#[derive(Debug, Default)]
pub(super) struct Stories<'j> {
    pub articles: Vec<Draft<'j>>,
    /// The entries of live blogs, which are articles of their own: each has its own time.
    pub updates: Vec<Draft<'j>>,
}

impl Stories<'_> {
    /// Makes one article of several accounts of the same story, whatever revisions they call themselves.
    pub fn merge_all(&mut self) {
        merge(&mut self.articles, false);
    }
}

impl<'j> Stories<'j> {
    /// Takes in the articles of another value.
    pub fn extend(&mut self, other: Stories<'j>) {
        self.articles.extend(other.articles);
        self.updates.extend(other.updates);
    }
}

/// Reads the articles in a value; if there is none, the value is skipped.
pub(super) fn read(node: &json::Node<'_>, reader: &mut MessageReader<'_>) -> Result<(), Error> {
    let mut stories = stories(node);
    merge(&mut stories.articles, true);
    if stories.articles.is_empty() {
        let mut draft = Draft::default();
        let things = things(node);
        let kinds: Vec<&str> = things.iter().flat_map(kinds).collect();
        if let Some(thing) = things.first() {
            draft.add(Field::Id, thing.get("@id").or_else(|| thing.get("url")).map(json::Node::field_value));
        }
        let kinds = if kinds.is_empty() { "things without a type".to_owned() } else { kinds.join(", ") };
        draft.skip("not-text", format!("it has no article, only {kinds}"));
        reader.push(draft);
    }
    stories.articles.into_iter().chain(stories.updates).for_each(|draft| reader.push(draft));
    Ok(())
}

/// Returns the articles in a value. A withdrawal need not have a type.
pub(super) fn stories<'j>(node: &json::Node<'j>) -> Stories<'j> {
    let is_article =
        |kind: &str| kind.ends_with("Article") || matches!(kind, "BlogPosting" | "LiveBlogPosting" | "Report");
    let mut stories = Stories::default();
    for thing in things(node) {
        let mut kinds = kinds(&thing).peekable();
        let is_untyped = kinds.peek().is_none() && thing.is_object();
        if is_untyped || kinds.any(is_article) {
            let draft = draft(&thing);
            if !is_untyped || status::is_withdrawn(&draft) {
                stories.updates.extend(updates(&thing, &draft));
                stories.articles.push(draft);
            }
        }
    }
    stories
}

/// Returns the times at which the things that are no articles say that they were published: the page itself and its like.
pub(super) fn page_times(node: &json::Node<'_>) -> Vec<String> {
    let is_page = |kind: &str| {
        kind.ends_with("Page")
            || matches!(kind, "CreativeWork" | "Review" | "Recipe" | "SocialMediaPosting" | "DiscussionForumPosting")
    };
    let pages = things(node).into_iter().filter(|thing| kinds(thing).any(is_page));
    pages.filter_map(|page| Some(page.get("datePublished")?.text()?.to_owned())).collect()
}

/// Returns the entries of a live blog. One that has no id is known by its time, which stays as others come before it.
fn updates<'j>(blog: &json::Node<'j>, parent: &Draft<'j>) -> Vec<Draft<'j>> {
    let Some(entries) = blog.get("liveBlogUpdate") else { return Vec::new() };
    let parent_id = parent.own_id().ok().flatten();
    let entry = |(at, node): (usize, json::Node<'j>)| {
        let mut entry = draft(&node);
        if entry.own_id().ok().flatten().is_none()
            && let Some(parent_id) = &parent_id
        {
            let time = entry.label(Field::FirstCreated).ok().flatten().map(|time| time.into_owned());
            let name = time.unwrap_or_else(|| at.to_string());
            entry.add(Field::Id, Some(FieldValue::text(format!("{parent_id}#{name}"), node.path.clone())));
        }
        for field in [Field::Title, Field::FirstCreated, Field::Language, Field::Source, Field::Url] {
            if !entry.has(field) {
                entry.add(field, parent.first(field).cloned());
            }
        }
        entry
    };
    entries
        .each()
        .into_iter()
        .filter(json::Node::is_object)
        .enumerate()
        .map(entry)
        .filter(|entry| entry.has(Field::Body))
        .collect()
}

/// Returns the things in a value: those of its list, of its graph, of lists within it, and the main entity of a page.
fn things<'j>(node: &json::Node<'j>) -> Vec<json::Node<'j>> {
    let mut found = Vec::new();
    let mut work = node.each();
    work.reverse();
    while let Some(node) = work.pop() {
        let lists = ["@graph", "mainEntity", "itemListElement", "item", "blogPost", "hasPart"];
        let inside = lists.iter().filter_map(|name| node.get(name)).flat_map(|inside| inside.each());
        let mut inside: Vec<_> = inside.filter(json::Node::is_object).collect();
        inside.reverse();
        // A graph is no thing itself.
        if !node.has("@graph") {
            found.push(node);
        }
        work.extend(inside);
    }
    found
}

/// Makes one article of several accounts of the same story. The fullest text comes first.
fn merge(articles: &mut Vec<Draft<'_>>, of_one_revision: bool) {
    let mut merged: Vec<Draft<'_>> = Vec::with_capacity(articles.len());
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for draft in articles.drain(..) {
        let names = addresses(&draft);
        let same = names.iter().find_map(|name| known.get(name)).copied().filter(|at| {
            merged.get(*at).is_some_and(|other| {
                may_be_one(other, &draft) && (!of_one_revision || have_one_revision(other, &draft))
            })
        });
        let at = same.unwrap_or(merged.len());
        match merged.get_mut(at) {
            Some(other) => other.absorb(draft),
            None => merged.push(draft),
        }
        for name in names {
            known.entry(name).or_insert(at);
        }
    }
    *articles = merged;
}

/// Returns the ids and addresses of an article, without what may differ between accounts of the same story.
fn addresses(draft: &Draft<'_>) -> Vec<String> {
    let bare = |label: &str| {
        let label = label.split('#').next().unwrap_or_default();
        let label = label.strip_prefix("https://").or_else(|| label.strip_prefix("http://")).unwrap_or(label);
        label.strip_prefix("www.").unwrap_or(label).trim_end_matches('/').to_owned()
    };
    let labels = draft.labels(Field::Id).chain(draft.labels(Field::Url));
    labels.map(|label| bare(&label)).filter(|label| !label.is_empty()).collect()
}

/// Whether two articles have an address in common.
pub(super) fn share_address(draft: &Draft<'_>, other: &Draft<'_>) -> bool {
    let others = addresses(other);
    addresses(draft).iter().any(|name| others.contains(name))
}

/// Whether two articles have the same title.
pub(super) fn have_one_title(draft: &Draft<'_>, other: &Draft<'_>) -> bool {
    let title =
        |draft: &Draft<'_>| Some(draft.text(Field::Title).ok()??.split_whitespace().collect::<Vec<_>>().join(" "));
    title(draft).is_some_and(|own| title(other).is_some_and(|other| own.eq_ignore_ascii_case(&other)))
}

/// Whether two accounts with a common address may be of one story: many sites give all their stories one main page.
fn may_be_one(draft: &Draft<'_>, other: &Draft<'_>) -> bool {
    let strong = |draft: &Draft<'_>| -> Vec<String> {
        let values = draft.all(Field::Id).chain(draft.all(Field::Url));
        let own = values.filter(|value| !value.path.to_ascii_lowercase().contains("mainentityofpage"));
        own.filter_map(|value| value.as_text().map(str::to_owned)).collect()
    };
    let others = strong(other);
    let shares_own = strong(draft).iter().any(|name| others.contains(name));
    shares_own || !draft.has(Field::Title) || !other.has(Field::Title) || have_one_title(draft, other)
}

/// Whether two accounts are of one revision, as far as they say.
fn have_one_revision(draft: &Draft<'_>, other: &Draft<'_>) -> bool {
    [Field::Revision, Field::VersionCreated].iter().all(|field| {
        let label = |draft: &Draft<'_>| draft.label(*field).ok().flatten().map(|label| label.into_owned());
        label(draft).is_none_or(|own| label(other).is_none_or(|other| own == other))
    })
}

/// Returns the types of a thing, without the prefix of the vocabulary.
fn kinds<'j>(node: &json::Node<'j>) -> impl Iterator<Item = &'j str> + use<'j> {
    let kinds = node.get("@type").map(|kinds| kinds.each()).unwrap_or_default();
    kinds.into_iter().filter_map(|kind| Some(kind.text()?.rsplit(['/', ':', '#']).next().unwrap_or_default()))
}

fn draft<'j>(node: &json::Node<'j>) -> Draft<'j> {
    let mut draft = Draft::default();
    for mut found in NAMES.read(node) {
        if found.field == Field::Body
            && let Some(body) = paragraphs(&found.node)
        {
            draft.add(Field::Body, Some(body));
            continue;
        }
        if found.is_own {
            let Some(value) = value(found.node) else { continue };
            found.node = value;
        }
        // A name within the page means nothing outside of it.
        let is_local = |id: &str| id.starts_with(['#', '_']);
        if found.field != Field::Id || !found.node.text().is_some_and(is_local) {
            draft.add(found.field, Some(found.value()));
        }
    }
    draft
}

/// Returns the value of a property: itself, the first of its list, or what stands for the object.
fn value(node: json::Node<'_>) -> Option<json::Node<'_>> {
    let first = node.each().into_iter().next()?;
    if first.is_object() { INSIDE.iter().find_map(|name| first.get(name)) } else { Some(first) }
}

/// Returns the text of a list of paragraphs.
fn paragraphs<'j>(node: &json::Node<'j>) -> Option<FieldValue<'j>> {
    let json::Json::List(_) = node.value else { return None };
    let texts: Vec<&str> = node.each().into_iter().filter_map(|part| value(part)?.text()).collect();
    Some(FieldValue { value: Value::Text(texts.join("\n\n").into()), path: node.path.clone() })
}
