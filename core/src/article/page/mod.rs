//! HTML pages: the article in their JSON-LD, or what their metadata, their elements and their text say.

mod dates;
mod metadata;
mod outline;
mod readable;
mod script;
mod words;
mod written;

use chrono_tz::Tz;
use dom_query::Document;

use self::dates::{DateFinder, FoundTime, Unread};
use self::metadata::Metadata;
use self::outline::Outline;
use super::about::About;
use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::json::{self, Json};
use super::json_ld::{self, Stories};
use super::reader::MessageReader;
use super::sources::Sources;
use super::zone_names::Zones;
use crate::error::{Error, ErrorKind};

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "any other HTML page: a document type or a root `html`, or a first tag such as `<head>`, `<script>`, `<meta>`, `<p>`, after comments",
    items: "one",
    fields: &[],
};

/// The deepest element that is read. A parser closes what pages of old programs leave open.
const DEPTH: usize = 400;

/// How deep tags may be nested as they are written, in scripts as well, for a page to be parsed at all.
const OPEN_TAGS: usize = 5000;

/// A body in JSON-LD is taken for a teaser if the page shows more than so many times as much.
const TEASER: usize = 2;

/// A page that was parsed.
pub(super) struct Page {
    document: Document,
    /// The scripts that hold JSON-LD, as JSON.
    linked_data: Vec<String>,
}

impl Page {
    /// Parses a page as a browser does.
    pub fn parse(text: &str) -> Result<Self, Error> {
        check_open_tags(text)?;
        let document = Document::from(text);
        check_depth(&document)?;
        let linked_data = script::linked_data(&document);
        Ok(Self { document, linked_data })
    }

    /// Whether it has an article in JSON-LD.
    pub fn has_linked_article(&self) -> bool {
        self.linked_data.iter().any(|script| {
            json::parse(script).is_ok_and(|json| !json_ld::stories(&json::Node::root(&json, "")).articles.is_empty())
        })
    }

