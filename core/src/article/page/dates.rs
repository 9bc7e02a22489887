//! When a page was published, as the page itself says it: in its metadata, in its elements that hold times, or in the
//! line of the author. Its address says nothing here, nor do comments, menus, lists of other stories and copyrights.

use std::collections::BTreeSet;

use chrono::Datelike;
use chrono_tz::Tz;

use super::metadata::Metadata;
use super::outline::{Element, Outline};
use super::words::{begins_with_publication, has_word, speaks_of_change, speaks_of_publication};
use super::written::{DayFirst, days};
use crate::article::published::Published;

/// A time of publication on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundTime {
    /// As the page has it, or the day that it names.
    pub text: String,
    /// Where on the page, as a selector of CSS.
    pub path: String,
}

/// What was looked for and could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread(pub Vec<FoundTime>);

/// The `meta` that hold the time of publication, best first.
const NAMES: [&str; 69] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "article.published",
    "datepublished",
    "date_published",
    "rnews:datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dc.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.created",
    "dcterms.date",
    "dc.date",
    "dcterms.available",
    "dc.date.available",
    "dc.date.publication",
    "dc.publisher.date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "pub_date",
    "pub-date",
    "pubtime",
    "publishdate",
    "publish-date",
    "publish_date",
    "publish-time",
    "publish_time",
    "publishtime",
    "published_at",
    "published-date",
    "published_date",
    "publisheddate",
    "published_time",
    "published",
    "publicationdate",
    "publication-date",
    "publication_date",
    "publication-time",
    "originalpublicationdate",
    "original-publish-date",
    "article_date_original",
    "article:publish_date",
    "article_publish_date",
    "article_publication_date",
    "article-publication-date",
    "article:create_at",
    "article:created",
    "article.created",
    "article-date",
    "article_date",
    "articledate",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "prism.publicationdate",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "weibo:article:create_at",
    "bt:pubdate",
    "vr:published_time",
    "displaydate",
    "dateposted",
    "datecreated",
    "date",
    "timestamp",
];

/// Words in the class or id of an element that holds the time of publication.
const MARKS: [&str; 30] = [
    "date",
    "dates",
    "datetime",
    "published",
    "publish",
    "publishdate",
    "publisheddate",
    "publicationdate",
    "pubdate",
    "postdate",
    "posted",
    "entrydate",
    "articledate",
    "newsdate",
    "datepublished",
    "dateline",
    "datum",
    "fecha",
    "data",
    "dato",
    "time",
    "timestamp",
    "byline",
    "meta",
    "postmeta",
    "entrymeta",
    "postinfo",
    "info",
    "submitted",
    "created",
];

/// Words in the class or id of a date that is not that of the story.
const OTHER_MARKS: [&str; 18] = [
    "header-date",
    "headerdate",
    "masthead",
    "topbar",
    "updated",
    "update",
    "modified",
    "today",
    "current",
    "currentdate",
    "now",
    "clock",
    "event",
    "birth",
    "calendar",
    "countdown",
    "expires",
    "deadline",
];

/// The longest text of a line that gives the date of a story.
const LINE: usize = 200;

/// The longest text of a line that speaks of its publication in the middle.
const LONG: usize = 120;

/// The most elements of which a line consists.
const PARTS: usize = 30;

/// How far from the heading, in elements, an element that is nothing but a date may be that of the story.
const NEAR: usize = 25;

/// How far from the heading, in elements, a time may stand if others say otherwise.
const FAR: usize = 80;

/// The longest dateline before the text of a paragraph, in code points.
const DATELINE: usize = 140;

/// Looks for the times of publication on a page, best first.
pub(super) struct DateFinder<'p, 'd> {
    pub outline: &'p Outline<'d>,
    pub metadata: &'p Metadata,
    pub day_first: DayFirst,
    pub unread: Unread,
}

