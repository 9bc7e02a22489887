//! IPTC's public samples, which are not a part of this project: how they are recognised and read.

use std::fmt::Write;

use dateline_core::article::{self, Article, Inspected, Item, Message, Settings};

use crate::outside;

/// IPTC's public samples: file, format, and what it is read as.
const SAMPLES: [(&str, &str, &str); 19] = [
    (
        "newsml-g2/LISTING_1_A_NewsML-G2_News_Item.xml",
        "newsml-g2",
        "article urn:newsml:acmenews.com:20161018:US-FINANCE-FED 11 2016-10-18T13:12:21-05:00 firstcreated en-GB 0",
    ),
    (
        "newsml-g2/LISTING_2_NewsML-G2_Text_Document.xml",
        "newsml-g2",
        "article urn:newsml:acmenews.com:20161121:US-FINANCE-FED 11 2016-11-21T15:21:06-05:00 contentcreated en-US 2",
    ),
    (
        "newsml-g2/LISTING_22_Sports_story_in_NewsML-G2NITF.xml",
        "newsml-g2",
        "article tag:xmlteam.com,2016:xt.5932656-preview 11 2016-10-19T11:15:00-05:00 contentcreated en-US 6",
    ),
    ("newsml-g2/LISTING_25_An_NITF_marked-up_article_conveyed_in_inlineXML.xml", "newsml-g2", "published-missing"),
    (
        "ninjs-1.4/businesswire-newsml-20130731006140.json",
        "ninjs",
        "article http://www.businesswire.com/news/home/20130731006140/en 1 2013-07-31T15:32:00+00:00 versioncreated en 0",
    ),
    (
        "ninjs-1.4/ninjs-1-4-examples.json",
        "ninjs",
        "article (ap):f40b0304-0454-4ba2-a84d-686378279ba4 1 2022-04-21T12:34:56+00:00 contentcreated - 0",
    ),
    (
        "ninjs-1.4/ninjsExComplex1.json",
        "ninjs",
        "article http://ninjs.example.com/newsitems/20130709cplx123 2013-07-09T10:37:00Z 2013-07-09T10:37:00+00:00 versioncreated en 4",
    ),
    (
        "ninjs-1.4/ninjsExMediumText1.json",
        "ninjs",
        "article http://ninjs.example.com/newsitems/20130709med123 2013-07-09T10:37:00Z 2013-07-09T10:37:00+00:00 versioncreated en 4",
    ),
    (
        "ninjs-1.4/ninjsExSimpleText1.json",
        "ninjs",
        "article http://ninjs.example.com/newsitems/20130709simp123 2013-07-09T10:37:00Z 2013-07-09T10:37:00+00:00 versioncreated - 4",
    ),
    (
        "ninjs-2.1/ap_image.json",
        "ninjs",
        "skipped http://api.ap.org/media/v/content/b2b6c3f4642f46deac7509d4db315ca0 not-text",
    ),
    (
        "ninjs-2.1/businesswire-newsml-20130731006140.json",
        "ninjs",
        "article http://www.businesswire.com/news/home/20130731006140/en 1 2013-07-31T15:32:00+00:00 versioncreated en 0",
    ),
    (
        "ninjs-2.1/ninjsExSimpleText_2.json",
        "ninjs",
        "article http://ninjs.example.com/newsitems/20130709simp123 2013-07-09T10:37:00Z 2013-07-09T10:37:00+00:00 versioncreated - 4",
    ),
    (
        "ninjs-2.1/tt_text_image_2.json",
        "ninjs",
        "article http://tt.se/media/text/210526-militarovning-a0f2d045 1 2021-05-26T13:40:18+02:00 versioncreated sv 2",
    ),
    (
        "ninjs-3.0/20231008-anti-doping-measures-at-the-tour-down-under-will-be-the-toughest-ever-addb-ninjs-nitf.json",
        "ninjs",
        "article https://antidopingdatabase.com/news/anti-doping-measures-at-the-tour-down-under-will-be-the-toughest-ever 2 2023-10-08T02:34:03+02:00 versioncreated en 0",
    ),
    (
        "ninjs-3.0/businesswire-newsml-20130731006140.json",
        "ninjs",
        "article http://www.businesswire.com/news/home/20130731006140/en 1 2013-07-31T15:32:00+00:00 versioncreated en 0",
    ),
    (
        "ninjs-3.0/ninjsExSimpleText_3.json",
        "ninjs",
        "article http://ninjs.example.com/newsitems/20130709simp123 2013-07-09T10:37:00Z 2013-07-09T10:37:00+00:00 versioncreated - 4",
    ),
    (
        "ninjs-3.0/simpleEvent.json",
        "ninjs",
        "article urn:newsml:addb.no:20110316:0002-ninjs3.0-addb--event-test 2 2023-10-04T08:16:21+02:00 versioncreated en 0",
    ),
    (
        "ninjs-3.0/tt_event_pressconference_3.0.json",
        "ninjs",
        "article http://tt.se/media/event/00ccd8e3-21a3-4386-b384-d3ba57122372 3 2023-10-05T14:10:33+02:00 firstcreated sv 1",
    ),
    (
        "ninjs-3.0/tt_text_image_3.json",
        "ninjs",
        "article http://tt.se/media/text/210526-militarovning-a0f2d045 1 2021-05-26T13:40:18+02:00 versioncreated sv 2",
    ),
];

#[test]
fn public_samples_are_recognised_and_read() {
    let files: Vec<String> = SAMPLES.iter().map(|(file, _, _)| format!("samples/{file}")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let Some(paths) = outside::shared("samples", &files, "IPTC's samples are not read") else { return };
    let mut wrong = String::new();
    for (path, (file, format, expected)) in paths.iter().zip(SAMPLES) {
        let found = match article::inspect(&Message::bare(&std::fs::read(path).unwrap()), &Settings::default()) {
            Ok(items) => items,
            Err(error) => panic!("{file}: {error}"),
        };
        let [Inspected { format: of, item, .. }] = &found[..] else { panic!("{file}: {} items", found.len()) };
        let found = match item {
            Item::Article(article) => {
                let Article { id, revision, published, reference, language, body, .. } = &**article;
                let paragraphs = body.matches("</p>").count();
                let language = language.as_deref().unwrap_or("-");
                format!(
                    "article {id} {revision} {} {} {language} {paragraphs}",
                    published.at.to_rfc3339(),
                    reference.name()
                )
            }
            Item::Withdrawn(_, why) | Item::Skipped(why) => format!("skipped {} {}", why.id, why.reason.code),
            Item::Broken { error, .. } => error.code().to_owned(),
        };
        if (of.name(), found.as_str()) != (format, expected) {
            writeln!(wrong, "{file}\n  {} {found}", of.name()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
