//! XML as a tree that borrows from the message, read by a streaming parser: bounded in depth and in size. Nothing is
//! fetched, and no entity is expanded but characters and those of HTML, so a document is never larger than it is.
//!
//! Must not know any format.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use rustc_hash::FxHashMap;

use super::draft::Value;
use crate::error::{Error, ErrorKind};

/// The deepest element that is read.
const DEPTH: usize = 100;

/// The most elements and attributes that are read. A feed of a thousand stories has some ten thousand.
const NODES: usize = 1 << 19;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element<'x> {
    /// As it is written, with its prefix.
    name: &'x str,
    attributes: Vec<(Cow<'x, str>, Cow<'x, str>)>,
    nodes: Vec<Node<'x>>,
    /// What stands between its tags, as it is written.
    inner: &'x str,
}

#[derive(Debug)]
enum Node<'x> {
    Text(Cow<'x, str>),
    Element(Element<'x>),
}

/// An element and where in the message it stands, such as `newsItem/itemMeta/versionCreated`.
#[derive(Debug, Clone)]
pub(super) struct At<'t> {
    pub element: &'t Element<'t>,
    pub path: String,
}

/// Reads a text as XML; gives its root.
pub(super) fn parse(text: &str) -> Result<Element<'_>, Error> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut building = Building { text, open: vec![(Element::default(), 0)], nodes: 0 };
    loop {
        let before = position(&reader);
        let event = reader.read_event().map_err(|error| not_xml(text, position(&reader), &error.to_string()))?;
        if matches!(event, Event::Eof) {
            break;
        }
        building.take(event, before, position(&reader))?;
    }
    building.finish()
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn not_xml(text: &str, at: usize, problem: &str) -> Error {
    let line = 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count();
    Error::new(ErrorKind::Xml, format!("not XML: line {line}: {problem}"))
}

/// The elements that are open, each with the byte behind its start tag. The first holds the root.
struct Building<'x> {
    text: &'x str,
    open: Vec<(Element<'x>, usize)>,
    nodes: usize,
}

impl<'x> Building<'x> {
    fn take(&mut self, event: Event<'x>, before: usize, behind: usize) -> Result<(), Error> {
        match event {
            Event::Start(tag) => {
                let element = self.element(tag, before)?;
                self.open.push((element, behind));
                if self.open.len() > DEPTH {
                    let message = format!("elements lie more than {DEPTH} deep; no news format has so many");
                    return Err(Error::new(ErrorKind::TooDeep, message));
                }
            }
            Event::Empty(tag) => {
                let element = self.element(tag, before)?;
                self.push(Node::Element(element));
            }
            Event::End(_) => self.close(before),
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
                // With an entity that nobody knows, the value stays as it is written.
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
        Ok(Element { name, attributes, nodes: Vec::new(), inner: "" })
    }

    fn close(&mut self, at: usize) {
        if self.open.len() > 1
            && let Some((mut element, start)) = self.open.pop()
        {
            element.inner = self.text.get(start..at).unwrap_or_default();
            self.push(Node::Element(element));
        }
    }

    fn push(&mut self, node: Node<'x>) {
        if let Some((parent, _)) = self.open.last_mut() {
            parent.nodes.push(node);
        }
    }

    fn push_text(&mut self, text: impl Into<Cow<'x, str>>) {
        let text = text.into();
        match self.open.last_mut() {
            Some((Element { nodes, .. }, _)) if !text.is_empty() => match nodes.last_mut() {
                Some(Node::Text(before)) => before.to_mut().push_str(&text),
                _ => nodes.push(Node::Text(text)),
            },
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Element<'x>, Error> {
        if self.open.len() > 1 {
            let name = self.open.last().map_or("", |(element, _)| element.name);
            let message = format!("the end of the message lies within <{name}>; it was cut");
            return Err(not_xml(self.text, self.text.len(), &message));
        }
        let nodes = self.open.pop().map(|(document, _)| document.nodes).unwrap_or_default();
        let root = nodes.into_iter().find_map(|node| match node {
            Node::Element(root) => Some(root),
            Node::Text(_) => None,
        });
        root.ok_or_else(|| not_xml(self.text, 0, "there is no element"))
    }
}

/// A character, or an entity of HTML; others stay as they are written.
fn resolved(reference: &BytesRef<'_>) -> String {
    let name: &str = reference;
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _ => quick_xml::escape::resolve_html5_entity(name).map_or_else(|| format!("&{name};"), str::to_owned),
    }
}

impl<'t> At<'t> {
    /// The root of a message, or of what stands in one at `path`.
    pub fn root(element: &'t Element<'t>, path: &str) -> Self {
        let slash = if path.is_empty() { "" } else { "/" };
        Self { element, path: format!("{path}{slash}{}", element.name) }
    }

