//! IPTC's NITF: a document, or the text within another format.

use super::draft::{Draft, Field, Value};
use super::reading::Reading;
use super::xml;

/// Reads a document.
pub(super) fn read(root: &xml::At<'_>, reading: &mut Reading<'_>) {
    let mut draft = Draft::default();
    let data = root.follow(&["head", "docdata"]);
    if let Some(data) = &data {
        if let Some(kill) = kill(data) {
            reading.take(kill);
            draft.skip("kill-notice", "it tells that another article was taken back");
        }
        document(data, &mut draft);
    }
    if let Some(publication) = root.follow(&["head", "pubdata"]) {
        draft.tell(Field::FirstCreated, publication.attribute("date.publication"));
        draft.tell(Field::Source, publication.attribute("name"));
    }
    draft.tell(Field::Language, root.attribute("lang"));
    text(root, &mut draft);
    draft.tell(Field::Title, root.follow(&["head", "title"]).map(|title| title.told()));
    reading.take(draft);
}

/// What `docdata` tells of the document.
fn document<'t>(data: &xml::At<'t>, draft: &mut Draft<'t>) {
    let of = |element: &str, attribute: &str| data.get(element).and_then(|found| found.attribute(attribute));
    draft.tell(Field::Id, of("doc-id", "id-string"));
    draft.tell(Field::Id, of("du-key", "key"));
    draft.tell(Field::Revision, of("du-key", "version"));
    draft.tell(Field::Status, data.attribute("management-status"));
    draft.tell(Field::VersionCreated, of("date.issue", "norm"));
    let is_embargoed =
        matches!(data.attribute("management-status"), Some((Value::Text(status), _)) if status == "embargoed");
    draft.tell(Field::Embargo, of("date.release", "norm").filter(|_| is_embargoed));
    draft.tell(Field::City, of("evloc", "city"));
    draft.tell(Field::Source, of("doc-id", "regsrc"));
    draft.tell(Field::Source, of("doc.copyright", "holder"));
}

/// The other document that this one takes back.
fn kill<'t>(data: &xml::At<'t>) -> Option<Draft<'t>> {
    let other = data.attribute("management-doc-idref")?;
    let status = data.attribute("management-idref-status")?;
    if matches!(&status.0, Value::Text(status) if status == "usable") {
        return None;
    }
    let mut draft = Draft::default();
    draft.tell(Field::Id, Some(other));
    draft.tell(Field::Status, Some(status));
    let issue = data.get("date.issue").and_then(|issue| issue.attribute("norm"));
    draft.tell(Field::VersionCreated, issue);
    Some(draft)
}

/// What the text itself tells: headline, dateline, body.
pub(super) fn text<'t>(root: &xml::At<'t>, draft: &mut Draft<'t>) {
    if let Some(head) = root.follow(&["body", "body.head"]) {
        draft.tell(Field::Title, head.follow(&["hedline", "hl1"]).map(|title| title.told()));
        draft.tell(Field::Summary, head.get("abstract").map(|summary| summary.body()));
        if let Some(dateline) = head.get("dateline") {
            let date = dateline.get("story.date");
            draft.tell(Field::Dateline, date.as_ref().and_then(|date| date.attribute("norm")));
            draft.tell(Field::City, dateline.follow(&["location", "city"]).map(|city| city.told()));
            draft.tell(Field::City, dateline.get("location").map(|place| place.told()));
            draft.tell(Field::City, Some(dateline.told()));
        }
        draft.tell(Field::Source, head.get("distributor").map(|source| source.told()));
    }
    draft.tell(Field::Body, body(root));
}

/// The body of a document. Some have no `body.head`, and no `body.content` either.
pub(super) fn body<'t>(root: &xml::At<'t>) -> Option<(Value<'t>, String)> {
    let body = root.get("body")?;
    match body.get("body.content") {
        Some(content) => Some(content.body()),
        None => body.get("body.head").is_none().then(|| body.body()),
    }
}
