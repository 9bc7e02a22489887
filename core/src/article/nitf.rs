//! IPTC's NITF: a document, or the text within another format.

use super::about::About;
use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::reader::MessageReader;
use super::{status, xml};

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "`<nitf>`",
    items: "one",
    fields: &[
        ("id", "`doc-id/@id-string`"),
        ("revision", "`du-key/@version`"),
        ("first publication", "`pubdata/@date.publication`"),
        ("this version", "`date.issue/@norm`"),
        ("dateline", "`story.date/@norm`"),
        ("body", "`body.content`"),
        ("instead of a body", "`abstract`"),
        ("status", "`@management-status`, `@management-idref-status`"),
        ("embargo", "`date.release/@norm` if embargoed"),
    ],
};

/// Reads a document.
pub(super) fn read(root: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    let mut draft = Draft::default();
    let data = root.follow(&["head", "docdata"]);
    if let Some(data) = &data {
        document(data, &mut draft);
        if let Some(kill) = kill(data) {
            let names_other = kill.has(Field::Id);
            // Without the other's id, a document that is itself withdrawn withdraws itself.
            if names_other || !status::is_withdrawn(&draft) {
                reader.push(kill);
                if !names_other {
                    return;
                }
                draft.skip("kill-notice", "it announces that another article was withdrawn");
            }
        }
    }
    if let Some(publication) = root.follow(&["head", "pubdata"]) {
        draft.add(Field::FirstCreated, publication.attribute("date.publication"));
        draft.add(Field::Source, publication.attribute("name"));
    }
    draft.add(Field::Language, root.attribute("lang"));
    text(root, &mut draft);
    draft.add(Field::Title, root.follow(&["head", "title"]).map(|title| title.field_value()));
    reader.push(draft);
}

/// Reads the metadata in `docdata`.
fn document<'t>(data: &xml::Node<'t>, draft: &mut Draft<'t>) {
    let of = |element: &str, attribute: &str| data.get(element).and_then(|found| found.attribute(attribute));
    draft.add(Field::Id, of("doc-id", "id-string"));
    draft.add(Field::Id, of("du-key", "key"));
    draft.add(Field::Revision, of("du-key", "version"));
    draft.add(Field::Status, data.attribute("management-status"));
    draft.add(Field::VersionCreated, of("date.issue", "norm"));
    let is_embargoed = data.attribute("management-status").is_some_and(|status| status.as_text() == Some("embargoed"));
    draft.add(Field::Embargo, of("date.release", "norm").filter(|_| is_embargoed));
    draft.add(Field::City, of("evloc", "city"));
    draft.add(Field::Source, of("doc-id", "regsrc"));
    draft.add(Field::Source, of("doc.copyright", "holder"));
}

/// Returns the other document that this one withdraws, which it may have forgotten to name.
fn kill<'t>(data: &xml::Node<'t>) -> Option<Draft<'t>> {
    let status = data.attribute("management-idref-status")?;
    if status.as_text() == Some("usable") {
        return None;
    }
    let mut draft = Draft::default();
    draft.add(Field::Id, data.attribute("management-doc-idref"));
    draft.add(Field::Status, Some(status));
    let issue = data.get("date.issue").and_then(|issue| issue.attribute("norm"));
    draft.add(Field::VersionCreated, issue);
    Some(draft)
}

/// Reads the text itself: headline, dateline, body.
pub(super) fn text<'t>(root: &xml::Node<'t>, draft: &mut Draft<'t>) {
    if let Some(head) = root.follow(&["body", "body.head"]) {
        draft.add(Field::Title, head.follow(&["hedline", "hl1"]).map(|title| title.field_value()));
        draft.add(Field::Summary, head.get("abstract").map(|summary| summary.body()));
        if let Some(dateline) = head.get("dateline") {
            let date = dateline.get("story.date");
            draft.add(Field::Dateline, date.as_ref().and_then(|date| date.attribute("norm")));
            draft.add(Field::City, dateline.follow(&["location", "city"]).map(|city| city.field_value()));
            draft.add(Field::City, dateline.get("location").map(|place| place.field_value()));
            draft.add(Field::City, Some(dateline.field_value()));
        }
        draft.add(Field::Source, head.get("distributor").map(|source| source.field_value()));
    }
    draft.add(Field::Body, body(root));
}

/// Returns the body of a document. Some have neither `body.head` nor `body.content`.
pub(super) fn body<'t>(root: &xml::Node<'t>) -> Option<FieldValue<'t>> {
    let body = root.get("body")?;
    match body.get("body.content") {
        Some(content) => Some(content.body()),
        None => body.get("body.head").is_none().then(|| body.body()),
    }
}