impl DateFinder<'_, '_> {
    /// Returns the time that the page's metadata give.
    pub fn in_metadata(&mut self) -> Option<FoundTime> {
        let (names, items) = (&self.metadata.named, &self.metadata.properties);
        let named = |wanted: &str| {
            let found = names.iter().filter(|meta| meta.name == wanted);
            found
                .map(|meta| FoundTime { text: meta.content.clone(), path: format!("meta[{wanted}]") })
                .collect::<Vec<_>>()
        };
        let published = "article:published_time";
        let items = items.iter().filter(|item| item.name == "datePublished" && !self.outline.is_beside(item.at));
        let items =
            items.map(|item| FoundTime { text: item.value.clone(), path: "[itemprop=datePublished]".to_owned() });
        let all: Vec<FoundTime> = named(published)
            .into_iter()
            .chain(items)
            .chain(NAMES.iter().skip(1).flat_map(|name| named(name)))
            .collect();
        all.into_iter().find_map(|found| self.readable(found))
    }

    /// Returns the time that an element for times gives: `<time pubdate>`, `<time>` and `<abbr>` near the heading.
    pub fn in_elements(&mut self) -> Option<FoundTime> {
        let mut best: Option<(usize, FoundTime)> = None;
        let mut days: BTreeSet<String> = BTreeSet::new();
        for (at, element) in self.outline.elements() {
            let (text, attribute) = match element.name.as_str() {
                "time" => match element.attribute("datetime") {
                    Some(text) => (text, "[datetime]"),
                    None => (element.line(), ""),
                },
                "abbr" | "span" if has_word(&element.marks, "published") => {
                    (element.attribute("title").unwrap_or_default(), "[title]")
                }
                _ => continue,
            };
            let is_published = element.node.has_attr("pubdate")
                || ["published", "entry-date", "pubdate"].iter().any(|mark| has_word(&element.marks, mark));
            let is_other = OTHER_MARKS.iter().any(|mark| has_word(&element.marks, mark)) || self.is_of_change(element);
            if text.is_empty() || self.outline.is_beside(at) || is_other && !is_published {
                continue;
            }
            let rank = if is_published { 0 } else { 1 + self.outline.distance(at).unwrap_or(at) };
            let found = FoundTime { text, path: format!("{}{attribute}", element.name) };
            if let Some(found) = self.readable(found) {
                days.insert(found.text.get(..10).unwrap_or(&found.text).to_owned());
                if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                    best = Some((rank, found));
                }
            }
        }
        // Far from the heading stand the times of other stories.
        best.filter(|(rank, _)| *rank <= FAR || days.len() == 1).map(|(_, found)| found)
    }

    /// Returns the day in the line of the author, or in another line that says that it is the date.
    pub fn in_lines(&self) -> Option<FoundTime> {
        let mut best: Option<((u8, usize), FoundTime)> = None;
        let mut days: BTreeSet<String> = BTreeSet::new();
        for (at, element) in self.outline.elements() {
            // A larger element is no line, and its text is that of many.
            let is_small = self.outline.end(at) - at <= PARTS;
            if !is_small || !may_be_line(element) || self.outline.is_beside(at) {
                continue;
            }
            let text = element.line();
            let Some(kind) = line_kind(element, &text) else { continue };
            let Some(day) = self.only_day(&text) else { continue };
            let distance = self.outline.distance(at);
            if kind < 2 || distance.is_none() {
                days.insert(day.clone());
            }
            // Without a word or a class that says so, only what stands beside the heading.
            if kind == 2 && distance.is_none_or(|distance| distance > NEAR) {
                continue;
            }
            let rank = (kind, distance.unwrap_or(at));
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                let class =
                    element.marks.split_whitespace().next().map(|class| format!(".{class}")).unwrap_or_default();
                best = Some((rank, FoundTime { text: day, path: format!("{}{class}", element.name) }));
            }
        }
        // Far from the heading, or without one, dates that differ are those of several stories.
        let is_clear = |(kind, rank): (u8, usize)| {
            kind == 0 && self.outline.heading().is_some()
                || days.len() < 2
                || self.outline.heading().is_some() && rank <= FAR
        };
        best.filter(|(rank, _)| is_clear(*rank)).map(|(_, found)| found)
    }

    /// Returns the day in the dateline of the first paragraph: `PORTHAVEN, May 21, 2019 (Wire) -- The board …`.
    pub fn in_dateline(&self) -> Option<FoundTime> {
        let paragraphs = self.outline.elements().filter(|(at, element)| {
            element.name == "p"
                && !self.outline.is_beside(*at)
                && self.outline.distance(*at).is_none_or(|far| far <= FAR)
        });
        let mut starts = paragraphs.map(|(_, element)| element.line().chars().take(DATELINE).collect::<String>());
        starts.by_ref().take(10).find_map(|start| {
            let found = days(&start, self.day_first).into_iter().next()?;
            let place = start.get(..found.at.start)?;
            // A place, without words in lower case but short ones.
            let is_place = place
                .split_whitespace()
                .all(|word| word.chars().count() <= 3 || word.starts_with(|c: char| !c.is_lowercase()));
            let ends = ["--", "—", "–", " - ", "/PRNewswire", "(BUSINESS WIRE)", "(GLOBE NEWSWIRE)"];
            let has_end = ends.iter().any(|end| start.get(found.at.end..).is_some_and(|rest| rest.contains(end)));
            (is_place && has_end).then(|| FoundTime { text: found.day.to_string(), path: "p".to_owned() })
        })
    }

    /// Returns the only day that a line gives, leaving out days of changes.
    fn only_day(&self, text: &str) -> Option<String> {
        let lower = text.to_lowercase();
        // Few letters change their length; the places are then those of neighbouring letters.
        let mut start = 0;
        let mut found: Vec<String> = Vec::new();
        for day in days(text, self.day_first) {
            let before = lower.get(start..day.at.start).unwrap_or_default();
            start = day.at.end;
            if before.contains(['©']) || before.contains("copyright") || speaks_of_change(before) {
                continue;
            }
            let day = day.day.to_string();
            if !found.contains(&day) {
                found.push(day);
            }
        }
        match found.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// Whether an element for times, or the words before it, speak of a change.
    fn is_of_change(&self, element: &Element<'_>) -> bool {
        let before = |node: dom_query::NodeRef<'_>| node.prev_sibling().map(|before| before.text().to_lowercase());
        let own = element.text().to_lowercase();
        let before = before(element.node).unwrap_or_default();
        let start = before.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
        speaks_of_change(&own) && !speaks_of_publication(&own)
            || speaks_of_change(before.get(start..).unwrap_or_default())
    }

    /// Returns a time in a form that [`Published`] reads; one that has none is kept as unread.
    pub fn readable(&mut self, found: FoundTime) -> Option<FoundTime> {
        match readable(&found.text, self.day_first) {
            Some(text) => Some(FoundTime { text, ..found }),
            None => {
                self.unread.0.push(found);
                None
            }
        }
    }
}

