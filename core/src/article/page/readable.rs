//! The text of the story on a page, in paragraphs, without what stands beside it.
//!
//! Which part of a page is the story is decided by a library. This file takes away before what surely is not, and lays
//! out what remains after.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use super::outline::Outline;
use super::words::{begins_with_change, begins_with_publication, speaks_of_change, speaks_of_publication};
use super::written::days;
use crate::article::furniture::is_furniture;

/// The text of a story, and where on the page it stands.
#[derive(Debug)]
pub(super) struct Story {
    pub text: String,
    pub path: &'static str,
}

/// Elements that hold no running text.
const SKIPPED: [&str; 22] = [
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "svg",
    "math",
    "button",
    "select",
    "textarea",
    "figure",
    "figcaption",
    "aside",
    "nav",
    "footer",
    "head",
    "title",
    "object",
    "video",
    "audio",
    "canvas",
    "dialog",
];

/// Elements within a line.
const INLINE: [&str; 33] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "chron", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt",
    "u", "var",
];

/// The end of a line, which is white space to the library.
const LINE_END: char = '\u{2028}';

/// The shortest text that can be a whole story where there is another.
const SHORT: usize = 250;

/// The longest heading, in bytes: what is longer holds more than a heading.
const HEADING: usize = 400;

/// The longest line that is taken for the date of a story, in bytes.
const DATE: usize = 140;

/// How much of the text of a page furniture holds at most, in percent.
const FURNITURE: usize = 40;

/// The most elements of a page that is searched for its story. A page of a live blog has some ten thousand.
const ELEMENTS: usize = 200_000;

/// Returns the text of the story on a page, which is taken apart.
pub(super) fn story(page: Document) -> Option<Story> {
    mark_line_ends(&page);
    let outline = Outline::of(&page);
    let marked = marked_text(&outline).map(|text| Story { text, path: "[itemprop=articleBody]" });
    remove_furniture(&outline);
    let whole = container_text(&outline).map(|text| Story { text, path: "article" });
    drop(outline);
    let found = readable_text(page).map(|text| Story { text, path: "body" });
    let length = |story: &Option<Story>| story.as_ref().map_or(0, |story| story.text.len());
    // The library looks for the densest part of a page, which of a story in short paragraphs may be one of them.
    if length(&marked) >= SHORT && length(&marked) * 2 >= length(&found) {
        marked
    } else if length(&whole) > 2 * length(&found) {
        whole
    } else {
        found.or(marked)
    }
}

/// Writes line ends into the text: the library moves the elements that mean them.
fn mark_line_ends(page: &Document) {
    for line_end in page.select("br").nodes() {
        line_end.insert_before(&page.tree.new_text(LINE_END.to_string()));
    }
}

/// Returns the text that microdata call the body of the article: the longest.
fn marked_text(outline: &Outline<'_>) -> Option<String> {
    let is_body = |name: &str| name.split_whitespace().any(|name| matches!(name, "articleBody" | "reviewBody"));
    let bodies =
        outline.elements().filter(|(_, element)| element.attribute("itemprop").is_some_and(|name| is_body(&name)));
    bodies.map(|(_, element)| paragraphs(element.node)).max_by_key(String::len).filter(|text| !text.is_empty())
}

/// Returns the paragraphs of the only `article` or `main` that holds the heading, or of the only one.
fn container_text(outline: &Outline<'_>) -> Option<String> {
    let of = |name: &'static str| {
        let all: Vec<_> = outline.elements().filter(|(_, element)| element.name == name).collect();
        match all.as_slice() {
            [only] => Some(only.1.node),
            several => several.iter().find(|(at, _)| outline.holds_heading(*at)).map(|(_, element)| element.node),
        }
    };
    let container = of("article").or_else(|| of("main"))?;
    let paragraphs: Vec<String> = container
        .descendants_it()
        .filter(|node| node.has_name("p"))
        .map(paragraphs)
        .filter(|text| !text.is_empty())
        .collect();
    Some(paragraphs.join("\n\n")).filter(|text| !text.is_empty())
}