    /// The name without its prefix.
    pub fn name(&self) -> &'t str {
        local(self.element.name)
    }

    /// The elements right below it.
    pub fn each(&self) -> Vec<Self> {
        self.below(|_| true)
    }

    /// The elements right below it of that name: written with no prefix, with its own one, or with that of `name`.
    pub fn all(&self, name: &str) -> Vec<Self> {
        let own = prefix(self.element.name);
        self.below(|found| found == name || local(found) == name && prefix(found) == own)
    }

    /// The first element right below it of that name.
    pub fn get(&self, name: &str) -> Option<Self> {
        self.all(name).into_iter().next()
    }

    /// Follows names from element to element.
    pub fn follow(&self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self.clone(), |at, name| at.get(name))
    }

    /// An attribute, with or without a prefix: `lang` is `xml:lang` as well.
    pub fn attribute(&self, name: &str) -> Option<(Value<'t>, String)> {
        let (key, value) = self.element.entry(name)?;
        Some((Value::Text(Cow::Borrowed(value)), format!("{}/@{key}", self.path)))
    }

    /// The text in it, without its tags.
    pub fn told(&self) -> (Value<'t>, String) {
        (Value::Text(self.text()), self.path.clone())
    }

    /// The text in it, without its tags.
    pub fn text(&self) -> Cow<'t, str> {
        match self.element.nodes.as_slice() {
            [Node::Text(text)] => Cow::Borrowed(text),
            _ => {
                let mut text = String::new();
                self.element.collect(&mut text);
                Cow::Owned(text)
            }
        }
    }

    /// As a body: what stands between its tags as it is written where that has elements, and else its text. `CDATA`,
    /// which HTML does not have, is written as other text is.
    pub fn body(&self) -> (Value<'t>, String) {
        if self.element.elements().next().is_none() {
            return self.told();
        }
        let inner = self.element.inner;
        let body = if inner.contains(CDATA) { Cow::Owned(without_cdata(inner)) } else { Cow::Borrowed(inner) };
        (Value::Text(body), self.path.clone())
    }

    /// The elements right below it whose names are wanted. Those that share a name are numbered.
    fn below(&self, wanted: impl Fn(&str) -> bool) -> Vec<Self> {
        let mut counts: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
        let found: Vec<&'t Element<'t>> = self.element.elements().filter(|element| wanted(element.name)).collect();
        for element in &found {
            counts.entry(element.name).or_default().0 += 1;
        }
        let numbered = |element: &'t Element<'t>| {
            let (all, passed) = counts.entry(element.name).or_default();
            let index = if *all > 1 { format!("[{passed}]") } else { String::new() };
            *passed += 1;
            Self { element, path: format!("{}/{}{index}", self.path, element.name) }
        };
        found.into_iter().map(numbered).collect()
    }
}

impl<'x> Element<'x> {
    /// The value of an attribute, with or without a prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|(_, value)| value)
    }

    fn entry(&self, name: &str) -> Option<(&str, &str)> {
        let (key, value) = self.attributes.iter().find(|(key, _)| key == name || local(key) == name)?;
        Some((key, value))
    }

    fn elements(&self) -> impl Iterator<Item = &Element<'x>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    fn collect(&self, text: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(found) => text.push_str(found),
                Node::Element(element) => element.collect(text),
            }
        }
    }
}

/// What `CDATA` starts with.
const CDATA: &str = "<![CDATA[";

fn without_cdata(inner: &str) -> String {
    let mut parts = inner.split(CDATA);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, behind) = part.split_once("]]>").unwrap_or((part, ""));
        written.push_str(&quick_xml::escape::partial_escape(text));
        written.push_str(behind);
    }
    written
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn prefix(name: &str) -> &str {
    name.rsplit_once(':').map_or("", |(prefix, _)| prefix)
}