/// Returns a text in a form that [`Published`] reads, if it has one meaning.
pub(super) fn readable(text: &str, day_first: DayFirst) -> Option<String> {
    let text = text.trim();
    match Published::parse(text, Tz::UTC) {
        // Year 1 and the first of January 1970 stand for nothing.
        Ok(found) => (found.date().year() > 1 && found.date().to_string() != "1970-01-01").then(|| text.to_owned()),
        Err(_) => match days(text, day_first).as_slice() {
            [only] => Some(only.day.to_string()),
            _ => None,
        },
    }
}

/// Whether an element may be a line of a page, by its name.
fn may_be_line(element: &Element<'_>) -> bool {
    !matches!(
        element.name.as_str(),
        "html" | "head" | "body" | "script" | "style" | "noscript" | "title" | "option" | "textarea" | "a"
    )
}

/// How sure it is that a line gives the date of the story: 0 if it says so, 1 if its class does, 2 if it is nothing else.
fn line_kind(element: &Element<'_>, text: &str) -> Option<u8> {
    let length = text.chars().count();
    if !(8..=LINE).contains(&length) || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let lower = text.to_lowercase();
    let is_other = OTHER_MARKS.iter().any(|mark| has_word(&element.marks, mark));
    if is_other && !has_word(&element.marks, "published") {
        return None;
    }
    let is_marked = MARKS.iter().any(|mark| has_word(&element.marks, mark));
    let says_so = begins_with_publication(&lower) || is_marked && speaks_of_publication(&lower);
    match (says_so, is_marked) {
        (true, _) => Some(0),
        (false, true) => Some(1),
        _ if length <= 60 || length <= LONG && speaks_of_publication(&lower) => Some(2),
        _ => None,
    }
}