/// Takes away what stands beside the story, unless that is a great part of the page: then its name says something else.
/// Only comments may be longer than the story.
fn remove_furniture(outline: &Outline<'_>) {
    let Some(body) = outline.first("body").map(|body| body.node) else { return };
    let all = body.normalized_char_count();
    let most = all * FURNITURE / 100;
    // The title of the article says the same.
    if let Some(heading) = outline.heading().filter(|heading| heading.text().len() <= HEADING) {
        heading.node.remove_from_parent();
    }
    let mut end = 0;
    for (at, element) in outline.elements() {
        if at < end || !element.is_furniture() || !outline.is_furniture(at) {
            continue;
        }
        let length = element.node.normalized_char_count();
        if length <= most || element.holds_comments() && all.saturating_sub(length) >= SHORT {
            element.node.remove_from_parent();
            end = outline.end(at);
        }
    }
}

/// Returns the text of the part of a page that the library takes for the story.
fn readable_text(page: Document) -> Option<String> {
    let config = Config { max_elements_to_parse: ELEMENTS, disable_json_ld: true, ..Config::default() };
    let mut readability = Readability::with_document(page, None, Some(config)).ok()?;
    readability.parse().ok()?;
    let found = readability.doc.select("#readability-page-1");
    let text = paragraphs(*found.nodes().first()?);
    Some(text).filter(|text| !text.is_empty())
}

/// Lays out the text of an element: paragraphs with an empty line between them, without furniture.
pub(super) fn paragraphs(root: NodeRef<'_>) -> String {
    let mut layout = Layout::default();
    // Whether a node is entered or left.
    let mut work = vec![(root, true)];
    while let Some((node, enters)) = work.pop() {
        if node.is_text() {
            // Line ends of the source are only white space.
            layout.text.push_str(&node.text().replace(['\n', '\r'], " ").replace(LINE_END, "\n"));
            continue;
        }
        let name = node.node_name().unwrap_or_default();
        match &*name {
            name if SKIPPED.contains(&name) => continue,
            "br" => continue,
            "td" | "th" => layout.text.push(' '),
            name if INLINE.contains(&name) => {}
            _ => layout.end_paragraph(),
        }
        if enters {
            work.push((node, false));
            work.extend(node.children_it(true).map(|child| (child, true)));
        }
    }
    layout.end_paragraph();
    layout.paragraphs.join("\n\n")
}

/// Whether a paragraph is the date of the story: it is nothing else, or says that it is that.
fn is_date(paragraph: &str) -> bool {
    if paragraph.len() > DATE || !paragraph.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let (days, lower) = (days(paragraph, Some(true)), paragraph.to_lowercase());
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return false };
    let rest = [paragraph.get(..first.at.start), paragraph.get(last.at.end..)].map(Option::unwrap_or_default).join(" ");
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    let is_bare = rest.split_whitespace().filter(is_word).count() <= 1;
    let says_so = begins_with_publication(&lower) || begins_with_change(&lower);
    let is_sentence = paragraph.ends_with(['.', '!', '?', '"', '”']);
    is_bare || says_so || !is_sentence && (speaks_of_publication(&lower) || speaks_of_change(&lower))
}

#[derive(Default)]
struct Layout {
    text: String,
    paragraphs: Vec<String>,
}

impl Layout {
    /// Ends a paragraph. Two line breaks within it end one as well.
    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        let mut lines: Vec<String> = Vec::new();
        let mut push = |lines: &mut Vec<String>| {
            let paragraph = lines.join(" ");
            lines.clear();
            if !is_furniture(&paragraph) && !is_date(&paragraph) {
                self.paragraphs.push(paragraph);
            }
        };
        for line in text.split('\n') {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if line.is_empty() { push(&mut lines) } else { lines.push(line) }
        }
        push(&mut lines);
    }
}