    /// Reads its article, and what else its JSON-LD holds in full.
    pub fn read(self, path: &str, reader: &mut MessageReader<'_>) {
        let Self { document, linked_data } = self;
        let slash = if path.is_empty() { "" } else { "/" };
        let parsed: Vec<(usize, Json<'_>)> =
            linked_data.iter().enumerate().filter_map(|(at, script)| Some((at, json::parse(script).ok()?))).collect();
        let nodes = parsed.iter().map(|(at, json)| json::Node::root(json, &format!("{path}{slash}script[{at}]")));
        let mut stories = Stories::default();
        let mut page_times = Vec::new();
        for node in nodes {
            stories.extend(json_ld::stories(&node));
            page_times.extend(json_ld::page_times(&node));
        }
        stories.merge_all();
        let own = own_draft(&document, &stories, &page_times, &reader.settings.sources, path, slash);
        let Stories { mut articles, updates } = stories;
        let main = main_story(&articles, &own).map(|at| articles.remove(at));
        let is_list = main.is_none() && !articles.is_empty() && !own.has(Field::FirstCreated);
        // Without its text, an article is only announced on the page.
        articles.retain(|draft| is_list || draft.has(Field::Body));
        let has_updates = !updates.is_empty();
        let mut others: Vec<Draft<'_>> = articles.into_iter().chain(updates).collect();
        for draft in others.iter_mut().filter(|draft| !draft.has(Field::Language)) {
            draft.add(Field::Language, own.first(Field::Language).cloned());
        }
        if !is_list {
            // The text of a live blog is that of its entries.
            let story = if !has_updates { readable::story(document) } else { None };
            reader.push(with_page(main, own, story, path, slash));
        }
        others.into_iter().for_each(|draft| reader.push(draft));
    }
}

/// Refuses a page that leaves so many tags open that parsing it would take long.
fn check_open_tags(text: &str) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let (mut depth, mut deepest) = (0usize, 0);
    for at in memchr::memchr_iter(b'<', bytes) {
        match bytes.get(at + 1..) {
            Some([b'/', ..]) => depth = depth.saturating_sub(1),
            Some(rest @ [first, ..]) if first.is_ascii_alphabetic() && !closes_itself(rest) => depth += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > OPEN_TAGS { Err(too_deep(deepest, OPEN_TAGS)) } else { Ok(()) }
}

/// Refuses a page whose elements are nested too deep to look for its story in a reasonable time.
fn check_depth(document: &Document) -> Result<(), Error> {
    let mut work = vec![(document.root(), 0)];
    let mut deepest = 0;
    while let Some((node, depth)) = work.pop() {
        deepest = deepest.max(depth);
        work.extend(node.children_it(false).map(|child| (child, depth + 1)));
    }
    if deepest > DEPTH { Err(too_deep(deepest, DEPTH)) } else { Ok(()) }
}

fn too_deep(deepest: usize, most: usize) -> Error {
    let message = format!("the elements of the page are nested {deepest} deep, and at most {most} are read");
    Error::new(ErrorKind::TooDeep, message)
}

/// Whether a tag has no end tag, or need not have one.
fn closes_itself(tag: &[u8]) -> bool {
    const NAMES: [&str; 24] = [
        "br", "p", "li", "img", "meta", "link", "hr", "input", "td", "tr", "th", "dd", "dt", "option", "source", "wbr",
        "area", "base", "col", "embed", "param", "track", "tbody", "path",
    ];
    let length = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = tag.get(..length).unwrap_or_default();
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Returns what the page says of its article outside of JSON-LD.
fn own_draft(
    document: &Document,
    stories: &Stories<'_>,
    page_times: &[String],
    sources: &Sources,
    path: &str,
    slash: &str,
) -> Draft<'static> {
    let outline = Outline::of(document);
    let metadata = Metadata::of(&outline);
    let mut draft = Draft::default();
    let mut add = |field, found: Option<(&str, &str)>| {
        let value = found.map(|(at, text)| FieldValue::text(text.to_owned(), format!("{path}{slash}{at}")));
        draft.add(field, value);
    };
    add(Field::Url, metadata.address());
    add(Field::Title, metadata.property("headline").map(|title| ("[itemprop=headline]", title)));
    add(Field::Title, metadata.first(&["og:title", "dc.title", "dcterms.title", "twitter:title", "parsely-title"]));
    add(Field::Title, metadata.heading.as_deref().map(|title| ("h1", title)));
    add(Field::Title, metadata.title.as_deref().map(|title| ("title", title)));
    add(Field::Summary, metadata.first(&["og:description", "description", "dc.description", "twitter:description"]));
    add(Field::Source, metadata.first(&["og:site_name", "dc.publisher", "dcterms.publisher", "application-name"]));
    let language = metadata.language.as_deref().map(|tag| ("html[lang]", tag));
    let language = language
        .or_else(|| metadata.property("inLanguage").map(|tag| ("[itemprop=inLanguage]", tag)))
        .or_else(|| metadata.first(&["content-language", "dc.language", "dcterms.language", "language", "og:locale"]));
    add(Field::Language, language);
    add(Field::ContentCreated, metadata.property("dateCreated").map(|time| ("[itemprop=dateCreated]", time)));
    add(Field::Modified, metadata.property("dateModified").map(|time| ("[itemprop=dateModified]", time)));
    add(
        Field::Modified,
        metadata.first(&[
            "article:modified_time",
            "og:updated_time",
            "dcterms.modified",
            "dc.date.modified",
            "last-modified",
        ]),
    );
    let set = sources.of_article(draft.source_names().collect::<Vec<_>>().iter().map(AsRef::as_ref)).day_first;
    let day_first = metadata.first(&["og:locale"]).and_then(|(_, tag)| written::day_first(tag));
    let day_first = language.and_then(|(_, tag)| written::day_first(tag)).or(day_first);
    let day_first = set.or_else(|| written::day_first_of(&paragraph_text(&outline))).or(day_first);
    let mut finder = DateFinder { outline: &outline, metadata: &metadata, day_first, unread: Unread::default() };
    let is_dated = stories
        .articles
        .iter()
        .any(|story| story.time(Field::FirstCreated, &Zones::assuming(Tz::UTC)).is_some_and(|time| time.is_ok()));
    let linked = stories.articles.iter().filter_map(|story| story.first(Field::FirstCreated));
    let linked: Vec<FoundTime> =
        linked.map(|time| FoundTime { text: time.describe().into_owned(), path: time.path.clone() }).collect();
    let found = finder
        .in_metadata()
        .or_else(|| if is_dated { None } else { linked.into_iter().find_map(|time| finder.readable(time)) })
        .or_else(|| {
            page_times
                .iter()
                .find_map(|text| finder.readable(FoundTime { text: text.clone(), path: "script".to_owned() }))
        })
        .or_else(|| finder.in_elements())
        .or_else(|| if is_dated { None } else { script::only_day(document, day_first) })
        .or_else(|| finder.in_lines())
        .or_else(|| finder.in_dateline());
    match found {
        Some(FoundTime { text, path: at }) => {
            draft.add(Field::FirstCreated, Some(FieldValue::text(text, format!("{path}{slash}{at}"))));
        }
        None => draft.sought = Some(sought(&finder.unread)),
    }
    draft
}

/// Returns the text of the paragraphs of a page.
fn paragraph_text(outline: &Outline<'_>) -> String {
    let paragraphs = outline.elements().filter(|(_, element)| element.name == "p").take(100);
    paragraphs.map(|(_, element)| element.text()).collect::<Vec<_>>().join(" ")
}

/// Says what was looked for on a page without a time of publication, and what was seen.
fn sought(unread: &Unread) -> String {
    let sought = "the page has no `datePublished` in JSON-LD or microdata, no `article:published_time` or other `meta` with \
                  a date, no `time`, and no whole date beside its heading";
    let seen: Vec<String> =
        unread.0.iter().take(3).map(|found| format!("`{}` in `{}`", shown(&found.text), found.path)).collect();
    match seen.is_empty() {
        true => sought.to_owned(),
        false => format!("{sought}, that can be read without guessing; seen: {}", seen.join(", ")),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Returns which of the articles in JSON-LD is that of the page: the one with its address or its title, or the only one.
fn main_story(articles: &[Draft<'_>], own: &Draft<'_>) -> Option<usize> {
    let by = |is_same: &dyn Fn(&Draft<'_>) -> bool| articles.iter().position(is_same);
    let is_titled = |draft: &Draft<'_>| json_ld::have_one_title(draft, own);
    by(&|draft| json_ld::share_address(draft, own))
        .or_else(|| by(&is_titled))
        .or_else(|| (articles.len() == 1).then_some(0))
}

/// Joins what JSON-LD, the page and its text say of one article.
fn with_page<'d>(
    main: Option<Draft<'d>>,
    own: Draft<'d>,
    story: Option<readable::Story>,
    path: &str,
    slash: &str,
) -> Draft<'d> {
    let mut draft = main.unwrap_or_default();
    draft.complete(own);
    let known = draft.first(Field::Body).map_or(0, FieldValue::length);
    if let Some(story) = story.filter(|story| story.text.len() > TEASER * known) {
        let mut text = Draft::default();
        text.add(Field::Body, Some(FieldValue::text(story.text, format!("{path}{slash}{}", story.path))));
        draft.absorb(text);
    }
    draft
}
