//! IPTC's NewsML 1.0 to 1.2: one item, or several in an envelope.

use super::about::About;
use super::draft::Draft;
use super::encoded::from_base64;
use super::field::{Field, FieldValue};
use super::reader::MessageReader;
use super::{nitf, xml};

/// What people should know of this format.
pub(super) const ABOUT: About = About {
    recognised: "`<NewsML>`, `<NewsItem>`: NewsML 1.0 to 1.2; text as NITF, XHTML, plain text, or in Base64",
    items: "each `NewsItem`",
    fields: &[
        (
            "id",
            "`urn:newsml:` with `ProviderId`, `DateId`, `NewsItemId`; or `PublicIdentifier` without the revision at its end",
        ),
        ("revision", "`RevisionId`"),
        ("first publication", "`FirstCreated`"),
        ("this version", "`ThisRevisionCreated`"),
        ("dateline", "`DateLineDate`"),
        ("body", "the first text in a `ContentItem` that is no caption"),
        ("status", "`Status`; `Instruction` and its `RevisionStatus` if they withdraw (`Delete`)"),
        ("embargo", "`StatusWillChange` to usable"),
    ],
};

/// Reads an item, or the items of an envelope.
pub(super) fn read(root: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    if root.name() == "NewsItem" {
        return read_item(root, reader);
    }
    if let Some(sent) = root.follow(&["NewsEnvelope", "DateAndTime"]) {
        reader.inherit(Field::Envelope, sent.field_value().into_owned());
    }
    for item in root.all("NewsItem") {
        read_item(&item, reader);
    }
}

fn read_item(item: &xml::Node<'_>, reader: &mut MessageReader<'_>) {
    let mut draft = Draft::default();
    let identifier = item.follow(&["Identification", "NewsIdentifier"]);
    if let Some(identifier) = &identifier {
        identify(identifier, &mut draft);
    }
    if let Some(management) = item.get("NewsManagement") {
        manage(&management, &mut draft);
    }
    let mut found = Found::default();
    for component in item.all("NewsComponent") {
        component_of(&component, &mut Vec::new(), &mut found);
    }
    if let Some(content) = &found.text {
        read_text(content, &mut draft);
    }
    // The component of the text, and those that hold it, say more of it than the others.
    for component in found.around.iter().rev().chain(&found.components) {
        describe(component, &mut draft);
    }
    if let Some(Content { node, .. }) = &found.text {
        draft
            .add(Field::Title, node.follow(&["DataContent", "nitf", "head", "title"]).map(|title| title.field_value()));
    }
    draft.add(Field::Language, item.attribute("xml:lang"));
    draft.add(Field::Source, identifier.and_then(|identifier| identifier.get("ProviderId")).map(|id| id.field_value()));
    mark_lack(item, &found, &mut draft);
    reader.push(draft);
    for inner in found.items {
        read_item(&inner, reader);
    }
}

/// Reads the identifier without the revision, and the revision.
fn identify<'t>(identifier: &xml::Node<'t>, draft: &mut Draft<'t>) {
    let text = |name: &str| {
        let found = identifier.get(name)?;
        Some(found.text().trim().to_owned()).filter(|text| !text.is_empty())
    };
    let parts = [text("ProviderId"), text("DateId"), text("NewsItemId")];
    let id = match parts {
        [Some(provider), Some(date), Some(item)] => Some(format!("urn:newsml:{provider}:{date}:{item}")),
        _ => text("PublicIdentifier").map(|id| without_revision(&id).to_owned()),
    };
    let id = id.or_else(|| text("NewsItemId"));
    draft.add(Field::Id, id.map(|id| FieldValue::text(id, identifier.path.clone())));
    draft.add(Field::Revision, identifier.get("RevisionId").map(|revision| revision.field_value()));
}

