//! TimeML 1.2.1: a document with its TIMEX3 elements in place. Made from an extraction, not from records, because it
//! has every expression, whether or not it dates a statement.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::article::{Article, Published};
use crate::extraction::Extraction;
use crate::temporal::{Basis, Resolved};

/// Writes an article as one TimeML document. Its text is the clean one, without markup.
///
/// # Errors
///
/// Those of the writer.
pub fn write(article: &Article, extraction: &Extraction, out: impl Write) -> io::Result<()> {
    let mut xml = Writer::new(out);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Text(BytesText::new("\n")))?;
    xml.create_element("TimeML").write_inner_content(|xml| {
        element(xml, "DOCID", &article.id)?;
        xml.create_element("DCT").write_inner_content(|xml| creation_time(xml, &article.published))?;
        element(xml, "TITLE", &article.title)?;
        xml.create_element("TEXT").write_inner_content(|xml| body(xml, extraction))?;
        Ok(())
    })?;
    xml.write_event(Event::Text(BytesText::new("\n")))
}

fn element<W: Write>(xml: &mut Writer<W>, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&allowed(text)))?;
    Ok(())
}

fn creation_time<W: Write>(xml: &mut Writer<W>, published: &Published) -> io::Result<()> {
    let (kind, value) = if published.has_time {
        ("TIME", published.at.format("%Y-%m-%dT%H:%M:%S").to_string())
    } else {
        ("DATE", published.at.format("%Y-%m-%d").to_string())
    };
    let attributes = [
        ("tid", "t0"),
        ("type", kind),
        ("value", &value),
        ("temporalFunction", "false"),
        ("functionInDocument", "CREATION_TIME"),
    ];
    xml.create_element("TIMEX3").with_attributes(attributes).write_text_content(BytesText::new(&value))?;
    Ok(())
}

fn body<W: Write>(xml: &mut Writer<W>, extraction: &Extraction) -> io::Result<()> {
    let text = extraction.text.as_str();
    let mut done = 0;
    for (number, found) in (1..).zip(&extraction.expressions) {
        let range = found.expression.span.range();
        // Elements cannot overlap; the first one wins.
        let Some(before) = text.get(done..range.start) else { continue };
        xml.write_event(Event::Text(BytesText::new(&allowed(before))))?;
        timex(xml, number, found, found.expression.span.of(text))?;
        done = range.end;
    }
    xml.write_event(Event::Text(BytesText::new(&allowed(text.get(done..).unwrap_or_default()))))
}

fn timex<W: Write>(xml: &mut Writer<W>, number: usize, found: &Resolved, words: &str) -> io::Result<()> {
    let tid = format!("t{number}");
    let mut element = xml
        .create_element("TIMEX3")
        .with_attribute(("tid", tid.as_str()))
        .with_attribute(("type", found.timex.name()))
        .with_attribute(("value", found.value.as_str()));
    if let Some(modifier) = found.modifier {
        element = element.with_attribute(("mod", modifier.name()));
    }
    let is_computed = matches!(found.basis, Basis::Relative | Basis::Narrative);
    element = element.with_attribute(("temporalFunction", if is_computed { "true" } else { "false" }));
    if found.basis == Basis::Relative {
        element = element.with_attribute(("anchorTimeID", "t0"));
    }
    element.write_text_content(BytesText::new(&allowed(words)))?;
    Ok(())
}

/// Replaces the characters that XML 1.0 does not allow even escaped. Each becomes one replacement character, so that
/// the length stays the same.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(is_forbidden) { Cow::Owned(text.replace(is_forbidden, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Settings;
    use crate::temporal::{Expression, Meaning, Modifier, TimexType};
    use crate::text::{Span, Text};

    fn expression(span: Span) -> Expression {
        let meaning = Meaning::Nothing;
        Expression {
            span,
            first: 0,
            end: 0,
            sentence: 0,
            rule: "en/test",
            history_only: false,
            needs_modifier: false,
            meaning,
            modifier: None,
        }
    }

    fn found(text: &str, words: &str, value: &str, basis: Basis) -> Resolved {
        let start = text.find(words).expect("in the text");
        Resolved {
            expression: expression(Span::new(start, start + words.len())),
            timex: TimexType::Date,
            value: value.to_owned(),
            modifier: None,
            interval: None,
            granularity: None,
            edtf: None,
            basis,
            reference: None,
            confidence: 1.0,
            steps: Vec::new(),
        }
    }

    fn document(text: &str, published: &str, expressions: Vec<Resolved>) -> String {
        let zone = Settings::default().input.timezone;
        let article = Article {
            title: "Smith & Sons close".to_owned(),
            ..Article::new("harbour-1", text, Published::parse(published, zone).expect("a time"))
        };
        let text = Text::of(text);
        let extraction =
            Extraction { text, expressions, events: Vec::new(), dropped: Vec::new(), warnings: Vec::new() };
        let mut out = Vec::new();
        write(&article, &extraction, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn expressions_stand_in_place_and_the_rest_is_escaped() {
        let text = "The <harbour> closed late last month, in the winter of 2018/19.";
        let mut late = found(text, "late last month", "2019-04", Basis::Relative);
        late.modifier = Some(Modifier::End);
        let winter = found(text, "the winter of 2018/19", "2018-WI", Basis::Absolute);
        insta::assert_snapshot!(document(text, "2019-05-03T18:35:00+01:00", vec![late, winter]), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <TimeML><DOCID>harbour-1</DOCID><DCT><TIMEX3 tid="t0" type="TIME" value="2019-05-03T18:35:00" temporalFunction="false" functionInDocument="CREATION_TIME">2019-05-03T18:35:00</TIMEX3></DCT><TITLE>Smith &amp; Sons close</TITLE><TEXT>The &lt;harbour&gt; closed <TIMEX3 tid="t1" type="DATE" value="2019-04" mod="END" temporalFunction="true" anchorTimeID="t0">late last month</TIMEX3>, in <TIMEX3 tid="t2" type="DATE" value="2018-WI" temporalFunction="false">the winter of 2018/19</TIMEX3>.</TEXT></TimeML>
        "#);
    }

    #[test]
    fn the_first_of_two_overlapping_expressions_wins() {
        let text = "It closed on Friday, 3 May 2019.";
        let whole = found(text, "Friday, 3 May 2019", "2019-05-03", Basis::Absolute);
        let part = found(text, "3 May", "2019-05-03", Basis::Relative);
        insta::assert_snapshot!(document(text, "2019-05-03", vec![whole, part]), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <TimeML><DOCID>harbour-1</DOCID><DCT><TIMEX3 tid="t0" type="DATE" value="2019-05-03" temporalFunction="false" functionInDocument="CREATION_TIME">2019-05-03</TIMEX3></DCT><TITLE>Smith &amp; Sons close</TITLE><TEXT>It closed on <TIMEX3 tid="t1" type="DATE" value="2019-05-03" temporalFunction="false">Friday, 3 May 2019</TIMEX3>.</TEXT></TimeML>
        "#);
    }

    #[test]
    fn characters_that_xml_forbids_are_replaced() {
        let written = document("a\u{1}b\u{b}c\u{ffff}d\te", "2019-05-03", Vec::new());
        assert!(written.contains("<TEXT>a\u{fffd}b\u{fffd}c\u{fffd}d\te</TEXT>"), "{written}");
    }
}
