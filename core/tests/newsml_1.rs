//! NewsML 1.0 to 1.2 as agencies send it: revisions, statuses, instructions, updates, and the forms of the text.

use dateline_core::article::{self, Embargo, Item, Message, Settings};

/// An item with this in its identifier, in its management and as its components.
fn item(identifier: &str, management: &str, components: &str) -> String {
    format!(
        "<NewsItem xml:lang='en'><Identification><NewsIdentifier><ProviderId>quay.example</ProviderId><DateId>20190514</DateId>\
         <NewsItemId>HB-1</NewsItemId>{identifier}</NewsIdentifier></Identification><NewsManagement><NewsItemType FormalName='News'/>\
         <FirstCreated>20190514T081500Z</FirstCreated><ThisRevisionCreated>20190514T090000Z</ThisRevisionCreated>{management}\
         </NewsManagement>{components}</NewsItem>"
    )
}

/// A component with a headline and this as its content.
fn component(content: &str) -> String {
    format!("<NewsComponent><NewsLines><HeadLine>Bridge shut</HeadLine></NewsLines>{content}</NewsComponent>")
}

fn text(data: &str) -> String {
    component(&format!("<ContentItem><MediaType FormalName='Text'/><DataContent>{data}</DataContent></ContentItem>"))
}

fn read(message: &str) -> Vec<String> {
    let items = article::read(&Message::bare(message.as_bytes()), &Settings::default()).unwrap();
    let describe = |item: &Item| match item {
        Item::Article(article) => {
            let embargo = match article.embargo {
                Some(Embargo::Until(until)) => format!(" until {}", until.to_rfc3339()),
                Some(Embargo::Open) => " under embargo".to_owned(),
                None => String::new(),
            };
            format!("{} {}{embargo}: {} | {}", article.id, article.revision, article.title, article.body)
        }
        Item::Withdrawn(how, notice) => format!("{} {} {}", how.name(), notice.id, notice.revision),
        Item::Skipped(notice) => format!("skipped {} {}: {}", notice.id, notice.revision, notice.reason.code),
        Item::Broken { error, .. } => format!("broken: {error}"),
    };
    items.iter().map(describe).collect()
}

const ID: &str = "urn:newsml:quay.example:20190514:HB-1";

#[test]
fn the_id_is_that_of_all_revisions() {
    let whole = read(&item(
        "<RevisionId PreviousRevision='1' Update='N'>2</RevisionId><PublicIdentifier>urn:x:2N</PublicIdentifier>",
        "",
        &text("It was shut."),
    ));
    assert_eq!(whole, [format!("{ID} 2: Bridge shut | It was shut.")]);
    let public = "<NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:newsml:a.example:20190514:b:12U</PublicIdentifier></NewsIdentifier></Identification>\
                  <NewsManagement><FirstCreated>20190514T081500Z</FirstCreated></NewsManagement></NewsItem>";
    assert_eq!(read(public), ["skipped urn:newsml:a.example:20190514:b 1: not-text"]);
}

#[test]
fn statuses_and_instructions_withdraw() {
    let of = |management: &str| read(&item("<RevisionId>2</RevisionId>", management, &text("It was shut."))).remove(0);
    let usable = format!("{ID} 2: Bridge shut | It was shut.");
    assert_eq!(of("<Status FormalName='Usable'/>"), usable);
    assert_eq!(of("<Status FormalName='Usable'/><Instruction FormalName='Rectify'/>"), usable);
    assert_eq!(
        of(
            "<Status FormalName='Usable'/><Instruction><RevisionStatus Revision='1'><Status FormalName='Canceled'/></RevisionStatus></Instruction>"
        ),
        usable
    );
    assert_eq!(of("<Status FormalName='Canceled'/>"), format!("canceled {ID} 2"));
    assert_eq!(of("<Status FormalName='Withheld'/>"), format!("withheld {ID} 2"));
    assert_eq!(of("<Status FormalName='Usable'/><Instruction FormalName='Delete'/>"), format!("deleted {ID} 2"));
    assert_eq!(
        of("<Instruction><RevisionStatus><Status FormalName='Canceled'/></RevisionStatus></Instruction>"),
        format!("canceled {ID} 2")
    );
    assert_eq!(of("<Status FormalName='Embargoed'/>"), format!("{ID} 2 under embargo: Bridge shut | It was shut."));
    assert_eq!(
        of(
            "<Status FormalName='Embargoed'/><StatusWillChange><FutureStatus FormalName='Usable'/><DateAndTime>20190515T060000Z</DateAndTime></StatusWillChange>"
        ),
        format!("{ID} 2 until 2019-05-15T06:00:00+00:00: Bridge shut | It was shut.")
    );
}

