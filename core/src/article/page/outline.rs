//! The elements of a page in their order, with what their names, classes and ids say about where they stand.

use dom_query::{Document, NodeRef};

use super::words::has_word;

/// A page as a list of its elements.
pub(super) struct Outline<'d> {
    elements: Vec<Element<'d>>,
    /// The heading of the story.
    heading: Option<usize>,
}

/// An element of a page.
pub(super) struct Element<'d> {
    pub node: NodeRef<'d>,
    pub name: String,
    /// Its class, id and role, in lower case.
    pub marks: String,
    parent: Option<usize>,
    /// The element after its last descendant.
    end: usize,
}

/// Elements that never hold the story.
const FURNITURE: [&str; 8] = ["aside", "footer", "nav", "form", "button", "select", "dialog", "menu"];

/// Words in the class or id of what stands beside a story.
const FURNITURE_MARKS: [&str; 41] = [
    "comment",
    "comments",
    "commentlist",
    "commentarea",
    "respond",
    "reply",
    "replies",
    "disqus",
    "kommentar",
    "kommentare",
    "commentaires",
    "comentarios",
    "sidebar",
    "widget",
    "related",
    "recommended",
    "recommendations",
    "recent",
    "popular",
    "trending",
    "mostread",
    "footer",
    "copyright",
    "navigation",
    "nav",
    "menu",
    "pagination",
    "breadcrumb",
    "breadcrumbs",
    "newsletter",
    "subscribe",
    "share",
    "sharing",
    "social",
    "sharedaddy",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "carousel",
    "ticker",
];

impl<'d> Outline<'d> {
    /// Lists the elements of a page.
    pub fn of(page: &'d Document) -> Self {
        let mut elements: Vec<Element<'d>> = Vec::new();
        let mut open: Vec<(NodeRef<'d>, usize)> = Vec::new();
        for node in page.root().descendants_it().filter(NodeRef::is_element) {
            let parent = node.parent();
            while let Some((last, index)) = open.last() {
                if parent.is_some_and(|parent| parent.id == last.id) {
                    break;
                }
                let end = elements.len();
                if let Some(element) = elements.get_mut(*index) {
                    element.end = end;
                }
                open.pop();
            }
            let mark = |name| node.attr(name).map(|value| value.to_lowercase()).unwrap_or_default();
            let marks = [mark("class"), mark("id"), mark("role")].join(" ");
            let name = node.node_name().map(|name| name.to_string()).unwrap_or_default();
            open.push((node, elements.len()));
            let parent = open.len().checked_sub(2).and_then(|at| open.get(at)).map(|(_, index)| *index);
            elements.push(Element { node, name, marks, parent, end: 0 });
        }
        let all = elements.len();
        for (_, index) in open {
            if let Some(element) = elements.get_mut(index) {
                element.end = all;
            }
        }
        let heading = heading(&elements);
        Self { elements, heading }
    }

    /// Returns the elements, each with its place.
    pub fn elements(&self) -> impl Iterator<Item = (usize, &Element<'d>)> {
        self.elements.iter().enumerate()
    }

    /// Returns the first element of that name.
    pub fn first(&self, name: &str) -> Option<&Element<'d>> {
        self.elements.iter().find(|element| element.name == name)
    }

