//! What a page says about itself in its `meta` and `link` elements and in microdata.

use super::outline::{Element, Outline};

/// What a page says about itself.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// The `meta` elements, in order.
    pub named: Vec<Meta>,
    /// The properties in microdata, in order.
    pub properties: Vec<Property>,
    /// The address that the page calls its own.
    pub canonical: Option<String>,
    /// The language of its `html` element.
    pub language: Option<String>,
    pub title: Option<String>,
    pub heading: Option<String>,
}

/// A `meta` element.
#[derive(Debug)]
pub(super) struct Meta {
    /// Its name or property, in lower case; the parts of Dublin Core are joined by full stops.
    pub name: String,
    pub content: String,
}

/// A property in microdata.
#[derive(Debug)]
pub(super) struct Property {
    /// The place of its element.
    pub at: usize,
    pub name: String,
    pub value: String,
}

/// The properties that are read. Others may hold whole pages.
const PROPERTIES: [&str; 5] = ["datePublished", "dateModified", "dateCreated", "headline", "inLanguage"];

impl Metadata {
    /// Reads them.
    pub fn of(outline: &Outline<'_>) -> Self {
        let mut found = Self::default();
        for (at, element) in outline.elements() {
            if element.name == "meta" {
                found.add_meta(element);
            }
            if element.name == "link"
                && found.canonical.is_none()
                && element.attribute("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"))
            {
                found.canonical = element.attribute("href").filter(|address| is_address(address));
            }
            found.add_properties(at, element);
            found.add_linked(at, element);
        }
        let html = outline.first("html");
        found.language = html.and_then(|html| html.attribute("lang").or_else(|| html.attribute("xml:lang")));
        found.title = outline.first("title").map(Element::text).filter(|title| !title.is_empty());
        found.heading = outline.heading().map(Element::text).filter(|title| !title.is_empty());
        found
    }

    fn add_meta(&mut self, element: &Element<'_>) {
        let Some(content) = element.attribute("content").or_else(|| element.attribute("value")) else { return };
        for key in ["property", "name", "http-equiv"] {
            // One element may have several names.
            for name in element.attribute(key).unwrap_or_default().split_whitespace() {
                if key == "http-equiv" && !name.eq_ignore_ascii_case("content-language") {
                    continue;
                }
                let mut name = name.to_lowercase();
                if name.starts_with("dc") {
                    name = name.replace([':', '_'], ".");
                }
                self.named.push(Meta { name, content: content.clone() });
            }
        }
    }

    fn add_properties(&mut self, at: usize, element: &Element<'_>) {
        for name in element.attribute("itemprop").unwrap_or_default().split_whitespace() {
            if !PROPERTIES.contains(&name) {
                continue;
            }
            let attribute = ["content", "datetime", "title"].iter().find_map(|name| element.attribute(name));
            let value = attribute.unwrap_or_else(|| element.text());
            if !value.is_empty() {
                self.properties.push(Property { at, name: name.to_owned(), value });
            }
        }
    }

    /// Reads what RDFa says of the publication.
    fn add_linked(&mut self, at: usize, element: &Element<'_>) {
        if element.name == "meta" {
            return;
        }
        let names = element.attribute("property").unwrap_or_default().to_ascii_lowercase();
        let is_time = |name: &str| {
            let name = name.rsplit([':', '/']).next().unwrap_or_default();
            matches!(name, "datepublished" | "issued" | "created" | "date")
        };
        if names.split_whitespace().any(is_time)
            && let Some(value) = element.attribute("content").or_else(|| element.attribute("datetime"))
        {
            self.properties.push(Property { at, name: "datePublished".to_owned(), value });
        }
    }

    /// Returns the content of the first of these that the page has, and its name.
    pub fn first(&self, names: &[&str]) -> Option<(&str, &str)> {
        names.iter().find_map(|name| {
            let meta = self.named.iter().find(|meta| meta.name == *name)?;
            Some((meta.name.as_str(), meta.content.as_str()))
        })
    }

    /// Returns the value of a property in microdata.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|property| property.name == name).map(|property| property.value.as_str())
    }

    /// Returns the address of the page as it calls itself.
    pub fn address(&self) -> Option<(&str, &str)> {
        let canonical = self.canonical.as_deref().map(|address| ("link[rel=canonical]", address));
        canonical.or_else(|| self.first(&["og:url", "twitter:url"]).filter(|(_, address)| is_address(address)))
    }
}

/// Whether an address is whole. One that is relative to the page names nothing.
fn is_address(address: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}