/// Returns a public identifier without the revision at its end: `2N` of `urn:newsml:afp.com:20190514:HB-1:2N`.
fn without_revision(id: &str) -> &str {
    match id.rsplit_once(':') {
        Some((stable, last)) => {
            let number = last.trim_end_matches(['N', 'U', 'A']);
            let is_revision =
                !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
            if is_revision { stable } else { id }
        }
        None => id,
    }
}

/// Reads the times and the status.
fn manage<'t>(management: &xml::Node<'t>, draft: &mut Draft<'t>) {
    let text = |name: &str| management.get(name).map(|found| found.field_value());
    draft.add(Field::FirstCreated, text("FirstCreated"));
    draft.add(Field::VersionCreated, text("ThisRevisionCreated"));
    draft.add(Field::Status, management.get("Status").and_then(|status| formal_name(&status)));
    if let Some(change) = management.get("StatusWillChange") {
        let becomes = change.get("FutureStatus").and_then(|status| formal_name(&status));
        let is_usable =
            becomes.is_some_and(|status| status.as_text().is_some_and(|text| text.eq_ignore_ascii_case("usable")));
        draft.add(Field::Embargo, change.get("DateAndTime").filter(|_| is_usable).map(|time| time.field_value()));
    }
    let own = draft.label(Field::Revision).ok().flatten().map(|label| label.into_owned());
    for instruction in management.all("Instruction") {
        // Rectified or updated, it is a revision like any other.
        draft.add(Field::State, formal_name(&instruction));
        for revision in instruction.all("RevisionStatus") {
            let of = revision.attribute("Revision").map(|revision| revision.describe().trim().to_owned());
            if of.is_none() || of == own {
                draft.add(Field::State, revision.get("Status").and_then(|status| formal_name(&status)));
            }
        }
    }
}

/// What the components of an item hold.
#[derive(Default)]
struct Found<'t> {
    /// The first text.
    text: Option<Content<'t>>,
    /// The components around it, the outermost first.
    around: Vec<xml::Node<'t>>,
    /// All components.
    components: Vec<xml::Node<'t>>,
    /// The kind of the first content that is no text.
    other: Option<String>,
    /// Items within components.
    items: Vec<xml::Node<'t>>,
    refers: bool,
}

/// A content item with text.
#[derive(Clone)]
struct Content<'t> {
    /// What holds the `DataContent`.
    node: xml::Node<'t>,
    is_base64: bool,
}

/// Looks through a component and those within it.
fn component_of<'t>(component: &xml::Node<'t>, around: &mut Vec<xml::Node<'t>>, found: &mut Found<'t>) {
    around.push(component.clone());
    found.components.push(component.clone());
    for child in component.children() {
        match child.name() {
            "NewsComponent" => component_of(&child, around, found),
            "NewsItem" => found.items.push(child),
            "NewsItemRef" => found.refers = true,
            "ContentItem" if found.text.is_none() => match content_of(&child) {
                Ok(Some(content)) if !is_caption(component) => {
                    found.text = Some(content);
                    found.around.clone_from(around);
                }
                Ok(_) => {}
                Err(kind) => found.other = found.other.take().or(Some(kind)),
            },
            _ => {}
        }
    }
    around.pop();
}

/// Whether a component is what is written below a picture.
fn is_caption(component: &xml::Node<'_>) -> bool {
    let role = component.get("Role").and_then(|role| formal_name(&role));
    role.is_some_and(|role| role.as_text().is_some_and(|role| role.to_ascii_lowercase().contains("caption")))
}

/// Returns the text of a content item, if it has one; the kind of its medium if it is none.
fn content_of<'t>(item: &xml::Node<'t>) -> Result<Option<Content<'t>>, String> {
    let kind = item.get("MediaType").and_then(|kind| formal_name(&kind)).map(|kind| kind.describe().trim().to_owned());
    if let Some(kind) = kind.filter(|kind| !["text", "complexdata", ""].contains(&&*kind.to_ascii_lowercase())) {
        return Err(kind);
    }
    let encoding = item.get("Encoding");
    let notation = encoding.as_ref().and_then(|encoding| encoding.attribute("Notation"));
    let is_base64 = notation.is_some_and(|name| name.describe().to_ascii_lowercase().contains("base64"));
    let node = encoding.filter(|encoding| encoding.get("DataContent").is_some()).unwrap_or_else(|| item.clone());
    let has_text = node.get("DataContent").is_some_and(|data| !data.body().is_blank());
    Ok(has_text.then_some(Content { node, is_base64 }))
}