#[test]
fn the_text_has_many_forms() {
    let body = |components: &str| {
        let found = read(&item("", "", components)).remove(0);
        found.split_once(" | ").map_or(found.clone(), |(_, body)| body.to_owned())
    };
    assert_eq!(
        body(&text("<nitf><body><body.content><p>It was shut.</p></body.content></body></nitf>")),
        "<p>It was shut.</p>"
    );
    assert_eq!(
        body(&text(
            "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>T</title></head><body><p>It was shut.</p></body></html>"
        )),
        "<p>It was shut.</p>"
    );
    assert_eq!(
        body(&text("<x:html xmlns:x='http://www.w3.org/1999/xhtml'><x:body><x:p>It was shut.</x:p></x:body></x:html>")),
        "<x:p>It was shut.</x:p>"
    );
    assert_eq!(body(&text("<p>It was shut.</p><p>It will open.</p>")), "<p>It was shut.</p><p>It will open.</p>");
    assert_eq!(body(&text("<![CDATA[It was shut.]]>")), "It was shut.");
    let encoded = "<ContentItem><Encoding Notation='Base64'><DataContent>SXQgd2Fz\n IHNodXQu</DataContent></Encoding></ContentItem>";
    assert_eq!(body(&component(encoded)), "It was shut.");
}

#[test]
fn the_lines_of_the_component_of_the_text_count_most() {
    let inner = |language: &str, title: &str, body: &str| {
        format!(
            "<NewsComponent xml:lang='{language}'><NewsLines><HeadLine>{title}</HeadLine></NewsLines><ContentItem>\
             <DataContent>{body}</DataContent></ContentItem></NewsComponent>"
        )
    };
    let both = format!(
        "<NewsComponent Equivalents='yes'>{}{}</NewsComponent>",
        inner("en", "Bridge shut", "It was shut."),
        inner("fr", "Pont fermé", "Il est fermé.")
    );
    assert_eq!(read(&item("", "", &both)), [format!("{ID} 2019-05-14T09:00:00Z: Bridge shut | It was shut.")]);
}

#[test]
fn what_is_no_whole_text_is_skipped_with_a_reason() {
    let skipped = |identifier: &str, components: &str| {
        read(&item(identifier, "", components)).remove(0).rsplit_once(": ").map(|(_, code)| code.to_owned())
    };
    assert_eq!(
        skipped("<RevisionId Update='U'>2</RevisionId>", "<Update><Replace DuidRef='a'><p>b</p></Replace></Update>")
            .as_deref(),
        Some("partial-update")
    );
    assert_eq!(skipped("<RevisionId Update='A'>2</RevisionId>", "").as_deref(), Some("partial-update"));
    assert_eq!(
        skipped("", &component("<ContentItem Href='a.jpg'><MediaType FormalName='Photo'/></ContentItem>")).as_deref(),
        Some("not-text")
    );
    assert_eq!(skipped("", &component("<NewsItemRef NewsItem='urn:a'/>")).as_deref(), Some("package"));
    let cancels = read(&item("<RevisionId Update='A'>2</RevisionId>", "<Status FormalName='Canceled'/>", ""));
    assert_eq!(cancels, [format!("canceled {ID} 2")], "a change of the status alone may withdraw");
}

#[test]
fn several_items_have_a_record_each() {
    let other = item("<RevisionId>4</RevisionId>", "", &text("It opened.")).replace("HB-1", "HB-2");
    let message = format!(
        "<NewsML><NewsEnvelope/>{}{other}</NewsML>",
        item("<RevisionId>2</RevisionId>", "", &text("It was shut."))
    );
    assert_eq!(
        read(&message),
        [
            format!("{ID} 2: Bridge shut | It was shut."),
            "urn:newsml:quay.example:20190514:HB-2 4: Bridge shut | It opened.".to_owned()
        ]
    );
}
