//! The reader of annotated documents in TimeML: XML with inline annotations in its `TEXT`.
//!
//! It knows the elements that the measures need (`DCT`, `TEXT`, `TIMEX3`, `EVENT`, `MAKEINSTANCE`, `TLINK`) and skips the
//! others. Offsets count the character data of `TEXT`, with entities resolved.

use std::collections::HashMap;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::gold::publication_time;
use super::{Document, GoldError, GoldEvent, Link, Timex};

impl Document {
    /// Reads a TimeML document. Its id is its `DOCID`, or else `name`.
    ///
    /// # Errors
    ///
    /// If it is not well-formed, has no `TEXT`, an entity that XML does not define, or an impossible creation time.
    pub fn read_timeml(xml: &str, name: &str) -> Result<Self, GoldError> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        let mut builder = DocumentBuilder::default();
        loop {
            let event = reader.read_event().map_err(|error| error.to_string());
            let failed = match event.and_then(|event| builder.add(event)) {
                Ok(Progress::More) => continue,
                Ok(Progress::Done) => return Ok(builder.finish(name)),
                Err(message) => message,
            };
            let read = usize::try_from(reader.buffer_position()).unwrap_or(xml.len());
            let line = 1 + xml.bytes().take(read).filter(|&byte| byte == b'\n').count();
            return Err(GoldError { line, message: format!("not TimeML: {failed}") });
        }
    }
}

enum Progress {
    More,
    Done,
}

/// An open element.
enum Element {
    Id,
    Title,
    Text,
    Timex(Timex),
    Event(GoldEvent),
    Other,
}

/// What has been read so far.
#[derive(Default)]
struct DocumentBuilder {
    open: Vec<Element>,
    id: String,
    title: String,
    /// `None` until the document's `TEXT` begins.
    text: Option<String>,
    /// The number of code points in `text`.
    length: usize,
    published: Option<crate::article::Published>,
    timexes: Vec<Timex>,
    events: Vec<GoldEvent>,
    /// The events of event instances.
    instances: HashMap<String, String>,
    /// Links that refer to their event by an instance.
    links: Vec<Link>,
}