/// Reads the text: NITF, XHTML or other XML, plain text, or any of them in Base64.
fn read_text<'t>(content: &Content<'t>, draft: &mut Draft<'t>) {
    let Some(data) = content.node.get("DataContent") else { return };
    draft.add(Field::Language, data.attribute("xml:lang").or_else(|| content.node.attribute("xml:lang")));
    if content.is_base64 {
        match from_base64(&data) {
            Some(text) => draft.add(Field::Body, Some(text)),
            None => draft.warn("body-linked", format!("`{}` is not text in Base64, so there is no body", data.path)),
        }
        return;
    }
    match data.children().as_slice() {
        [root] if root.name() == "nitf" => nitf::text(root, draft),
        [root] if root.name() == "html" => {
            draft.add(Field::Body, Some(root.get("body").unwrap_or_else(|| root.clone()).body()));
        }
        [root] if root.name() == "body" && root.get("body.content").is_some() => {
            draft.add(Field::Body, root.get("body.content").map(|body| body.body()));
        }
        _ => draft.add(Field::Body, Some(data.body())),
    }
}

/// Reads what a component says of its text.
fn describe<'t>(component: &xml::Node<'t>, draft: &mut Draft<'t>) {
    let line = |name: &str| component.follow(&["NewsLines", name]).map(|line| line.field_value());
    if !draft.has(Field::Title) {
        draft.add(Field::Title, line("HeadLine"));
    }
    if !draft.has(Field::City) {
        draft.add(Field::City, line("DateLine"));
    }
    if !draft.has(Field::Language) {
        let language = component.follow(&["DescriptiveMetadata", "Language"]);
        draft.add(Field::Language, language.and_then(|language| formal_name(&language)));
        draft.add(Field::Language, component.attribute("xml:lang").filter(|_| !draft.has(Field::Language)));
    }
    let date = component.follow(&["DescriptiveMetadata", "DateLineDate"]);
    draft.add(Field::Dateline, date.map(|date| date.field_value()));
    for name in ["Provider", "Source"] {
        let party = component.follow(&["AdministrativeMetadata", name, "Party"]);
        draft.add(Field::Source, party.and_then(|party| formal_name(&party)));
    }
}

/// Says why an item without a text is no article.
fn mark_lack(item: &xml::Node<'_>, found: &Found<'_>, draft: &mut Draft<'_>) {
    if draft.has(Field::Body) {
        return;
    }
    let update = item.follow(&["Identification", "NewsIdentifier", "RevisionId"]);
    let update = update.and_then(|revision| revision.attribute("Update"));
    let changes_parts = update.as_ref().is_some_and(|kind| matches!(kind.as_text().map(str::trim), Some("U" | "A")));
    if item.get("Update").is_some() || changes_parts {
        draft.lack("partial-update", "it changes parts of an earlier revision; send the whole item");
    } else if !found.items.is_empty() || found.refers {
        draft.skip("package", "it bundles other items");
    } else if let Some(kind) = &found.other {
        draft.skip("not-text", format!("its medium is `{kind}`"));
    } else if item.get("TopicSet").is_some() {
        draft.skip("concept", "it describes concepts");
    } else if !draft.has(Field::Title) {
        draft.lack("not-text", "it has neither a text nor a headline");
    }
}

/// Returns the name of a concept.
fn formal_name<'t>(node: &xml::Node<'t>) -> Option<FieldValue<'t>> {
    node.attribute("FormalName")
}