    /// Returns the heading of the story.
    pub fn heading(&self) -> Option<&Element<'d>> {
        self.elements.get(self.heading?)
    }

    /// Whether an element stands beside the story: in a menu, a comment, a list of other stories and the like. What holds
    /// the heading of the story does not, whatever it is called.
    pub fn is_furniture(&self, at: usize) -> bool {
        self.ancestors(at).any(|(_, element)| element.is_furniture())
    }

    /// As [`Self::is_furniture`], but for the foot of the story itself, where its date may stand.
    pub fn is_beside(&self, at: usize) -> bool {
        let of_story = |at: usize, element: &Element<'d>| {
            let marks = ["entry-footer", "post-footer", "article-footer", "entry-meta"];
            let is_foot = element.name == "footer" && self.is_in_article(at);
            is_foot || marks.iter().any(|mark| has_word(&element.marks, mark))
        };
        self.ancestors(at).any(|(at, element)| element.is_furniture() && !of_story(at, element))
    }

    /// Whether an element stands in the `article` that holds the heading.
    fn is_in_article(&self, at: usize) -> bool {
        self.elements().any(|(article, element)| {
            element.name == "article" && (article..element.end).contains(&at) && self.holds_heading(article)
        })
    }

    /// Returns an element and those that hold it, without those that hold the heading as well.
    fn ancestors(&self, at: usize) -> impl Iterator<Item = (usize, &Element<'d>)> {
        let with_place = |at: usize| Some((at, self.elements.get(at)?));
        let up = std::iter::successors(with_place(at), move |(_, element)| with_place(element.parent?));
        up.take_while(|(at, element)| !self.holds_heading(*at) && !matches!(element.name.as_str(), "body" | "html"))
    }

    /// Whether an element is or holds the heading of the story.
    pub fn holds_heading(&self, at: usize) -> bool {
        self.heading.is_some_and(|heading| (at..self.end(at)).contains(&heading))
    }

    /// Returns the place of the first element after what an element holds.
    pub fn end(&self, at: usize) -> usize {
        self.elements.get(at).map_or(at, |element| element.end)
    }

    /// Returns how far from the heading an element stands, in elements; what stands before it is farther.
    pub fn distance(&self, at: usize) -> Option<usize> {
        let heading = self.heading?;
        Some(if at >= heading { at - heading } else { (heading - at).saturating_mul(3) })
    }
}

impl Element<'_> {
    /// Whether its name, class or id says that it stands beside a story.
    pub fn is_furniture(&self) -> bool {
        // Elementor calls every part of a page a widget.
        let is_marked_by =
            |word: &&str| has_word(&self.marks, word) && !(**word == *"widget" && self.marks.contains("elementor"));
        FURNITURE.contains(&self.name.as_str()) || FURNITURE_MARKS.iter().any(is_marked_by)
    }

    /// Whether its class or id says that it holds the comments of readers.
    pub fn holds_comments(&self) -> bool {
        ["comments", "commentlist", "commentarea", "disqus", "kommentare"]
            .iter()
            .any(|word| has_word(&self.marks, word))
    }

    /// Returns its text with single spaces.
    pub fn text(&self) -> String {
        self.node.text().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Returns its text as that of a line: what its elements hold are words of their own.
    pub fn line(&self) -> String {
        let texts: Vec<_> = self.node.descendants_it().filter(NodeRef::is_text).map(|node| node.text()).collect();
        texts.iter().flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join(" ")
    }

    /// Returns an attribute that is not blank.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.node.attr(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// Returns the heading of the story: the longest that the title of the page holds, as the name of the site may be a
/// heading and in the title as well; or else the first `h1` with text.
fn heading(elements: &[Element<'_>]) -> Option<usize> {
    let title = elements.iter().find(|element| element.name == "title").map(Element::text).unwrap_or_default();
    let is_shared = |element: &&Element<'_>| {
        let names = ["property", "name"].iter().filter_map(|name| element.attribute(name));
        element.name == "meta" && names.into_iter().any(|name| name.eq_ignore_ascii_case("og:title"))
    };
    let shared = elements.iter().find(is_shared).and_then(|element| element.attribute("content")).unwrap_or_default();
    let titles = [letters(&title), letters(&shared)];
    let headings = ["h1", "h2", "h3"].iter().flat_map(|name| {
        let of_name = elements.iter().enumerate().filter(move |(_, element)| element.name == *name);
        of_name.map(|(at, element)| (at, letters(&element.text())))
    });
    let headings: Vec<(usize, String)> = headings.filter(|(_, text)| !text.is_empty()).collect();
    let of_title = |text: &str| text.len() >= HEADING && titles.iter().any(|title| title.contains(text));
    // Of two of the same length, the first, which has the higher rank.
    let longest = headings.iter().filter(|(_, text)| of_title(text)).rev().max_by_key(|(_, text)| text.len());
    let first = || headings.iter().find(|(at, _)| elements.get(*at).is_some_and(|element| element.name == "h1"));
    longest.or_else(first).map(|(at, _)| *at)
}

/// The shortest heading that is known by the title of its page, in bytes.
const HEADING: usize = 8;

/// Returns the letters and digits of a text, in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