impl DocumentBuilder {
    fn add(&mut self, event: Event<'_>) -> Result<Progress, String> {
        match event {
            Event::Start(tag) => {
                let element = self.start(&tag)?;
                self.open.push(element);
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.append(&text.xml10_content()),
            Event::CData(text) => self.append(&text.xml10_content()),
            Event::GeneralRef(reference) => self.append(&resolve(&reference)?),
            Event::Eof if !self.open.is_empty() => return Err("the file ends within an element".into()),
            Event::Eof if self.text.is_none() => return Err("there is no TEXT element".into()),
            Event::Eof => return Ok(Progress::Done),
            _ => {}
        }
        Ok(Progress::More)
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<Element, String> {
        let get = |name| attribute(tag, name);
        match tag.name().as_ref() {
            "DOCID" => return Ok(Element::Id),
            "TITLE" => return Ok(Element::Title),
            "TEXT" => {
                self.text.get_or_insert_default();
                return Ok(Element::Text);
            }
            "TIMEX3" => return self.start_timex(tag),
            "EVENT" if self.in_text() => {
                let eid = get("eid")?.unwrap_or_default();
                return Ok(Element::Event(GoldEvent { start: self.length, end: self.length, eid }));
            }
            "MAKEINSTANCE" => self.instances.extend(get("eiid")?.zip(get("eventID")?)),
            "TLINK" => {
                // Either may come first; the types that matter stay the same if a link is reversed.
                let event = get("eventInstanceID")?.or(get("relatedToEventInstance")?);
                let timex = get("timeID")?.or(get("relatedToTime")?);
                let link = event.zip(timex).zip(get("relType")?);
                self.links.extend(link.map(|((event, timex), r#type)| Link { event, timex, r#type }));
            }
            _ => {}
        }
        Ok(Element::Other)
    }

    fn start_timex(&mut self, tag: &BytesStart<'_>) -> Result<Element, String> {
        let get = |name| attribute(tag, name);
        let value = get("value")?;
        if get("functionInDocument")?.as_deref() == Some("CREATION_TIME") && self.published.is_none() {
            self.published = value.as_deref().map(publication_time).transpose()?;
        }
        if !self.in_text() {
            return Ok(Element::Other);
        }
        let (start, end) = (self.length, self.length);
        Ok(Element::Timex(Timex { start, end, tid: get("tid")?, r#type: get("type")?, value, r#mod: get("mod")? }))
    }

    fn end(&mut self) {
        let end = self.length;
        match self.open.pop() {
            // Empty expressions stand for times that the text only implies; these cannot be found.
            Some(Element::Timex(timex)) if end > timex.start => self.timexes.push(Timex { end, ..timex }),
            Some(Element::Event(event)) => self.events.push(GoldEvent { end, ..event }),
            _ => {}
        }
    }

    fn append(&mut self, characters: &str) {
        if self.in_text() {
            self.length += characters.chars().count();
            self.text.get_or_insert_default().push_str(characters);
        } else {
            match self.open.last() {
                Some(Element::Id) => self.id.push_str(characters),
                Some(Element::Title) => self.title.push_str(characters),
                _ => {}
            }
        }
    }

    fn in_text(&self) -> bool {
        self.open.iter().any(|element| matches!(element, Element::Text))
    }

    fn finish(mut self, name: &str) -> Document {
        for link in &mut self.links {
            if let Some(event) = self.instances.get(&link.event) {
                link.event.clone_from(event);
            }
        }
        let id = self.id.trim();
        Document {
            id: if id.is_empty() { name } else { id }.to_owned(),
            published: self.published,
            language: None,
            title: self.title.trim().to_owned(),
            text: self.text.unwrap_or_default(),
            timexes: self.timexes,
            events: self.events,
            links: self.links,
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let Some(attribute) = tag.try_get_attribute(name).map_err(|error| error.to_string())? else { return Ok(None) };
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
    Ok(Some(value.into_owned()))
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    quick_xml::escape::resolve_xml_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| format!("XML defines no entity &{name}; write the character itself"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<?xml version="1.0" ?>
<TimeML>
<DOCID>mill-7</DOCID>
<DCT><TIMEX3 tid="t0" type="DATE" value="2021-06-01" functionInDocument="CREATION_TIME">June 1, 2021</TIMEX3></DCT>
<TITLE>A mill &amp; a fire</TITLE>
<TEXT>
Brontë &amp; Sons <EVENT eid="e1" class="OCCURRENCE">burned</EVENT> <TIMEX3 tid="t1" type="DATE" value="2021-05" mod="END">late
last month</TIMEX3>.<TIMEX3 tid="t2" type="DURATION" value="P1M"/> Nobody was <EVENT eid="e2">hurt</EVENT>.
</TEXT>
<MAKEINSTANCE eventID="e1" eiid="ei1"/>
<MAKEINSTANCE eventID="e2" eiid="ei2"/>
<TLINK relType="IS_INCLUDED" eventInstanceID="ei1" relatedToTime="t1"/>
<TLINK relType="BEFORE" timeID="t0" relatedToEventInstance="ei2"/>
<TLINK relType="BEFORE" eventInstanceID="ei1" relatedToEventInstance="ei2"/>
</TimeML>"#;

    fn words(document: &Document, start: usize, end: usize) -> String {
        document.text.chars().skip(start).take(end - start).collect()
    }

    #[test]
    fn reads_creation_time_id_and_title() {
        let document = Document::read_timeml(DOCUMENT, "file").unwrap();
        assert_eq!(document.id, "mill-7");
        assert_eq!(document.title, "A mill & a fire");
        assert_eq!(document.published, publication_time("2021-06-01").ok());
    }

    #[test]
    fn offsets_count_code_points_with_entities_resolved() {
        let document = Document::read_timeml(DOCUMENT, "file").unwrap();
        assert!(document.text.starts_with("\nBrontë & Sons burned late\nlast month."));
        let [timex] = document.timexes.as_slice() else { panic!("{:?}", document.timexes) };
        assert_eq!(words(&document, timex.start, timex.end), "late\nlast month");
        assert_eq!(timex.value.as_deref(), Some("2021-05"));
        assert_eq!(timex.r#mod.as_deref(), Some("END"));
        let events: Vec<String> = document.events.iter().map(|e| words(&document, e.start, e.end)).collect();
        assert_eq!(events, ["burned", "hurt"]);
    }

    #[test]
    fn links_connect_events_to_expressions_by_instances() {
        let document = Document::read_timeml(DOCUMENT, "file").unwrap();
        let links: Vec<_> = document.links.iter().map(|l| (&*l.event, &*l.r#type, &*l.timex)).collect();
        assert_eq!(links, [("e1", "IS_INCLUDED", "t1"), ("e2", "BEFORE", "t0")]);
    }

    #[test]
    fn a_document_without_an_id_is_named_after_its_file() {
        let document = Document::read_timeml("<TimeML><TEXT>Now.</TEXT></TimeML>", "file").unwrap();
        assert_eq!(document.id, "file");
    }

    #[test]
    fn names_the_line_that_it_cannot_read() {
        let broken = |xml| Document::read_timeml(xml, "file").unwrap_err().to_string();
        assert!(broken("<TimeML>\n<TEXT>a\n</TimeML>").starts_with("line 3: not TimeML"));
        assert_eq!(broken("<TimeML>\n<TEXT>"), "line 2: not TimeML: the file ends within an element");
        assert_eq!(broken("<TimeML></TimeML>"), "line 1: not TimeML: there is no TEXT element");
        assert!(
            broken("<TimeML><TEXT>\n&nbsp;</TEXT></TimeML>")
                .contains("line 2: not TimeML: XML defines no entity &nbsp;")
        );
    }
}
