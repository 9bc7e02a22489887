//! XML as a tree that borrows from the message, read by a streaming parser: bounded in depth and size. Nothing is
//! fetched, and no entity is expanded except characters and those of HTML, so a document cannot blow up.
//!
//! Must not know any format.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use rustc_hash::FxHashMap;

use super::field::FieldValue;
use crate::error::{Error, ErrorKind};

/// The deepest element that is read.
const DEPTH: usize = 100;

/// The most elements and attributes that are read. A feed of a thousand stories has about ten thousand.
const NODES: usize = 1 << 19;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element<'x> {
    /// As written, with its prefix.
    name: &'x str,
    attributes: Vec<(Cow<'x, str>, Cow<'x, str>)>,
    children: Vec<Child<'x>>,
    /// Its inner XML, as written.
    inner: &'x str,
}

#[derive(Debug)]
enum Child<'x> {
    Text(Cow<'x, str>),
    Element(Element<'x>),
}

/// An element, and its path in the message, such as `newsItem/itemMeta/versionCreated`.
#[derive(Debug, Clone)]
pub(super) struct Node<'t> {
    pub element: &'t Element<'t>,
    pub path: String,
}

/// Parses a text as XML and returns its root.
pub(super) fn parse(text: &str) -> Result<Element<'_>, Error> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut builder = TreeBuilder { text, open: vec![(Element::default(), 0)], nodes: 0 };
    loop {
        let start = position(&reader);
        let event = reader.read_event().map_err(|error| not_xml(text, position(&reader), &error.to_string()))?;
        if matches!(event, Event::Eof) {
            break;
        }
        builder.add(event, start, position(&reader))?;
    }
    builder.finish()
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn not_xml(text: &str, at: usize, problem: &str) -> Error {
    let line = 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count();
    Error::new(ErrorKind::Xml, format!("not XML: line {line}: {problem}"))
}

/// The open elements, each with the byte after its start tag. The first holds the root.
struct TreeBuilder<'x> {
    text: &'x str,
    open: Vec<(Element<'x>, usize)>,
    nodes: usize,
}

impl<'x> TreeBuilder<'x> {
    fn add(&mut self, event: Event<'x>, start: usize, end: usize) -> Result<(), Error> {
        match event {
            Event::Start(tag) => {
                let element = self.element(tag, start)?;
                self.open.push((element, end));
                if self.open.len() > DEPTH {
                    let message = format!("elements are nested more than {DEPTH} deep; no news format needs that");
                    return Err(Error::new(ErrorKind::TooDeep, message));
                }
            }
            Event::Empty(tag) => {
                let element = self.element(tag, start)?;
                self.push(Child::Element(element));
            }
            Event::End(_) => self.close(start),
            Event::Text(text) => self.push_text(text.into_inner()),
            Event::CData(text) => self.push_text(text.into_inner()),
            Event::GeneralRef(reference) => self.push_text(resolved(&reference)),
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, tag: BytesStart<'x>, at: usize) -> Result<Element<'x>, Error> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| not_xml(self.text, at, &error.to_string()))?;
            let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value.into_owned(),
                // With an unknown entity, the value stays as written.
                Err(_) => attribute.value.to_string(),
            };
            attributes.push((Cow::Owned(attribute.key.as_ref().to_owned()), Cow::Owned(value)));
        }
        self.nodes += 1 + attributes.len();
        if self.nodes > NODES {
            let message = format!("more than {NODES} elements and attributes; send fewer items in a message");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let length = tag.name().as_ref().len();
        let name = self.text.get(at + 1..at + 1 + length).unwrap_or_default();
        Ok(Element { name, attributes, children: Vec::new(), inner: "" })
    }

    fn close(&mut self, at: usize) {
        if self.open.len() > 1
            && let Some((mut element, start)) = self.open.pop()
        {
            element.inner = self.text.get(start..at).unwrap_or_default();
            self.push(Child::Element(element));
        }
    }

    fn push(&mut self, child: Child<'x>) {
        if let Some((parent, _)) = self.open.last_mut() {
            parent.children.push(child);
        }
    }

    fn push_text(&mut self, text: impl Into<Cow<'x, str>>) {
        let text = text.into();
        match self.open.last_mut() {
            Some((Element { children, .. }, _)) if !text.is_empty() => match children.last_mut() {
                Some(Child::Text(before)) => before.to_mut().push_str(&text),
                _ => children.push(Child::Text(text)),
            },
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Element<'x>, Error> {
        if self.open.len() > 1 {
            let name = self.open.last().map_or("", |(element, _)| element.name);
            let message = format!("the message ends inside <{name}>; it was cut off");
            return Err(not_xml(self.text, self.text.len(), &message));
        }
        let children = self.open.pop().map(|(document, _)| document.children).unwrap_or_default();
        let root = children.into_iter().find_map(|child| match child {
            Child::Element(root) => Some(root),
            Child::Text(_) => None,
        });
        root.ok_or_else(|| not_xml(self.text, 0, "there is no element"))
    }
}

/// Resolves a character reference or an entity of HTML; others stay as written.
fn resolved(reference: &BytesRef<'_>) -> String {
    let name: &str = reference;
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => quick_xml::escape::resolve_html5_entity(name).map_or_else(|| format!("&{name};"), str::to_owned),
    }
}

impl<'t> Node<'t> {
    /// The root of a document that stands at `path` in the message.
    pub fn root(element: &'t Element<'t>, path: &str) -> Self {
        let slash = if path.is_empty() { "" } else { "/" };
        Self { element, path: format!("{path}{slash}{}", element.name) }
    }

    /// Returns the name without its prefix.
    pub fn name(&self) -> &'t str {
        local(self.element.name)
    }

    /// Returns its child elements.
    pub fn children(&self) -> Vec<Self> {
        self.children_where(|_| true)
    }

    /// Returns its child elements of that name: without a prefix, with its own prefix, or with that of `name`.
    pub fn all(&self, name: &str) -> Vec<Self> {
        let own = prefix(self.element.name);
        self.children_where(|found| found == name || local(found) == name && prefix(found) == own)
    }

    /// Returns its first child element of that name.
    pub fn get(&self, name: &str) -> Option<Self> {
        self.all(name).into_iter().next()
    }

    /// Follows a path of names from element to element.
    pub fn follow(&self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self.clone(), |node, name| node.get(name))
    }

    /// Returns an attribute, with or without a prefix: `lang` finds `xml:lang` as well.
    pub fn attribute(&self, name: &str) -> Option<FieldValue<'t>> {
        let (key, value) = self.element.entry(name)?;
        Some(FieldValue::text(value, format!("{}/@{key}", self.path)))
    }

    /// Returns its text, without tags, as the value of a field of an article.
    pub fn field_value(&self) -> FieldValue<'t> {
        FieldValue::text(self.text(), self.path.clone())
    }

    /// Returns its text, without tags.
    pub fn text(&self) -> Cow<'t, str> {
        match self.element.children.as_slice() {
            [Child::Text(text)] => Cow::Borrowed(text),
            _ => {
                let mut text = String::new();
                self.element.collect(&mut text);
                Cow::Owned(text)
            }
        }
    }

    /// Returns its content as the body of an article: its inner XML as written if it has child elements, else its
    /// text. `CDATA`, which HTML does not have, becomes escaped text.
    pub fn body(&self) -> FieldValue<'t> {
        if self.element.elements().next().is_none() {
            return self.field_value();
        }
        let inner = self.element.inner;
        let body = if inner.contains(CDATA) { Cow::Owned(without_cdata(inner)) } else { Cow::Borrowed(inner) };
        FieldValue::text(body, self.path.clone())
    }

    /// Returns its child elements with a wanted name. Those that share a name are numbered in their paths.
    fn children_where(&self, wanted: impl Fn(&str) -> bool) -> Vec<Self> {
        let mut counts: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
        let found: Vec<&'t Element<'t>> = self.element.elements().filter(|element| wanted(element.name)).collect();
        for element in &found {
            counts.entry(element.name).or_default().0 += 1;
        }
        let numbered = |element: &'t Element<'t>| {
            let (all, earlier) = counts.entry(element.name).or_default();
            let index = if *all > 1 { format!("[{earlier}]") } else { String::new() };
            *earlier += 1;
            Self { element, path: format!("{}/{}{index}", self.path, element.name) }
        };
        found.into_iter().map(numbered).collect()
    }
}

impl<'x> Element<'x> {
    /// Returns its name as written, with its prefix.
    pub fn name(&self) -> &'x str {
        self.name
    }

    /// Returns the value of an attribute, with or without a prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|(_, value)| value)
    }

    fn entry(&self, name: &str) -> Option<(&str, &str)> {
        let (key, value) = self.attributes.iter().find(|(key, _)| key == name || local(key) == name)?;
        Some((key, value))
    }

    fn elements(&self) -> impl Iterator<Item = &Element<'x>> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    fn collect(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(found) => text.push_str(found),
                Child::Element(element) => element.collect(text),
            }
        }
    }
}

/// The start of `CDATA`.
const CDATA: &str = "<![CDATA[";

fn without_cdata(inner: &str) -> String {
    let mut parts = inner.split(CDATA);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, after) = part.split_once("]]>").unwrap_or((part, ""));
        written.push_str(&quick_xml::escape::partial_escape(text));
        written.push_str(after);
    }
    written
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn prefix(name: &str) -> &str {
    name.rsplit_once(':').map_or("", |(prefix, _)| prefix)
}
